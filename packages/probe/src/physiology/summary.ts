/**
 * @file A layer's units in one row: the table `tuning`, every measure of every layer, to which all experiments add theirs, and the
 * median and quartiles that stand in it.
 */
import { type Column, layerColumns } from '../table.ts';

export const tuningTitle = 'Tuning of every layer';

export const tuningColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'measure', type: 'string', description: 'What was measured; units are in its name.' },
  {
    name: 'median',
    type: 'number',
    description:
      'Median over the units for which the measure is defined; of yes or no their share; the number itself, if a layer has one.',
  },
  { name: 'lower_quartile', type: 'number', description: 'Lower quartile over the same units.' },
  { name: 'upper_quartile', type: 'number', description: 'Upper quartile over the same units.' },
  {
    name: 'n_units',
    type: 'integer',
    description:
      'Units measured: the centre units of all channels, or of a sample of them; empty where the layer is measured as one.',
  },
  { name: 'n_defined', type: 'integer', description: 'Units for which the measure is defined.' },
  { name: 'note', type: 'string', description: 'Why it is not defined for the others: the most frequent reason.' },
];

/** What stands in a layer's row for one measure; NaN where it is defined for no unit. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  /** Values that are a number. */
  readonly nDefined: number;
}

/**
 * Median and quartiles of the values that are a number.
 * @param periodDeg of angles on a circle: taken around it, see {@link unrolled}
 */
export function summarize(values: readonly number[], periodDeg?: number): Summary {
  const numbers = Float64Array.from(values.filter((value) => !Number.isNaN(value)));
  const defined = (periodDeg === undefined ? numbers : unrolled(numbers, periodDeg)).sort();
  const quantile = (share: number) => quantileOf(defined, share);
  return { median: quantile(0.5), lowerQuartile: quantile(0.25), upperQuartile: quantile(0.75), nDefined: defined.length };
}

/** The mean of the values that are a number, in the place of a median: of yes and no, 1 and 0, the share of yes. No quartiles. */
export function summarizeByMean(values: readonly number[]): Summary {
  const defined = values.filter((value) => !Number.isNaN(value));
  const mean = defined.reduce((sum, value) => sum + value, 0) / defined.length;
  return { median: mean, lowerQuartile: Number.NaN, upperQuartile: Number.NaN, nDefined: defined.length };
}

/**
 * Angles of a circle laid out on a line, cut opposite their circular median, the angle that is nearest to all of them (Mardia &
 * Jupp 2000, Directional Statistics, section 2.2.2), so that their quantiles do not depend on where the circle begins. The median
 * lies in −periodDeg/8 … 7 periodDeg/8, of orientations the bins of published histograms.
 */
export function unrolled(anglesDeg: Float64Array, periodDeg: number): Float64Array {
  const wrap = (angle: number, from: number) => angle - periodDeg * Math.floor((angle - from) / periodDeg);
  const distances = (from: number) => anglesDeg.reduce((sum, angle) => sum + Math.abs(wrap(angle - from, -periodDeg / 2)), 0);
  const candidates = [...new Set(anglesDeg)].map((angle) => wrap(angle, -periodDeg / 8)).sort((a, b) => a - b);
  const totals = candidates.map(distances);
  const medianDeg = candidates[totals.indexOf(Math.min(...totals))] ?? 0;
  return anglesDeg.map((angle) => wrap(angle, medianDeg - periodDeg / 2));
}

/** Quantile of ascending values, between neighbours in a straight line (Hyndman & Fan 1996, definition 7); NaN of none. */
function quantileOf(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const at = share * (ascending.length - 1);
  const below = Math.floor(at);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** The most frequent of some notes, the first of several; null of none. */
export function mostFrequent(notes: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const note of notes) if (note !== null) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
