/** @file Heads of dogs: hanging, folded, round or upright ears, round eyes, a long snout with a large nose, at times a tongue. */
import {
  createTurn,
  drawFacePattern,
  drawMouth,
  drawProfilePattern,
  drawShutEye,
  narrowing,
  sidesFrom,
  symmetric,
  type Turn,
} from './catdog-face.ts';
import { drawFur, type Look, tufted } from './catdog-look.ts';
import type { Choices } from './choices.ts';
import { mixed } from './colour.ts';
import { contour, ellipse, type Point, polyline, segment, spline, translation } from './path.ts';
import type { Pencil } from './pencil.ts';

type DogEars = 'floppy' | 'long' | 'folded' | 'round' | 'upright';

/** A dog from the front, or turned to the right by up to some 35°. */
export function drawDogFace(pencil: Pencil, turnDeg: number, look: Look, choices: Choices): void {
  const { between, chance, weighted } = choices;
  const turn = createTurn(turnDeg);
  const ears = weighted<DogEars>([
    [4, 'floppy'],
    [2, 'long'],
    [3, 'folded'],
    [1.5, 'round'],
    [1.5, 'upright'],
  ]);
  const brow = between(0.78, 0.9);
  const jowl = between(0.56, 0.78);
  const outline = symmetric([
    [-0.85, 0],
    [-0.74, 0.46],
    [-0.28, brow],
    [0.2, brow * 0.93],
    [0.62, jowl],
    [0.92, jowl * 0.72],
    [1.04, 0],
  ]);
  const behind = ears === 'round' || ears === 'upright';
  const ear = dogEar(ears, choices);
  const drawEars = () => {
    for (const side of sidesFrom(turnDeg)) drawDogEar(pencil, side, turn, ears, ear, look, choices);
  };
  if (behind) drawEars();
  const head = drawFur(pencil, [tufted(outline, look.fluff, choices)], look);
  drawFacePattern(pencil, head, turn, look, choices);

  const [eyeY, eyeX] = [between(-0.2, -0.06), between(0.32, 0.42)];
  const radius = between(0.12, 0.17);
  const isShut = chance(0.08);
  for (const side of sidesFrom(turnDeg)) {
    const x = turn(side * eyeX);
    drawDogEye(pencil.at(translation(eyeY, x)), [radius, radius * narrowing(side * eyeX, x)], isShut, look);
  }
  if (!behind) drawEars();

  // The snout comes towards us: its root lies on the skull, its tip in front of it.
  const wide = between(0.42, 0.54);
  const root: Point = [between(0.2, 0.28), turn(0, 0.95)];
  const tip: Point = [between(0.5, 0.66), turn(0, 1.75)];
  const noseSize = between(0.21, 0.29);
  const snout = segment(...root, ...tip);
  if (chance(0.45)) drawOpenMouth(pencil, [tip[0] + wide * 0.95, tip[1]], wide, look, choices);
  const width = (share: number) => 2 * wide * (0.88 + 0.12 * share);
  const [rim, rimRgb] =
    look.outlineWidth > 0
      ? [look.outlineWidth * 0.8, mixed(look.muzzle, look.outline, 0.6)]
      : [0.06, mixed(look.muzzle, look.muzzleInk, 0.3)];
  pencil.line([snout], (share) => width(share) + rim, rimRgb);
  pencil.line([snout], width, look.muzzle);
  const noseY = tip[0] - wide * between(0.3, 0.55);
  const x = tip[1];
  const nose = contour(
    [noseY - noseSize * 0.45, x - noseSize],
    [
      [
        [noseY - noseSize * 0.95, x - noseSize * 0.5],
        [noseY - noseSize * 0.95, x + noseSize * 0.5],
        [noseY - noseSize * 0.45, x + noseSize],
      ],
      [
        [noseY + noseSize * 0.3, x + noseSize],
        [noseY + noseSize * 0.85, x + noseSize * 0.3],
        [noseY + noseSize * 0.85, x],
      ],
      [
        [noseY + noseSize * 0.85, x - noseSize * 0.3],
        [noseY + noseSize * 0.3, x - noseSize],
        [noseY - noseSize * 0.45, x - noseSize],
      ],
    ],
    true,
  );
  const lip = noseY + noseSize * 0.85 + between(0.1, 0.18);
  drawMouth(pencil, [noseY, x], lip, [0.1, wide * 0.8], look);
  pencil.fill([nose], look.nose);
  const shine = ellipse({ y: noseY - noseSize * 0.4, x: x - noseSize * 0.2, radiusY: noseSize * 0.16, radiusX: noseSize * 0.32 });
  pencil.fill([shine], mixed(look.nose, [255, 255, 255], 0.55));
}

