/** @file Spots in rings: what a receptive field of centre and surround is made for. */
import type { Image } from '@ventral/core';
import { disk, shareInside } from './aperture.ts';
import type { Place, VisualField } from './field.ts';
import { patternOnGrey } from './grey.ts';

export type Spot = Place & {
  readonly centerDiameterDeg: number;
  /** Luminance over that of the grey, less 1: 1 white, −1 black. */
  readonly centerContrast: number;
  /** Outer diameter of the ring around the centre. */
  readonly surroundDiameterDeg: number;
  readonly surroundContrast: number;
};

/**
 * A disk within a ring on grey; edges soft by the share of a pixel that lies inside.
 *
 * @see Kuffler 1953, doi:10.1152/jn.1953.16.1.37
 */
export function drawSpot(field: VisualField, spot: Spot): Image {
  const { centerDiameterDeg, centerContrast, surroundDiameterDeg, surroundContrast } = spot;
  const center = shareInside(field, spot, disk(centerDiameterDeg));
  const surround = shareInside(field, spot, disk(surroundDiameterDeg));
  return patternOnGrey(field, spot, Math.max(centerDiameterDeg, surroundDiameterDeg) / 2, (yPx) => {
    const [row, around] = [center(yPx), surround(yPx)];
    for (let xPx = 0; xPx < row.length; xPx++) {
      row[xPx] = row[xPx]! * centerContrast + (1 - row[xPx]!) * around[xPx]! * surroundContrast;
    }
    return row;
  });
}
