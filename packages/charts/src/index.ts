/** @file Tables → charts as plain vega-lite data. The one list of charts is `charts`. */
import type { Measurement } from '@ventral/cortex';
import { columnIndex, type Table } from '@ventral/probe';
import { filtersChart } from './filters.ts';
import { halfPeakChart } from './half-peak.ts';
import { latencyChart } from './latency.ts';
import { nxNyChart } from './nx-ny.ts';
import type { ChartOptions } from './plan.ts';
import { receptiveFieldChart } from './receptive-field.ts';
import { sparsenessChart } from './sparseness.ts';
import type { Chart } from './spec.ts';
import { tuningChart } from './tuning.ts';
import { type TuningMeasureId, tuningMeasures } from './tuning-measures.ts';
import { hasV1Scores, v1ScoresChart } from './v1-scores.ts';
import { type Language, words } from './words.ts';

export { layerAreaTable } from './layer-area.ts';
export { shortName } from './layers.ts';
export { type LearningCurve, type LearningPoint, learningCurveChart, learningCurveTable } from './learning-curve.ts';
export type { ChartOptions } from './plan.ts';
export { type PatchSheet, type PreferenceLadder, type PreferenceLadderOptions, preferenceLadder } from './preference-ladder.ts';
export type { Chart, VegaLiteSpec } from './spec.ts';
export { specFields } from './spec.ts';
export { config, inks, okabeIto, type Theme } from './theme.ts';
export { tuningChart, tuningMeasureName } from './tuning.ts';
export { type TuningMeasure, type TuningMeasureId, tuningMeasures } from './tuning-measures.ts';
export { type Language, unitSymbol } from './words.ts';
export { filtersChart, halfPeakChart, latencyChart, nxNyChart, receptiveFieldChart, sparsenessChart, v1ScoresChart };

/** A chart of some tables of a probe run. */
export type ChartMaker = (tables: readonly Table[], measurements: readonly Measurement[], options: ChartOptions) => Chart;

/** The charts of every probe run in the order they are shown; {@link tuningChart} is one for each measure of the battery. */
export const charts = [receptiveFieldChart, latencyChart, halfPeakChart, sparsenessChart] as const;

/** Charts that are no measure along the network, by the name that they are chosen by, and whether tables have what they show. */
export const ownCharts = {
  'first-layer-filters': { make: filtersChart, isIn: hasFilters },
  'nx-ny': { make: nxNyChart, isIn: hasFilters },
  'v1-scores': { make: v1ScoresChart, isIn: hasV1Scores },
} as const satisfies Record<string, { readonly make: ChartMaker; isIn(tables: readonly Table[]): boolean }>;
export type OwnChartId = keyof typeof ownCharts;
export const ownChartIds = Object.keys(ownCharts) as readonly OwnChartId[];

/** What such a chart is called in a list. */
export function ownChartName(id: OwnChartId, language: Language): string {
  const { filters, v1Scores } = words[language];
  return { 'first-layer-filters': filters.picture, 'nx-ny': filters.scatter, 'v1-scores': v1Scores.title }[id];
}

/** Whether the network has filters on its picture that were measured. */
function hasFilters(tables: readonly Table[]): boolean {
  return tables.some(({ name, rows }) => name === 'filters' && rows.length > 0);
}

/** Those that these tables have the numbers for. */
export function ownChartsIn(tables: readonly Table[]): OwnChartId[] {
  return ownChartIds.filter((id) => ownCharts[id].isIn(tables));
}

/** The charts that these tables have the numbers for, in the order they are shown. */
export function chartsOf(tables: readonly Table[]): ChartMaker[] {
  const has = (name: string) => tables.some((table) => table.name === name);
  return [
    ...(has('receptive-fields') ? [receptiveFieldChart, latencyChart] : []),
    ...(has('statistics') ? [halfPeakChart, sparsenessChart] : []),
    ...ownChartsIn(tables).map((id) => ownCharts[id].make),
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
