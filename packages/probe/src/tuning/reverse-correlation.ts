/**
 * @file What a unit sums over its field, from its responses to black and white checks: the spike-triggered average, or first-order
 * kernel, its size and its shape. Lengths in checks: multiply by a check's degrees or px.
 */
import { InputError } from '@ventral/core';
import { type FieldMap, fieldMap } from './field-map.ts';
import { type FilterShape, filterShape } from './filter-shape.ts';
import { whyUndefined } from './undefined.ts';

/** A pair of pictures by the white checks of the first, row · nAcross + column; the second is its negative. */
export type CheckPair = readonly number[];

export interface SpikeTriggeredAverage {
  /** Σ r s / n over the pictures, s = 1 for white checks and −1 for black: row by row. A linear unit's is its weights. */
  readonly map: Float64Array;
  /** The same over the even pairs, and over the odd ones. */
  readonly halves: readonly [even: Float64Array, odd: Float64Array];
  /** Correlation of the halves over checks; NaN where one is the same everywhere. */
  readonly reliability: number;
  /**
   * Share of the responses' variance that turns around with the picture: 1 linear, 0 the same for every picture and its negative, as of
   * an energy unit; NaN where all responses are equal.
   */
  readonly oddShare: number;
}

/**
 * The spike-triggered average of a unit. Each response counts by its difference from that to the negative, so that what is the
 * same for both cancels to the last bit. Costs pairs × checks additions.
 *
 * @param responses [pairs × 2], picture before negative
 * @throws InputError `spikeTriggeredAverage: needs two responses for each of at least 2 pairs, got 511 for 256.`
 * @see de Boer & Kuyper 1968, Triggered correlation, IEEE Trans Biomed Eng 15:169; Chichilnisky 2001, Network 12:199.
 */
export function spikeTriggeredAverage(
  responses: ArrayLike<number>,
  pairs: readonly CheckPair[],
  nChecks: number,
): SpikeTriggeredAverage {
  if (pairs.length < 2 || responses.length !== 2 * pairs.length) {
    throw new InputError(
      `spikeTriggeredAverage: needs two responses for each of at least 2 pairs, got ${responses.length} for ${pairs.length}.`,
    );
  }
  const [even, odd] = [new Float64Array(nChecks), new Float64Array(nChecks)];
  const nEven = Math.ceil(pairs.length / 2);
  let [sum, squares, oddSquares] = [0, 0, 0];
  for (const [p, bright] of pairs.entries()) {
    const [first, negative] = [responses[2 * p]!, responses[2 * p + 1]!];
    const difference = (first - negative) / 2;
    sum += first + negative;
    squares += first * first + negative * negative;
    oddSquares += 2 * difference * difference;
    const share = difference / (p % 2 === 0 ? nEven : pairs.length - nEven);
    const half = p % 2 === 0 ? even : odd;
    for (let check = 0; check < nChecks; check++) half[check]! -= share;
    for (const check of bright) half[check]! += 2 * share;
  }
  const map = even.map((value, check) => (value * nEven + odd[check]! * (pairs.length - nEven)) / pairs.length);
  const variance = squares - (sum * sum) / responses.length;
  return {
    map,
    halves: [even, odd],
    reliability: correlation(even, odd),
    oddShare: variance > 0 ? oddSquares / variance : Number.NaN,
  };
}

/** Pearson's correlation; NaN where either is the same everywhere. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (values: Float64Array) => values.reduce((total, value) => total + value, 0) / values.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [dA, dB] = [a[i]! - meanA, b[i]! - meanB];
    aa += dA * dA;
    bb += dB * dB;
    ab += dA * dB;
  }
  return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : Number.NaN;
}

export interface ReverseCorrelation extends Pick<SpikeTriggeredAverage, 'map' | 'reliability'> {
  /** Size and place of what the halves share; null where the map is not to be believed. */
  readonly field: Pick<FieldMap, 'sigmaSteps' | 'sqrtAreaSteps' | 'centroidYSteps' | 'centroidXSteps'> | null;
  /** Fits to the map; null where the map is not to be believed, or they were not asked for. */
  readonly shape: FilterShape | null;
  readonly note: string | null;
}

/** A map whose halves correlate less is not measured. Halves of noise alone correlate by 0 ± 0.09 over 121 checks. */
const leastReliability = 0.3;
/** Nor is one of responses that hardly turn around with the picture: what is left of an energy unit is rounding. */
const leastOddShare = 0.01;

/**
 * Nor has one an area whose halves correlate less than this: checks of noise above 4.55 % of the peak would be counted. Of simulated
 * Gaussians the √area is 11 % too large at 0.95, 32 % at 0.9.
 */
const leastAreaReliability = 0.95;

/** σ of a square of side 1 along an axis. */
const checkSigma = 1 / Math.sqrt(12);

/**
 * A unit's first-order map and what it looks like: σ and area of |map| as of any field, the check's own extent taken off σ, and the
 * fits of a Gabor and of a difference of Gaussians, made on one half of the pairs and scored on the other.
 *
 * |map| is taken as √(even · odd), 0 where the halves differ in sign: the same without noise, but noise alone, which is never
 * negative in |map|, does not add up in it. Of simulated Gaussians σ is then within 3 % down to a reliability of 0.4, where that of
 * the plain |map| is up to 41 % too large.
 *
 * @param isFitted whether to fit; it takes most of the time
 * @returns field and shape null and a note: `a response is not a number`, `no response above 0`, `a picture and its negative
 *   give the same response`, `the halves of the map hardly agree`; else the notes of the shape and of the field, whose area alone
 *   is empty with `the map is too noisy for an area`.
 */
export function reverseCorrelation(
  responses: ArrayLike<number>,
  pairs: readonly CheckPair[],
  nAcross: number,
  isFitted: boolean,
): ReverseCorrelation {
  const size = [nAcross, nAcross] as const;
  const { map, halves, reliability, oddShare } = spikeTriggeredAverage(responses, pairs, nAcross * nAcross);
  const empty = { map, reliability: Number.NaN, field: null, shape: null };
  const why = whyUndefined(responses);
  if (why !== null) return { ...empty, note: why };
  if (!(oddShare >= leastOddShare)) return { ...empty, note: 'a picture and its negative give the same response' };
  if (!(reliability >= leastReliability)) return { ...empty, reliability, note: 'the halves of the map hardly agree' };
  const [even, odd] = halves;
  const shared = even.map((value, check) => Math.sqrt(Math.max(0, value * odd[check]!)));
  const { note: fieldNote, isCut, sqrtAreaSteps, ...field } = fieldMap(shared, size, checkSigma);
  const hasArea = reliability >= leastAreaReliability;
  const shape = isFitted ? filterShape(halves, size) : null;
  const notes = [
    fieldNote === 'no wider than the patch' ? 'no wider than a check' : fieldNote,
    hasArea ? null : 'the map is too noisy for an area',
    hasArea && isCut ? 'the field reaches the map’s border: a lower bound' : null,
    shape?.note ?? null,
  ];
  return {
    map,
    reliability,
    field: { ...field, sqrtAreaSteps: hasArea ? sqrtAreaSteps : Number.NaN },
    shape,
    note: notes.filter((note) => note !== null).join('; ') || null,
  };
}
