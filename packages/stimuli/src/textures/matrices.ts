/** @file Small dense matrices, rows of numbers: what correlations of a few sub-bands need. Same bytes everywhere. */

export type Matrix = readonly (readonly number[])[];

export const product = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => b[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * b[k]![j]!, 0)));

export const transposed = (a: Matrix): number[][] => a[0]!.map((_, j) => a.map((row) => row[j]!));

export const difference = (a: Matrix, b: Matrix): number[][] => a.map((row, i) => row.map((value, j) => value - b[i]![j]!));

/**
 * Solves a x = b by elimination with pivots in the column.
 * @returns x; NaN or Infinity where a has no inverse
 */
export function solve(a: Matrix, b: readonly number[]): number[] {
  const n = b.length;
  const rows = a.map((row, i) => [...row, b[i]!]);
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++) if (Math.abs(rows[i]![k]!) > Math.abs(rows[pivot]![k]!)) pivot = i;
    [rows[k], rows[pivot]] = [rows[pivot]!, rows[k]!];
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i]![k]! / rows[k]![k]!;
      for (let j = k; j <= n; j++) rows[i]![j]! -= factor * rows[k]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let k = n - 1; k >= 0; k--) {
    const rest = rows[k]!.slice(k + 1, n).reduce((sum, value, j) => sum + value * x[k + 1 + j]!, 0);
    x[k] = (rows[k]![n]! - rest) / rows[k]![k]!;
  }
  return x;
}

/** Eigenvalues below this share of the largest count as that share: directions in which there is next to nothing. */
const leastShare = 1e-10;

/**
 * A function of a symmetric matrix without negative eigenvalues: the same eigenvectors, f of the eigenvalues. Negative ones, of
 * matrices that are none of covariances, are taken for next to nothing.
 *
 * By Jacobi rotations (Golub & Van Loan, Matrix Computations, 8.5): a 8×8 takes some 20 µs.
 */
export function symmetricFunction(a: Matrix, f: (eigenvalue: number) => number): number[][] {
  const n = a.length;
  const m = a.map((row) => [...row]);
  const vectors = a.map((_, i) => a.map((__, j) => (i === j ? 1 : 0)));
  const rotate = (p: number, q: number) => {
    if (m[p]![q] === 0) return;
    const tau = (m[q]![q]! - m[p]![p]!) / (2 * m[p]![q]!);
    const t = (tau >= 0 ? 1 : -1) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
    const c = 1 / Math.sqrt(1 + t * t);
    const s = t * c;
    for (const rows of [m, vectors]) {
      for (const row of rows) [row[p], row[q]] = [c * row[p]! - s * row[q]!, s * row[p]! + c * row[q]!];
    }
    for (let k = 0; k < n; k++) [m[p]![k], m[q]![k]] = [c * m[p]![k]! - s * m[q]![k]!, s * m[p]![k]! + c * m[q]![k]!];
  };
  // Each sweep squares what is left off the diagonal.
  for (let sweep = 0; sweep < 12; sweep++) for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(p, q);
  const eigenvalues = m.map((row, i) => row[i]!);
  const least = leastShare * Math.max(...eigenvalues, Number.MIN_VALUE);
  const values = eigenvalues.map((value) => f(Math.max(value, least)));
  return m.map((_, i) => m.map((__, j) => values.reduce((sum, value, k) => sum + vectors[i]![k]! * value * vectors[j]![k]!, 0)));
}
