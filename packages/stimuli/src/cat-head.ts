/** @file Heads of cats: pointed ears, large slit eyes, a short muzzle with a small nose, whiskers. */
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
import { lightness, mixed } from './colour.ts';
import {
  type Contour,
  chain,
  contour,
  ellipse,
  type Point,
  rotation,
  scaling,
  spline,
  transformPath,
  translation,
} from './path.ts';
import type { Pencil } from './pencil.ts';
import type { Rgb } from './raster.ts';

/** A cat from the front, or turned to the right by up to some 35°. */
export function drawCatFace(pencil: Pencil, turnDeg: number, look: Look, choices: Choices): void {
  const { between, chance } = choices;
  const turn = createTurn(turnDeg);
  const cheek = between(0.95, 1.06);
  const flat = between(0.74, 0.86);
  const outline = symmetric([
    [-flat, 0],
    [-flat * 0.93, 0.42],
    [-flat * 0.42, 0.86],
    [0.12, cheek],
    [0.5, 0.78],
    [0.78, 0.36],
    [0.85, 0],
  ]);
  const ear: CatEar = {
    height: between(1.3, 1.68),
    spread: between(0.62, 0.98),
    base: between(0.84, 0.94),
    inner: between(0.12, 0.26),
  };
  for (const side of sidesFrom(turnDeg)) drawCatEar(pencil, side, turn, ear, look, choices);
  const head = drawFur(pencil, [tufted(outline, look.fluff, choices)], look);
  drawFacePattern(pencil, head, turn, look, choices);

  const muzzleX = turn(0, 1.05);
  const muzzleY = between(0.28, 0.36);
  const pad = between(0.19, 0.26);
  const pads = [-1, 1].map((side) =>
    ellipse({ y: muzzleY + 0.06, x: muzzleX + side * pad * 0.72, radiusY: pad * 0.85, radiusX: pad, angleDeg: side * 12 }),
  );
  const chin = ellipse({ y: muzzleY + 0.26, x: muzzleX, radiusY: 0.15, radiusX: 0.2 });
  pencil.fill([chin, ...pads], look.muzzle, { within: head });

  const [eyeY, eyeX] = [between(-0.16, -0.02), between(0.38, 0.48)];
  const eye: CatEye = {
    height: between(0.15, 0.23),
    width: between(0.22, 0.29),
    slit: chance(0.75) ? between(0.16, 0.34) : between(0.4, 0.65),
    isShut: chance(0.08),
  };
  const tiltDeg = between(4, 20);
  for (const side of sidesFrom(turnDeg)) {
    const x = turn(side * eyeX);
    const tilted = pencil.at(chain(rotation(-side * tiltDeg), translation(eyeY, x)));
    drawCatEye(tilted, { ...eye, width: eye.width * narrowing(side * eyeX, x) }, look);
  }

  const noseY = muzzleY - 0.12;
  const nose = between(0.1, 0.15);
  const triangle = contour(
    [noseY - nose * 0.5, muzzleX - nose],
    [
      [
        [noseY - nose * 0.75, muzzleX],
        [noseY - nose * 0.5, muzzleX + nose],
      ],
      [
        [noseY + nose * 0.5, muzzleX + nose * 0.6],
        [noseY + nose * 0.8, muzzleX],
      ],
      [
        [noseY + nose * 0.5, muzzleX - nose * 0.6],
        [noseY - nose * 0.5, muzzleX - nose],
      ],
    ],
    true,
  );
  const lip = noseY + nose * 0.8 + between(0.05, 0.1);
  if (chance(0.12)) {
    pencil.fill([ellipse({ y: lip + 0.12, x: muzzleX, radiusY: 0.12, radiusX: 0.09 })], look.tongue);
  }
  drawMouth(pencil, [noseY, muzzleX], lip, [between(0.06, 0.12), 0.28], look);
  pencil.fill([triangle], look.nose);

  const length = between(0.75, 1.15);
  const droop = between(-0.1, 0.25);
  for (const side of [-1, 1]) {
    for (let i = 0; i < 3; i++) {
      const [y, x] = [muzzleY + 0.02 + 0.07 * i, muzzleX + side * (pad + 0.08)];
      const far = 1 - 0.45 * Math.max(0, side * muzzleX);
      const end: Point = [y + (i - 1) * 0.17 + droop * 0.8, x + side * length * far];
      const hair = contour([y, x], [[[y + (i - 1) * 0.1 - 0.03, x + side * length * 0.5 * far], end]]);
      pencil.line([hair], whiskerWidth, whiskerRgb(look));
    }
  }
}

/** How high the tip of an ear is and how far out; how far out and in its base reaches. */
interface CatEar {
  readonly height: number;
  readonly spread: number;
  readonly base: number;
  readonly inner: number;
}

