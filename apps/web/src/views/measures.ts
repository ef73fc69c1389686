/** @file What the measures of the ladder are called, and which published numbers stand beside each. */
import { type TuningMeasure, type TuningMeasureId, tuningMeasureName, tuningMeasures } from '@ventral/charts';
import type { Quantity } from '@ventral/cortex';
import { language, t } from '../i18n/index.ts';
import { type LadderMeasure, ladderMeasures, type Measure } from '../state.ts';

/** One of the battery's. */
export function isTuning(measure: Measure): measure is TuningMeasureId {
  return !(ladderMeasures as readonly Measure[]).includes(measure);
}

export function measureName(measure: Measure): string {
  return isTuning(measure) ? tuningMeasureName(measure, language.value) : t.value.measures[measure];
}

/** What is published beside a measure; undefined: nothing. */
export function published(measure: Measure): { readonly quantity: Quantity | undefined; readonly histogram: string | undefined } {
  const { quantity, histogram }: Partial<TuningMeasure> = isTuning(measure)
    ? tuningMeasures.find(({ id }) => id === measure)!
    : { quantity: measure satisfies LadderMeasure };
  return { quantity, histogram };
}
