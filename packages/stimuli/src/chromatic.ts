/** @file Sine gratings along the cardinal axes of colour: luminance, L−M and S. */
import { type Image, InputError } from '@ventral/core';
import { disk, shareInside } from './aperture.ts';
import { byteOfLinear, conesOfLinear, linearOfByte, linearStep, luminanceWeights, type Triple } from './cone-contrast.ts';
import type { Place, VisualField } from './field.ts';
import { sineWave, type Wave } from './gratings.ts';
import { squareAround } from './grey.ts';

/**
 * `luminance`: L, M and S together, the colour stays that of the grey. `l-m`: L against M, luminance and S stay. `s`: S alone,
 * and with it neither L, M nor luminance changes.
 */
export type ColourAxis = 'luminance' | 'l-m' | 's';

export const colourAxes: readonly ColourAxis[] = ['luminance', 'l-m', 's'];

export type ChromaticGrating = Wave &
  Place & {
    readonly axis: ColourAxis;
    /** √(((ΔL/L)² + (ΔM/M)² + (ΔS/S)²) / 3) at the wave's peak, over the grey's L, M and S. */
    readonly rmsConeContrast: number;
    readonly diameterDeg: number;
  };

/** Byte 128, as light. */
const ground = ((grey: number): Triple => [grey, grey, grey])(linearOfByte(128));

/**
 * A grating whose light at each pixel is grey + contrast · sin(2πfu + φ) · axis, in linear sRGB, then in bytes. Equal
 * `rmsConeContrast` is equal strength for cones, not for bytes: 0.08 is ± 5 bytes along luminance, bytes 24 to 174 of red along
 * L−M and ± 10 of blue along S.
 *
 * @returns the picture, and how many of its pixels have a colour that sRGB cannot show and were clipped channel by channel
 * @throws InputError as drawGrating, if pixels are too coarse for the wave
 * @throws InputError `chromatic grating: the RMS cone contrast must be from 0, got -1.`
 * @see Derrington, Krauskopf & Lennie 1984, doi:10.1113/jphysiol.1984.sp015499, for the axes; cone-contrast.ts for the cones.
 */
export function drawChromaticGrating(field: VisualField, grating: ChromaticGrating): { image: Image; nClippedPx: number } {
  const { heightPx, widthPx } = field;
  const { axis, rmsConeContrast, diameterDeg } = grating;
  if (!(rmsConeContrast >= 0))
    throw new InputError(`chromatic grating: the RMS cone contrast must be from 0, got ${rmsConeContrast}.`);
  const wave = sineWave(field, grating, grating);
  const share = shareInside(field, grating, disk(diameterDeg));
  const step = axisStep(axis);
  const data = new Uint8Array(heightPx * widthPx * 3).fill(128);
  let nClippedPx = 0;
  const { top, left, bottom, right } = squareAround(field, grating, diameterDeg / 2);
  for (let yPx = top; yPx <= bottom; yPx++) {
    const [row, inside] = [wave(yPx), share(yPx)];
    for (let xPx = left; xPx <= right; xPx++) {
      const contrast = rmsConeContrast * inside[xPx]! * row[xPx]!;
      let isClipped = false;
      for (let channel = 0; channel < 3; channel++) {
        const light = ground[channel]! + contrast * step[channel]!;
        if (light < 0 || light > 1) isClipped = true;
        data[3 * (yPx * widthPx + xPx) + channel] = byteOfLinear(light);
      }
      if (isClipped) nClippedPx++;
    }
  }
  return { image: { heightPx, widthPx, data }, nClippedPx };
}

/** The largest RMS cone contrast along an axis that sRGB shows on grey 128 without clipping. */
export function largestConeContrast(axis: ColourAxis): number {
  const room = axisStep(axis).map((change, channel) => Math.min(ground[channel]!, 1 - ground[channel]!) / Math.abs(change));
  return Math.min(...room);
}

/** The change of linear sRGB for an RMS cone contrast of 1 along an axis. */
function axisStep(axis: ColourAxis): Triple {
  const [l, m, s] = coneContrasts(axis);
  const rms = Math.sqrt((l * l + m * m + s * s) / 3);
  return linearStep(ground, [l / rms, m / rms, s / rms]);
}

/** Contrasts of L, M and S along an axis, of any length. */
function coneContrasts(axis: ColourAxis): Triple {
  if (axis === 'luminance') return [1, 1, 1];
  if (axis === 's') return [0, 0, 1];
  // weightL · ΔL + weightM · ΔM = 0: luminance stays.
  const [weightL, weightM] = luminanceWeights;
  const [groundL, groundM] = conesOfLinear(ground);
  return [weightM / groundL, -weightL / groundM, 0];
}
