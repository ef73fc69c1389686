/** @file Static sine gratings, drawn from their formula at the network's own resolution: nothing is resized. */
import { type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { direction, pixelsPerDegree, positionDeg, type VisualField } from './field.ts';
import { greyImage } from './grey.ts';

export interface Grating {
  /** 0° is a vertical grating, whose luminance varies along x; 90° varies along y (downward). Period 180°. */
  readonly orientationDeg: number;
  readonly spatialFrequencyCpd: number;
  /** Phase of the sine at fixation, degrees. */
  readonly phaseDeg: number;
  /** Michelson contrast, 0…1. */
  readonly contrast: number;
  /** The grating shows in a disk of this radius around fixation, grey outside; absent: everywhere. */
  readonly radiusDeg?: number | undefined;
}

/**
 * A grating on grey: luminance = (1 + contrast · sin(2π · frequency · (x cos θ + y sin θ) + phase)) / 2 at each pixel's
 * centre, x and y in degrees from fixation. A disk's edge is one pixel soft, by the share of the pixel inside.
 *
 * @throws InputError `grating: 9 cycles/deg at 16 px/deg are 0.5625 cycles per pixel; more than 0.5 cannot be drawn. Use a
 *   lower frequency or a narrower field of view.` Sampled above 0.5 it would be another, lower frequency.
 * @throws InputError `grating: contrast must be from 0 to 1, got 2.`
 * @see Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495, for the convention of orientation and phase.
 */
export function drawGrating(field: VisualField, grating: Grating): Image {
  const { orientationDeg, spatialFrequencyCpd, phaseDeg, contrast, radiusDeg } = grating;
  const perDegree = pixelsPerDegree(field);
  if (!(spatialFrequencyCpd / perDegree <= 0.5)) {
    throw new InputError(
      `grating: ${spatialFrequencyCpd} cycles/deg at ${perDegree} px/deg are ${spatialFrequencyCpd / perDegree} cycles per pixel; more than 0.5 cannot be drawn. Use a lower frequency or a narrower field of view.`,
    );
  }
  if (!(contrast >= 0 && contrast <= 1)) throw new InputError(`grating: contrast must be from 0 to 1, got ${contrast}.`);
  const [cos, sin] = direction(orientationDeg);
  const phase = (phaseDeg * Math.PI) / 180;
  const luminance = new Float64Array(field.heightPx * field.widthPx);
  for (let yPx = 0, i = 0; yPx < field.heightPx; yPx++) {
    for (let xPx = 0; xPx < field.widthPx; xPx++, i++) {
      const [y, x] = positionDeg(field, yPx, xPx);
      const share =
        radiusDeg === undefined ? 1 : Math.max(0, Math.min(1, (radiusDeg - Math.sqrt(x * x + y * y)) * perDegree + 0.5));
      const wave = math.sin(2 * Math.PI * spatialFrequencyCpd * (x * cos + y * sin) + phase);
      luminance[i] = (1 + contrast * share * wave) / 2;
    }
  }
  return greyImage(field.heightPx, field.widthPx, luminance);
}
