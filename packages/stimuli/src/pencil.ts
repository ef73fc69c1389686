/** @file Drawing in coordinates of one's own: a canvas seen through a map, with widths that scale along. */
import { type Affine, type Contour, chain, transformPath } from './path.ts';
import { type Canvas, type Coverage, fillCoverage, type Paint, paint, type Rgb, strokeCoverage } from './raster.ts';

/** Shapes and widths given to it are in its own units. */
export interface Pencil {
  readonly canvas: Canvas;
  /** From the pencil's coordinates to the canvas. */
  readonly map: Affine;
  /** A pencil whose coordinates `map` takes to this one's. */
  at(map: Affine): Pencil;
  /** What shapes cover, by the nonzero rule. */
  cover(shapes: readonly Contour[]): Coverage;
  /** Fills shapes; gives what they cover. */
  fill(shapes: readonly Contour[], rgb: Rgb, how?: Omit<Paint, 'rgb'>): Coverage;
  /** Strokes shapes; the width may depend on the share 0…1 of the way. */
  line(shapes: readonly Contour[], width: number | ((share: number) => number), rgb: Rgb, how?: Omit<Paint, 'rgb'>): Coverage;
}

/** A pencil on a canvas; `map` takes its coordinates to pixels. */
export function createPencil(canvas: Canvas, map: Affine): Pencil {
  const [yy, yx, , xy, xx] = map;
  const unitPx = Math.sqrt(Math.abs(yy * xx - yx * xy));
  const painted = (coverage: Coverage, rgb: Rgb, how: Omit<Paint, 'rgb'> = {}) => {
    paint(canvas, coverage, { ...how, rgb });
    return coverage;
  };
  const cover = (shapes: readonly Contour[]) => fillCoverage(transformPath(map, shapes), canvas);
  return {
    canvas,
    map,
    at: (inner) => createPencil(canvas, chain(inner, map)),
    cover,
    fill: (shapes, rgb, how) => painted(cover(shapes), rgb, how),
    line(shapes, width, rgb, how) {
      const widthPx = typeof width === 'number' ? width * unitPx : (share: number) => width(share) * unitPx;
      return painted(strokeCoverage(transformPath(map, shapes), widthPx, canvas), rgb, how);
    },
  };
}
