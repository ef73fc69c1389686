/**
 * @file Spatial-frequency tuning from the responses to gratings of ascending frequency: the peak and two bandwidths. Radius,
 * orientation and phase are chosen before (see phase.ts). Frequencies in c/deg or cycles/px: results come in the same unit.
 */
import { InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { cubicSpline, type SmoothingKernel, smoothed } from './curve.ts';
import { indexOfLargest, whyUndefined } from './undefined.ts';

export interface SpatialFrequencyTuning {
  /** Frequency of the largest value of the curve. */
  readonly peak: number;
  /** Nearest frequencies below and above the peak where the curve is at or under criterion · peak. */
  readonly low: number;
  readonly high: number;
  /** 100 · low / high, percent: larger = narrower (Schiller's index, at 0.707). */
  readonly ratioPercent: number;
  /** log2(high / low), octaves (De Valois, at half height). */
  readonly bandwidthOctaves: number;
  /** Both ends are defined. null where there is no response. */
  readonly isSelective: boolean | null;
  readonly note: string | null;
}

/** Points of the curve, evenly spaced in log2 of frequency from the first to the last one shown. */
const nPoints = 100;

/**
 * Peak and bandwidth of one unit's curve: smoothed with the ends repeated, then a spline over log2 of frequency at 100 points.
 * A number is one of these points, so exact to 1/99 of the octaves shown.
 *
 * @param responses one per frequency, at least 4
 * @param frequencies positive, ascending
 * @param kernel De Valois and Schiller: `smooth`
 * @param criterion height of the bandwidth over the peak: 0.707 for Schiller's index, 0.5 for octaves
 * @returns NaN and a note where a measure is not defined: `no response above 0`, `same response at every frequency`,
 *   `low-pass: below its peak the curve stays above 0.5 of it`, `high-pass: …`.
 * @throws InputError `spatialFrequencyTuning: needs a response for each of at least 4 positive, ascending frequencies, got 3
 *   responses and frequencies 1, 2, 4.`
 * @see De Valois, Albrecht & Thorell 1982, Vision Res 22:545; Schiller, Finlay & Volman 1976, J Neurophysiol 39:1334; as in
 *   Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495.
 */
export function spatialFrequencyTuning(
  responses: ArrayLike<number>,
  frequencies: ArrayLike<number>,
  kernel: SmoothingKernel,
  criterion: number,
): SpatialFrequencyTuning {
  const shown = Array.from(frequencies);
  if (
    shown.length < 4 ||
    responses.length !== shown.length ||
    !shown.every((frequency, i) => frequency > 0 && (i === 0 || frequency > shown[i - 1]!))
  ) {
    throw new InputError(
      `spatialFrequencyTuning: needs a response for each of at least 4 positive, ascending frequencies, got ${responses.length} responses and frequencies ${shown.join(', ')}.`,
    );
  }
  const why = whyUndefined(responses);
  if (why !== null || Array.from(responses).every((response) => response === responses[0])) {
    const nan = Number.NaN;
    return {
      peak: nan,
      low: nan,
      high: nan,
      ratioPercent: nan,
      bandwidthOctaves: nan,
      isSelective: why === null ? false : null,
      note: why ?? 'same response at every frequency',
    };
  }
  const octaves = shown.map((frequency) => math.log(frequency) / math.ln2);
  const [first, last] = [octaves[0]!, octaves.at(-1)!];
  const spline = cubicSpline(octaves, smoothed(responses, kernel, 'edge'));
  const octaveAt = (point: number) => first + ((last - first) * point) / (nPoints - 1);
  const curve = Float64Array.from({ length: nPoints }, (_, point) => spline(octaveAt(point)));
  const peak = indexOfLargest(curve);
  const isUnder = (value: number) => value <= criterion * curve[peak]!;
  const lowPoint = curve.subarray(0, peak).findLastIndex(isUnder);
  const highPoint = curve.findIndex((value, point) => point > peak && isUnder(value));
  const frequencyAt = (point: number) => (point < 0 ? Number.NaN : math.pow(2, octaveAt(point)));
  const [low, high] = [frequencyAt(lowPoint), frequencyAt(highPoint)];
  const isSelective = lowPoint >= 0 && highPoint >= 0;
  return {
    peak: frequencyAt(peak),
    low,
    high,
    ratioPercent: (100 * low) / high,
    bandwidthOctaves: isSelective ? octaveAt(highPoint) - octaveAt(lowPoint) : Number.NaN,
    isSelective,
    note: isSelective
      ? null
      : lowPoint < 0 && highPoint < 0
        ? `untuned: the curve stays above ${criterion} of its peak`
        : lowPoint < 0
          ? `low-pass: below its peak the curve stays above ${criterion} of it`
          : `high-pass: above its peak the curve stays above ${criterion} of it`,
  };
}
