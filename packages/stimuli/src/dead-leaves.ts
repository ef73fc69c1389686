/**
 * @file Dead leaves: pictures of random ellipses that cover each other; they share the edges, occlusion and scale invariance
 * of natural scenes without showing anything.
 */
import type { Image, Random } from '@ventral/core';
import { math } from '@ventral/kernels';
import { direction } from './field.ts';

/** A lit, textured ellipse. Lengths are shares of the picture's width; (0, 0) is the middle, y downward. */
export interface Leaf {
  readonly y: number;
  readonly x: number;
  /** Long half-axis. */
  readonly radius: number;
  /** Short half-axis over the long one. */
  readonly aspect: number;
  /** Direction of the long axis, degrees from the x axis, clockwise on the screen. */
  readonly angleDeg: number;
  /** Bytes, before light and texture. */
  readonly rgb: readonly [r: number, g: number, b: number];
  /** Waves across the surface: cycles per picture width along (x, y), phase in radians, contrast. */
  readonly waves: readonly { readonly y: number; readonly x: number; readonly phase: number; readonly contrast: number }[];
}

/** Radii from 2.5 % to 40 % of the width. */
const [minRadius, maxRadius] = [0.025, 0.4];

/** Colours of things outdoors: foliage, bark, soil, stone, sky, water, grass, petals. */
// biome-ignore format: a table
const pigments = [
  [74, 103, 41], [122, 142, 62], [46, 66, 33], [96, 72, 52], [140, 112, 84], [70, 52, 40], [128, 124, 116], [182, 176, 164],
  [142, 172, 205], [200, 214, 228], [70, 100, 122], [190, 168, 110], [172, 60, 50], [222, 186, 66], [212, 206, 194], [36, 36, 32],
] as const;

/**
 * A dead-leaves picture. The first leaf lies on top; leaves are added underneath until no pixel is bare, which is an exact
 * draw of the stationary model. Radii follow the density r⁻³, the only power law that looks the same at every scale and
 * gives the spectrum and wavelet statistics of natural scenes. A leaf's colour is one of six outdoor colours chosen for
 * the picture, with its own brightness; light falls from the upper left; its texture is three waves.
 *
 * Drawn at twice the resolution and averaged. The scene does not depend on the size: a larger picture shows the same leaves,
 * only finer (but for texture finer than a pixel can carry). 256×256 takes some 60 ms.
 *
 * @param front leaves that lie on top of the random ones, uppermost first
 * @see Lee, Mumford & Huang 2001, Occlusion models for natural images, doi:10.1023/A:1011109015675; Ruderman 1997, Origins of
 *   scaling in natural images, doi:10.1016/S0042-6989(97)00008-4; Kendall & Thönnes 1999, Perfect simulation in stochastic
 *   geometry, Pattern Recognition 32, 1569 (top down until covered).
 */
export function drawDeadLeaves(
  { heightPx, widthPx }: { readonly heightPx: number; readonly widthPx: number },
  random: Random,
  front: readonly Leaf[] = [],
): Image {
  const canvas = createCanvas(heightPx, widthPx);
  for (const leaf of front) canvas.paintUnder(leaf);
  const palette = random.sample(pigments.length, 6).map((index) => pigments[index]!);
  while (canvas.nBare > 0) canvas.paintUnder(randomLeaf(random, palette, heightPx / widthPx));
  return canvas.image();
}

function randomLeaf(random: Random, palette: readonly Leaf['rgb'][], height: number): Leaf {
  const { uniform, normal, integer } = random;
  // Inverse of the distribution of r⁻³ between the limits.
  const radius = minRadius / Math.sqrt(1 - uniform() * (1 - (minRadius / maxRadius) ** 2));
  const brightness = math.exp(0.35 * normal());
  const [r, g, b] = palette[integer(palette.length)]!;
  return {
    y: (uniform() - 0.5) * (height + 2 * maxRadius),
    x: (uniform() - 0.5) * (1 + 2 * maxRadius),
    radius,
    aspect: 0.5 + 0.5 * uniform(),
    angleDeg: 180 * uniform(),
    rgb: [r * brightness * (1 + 0.08 * normal()), g * brightness, b * brightness * (1 + 0.08 * normal())],
    waves: [0.7, 2, 6].map((cycles, index) => {
      const [x, y] = direction(360 * uniform());
      const frequency = (cycles * (0.7 + 0.6 * uniform())) / radius;
      return { y: y * frequency, x: x * frequency, phase: 2 * Math.PI * uniform(), contrast: (0.16 * uniform()) / (index + 1) };
    }),
  };
}

/** A picture that is painted from the front to the back: a leaf shows only where nothing was painted yet. */
function createCanvas(heightPx: number, widthPx: number) {
  const [height, width] = [2 * heightPx, 2 * widthPx];
  const painted = new Uint8Array(height * width);
  const sums = new Float64Array(heightPx * widthPx * 3);
  let nBare = height * width;
  return {
    get nBare() {
      return nBare;
    },
    paintUnder({ y: centreY, x: centreX, radius, aspect, angleDeg, rgb, waves }: Leaf) {
      const [cos, sin] = direction(angleDeg);
      const carried = waves.filter((wave) => Math.sqrt(wave.y * wave.y + wave.x * wave.x) <= 0.4 * widthPx);
      const [row, column] = [centreY * width + height / 2 - 0.5, centreX * width + width / 2 - 0.5];
      const reach = radius * width;
      const lastRow = Math.min(height - 1, Math.floor(row + reach));
      const lastColumn = Math.min(width - 1, Math.floor(column + reach));
      for (let i = Math.max(0, Math.ceil(row - reach)); i <= lastRow; i++) {
        for (let j = Math.max(0, Math.ceil(column - reach)); j <= lastColumn; j++) {
          if (painted[i * width + j] === 1) continue;
          const [y, x] = [(i - row) / width, (j - column) / width];
          // (u, v): place inside the leaf, the unit circle being its outline.
          const u = (x * cos + y * sin) / radius;
          const v = (y * cos - x * sin) / (radius * aspect);
          const bulge = 1 - u * u - v * v;
          if (bulge < 0) continue;
          // The leaf as half a pillow, lit from the upper left.
          let light = 0.68 + 0.32 * Math.sqrt(bulge) - 0.12 * (u * cos - v * sin) - 0.16 * (u * sin + v * cos);
          for (const wave of carried) light *= 1 + wave.contrast * math.sin(2 * Math.PI * (wave.y * y + wave.x * x) + wave.phase);
          painted[i * width + j] = 1;
          nBare--;
          const pixel = 3 * ((i >> 1) * widthPx + (j >> 1));
          for (let c = 0; c < 3; c++) sums[pixel + c]! += Math.min(255, rgb[c]! * light);
        }
      }
    },
    image: (): Image => ({ heightPx, widthPx, data: Uint8Array.from(sums, (sum) => Math.floor(sum / 4 + 0.5)) }),
  };
}
