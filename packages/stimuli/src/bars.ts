/** @file Bars, light or dark, on grey. */
import type { Image } from '@ventral/core';
import { rectangle, shareInside } from './aperture.ts';
import type { Place, VisualField } from './field.ts';
import { patternOnGrey } from './grey.ts';

export type Bar = Place & {
  /** 0° is an upright bar, as a grating of 0° has upright stripes; 90° lies. Period 180°. */
  readonly orientationDeg: number;
  readonly lengthDeg: number;
  readonly widthDeg: number;
  /** Luminance of the bar over that of the grey, less 1: 1 white, −1 black. */
  readonly contrast: number;
};

/** A bar of luminance (1 + contrast) / 2 on grey, its edges soft by the share of a pixel that lies inside. */
export function drawBar(field: VisualField, bar: Bar): Image {
  const { lengthDeg, widthDeg, orientationDeg, contrast } = bar;
  const share = shareInside(field, bar, rectangle(lengthDeg, widthDeg, orientationDeg));
  return patternOnGrey(field, bar, (lengthDeg + widthDeg) / 2, (yPx) => {
    const row = share(yPx);
    for (let xPx = 0; xPx < row.length; xPx++) row[xPx]! *= contrast;
    return row;
  });
}
