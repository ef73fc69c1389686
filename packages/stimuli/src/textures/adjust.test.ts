import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import {
  autocovariance,
  centred,
  covariance,
  covariances,
  shifts,
  standardMoment,
  withAutocovariance,
  withCovariances,
  withMoment,
} from './adjust.ts';

const side = 32;
const { normal, uniform } = createRandom(1);
const noise = () => centred(Float64Array.from({ length: side * side }, normal));
/** Skewness 2, kurtosis 9. */
const exponential = centred(Float64Array.from({ length: 100_000 }, () => -Math.log(1 - uniform())));

describe('moments', () => {
  test('by hand: of −1, −1, 2 the skewness is 1/√2 and the kurtosis 3/2', () => {
    expect(standardMoment(Float64Array.of(-1, -1, 2), 3)).toBeCloseTo(Math.SQRT1_2, 14);
    expect(standardMoment(Float64Array.of(-1, -1, 2), 4)).toBeCloseTo(1.5, 14);
  });
  test('of an exponential distribution they are 2 and 9', () => {
    expect(standardMoment(exponential, 3)).toBeCloseTo(2, 1);
    expect(Math.abs(standardMoment(exponential, 4) - 9)).toBeLessThan(0.5);
  });
  test.each([
    [3, 0.8],
    [3, -0.5],
    [4, 2.2],
    [4, 6],
  ] as const)('order %d is brought to %d; mean and variance stay', (order, target) => {
    const values = noise();
    const adjusted = withMoment(values, order, target);
    expect(standardMoment(centred(adjusted), order)).toBeCloseTo(target, 6);
    expect(covariance(adjusted, adjusted)).toBeCloseTo(covariance(values, values), 10);
    expect(adjusted.reduce((a, b) => a + b, 0) / adjusted.length).toBeCloseTo(0, 12);
  });
  test('what has the target is left alone; what cannot reach it comes nearer', () => {
    const values = noise();
    const same = withMoment(values, 3, standardMoment(values, 3));
    for (const [i, value] of same.entries()) expect(value).toBeCloseTo(values[i]!, 12);
    const before = standardMoment(values, 3);
    const after = standardMoment(centred(withMoment(values, 3, 1000)), 3);
    expect(after).toBeGreaterThan(before);
    expect(after).toBeLessThan(1000);
  });
});

describe('autocovariance', () => {
  test('25 shifts, no two of them opposite', () => {
    expect(shifts.length).toBe(25);
    expect(shifts[0]).toEqual([0, 0]);
    const keys = shifts.flatMap(([y, x]) => (y === 0 && x === 0 ? ['0,0'] : [`${y},${x}`, `${0 - y},${0 - x}`]));
    expect(new Set(keys).size).toBe(49);
  });
  test('by hand: two points a step apart on 1,024 places', () => {
    const values = new Float64Array(side * side);
    values[0] = 2;
    values[1] = 3;
    const found = autocovariance(values, side);
    for (const [k, [y, x]] of shifts.entries()) {
      const sum = y === 0 && x === 0 ? 13 : y === 0 && Math.abs(x) === 1 ? 6 : 0;
      expect(found[k]).toBeCloseTo(sum / 1024, 14);
    }
  });
  test('of white noise: the variance without a shift, within 4/32 of nothing with any', () => {
    const found = autocovariance(noise(), side);
    expect(Math.abs(found[0]! - 1)).toBeLessThan(0.2);
    for (const value of found.slice(1)) expect(Math.abs(value)).toBeLessThan(4 / side);
  });
  test.each([
    // |1 + 0.6 e^(iω)|² is a sum of cosines over the shifts.
    ['its own through a filter, within 1e-6', true, 1e-6],
    ['that of other noise through it, within 1 %', false, 0.01],
  ])('noise is brought to %s', (_, isOwn, tolerance) => {
    const values = noise();
    const source = isOwn ? values : noise();
    const target = autocovariance(
      source.map((value, i) => value + 0.6 * source[(i + side) % source.length]!),
      side,
    );
    const reached = autocovariance(withAutocovariance(values, side, target), side);
    for (const [k, value] of reached.entries()) expect(Math.abs(value - target[k]!)).toBeLessThan(tolerance * target[0]!);
  });
});

describe('covariances', () => {
  const [a, b, c] = [noise(), noise(), noise()] as const;
  const x = [a, b.map((value, i) => value + 0.5 * a[i]!)];
  const among = [
    [2, -0.6],
    [-0.6, 1],
  ];
  const near = (found: readonly (readonly number[])[], wanted: readonly (readonly number[])[]) => {
    for (const [i, row] of wanted.entries()) for (const [j, value] of row.entries()) expect(found[i]![j]!).toBeCloseTo(value, 9);
  };
  test('are brought to the target, with others and without', () => {
    const alone = withCovariances(x, among);
    near(covariances(alone, alone), among);
    const across = [[0.3], [-0.4]];
    const both = withCovariances(x, among, [c], across);
    near(covariances(both, both), among);
    near(covariances(both, [c]), across);
  });
  test('what has them is left alone', () => {
    const same = withCovariances(x, covariances(x, x), [c], covariances(x, [c]));
    for (const [i, values] of same.entries()) for (const [p, value] of values.entries()) expect(value).toBeCloseTo(x[i]![p]!, 6);
  });
});
