/**
 * @file Outlines of stimuli, and how much of a pixel lies inside of one. For few simple shapes with edges that are the same
 * from all four sides: a picture turned by 90° has the same bytes turned. Paths of any shape: raster.ts.
 */
import { direction } from './field.ts';

/** Distance of a point to the outline, negative inside; the point is given from the shape's centre, in any unit. */
export type Outline = (y: number, x: number) => number;

/** Points along a side of a pixel at which a pixel on an edge is looked at. */
const nPoints = 16;

export function disk(diameter: number): Outline {
  return (y, x) => Math.sqrt(y * y + x * x) - diameter / 2;
}

/** A rectangle, upright at 0° and turned as gratings are: its width is measured along the direction of the orientation. */
export function rectangle(length: number, width: number, orientationDeg: number): Outline {
  const [cos, sin] = direction(orientationDeg);
  return (y, x) => Math.max(Math.abs(x * cos + y * sin) - width / 2, Math.abs(y * cos - x * sin) - length / 2);
}

/**
 * The share 0…1 of a square pixel that lies inside: exact away from the edge, on it the share of 16 × 16 points.
 *
 * @param y from the shape's centre to the pixel's
 * @param pixel side of the pixel
 */
export function pixelShare(outline: Outline, y: number, x: number, pixel: number): number {
  const distance = outline(y, x) / pixel;
  // Half a diagonal is the farthest that a pixel reaches.
  if (distance < -Math.SQRT1_2) return 1;
  if (distance > Math.SQRT1_2) return 0;
  let nInside = 0;
  for (let i = 0; i < nPoints; i++) {
    for (let j = 0; j < nPoints; j++) {
      const [dy, dx] = [(i + 0.5) / nPoints - 0.5, (j + 0.5) / nPoints - 0.5];
      if (outline(y + dy * pixel, x + dx * pixel) <= 0) nInside++;
    }
  }
  return nInside / nPoints ** 2;
}
