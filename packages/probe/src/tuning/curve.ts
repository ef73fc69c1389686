/** @file A smooth curve through a few measured points: the smoothing kernels and the spline of the V1 property battery. */
import { InputError } from '@ventral/core';

/**
 * Smoothing kernels by the names of the battery of Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495. Odd
 * lengths, centred; divided by their sum when used. `hanning` is Ringach's for orientation, `smooth` De Valois' and Schiller's.
 */
export const smoothingKernels = {
  none: [1],
  smooth: [0.2, 1, 0.2],
  hanning: [0.4, 1, 0.4],
  triangle: [0.5, 0.75, 1, 0.75, 0.5],
  flat: [1, 1, 1, 1, 1],
} as const satisfies Record<string, readonly number[]>;

/** Height over the peak of Ringach's half bandwidth and Schiller's index: 1/√2, in the three digits of the battery. */
// biome-ignore lint/suspicious/noApproximativeNumericConstant: the published code has three digits
export const bandwidthCriterion = 0.707;

export type SmoothingKernel = keyof typeof smoothingKernels;

/** Weighted means of neighbours. Beyond the ends values repeat the end one (`edge`) or start again (`circle`). */
export function smoothed(values: ArrayLike<number>, kernel: SmoothingKernel, border: 'edge' | 'circle'): Float64Array {
  const weights: readonly number[] = smoothingKernels[kernel];
  const sum = weights.reduce((a, b) => a + b);
  const n = values.length;
  return Float64Array.from({ length: n }, (_, i) =>
    weights.reduce((total, weight, k) => {
      const at = i + k - (weights.length - 1) / 2;
      const inside = border === 'edge' ? Math.min(Math.max(at, 0), n - 1) : (at + n) % n;
      return total + (weight / sum) * values[inside]!;
    }, 0),
  );
}

/**
 * The cubic spline through all points, not-a-knot at both ends: the first two pieces are one cubic, and so are the last two.
 * It is what FITPACK's interpolation gives (SciPy's UnivariateSpline with s = 0); beyond the ends the end pieces go on.
 * Costs O(n); each evaluation O(log n).
 *
 * @param x ascending, at least 4
 * @throws InputError `cubicSpline: needs at least 4 points in ascending order, got x = 1, 1, 2, 3.`
 * @see de Boor 1978, A Practical Guide to Splines, chapter IV.
 */
export function cubicSpline(x: ArrayLike<number>, y: ArrayLike<number>): (x: number) => number {
  const n = x.length;
  const h = Float64Array.from({ length: n - 1 }, (_, i) => x[i + 1]! - x[i]!);
  if (n < 4 || !h.every((step) => step > 0)) {
    throw new InputError(
      `cubicSpline: needs at least 4 points in ascending order, got x = ${Array.from(x).slice(0, 12).join(', ')}.`,
    );
  }
  // Second derivatives m at the points: continuity of the first derivative at 1 … n − 2, where m[0] and m[n − 1] are replaced
  // by what a common third derivative across points 1 and n − 2 makes of them. Solved without pivots (Thomas).
  const m = new Float64Array(n);
  const upper = new Float64Array(n);
  for (let i = 1; i < n - 1; i++) {
    const [a, b] = [h[i - 1]!, h[i]!];
    let lower = a;
    let diagonal = 2 * (a + b);
    let over = b;
    if (i === 1) {
      diagonal += a + (a * a) / b;
      over -= (a * a) / b;
      lower = 0;
    }
    if (i === n - 2) {
      diagonal += b + (b * b) / a;
      lower -= (b * b) / a;
      over = 0;
    }
    const right = 6 * ((y[i + 1]! - y[i]!) / b - (y[i]! - y[i - 1]!) / a);
    const pivot = diagonal - lower * upper[i - 1]!;
    upper[i] = over / pivot;
    m[i] = (right - lower * m[i - 1]!) / pivot;
  }
  for (let i = n - 3; i > 0; i--) m[i] = m[i]! - upper[i]! * m[i + 1]!;
  m[0] = m[1]! - (h[0]! / h[1]!) * (m[2]! - m[1]!);
  m[n - 1] = m[n - 2]! + (h[n - 2]! / h[n - 3]!) * (m[n - 2]! - m[n - 3]!);

  return (at) => {
    let piece = 0;
    for (let end = n - 1; end - piece > 1; ) {
      const middle = (piece + end) >> 1;
      if (x[middle]! <= at) piece = middle;
      else end = middle;
    }
    const step = h[piece]!;
    const right = at - x[piece]!;
    const left = step - right;
    return (
      (left * y[piece]! + right * y[piece + 1]!) / step -
      (left * right * ((step + left) * m[piece]! + (step + right) * m[piece + 1]!)) / (6 * step)
    );
  };
}
