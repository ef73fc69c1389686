/**
 * @file Bodies of cats and dogs in several poses, in the head's coordinates: the skull's middle is [0, 0], half a head's width
 * is 1. Poses take as much room for either animal.
 */

import { type Animal, drawBodyPattern, drawFur, drawLimb, type Look, tufted } from './catdog-look.ts';
import type { Choices } from './choices.ts';
import { mixed } from './colour.ts';
import { ellipse, type Point, segment, spline, translation } from './path.ts';
import type { Pencil } from './pencil.ts';

export type Pose = 'face' | 'sitting' | 'standing' | 'lying';

/** Room of each pose around the skull's middle: [top, left, bottom, right]. */
export const poseBox: Readonly<Record<Pose, readonly [top: number, left: number, bottom: number, right: number]>> = {
  face: [-1.5, -1.35, 1.45, 1.35],
  sitting: [-1.5, -1.7, 3.6, 1.7],
  standing: [-1.5, -3.7, 3.05, 1.8],
  lying: [-1.5, -3.2, 1.75, 1.8],
};

/** Everything behind the head, which is drawn after it. */
export function drawBody(pencil: Pencil, animal: Animal, pose: Pose, look: Look, choices: Choices): void {
  const draw = { face: drawShoulders, sitting: drawSitting, standing: drawStanding, lying: drawLying }[pose];
  draw(pencil, animal, look, choices);
}

const pawRgb = (look: Look) => (look.pattern === 'bib' || look.pattern === 'mask' ? look.second : look.fur);

function drawCollar(pencil: Pencil, look: Look, [y, x]: Point, halfWidth: number): void {
  if (look.collar === undefined) return;
  const band = spline([
    [y - 0.12, x - halfWidth],
    [y + 0.1, x],
    [y - 0.12, x + halfWidth],
  ]);
  pencil.line([band], 0.17, look.collar);
  pencil.fill([ellipse({ y: y + 0.22, x, radiusY: 0.12, radiusX: 0.12 })], [232, 196, 84]);
}

function drawShoulders(pencil: Pencil, _animal: Animal, look: Look, choices: Choices): void {
  const { between } = choices;
  const wide = between(0.95, 1.4);
  const chest = spline(
    [
      [0.3, 0.5],
      [1, 0.68],
      [1.7, wide],
      [3.6, wide + 0.25],
      [3.6, -wide - 0.25],
      [1.7, -wide],
      [1, -0.68],
      [0.3, -0.5],
    ],
    true,
  );
  const within = drawFur(pencil, [tufted(chest, look.fluff, choices)], look);
  drawBodyPattern(pencil.at(translation(2, 0)), within, [2.5, 2.4], look, choices);
  if (look.pattern === 'bib') {
    const bib = ellipse({ y: 1.9, x: 0, radiusY: 1.2, radiusX: between(0.35, 0.7) });
    pencil.fill([bib], look.second, { within });
  }
  drawCollar(pencil, look, [1.08, 0], 0.72);
}

/** Tails: a cat's long and of even width, a dog's shorter and tapering, or a plume, or curled. */
function drawTail(pencil: Pencil, animal: Animal, [y, x]: Point, side: number, look: Look, { between, chance }: Choices): void {
  const rgb = look.pattern === 'mask' ? look.second : look.fur;
  if (animal === 'cat') {
    const up = between(1.2, 2);
    const out = between(0.7, 1.1);
    const curl = between(-0.45, 0.45);
    const tail = spline([
      [y, x],
      [y - 0.1, x + side * out * 0.7],
      [y - up * 0.5, x + side * out],
      [y - up * 0.85, x + side * (out + curl * 0.4)],
      [y - up, x + side * (out + curl)],
    ]);
    const width = between(0.24, 0.34);
    drawLimb(pencil, [tail], (share) => width * (1 - 0.25 * share), look, rgb);
    return;
  }
  const length = between(0.7, 1.25);
  const plume = chance(0.35);
  const curled = chance(0.3);
  const tail = spline(
    curled
      ? [
          [y, x],
          [y - length * 0.7, x + side * 0.45],
          [y - length, x + side * 0.2],
          [y - length * 0.7, x - side * 0.05],
        ]
      : [
          [y, x],
          [y - length * 0.45, x + side * length * 0.55],
          [y - length, x + side * length * between(0.6, 1)],
        ],
  );
  const width = plume ? between(0.45, 0.65) : between(0.26, 0.38);
  drawLimb(pencil, [tail], (share) => width * (plume ? 0.55 + 1.2 * share * (1 - share) : 1 - 0.6 * share), look, rgb);
}

