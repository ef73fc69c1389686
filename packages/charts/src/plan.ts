/** @file What a chart is asked to show: the options of the caller, and the numbers of the layers. Types only. */
import type { CellHistogram, ChartSpecies, Quantity } from '@ventral/cortex';
import type { ChartedLayer } from './layers.ts';
import type { Theme } from './theme.ts';
import type { ChartWords, Language, NetworkSeries } from './words.ts';

export interface ChartOptions {
  readonly species: ChartSpecies;
  readonly language: Language;
  /** Visual angle that the input's width spans, degrees. */
  readonly fovDeg: number;
  /** Width of the input, pixels. */
  readonly inputPx: number;
  readonly theme: Theme;
  /** Of both panels together, without axis labels, px; default 780. */
  readonly width?: number;
}

/** One number of one layer. */
export interface LayerPoint {
  readonly layer: ChartedLayer;
  readonly series: NetworkSeries;
  readonly value: number | null;
  /** Ends of a line or a band drawn about the value. */
  readonly low?: number | null;
  /** Default: the value, where there is a lower end. */
  readonly high?: number | null;
  /** Facts for the tooltip, beyond the value. */
  readonly about: readonly string[];
  readonly reading: string;
}

export interface Ladder {
  /** File name of the chart, but for `-ladder`. */
  readonly id: string;
  readonly words: ChartWords;
  /** Of the published series beside it; undefined: no study has this measure. */
  readonly quantity: Quantity | undefined;
  /** Of the same measure over cells of V1, drawn behind its numbers. */
  readonly histogram?: CellHistogram | null;
  readonly model: string;
  readonly points: readonly LayerPoint[];
  /** The points of a series are joined, with a band from low to high about the network's own; a layer without a value is a gap. */
  readonly isCurve?: boolean;
  /** Horizontal lines through both panels. */
  readonly lines: readonly { readonly id: string; readonly value: number; readonly label: string }[];
  readonly scale: 'log' | 'linear';
  /** Of the vertical axis: format of its labels, and its domain where data do not decide. */
  readonly format: string;
  readonly domain?: readonly [number, number];
  /** Said after the chart's own note. */
  readonly addendum?: readonly string[];
}
