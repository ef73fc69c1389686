/**
 * @file The closed shapes by which tuning for boundary curvature is studied in V4: ends, sharp or round, at multiples of 45°
 *   about a centre, joined by concave and convex curves. 51 of them, 366 with their rotations, by a rule; and what their
 *   boundaries are made of.
 */
import { math } from '@ventral/kernels';
import { direction, type Place, pixelsPerDegree, positionPx, type VisualField } from './field.ts';
import { type Contour, chain, contour, distance, type Point, rotation, scaling, transformPath, translation } from './path.ts';
import { type Coverage, fillCoverage } from './raster.ts';

/**
 * How far the ends of projections lie from the centre, and the radius of the boundary there; `body` is the blunt end of a drop.
 */
const ends = {
  sharp: { farness: 1, radius: 1 / 20 },
  round: { farness: 1, radius: 1 / 4 },
  body: { farness: 1 / 4, radius: 1 / 4 },
} as const;

type EndName = keyof typeof ends;

/** An end, and the boundary from it to the next, counter-clockwise. */
interface Corner {
  readonly end: EndName;
  readonly gapDeg: number;
  /** The boundary runs along the circle about the centre, not inwards and out again. */
  readonly isArc: boolean;
}

/** A piece of a boundary as tuning sees it. */
export interface Fragment {
  /** One over its radius in shares of the shape's, above 0 where it is convex, below where it is concave. */
  readonly curvature: number;
  /** Where it lies seen from the centre: 0° right, counter-clockwise, 0 … 360. */
  readonly positionDeg: number;
}

/** A shape before it is turned, of radius 1 about [0, 0]. */
export interface BaseShape {
  /** Its ends from the right counter-clockwise, each with the degrees to the next: `sharp 90 round 270`, `round 90 arc …`. */
  readonly outline: string;
  readonly boundary: Contour;
  /** The ends and the pieces between them, in turn. */
  readonly fragments: readonly Fragment[];
  /** Turns by multiples of 45° that give another shape, itself included. */
  readonly nRotations: number;
}

/** Step of the rotations, degrees. */
export const shapeStepDeg = 45;

/** How the ends may lie, degrees from each to the next. */
const separationsDeg = [
  [180, 180],
  [90, 270],
  [135, 225],
  [90, 90, 180],
  [135, 90, 135],
  [90, 90, 90, 90],
] as const;

/**
 * The 51 base shapes: two circles, two drops; every way to set 2 to 4 ends at the separations above, each sharp or round (33);
 * and these with quarters between neighbours replaced by arcs, whose ends are then round, as long as a concavity is left (14).
 * One shape's rotations count once, mirror images twice. So there are 366 shapes with all rotations, as many as published.
 *
 * @see Pasupathy & Connor 2001, Shape representation in area V4: position-specific tuning for boundary conformation, J
 *   Neurophysiol 86:2505, doi:10.1152/jn.2001.86.5.2505: the set whose combinations these are; the curves are our own.
 */
export function baseShapes(): readonly BaseShape[] {
  const circle = (end: EndName) => new Array<Corner>(4).fill({ end, gapDeg: 90, isArc: true });
  const drop = (end: EndName) => [end, 'body' as const].map((name): Corner => ({ end: name, gapDeg: 180, isArc: false }));
  const all = [circle('body'), circle('round'), drop('sharp'), drop('round'), ...separationsDeg.flatMap(cornersAt)];
  const known = new Map<string, BaseShape>();
  for (const corners of all) {
    const turned = corners.map((_, i) => outlineOf([...corners.slice(i), ...corners.slice(0, i)]));
    if (!turned.some((outline) => known.has(outline))) known.set(turned[0]!, shapeOf(corners, turned));
  }
  return [...known.values()];
}

/** All ways to join ends at these separations, rotations among them. */
function cornersAt(gapsDeg: readonly number[]): Corner[][] {
  const arcs = choices(gapsDeg.map((gapDeg) => (gapDeg === 90 ? [false, true] : [false])));
  return arcs
    .filter((isArc) => !isArc.includes(true) || gapsDeg.some((gapDeg, i) => gapDeg < 180 && !isArc[i]))
    .flatMap((isArc) => {
      const free = gapsDeg.map((_, i): EndName[] => (isArc[i] || isArc.at(i - 1) ? ['round'] : ['sharp', 'round']));
      return choices(free).map((names) => names.map((end, i) => ({ end, gapDeg: gapsDeg[i]!, isArc: isArc[i]! })));
    });
}

/** Every list of one choice from each, the last changing fastest. */
function choices<T>(from: readonly (readonly T[])[]): T[][] {
  return from.reduce<T[][]>((lists, some) => lists.flatMap((list) => some.map((one) => [...list, one])), [[]]);
}

function outlineOf(corners: readonly Corner[]): string {
  return corners.map(({ end, gapDeg, isArc }) => `${end} ${gapDeg}${isArc ? ' arc' : ''}`).join(' ');
}

