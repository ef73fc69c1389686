/** @file Grey Gaussian noise: white, and with the 1/f amplitude spectrum of natural scenes. */
import type { Image, Random } from '@ventral/core';
import { fourier2d } from './fourier.ts';
import { greyImage } from './grey.ts';

interface Size {
  readonly heightPx: number;
  readonly widthPx: number;
}

/** Standard deviation over mean: three of them fit between grey and black or white, so 0.3 % of white noise is clipped. */
const rmsContrast = 1 / 3;

/** Independent pixels: a flat spectrum. Mean grey, RMS contrast 1/3. */
export function drawWhiteNoise({ heightPx, widthPx }: Size, random: Random): Image {
  const luminance = Float64Array.from({ length: heightPx * widthPx }, () => (1 + rmsContrast * random.normal()) / 2);
  return greyImage(heightPx, widthPx, luminance);
}

/**
 * Noise on a torus whose amplitude falls as 1/frequency, as in natural scenes (Field 1987, doi:10.1364/JOSAA.4.002379): a
 * Gaussian spectrum divided by frequency. [side, side], mean 0; side is a power of two.
 */
export function pinkNoise(side: number, random: Random): Float64Array {
  const real = new Float64Array(side * side);
  const imaginary = new Float64Array(side * side);
  for (let y = 0, i = 0; y < side; y++) {
    for (let x = 0; x < side; x++, i++) {
      const [fy, fx] = [Math.min(y, side - y), Math.min(x, side - x)];
      const amplitude = i === 0 ? 0 : 1 / Math.sqrt(fy * fy + fx * fx);
      real[i] = amplitude * random.normal();
      imaginary[i] = amplitude * random.normal();
    }
  }
  // The real part of a transform of complex Gaussian values has their amplitudes' spectrum.
  fourier2d(real, imaginary, side);
  return real;
}

/**
 * Pink noise of the smallest power-of-two square that holds the picture, of which the upper left part is taken. Mean grey and RMS
 * contrast 1/3 in every picture.
 */
export function drawPinkNoise({ heightPx, widthPx }: Size, random: Random): Image {
  let side = 1;
  while (side < Math.max(heightPx, widthPx)) side *= 2;
  const noise = pinkNoise(side, random);
  const values = Float64Array.from(
    { length: heightPx * widthPx },
    (_, i) => noise[Math.floor(i / widthPx) * side + (i % widthPx)]!,
  );
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  return greyImage(
    heightPx,
    widthPx,
    values.map((value) => (1 + (rmsContrast * (value - mean)) / (std || 1)) / 2),
  );
}
