/**
 * @file Fifteen families of drawn grey textures, after which the synthesised ones are made. Each looks like no other: what they
 * differ in is more than their spectra.
 */
import { createRandom, type Random } from '@ventral/core';
import { math } from '@ventral/kernels';
import { direction } from '../field.ts';
import { fourier2d } from '../fourier.ts';
import { pinkNoise } from '../noise.ts';
import { asLuminance, standardised } from './luminance.ts';
import { cells, layered, modulo, type Shape, type Surface, sampled, smoothNoise, smoothstep, tileSidePx } from './torus.ts';

export interface TextureFamily {
  readonly name: string;
  /** [128, 128] on a torus, in any unit of luminance. */
  draw(random: Random): Float64Array;
}

const family = (name: string, surface: (random: Random) => Surface): TextureFamily => ({
  name,
  draw: (random) => sampled(surface(random)),
});

/** n numbers of a standard normal distribution. */
const normals = (n: number, { normal }: Random) => Float64Array.from({ length: n }, normal);

/** n shapes at random places. */
const scattered = (n: number, { uniform }: Random, shape: () => Omit<Shape, 'y' | 'x'>): Shape[] =>
  Array.from({ length: n }, () => ({ y: tileSidePx * uniform(), x: tileSidePx * uniform(), ...shape() }));

/** Radii between limits by the density r⁻³, as in dead-leaves.ts. */
const radiusOf = ({ uniform }: Random, least: number, most: number) =>
  least / Math.sqrt(1 - uniform() * (1 - (least / most) ** 2));

/** A straight stroke whose ends are round, brighter along its middle and towards its tip. */
function stroke(length: number, width: number, angleDeg: number, luminance: number): Omit<Shape, 'y' | 'x'> {
  const [cos, sin] = direction(angleDeg);
  return {
    radius: length / 2 + width,
    at(dy, dx) {
      const [along, off] = [dx * cos + dy * sin, dy * cos - dx * sin];
      const beyond = Math.max(0, Math.abs(along) - length / 2);
      const share = (off * off + beyond * beyond) / ((width / 2) * (width / 2));
      return share > 1 ? undefined : luminance * (1 - 0.5 * share) * (0.75 + (0.5 * along) / length);
    },
  };
}

/**
 * Patterns that grow from noise where neighbours help each other and others hinder, local activation and lateral inhibition
 * (Swindale 1980, Proc R Soc B 208:243), until they stay: stripes, or with a bias spots.
 */
function grown(random: Random, cycles: number, bias: number): Float64Array {
  const side = tileSidePx;
  const gain = Float64Array.from({ length: side * side }, (_, i) => {
    const signed = (k: number) => (k < side / 2 ? k : k - side);
    const [y, x] = [signed(Math.floor(i / side)), signed(i % side)];
    const r = Math.sqrt(y * y + x * x) / cycles;
    return 2.5 * math.exp(-((r - 1) * (r - 1)) / 0.08);
  });
  let values = normals(side * side, random);
  for (let step = 0; step < 60; step++) {
    const imaginary = new Float64Array(side * side);
    fourier2d(values, imaginary, side);
    for (let i = 0; i < values.length; i++) {
      values[i]! *= gain[i]! / values.length;
      imaginary[i]! *= gain[i]! / values.length;
    }
    fourier2d(imaginary, values, side);
    values = values.map((value) => math.tanh(value + bias));
  }
  return values;
}

