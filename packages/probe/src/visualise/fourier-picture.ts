/**
 * @file A picture as numbers that gradient ascent moves well: amplitudes of waves, weighed as in natural scenes, in colours that
 * vary independently there. From the numbers to the picture, and from slopes at its pixels back to slopes of the numbers.
 */

import { math } from '@ventral/kernels';
import { fourier2d } from '@ventral/stimuli';

/** [h, w] px of a picture, and how far it moves on its torus. */
export interface PictureFrame {
  readonly heightPx: number;
  readonly widthPx: number;
}

export interface FourierPicture {
  readonly nParameters: number;
  /**
   * Values in 0…1, [h, w, colours]; the next picture takes their place.
   * @param shift the picture moves by so many pixels, around its torus
   */
  picture(parameters: Float64Array, shift: readonly [y: number, x: number]): Float64Array;
  /**
   * Slopes of the parameters, from slopes at the values of the picture that was made last.
   * @param slopes [h, w, colours]
   */
  parameterSlopes(slopes: Float64Array): Float64Array;
}

/**
 * Square root of the covariance of RGB over ImageNet, colour channels by independent directions (bright–dark, orange–blue,
 * green–magenta), as published in lucid/optvis/param/color.py of github.com/tensorflow/lucid (Olah, Mordvintsev & Schubert 2017).
 */
const colourRoot = [
  [0.26, 0.09, 0.02],
  [0.27, 0, -0.05],
  [0.27, -0.09, 0.03],
] as const;

/** Its largest column has length 1. */
const colourScale = 1 / Math.sqrt(0.26 ** 2 + 0.27 ** 2 + 0.27 ** 2);

/**
 * Olah, Mordvintsev & Schubert 2017 (Feature Visualization, Distill, doi:10.23915/distill.00007): each colour direction is
 * Re Σ (a_k + i b_k) e^(−ikp) / (2 max(|k|, 1)) over the waves k of a power-of-two torus as large as the picture, one of each pair
 * ±k, mixed to RGB by the root of the covariance of natural colours, and brought into 0…1 by the logistic function. Where all is 0
 * it is mean grey.
 *
 * Costs a Fourier transform of the torus for every two directions, back and forth.
 *
 * @param nColours 3, or 1 for a network that takes grey pictures: no colours are mixed then
 */
