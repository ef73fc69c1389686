import { describe, expect, it } from 'vitest';
import { bandwidthCriterion } from './curve.ts';
import { spatialFrequencyTuning } from './spatial-frequency.ts';

/** The battery's 22 frequencies, 2^−1.375 … 2^3.875 c/deg, a quarter octave apart. */
const frequencies = Array.from({ length: 22 }, (_, i) => 2 ** (-1.375 + i / 4));
const bell = (peak: number, sdOctaves: number) => (f: number) => Math.exp(-(Math.log2(f / peak) ** 2) / (2 * sdOctaves ** 2));

describe('against the published code', () => {
  it.each([
    ['smooth', 24.73881815],
    ['triangle', 22.98537134],
    ['hanning', 24.73881815],
    ['none', 24.73881815],
  ] as const)('1 + 8·bell(2.5, 1.1 octaves), kernel %s: index %d, peak 2.5132347872', (kernel, index) => {
    const responses = frequencies.map((f) => 1 + 8 * bell(2.5, 1.1)(f));
    const tuning = spatialFrequencyTuning(responses, frequencies, kernel, bandwidthCriterion);
    expect(tuning.ratioPercent).toBeCloseTo(index, 8);
    expect(tuning.peak).toBeCloseTo(2.5132347872, 10);
  });

  // A narrow peak beside a broad one: the kernels give different numbers.
  it.each([
    ['smooth', 74.52299577],
    ['hanning', 71.83342814],
    ['none', 77.31326545],
    ['triangle', 51.60041399],
  ] as const)('0.2 + 10·bell(2.2, 0.18) + 3·bell(4.18, 0.3), kernel %s: index %d', (kernel, index) => {
    const responses = frequencies.map((f) => 0.2 + 10 * bell(2.2, 0.18)(f) + 3 * bell(4.18, 0.3)(f));
    expect(spatialFrequencyTuning(responses, frequencies, kernel, bandwidthCriterion).ratioPercent).toBeCloseTo(index, 8);
  });
});

describe('spatialFrequencyTuning', () => {
  const responses = frequencies.map(bell(2.5, 0.7));

  it('by hand: a bell of 0.7 octaves is 2√(2 ln 2)·0.7 = 1.65 octaves wide at half height, within two points of the curve', () => {
    const { bandwidthOctaves, peak, low, high } = spatialFrequencyTuning(responses, frequencies, 'none', 0.5);
    const point = 5.25 / 99;
    expect(bandwidthOctaves).toBeGreaterThan(2.3548 * 0.7);
    expect(bandwidthOctaves).toBeLessThan(2.3548 * 0.7 + 2 * point);
    expect(Math.abs(Math.log2(peak / 2.5))).toBeLessThan(point);
    expect(bandwidthOctaves).toBeCloseTo(Math.log2(high / low), 12);
  });
  it('a scale of the responses changes nothing', () => {
    const scaled = responses.map((r) => 1000 * r);
    expect(spatialFrequencyTuning(scaled, frequencies, 'smooth', 0.5)).toEqual(
      spatialFrequencyTuning(responses, frequencies, 'smooth', 0.5),
    );
  });
  it('frequencies in another unit move the peak alone', () => {
    const perPx = frequencies.map((f) => f / 28);
    const [inDegrees, inPx] = [frequencies, perPx].map((shown) =>
      spatialFrequencyTuning(responses, shown, 'smooth', bandwidthCriterion),
    );
    expect(inPx!.peak).toBeCloseTo(inDegrees!.peak / 28, 12);
    expect(inPx!.bandwidthOctaves).toBeCloseTo(inDegrees!.bandwidthOctaves, 12);
    expect(inPx!.ratioPercent).toBeCloseTo(inDegrees!.ratioPercent, 10);
  });
  it('says why a measure is empty', () => {
    const lowPass = spatialFrequencyTuning(frequencies.map(bell(0.4, 1)), frequencies, 'smooth', 0.5);
    expect(lowPass).toMatchObject({ low: Number.NaN, ratioPercent: Number.NaN, isSelective: false });
    expect(lowPass.high).toBeGreaterThan(0.4);
    expect(lowPass.note).toBe('low-pass: below its peak the curve stays above 0.5 of it');
    expect(spatialFrequencyTuning(frequencies.map(bell(14, 1)), frequencies, 'smooth', 0.5).note).toBe(
      'high-pass: above its peak the curve stays above 0.5 of it',
    );
    const broad = frequencies.map((f) => 9 + bell(2, 1)(f));
    expect(spatialFrequencyTuning(broad, frequencies, 'smooth', 0.5)).toMatchObject({
      bandwidthOctaves: Number.NaN,
      isSelective: false,
      note: 'untuned: the curve stays above 0.5 of its peak',
    });
    const flat = frequencies.map(() => 3);
    expect(spatialFrequencyTuning(flat, frequencies, 'smooth', 0.5)).toMatchObject({
      peak: Number.NaN,
      isSelective: false,
      note: 'same response at every frequency',
    });
    const silent = frequencies.map(() => 0);
    expect(spatialFrequencyTuning(silent, frequencies, 'smooth', 0.5)).toMatchObject({
      peak: Number.NaN,
      isSelective: null,
      note: 'no response above 0',
    });
  });
  it('refuses too few frequencies', () => {
    expect(() => spatialFrequencyTuning([1, 2, 3], [1, 2, 4], 'smooth', 0.5)).toThrow(
      'spatialFrequencyTuning: needs a response for each of at least 4 positive, ascending frequencies, got 3 responses and frequencies 1, 2, 4.',
    );
  });
});
