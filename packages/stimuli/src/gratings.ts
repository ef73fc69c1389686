/** @file Static sine gratings, drawn from their formula at the network's own resolution: nothing is resized. */
import { type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { disk, pixelShare } from './aperture.ts';
import { direction, type Place, pixelsPerDegree, type VisualField } from './field.ts';
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
  const wave = sineWave(field, grating);
  const outline = disk(diameterDeg);
  const pixelDeg = 1 / pixelsPerDegree(field);
  return patternOnGrey(
    field,
    { yDeg, xDeg },
    diameterDeg / 2,
    (y, x) => contrast * pixelShare(outline, y, x, pixelDeg) * wave(y, x),
  );
}

/**
 * sin(2π · frequency · (x cos θ + y sin θ) + phase) at points in degrees from the pattern's centre.
 *
 * @throws InputError as {@link drawGrating}, if pixels are too coarse for it
 */
export function sineWave(
  field: VisualField,
  { orientationDeg, spatialFrequencyCpd, phaseDeg }: Wave,
): (yDeg: number, xDeg: number) => number {
  const perDegree = pixelsPerDegree(field);
  if (!(spatialFrequencyCpd / perDegree <= maxCyclesPerPixel)) {
    throw new InputError(
      `grating: ${spatialFrequencyCpd} cycles/deg at ${perDegree} px/deg are ${spatialFrequencyCpd / perDegree} cycles per pixel; more than 0.5 cannot be drawn. Use a lower frequency or a narrower field of view.`,
    );
  }
  const [cos, sin] = direction(orientationDeg);
  const phase = (phaseDeg * Math.PI) / 180;
  return (y, x) => math.sin(2 * Math.PI * spatialFrequencyCpd * (x * cos + y * sin) + phase);
}

/** What pixels can carry: the Nyquist frequency. */
export const maxCyclesPerPixel = 0.5;
