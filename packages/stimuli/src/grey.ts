/** @file Grey pictures from luminance. Bytes are luminance itself: no gamma, as networks see bytes. */
import type { Image } from '@ventral/core';
import { type Place, pixelsPerDegree, positionDeg, positionPx, type VisualField } from './field.ts';

/** Three equal channels of round(255 · luminance), clipped to 0…255; luminance [h, w] row by row, 0.5 = grey 128. */
export function greyImage(heightPx: number, widthPx: number, luminance: Float64Array): Image {
  const data = new Uint8Array(heightPx * widthPx * 3);
  for (let i = 0; i < luminance.length; i++) {
    const byte = Math.max(0, Math.min(255, Math.floor(255 * luminance[i]! + 0.5)));
    data[3 * i] = byte;
    data[3 * i + 1] = byte;
    data[3 * i + 2] = byte;
  }
  return { heightPx, widthPx, data };
}

/**
 * A pattern on grey 128: luminance = (1 + contrast) / 2, where the contrast −1…1 of each pixel is asked for at its centre.
 *
 * @param reachDeg half the side of the square around `place` beyond which there is only grey
 * @param contrastAt contrast at a point, degrees from `place`, y downward
 */
export function patternOnGrey(
  field: VisualField,
  place: Place,
  reachDeg: number,
  contrastAt: (yDeg: number, xDeg: number) => number,
): Image {
  const luminance = new Float64Array(field.heightPx * field.widthPx).fill(0.5);
  forEachPixel(field, place, reachDeg, (i, yDeg, xDeg) => {
    luminance[i] = (1 + contrastAt(yDeg, xDeg)) / 2;
  });
  return greyImage(field.heightPx, field.widthPx, luminance);
}

/** Visits the pixels that lie at least partly in a square around a place, row by row: index y · width + x, degrees from it. */
export function forEachPixel(
  field: VisualField,
  { yDeg, xDeg }: Place,
  reachDeg: number,
  visit: (i: number, yDeg: number, xDeg: number) => void,
): void {
  const [centerYPx, centerXPx] = positionPx(field, yDeg, xDeg);
  const reachPx = reachDeg * pixelsPerDegree(field) + 1;
  const range = (center: number, size: number) =>
    [Math.max(0, Math.ceil(center - reachPx)), Math.min(size - 1, Math.floor(center + reachPx))] as const;
  const [top, bottom] = range(centerYPx, field.heightPx);
  const [left, right] = range(centerXPx, field.widthPx);
  for (let yPx = top; yPx <= bottom; yPx++) {
    for (let xPx = left; xPx <= right; xPx++) {
      const [y, x] = positionDeg(field, yPx, xPx);
      visit(yPx * field.widthPx + xPx, y - yDeg, x - xDeg);
    }
  }
}
