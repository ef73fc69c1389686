/**
 * @file Drawn cats and dogs. What tells them apart is shape: ears, muzzle, eyes, whiskers, tail. Fur, background, size, place,
 * light and what stands before them are drawn alike for both, from streams that do not know the animal.
 */
import type { Image, Random } from '@ventral/core';
import { drawBackdrop, drawForeground, drawLight, type Face } from './backdrop.ts';
import { drawCatFace, drawCatProfile } from './cat-head.ts';
import { drawBody, type Pose, poseBox } from './catdog-body.ts';
import { type Animal, createLook } from './catdog-look.ts';
import { createChoices } from './choices.ts';
import { drawDogFace, drawDogProfile } from './dog-head.ts';
import { type Affine, chain, ellipse, rotation, scaling, transformPoint, translation } from './path.ts';
import { createPencil } from './pencil.ts';
import { blurCanvas, canvasImage, createCanvas, type SizePx } from './raster.ts';

export type { Animal } from './catdog-look.ts';

/** Where the animal stands and how. */
interface Layout {
  readonly pose: Pose;
  /** From the head's coordinates to the picture's: the body, and the head on it, which tilts by itself. */
  readonly body: Affine;
  readonly head: Affine;
  /** 0 looks at us; up to 32 to the body's front. */
  readonly turnDeg: number | 'profile';
  /** The face in the picture. */
  readonly face: Face;
}

/**
 * A cat or a dog. The same stream gives a cat and a dog of the same fur, pose, place, background and light.
 *
 * @param size any from about 32 px; the scene does not depend on it, but for the grain
 */
export function drawCatOrDog(animal: Animal, random: Random, size: SizePx = { heightPx: 48, widthPx: 48 }): Image {
  const stream = (name: string) => createChoices(random.fork(name));
  const unitPx = Math.min(size.heightPx, size.widthPx);
  const canvas = createCanvas(size, [128, 128, 128]);
  const picture = createPencil(canvas, chain(scaling(unitPx), translation((size.heightPx - 1) / 2, (size.widthPx - 1) / 2)));
  drawBackdrop(picture, stream('backdrop'));
  const look = createLook(stream('look'));
  const layout = createLayout(random);
  const { pose, body, head, turnDeg, face } = layout;
  if (pose !== 'face') {
    const [, left, bottom, right] = poseBox[pose];
    const shadow = ellipse({ y: bottom - 0.25, x: (left + right) / 2, radiusY: 0.3, radiusX: (right - left) * 0.48 });
    picture.at(body).fill([shadow], [14, 12, 18], { opacity: 0.3 });
  }
  drawBody(picture.at(body), animal, pose, look, stream('body'));
  const [drawFace, drawProfile] = animal === 'cat' ? [drawCatFace, drawCatProfile] : [drawDogFace, drawDogProfile];
  if (turnDeg === 'profile') drawProfile(picture.at(head), look, stream('head'));
  else drawFace(picture.at(head), turnDeg, look, stream('head'));
  drawForeground(picture, face, stream('foreground'));
  drawLight(picture, stream('light'));
  const lens = stream('lens');
  const blur = lens.between(0, 1);
  blurCanvas(canvas, (0.55 * blur * blur * unitPx) / 48);
  const graininess = lens.between(0, 7);
  for (let i = 0; i < canvas.rgb.length; i++) canvas.rgb[i]! += graininess * lens.grain();
  return canvasImage(canvas);
}

/** How far any snout reaches from the skull's middle, in halves of a head's width. */
const profileRight = 1.95;

function createLayout(random: Random): Layout {
  const { between, chance, around, weighted } = createChoices(random.fork('layout'));
  const pose = weighted<Pose>([
    [9, 'face'],
    [5, 'sitting'],
    [4, 'standing'],
    [3, 'lying'],
  ]);
  const isProfile = chance(pose === 'face' || pose === 'sitting' ? 0.15 : 0.4);
  const turnDeg = isProfile ? 'profile' : chance(0.35) ? 0 : between(0, 32);
  const [top, left, bottom, rightOfPose] = poseBox[pose];
  const right = isProfile ? profileRight : rightOfPose;
  const filled = between(0.78, 1.02);
  const size = filled / Math.max(bottom - top, right - left);
  const mirror = chance(0.5) ? -1 : 1;
  // What is left of the picture is shared out at random; a little may be cut off.
  const room = Math.max(0.04, 1 - filled) / 2 + 0.04;
  const body = chain(
    translation(-(top + bottom) / 2, -(left + right) / 2),
    rotation(around(0, 3)),
    scaling(size, mirror * size),
    translation(between(-room, room), between(-room, room) * 1.3),
  );
  const tilt = chain(rotation(around(0, 9)), translation(around(0, 0.05), around(0, 0.08)));
  const head = chain(tilt, body);
  const [y, x] = transformPoint(head, [0, 0]);
  return { pose, body, head, turnDeg, face: { y, x, radius: size, facing: isProfile ? mirror : 0 } };
}
