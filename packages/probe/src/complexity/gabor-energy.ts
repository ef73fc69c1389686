/** @file The energy of pictures in a bank of Gabor pairs: what the classical model of a complex cell responds with. */
import { math } from '@ventral/kernels';
import type { UnitField } from '../receptive-field/field.ts';

/** Pairs of Gabors in quadrature that lie above one another. Pixel (0, 0) is centred on 0. */
export interface GaborColumn {
  /** 0° is upright, varying along x; y grows downward. */
  readonly orientationDeg: number;
  readonly sfCyclesPerPx: number;
  readonly sigmaPx: number;
  readonly xPx: number;
  readonly ysPx: readonly number[];
}

const nOrientations = 8;
const highestSfCyclesPerPx = 1 / 4;

/** Standard deviations beyond which the envelope, 1 % there, is cut. */
const reachSigmas = 3;

/**
 * Pairs for a unit's field: 8 orientations; frequencies from 1/4 cycle per pixel down in octaves, to no less than one cycle
 * across the field's longer side; σ half a wavelength, which is 1.1 octaves at half height, and an even Gabor's mean is then 1 %
 * of its peak; at the field's middle and one and two σ from it, up, down and sideways, where these places lie in the field.
 */
export function gaborBank({ centerPx: [yPx, xPx], sizePx: [h, w] }: Pick<UnitField, 'centerPx' | 'sizePx'>): GaborColumn[] {
  const bank: GaborColumn[] = [];
  for (let sf = highestSfCyclesPerPx; sf === highestSfCyclesPerPx || sf * Math.max(h, w) >= 1; sf /= 2) {
    const sigmaPx = 1 / (2 * sf);
    const places = (middlePx: number, sizePx: number) =>
      [-2, -1, 0, 1, 2].filter((step) => Math.abs(step * sigmaPx) <= sizePx / 2).map((step) => middlePx + step * sigmaPx);
    for (let i = 0; i < nOrientations; i++)
      for (const x of places(xPx, w))
        bank.push({ orientationDeg: (180 * i) / nOrientations, sfCyclesPerPx: sf, sigmaPx, xPx: x, ysPx: places(yPx, h) });
  }
  return bank;
}

/**
 * |Σ picture · e^(−r²/2σ²) · e^(2πif·u)|² of each pair, u along its orientation: the sum of the squared responses of the two
 * Gabors (Adelson & Bergen 1985, doi:10.1364/JOSAA.2.000284).
 *
 * A pair is a complex row times a complex column: costs up to 2 h·w multiply-adds for each picture and column of pairs.
 *
 * @param pictures maps [h, w], row by row
 * @returns for each pair, column after column: its energy in each picture
 */
export function gaborEnergies(
  bank: readonly GaborColumn[],
  pictures: readonly Float32Array[],
  [heightPx, widthPx]: readonly [h: number, w: number],
): Float64Array[] {
  const [rowReal, rowImaginary] = [new Float64Array(heightPx), new Float64Array(heightPx)];
  return bank.flatMap(({ orientationDeg, sfCyclesPerPx, sigmaPx, xPx, ysPx }) => {
    const angle = (orientationDeg * Math.PI) / 180;
    const across = profile(widthPx, xPx, sigmaPx, sfCyclesPerPx * math.cos(angle));
    const downs = ysPx.map((yPx) => ({
      ...profile(heightPx, yPx, sigmaPx, sfCyclesPerPx * math.sin(angle)),
      energies: new Float64Array(pictures.length),
    }));
    const [top, bottom] = [Math.min(...downs.map(({ first }) => first)), Math.max(...downs.map(({ end }) => end))];
    for (const [p, picture] of pictures.entries()) {
      for (let y = top; y < bottom; y++) {
        let [re, im] = [0, 0];
        for (let x = across.first, i = y * widthPx + x; x < across.end; x++, i++) {
          re += picture[i]! * across.real[x]!;
          im += picture[i]! * across.imaginary[x]!;
        }
        rowReal[y] = re;
        rowImaginary[y] = im;
      }
      for (const { first, end, real, imaginary, energies } of downs) {
        let [re, im] = [0, 0];
        for (let y = first; y < end; y++) {
          re += rowReal[y]! * real[y]! - rowImaginary[y]! * imaginary[y]!;
          im += rowReal[y]! * imaginary[y]! + rowImaginary[y]! * real[y]!;
        }
        energies[p] = re * re + im * im;
      }
    }
    return downs.map(({ energies }) => energies);
  });
}

/** e^(−d²/2σ²) · e^(2πifd) at each pixel's distance d from the centre, for first ≤ pixel < end; elsewhere 0. */
function profile(sizePx: number, centerPx: number, sigmaPx: number, cyclesPerPx: number) {
  const first = Math.max(0, Math.ceil(centerPx - reachSigmas * sigmaPx));
  const end = Math.min(sizePx, Math.floor(centerPx + reachSigmas * sigmaPx) + 1);
  const [real, imaginary] = [new Float64Array(sizePx), new Float64Array(sizePx)];
  for (let px = first; px < end; px++) {
    const d = px - centerPx;
    const envelope = math.exp((-d * d) / (2 * sigmaPx * sigmaPx));
    real[px] = envelope * math.cos(2 * Math.PI * cyclesPerPx * d);
    imaginary[px] = envelope * math.sin(2 * Math.PI * cyclesPerPx * d);
  }
  return { first, end, real, imaginary };
}
