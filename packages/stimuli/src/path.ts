/**
 * @file Paths: outlines of lines and Bézier curves, the maps that move them, and the polylines they are drawn as. Points are
 * [y, x], y downward. Nothing here knows of pixels but the last: how far a polyline may lie beside its curve.
 */
import { InputError } from '@ventral/core';
import { direction } from './field.ts';

export type Point = readonly [y: number, x: number];

/** A piece of a contour: end of a line; control and end of a quadratic Bézier curve; two controls and end of a cubic one. */
export type Curve =
  | readonly [end: Point]
  | readonly [control: Point, end: Point]
  | readonly [control: Point, control: Point, end: Point];

/** Curves that follow each other. Filling closes every contour with a line; a stroke closes it only if `isClosed`. */
export interface Contour {
  readonly start: Point;
  readonly curves: readonly Curve[];
  readonly isClosed: boolean;
}

export type Path = readonly Contour[];

/** y ← yy·y + yx·x + y0; x ← xy·y + xx·x + x0. */
export type Affine = readonly [yy: number, yx: number, y0: number, xy: number, xx: number, x0: number];

/** How far a curve may lie from the polyline drawn for it. */
export const tolerancePx = 0.005;

/** A contour written from its start: each further step is one {@link Curve}. */
export function contour(start: Point, curves: readonly Curve[], isClosed = false): Contour {
  return { start, curves, isClosed };
}

/** A closed contour of straight sides. At least one point. */
export function polygon(points: readonly Point[]): Contour {
  return contour(points[0]!, lines(points), true);
}

/** An open contour of straight pieces. At least one point; of one alone, a stroke is a dot. */
export function polyline(points: readonly Point[]): Contour {
  return contour(points[0]!, lines(points));
}

/** A straight line. */
export function segment(y0: number, x0: number, y1: number, x1: number): Contour {
  return polyline([
    [y0, x0],
    [y1, x1],
  ]);
}

function lines(points: readonly Point[]): Curve[] {
  return points.slice(1).map((point) => [point]);
}

export interface Ellipse {
  readonly y: number;
  readonly x: number;
  readonly radiusY: number;
  readonly radiusX: number;
  /** Turns the ellipse, degrees, clockwise on the screen. */
  readonly angleDeg?: number | undefined;
}

/** An ellipse of cubic curves, each of 45°: at most 5e-6 of the radius beside the true one. */
export function ellipse(shape: Ellipse): Contour {
  return { ...arc(shape, 0, 360), isClosed: true };
}

/**
 * Part of an ellipse, from one angle to another: 0° lies right of the centre, 90° below it, before the ellipse is turned.
 * `toDeg` below `fromDeg` runs the other way round.
 */
export function arc({ y, x, radiusY, radiusX, angleDeg = 0 }: Ellipse, fromDeg: number, toDeg: number): Contour {
  const n = Math.max(1, Math.ceil(Math.abs(toDeg - fromDeg) / 45));
  const step = (toDeg - fromDeg) / n;
  // Length of a control arm on the unit circle: (4/3) · tan(step / 4) = (4/3) · sin(step / 2) / (1 + cos(step / 2)).
  const [cos, sin] = direction(step / 2);
  const arm = (4 * sin) / (3 * (1 + cos));
  const [turnCos, turnSin] = direction(angleDeg);
  const at = (u: number, v: number): Point => [
    y + turnSin * radiusX * u + turnCos * radiusY * v,
    x + turnCos * radiusX * u - turnSin * radiusY * v,
  ];
  const curves = Array.from({ length: n }, (_, i): Curve => {
    const [u0, v0] = direction(fromDeg + i * step);
    const [u1, v1] = direction(fromDeg + (i + 1) * step);
    return [at(u0 - arm * v0, v0 + arm * u0), at(u1 + arm * v1, v1 - arm * u1), at(u1, v1)];
  });
  return contour(at(...direction(fromDeg)), curves);
}

/**
 * A smooth contour through points: the centripetal Catmull–Rom spline, which makes no loops or cusps of its own (Yuksel,
 * Schaefer & Keyser 2011, doi:10.1016/j.cad.2010.08.008). A point given twice in a row is a corner.
 */
export function spline(points: readonly Point[], isClosed = false): Contour {
  const n = points.length;
  const at = (i: number): Point | undefined => (isClosed ? points[(i + n) % n] : points[i]);
  const curves: Curve[] = [];
  for (let i = 0; i < (isClosed ? n : n - 1); i++) {
    const [from, to] = [at(i)!, at(i + 1)!];
    if (rootDistance(from, to) === 0) continue;
    const first = splineArm(at(i - 1), from, to);
    const second = splineArm(at(i + 2), to, from);
    // An end or a corner has no direction of its own: it takes the other end's.
    curves.push([first ?? between(from, second ?? to, 0.5), second ?? between(to, first ?? from, 0.5), to]);
  }
  return contour(points[0]!, curves, isClosed);
}

