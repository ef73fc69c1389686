/** @file Cells of a square grid, light and dark on grey: what sparse noise and checks are drawn with. */
import type { Image } from '@ventral/core';
import { levels } from './crossed.ts';
import { type Place, pixelsPerDegree, positionPx, type VisualField } from './field.ts';
import { greyImage } from './grey.ts';

/** A grid of nAcross × nAcross cells that has its middle at the place. */
export type CellGrid = Place & {
  /** Side of a cell. */
  readonly cellDeg: number;
  readonly nAcross: number;
};

/**
 * Cells on grey 128, each at its contrast, −1 … 1; a pixel on an edge is shared exactly.
 *
 * @param cells row · nAcross + column and the contrast of each cell that is not grey
 */
export function drawCells(field: VisualField, grid: CellGrid, cells: Iterable<readonly [cell: number, contrast: number]>): Image {
  const { heightPx, widthPx } = field;
  const { yDeg, xDeg, nAcross } = grid;
  const [centerYPx, centerXPx] = positionPx(field, yDeg, xDeg);
  const cellPx = grid.cellDeg * pixelsPerDegree(field);
  const luminance = new Float64Array(heightPx * widthPx).fill(0.5);
  /** The pixels of an axis that a cell touches, and the share of each. */
  const covered = (index: number, center: number, size: number) => {
    const start = center + (index - nAcross / 2) * cellPx;
    const pixels: { readonly at: number; readonly share: number }[] = [];
    for (let at = Math.max(0, Math.floor(start)); at <= Math.min(size - 1, Math.ceil(start + cellPx)); at++) {
      pixels.push({ at, share: Math.max(0, Math.min(at + 0.5, start + cellPx) - Math.max(at - 0.5, start)) });
    }
    return pixels;
  };
  const indices = levels(nAcross, (index) => index);
  const rows = indices.map((index) => covered(index, centerYPx, heightPx));
  const columns = indices.map((index) => covered(index, centerXPx, widthPx));
  for (const [cell, contrast] of cells) {
    for (const row of rows[Math.floor(cell / nAcross)]!) {
      for (const column of columns[cell % nAcross]!)
        luminance[row.at * widthPx + column.at]! += (contrast * row.share * column.share) / 2;
    }
  }
  return greyImage(heightPx, widthPx, luminance);
}
