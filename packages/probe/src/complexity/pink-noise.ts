/** @file Gaussian noise whose covariance is known exactly: what linear and energy shares are measured with. Numbers, no bytes. */
import type { Random } from '@ventral/core';
import { fourier2d } from '@ventral/stimuli';

/** Noise over a picture of h × w pixels. */
export interface PinkNoise {
  /** Two independent maps [h, w], row by row, of mean 0 and variance 1. */
  draw(random: Random): readonly [Float64Array, Float64Array];
  /** Σ · map for two maps [h, w] at once, Σ being the covariance of the noise's pixels. */
  covarianceTimes(a: Float64Array, b: Float64Array): readonly [Float64Array, Float64Array];
}

/**
 * Noise whose amplitude falls as 1/frequency, as in natural scenes (Field 1987, doi:10.1364/JOSAA.4.002379): x = Re Σ a_k c_k
 * e^(−ikp) with a_k ∝ 1/|k|, a_0 = 0, Σ a_k² = 1, and standard normal real and imaginary parts of c_k, on the smallest
 * power-of-two square that holds the picture, of which the upper left part is taken. Then Cov(x_p, x_q) = Σ a_k² cos k(p − q)
 * on that torus. As drawPinkNoise of stimuli draws it, but neither rounded, nor clipped, nor brought to one mean and contrast:
 * a picture's own spread would make it no Gaussian.
 *
 * A draw costs one Fourier transform, a product two.
 */
export function createPinkNoise([heightPx, widthPx]: readonly [h: number, w: number]): PinkNoise {
  let side = 1;
  while (side < Math.max(heightPx, widthPx)) side *= 2;
  const power = powerOf(side);
  const amplitude = power.map(Math.sqrt);
  const cropped = (square: Float64Array) =>
    Float64Array.from({ length: heightPx * widthPx }, (_, i) => square[Math.floor(i / widthPx) * side + (i % widthPx)]!);
  const padded = (map: Float64Array) => {
    const square = new Float64Array(side * side);
    for (let y = 0; y < heightPx; y++) square.set(map.subarray(y * widthPx, (y + 1) * widthPx), y * side);
    return square;
  };
  return {
    draw({ normal }) {
      const real = amplitude.map((a) => a * normal());
      const imaginary = amplitude.map((a) => a * normal());
      fourier2d(real, imaginary, side);
      // Of circular complex values both parts are real noise, independent of one another.
      return [cropped(real), cropped(imaginary)];
    },
    covarianceTimes(a, b) {
      // Σ is a real, even filter: it acts on the real and the imaginary part alike.
      const [real, imaginary] = [padded(a), padded(b)];
      fourier2d(real, imaginary, side);
      for (let k = 0; k < power.length; k++) {
        real[k]! *= power[k]!;
        imaginary[k]! *= power[k]!;
      }
      fourier2d(imaginary, real, side);
      return [cropped(real), cropped(imaginary)];
    },
  };
}

/** a_k² of each frequency, [side, side]: 1/|k|² without the mean, of sum 1. */
function powerOf(side: number): Float64Array {
  const squares = Float64Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [Math.floor(i / side), i % side];
    const [fy, fx] = [Math.min(y, side - y), Math.min(x, side - x)];
    return i === 0 ? 0 : 1 / (fy * fy + fx * fx);
  });
  const total = squares.reduce((sum, square) => sum + square, 0);
  return squares.map((square) => square / (total || 1));
}
