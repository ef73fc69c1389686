import { describe, expect, it } from 'vitest';
import { bandwidthCriterion } from './curve.ts';
import {
  circularVariance,
  foldedOrientationDeg,
  orientationCurve,
  orientationTuning,
  orientationWidthDeg,
} from './orientation.ts';
import { indexOfLargest } from './undefined.ts';

/** Orientations 0 … 165 by 15. */
const curve = (response: (orientationDeg: number) => number) => Array.from({ length: 12 }, (_, i) => response(15 * i));
const bell = (deg: number, at: number, sharpness: number) =>
  Math.exp(sharpness * (Math.cos((2 * Math.PI * (deg - at)) / 180) - 1));

const golden = curve((deg) => 2 + 10 * bell(deg, 52, 3));

describe('against the published code, run on 2 + 10·exp(3(cos(2π(θ − 52)/180) − 1))', () => {
  it('circular variance, orthogonal ratio, half bandwidth and preferred orientation', () => {
    const tuning = orientationTuning(golden);
    expect(tuning.circularVariance).toBeCloseTo(0.555696521545, 12);
    expect(tuning.osi).toBeCloseTo(1 - 0.555696521545, 12);
    expect(tuning.orthogonalRatio).toBeCloseTo(0.181844512277, 12);
    expect(tuning).toMatchObject({ halfBandwidthDeg: 20, preferredDeg: 52, isSelective: true, note: null });
  });
  it.each([
    ['smooth', 54],
    ['flat', 94],
    ['none', 48],
  ] as const)('kernel %s at half height: full width %i, preferred 52', (kernel, width) => {
    const smooth = orientationCurve(golden, kernel);
    expect(orientationWidthDeg(smooth, 0.5)).toBe(width);
    expect(indexOfLargest(smooth)).toBe(52);
  });
});

// The published procedure (three turns smoothed with zeros beyond, spline of SciPy 1.17) on curves peaked near the seam.
describe.each([
  ['6 + 4cos(2π(θ − 170)/180)', (deg: number) => 6 + 4 * Math.cos((2 * Math.PI * (deg - 170)) / 180), 78, 108, 170, 170],
  ['1 + 5·bell(171) + 2·bell(130)', (deg: number) => 1 + 5 * bell(deg, 171, 2) + 2 * bell(deg, 130, 4), 59, 84, 168, 169],
  [
    '9 + cos(2π(θ − 170)/180)',
    (deg: number) => 9 + Math.cos((2 * Math.PI * (deg - 170)) / 180),
    Number.NaN,
    Number.NaN,
    170,
    170,
  ],
])('%s', (_, response, ringachWidth, halfHeightWidth, ringachPeak, deValoisPeak) => {
  it('has the width and peak of the published procedure', () => {
    const hanning = orientationCurve(curve(response), 'hanning');
    const smooth = orientationCurve(curve(response), 'smooth');
    expect(orientationWidthDeg(hanning, bandwidthCriterion)).toBe(ringachWidth);
    expect(orientationWidthDeg(smooth, 0.5)).toBe(halfHeightWidth);
    expect([indexOfLargest(hanning), indexOfLargest(smooth)]).toEqual([ringachPeak, deValoisPeak]);
  });
});

it('the smoothed curve has the values of the published procedure within 1e-6 of the peak', () => {
  const hanning = orientationCurve(
    curve((deg) => 6 + 4 * Math.cos((2 * Math.PI * (deg - 170)) / 180)),
    'hanning',
  );
  expect(hanning[0]).toBeCloseTo(9.534957257478684, 5);
  expect(hanning[90]).toBeCloseTo(2.4650427425213177, 5);
  expect(hanning[179]).toBeCloseTo(9.577643826542179, 5);
});

describe('orientationTuning', () => {
  it('by hand: 3, 1, 1, 1 at 0, 45, 90, 135', () => {
    // Σ r e^(2iθ) = 3 − 1 + i(1 − 1) = 2; Σ r = 6
    expect(circularVariance([3, 1, 1, 1])).toBeCloseTo(2 / 3, 15);
    expect(orientationTuning([3, 1, 1, 1]).orthogonalRatio).toBe(1 / 3);
  });
  it('one orientation only has variance 0', () => {
    expect(circularVariance([0, 0, 5, 0, 0, 0])).toBeCloseTo(0, 15);
  });
  it('a scale changes nothing', () => {
    const { halfBandwidthDeg, preferredDeg, ...rest } = orientationTuning(golden);
    const scaled = orientationTuning(golden.map((r) => 1e-3 * r));
    expect(scaled).toMatchObject({ halfBandwidthDeg, preferredDeg });
    expect(scaled.circularVariance).toBeCloseTo(rest.circularVariance, 14);
  });
  it.each([1, 3, 7, 11])('turning the curve by %i × 15° turns the preferred orientation alone', (steps) => {
    const turned = golden.map((_, i) => golden[(i - steps + 12) % 12]!);
    const [before, after] = [orientationTuning(golden), orientationTuning(turned)];
    expect(after.preferredDeg).toBe((before.preferredDeg + 15 * steps) % 180);
    expect(after.halfBandwidthDeg).toBe(before.halfBandwidthDeg);
    expect(after.orthogonalRatio).toBe(before.orthogonalRatio);
    expect(after.circularVariance).toBeCloseTo(before.circularVariance, 14);
  });
  it('says why a measure is empty', () => {
    expect(orientationTuning(new Float64Array(12))).toMatchObject({
      circularVariance: Number.NaN,
      preferredDeg: Number.NaN,
      isSelective: null,
      note: 'no response above 0',
    });
    expect(orientationTuning([1, Number.NaN, 1, 1])).toMatchObject({ osi: Number.NaN, note: 'a response is not a number' });
    const flat = orientationTuning(new Float64Array(12).fill(4));
    expect(flat).toMatchObject({
      orthogonalRatio: 1,
      preferredDeg: Number.NaN,
      halfBandwidthDeg: Number.NaN,
      isSelective: false,
    });
    expect(flat.circularVariance).toBeCloseTo(1, 14);
    expect(flat.note).toBe('same response at every orientation');
    const broad = orientationTuning(curve((deg) => 9 + Math.cos((2 * Math.PI * (deg - 170)) / 180)));
    expect(broad).toMatchObject({ preferredDeg: 170, halfBandwidthDeg: Number.NaN, isSelective: false });
    expect(broad.note).toBe('untuned: the curve stays above 0.707 of its peak');
  });
  it('refuses an odd number of orientations', () => {
    expect(() => orientationTuning([1, 2, 3, 4, 5, 6, 7])).toThrow(
      'orientationTuning: needs an even number of orientations, at least 4, got 7.',
    );
  });
});

it('foldedOrientationDeg: the bins of De Valois', () => {
  expect([0, 157, 157.5, 179].map(foldedOrientationDeg)).toEqual([0, 157, -22.5, -1]);
});
