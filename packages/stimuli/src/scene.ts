/** @file The picture the page opens with: a bird on a branch before dead leaves. Drawn, so that nothing has to be fetched. */
import { createRandom, type Image } from '@ventral/core';
import { drawDeadLeaves, type Leaf } from './dead-leaves.ts';

type Stroke = readonly [x: number, y: number, radius: number, aspect: number, angleDeg: number, rgb: Leaf['rgb']];

/** Uppermost first. */
const bird: readonly Stroke[] = [
  [-0.142, -0.158, 0.006, 1, 0, [255, 255, 255]],
  [-0.137, -0.152, 0.019, 1, 0, [22, 18, 18]],
  [-0.235, -0.128, 0.05, 0.34, 8, [226, 168, 52]],
  [0.075, 0.06, 0.17, 0.42, 38, [96, 92, 104]],
  [-0.125, -0.14, 0.105, 0.95, 0, [112, 112, 122]],
  [-0.075, 0.045, 0.135, 0.85, 60, [212, 104, 48]],
  [0.01, 0.05, 0.2, 0.72, 40, [128, 126, 132]],
  [0.22, 0.235, 0.15, 0.24, 42, [78, 74, 86]],
  [-0.02, 0.24, 0.06, 0.12, 82, [150, 100, 60]],
  [0.045, 0.25, 0.06, 0.12, 98, [150, 100, 60]],
  [0, 0.3, 0.75, 0.045, -4, [104, 78, 56]],
];

/** The built-in picture, 256×256, always the same. */
export function drawScene(): Image {
  const front = bird.map(([x, y, radius, aspect, angleDeg, rgb]) => ({ x, y, radius, aspect, angleDeg, rgb, waves: [] }));
  return drawDeadLeaves({ heightPx: 256, widthPx: 256 }, createRandom(17).fork('scene'), front);
}
