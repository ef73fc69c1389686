/** @file Grey pictures from luminance. Bytes are luminance itself: no gamma, as networks see bytes. */
import type { Image } from '@ventral/core';
import { type Pattern, type Place, pixelsPerDegree, positionPx, type VisualField } from './field.ts';

/** Three equal channels of round(255 · luminance), clipped to 0…255; luminance [h, w] row by row, 0.5 = grey 128. */
export function greyImage(heightPx: number, widthPx: number, luminance: Float64Array): Image {
  const data = new Uint8Array(heightPx * widthPx * 3);
  for (let i = 0; i < luminance.length; i++) setGrey(data, i, luminance[i]!);
  return { heightPx, widthPx, data };
}

/**
 * What halves may lack and are still rounded up. Where a wave crosses zero its luminance is half a byte, but for the last bit
 * of a sine; without this, such a pixel would be 127 or 128 by chance.
 */
const halfTolerance = 1e-9;

function setGrey(data: Uint8Array, i: number, luminance: number): void {
  const byte = Math.max(0, Math.min(255, Math.floor(255 * luminance + 0.5 + halfTolerance)));
  data[3 * i] = byte;
  data[3 * i + 1] = byte;
  data[3 * i + 2] = byte;
}

/**
 * A pattern of contrast, −1…1, on grey 128: luminance = (1 + contrast) / 2.
 *
 * @param reachDeg half the side of the square around `place` beyond which there is only grey
 */
export function patternOnGrey(field: VisualField, place: Place, reachDeg: number, contrast: Pattern): Image {
  const { heightPx, widthPx } = field;
  const data = new Uint8Array(heightPx * widthPx * 3).fill(128);
  const { top, left, bottom, right } = squareAround(field, place, reachDeg);
  for (let yPx = top; yPx <= bottom; yPx++) {
    const row = contrast(yPx);
    for (let xPx = left; xPx <= right; xPx++) setGrey(data, yPx * widthPx + xPx, (1 + row[xPx]!) / 2);
  }
  return { heightPx, widthPx, data };
}

/** The rows and columns of pixels that lie at least partly in a square around a place, the first and the last. */
export function squareAround(field: VisualField, { yDeg, xDeg }: Place, reachDeg: number) {
  const [yPx, xPx] = positionPx(field, yDeg, xDeg);
  const reachPx = reachDeg * pixelsPerDegree(field) + 1;
  return {
    top: Math.max(0, Math.ceil(yPx - reachPx)),
    left: Math.max(0, Math.ceil(xPx - reachPx)),
    bottom: Math.min(field.heightPx - 1, Math.floor(yPx + reachPx)),
    right: Math.min(field.widthPx - 1, Math.floor(xPx + reachPx)),
  };
}