/** A jaw below the snout, and the tongue hanging out. */
function drawOpenMouth(pencil: Pencil, [y, x]: Point, wide: number, look: Look, { between }: Choices): void {
  drawFur(pencil, [ellipse({ y, x, radiusY: 0.26, radiusX: wide * 0.62 })], look, look.muzzle);
  pencil.fill([ellipse({ y: y - 0.02, x, radiusY: 0.2, radiusX: wide * 0.48 })], [74, 28, 34]);
  const tongue = segment(y, x, y + between(0.25, 0.55), x + between(-0.12, 0.12));
  pencil.line([tongue], 0.32, look.tongue);
  pencil.line([tongue], 0.04, mixed(look.tongue, [120, 30, 50], 0.5));
}

/** Points of a right ear, clockwise, in face coordinates; their x is turned with the head. */
function dogEar(kind: DogEars, { between }: Choices): Point[] {
  const out = between(0.95, 1.25);
  switch (kind) {
    case 'floppy': {
      const low = between(0.35, 0.75);
      return [
        [-0.74, 0.42],
        [-0.72, 0.8],
        [-0.3, out],
        [low - 0.15, out + 0.06],
        [low, out - 0.14],
        [low - 0.2, 0.78],
        [-0.2, 0.68],
      ];
    }
    case 'long': {
      const low = between(0.85, 1.25);
      return [
        [-0.6, 0.5],
        [-0.55, 0.85],
        [0, out],
        [low - 0.25, out + 0.12],
        [low, out - 0.1],
        [low - 0.25, 0.72],
        [0, 0.7],
      ];
    }
    case 'folded': {
      const drop = between(-0.35, -0.05);
      return [
        [-0.72, 0.28],
        [-1.02, 0.52],
        [-1.02, 0.52],
        [-0.92, out - 0.1],
        [drop, out],
        [drop, out],
        [-0.42, 0.72],
        [-0.5, 0.5],
      ];
    }
    case 'round': {
      const high = between(1.3, 1.6);
      return [
        [-0.6, 0.2],
        [-high * 0.85, 0.36],
        [-high, 0.68],
        [-high * 0.86, 0.98],
        [-0.5, 0.98],
        [-0.2, 0.82],
      ];
    }
    case 'upright': {
      const high = between(1.35, 1.7);
      return [
        [-0.6, 0.16],
        [-high * 0.78, 0.4],
        [-high, 0.68],
        [-high * 0.84, 0.86],
        [-0.6, 0.92],
        [-0.2, 0.8],
      ];
    }
  }
}

function drawDogEar(
  pencil: Pencil,
  side: -1 | 1,
  turn: Turn,
  kind: DogEars,
  points: readonly Point[],
  look: Look,
  { around, chance }: Choices,
): void {
  const [dy, dx] = [around(0, 0.03), around(0, 0.03)];
  const at = points.map(([y, x]): Point => {
    // What stands out beside the head turns with its edge.
    const turned = Math.abs(x) < 1 ? turn(side * x, 0.25) : turn(side, 0.25) + side * (Math.abs(x) - 1);
    return [y + dy, turned + side * dx];
  });
  const shape = spline(side === 1 ? at : [...at].reverse(), true);
  const hangs = kind === 'floppy' || kind === 'long' || kind === 'folded';
  const plain = look.pattern === 'patches' && chance(0.4) ? look.second : look.ears;
  const rgb = hangs ? mixed(plain, look.ink, 0.18) : plain;
  drawFur(pencil, [shape], look, rgb);
  if (hangs) {
    if (look.outlineWidth === 0) pencil.line([shape], 0.05, mixed(rgb, look.ink, 0.45));
    return;
  }
  const middle: Point = [-0.66, at.reduce((sum, point) => sum + point[1], 0) / at.length];
  const inside = at.map(([y, x]): Point => [y + 0.35 * (middle[0] - y), x + 0.35 * (middle[1] - x)]);
  pencil.fill([spline(side === 1 ? inside : inside.reverse(), true)], look.earInside);
}

function drawDogEye(pencil: Pencil, [height, width]: Point, isShut: boolean, look: Look): void {
  if (isShut) {
    drawShutEye(pencil, height * 0.7, width, look);
    return;
  }
  const eyeball = ellipse({ y: 0, x: 0, radiusY: height, radiusX: width });
  pencil.line([eyeball], 0.09, look.ink);
  pencil.fill([eyeball], look.iris);
  pencil.fill([ellipse({ y: 0, x: 0, radiusY: height * 0.66, radiusX: width * 0.66 })], [16, 13, 14]);
  const shine = ellipse({ y: -height * 0.35, x: -width * 0.3, radiusY: height * 0.25, radiusX: height * 0.25 });
  pencil.fill([shine], [250, 250, 250]);
}