/** Control point of a spline beside `point`, towards `next`; undefined where nothing lies before it. */
function splineArm(before: Point | undefined, point: Point, next: Point): Point | undefined {
  const a = before === undefined ? 0 : rootDistance(before, point);
  if (before === undefined || a === 0) return undefined;
  const b = rootDistance(point, next);
  const along = (axis: 0 | 1) =>
    (a * a * next[axis] - b * b * before[axis] + (2 * a * a + 3 * a * b + b * b) * point[axis]) / (3 * a * (a + b));
  return [along(0), along(1)];
}

function rootDistance(a: Point, b: Point): number {
  return Math.sqrt(distance(a, b));
}

/** Moves by so many units down and to the right. */
export function translation(y: number, x: number): Affine {
  return [1, 0, y, 0, 1, x];
}

/** Grows about [0, 0], by one factor or by one for each axis; negative factors mirror. */
export function scaling(y: number, x = y): Affine {
  return [y, 0, 0, 0, x, 0];
}

/** Turns about (0, 0), clockwise on the screen. */
export function rotation(angleDeg: number): Affine {
  const [cos, sin] = direction(angleDeg);
  return [cos, sin, 0, -sin, cos, 0];
}

/** Slants: x grows by `perY` for each step upward, so a positive slant leans to the right as handwriting does. */
export function slant(perY: number): Affine {
  return [1, 0, 0, -perY, 1, 0];
}

/** Several maps as one, the first applied first. */
export function chain(...maps: readonly Affine[]): Affine {
  return maps.reduce(([ayy, ayx, ay0, axy, axx, ax0], [yy, yx, y0, xy, xx, x0]): Affine => {
    return [
      yy * ayy + yx * axy,
      yy * ayx + yx * axx,
      yy * ay0 + yx * ax0 + y0,
      xy * ayy + xx * axy,
      xy * ayx + xx * axx,
      xy * ay0 + xx * ax0 + x0,
    ];
  });
}

/** Where the map takes a point. */
export function transformPoint([yy, yx, y0, xy, xx, x0]: Affine, [y, x]: Point): Point {
  return [yy * y + yx * x + y0, xy * y + xx * x + x0];
}

/** The path, moved: Bézier curves move with their control points. Widths of strokes do not scale with it. */
export function transformPath(map: Affine, path: Path): Path {
  return path.map(({ start, curves, isClosed }) => ({
    start: transformPoint(map, start),
    curves: curves.map((curve) => curve.map((point) => transformPoint(map, point)) as unknown as Curve),
    isClosed,
  }));
}

/**
 * The contour as a polyline, its start included, its closing line not; no two points in a row are equal.
 *
 * @throws InputError `path: needs points of finite numbers, got [NaN, 3].`
 */
export function flatten({ start, curves }: Contour): Point[] {
  checkFinite(start);
  const points = [start];
  const add = (point: Point) => {
    const [y, x] = points.at(-1)!;
    if (point[0] !== y || point[1] !== x) points.push(point);
  };
  let from = start;
  for (const curve of curves) {
    for (const point of curve) checkFinite(point);
    const to = curve.at(-1)!;
    const [[y0, x0], [y3, x3]] = [from, to];
    const [[y1, x1], [y2, x2]] = controls(from, curve);
    // A chord of 1/n of a cubic lies at most max |second derivative| / (8 n²) beside it.
    const bend = Math.max(distance([y0 + y2, x0 + x2], [2 * y1, 2 * x1]), distance([y1 + y3, x1 + x3], [2 * y2, 2 * x2]));
    const n = curve.length === 1 ? 1 : Math.max(1, Math.min(1000, Math.ceil(Math.sqrt((0.75 * bend) / tolerancePx))));
    for (let i = 1; i < n; i++) {
      const t = i / n;
      const s = 1 - t;
      const [a, b, c, d] = [s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t];
      add([a * y0 + b * y1 + c * y2 + d * y3, a * x0 + b * x1 + c * x2 + d * x3]);
    }
    add(to);
    from = to;
  }
  return points;
}

/** The two controls of a curve as a cubic one. */
function controls(from: Point, curve: Curve): readonly [Point, Point] {
  if (curve.length === 3) return [curve[0], curve[1]];
  if (curve.length === 1) return [from, curve[0]];
  const [control, to] = curve;
  return [between(from, control, 2 / 3), between(to, control, 2 / 3)];
}

/** The point at a share of the way from a to b. */
function between(a: Point, b: Point, share: number): Point {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1])];
}

/** Distance of two points. (Math.hypot rounds differently in different engines.) */
export function distance(a: Point, b: Point): number {
  const [y, x] = [b[0] - a[0], b[1] - a[1]];
  return Math.sqrt(y * y + x * x);
}

function checkFinite([y, x]: Point): void {
  if (!(Number.isFinite(y) && Number.isFinite(x)))
    throw new InputError(`path: needs points of finite numbers, got [${y}, ${x}].`);
}
