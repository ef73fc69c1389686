/** @file Grey pictures from luminance. Bytes are luminance itself: no gamma, as networks see bytes. */
import type { Image } from '@ventral/core';

/** Three equal channels of round(255 · luminance), clipped to 0…255; luminance [h, w] row by row, 0.5 = grey 128. */
export function greyImage(heightPx: number, widthPx: number, luminance: Float64Array): Image {
  const data = new Uint8Array(heightPx * widthPx * 3);
  luminance.forEach((value, i) => {
    data.fill(Math.max(0, Math.min(255, Math.floor(255 * value + 0.5))), 3 * i, 3 * i + 3);
  });
  return { heightPx, widthPx, data };
}
