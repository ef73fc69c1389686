/**
 * @file The visual field: how pixels of a network's input and degrees of visual angle belong together. The input's width
 * spans `fovDeg`; pixels are square; small-angle geometry (a degree is everywhere as many pixels).
 */
import { math } from '@ventral/kernels';

/** A network's input as a piece of the visual field, fixation at its middle. */
export interface VisualField {
  readonly heightPx: number;
  readonly widthPx: number;
  /** Visual angle that the width spans, degrees. */
  readonly fovDeg: number;
}

/** Pixels of one degree: 224 px over 8° are 28. */
export function pixelsPerDegree(field: Pick<VisualField, 'widthPx' | 'fovDeg'>): number {
  return field.widthPx / field.fovDeg;
}

/** Where a pixel lies, degrees from fixation, y downward. Pixel (0, 0) is centred on 0, the middle is at (size − 1) / 2. */
export function positionDeg(field: VisualField, yPx: number, xPx: number): readonly [yDeg: number, xDeg: number] {
  const perDegree = pixelsPerDegree(field);
  return [(yPx - (field.heightPx - 1) / 2) / perDegree, (xPx - (field.widthPx - 1) / 2) / perDegree];
}

/** The inverse of {@link positionDeg}. */
export function positionPx(field: VisualField, yDeg: number, xDeg: number): readonly [yPx: number, xPx: number] {
  const perDegree = pixelsPerDegree(field);
  return [yDeg * perDegree + (field.heightPx - 1) / 2, xDeg * perDegree + (field.widthPx - 1) / 2];
}

/** (cos, sin) of an angle in degrees, exact at multiples of 90°. */
export function direction(angleDeg: number): readonly [cos: number, sin: number] {
  const quarter = (((angleDeg / 90) % 4) + 4) % 4;
  if (Number.isInteger(quarter))
    return (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as const
    )[quarter as 0 | 1 | 2 | 3];
  const radians = (quarter * Math.PI) / 2;
  return [math.cos(radians), math.sin(radians)];
}
