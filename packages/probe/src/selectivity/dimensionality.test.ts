import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { participationRatio, twoNearestNeighbours } from './dimensionality.ts';

/** n normal points that fill d of `nUnits` directions. */
function gaussian(n: number, d: number, nUnits: number, seed: number): Float64Array {
  const { normal } = createRandom(seed);
  return Float64Array.from({ length: n * nUnits }, (_, i) => (i % nUnits < d ? normal() : 0));
}

/** Twelve points in five units, for which numpy was asked. */
const points = Float64Array.from({ length: 60 }, (_, at) => {
  const [i, u] = [Math.floor(at / 5), at % 5];
  return Math.sin(1.7 * i * i + 0.9 * u * u + i * u);
});

describe('participationRatio', () => {
  test('by hand: variances 3 and 1 along two units are (3 + 1)² / (9 + 1)', () => {
    const [a, b] = [Math.sqrt(3), 1];
    expect(participationRatio(Float64Array.of(a, b, a, -b, -a, b, -a, -b), 4)).toBeCloseTo(1.6, 12);
  });
  test('numpy 2.4: linalg.eigvalsh of cov', () => {
    expect(participationRatio(points, 12)).toBeCloseTo(3.7965809071146523, 12);
  });
  test('of 123 directions it finds 16 with 20 stimuli and 115 with 2000', () => {
    expect(Math.abs(participationRatio(gaussian(20, 123, 123, 1), 20) - 16.5)).toBeLessThan(0.7);
    expect(Math.abs(participationRatio(gaussian(2000, 123, 123, 1), 2000) - 115.9)).toBeLessThan(0.7);
  });
  test('nothing varies, or a response is not a number', () => {
    expect(participationRatio(new Float64Array(40).fill(2), 10)).toBeNaN();
    expect(participationRatio(Float64Array.of(1, 2, Number.NaN, 3), 2)).toBeNaN();
  });
});

describe('twoNearestNeighbours', () => {
  test('numpy 2.4, the estimator of the paper written out', () => {
    expect(twoNearestNeighbours(points, 12)).toBeCloseTo(4.3313009478537845, 12);
  });
  test.each([
    [1, 0.1],
    [2, 0.1],
    [5, 0.1],
  ])('of %d dimensions with 1000 stimuli: within %d of them', (d, share) => {
    expect(Math.abs(twoNearestNeighbours(gaussian(1000, d, 10, 2), 1000) / d - 1)).toBeLessThan(share);
  });
  test('of 30 dimensions it finds fewer, and with 128 stimuli fewer still than with 1000', () => {
    const mean = (n: number) =>
      [1, 2, 3, 4, 5, 6, 7, 8].reduce((sum, seed) => sum + twoNearestNeighbours(gaussian(n, 30, 32, seed), n) / 8, 0);
    const [few, many] = [mean(128), mean(1000)];
    expect(many).toBeLessThan(27);
    expect(few).toBeLessThan(many);
  });
  test('a bent line is a line, where the participation ratio sees the plane it lies in', () => {
    const { uniform } = createRandom(5);
    const angles = Array.from({ length: 500 }, () => 2 * Math.PI * uniform());
    const arc = Float64Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)]));
    expect(twoNearestNeighbours(arc, 500)).toBeLessThan(1.15);
    expect(participationRatio(arc, 500)).toBeGreaterThan(1.9);
  });
  test('stimuli with the same responses as another are left out; too few are none', () => {
    expect(twoNearestNeighbours(new Float64Array(400).fill(1), 100)).toBeNaN();
    expect(
      twoNearestNeighbours(
        Float64Array.from({ length: 18 }, (_, i) => Math.sin(i * i)),
        9,
      ),
    ).toBeNaN();
    expect(
      twoNearestNeighbours(
        Float64Array.from({ length: 40 }, (_, i) => (i === 7 ? Number.NaN : Math.sin(i * i))),
        20,
      ),
    ).toBeNaN();
  });
});

test('a scale, a shift and the order of units change neither', () => {
  const other = points.map((_, at) => 5 - 3 * points[5 * Math.floor(at / 5) + 4 - (at % 5)]!);
  expect(participationRatio(other, 12)).toBeCloseTo(participationRatio(points, 12), 10);
  expect(twoNearestNeighbours(other, 12)).toBeCloseTo(twoNearestNeighbours(points, 12), 10);
});
