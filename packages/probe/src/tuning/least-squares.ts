/**
 * @file Least squares of few parameters: linear ones by the normal equations, others by Levenberg and Marquardt's method. Used on
 * tens to thousands of values; deterministic, same bits everywhere.
 */

/**
 * A model's value at every data point, and its derivatives by every parameter.
 *
 * @param parameters read only
 * @param values one per data point, written
 * @param jacobian one array per parameter, one number per data point, written
 */
export type Model = (parameters: Float64Array, values: Float64Array, jacobian: readonly Float64Array[]) => void;

export interface Fit {
  readonly parameters: Float64Array;
  /** Σ (data − model)². */
  readonly sumSquares: number;
  readonly values: Float64Array;
  /** Positions of the parameters that ended at a bound. */
  readonly atBounds: readonly number[];
}

/** Between what each parameter must stay; ±Infinity for free ones. The start lies between. */
export type Bounds = readonly (readonly [low: number, high: number])[];

/**
 * Parameters near `start` with the least sum of squares, by damped Gauss–Newton steps scaled by the curvature of each parameter
 * (Levenberg 1944; Marquardt 1963, doi:10.1137/0111030): a step that makes the sum larger is not taken, one beyond a bound ends
 * there, and a parameter that a bound holds back is left out of the next step. Stops when a step gains less than 1e-10 of the
 * sum (or 1e-15 of the data's), or after nSteps. It finds the lowest point of the valley it starts in, so start in several.
 * Costs nParameters² / 2 products per data point and step.
 *
 * @returns the start itself, with an infinite sum, if the model is not finite there
 */
export function fitLeastSquares(
  model: Model,
  data: Float64Array,
  start: ArrayLike<number>,
  { bounds, nSteps = 200 }: { readonly bounds?: Bounds; readonly nSteps?: number } = {},
): Fit {
  const [low, high] = [0, 1].map((side) => (i: number) => bounds?.[i]?.[side] ?? (side - 0.5) * Infinity) as [
    (i: number) => number,
    (i: number) => number,
  ];
  const evaluate = (parameters: Float64Array) => {
    const values = new Float64Array(data.length);
    const jacobian = Array.from(parameters, () => new Float64Array(data.length));
    model(parameters, values, jacobian);
    const sum = data.reduce((total, datum, i) => total + (datum - values[i]!) * (datum - values[i]!), 0);
    return { parameters, values, jacobian, sumSquares: Number.isFinite(sum) ? sum : Infinity };
  };
  const least = 1e-15 * dot(data, data);
  let best = evaluate(Float64Array.from(start));
  let damping = 1e-3;
  for (let step = 0; step < nSteps && best.sumSquares < Infinity && damping < 1e12; step++) {
    const { parameters, values, jacobian, sumSquares } = best;
    const residual = data.map((datum, i) => datum - values[i]!);
    const isHeld = jacobian.map((slopes, i) => {
      const downhill = dot(slopes, residual);
      return (parameters[i]! <= low(i) && downhill < 0) || (parameters[i]! >= high(i) && downhill > 0);
    });
    const free = jacobian.flatMap((_, i) => (isHeld[i] ? [] : [i]));
    const slopes = free.map((i) => jacobian[i]!);
    const matrix = lowerProducts(slopes);
    // The smallest number, so that a parameter without effect stays where it is.
    for (const [i, row] of matrix.entries()) row[i] = row[i]! * (1 + damping) + Number.MIN_VALUE;
    const move = solvePositiveDefinite(
      matrix,
      slopes.map((slope) => dot(slope, residual)),
    );
    const moved = parameters.slice();
    for (const [k, i] of free.entries()) {
      moved[i] = Math.min(Math.max(parameters[i]! + (move?.[k] ?? 0), low(i)), high(i));
    }
    const next = evaluate(moved);
    if (!(next.sumSquares < sumSquares)) {
      damping *= 10;
      continue;
    }
    // A damped step gains little because it is short.
    const isSettled = damping < 1 && sumSquares - next.sumSquares <= 1e-10 * sumSquares + least;
    best = next;
    damping /= 10;
    if (isSettled) break;
  }
  const { parameters, values, sumSquares } = best;
  const atBounds = Array.from(parameters.keys()).filter((i) => parameters[i]! <= low(i) || parameters[i]! >= high(i));
  return { parameters, values, sumSquares, atBounds };
}

/**
 * Factors of the bases whose weighted sum comes nearest to the data.
 *
 * @returns null where the bases depend on each other
 */
export function fitLinear(
  bases: readonly Float64Array[],
  data: Float64Array,
): { readonly factors: readonly number[]; readonly sumSquares: number } | null {
  const factors = solvePositiveDefinite(
    lowerProducts(bases),
    bases.map((a) => dot(a, data)),
  );
  if (!factors) return null;
  const sumSquares = data.reduce((total, datum, i) => {
    const rest = datum - bases.reduce((value, basis, k) => value + factors[k]! * basis[i]!, 0);
    return total + rest * rest;
  }, 0);
  return { factors, sumSquares };
}

/** Share of the data's variance that a model explains: 1 − Σ (data − model)² / Σ (data − mean)². NaN where the data are equal. */
export function varianceExplained(data: Float64Array, values: Float64Array): number {
  const mean = data.reduce((a, b) => a + b, 0) / data.length;
  let [rest, total] = [0, 0];
  for (const [i, datum] of data.entries()) {
    rest += (datum - values[i]!) * (datum - values[i]!);
    total += (datum - mean) * (datum - mean);
  }
  return total > 0 ? 1 - rest / total : Number.NaN;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Products of all pairs: the lower triangle, row by row. */
function lowerProducts(bases: readonly Float64Array[]): number[][] {
  return bases.map((a, i) => bases.slice(0, i + 1).map((b) => dot(a, b)));
}

/** x of A x = b for a symmetric, positive definite A, by Cholesky's method on A's lower triangle; null where A is not. */
function solvePositiveDefinite(a: readonly (readonly number[])[], b: readonly number[]): number[] | null {
  const n = b.length;
  const lower = a.map(() => new Float64Array(n));
  const x = [...b];
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i > j) lower[i]![j] = sum / lower[j]![j]!;
      else if (sum > a[i]![i]! * 1e-14) lower[i]![i] = Math.sqrt(sum);
      else return null;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= lower[k]![i]! * x[k]!;
    x[i]! /= lower[i]![i]!;
  }
  return x;
}
