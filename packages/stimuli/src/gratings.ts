/** @file Static sine gratings, drawn from their formula at the network's own resolution: nothing is resized. */
import { type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { disk, shareInside } from './aperture.ts';
import { direction, offsetsDeg, type Pattern, type Place, pixelsPerDegree, type VisualField } from './field.ts';
import { patternOnGrey } from './grey.ts';

/** What makes a sine wave of the plane. */
export type Wave = {
  /** 0° is a vertical grating, whose luminance varies along x; 90° varies along y (downward). Period 180°. */
  readonly orientationDeg: number;
  readonly spatialFrequencyCpd: number;
  /** Phase of the sine at the pattern's centre, degrees. */
  readonly phaseDeg: number;
};

export type Grating = Wave & {
  /** Michelson contrast, 0…1. */
  readonly contrast: number;
  /** The grating shows in a disk of this diameter, grey outside; absent: everywhere. */
  readonly diameterDeg?: number | undefined;
  /** Centre of disk and phase; absent: fixation. */
  readonly yDeg?: number | undefined;
  readonly xDeg?: number | undefined;
};

/** A grating in a disk, all said. */
export type GratingPatch = Wave & Place & { readonly contrast: number; readonly diameterDeg: number };

/**
 * A grating on grey: luminance = (1 + contrast · sin(2π · frequency · (x cos θ + y sin θ) + phase)) / 2 at each pixel's
 * centre, x and y in degrees from the grating's centre. On the disk's edge by the share of the pixel that lies inside.
 *
 * @throws InputError `grating: 9 cycles/deg at 16 px/deg are 0.5625 cycles per pixel; more than 0.5 cannot be drawn. Use a
 *   lower frequency or a narrower field of view.` Sampled above 0.5 it would be another, lower frequency.
 * @throws InputError `grating: contrast must be from 0 to 1, got 2.`
 * @see Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495, for the convention of orientation and phase.
 */
export function drawGrating(field: VisualField, grating: Grating): Image {
  const { contrast, diameterDeg = Infinity, yDeg = 0, xDeg = 0 } = grating;
  if (!(contrast >= 0 && contrast <= 1)) throw new InputError(`grating: contrast must be from 0 to 1, got ${contrast}.`);
  const place = { yDeg, xDeg };
  const wave = sineWave(field, place, grating);
  const share = shareInside(field, place, disk(diameterDeg));
  return patternOnGrey(field, place, diameterDeg / 2, (yPx) => {
    const [row, inside] = [wave(yPx), share(yPx)];
    for (let xPx = 0; xPx < row.length; xPx++) row[xPx]! *= contrast * inside[xPx]!;
    return row;
  });
}

/**
 * sin(2π · frequency · (x cos θ + y sin θ) + phase) at the centre of each pixel, x and y in degrees from `place`.
 *
 * By sin(a + b) = sin a cos b + cos a sin b: a sine and a cosine for each row and each column and none for each pixel. Within
 * 2e-12 of the sine of the sum for up to 1000 px.
 *
 * @throws InputError as {@link drawGrating}, if pixels are too coarse for it
 */
export function sineWave(field: VisualField, place: Place, { orientationDeg, spatialFrequencyCpd, phaseDeg }: Wave): Pattern {
  const perDegree = pixelsPerDegree(field);
  if (!(spatialFrequencyCpd / perDegree <= maxCyclesPerPixel)) {
    throw new InputError(
      `grating: ${spatialFrequencyCpd} cycles/deg at ${perDegree} px/deg are ${spatialFrequencyCpd / perDegree} cycles per pixel; more than 0.5 cannot be drawn. Use a lower frequency or a narrower field of view.`,
    );
  }
  const [cos, sin] = direction(orientationDeg);
  const radiansPerDegree = 2 * Math.PI * spatialFrequencyCpd;
  const phase = (phaseDeg * Math.PI) / 180;
  const [rowsDeg, columnsDeg] = offsetsDeg(field, place);
  const rows = rowsDeg.map((y) => radiansPerDegree * sin * y + phase);
  const columns = columnsDeg.map((x) => radiansPerDegree * cos * x);
  const [sinY, cosY, sinX, cosX] = [rows.map(math.sin), rows.map(math.cos), columns.map(math.sin), columns.map(math.cos)];
  const row = new Float64Array(field.widthPx);
  return (yPx) => {
    const [s, c] = [sinY[yPx]!, cosY[yPx]!];
    for (let xPx = 0; xPx < row.length; xPx++) row[xPx] = sinX[xPx]! * c + cosX[xPx]! * s;
    return row;
  };
}

/** What pixels can carry: the Nyquist frequency. */
export const maxCyclesPerPixel = 0.5;
