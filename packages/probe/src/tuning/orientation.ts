/**
 * @file Orientation tuning from the responses to gratings of n orientations over 180°: how selective, how wide, around what.
 * Phases are averaged before (see phase.ts), responses are rectified.
 */
import { InputError } from '@ventral/core';
import { direction } from '@ventral/stimuli';
import { bandwidthCriterion, cubicSpline, type SmoothingKernel, smoothed } from './curve.ts';
import { indexOfLargest, whyUndefined } from './undefined.ts';

export interface OrientationTuning {
  /** Peak of the curve smoothed with `smooth` and splined, whole degrees 0 … 179 (De Valois); 0° is a vertical grating. */
  readonly preferredDeg: number;
  /** 0 = one orientation only, 1 = none preferred. */
  readonly circularVariance: number;
  /** Orientation selectivity index: 1 − circular variance, the length of the mean vector. */
  readonly osi: number;
  /** Response at the orientation orthogonal to the best one shown over the response at that. */
  readonly orthogonalRatio: number;
  /** Half of the width at 0.707 of the peak of the curve smoothed with `hanning` and splined, degrees (Ringach). */
  readonly halfBandwidthDeg: number;
  /** The half bandwidth is defined. null where there is no response. */
  readonly isSelective: boolean | null;
  readonly note: string | null;
}

/**
 * Every measure of one unit's orientation curve.
 *
 * @param responses of an even number of orientations, at least 4, 180°/n apart, the first at 0°
 * @returns NaN and a note where a measure is not defined: `no response above 0`, `same response at every orientation`,
 *   `untuned: the curve stays above 0.707 of its peak`.
 * @throws InputError `orientationTuning: needs an even number of orientations, at least 4, got 7.`
 * @see Ringach, Shapley & Hawken 2002, J Neurosci 22:5639; De Valois, Yund & Hepler 1982, Vision Res 22:531; as in Marques,
 *   Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495.
 */
export function orientationTuning(responses: ArrayLike<number>): OrientationTuning {
  const n = responses.length;
  if (n < 4 || n % 2 === 1) {
    throw new InputError(`orientationTuning: needs an even number of orientations, at least 4, got ${n}.`);
  }
  const why = whyUndefined(responses);
  if (why !== null) {
    const nan = Number.NaN;
    return {
      preferredDeg: nan,
      circularVariance: nan,
      osi: nan,
      orthogonalRatio: nan,
      halfBandwidthDeg: nan,
      isSelective: null,
      note: why,
    };
  }
  const variance = circularVariance(responses);
  const best = indexOfLargest(responses);
  const isFlat = Array.from(responses).every((response) => response === responses[0]);
  const halfBandwidthDeg = isFlat
    ? Number.NaN
    : orientationWidthDeg(orientationCurve(responses, 'hanning'), bandwidthCriterion) / 2;
  const isSelective = !Number.isNaN(halfBandwidthDeg);
  return {
    preferredDeg: isFlat ? Number.NaN : indexOfLargest(orientationCurve(responses, 'smooth')),
    circularVariance: variance,
    osi: 1 - variance,
    orthogonalRatio: responses[(best + n / 2) % n]! / responses[best]!,
    halfBandwidthDeg,
    isSelective,
    note: isFlat
      ? 'same response at every orientation'
      : isSelective
        ? null
        : `untuned: the curve stays above ${bandwidthCriterion} of its peak`,
  };
}

/**
 * Circular variance 1 − |Σ r e^(2iθ)| / Σ |r| over n orientations 180°/n apart. Unchanged by a scale, and by turning the curve.
 * NaN where all responses are 0.
 *
 * @see Ringach, Shapley & Hawken 2002, J Neurosci 22:5639 (Batschelet 1981's measure of doubled angles).
 */
export function circularVariance(responses: ArrayLike<number>): number {
  const n = responses.length;
  let [real, imaginary, sum] = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const [cos, sin] = direction((360 * i) / n);
    real += responses[i]! * cos;
    imaginary += responses[i]! * sin;
    sum += Math.abs(responses[i]!);
  }
  return 1 - Math.sqrt(real * real + imaginary * imaginary) / sum;
}

/**
 * The curve at whole degrees 0 … 179: smoothed around the circle, then the spline through three turns of it, of which the
 * middle one is kept. (The published code smooths the three turns with zeros beyond their ends, which moves its middle turn by
 * less than 1e-6 of the peak.)
 */
export function orientationCurve(responses: ArrayLike<number>, kernel: SmoothingKernel): Float64Array {
  const n = responses.length;
  const turn = smoothed(responses, kernel, 'circle');
  const spline = cubicSpline(
    Float64Array.from({ length: 3 * n }, (_, i) => (180 * (i - n)) / n),
    Float64Array.from({ length: 3 * n }, (_, i) => turn[i % n]!),
  );
  return Float64Array.from({ length: 180 }, (_, degree) => spline(degree));
}

/**
 * Full width of a curve at whole degrees: from the last degree before its peak to the first one after it at or below
 * criterion · peak, around the circle. NaN where there is none: a curve so wide is not tuned.
 */
export function orientationWidthDeg(curve: ArrayLike<number>, criterion: number): number {
  const peak = indexOfLargest(curve);
  const nDegrees = curve.length;
  const fallsAfter = (sign: 1 | -1) => {
    for (let away = 1; away < nDegrees; away++) {
      if (curve[(peak + sign * away + nDegrees) % nDegrees]! <= criterion * curve[peak]!) return away;
    }
    return Number.NaN;
  };
  return fallsAfter(-1) + fallsAfter(1);
}

/** An orientation 0 … 180° brought into the bins of De Valois, Yund & Hepler 1982: −22.5 … 157.5°. */
export function foldedOrientationDeg(orientationDeg: number): number {
  return orientationDeg >= 157.5 ? orientationDeg - 180 : orientationDeg;
}
