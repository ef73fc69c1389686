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
 * The model is linear in its first nLinear parameters, which are free: they are the best ones for the others at every step, and
 * never damped (variable projection: Golub & Pereyra 1973, SIAM J Numer Anal 10:413, by Kaufman's shortened derivative, 1975,
 * BIT 15:49), whatever their start. Each step then takes two model evaluations.
 *
 * @returns the start itself, with an infinite sum, if the model is not finite there
 */
export function fitLeastSquares(
  model: Model,
  data: Float64Array,
  start: ArrayLike<number>,
  { bounds, nSteps = 200, nLinear = 0 }: { readonly bounds?: Bounds; readonly nSteps?: number; readonly nLinear?: number } = {},
): Fit {
  const nParameters = start.length;
  const low = Float64Array.from(start, (_, i) => bounds?.[i]?.[0] ?? -Infinity);
  const high = Float64Array.from(start, (_, i) => bounds?.[i]?.[1] ?? Infinity);
  const pointAt = (parameters: Float64Array) => ({
    parameters,
    values: new Float64Array(data.length),
    jacobian: Array.from(parameters, () => new Float64Array(data.length)),
    residual: new Float64Array(data.length),
    sumSquares: Infinity,
  });
  type Point = ReturnType<typeof pointAt>;
  /** The sum at a point, its linear parameters replaced by the best. Slopes are those of the parameters given. */
  const evaluate = (point: Point) => {
    const { parameters, values, jacobian, residual } = point;
    model(parameters, values, jacobian);
    if (nLinear > 0) {
      const bases = jacobian.slice(0, nLinear);
      const factors = fitFactors(bases, data);
      values.fill(factors ? 0 : Number.NaN);
      for (let k = 0; factors && k < nLinear; k++) {
        const [factor, basis] = [factors[k]!, bases[k]!];
        parameters[k] = factor;
        for (let i = 0; i < values.length; i++) values[i]! += factor * basis[i]!;
      }
    }
    for (let i = 0; i < residual.length; i++) residual[i] = data[i]! - values[i]!;
    const sum = dot(residual, residual);
    point.sumSquares = Number.isFinite(sum) ? sum : Infinity;
  };
  const least = 1e-15 * dot(data, data);
  let [best, next] = [pointAt(Float64Array.from(start)), pointAt(new Float64Array(nParameters))];
  evaluate(best);
  let damping = 1e-3;
  let hasSlopes = nLinear === 0;
  for (let step = 0; step < nSteps && best.sumSquares < Infinity && damping < 1e12; step++) {
    const { parameters, values, jacobian, residual, sumSquares } = best;
    if (!hasSlopes) model(parameters, values, jacobian);
    hasSlopes = true;
    const free: number[] = [];
    for (let i = 0; i < nParameters; i++) {
      const downhill = dot(jacobian[i]!, residual);
      const isHeld = (parameters[i]! <= low[i]! && downhill < 0) || (parameters[i]! >= high[i]! && downhill > 0);
      if (!isHeld) free.push(i);
    }
    const slopes = free.map((i) => jacobian[i]!);
    const matrix = lowerProducts(slopes);
    // The smallest number, so that a parameter without effect stays where it is.
    for (const [k, row] of matrix.entries()) {
      if (free[k]! >= nLinear) row[k] = row[k]! * (1 + damping) + Number.MIN_VALUE;
    }
    const move = solvePositiveDefinite(
      matrix,
      slopes.map((slope) => dot(slope, residual)),
    );
    next.parameters.set(parameters);
    for (const [k, i] of free.entries()) {
      next.parameters[i] = Math.min(Math.max(parameters[i]! + (move?.[k] ?? 0), low[i]!), high[i]!);
    }
    evaluate(next);
    if (!(next.sumSquares < sumSquares)) {
      damping *= 10;
      continue;
    }
    // A damped step gains little because it is short.
    const isSettled = damping < 1 && sumSquares - next.sumSquares <= 1e-10 * sumSquares + least;
    [best, next] = [next, best];
    hasSlopes = nLinear === 0;
    damping /= 10;
    if (isSettled) break;
  }
  const { parameters, values, sumSquares } = best;
  const atBounds = Array.from(parameters.keys()).filter((i) => parameters[i]! <= low[i]! || parameters[i]! >= high[i]!);
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
  const factors = fitFactors(bases, data);
  if (!factors) return null;
  let sumSquares = 0;
  for (let i = 0; i < data.length; i++) {
    let rest = data[i]!;
    for (let k = 0; k < factors.length; k++) rest -= factors[k]! * bases[k]![i]!;
    sumSquares += rest * rest;
  }
  return { factors, sumSquares };
}

function fitFactors(bases: readonly Float64Array[], data: Float64Array): number[] | null {
  return solvePositiveDefinite(
    lowerProducts(bases),
    bases.map((a) => dot(a, data)),
  );
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

/** x of A x = b for a symmetric, positive definite A, of which the lower triangle is given; null where A is not. */
function solvePositiveDefinite(a: readonly (readonly number[])[], b: readonly number[]): number[] | null {
  return positiveDefiniteSolver(a)?.(b) ?? null;
}

/**
 * Solves A x = b for one symmetric, positive definite A and any b, by Cholesky's method on A's lower triangle; null where A is not.
 * Costs n³/6 products, and n² for each b.
 */
export function positiveDefiniteSolver(a: readonly (readonly number[])[]): ((b: readonly number[]) => number[]) | null {
  const n = a.length;
  const lower = a.map(() => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = a[i]![j]!;
      for (let k = 0; k < j; k++) sum -= lower[i]![k]! * lower[j]![k]!;
      if (i > j) lower[i]![j] = sum / lower[j]![j]!;
      else if (sum > a[i]![i]! * 1e-14) lower[i]![i] = Math.sqrt(sum);
      else return null;
    }
  }
  return (b) => {
    const x = [...b];
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < i; k++) x[i]! -= lower[i]![k]! * x[k]!;
      x[i]! /= lower[i]![i]!;
    }
    for (let i = n - 1; i >= 0; i--) {
      for (let k = i + 1; k < n; k++) x[i]! -= lower[k]![i]! * x[k]!;
      x[i]! /= lower[i]![i]!;
    }
    return x;
  };
}