function drawCatEar(pencil: Pencil, side: -1 | 1, turn: Turn, ear: CatEar, look: Look, { around }: Choices): void {
  const at = (y: number, x: number): Point => [y, turn(side * x, 0.25)];
  const tip = at(-ear.height + around(0, 0.04), ear.spread + around(0, 0.03));
  const [inner, outer] = [at(-0.66, ear.inner), at(-0.22, ear.base)];
  const shape = (from: Point, top: Point, to: Point): Contour => {
    const bulge = (a: Point, b: Point, out: number): Point => [(a[0] + b[0]) / 2 - 0.08, (a[1] + b[1]) / 2 + side * out];
    return contour(
      from,
      [
        [bulge(from, top, -0.05), top],
        [bulge(top, to, 0.12), to],
        [[0, (from[1] + to[1]) / 2], from],
      ],
      true,
    );
  };
  drawFur(pencil, [shape(inner, tip, outer)], look, look.ears);
  const inward = (point: Point, share: number): Point => {
    const middle: Point = [-0.62, (inner[1] + outer[1]) / 2];
    return [point[0] + share * (middle[0] - point[0]), point[1] + share * (middle[1] - point[1])];
  };
  pencil.fill([shape(inward(inner, 0.4), inward(tip, 0.27), inward(outer, 0.32))], look.earInside);
}

interface CatEye {
  readonly height: number;
  readonly width: number;
  /** Width of the pupil over that of the eye. */
  readonly slit: number;
  readonly isShut: boolean;
}

function drawCatEye(pencil: Pencil, { height, width, slit, isShut }: CatEye, look: Look): void {
  if (isShut) {
    drawShutEye(pencil, height * 0.6, width, look);
    return;
  }
  const almond = contour(
    [0.02, -width],
    [
      [
        [-height * 1.15, -width * 0.5],
        [-height * 1.25, width * 0.45],
        [-0.02, width],
      ],
      [
        [height * 1.1, width * 0.5],
        [height * 1.25, -width * 0.45],
        [0.02, -width],
      ],
    ],
    true,
  );
  const eyeball = pencil.fill([almond], look.iris);
  pencil.fill([ellipse({ y: 0, x: 0, radiusY: height * 0.98, radiusX: width * slit })], [16, 13, 14], { within: eyeball });
  pencil.line([almond], 0.055, look.ink);
  pencil.fill([ellipse({ y: -height * 0.4, x: -width * 0.28, radiusY: 0.05, radiusX: 0.05 })], [250, 250, 250]);
}

const whiskerWidth = (share: number) => 0.05 * (1 - 0.6 * share);

/** Light whiskers, but dark ones on light fur. */
function whiskerRgb({ fur }: Look): Rgb {
  return lightness(fur) > 130 ? mixed(fur, [40, 34, 34], 0.7) : [240, 238, 232];
}

/** A cat's head from the side. */
export function drawCatProfile(pencil: Pencil, look: Look, choices: Choices): void {
  const { between, chance } = choices;
  const high = between(1.35, 1.7);
  const ear = (x: number, lift: number) =>
    contour(
      [-0.5, x - 0.5],
      [
        [
          [-1.0, x - 0.38],
          [-high + lift, x + between(-0.02, 0.12)],
        ],
        [
          [-1.0, x + 0.34],
          [-0.62, x + 0.38],
        ],
        [
          [-0.2, x],
          [-0.5, x - 0.5],
        ],
      ],
      true,
    );
  drawFur(pencil, [ear(0.34, 0.08)], look, mixed(look.ears, look.ink, 0.2));
  const snout = between(1.06, 1.18);
  const outline = spline(
    [
      [-0.86, 0.05],
      [-0.72, 0.48],
      [-0.36, 0.8],
      [-0.02, 0.94],
      [0.16, snout],
      [0.36, snout - 0.03],
      [0.56, 0.88],
      [0.76, 0.5],
      [0.88, 0],
      [0.7, -0.66],
      [0.1, -0.98],
      [-0.56, -0.72],
    ],
    true,
  );
  const head = drawFur(pencil, [tufted(outline, look.fluff * 0.6, choices)], look);
  drawProfilePattern(pencil, head, 0.7, look, choices);
  const near = ear(-0.12, 0);
  drawFur(pencil, [near], look, look.ears);
  pencil.fill(transformPath(chain(scaling(0.6, 0.55), translation(-0.42, 0.02)), [near]), look.earInside);
  pencil.fill([ellipse({ y: 0.36, x: snout - 0.26, radiusY: 0.2, radiusX: 0.26 })], look.muzzle, { within: head });
  const place = chain(rotation(-8), translation(between(-0.14, -0.04), between(0.44, 0.54)));
  const eye: CatEye = {
    height: between(0.16, 0.21),
    width: between(0.15, 0.2),
    slit: between(0.2, 0.4),
    isShut: chance(0.08),
  };
  drawCatEye(pencil.at(place), eye, look);
  pencil.fill([ellipse({ y: 0.13, x: snout - 0.02, radiusY: 0.08, radiusX: 0.1, angleDeg: 30 })], look.nose);
  const mouth = spline([
    [0.24, snout - 0.04],
    [0.36, snout - 0.14],
    [0.38, snout - 0.38],
  ]);
  pencil.line([mouth], 0.055, look.muzzleInk);
  for (let i = 0; i < 3; i++) {
    const start: Point = [0.3 + 0.06 * i, snout - 0.3];
    const end: Point = [0.3 + 0.2 * (i - 0.8), snout - 0.3 - between(0.95, 1.25)];
    pencil.line([contour(start, [[[start[0] + 0.02 * i, snout - 0.7], end]])], whiskerWidth, whiskerRgb(look));
  }
}
