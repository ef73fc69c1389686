/** @file Tables → charts as plain vega-lite data. The one list of charts is `charts`. */
import { halfPeakChart } from './half-peak.ts';
import { latencyChart } from './latency.ts';
import { receptiveFieldChart } from './receptive-field.ts';
import { sparsenessChart } from './sparseness.ts';

export { layerAreaTable } from './layer-area.ts';
export { shortName } from './layers.ts';
export { type LearningCurve, type LearningPoint, learningCurveChart, learningCurveTable } from './learning-curve.ts';
export type { ChartOptions } from './plan.ts';
export type { Chart, VegaLiteSpec } from './spec.ts';
export { specFields } from './spec.ts';
export { config, inks, okabeIto, type Theme } from './theme.ts';
export type { Language } from './words.ts';
export { halfPeakChart, latencyChart, receptiveFieldChart, sparsenessChart };

/** All charts in the order they are shown. */
export const charts = [receptiveFieldChart, latencyChart, halfPeakChart, sparsenessChart] as const;
