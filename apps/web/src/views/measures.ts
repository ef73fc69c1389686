/** @file What the measures of the ladder are called, and which published numbers stand beside each. */
import {
  type OwnChartId,
  ownChartIds,
  ownChartName,
  type TuningMeasure,
  type TuningMeasureId,
  tuningMeasureName,
  tuningMeasures,
} from '@ventral/charts';
import type { Quantity } from '@ventral/cortex';
import { language, t } from '../i18n/index.ts';
import type { Measure } from '../state.ts';

/** One of the battery's. */
export function isTuning(measure: Measure): measure is TuningMeasureId {
  return tuningMeasures.some(({ id }) => id === measure);
}

/** A chart that is no measure along the network. */
export function isOwn(measure: Measure): measure is OwnChartId {
  return ownChartIds.some((id) => id === measure);
}

export function measureName(measure: Measure): string {
  if (isTuning(measure)) return tuningMeasureName(measure, language.value);
  return isOwn(measure) ? ownChartName(measure, language.value) : t.value.measures[measure];
}

/** What is published beside a measure; undefined: nothing. */
export function published(measure: Measure): { readonly quantity: Quantity | undefined; readonly histogram: string | undefined } {
  const { quantity, histogram }: Partial<TuningMeasure> = isTuning(measure)
    ? tuningMeasures.find(({ id }) => id === measure)!
    : isOwn(measure)
      ? { 'first-layer-filters': {}, 'nx-ny': { histogram: 'gabor_width_nx_histogram_count' }, 'v1-scores': {} }[measure]
      : { quantity: measure };
  return { quantity, histogram };
}
