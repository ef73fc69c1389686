import { describe, expect, test } from 'vitest';
import { hyperbolicWave, polarWave } from './non-cartesian.ts';

/** 1 px per degree, pixel (20, 20) in the middle. */
const [side, middle] = [41, 20];
const field = { heightPx: side, widthPx: side, fovDeg: side };
const place = { yDeg: 0, xDeg: 0 };
const polar = (concentricFrequencyCpd: number, radialFrequency: number, phaseDeg: number) => {
  const pattern = polarWave(field, place, side, { concentricFrequencyCpd, radialFrequency, phaseDeg });
  return (y: number, x: number) => pattern(middle + y)[middle + x]!;
};
const hyperbolic = (spatialFrequencyCpd: number, orientationDeg: number, phaseDeg: number) => {
  const pattern = hyperbolicWave(field, place, side, { spatialFrequencyCpd, orientationDeg, phaseDeg });
  return (y: number, x: number) => pattern(middle + y)[middle + x]!;
};
const sine = (cycles: number) => Math.sin(2 * Math.PI * cycles);

describe('polar gratings', () => {
  test('concentric: the sine of the distance, the same in all directions; phase 90° is light in the middle', () => {
    const at = polar(0.05, 0, 90);
    expect(at(0, 0)).toBeGreaterThan(0.98);
    // The mean over a pixel lies within 0.01 of its middle.
    for (const r of [3, 8, 15])
      for (const [y, x] of [
        [0, r],
        [r, 0],
        [0, -r],
        [-r, 0],
      ] as const)
        expect(Math.abs(at(y, x) - sine(0.05 * r + 0.25))).toBeLessThan(0.01);
    expect(at(6, 8)).toBeCloseTo(at(0, 10), 2);
  });
  test('radial: of 2 cycles, sin 2θ, light up on the right and down on the left; of 6 grey in the middle', () => {
    const two = polar(0, 2, 0);
    for (const [y, x, value] of [
      [-10, 10, 1],
      [10, -10, 1],
      [10, 10, -1],
      [0, 10, 0],
      [10, 0, 0],
    ] as const)
      expect(Math.abs(two(y, x) - value)).toBeLessThan(0.01);
    expect(two(-5, 5)).toBeCloseTo(two(-15, 15), 2);
    expect(polar(0, 6, 90)(0, 0)).toBeCloseTo(0, 12);
  });
  test('a spiral goes around as it goes out: a quarter cycle outward is a turn back by 45° of two arms', () => {
    const at = polar(0.05, 2, 0);
    // On the right the phase at 5 px is a quarter; up on the right at 10 px a half and a quarter of two cycles.
    expect(at(0, 5)).toBeCloseTo(1, 1);
    expect(Math.abs(at(-7, 7) - sine(0.05 * Math.hypot(7, 7) + 0.25))).toBeLessThan(0.01);
    // The other sense is its mirror image.
    const other = polar(0.05, -2, 0);
    for (const [y, x] of [
      [3, 8],
      [-9, 4],
      [12, -7],
    ] as const)
      expect(other(y, x)).toBeCloseTo(at(-y, x), 12);
  });
});

describe('hyperbolic gratings', () => {
  test('along the axes the sine of the distance; along the asymptotes that of the phase', () => {
    const at = hyperbolic(0.05, 0, 90);
    for (const r of [4, 9, 16])
      for (const [y, x] of [
        [0, r],
        [r, 0],
        [0, -r],
      ] as const)
        expect(Math.abs(at(y, x) - sine(0.05 * r + 0.25))).toBeLessThan(0.02);
    expect(at(9, 9)).toBeGreaterThan(0.7);
    expect(at(3, 5)).toBeCloseTo(at(5, 3), 12);
  });
  test('45° turns the axes to the diagonals', () => {
    const [upright, turned] = [hyperbolic(0.05, 0, 0), hyperbolic(0.05, 45, 0)];
    expect(Math.abs(turned(7, 7) - sine(0.05 * Math.hypot(7, 7)))).toBeLessThan(0.02);
    // Nothing but the phase along what are now asymptotes, if it were not for the width of a pixel.
    expect(Math.abs(turned(0, 12) - upright(8, 8))).toBeLessThan(0.2);
    expect(upright(0, 15)).toBeLessThan(-0.9);
  });
});

test('half a cycle of phase is the negative', () => {
  for (const [a, b] of [
    [polar(0.07, 3, 30), polar(0.07, 3, 210)],
    [hyperbolic(0.07, 20, 30), hyperbolic(0.07, 20, 210)],
  ] as const)
    for (const [y, x] of [
      [0, 0],
      [3, 8],
      [-11, 5],
    ] as const)
      expect(a(y, x)).toBeCloseTo(-b(y, x), 12);
});
