/** @file Factorial designs: every combination of the levels of some parameters. */
import { math } from '@ventral/kernels';

/** The levels of each parameter. */
export type Levels<P> = { readonly [K in keyof P]: readonly P[K][] };

/**
 * Every combination of levels once, the first parameter slowest, the last fastest.
 *
 * @example
 * ```ts
 * crossed({ orientationDeg: [0, 90], phaseDeg: [0, 180] });
 * // [{ orientationDeg: 0, phaseDeg: 0 }, { orientationDeg: 0, phaseDeg: 180 }, { orientationDeg: 90, phaseDeg: 0 }, …]
 * ```
 */
export function crossed<P extends object>(design: Levels<P>): P[] {
  const names = Object.keys(design) as (keyof P)[];
  return names.reduce<Partial<P>[]>(
    (points, name) => points.flatMap((point) => design[name].map((level) => ({ ...point, [name]: level }))),
    [{}],
  ) as P[];
}

/** The levels of one parameter: n numbers. */
export function levels(n: number, at: (i: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => at(i));
}

/** n ≥ 2 levels from one number to another, each as many times the one before. Both above 0. */
export function geometricLevels(from: number, to: number, n: number): number[] {
  return levels(n, (i) => from * math.pow(to / from, i / (n - 1)));
}