function drawSitting(pencil: Pencil, animal: Animal, look: Look, choices: Choices): void {
  const { between, oneOf } = choices;
  const wide = between(0.95, 1.2);
  const side = oneOf([-1, 1]);
  drawTail(pencil, animal, [3, side * wide * 0.7], side, look, choices);
  const feet = [-1, 1].map((to) => ellipse({ y: 3.2, x: to * (wide * 0.82), radiusY: 0.24, radiusX: 0.42 }));
  const torso = spline(
    [
      [0.2, 0.4],
      [0.95, 0.62],
      [1.7, wide * 0.8],
      [2.7, wide],
      [3.25, wide * 0.8],
      [3.35, 0],
      [3.25, -wide * 0.8],
      [2.7, -wide],
      [1.7, -wide * 0.8],
      [0.95, -0.62],
      [0.2, -0.4],
    ],
    true,
  );
  const within = drawFur(pencil, [tufted(torso, look.fluff * 0.7, choices)], look);
  drawBodyPattern(pencil.at(translation(2.2, 0)), within, [2.2, 2 * wide], look, choices);
  if (look.pattern === 'bib') {
    pencil.fill([ellipse({ y: 1.7, x: 0, radiusY: 0.9, radiusX: between(0.3, 0.55) })], look.second, { within });
  }
  for (const foot of feet) drawFur(pencil, [foot], look, pawRgb(look));
  const apart = between(0.26, 0.42);
  for (const to of [-1, 1]) {
    const leg = segment(1.8, to * apart * 1.15, 3.22, to * apart);
    const thick = animal === 'cat' ? between(0.34, 0.42) : between(0.38, 0.48);
    drawLimb(pencil, [leg], thick, look, mixed(look.fur, look.ink, 0.06));
    drawFur(pencil, [ellipse({ y: 3.3, x: to * apart, radiusY: 0.2, radiusX: 0.29 })], look, pawRgb(look));
  }
  drawCollar(pencil, look, [1, 0], 0.6);
}

function drawStanding(pencil: Pencil, animal: Animal, look: Look, choices: Choices): void {
  const { between } = choices;
  const long = between(2.5, 3.1);
  const back = between(0.6, 0.85);
  const belly = animal === 'cat' ? between(1.75, 1.95) : between(1.7, 2);
  drawTail(pencil, animal, [back + 0.25, -long + 0.15], -1, look, choices);
  const thick = animal === 'cat' ? between(0.36, 0.44) : between(0.4, 0.52);
  const legs: readonly Point[] = [
    [belly - 0.4, -0.25],
    [belly - 0.4, -long + 0.55],
    [belly - 0.4, 0.1],
    [belly - 0.4, -long + 0.25],
  ];
  const drawLeg = ([y, x]: Point, rgb = look.fur) => {
    const step = between(-0.3, 0.3);
    const leg = spline([
      [y, x],
      [(y + 2.85) / 2, x + step * 0.3],
      [2.85, x + step],
    ]);
    drawLimb(pencil, [leg], (share) => thick * (1.25 - 0.35 * share), look, rgb);
    drawFur(pencil, [ellipse({ y: 2.9, x: x + step + 0.1, radiusY: 0.17, radiusX: 0.27 })], look, pawRgb(look));
  };
  for (const leg of legs.slice(0, 2)) drawLeg(leg, mixed(look.fur, look.ink, 0.25));
  const torso = spline(
    [
      [back - 0.3, -0.4],
      [0.5, 0.35],
      [1.3, 0.5],
      [belly, 0.1],
      [belly - 0.05, -long * 0.5],
      [belly - 0.1, -long + 0.2],
      [back + 0.6, -long - 0.1],
      [back, -long + 0.35],
      [back - 0.02, -long * 0.5],
    ],
    true,
  );
  const within = drawFur(pencil, [tufted(torso, look.fluff * 0.7, choices)], look);
  const size: Point = [belly - back, long];
  drawBodyPattern(pencil.at(translation((back + belly) / 2, -long / 2)), within, size, look, choices);
  if (look.pattern === 'bib') pencil.fill([ellipse({ y: 1.4, x: 0.3, radiusY: 0.7, radiusX: 0.5 })], look.second, { within });
  for (const leg of legs.slice(2)) drawLeg(leg);
  drawCollar(pencil, look, [0.98, 0], 0.55);
}

function drawLying(pencil: Pencil, animal: Animal, look: Look, choices: Choices): void {
  const { between } = choices;
  const long = between(2.3, 2.9);
  const high = between(0.1, 0.45);
  drawTail(pencil, animal, [1.3, -long + 0.2], -1, look, choices);
  const torso = spline(
    [
      [high, -0.6],
      [0.5, 0.5],
      [1.2, 0.85],
      [1.6, 0.6],
      [1.65, -long * 0.6],
      [1.5, -long],
      [high + 0.5, -long - 0.05],
      [high - 0.05, -long * 0.62],
    ],
    true,
  );
  const within = drawFur(pencil, [tufted(torso, look.fluff * 0.7, choices)], look);
  drawBodyPattern(pencil.at(translation((high + 1.6) / 2, -long / 2)), within, [1.6 - high, long], look, choices);
  if (look.pattern === 'bib') pencil.fill([ellipse({ y: 1.2, x: 0.3, radiusY: 0.6, radiusX: 0.5 })], look.second, { within });
  const haunch = ellipse({ y: 1.12, x: -long + 0.75, radiusY: 0.52, radiusX: 0.68 });
  drawFur(pencil, [haunch], look);
  for (const x of [-long + 1, 0.95, 0.5]) {
    const thick = animal === 'cat' ? 0.36 : 0.42;
    drawLimb(pencil, [segment(1.5, x - 0.5, 1.55, x)], thick, look, pawRgb(look));
  }
  drawCollar(pencil, look, [0.98, 0], 0.6);
}