/** @param turned outlines from each corner on: equal ones are symmetries */
function shapeOf(corners: readonly Corner[], turned: readonly string[]): BaseShape {
  const anglesDeg = corners.map((_, i) => corners.slice(0, i).reduce((sum, { gapDeg }) => sum + gapDeg, 0));
  const knots = corners.map((corner, i) => knotsOf(corner, corners.at(i - 1)!, anglesDeg[i]!));
  const { point, headingDeg } = knots[0]![0]!;
  const closing: Knot = { point, headingDeg: headingDeg + 360 };
  const fragments = corners.flatMap(({ end, gapDeg, isArc }, i): Fragment[] => {
    const { farness, radius } = ends[end];
    const isOnCircle = isArc && corners.at(i - 1)!.isArc;
    const [from, to] = [knots[i]!.at(-1)!, knots[i + 1]?.[0] ?? closing];
    return [
      { curvature: 1 / (isOnCircle ? farness : radius), positionDeg: anglesDeg[i]! },
      // Of the circle that turns so far over so long a chord.
      {
        curvature: (2 * direction((to.headingDeg - from.headingDeg) / 2)[1]) / distance(from.point, to.point),
        positionDeg: anglesDeg[i]! + gapDeg / 2,
      },
    ];
  });
  const isCircle = corners.every(({ isArc }) => isArc);
  const symmetry = turned.indexOf(turned[0]!, 1);
  const periodDeg = isCircle ? shapeStepDeg : symmetry === -1 ? 360 : anglesDeg[symmetry]!;
  return {
    outline: turned[0]!,
    boundary: throughKnots([...knots.flat(), closing]),
    fragments,
    nRotations: periodDeg / shapeStepDeg,
  };
}

/** A point of a boundary, and which way it goes on there: 0° right, counter-clockwise. */
interface Knot {
  readonly point: Point;
  readonly headingDeg: number;
}

/**
 * How far each side of a sharp end turns out towards a gap of 180° and more: so a lens is about as wide as a bar of round ends.
 */
const sharpOpeningDeg = 26;

/**
 * The knots of an end: where the boundary comes in, its farthest point, where it goes on. On an arc the farthest point is both.
 */
function knotsOf({ end, gapDeg, isArc }: Corner, before: Corner, angleDeg: number): Knot[] {
  const { farness, radius } = ends[end];
  const middle = polar(angleDeg, farness - radius);
  const reachDeg = (gap: number) => 90 - (end === 'sharp' && gap >= 180 ? sharpOpeningDeg : 0);
  const sides = [...(before.isArc ? [] : [-reachDeg(before.gapDeg)]), 0, ...(isArc ? [] : [reachDeg(gapDeg)])];
  return sides.map((sideDeg) => ({
    point: plus(middle, polar(angleDeg + sideDeg, radius)),
    headingDeg: angleDeg + sideDeg + 90,
  }));
}

/**
 * The cubic curves through knots with their headings. Arms of chord / (3 cos²(turn / 4)) are those of an arc of a circle wherever
 * the two headings allow one, and close to it elsewhere.
 */
function throughKnots(knots: readonly Knot[]): Contour {
  const curves = knots.slice(1).map((to, i) => {
    const from = knots[i]!;
    const [cos] = direction((to.headingDeg - from.headingDeg) / 4);
    const arm = distance(from.point, to.point) / (3 * cos * cos);
    return [plus(from.point, polar(from.headingDeg, arm)), plus(to.point, polar(to.headingDeg, -arm)), to.point] as const;
  });
  return contour(knots[0]!.point, curves, true);
}

/** A step from [0, 0], counter-clockwise from the right; y points down. */
function polar(angleDeg: number, length: number): Point {
  const [cos, sin] = direction(angleDeg);
  return [-length * sin, length * cos];
}

function plus([y, x]: Point, [dy, dx]: Point): Point {
  return [y + dy, x + dx];
}

export type ContourShape = Place & {
  /** Position in {@link baseShapes}, from 1. */
  readonly shape: number;
  readonly outline: string;
  /** Counter-clockwise. */
  readonly rotationDeg: number;
  /** Of the circle on which the ends of its projections lie. */
  readonly radiusDeg: number;
  /** Luminance over that of the grey, less 1: 1 white, −1 black. */
  readonly contrast: number;
  /** Of each fragment, squashed to −1 … 1. */
  readonly curvatures: readonly number[];
  /** Of each fragment: 0 … 360, 0 to the right, counter-clockwise, as turned. */
  readonly positionsDeg: readonly number[];
};

/** Steepness of the squashing: with it round ends, of curvature 4, lie half way between straight edges and points. */
const squashing = 0.25;

/**
 * Curvature squashed to −1 … 1, so that a point, however sharp, is one: 2 / (1 + e^(−a c)) − 1, c in units of one over the
 * shape's radius, a = 0.25. Arcs of the circle have 0.12, round ends 0.46, sharp ends 0.99, concavities −0.05 to −0.25.
 *
 * @see Pasupathy & Connor 2001, doi:10.1152/jn.2001.86.5.2505, for a squashed scale of curvature; a is our own.
 */
export function squashedCurvature(curvature: number): number {
  return 2 / (1 + math.exp(-squashing * curvature)) - 1;
}

/** The share 0…1 of each pixel that a shape covers. */
export function shapeCoverage(field: VisualField, { boundary }: BaseShape, shown: ContourShape): Coverage {
  const { rotationDeg, radiusDeg, yDeg, xDeg } = shown;
  const radiusPx = radiusDeg * pixelsPerDegree(field);
  const map = chain(rotation(-rotationDeg), scaling(radiusPx), translation(...positionPx(field, yDeg, xDeg)));
  return fillCoverage(transformPath(map, [boundary]), field);
}
