/** @file The discrete Fourier transform of a square picture. Sides are powers of two. Same bytes everywhere. */
import { math } from '@ventral/kernels';

/**
 * Transforms [side, side] complex values in place: X[ky, kx] = Σ x[y, x] · e^(−2πi (ky·y + kx·x) / side), not normalised
 * (Cooley & Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1). Costs O(side² log side): 128×128 takes a millisecond.
 *
 * With real and imaginary parts exchanged it is the inverse, times side².
 */
export function fourier2d(real: Float64Array, imaginary: Float64Array, side: number): void {
  const cos = new Float64Array(side >> 1);
  const sin = new Float64Array(side >> 1);
  for (let k = 0; k < cos.length; k++) {
    const angle = (-2 * Math.PI * k) / side;
    cos[k] = math.cos(angle);
    sin[k] = math.sin(angle);
  }
  for (let axis = 0; axis < 2; axis++) {
    transformColumns(real, imaginary, cos, sin);
    for (const values of [real, imaginary]) transpose(values, side);
  }
}

/** All columns at once, so that what is added lies side by side. cos and sin are those of −2πk/side. */
function transformColumns(real: Float64Array, imaginary: Float64Array, cos: Float64Array, sin: Float64Array): void {
  const side = Math.max(1, 2 * cos.length);
  for (let i = 1, j = 0; i < side; i++) {
    let bit = side >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) for (const values of [real, imaginary]) swapRows(values, i * side, j * side, side);
  }
  for (let size = 2; size <= side; size *= 2) {
    const reach = (size / 2) * side;
    for (let k = 0; k < size / 2; k++) {
      const c = cos[(k * side) / size]!;
      const s = sin[(k * side) / size]!;
      for (let i = k; i < side; i += size) {
        const end = (i + 1) * side;
        for (let a = i * side; a < end; a++) {
          const b = a + reach;
          const re = real[b]! * c - imaginary[b]! * s;
          const im = real[b]! * s + imaginary[b]! * c;
          real[b] = real[a]! - re;
          imaginary[b] = imaginary[a]! - im;
          real[a] = real[a]! + re;
          imaginary[a] = imaginary[a]! + im;
        }
      }
    }
  }
}

function swapRows(values: Float64Array, a: number, b: number, n: number): void {
  const row = values.slice(a, a + n);
  values.copyWithin(a, b, b + n);
  values.set(row, b);
}

function transpose(values: Float64Array, side: number): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < y; x++) {
      const value = values[y * side + x]!;
      values[y * side + x] = values[x * side + y]!;
      values[x * side + y] = value;
    }
  }
}
