/**
 * @file Strokes as areas: the closed polylines whose union is everything within half a width of a contour. No pixels here.
 */
import { InputError } from '@ventral/core';
import { direction } from './field.ts';
import { type Contour, distance, flatten, type Point, tolerancePx } from './path.ts';

/** Width of a stroke, pixels, ≥ 0: one, or as a function of the share 0…1 of the contour's length that lies behind. */
export type StrokeWidth = number | ((share: number) => number);

/** A straight piece of a stroke, whose width may change along it. */
interface Piece {
  readonly from: Point;
  readonly to: Point;
  readonly fromRadius: number;
  readonly toRadius: number;
  readonly length: number;
  /** Unit vectors from the middle line to the two edges, looking ahead. */
  readonly left: Point;
  readonly right: Point;
}

/**
 * The stroke of a contour as rings, all wound clockwise on the screen, to be filled by the nonzero rule: an outline, and
 * circles at its ends and sharp turns. The outline is the sum of a trapezium for each piece and a triangle for each turn, so it
 * winds at least once around every point of the stroke.
 *
 * @throws InputError `stroke: needs a width from 0 px, got -1.`
 */
export function strokeRings(shape: Contour, widthPx: StrokeWidth): readonly (readonly Point[])[] {
  const points = flatten(shape);
  const [first, last] = [points[0]!, points.at(-1)!];
  if (shape.isClosed && distance(first, last) > 0) points.push(first);
  const radii = radiiAlong(points, widthPx);
  // No piece where the circle at one end holds the other's.
  const pieces = points.slice(1).map((to, i) => createPiece(points[i]!, radii[i]!, to, radii[i + 1]!));
  const rings: (readonly Point[])[] = [];
  let left: Point[] = [];
  let right: Point[] = [];
  points.forEach((point, i) => {
    const [before, after] = [pieces[i - 1], pieces[i]];
    if (before === undefined || after === undefined || isSharp(before, after)) rings.push(circle(point, radii[i]!));
    if (before !== undefined && after !== undefined) {
      addTurn(left, before, after, 'left');
      addTurn(right, before, after, 'right');
    } else if (before !== undefined) {
      rings.push([
        ...left,
        offset(point, before.toRadius, before.left),
        offset(point, before.toRadius, before.right),
        ...right.reverse(),
      ]);
    } else if (after !== undefined) {
      left = [offset(point, after.fromRadius, after.left)];
      right = [offset(point, after.fromRadius, after.right)];
    }
  });
  return rings;
}

function radiiAlong(points: readonly Point[], widthPx: StrokeWidth): number[] {
  const behind = [0];
  for (let i = 1; i < points.length; i++) behind.push(behind[i - 1]! + distance(points[i - 1]!, points[i]!));
  const total = behind.at(-1)! || 1;
  return behind.map((length) => {
    const width = typeof widthPx === 'number' ? widthPx : widthPx(length / total);
    if (!(width >= 0 && width < Infinity)) throw new InputError(`stroke: needs a width from 0 px, got ${width}.`);
    return width / 2;
  });
}

function createPiece(from: Point, fromRadius: number, to: Point, toRadius: number): Piece | undefined {
  const length = distance(from, to);
  if (length <= Math.abs(toRadius - fromRadius)) return undefined;
  const [v, u] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
  // The tangents common to both circles touch them at the angles ± acos(along) from the way ahead.
  const along = (fromRadius - toRadius) / length;
  const across = Math.sqrt(1 - along * along);
  const left: Point = [along * v - across * u, along * u + across * v];
  const right: Point = [along * v + across * u, along * u - across * v];
  return { from, to, fromRadius, toRadius, length, left, right };
}

/** Whether a triangle alone, without a circle, would leave more than a little of a turn open. */
function isSharp(before: Piece, after: Piece): boolean {
  const cos = Math.min(dot(before.left, after.left), dot(before.right, after.right));
  // A chord of angle a lies r (1 − cos(a/2)) ≈ r (1 − cos a) / 4 inside of its circle.
  return before.toRadius * (1 - cos) > 4 * tolerancePx;
}

/** Leads one edge of the outline around a turn. */
function addTurn(edge: Point[], before: Piece, after: Piece, side: 'left' | 'right'): void {
  const [a, b] = [before[side], after[side]];
  edge.push(offset(before.to, before.toRadius, a));
  // Inside of a turn the way leads over the middle line, unless the pieces are long enough to hold the short cut.
  const opening = (a[1] * b[0] - a[0] * b[1]) * (side === 'left' ? 1 : -1);
  if (opening < 0 && before.toRadius * -opening > Math.min(before.length, after.length)) edge.push(before.to);
  edge.push(offset(after.from, after.fromRadius, b));
}

/** A regular polygon whose corners lie on the circle: a quarter of them by turning on and on, the others by quarter turns. */
function circle(centre: Point, radius: number): Point[] {
  const n = Math.max(2, Math.ceil(Math.sqrt(radius / tolerancePx) * 0.56));
  const [cos, sin] = direction(90 / n);
  const quarter: Point[] = [[0, 1]];
  for (let i = 1; i < n; i++) {
    const [v, u] = quarter[i - 1]!;
    quarter.push([v * cos + u * sin, u * cos - v * sin]);
  }
  const half = [...quarter, ...quarter.map(([v, u]): Point => [u, -v])];
  return [...half, ...half.map(([v, u]): Point => [-v, -u])].map((normal) => offset(centre, radius, normal));
}

function offset([y, x]: Point, radius: number, normal: Point): Point {
  return [y + radius * normal[0], x + radius * normal[1]];
}

function dot(a: Point, b: Point): number {
  return a[0] * b[0] + a[1] * b[1];
}