/** In alphabetical order. */
export const textureFamilies: readonly TextureFamily[] = [
  family('bark', (random) => {
    const [ridges, warp, grain] = [smoothNoise(random, 5, 22), smoothNoise(random, 8), smoothNoise(random, 24, 64)];
    return (y, x) => {
      const furrow = Math.abs(ridges(y, x + 3 * warp(y, x)));
      return smoothstep(0, 0.9, furrow) + 0.15 * grain(y, x);
    };
  }),
  family('bricks', (random) => {
    const [rows, columns] = [12, 5];
    const [heightPx, widthPx] = [tileSidePx / rows, tileSidePx / columns];
    const tones = normals(rows * columns, random);
    const grain = smoothNoise(random, 64);
    return (y, x) => {
      const row = Math.floor(modulo(y, tileSidePx) / heightPx);
      const along = modulo(x + (row % 2) * (widthPx / 2), tileSidePx);
      const column = Math.min(columns - 1, Math.floor(along / widthPx));
      const [dy, dx] = [modulo(y, heightPx), modulo(along, widthPx)];
      const inside = Math.min(dy, heightPx - dy, dx, widthPx - dx);
      const brick = 0.35 * tones[row * columns + column]! + 0.12 * grain(y, x);
      return inside < 0.9 ? 1.6 : brick;
    };
  }),
  family('facets', (random) => {
    const n = 9;
    const at = cells(random, n, 1);
    const [tones, ys, xs] = [normals(n * n, random), normals(n * n, random), normals(n * n, random)];
    return (y, x) => {
      const { index, dy, dx } = at(y, x);
      return tones[index]! + 0.09 * (ys[index]! * dy + xs[index]! * dx);
    };
  }),
  family('foam', (random) =>
    layered(
      scattered(900, random, () => {
        const radius = radiusOf(random, 3, 13);
        return {
          radius,
          at(dy, dx) {
            const r = Math.sqrt(dy * dy + dx * dx) / radius;
            if (r > 1) return undefined;
            const [shineY, shineX] = [dy / radius + 0.4, dx / radius + 0.4];
            const shine = smoothstep(0.25, 0.1, Math.sqrt(shineY * shineY + shineX * shineX));
            return 0.1 + 0.25 * r * r + 0.9 * smoothstep(1 - 2.2 / radius, 1 - 0.6 / radius, r) + 0.9 * shine;
          },
        };
      }),
      0,
    ),
  ),
  family('fur', (random) => {
    const turn = smoothNoise(random, 4);
    return layered(
      scattered(6000, random, () => ({ radius: 0, at: () => undefined })).map(({ y, x }) => ({
        y,
        x,
        ...stroke(13, 1.7, 90 + 55 * turn(y, x) + 10 * random.normal(), math.exp(0.3 * random.normal())),
      })),
      0,
    );
  }),
  family('grass', (random) =>
    layered(
      scattered(1600, random, () => stroke(44, 3.2, -90 + 20 * random.normal(), math.exp(0.3 * random.normal()))),
      0,
    ),
  ),
  { name: 'labyrinth', draw: (random) => grown(random, 13, 0.2) },
  family('leaves', (random) =>
    layered(
      scattered(2500, random, () => {
        const radius = radiusOf(random, 3.5, 30);
        const [cos, sin] = direction(360 * random.uniform());
        const [aspect, tone] = [0.35 + 0.4 * random.uniform(), random.normal()];
        return {
          radius,
          at(dy, dx) {
            const [u, v] = [(dx * cos + dy * sin) / radius, (dy * cos - dx * sin) / (radius * aspect)];
            return u * u + v * v > 1 ? undefined : tone + 0.5 * v * (1 - u * u);
          },
        };
      }),
      0,
    ),
  ),
  family('mud', (random) => {
    const at = cells(random, 6, 0.9);
    const [warpY, warpX, grain, tone] = [
      smoothNoise(random, 20),
      smoothNoise(random, 20),
      smoothNoise(random, 50),
      normals(36, random),
    ];
    return (y, x) => {
      const { index, fromBorder } = at(y + 1.6 * warpY(y, x), x + 1.6 * warpX(y, x));
      return (
        2.6 * smoothstep(0.3, 1.8, fromBorder) + 0.5 * smoothstep(6, 1, fromBorder) + 0.2 * tone[index]! + 0.18 * grain(y, x)
      );
    };
  }),
  family('pebbles', (random) => {
    const n = 10;
    const at = cells(random, n, 0.75);
    const tones = normals(n * n, random);
    return (y, x) => {
      const { index, dy, dx, fromBorder } = at(y, x);
      const dome = smoothstep(0.3, 4.5, fromBorder);
      return dome * (1 + 0.3 * tones[index]! - 0.05 * (dy + dx)) + 0.15 * smoothstep(2, 0, fromBorder);
    };
  }),
  family('ripples', (random) => {
    const [warp, fine, grain] = [smoothNoise(random, 4, 3), smoothNoise(random, 10, 8), smoothNoise(random, 64)];
    return (y, x) => {
      const phase = modulo((9 * y) / tileSidePx + 0.7 * warp(y, x) + 0.15 * fine(y, x), 1);
      // Slowly up to the crest, steeply down.
      return smoothstep(0, 0.75, phase) * smoothstep(1, 0.85, phase) + 0.06 * grain(y, x);
    };
  }),
  family('rubble', (random) =>
    layered(
      scattered(700, random, () => {
        const half = radiusOf(random, 3.5, 12);
        const [cos, sin] = direction(90 * random.uniform());
        const tone = 0.3 * random.normal();
        return {
          radius: half * Math.SQRT2,
          at(dy, dx) {
            const [u, v] = [(dx * cos + dy * sin) / half, (dy * cos - dx * sin) / half];
            if (Math.abs(u) > 1 || Math.abs(v) > 1) return undefined;
            // A low pyramid: four faces, each lit by its direction.
            const [slopeU, slopeV] = Math.abs(u) > Math.abs(v) ? [Math.sign(u), 0] : [0, Math.sign(v)];
            return 1 + tone - 0.55 * (slopeU * cos - slopeV * sin) - 0.75 * (slopeU * sin + slopeV * cos);
          },
        };
      }),
      0,
    ),
  ),
  family('scales', (random) => {
    const [rows, columns] = [14, 7];
    const [stepY, stepX] = [tileSidePx / rows, tileSidePx / columns];
    const tones = normals(rows * columns, random);
    const radius = 0.62 * stepX;
    return (y, x) => {
      const row = Math.floor(y / stepY);
      // A row covers the one below it: the first to reach this place counts.
      for (let i = row - 1; i <= row + 2; i++) {
        const shift = (modulo(i, 2) * stepX) / 2;
        const column = Math.floor((x - shift) / stepX);
        const [dy, dx] = [y - i * stepY, x - shift - (column + 0.5) * stepX];
        const r = Math.sqrt(dx * dx + dy * dy) / radius;
        if (r > 1) continue;
        const tone = tones[modulo(i, rows) * columns + modulo(column, columns)]!;
        return 0.5 + 0.15 * tone + 0.7 * r * r - 1.1 * smoothstep(0.86, 1, r);
      }
      return 0;
    };
  }),
  { name: 'spots', draw: (random) => grown(random, 12, -0.55) },
  family('weave', (random) => {
    const n = 24;
    const step = tileSidePx / n;
    const [warp, weft] = [normals(n, random), normals(n, random)];
    const [slackY, slackX] = [smoothNoise(random, 9), smoothNoise(random, 9)];
    return (yStraight, xStraight) => {
      const [y, x] = [yStraight + 1.8 * slackY(yStraight, xStraight), xStraight + 1.8 * slackX(yStraight, xStraight)];
      const [row, column] = [Math.floor(modulo(y, tileSidePx) / step), Math.floor(modulo(x, tileSidePx) / step)];
      // A twill: each thread goes over two and under two, one further in each row.
      const step4 = modulo(column - row, 4);
      const isWarpAbove = step4 < 2;
      const [v, u] = [(2 * modulo(y, step)) / step - 1, (2 * modulo(x, step)) / step - 1];
      const across = isWarpAbove ? u : v;
      // Along its bridge of two crossings, −1 … 1.
      const along = isWarpAbove ? (step4 === 0 ? v + 1 : v - 1) / 2 : (step4 === 2 ? u - 1 : u + 1) / 2;
      const tone = isWarpAbove ? 0.7 + 0.2 * warp[column]! : 0.2 * weft[row]!;
      return Math.abs(across) > 0.9 ? -0.6 : tone + 0.8 * Math.sqrt(1 - across * across) - 0.6 * along * along;
    };
  }),
];

/** Share of the variance that is 1/f noise: what photographs have of grain and uneven light, and no frequency is without. */
const noiseShare = 0.04;

/** The drawn texture of a family as others are synthesised from it: luminance on a torus, [128, 128]. */
export function exemplar({ name, draw }: TextureFamily, seed: number): Float64Array {
  const random = createRandom(seed).fork(name);
  const drawn = standardised(draw(random.fork('drawing')));
  const noise = standardised(pinkNoise(tileSidePx, random.fork('noise')));
  return asLuminance(drawn.map((value, i) => value + Math.sqrt(noiseShare) * noise[i]!));
}
