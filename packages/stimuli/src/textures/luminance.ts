/** @file The luminance that all textures share, and their phase-scrambled versions. */
import type { Random } from '@ventral/core';
import { fourier2d } from '../fourier.ts';
import { centred, covariance } from './adjust.ts';

/**
 * Standard deviation of the luminance of every texture about a mean of 0.5: RMS contrast 1/4. Four of them lie between grey and
 * black or white, so that of a phase-scrambled picture, which is Gaussian, one pixel in some 10,000 is cut.
 */
const sigma = 1 / 8;

/** Values of mean 0 and variance 1. */
export function standardised(values: Float64Array): Float64Array {
  const around = centred(values);
  const scale = 1 / Math.sqrt(covariance(around, around));
  return around.map((value) => scale * value);
}

/** Any values as luminance of mean 0.5 and standard deviation 1/8, but for what is cut at black and white. */
export function asLuminance(values: Float64Array): Float64Array {
  return standardised(values).map((value) => Math.max(0, Math.min(1, 0.5 + sigma * value)));
}

/**
 * A picture with another's amplitudes and random phases, those of white noise: the same mean, variance and autocorrelation on the
 * torus, and nothing else in common. What a filter's energy, averaged over places, cannot tell from the picture.
 *
 * @param picture [side, side]; side is a power of two
 */
export function phaseScrambled(picture: Float64Array, side: number, { normal }: Random): Float64Array {
  const spectrum = { re: picture.slice(), im: new Float64Array(side * side) };
  const noise = { re: picture.map(normal), im: new Float64Array(side * side) };
  for (const { re, im } of [spectrum, noise]) fourier2d(re, im, side);
  const length = ({ re, im }: typeof noise, i: number) => Math.sqrt(re[i]! * re[i]! + im[i]! * im[i]!);
  for (let i = 0; i < side * side; i++) {
    // The mean keeps its sign.
    const gain = i === 0 ? spectrum.re[0]! / noise.re[0]! : length(spectrum, i) / length(noise, i);
    noise.re[i]! *= gain / side ** 2;
    noise.im[i]! *= gain / side ** 2;
  }
  fourier2d(noise.im, noise.re, side);
  return noise.re;
}
