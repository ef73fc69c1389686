/**
 * @file Twins of what the probes ask of a layer: dot product, moments, histograms on a logarithmic grid, rectified sums, the
 * responses of one unit over many stimuli.
 */
import { countersOf, type LogGrid } from '../abi.ts';
import type { Values } from './shape.ts';

/** Σ a·b. @throws {RangeError} if the lengths differ. */
export function dot(a: Values, b: Values): number {
  if (a.length !== b.length)
    throw new RangeError(`dot: a and b must be equally long, got ${a.length} and ${b.length}. Pass the same units twice.`);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Moments of a set of values, mergeable: central power sums, not yet divided by anything. */
export interface Moments {
  readonly count: number;
  readonly mean: number;
  /** Σ (x − mean)^k, k = 2, 3, 4. */
  readonly m2: number;
  readonly m3: number;
  readonly m4: number;
  readonly min: number;
  readonly max: number;
  /** How many values are > 0. */
  readonly positive: number;
}

/**
 * Moments of a list, in two passes. A NaN or an infinity among the values makes mean and power sums NaN; min and max are NaN
 * only after a NaN. Of nothing: count 0 and zeros, as the state before the first value.
 */
export function moments(values: Values): Moments {
  const count = values.length;
  if (count === 0) return { count, mean: 0, m2: 0, m3: 0, m4: 0, min: 0, max: 0, positive: 0 };
  let sum = 0;
  let min = Infinity;
  let max = -Infinity;
  let positive = 0;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    sum += value;
    min = Math.min(min, value);
    max = Math.max(max, value);
    if (value > 0) positive++;
  }
  const mean = Math.abs(sum) < Infinity ? sum / count : NaN;
  let m2 = 0;
  let m3 = 0;
  let m4 = 0;
  for (let i = 0; i < count; i++) {
    const d = values[i]! - mean;
    m2 += d * d;
    m3 += d * d * d;
    m4 += d * d * d * d;
  }
  return { count, mean, m2, m3, m4, min, max, positive };
}

/**
 * Moments of the union of two sets, by the pairwise formulas of Pébay (2008), SAND2008-6212, doi:10.2172/1028931. Not
 * associative to the last bit: merge along a fixed tree.
 */
export function mergeMoments(a: Moments, b: Moments): Moments {
  if (a.count === 0) return b;
  if (b.count === 0) return a;
  const count = a.count + b.count;
  const d = b.mean - a.mean;
  const r = d / count;
  const ra = a.count * r;
  const rb = b.count * r;
  const cross = ra * b.count * d;
  return {
    count,
    mean: a.mean + rb,
    m2: a.m2 + b.m2 + cross,
    m3: a.m3 + b.m3 + cross * (ra - rb) + 3 * (ra * b.m2 - rb * a.m2),
    m4: a.m4 + b.m4 + cross * (ra * ra - ra * rb + rb * rb) + 6 * (ra * ra * b.m2 + rb * rb * a.m2) + 4 * (ra * b.m3 - rb * a.m3),
    min: Math.min(a.min, b.min),
    max: Math.max(a.max, b.max),
    positive: a.positive + b.positive,
  };
}

const word = new Float32Array(1);
const bits = new Int32Array(word.buffer);

/** Counter of a value (rounded to float32); all zeros, and what lies below the grid, in counter 0. */
function counterOf(value: number, { mantissaBits, minExponent, nBins, nZeros }: LogGrid): number {
  if (Number.isNaN(value)) return nZeros + 2 * nBins;
  word[0] = value;
  const bin = ((bits[0]! & 0x7fffffff) >> (23 - mantissaBits)) - ((minExponent + 127) << mantissaBits);
  if (bin < 0) return 0;
  return nZeros + (value < 0 ? nBins : 0) + Math.min(bin, nBins - 1);
}

/** Counts of values on a grid. */
export function logHistogram(values: Values, grid: LogGrid): Float64Array {
  const counts = new Float64Array(countersOf(grid));
  for (let i = 0; i < values.length; i++) counts[counterOf(values[i]!, grid)]!++;
  return counts;
}

/** Σ max(x, 0) and Σ max(x, 0)²; NaN if a value is NaN. */
export function rectifiedSums(values: Values): readonly [sum: number, sumOfSquares: number] {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const r = Math.max(values[i]!, 0);
    sum += r;
    squares += r * r;
  }
  return [sum, squares];
}

export interface UnitResponses {
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly max: number;
  readonly count: number;
  /** Counts of the responses in the nBins bins up to that of the largest one; smaller responses are in `count` only. */
  readonly window: Float64Array;
  /** Bin (float bits >> (23 − windowBits)) of the window's last counter; −1 before the first positive response. */
  readonly top: number;
}

/**
 * Responses of one unit to a list of stimuli, rectified. The window slides up with the maximum and what falls out below is
 * dropped, so every count in it is exact. A NaN makes sums and max NaN and is counted nowhere.
 */
export function unitResponses(responses: Values, nBins: number, windowBits: number): UnitResponses {
  const [sum, sumOfSquares] = rectifiedSums(responses);
  let max = 0;
  let count = 0;
  const bins: number[] = [];
  for (let i = 0; i < responses.length; i++) {
    const r = responses[i]!;
    if (Number.isNaN(r) || Number.isNaN(max)) max = NaN;
    else if (r > max) max = r;
    if (!(r > 0)) continue;
    count++;
    word[0] = r;
    bins.push(bits[0]! >> (23 - windowBits));
  }
  const top = bins.reduce((a, b) => Math.max(a, b), -1);
  const window = new Float64Array(nBins);
  for (const bin of bins) {
    const at = nBins - 1 - (top - bin);
    if (at >= 0) window[at]!++;
  }
  return { sum, sumOfSquares, max, count, window, top };
}