export function createFourierPicture({ heightPx, widthPx }: PictureFrame, nColours: 1 | 3): FourierPicture {
  let side = 1;
  while (side < Math.max(heightPx, widthPx)) side *= 2;
  const partnerOf = (place: number) => {
    const [y, x] = [Math.floor(place / side), place % side];
    return ((side - y) % side) * side + ((side - x) % side);
  };
  /** Where each wave lies on the torus, one of each pair ±k, and where the other. */
  const at = Int32Array.from({ length: side * side }, (_, place) => place).filter((place) => place <= partnerOf(place));
  const partner = at.map(partnerOf);
  const nWaves = at.length;
  /** Of each of the two; a wave that is its own partner has only one. */
  const amplitude = Float64Array.from(at, (place, i) => {
    const [y, x] = [Math.floor(place / side), place % side];
    const [fy, fx] = [Math.min(y, side - y), Math.min(x, side - x)];
    return (place === partner[i] ? 0.5 : 1) / (4 * Math.max(1, Math.sqrt(fy * fy + fx * fx)));
  });
  const mix = nColours === 1 ? [[1]] : colourRoot.map((row) => row.map((part) => part * colourScale));
  /** Two directions share a transform: one is its real part, the other its imaginary part. */
  const [real, imaginary] = [new Float64Array(side * side), new Float64Array(side * side)];
  const none = new Float64Array(2 * nWaves);
  const values = new Float64Array(heightPx * widthPx * nColours);
  let shift: readonly [y: number, x: number] = [0, 0];

  /** What two directions give a colour; 0 for a direction that there is not. */
  const weightsOf = (c: number, direction: number) => [mix[c]![direction]!, mix[c]![direction + 1] ?? 0] as const;
  /** Calls with the index of every pixel's value of a colour, and its place on the torus. */
  function forEachPixel(c: number, visit: (i: number, place: number) => void): void {
    for (let y = 0, i = c; y < heightPx; y++) {
      const row = ((y + shift[0] + side) % side) * side;
      for (let x = 0; x < widthPx; x++, i += nColours) visit(i, row + ((x + shift[1] + side) % side));
    }
  }

  return {
    nParameters: 2 * nWaves * nColours,
    picture(parameters, by) {
      shift = by;
      values.fill(0);
      for (let direction = 0; direction < nColours; direction += 2) {
        const first = 2 * nWaves * direction;
        const isPair = direction + 1 < nColours;
        const second = isPair ? parameters.subarray(first + 2 * nWaves) : none;
        real.fill(0);
        imaginary.fill(0);
        for (let k = 0; k < nWaves; k++) {
          const weight = amplitude[k]!;
          const a1 = parameters[first + k]!;
          const b1 = parameters[first + nWaves + k]!;
          const a2 = second[k]!;
          const b2 = second[nWaves + k]!;
          real[at[k]!]! += weight * (a1 - b2);
          imaginary[at[k]!]! += weight * (b1 + a2);
          real[partner[k]!]! += weight * (a1 + b2);
          imaginary[partner[k]!]! += weight * (a2 - b1);
        }
        fourier2d(real, imaginary, side);
        for (let c = 0; c < nColours; c++) {
          const [one, other] = weightsOf(c, direction);
          forEachPixel(c, (i, place) => {
            values[i]! += one * real[place]! + other * imaginary[place]!;
          });
        }
      }
      for (let i = 0; i < values.length; i++) values[i] = 1 / (1 + math.exp(-values[i]!));
      return values;
    },
    parameterSlopes(slopes) {
      const result = new Float64Array(2 * nWaves * nColours);
      for (let direction = 0; direction < nColours; direction += 2) {
        const isPair = direction + 1 < nColours;
        real.fill(0);
        imaginary.fill(0);
        for (let c = 0; c < nColours; c++) {
          const [one, other] = weightsOf(c, direction);
          forEachPixel(c, (i, place) => {
            const slope = values[i]! * (1 - values[i]!) * slopes[i]!;
            real[place]! += one * slope;
            imaginary[place]! += other * slope;
          });
        }
        fourier2d(real, imaginary, side);
        const first = 2 * nWaves * direction;
        const second = first + 2 * nWaves;
        // ∂/∂a_k is the slopes' cosine part; ∂/∂b_k, of a sine, its sine part, which the transform has with the other sign.
        for (let k = 0; k < nWaves; k++) {
          const weight = amplitude[k]!;
          const re = real[at[k]!]!;
          const im = imaginary[at[k]!]!;
          const reBack = real[partner[k]!]!;
          const imBack = imaginary[partner[k]!]!;
          result[first + k] = weight * (re + reBack);
          result[first + nWaves + k] = -weight * (im - imBack);
          if (!isPair) continue;
          result[second + k] = weight * (im + imBack);
          result[second + nWaves + k] = weight * (re - reBack);
        }
      }
      return result;
    },
  };
}

/**
 * Slopes of the total variation of a picture [h, w, colours], −Σ √(dy² + dx² + ε²) over pixels and colours with differences to the
 * pixel below and to the right (Rudin, Osher & Fatemi 1992, doi:10.1016/0167-2789(92)90242-F), times a weight, added to `slopes`.
 */
export function subtractVariation(
  slopes: Float64Array,
  values: Float64Array,
  { heightPx, widthPx }: PictureFrame,
  weight: number,
): void {
  const nColours = values.length / (heightPx * widthPx);
  const rowStep = widthPx * nColours;
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      for (let c = 0; c < nColours; c++) {
        const i = y * rowStep + x * nColours + c;
        const dy = y + 1 < heightPx ? values[i + rowStep]! - values[i]! : 0;
        const dx = x + 1 < widthPx ? values[i + nColours]! - values[i]! : 0;
        const share = weight / Math.sqrt(dy * dy + dx * dx + smoothness * smoothness);
        slopes[i]! += share * (dy + dx);
        if (y + 1 < heightPx) slopes[i + rowStep]! -= share * dy;
        if (x + 1 < widthPx) slopes[i + nColours]! -= share * dx;
      }
    }
  }
}

/** ε: differences far below a byte do not count. */
const smoothness = 1 / 255;
