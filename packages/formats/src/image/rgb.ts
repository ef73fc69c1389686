/** @file Pixels with transparency → RGB. */
import type { Image } from '@ventral/core';

const grey = 128;

/**
 * RGBA bytes over an opaque grey 128. The arithmetic is Pillow's alpha_composite for an opaque background: with 7 extra bits,
 * t = (value · alpha + 128 · (255 − alpha)) · 2^7 + 2^14, result = ((t >> 8) + t) >> 15; alpha 255 keeps the value.
 */
export function overGrey(rgba: Uint8Array | Uint8ClampedArray, widthPx: number, heightPx: number): Image {
  const data = new Uint8Array(widthPx * heightPx * 3);
  for (let from = 0, to = 0; to < data.length; from += 4, to += 3) {
    const alpha = rgba[from + 3]!;
    for (let channel = 0; channel < 3; channel++) {
      const value = rgba[from + channel]!;
      const t = ((value * alpha + grey * (255 - alpha)) << 7) + (1 << 14);
      data[to + channel] = alpha === 255 ? value : ((t >> 8) + t) >> 15;
    }
  }
  return { heightPx, widthPx, data };
}
