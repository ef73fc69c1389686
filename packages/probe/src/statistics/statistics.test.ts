import { createRandom } from '@ventral/core';
import { coarseGrid, countersOf, fineGrid, reference } from '@ventral/kernels';
import { describe, expect, it } from 'vitest';
import { joinMoments, momentSlots, pooledMoments, summarizeMoments } from './moments.ts';
import { quantiles, relativeError } from './quantiles.ts';
import { countAboveHalfPeak, mergeWindows, sparseness, windowBins, windowBits } from './sparseness.ts';
import { statistics } from './statistics.ts';

/** Moments of a list by two passes. */
function momentsOf(values: readonly number[]): Float64Array {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const power = (k: number) => values.reduce((sum, v) => sum + (v - mean) ** k, 0);
  return Float64Array.of(
    values.length,
    mean,
    power(2),
    power(3),
    power(4),
    Math.min(...values),
    Math.max(...values),
    values.filter((v) => v > 0).length,
  );
}

const normals = (n: number, seed: number) => {
  const random = createRandom(seed);
  return Array.from({ length: n }, () => random.normal());
};

describe('moments', () => {
  it('by hand: 1, 2, 3, 10', () => {
    // mean 4; M2 = 9+4+1+36 = 50; M3 = −27−8−1+216 = 180; M4 = 81+16+1+1296 = 1394
    const { mean, sd, skewness, kurtosis, fractionActive } = summarizeMoments(momentsOf([1, 2, 3, 10]));
    expect([mean, sd, fractionActive]).toEqual([4, Math.sqrt(12.5), 1]);
    expect(skewness).toBeCloseTo((2 * 180) / 50 ** 1.5, 14);
    expect(kurtosis).toBeCloseTo((4 * 1394) / 2500 - 3, 14);
  });
  it('scipy.stats.skew and kurtosis of 2, 8, 0, 4, 1, 9, 9, 0: 0.26505541 and −1.66600108 (SciPy documentation’s example)', () => {
    const { skewness, kurtosis } = summarizeMoments(momentsOf([2, 8, 0, 4, 1, 9, 9, 0]));
    expect(skewness).toBeCloseTo(0.2650554122698573, 12);
    expect(kurtosis).toBeCloseTo(-1.6660010752838508, 12);
  });
  it('equal values have no skewness and no kurtosis', () => {
    const { sd, skewness, kurtosis } = summarizeMoments(momentsOf([3, 3, 3]));
    expect([sd, skewness, kurtosis]).toEqual([0, Number.NaN, Number.NaN]);
  });
  it.each([
    [1, 99],
    [50, 50],
    [7, 93],
  ])('joining %i and %i of 100 values gives those of all', (n) => {
    const values = normals(100, 3).map((v, i) => 1000 + v + (i % 3));
    const left = momentsOf(values.slice(0, n));
    joinMoments(left, 0, momentsOf(values.slice(n)), 0);
    for (const [i, wanted] of momentsOf(values).entries())
      expect(Math.abs(left[i]! - wanted)).toBeLessThan(1e-9 * Math.max(1, Math.abs(wanted)));
  });
  it('a part without values changes nothing, on either side', () => {
    const some = momentsOf([1, 2, 4]);
    const left = some.slice();
    joinMoments(left, 0, new Float64Array(momentSlots), 0);
    expect(left).toEqual(some);
    const empty = new Float64Array(momentSlots);
    joinMoments(empty, 0, some, 0);
    expect(empty).toEqual(some);
  });
  it('a NaN empties the whole', () => {
    const all = pooledMoments(
      Float64Array.of(...momentsOf([1, 2]), 2, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, Number.NaN, 1),
    );
    const { n, mean, sd, min, max, skewness, kurtosis, fractionActive } = summarizeMoments(all);
    expect(n).toBe(4);
    expect([mean, sd, min, max, skewness, kurtosis, fractionActive].every(Number.isNaN)).toBe(true);
  });
});

describe('quantiles', () => {
  it.each([
    ['fine', fineGrid, 0.01],
    ['coarse', coarseGrid, 0.2],
  ] as const)('%s grid: error at most %s', (_, grid, most) => {
    expect(relativeError(grid)).toBeLessThanOrEqual(most);
    const values = normals(1001, 5).map((v, i) => (i % 4 === 0 ? 0 : v * 10 ** (i % 3)));
    const sorted = [...values].sort((a, b) => a - b);
    const range = { min: sorted[0]!, max: sorted.at(-1)! };
    const qs = [0, 0.01, 0.1, 0.25, 0.3, 0.5, 0.75, 0.95, 0.99, 1];
    const found = quantiles(reference.logHistogram(values, grid), 0, grid, qs, range);
    for (const [i, q] of qs.entries()) {
      const wanted = sorted[Math.max(1, Math.ceil(q * values.length)) - 1]!;
      expect(Math.abs(found[i]! - wanted)).toBeLessThanOrEqual(relativeError(grid) * 1.0000001 * Math.abs(wanted));
    }
    expect(found[5]).toBe(0);
  });
  it('512 bytes of u32 per channel', () => {
    expect(4 * countersOf(coarseGrid)).toBe(512);
  });
  it('nothing counted: NaN; NaN values are left out', () => {
    const range = { min: 1, max: 1 };
    expect(quantiles(reference.logHistogram([Number.NaN], fineGrid), 0, fineGrid, [0.5], range)).toEqual([Number.NaN]);
    expect(quantiles(reference.logHistogram([Number.NaN, 1, 1], fineGrid), 0, fineGrid, [0.5], range)).toEqual([1]);
  });
});

