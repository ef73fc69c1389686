/**
 * @file What exemplars are drawn with: surfaces on a torus of 128×128 px, on which left meets right and top meets bottom, so that
 * a picture of it has no border. Places are (y, x) in px, any real numbers.
 */
import type { Random } from '@ventral/core';

/** Side of an exemplar, and of what is synthesised from it. */
export const tileSidePx = 128;

/** Luminance at a place, in any unit. */
export type Surface = (y: number, x: number) => number;

/** Points along a side of a pixel. */
const nPoints = 3;

/** The mean luminance of each pixel, from 3×3 points. */
export function sampled(surface: Surface): Float64Array {
  return Float64Array.from({ length: tileSidePx * tileSidePx }, (_, i) => {
    const [y, x] = [Math.floor(i / tileSidePx), i % tileSidePx];
    let sum = 0;
    for (let p = 0; p < nPoints * nPoints; p++)
      sum += surface(y + (Math.floor(p / nPoints) + 0.5) / nPoints - 0.5, x + ((p % nPoints) + 0.5) / nPoints - 0.5);
    return sum / (nPoints * nPoints);
  });
}

/** Remainder from 0 to below n, of negative numbers too. */
export const modulo = (value: number, n: number) => value - n * Math.floor(value / n);

/** The shortest way round, −64 … 64 px. */
export const around = (difference: number) => modulo(difference + tileSidePx / 2, tileSidePx) - tileSidePx / 2;

/** How far a number has come from one to another: 0 before, 1 beyond, smooth between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = Math.max(0, Math.min(1, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Smooth noise of mean 0, about −2 … 2: normal values on a lattice of ny × nx, joined smoothly. */
export function smoothNoise({ normal }: Random, ny: number, nx = ny): Surface {
  const values = Float64Array.from({ length: ny * nx }, normal);
  return (y, x) => {
    const [v, u] = [modulo((y * ny) / tileSidePx, ny), modulo((x * nx) / tileSidePx, nx)];
    const [top, left] = [Math.floor(v), Math.floor(u)];
    const [ty, tx] = [smoothstep(0, 1, v - top), smoothstep(0, 1, u - left)];
    const value = (row: number, column: number) => values[(row % ny) * nx + (column % nx)]!;
    const across = (row: number) => value(row, left) * (1 - tx) + value(row, left + 1) * tx;
    return across(top) * (1 - ty) + across(top + 1) * ty;
  };
}

/** The nearest seed of a place. */
export interface Cell {
  readonly index: number;
  /** From the seed to the place. */
  readonly dy: number;
  readonly dx: number;
  /** Half of the difference of the distances to the second nearest seed and to the nearest: 0 on the border between them. */
  readonly fromBorder: number;
}

/** Cells of n × n seeds, each somewhere in the middle `jitter` of its square (Worley 1996, doi:10.1145/237170.237267). */
export function cells({ uniform }: Random, n: number, jitter: number): (y: number, x: number) => Cell {
  const step = tileSidePx / n;
  const seeds = Array.from({ length: n * n }, (_, i) => {
    const offset = () => 0.5 + jitter * (uniform() - 0.5);
    return [(Math.floor(i / n) + offset()) * step, ((i % n) + offset()) * step] as const;
  });
  return (y, x) => {
    const [row, column] = [Math.floor(y / step), Math.floor(x / step)];
    let [nearest, second, index, nearestY, nearestX] = [Infinity, Infinity, 0, 0, 0];
    for (let i = row - 2; i <= row + 2; i++) {
      for (let j = column - 2; j <= column + 2; j++) {
        const at = modulo(i, n) * n + modulo(j, n);
        const [dy, dx] = [around(y - seeds[at]![0]), around(x - seeds[at]![1])];
        const distance = Math.sqrt(dy * dy + dx * dx);
        if (distance < nearest) [nearest, second, index, nearestY, nearestX] = [distance, nearest, at, dy, dx];
        else if (distance < second) second = distance;
      }
    }
    return { index, dy: nearestY, dx: nearestX, fromBorder: (second - nearest) / 2 };
  };
}

/** Something that lies on a surface. */
export interface Shape {
  readonly y: number;
  readonly x: number;
  /** Beyond it there is nothing. */
  readonly radius: number;
  /** Luminance at a place from its centre; undefined outside. */
  readonly at: (dy: number, dx: number) => number | undefined;
}

/** Shapes that cover each other, the first on top, over a ground. */
export function layered(shapes: readonly Shape[], ground: number): Surface {
  const bin = 8;
  const n = tileSidePx / bin;
  const bins = Array.from({ length: n * n }, () => [] as Shape[]);
  for (const shape of shapes) {
    const { y, x, radius } = shape;
    for (let i = Math.floor((y - radius) / bin); i * bin <= y + radius; i++)
      for (let j = Math.floor((x - radius) / bin); j * bin <= x + radius; j++) bins[modulo(i, n) * n + modulo(j, n)]!.push(shape);
  }
  return (y, x) => {
    for (const shape of bins[Math.floor(modulo(y, tileSidePx) / bin) * n + Math.floor(modulo(x, tileSidePx) / bin)]!) {
      const luminance = shape.at(around(y - shape.y), around(x - shape.x));
      if (luminance !== undefined) return luminance;
    }
    return ground;
  };
}
