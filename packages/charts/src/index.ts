/** @file Tables → charts as plain vega-lite data. The one list of charts is `charts`. */
import type { Measurement } from '@ventral/cortex';
import { columnIndex, type Table } from '@ventral/probe';
import { halfPeakChart } from './half-peak.ts';
import { latencyChart } from './latency.ts';
import type { ChartOptions } from './plan.ts';
import { receptiveFieldChart } from './receptive-field.ts';
import { sparsenessChart } from './sparseness.ts';
import type { Chart } from './spec.ts';
import { tuningChart } from './tuning.ts';
import { type TuningMeasureId, tuningMeasures } from './tuning-measures.ts';

export { layerAreaTable } from './layer-area.ts';
export { shortName } from './layers.ts';
export { type LearningCurve, type LearningPoint, learningCurveChart, learningCurveTable } from './learning-curve.ts';
export type { ChartOptions } from './plan.ts';
export type { Chart, VegaLiteSpec } from './spec.ts';
export { specFields } from './spec.ts';
export { config, inks, okabeIto, type Theme } from './theme.ts';
export { tuningChart, tuningMeasureName } from './tuning.ts';
export { type TuningMeasure, type TuningMeasureId, tuningMeasures } from './tuning-measures.ts';
export { type Language, unitSymbol } from './words.ts';
export { halfPeakChart, latencyChart, receptiveFieldChart, sparsenessChart };

/** A chart of some tables of a probe run. */
export type ChartMaker = (tables: readonly Table[], measurements: readonly Measurement[], options: ChartOptions) => Chart;

/** The charts of every probe run in the order they are shown; {@link tuningChart} is one for each measure of the battery. */
export const charts = [receptiveFieldChart, latencyChart, halfPeakChart, sparsenessChart] as const;

/** The charts that these tables have the numbers for, in the order they are shown. */
export function chartsOf(tables: readonly Table[]): ChartMaker[] {
  const has = (name: string) => tables.some((table) => table.name === name);
  return [
    ...(has('receptive-fields') ? [receptiveFieldChart, latencyChart] : []),
    ...(has('statistics') ? [halfPeakChart, sparsenessChart] : []),
    ...measuredTuning(tables).map(
      (id): ChartMaker =>
        (...given) =>
          tuningChart(...given, id),
    ),
  ];
}

/** The measures of the battery that these tables have rows of. */
export function measuredTuning(tables: readonly Table[]): TuningMeasureId[] {
  const tuning = tables.find(({ name }) => name === 'tuning');
  const measured = new Set(tuning?.rows.map((row) => row[columnIndex(tuning, 'measure')]));
  return tuningMeasures.flatMap(({ id }) => (measured.has(id) ? [id] : []));
}