describe('sparseness', () => {
  const of = (r: readonly number[]) =>
    sparseness(
      r.reduce((a, b) => a + b, 0),
      r.reduce((a, b) => a + b * b, 0),
      r.length,
    );
  it('one of ten responds: 1; all alike: 0; 0 and 2: half of (1, 1)…', () => {
    expect(of([5, ...new Array<number>(9).fill(0)])).toBeCloseTo(1, 14);
    expect(of([3, 3, 3, 3])).toBeCloseTo(0, 14);
    // a = 1 / (10/4) = 0.4, S = 0.6 / 0.75
    expect(of([0, 1, 0, 3])).toBeCloseTo(0.8, 14);
  });
  it('half-rectified Gaussian: 1 − 1/π = 0.68169; exponential: 1/2 (means over the densities)', () => {
    const n = 1e12;
    // E r = 1/√(2π), E r² = 1/2; E r = 1, E r² = 2
    expect(sparseness(n / Math.sqrt(2 * Math.PI), n / 2, n)).toBeCloseTo(0.68169, 5);
    expect(sparseness(n, 2 * n, n)).toBeCloseTo(0.5, 9);
  });
  it('200,000 half-rectified normal values: 0.682 ± 0.003', () => {
    expect(Math.abs(of(normals(200_000, 1).map((v) => Math.max(v, 0))) - 0.68169)).toBeLessThan(0.003);
  });
  it('brainscore_vision’s sparseness of 6 + 4 sin(2 + 1.3 a), a = 0…14: 0.193481397260', () => {
    expect(of(Array.from({ length: 15 }, (_, a) => 6 + 4 * Math.sin(2 + 1.3 * a)))).toBeCloseTo(0.19348139726, 11);
  });
  it('is the same for responses twice as strong, in another order', () => {
    const r = [0.3, 2, 0, 7, 1];
    expect(of(r.map((v) => 2 * v).reverse())).toBeCloseTo(of(r), 14);
  });
  it('nothing responds, or one image: NaN', () => {
    expect([of([0, 0]), of([2])]).toEqual([Number.NaN, Number.NaN]);
  });
});

/** The window of one unit after some responses, slowly. */
function windowOf(responses: readonly number[]): { windows: Uint32Array; tops: Int32Array } {
  const binOf = (r: number) => new Uint32Array(Float32Array.of(r).buffer)[0]! >>> (23 - windowBits);
  const bins = responses.filter((r) => r > 0).map(binOf);
  const top = Math.max(-1, ...bins);
  const windows = new Uint32Array(windowBins);
  for (const bin of bins) if (windowBins - 1 - (top - bin) >= 0) windows[windowBins - 1 - (top - bin)]! += 1;
  return { windows, tops: Int32Array.of(top) };
}

describe('share above half of the peak', () => {
  it.each([1, 1.999, 3.7, 1e-9])('peak %d: counts of uniform responses within one bin of the truth', (peak) => {
    const largest = Math.fround(peak);
    const responses = Array.from({ length: 1000 }, (_, i) => (largest * (i + 1)) / 1000);
    const window = windowOf(responses).windows;
    const found = countAboveHalfPeak(window, 0, largest);
    expect(Math.abs(found - 501)).toBeLessThan(2);
  });
  it('peak 1: a response of exactly one half counts, one just below does not', () => {
    expect(countAboveHalfPeak(windowOf([1, 0.5]).windows, 0, 1)).toBe(2);
    expect(countAboveHalfPeak(windowOf([1, 0.49]).windows, 0, 1)).toBe(1);
  });
  it('joined windows are those of all responses, in either order', () => {
    const a = [0.1, 0.4, 0.9, 0.2];
    const b = [3, 2.9, 1.4, 0];
    const all = windowOf([...a, ...b]);
    expect(mergeWindows(windowOf(a), windowOf(b))).toEqual(all);
    expect(mergeWindows(windowOf(b), windowOf(a))).toEqual(all);
    expect(mergeWindows(windowOf(a), windowOf([0]))).toEqual(windowOf(a));
  });
});

describe('merging states', () => {
  const state = (values: readonly number[]) => ({
    nImages: values.length,
    moments: momentsOf(values),
    units: Float64Array.of(
      values.reduce((s, v) => s + Math.max(v, 0), 0),
      1,
      Math.max(...values, 0),
      1,
    ),
    population: Float64Array.of(values[0]!, 1),
  });
  const parts = [normals(5, 1), normals(6, 2), normals(7, 3), normals(8, 4)];
  const [a, b, c, d] = [0, 1, 2, 3];
  const at = (i: number) => state(parts[i]!);
  it('is associative but for rounding', () => {
    const { merge } = statistics;
    const tree = merge(merge(at(a), at(b)), merge(at(c), at(d)));
    const fold = merge(merge(merge(at(a), at(b)), at(c)), at(d));
    expect(tree.nImages).toBe(26);
    for (const [i, value] of tree.moments.entries()) expect(fold.moments[i]).toBeCloseTo(value, 10);
    for (const [i, value] of momentsOf(parts.flat()).entries()) expect(tree.moments[i]).toBeCloseTo(value, 10);
    expect(tree.units[2]).toBe(Math.max(...parts.flat(), 0));
  });
});