/** A dog's head from the side. */
export function drawDogProfile(pencil: Pencil, look: Look, choices: Choices): void {
  const { between, chance, weighted } = choices;
  const kind = weighted<'hanging' | 'upright' | 'folded'>([
    [5, 'hanging'],
    [2, 'upright'],
    [3, 'folded'],
  ]);
  const tip = between(1.5, 1.95);
  const deep = between(0.24, 0.34);
  const high = between(1.3, 1.6);
  const upright = (x: number) =>
    spline(
      [
        [-0.4, x - 0.36],
        [-high * 0.8, x - 0.3],
        [-high, x - 0.05],
        [-high * 0.8, x + 0.14],
        [-0.55, x + 0.26],
      ],
      true,
    );
  if (kind === 'upright') drawFur(pencil, [upright(0.28)], look, mixed(look.fur, look.ink, 0.2));
  const outline = spline(
    [
      [-0.82, 0],
      [-0.68, 0.42],
      [-0.3, 0.7],
      [-0.08, 0.86],
      [0, tip - 0.4],
      [0.04, tip - 0.06],
      [0.16, tip],
      [0.1 + deep, tip - 0.08],
      [0.22 + deep, tip - 0.5],
      [0.42 + deep, 0.56],
      [0.86, 0.05],
      [0.72, -0.6],
      [0.1, -0.94],
      [-0.54, -0.68],
    ],
    true,
  );
  const lip = 0.08 + deep * 0.85;
  if (chance(0.4)) {
    const jaw = spline(
      [
        [lip + 0.05, 0.6],
        [lip + 0.3, tip - 0.75],
        [lip + 0.42, tip - 0.45],
        [lip + 0.3, tip - 0.35],
        [lip, 0.9],
      ],
      true,
    );
    drawFur(pencil, [jaw], look, look.muzzle);
    const tongue = polyline([
      [lip + 0.1, tip - 0.7],
      [lip + 0.3, tip - 0.4],
      [lip + between(0.45, 0.75), tip - 0.3],
    ]);
    pencil.line([tongue], 0.22, look.tongue);
  }
  const head = drawFur(pencil, [tufted(outline, look.fluff * 0.6, choices)], look);
  drawProfilePattern(pencil, head, tip - 0.5, look, choices);
  pencil.fill([ellipse({ y: 0.2 + deep / 2, x: tip - 0.4, radiusY: deep, radiusX: 0.52 })], look.muzzle, { within: head });
  pencil.line(
    [
      spline([
        [lip + 0.02, tip - 0.04],
        [lip + 0.1, tip - 0.5],
        [lip + 0.04, 0.74],
      ]),
    ],
    0.06,
    look.muzzleInk,
  );
  pencil.fill([ellipse({ y: 0.06, x: tip - 0.04, radiusY: 0.16, radiusX: 0.19, angleDeg: 20 })], look.nose);
  pencil.fill([ellipse({ y: 0, x: tip - 0.04, radiusY: 0.04, radiusX: 0.07 })], mixed(look.nose, [255, 255, 255], 0.55));
  const radius = between(0.12, 0.15);
  drawDogEye(pencil.at(translation(between(-0.24, -0.16), between(0.38, 0.48))), [radius, 0.9 * radius], chance(0.08), look);
  const earRgb = mixed(look.ears, look.ink, 0.18);
  if (kind === 'upright') {
    drawFur(pencil, [upright(-0.1)], look, earRgb);
    return;
  }
  const low = kind === 'hanging' ? between(0.45, 1.0) : between(-0.1, 0.15);
  const flap =
    kind === 'hanging'
      ? spline(
          [
            [-0.66, -0.1],
            [-0.5, 0.16],
            [low - 0.3, 0.12],
            [low, -0.2],
            [low - 0.15, -0.46],
            [-0.2, -0.5],
            [-0.56, -0.4],
          ],
          true,
        )
      : spline(
          [
            [-0.6, -0.5],
            [-1, -0.2],
            [-1, -0.2],
            [-0.8, 0.12],
            [low, 0.3],
            [low, 0.3],
            [-0.36, -0.1],
          ],
          true,
        );
  drawFur(pencil, [flap], look, earRgb);
  if (look.outlineWidth === 0) pencil.line([flap], 0.05, mixed(earRgb, look.ink, 0.45));
}
