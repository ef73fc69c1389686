/** @file The discrete Fourier transform of a square picture. Sides are powers of two. Same bytes everywhere. */
import { math } from '@ventral/kernels';

/**
 * Transforms [side, side] complex values in place: X[ky, kx] = Σ x[y, x] · e^(−2πi (ky·y + kx·x) / side), not normalised
 * (Cooley & Tukey 1965, doi:10.1090/S0025-5718-1965-0178586-1). Costs O(side² log side).
 */
export function fourier2d(real: Float64Array, imaginary: Float64Array, side: number): void {
  for (let line = 0; line < side; line++) {
    fourier(real, imaginary, line * side, 1, side);
  }
  for (let line = 0; line < side; line++) {
    fourier(real, imaginary, line, side, side);
  }
}

/** The n values at start, start + step, … */
function fourier(real: Float64Array, imaginary: Float64Array, start: number, step: number, n: number): void {
  const swap = (values: Float64Array, i: number, j: number) => {
    const value = values[i]!;
    values[i] = values[j]!;
    values[j] = value;
  };
  for (let i = 1, j = 0; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(real, start + i * step, start + j * step);
      swap(imaginary, start + i * step, start + j * step);
    }
  }
  for (let size = 2; size <= n; size *= 2) {
    for (let k = 0; k < size / 2; k++) {
      const angle = (-2 * Math.PI * k) / size;
      const cos = math.cos(angle);
      const sin = math.sin(angle);
      for (let i = k; i < n; i += size) {
        const a = start + i * step;
        const b = a + (size / 2) * step;
        const re = real[b]! * cos - imaginary[b]! * sin;
        const im = real[b]! * sin + imaginary[b]! * cos;
        real[b] = real[a]! - re;
        imaginary[b] = imaginary[a]! - im;
        real[a] = real[a]! + re;
        imaginary[a] = imaginary[a]! + im;
      }
    }
  }
}
