/** @file Draws feature maps: values to pixels on a canvas, one map or a page of a grid. Knows no layers and no events. */
import { type ColourScale, colourise } from './colour.ts';

/** One map as an image of its own size, to be scaled by whoever draws it. */
export function mapCanvas(values: Float32Array, heightUnits: number, widthUnits: number, scale: ColourScale): OffscreenCanvas {
  const canvas = new OffscreenCanvas(widthUnits, heightUnits);
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(widthUnits, heightUnits);
  colourise(values, scale, image.data);
  context.putImageData(image, 0, 0);
  return canvas;
}

/** Sizes a canvas to its CSS box on this screen and gives its context, unscaled. */
export function contextOf(canvas: HTMLCanvasElement, cssWidth: number, cssHeight: number): CanvasRenderingContext2D {
  const ratio = globalThis.devicePixelRatio || 1;
  const width = Math.max(1, Math.round(cssWidth * ratio));
  const height = Math.max(1, Math.round(cssHeight * ratio));
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = false;
  return context;
}

/** Where cells of a grid lie: `columns` across, cells of equal size with a gap, CSS px. */
export interface Grid {
  readonly columns: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly gap: number;
}

/** A grid for nCells maps of h × w units in a space so wide: cells near 64 px, at least 12, no more columns than cells. */
export function gridFor(nCells: number, heightUnits: number, widthUnits: number, width: number): Grid {
  const scalars = heightUnits * widthUnits === 1;
  const wanted = scalars ? 18 : nCells <= 12 ? 96 : 66;
  const gap = scalars ? 2 : 4;
  const columns = Math.max(1, Math.min(Math.max(nCells, 3), Math.floor((width + gap) / (wanted + gap))));
  const cellWidth = Math.min(scalars ? 26 : 120, Math.floor((width - gap * (columns - 1)) / columns));
  return { columns, cellWidth, cellHeight: Math.max(12, Math.round((cellWidth * heightUnits) / widthUnits)), gap };
}

/** Height of all rows of a grid, CSS px. */
export function gridHeight(grid: Grid, nCells: number): number {
  return Math.ceil(nCells / grid.columns) * (grid.cellHeight + grid.gap);
}

/** The cell under a point of the grid and the point's place in it (0…1), or undefined in a gap. */
export function cellAt(grid: Grid, nCells: number, x: number, y: number): { cell: number; fx: number; fy: number } | undefined {
  const column = Math.floor(x / (grid.cellWidth + grid.gap));
  const row = Math.floor(y / (grid.cellHeight + grid.gap));
  const fx = (x - column * (grid.cellWidth + grid.gap)) / grid.cellWidth;
  const fy = (y - row * (grid.cellHeight + grid.gap)) / grid.cellHeight;
  const cell = row * grid.columns + column;
  if (column < 0 || column >= grid.columns || row < 0 || cell >= nCells || fx >= 1 || fy >= 1) return undefined;
  return { cell, fx, fy };
}
