/**
 * @file What the heads of cats and dogs share: how a face turns, its patterns, its mouth. Coordinates: the middle of the skull is
 * [0, 0], half a head's width is 1, y downward. A turned head looks to the right.
 */
import type { Look } from './catdog-look.ts';
import type { Choices } from './choices.ts';
import { direction } from './field.ts';
import { type Contour, ellipse, type Point, segment, spline } from './path.ts';
import type { Pencil } from './pencil.ts';
import type { Coverage } from './raster.ts';

/** Where a point of the face at x lies when the head is turned; `depth` is its distance from the axis (1: on the skull). */
export type Turn = (x: number, depth?: number) => number;

/** The turn to the right by some degrees, far below 90. */
export function createTurn(turnDeg: number): Turn {
  const [cos, sin] = direction(turnDeg);
  return (x, depth = 1) => x * cos + 0.85 * depth * Math.sqrt(Math.max(0, 1 - x * x)) * sin;
}

/** The mirror image in x = 0, wound the same way. */
function mirrored(points: readonly Point[]): Point[] {
  return points.map(([y, x]): Point => [y, -x]).reverse();
}

/** A symmetric outline from its right half, top to bottom, clockwise. */
export function symmetric(rightHalf: readonly Point[]): Contour {
  return spline([...rightHalf, ...mirrored(rightHalf.filter(([, x]) => x > 0))], true);
}

/** Each side with its sign: −1 left, 1 right; the one turned away first, so that the nearer covers it. */
export function sidesFrom(turnDeg: number): readonly (-1 | 1)[] {
  return turnDeg > 0 ? [1, -1] : [-1, 1];
}

/** How much narrower a mark on the skull looks at x' after a turn than at x before it. */
export function narrowing(before: number, after: number): number {
  const facing = (x: number) => Math.sqrt(Math.max(0.2, 1 - x * x));
  return Math.min(1.05, facing(after) / facing(before));
}

/** The line from nose to lips, and the lips. */
export function drawMouth(pencil: Pencil, [noseY, x]: Point, lipY: number, [depth, width]: Point, look: Look): void {
  const lips = spline([
    [lipY + depth * 0.2, x - width],
    [lipY + depth, x - width * 0.5],
    [lipY, x],
    [lipY, x],
    [lipY + depth, x + width * 0.5],
    [lipY + depth * 0.2, x + width],
  ]);
  pencil.line([segment(noseY, x, lipY, x), lips], 0.06, look.muzzleInk);
}

/** An eye shut with pleasure. */
export function drawShutEye(pencil: Pencil, depth: number, width: number, look: Look): void {
  const lid = spline([
    [0, -width],
    [depth, 0],
    [0, width],
  ]);
  pencil.line([lid], 0.07, look.ink);
}

/** Stripes, patches and blazes of a face, the same for both animals. */
export function drawFacePattern(pencil: Pencil, within: Coverage, turn: Turn, look: Look, choices: Choices): void {
  const { between, chance, oneOf } = choices;
  if (look.pattern === 'stripes') {
    const marks = [-0.34, 0, 0.34].map((x) => segment(-0.95, turn(x * 0.8, 0.6), between(-0.55, -0.38), turn(x)));
    pencil.line(marks, (share) => 0.17 * (1 - 0.6 * share), look.second, { within });
    for (const side of [-1, 1]) {
      for (const y of [0.08, 0.34]) {
        const cheek = segment(y - 0.06, side * 1.1, y, side * between(0.62, 0.74));
        pencil.line([cheek], (share) => 0.14 * (1 - 0.6 * share), look.second, { within });
      }
    }
  } else if (look.pattern === 'patches') {
    const side = oneOf([-1, 1]);
    const patch = ellipse({
      y: between(-0.55, -0.1),
      x: side * between(0.3, 0.6),
      radiusY: between(0.45, 0.75),
      radiusX: between(0.35, 0.6),
      angleDeg: between(-40, 40),
    });
    pencil.fill([patch], look.second, { within });
  } else if (look.pattern === 'spots') {
    drawSpots(pencil, within, look, choices);
  } else if (look.pattern === 'bib') {
    const x = turn(0);
    const wide = between(0.3, 0.6);
    const peak = chance(0.6) ? between(-0.75, -0.2) : 0.1;
    const blaze = spline(
      [
        [peak, x],
        [0, x + 0.13],
        [0.3, x + wide],
        [1.3, x + wide],
        [1.3, x - wide],
        [0.3, x - wide],
        [0, x - 0.13],
      ],
      true,
    );
    pencil.fill([blaze], look.second, { within });
  } else if (look.pattern === 'mask') {
    const shade = ellipse({ y: 0.3, x: turn(0), radiusY: between(0.5, 0.75), radiusX: between(0.42, 0.62) });
    pencil.fill([shade], look.second, { within, opacity: between(0.6, 1) });
  }
}

/** The pattern of a head seen from the side; its snout begins at `snout`. */
export function drawProfilePattern(pencil: Pencil, within: Coverage, snout: number, look: Look, choices: Choices): void {
  const { between } = choices;
  if (look.pattern === 'stripes') {
    for (const x of [-0.6, -0.3, 0]) {
      pencil.line([segment(-1, x, between(-0.5, -0.2), x - 0.1)], (share) => 0.16 * (1 - 0.6 * share), look.second, { within });
    }
    for (const y of [0.1, 0.36]) {
      pencil.line([segment(y, -0.5, y + 0.08, between(0, 0.2))], (share) => 0.14 * (1 - 0.6 * share), look.second, { within });
    }
  } else if (look.pattern === 'patches') {
    const patch = ellipse({
      y: between(-0.5, 0.2),
      x: between(-0.5, 0.5),
      radiusY: between(0.45, 0.7),
      radiusX: between(0.4, 0.6),
    });
    pencil.fill([patch], look.second, { within });
  } else if (look.pattern === 'spots') {
    drawSpots(pencil, within, look, choices);
  } else if (look.pattern === 'bib') {
    pencil.fill([ellipse({ y: 0.75, x: snout, radiusY: 0.6, radiusX: between(0.6, 1) })], look.second, { within });
  } else if (look.pattern === 'mask') {
    pencil.fill([ellipse({ y: 0.25, x: snout + 0.25, radiusY: 0.6, radiusX: between(0.5, 0.8) })], look.second, { within });
  }
}

function drawSpots(pencil: Pencil, within: Coverage, look: Look, { between }: Choices): void {
  for (let i = 0; i < 7; i++) {
    const radius = between(0.05, 0.12);
    const spot = ellipse({ y: between(-0.8, 0.7), x: between(-0.85, 0.85), radiusY: radius, radiusX: radius });
    pencil.fill([spot], look.second, { within });
  }
}
