/** @file Bars, light or dark, on grey. */
import type { Image } from '@ventral/core';
import { pixelShare, rectangle } from './aperture.ts';
import { type Place, pixelsPerDegree, type VisualField } from './field.ts';
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
  const outline = rectangle(lengthDeg, widthDeg, orientationDeg);
  const pixelDeg = 1 / pixelsPerDegree(field);
  const reachDeg = (lengthDeg + widthDeg) / 2;
  return patternOnGrey(field, bar, reachDeg, (y, x) => contrast * pixelShare(outline, y, x, pixelDeg));
}
