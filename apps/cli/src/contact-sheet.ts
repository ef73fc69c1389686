/** @file Many pictures on one, side by side in their own pixels: nothing is resized, so what is seen is what a network sees. */
import { createRandom, type Image } from '@ventral/core';

/** Longest side of a sheet, unless a single picture is longer. */
const longestPx = 2048;
/** White between pictures and around them. */
const gapPx = 4;

export interface ContactSheet {
  /** Where picture i lies, from 0; undefined for one that has no room on the sheet. */
  placeOf(i: number): { readonly row: number; readonly column: number } | undefined;
  /** Puts picture i in its place, if it has one. */
  add(i: number, image: Image): void;
  image(): Image;
}

/**
 * An empty sheet for n pictures of one size, row by row in their order. Where not all have room, as many as have are drawn by
 * lot, always the same: picking every nth would show a factorial set at one phase only.
 */
export function createContactSheet(n: number, size: { readonly heightPx: number; readonly widthPx: number }): ContactSheet {
  const room = (sizePx: number) => Math.max(1, Math.floor((longestPx - gapPx) / (sizePx + gapPx)));
  const nShown = Math.min(n, room(size.heightPx) * room(size.widthPx));
  // As many columns as make the sheet about as wide as it is high.
  const squarest = Math.ceil(Math.sqrt((nShown * (size.heightPx + gapPx)) / (size.widthPx + gapPx)));
  const nColumns = Math.min(squarest, room(size.widthPx));
  const nRows = Math.ceil(nShown / nColumns);
  const heightPx = gapPx + nRows * (size.heightPx + gapPx);
  const widthPx = gapPx + nColumns * (size.widthPx + gapPx);
  const data = new Uint8Array(heightPx * widthPx * 3).fill(255);
  const slots = new Map(
    createRandom(0)
      .sample(n, nShown)
      .map((i, slot) => [i, slot]),
  );
  const placeOf = (i: number) => {
    const slot = slots.get(i);
    return slot === undefined ? undefined : { row: Math.floor(slot / nColumns), column: slot % nColumns };
  };
  return {
    placeOf,
    add(i, image) {
      const place = placeOf(i);
      if (!place) return;
      const topPx = gapPx + place.row * (size.heightPx + gapPx);
      const leftPx = gapPx + place.column * (size.widthPx + gapPx);
      const rowBytes = 3 * size.widthPx;
      for (let y = 0; y < size.heightPx; y++)
        data.set(image.data.subarray(y * rowBytes, (y + 1) * rowBytes), 3 * ((topPx + y) * widthPx + leftPx));
    },
    image: () => ({ heightPx, widthPx, data }),
  };
}
