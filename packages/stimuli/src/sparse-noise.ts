/** @file Sparse noise: a few light and dark squares on grey, for mapping receptive fields by reverse correlation. */
import type { Image, Random } from '@ventral/core';
import { drawCells } from './cells.ts';
import type { Place, VisualField } from './field.ts';

/** Squares along a side of the grid. */
export const gridSize = 16;

export type SparseNoise = Place & {
  /** Side of a square. The grid of 16 × 16 has its middle at the place. */
  readonly cellDeg: number;
  /** White squares, and black ones: row · 16 + column. */
  readonly brightCells: readonly number[];
  readonly darkCells: readonly number[];
};

/** White and black squares on grey 128; a pixel on an edge is shared exactly. */
export function drawSparseNoise(field: VisualField, { brightCells, darkCells, ...grid }: SparseNoise): Image {
  const at = (contrast: number) => (cell: number) => [cell, contrast] as const;
  return drawCells(field, { ...grid, nAcross: gridSize }, [...brightCells.map(at(1)), ...darkCells.map(at(-1))]);
}

/** Squares of a picture, half of them bright. */
const nCellsShown = 8;

/**
 * The squares of some pictures. In every round of 64 each square of the grid is white once and black once, and every picture is
 * followed by its negative: an even nonlinearity, as of an energy unit, adds nothing to a first-order map.
 *
 * @returns n pictures, n a multiple of 64
 * @see Jones & Palmer 1987, The two-dimensional spatial structure of simple receptive fields in cat striate cortex,
 *   J. Neurophysiol. 58, 1187, for the method.
 */
export function sparseNoiseCells(random: Random, n: number): Pick<SparseNoise, 'brightCells' | 'darkCells'>[] {
  const nCells = gridSize * gridSize;
  const nRounds = (n * nCellsShown) / (2 * nCells);
  return Array.from({ length: nRounds }, () => random.shuffle(Array.from({ length: nCells }, (_, cell) => cell))).flatMap(
    (cells) =>
      Array.from({ length: nCells / nCellsShown }, (_, i) => {
        const shown = cells.slice(i * nCellsShown, (i + 1) * nCellsShown);
        const [some, others] = [shown.slice(0, nCellsShown / 2), shown.slice(nCellsShown / 2)];
        return [
          { brightCells: some, darkCells: others },
          { brightCells: others, darkCells: some },
        ];
      }).flat(),
  );
}
