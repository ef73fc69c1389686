/** @file How much there is to say about a patch of a picture: its size as a compressed file, and the patch with all order gone. */
import { type Image, type Random, resizeBilinear } from '@ventral/core';
import { math } from '@ventral/kernels';
import { fourier2d } from '@ventral/stimuli';
import { zlibSync } from 'fflate';

/** Side at which patches of all sizes are compared: a power of two, for their spectrum. */
export const comparedSidePx = 32;

/** Levels of a colour are 8 apart: noise of a camera and of JPEG is no content. */
const droppedBits = 3;

/** The patch at 32×32 px. */
export function comparable(patch: Image): Image {
  return resizeBilinear(patch, comparedSidePx, comparedSidePx);
}

/**
 * Bytes of a picture compressed without loss, as PNG does it: RGB, here with 32 levels a colour, each row as differences by the
 * Paeth filter (PNG, W3C 2003, section 9.4), all of it by zlib at level 9. A proxy of Kolmogorov complexity, as in Güçlü & van
 * Gerven 2015, doi:10.1523/JNEUROSCI.5023-14.2015, whose codec and sizes are others: only ratios are comparable. A plain patch of
 * 32×32 px takes some 25 bytes, white noise some 2,000. Costs about 0.3 ms.
 */
export function compressedBytes({ widthPx, data }: Image): number {
  const stride = 3 * widthPx;
  const levels = data.map((value) => value >> droppedBits);
  const filtered = new Uint8Array(levels.length);
  for (let i = 0; i < levels.length; i++) {
    const isFirstRow = i < stride;
    const isFirstColumn = i % stride < 3;
    const left = isFirstColumn ? 0 : levels[i - 3]!;
    const up = isFirstRow ? 0 : levels[i - stride]!;
    const upLeft = isFirstRow || isFirstColumn ? 0 : levels[i - stride - 3]!;
    filtered[i] = levels[i]! - paeth(left, up, upLeft);
  }
  return zlibSync(filtered, { level: 9 }).length;
}

/** The neighbour nearest to left + up − upLeft; of equally near ones the first. */
function paeth(left: number, up: number, upLeft: number): number {
  const toLeft = Math.abs(up - upLeft);
  const toUp = Math.abs(left - upLeft);
  const toUpLeft = Math.abs(left + up - 2 * upLeft);
  if (toLeft <= toUp && toLeft <= toUpLeft) return left;
  return toUp <= toUpLeft ? up : upLeft;
}

/**
 * A square picture with its amplitudes and random phases: those of white noise are added to its own, the same in all three
 * colours, so that these keep what they have in common. Its mean stays. Values beyond a byte are cut: they lose a little contrast.
 *
 * @param image a side that is a power of two
 */
export function phaseScrambled({ heightPx: side, data }: Image, { normal }: Random): Image {
  const n = side * side;
  const zeros = () => new Float64Array(n);
  const [noise, noiseImaginary, red, green, blue, none] = [zeros(), zeros(), zeros(), zeros(), zeros(), zeros()];
  for (let i = 0; i < n; i++) {
    noise[i] = normal();
    red[i] = data[3 * i]!;
    green[i] = data[3 * i + 1]!;
    blue[i] = data[3 * i + 2]!;
  }
  fourier2d(noise, noiseImaginary, side);
  noise[0] = 1;
  noiseImaginary[0] = 0;
  // A real kernel convolves the real and the imaginary part of a picture apart: two colours go through one transform.
  for (const [real, imaginary] of [
    [red, green],
    [blue, none],
  ] as const) {
    fourier2d(real, imaginary, side);
    for (let i = 0; i < n; i++) {
      const re = real[i]!;
      const im = imaginary[i]!;
      const a = noise[i]!;
      const b = noiseImaginary[i]!;
      const scale = 1 / (n * Math.sqrt(a * a + b * b));
      real[i] = (re * a - im * b) * scale;
      imaginary[i] = (re * b + im * a) * scale;
    }
    fourier2d(imaginary, real, side);
  }
  const scrambled = new Uint8ClampedArray(3 * n);
  for (let i = 0; i < n; i++) {
    scrambled[3 * i] = Math.round(red[i]!);
    scrambled[3 * i + 1] = Math.round(green[i]!);
    scrambled[3 * i + 2] = Math.round(blue[i]!);
  }
  return { heightPx: side, widthPx: side, data: scrambled };
}

/** Natural logarithm of a ratio of sizes: −0.69 is half. */
export const logRatio = (bytes: number, ofBytes: number) => math.log(bytes / ofBytes);
