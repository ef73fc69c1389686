import { describe, expect, it } from 'vitest';
import { gaussianModel } from './field-map.ts';
import { differenceOfGaussiansModel, gaborModel } from './filter-shape.ts';
import { fitLeastSquares, fitLinear, type Model, varianceExplained } from './least-squares.ts';

const exponential = (at: readonly number[]): Model => {
  return ([amplitude, rate], values, [byAmplitude, byRate]) => {
    for (const [i, x] of at.entries()) {
      const e = Math.exp(-rate! * x);
      values[i] = amplitude! * e;
      byAmplitude![i] = e;
      byRate![i] = -amplitude! * x * e;
    }
  };
};

describe('fitLeastSquares', () => {
  const at = [0, 1, 2, 3, 4, 5];
  it('finds 3·e^(−0.7x) from 1·e^(−0.1x)', () => {
    const data = Float64Array.from(at, (x) => 3 * Math.exp(-0.7 * x));
    const { parameters, sumSquares } = fitLeastSquares(exponential(at), data, [1, 0.1]);
    expect(parameters[0]).toBeCloseTo(3, 12);
    expect(parameters[1]).toBeCloseTo(0.7, 12);
    expect(sumSquares).toBeLessThan(1e-25);
  });
  it('with the amplitude told to be linear, the same from whatever amplitude', () => {
    const data = Float64Array.from(at, (x, i) => 3 * Math.exp(-0.7 * x) + 0.1 * (-1) ** i);
    const full = fitLeastSquares(exponential(at), data, [1, 0.1]);
    for (const amplitude of [1, -50]) {
      const { parameters, sumSquares } = fitLeastSquares(exponential(at), data, [amplitude, 0.1], { nLinear: 1 });
      for (const k of [0, 1]) expect(parameters[k]).toBeCloseTo(full.parameters[k]!, 6);
      expect(sumSquares).toBeLessThanOrEqual(full.sumSquares * (1 + 1e-12));
    }
  });
  it('a linear model takes the normal equations’ answer: 1, 2, 2 over x = 0, 1, 2 is 7/6 + x/2', () => {
    const line: Model = ([a, b], values, [byA, byB]) => {
      for (const x of [0, 1, 2]) [values[x], byA![x], byB![x]] = [a! + b! * x, 1, x];
    };
    const { parameters } = fitLeastSquares(line, Float64Array.of(1, 2, 2), [0, 0]);
    expect(parameters[0]).toBeCloseTo(7 / 6, 9);
    expect(parameters[1]).toBeCloseTo(0.5, 9);
    const linear = fitLinear([Float64Array.of(1, 1, 1), Float64Array.of(0, 1, 2)], Float64Array.of(1, 2, 2))!;
    expect(linear.factors).toEqual([expect.closeTo(7 / 6, 13), expect.closeTo(0.5, 13)]);
    expect(linear.sumSquares).toBeCloseTo(1 / 6, 13);
  });
  it('leaves a parameter without effect where it was', () => {
    const model: Model = ([mean], values, [byMean]) => {
      values.fill(mean!);
      byMean!.fill(1);
    };
    expect([...fitLeastSquares(model, Float64Array.of(1, 2, 6), [0, 42]).parameters]).toEqual([expect.closeTo(3, 9), 42]);
  });
  it('by hand: a parameter that a bound holds stays there, and the others fit what is left', () => {
    // a + b·x through 1, 2, 4 at x = 0, 1, 2 with b ≤ 1: a = 7/3 − 1
    const line: Model = ([a, b], values, [byA, byB]) => {
      for (const x of [0, 1, 2]) [values[x], byA![x], byB![x]] = [a! + b! * x, 1, x];
    };
    const bounds = [
      [-Infinity, Infinity],
      [0, 1],
    ] as const;
    const { parameters, atBounds } = fitLeastSquares(line, Float64Array.of(1, 2, 4), [0, 0], { bounds });
    expect([...parameters]).toEqual([expect.closeTo(4 / 3, 9), 1]);
    expect(atBounds).toEqual([1]);
    expect(fitLeastSquares(line, Float64Array.of(1, 1.5, 2), [0, 0], { bounds }).atBounds).toEqual([]);
  });
  it('a model that is not finite at the start fits with an infinite sum', () => {
    const { sumSquares } = fitLeastSquares(exponential(at), new Float64Array(6), [1, -1e6]);
    expect(sumSquares).toBe(Infinity);
  });
  it('fitLinear: bases that depend on each other have no answer', () => {
    expect(fitLinear([Float64Array.of(1, 2), Float64Array.of(2, 4)], Float64Array.of(1, 1))).toBeNull();
  });
});

it('varianceExplained by hand: 1, 2, 6 by 1, 3, 5 leaves 2 of 14', () => {
  expect(varianceExplained(Float64Array.of(1, 2, 6), Float64Array.of(1, 3, 5))).toBeCloseTo(12 / 14, 15);
  expect(varianceExplained(Float64Array.of(2, 2), Float64Array.of(1, 3))).toBeNaN();
});

// Central differences in float64 with a step of 1e-6 agree to about 1e-9.
it.each([
  ['gabor', gaborModel([7, 9]), [1.2, -0.7, 3.1, 4.4, 0.15, 2.1, 0.5, 0.8]],
  ['difference of Gaussians', differenceOfGaussiansModel([7, 9]), [2, -0.6, 3.2, 4.1, 0.1, 0.3]],
  ['Gaussian', gaussianModel([7, 9]), [2, 3.2, 4.1, -0.4, 0.3, -0.7]],
])('derivatives of the %s model are those of its values', (_, model, parameters) => {
  const nValues = 63;
  const at = (moved: readonly number[]) => {
    const values = new Float64Array(nValues);
    const jacobian = parameters.map(() => new Float64Array(nValues));
    model(Float64Array.from(moved), values, jacobian);
    return { values, jacobian };
  };
  const { jacobian } = at(parameters);
  for (const [k, derivative] of jacobian.entries()) {
    const [up, down] = [1e-6, -1e-6].map((step) => at(parameters.map((p, i) => (i === k ? p + step : p))).values);
    for (const [i, slope] of derivative.entries()) expect(slope).toBeCloseTo((up![i]! - down![i]!) / 2e-6, 7);
  }
});
