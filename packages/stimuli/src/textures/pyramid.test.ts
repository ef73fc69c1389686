import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { analytic, enlarged, joinPicture, joinScale, pyramid, pyramidFilters } from './pyramid.ts';

const side = 128;
const filters = pyramidFilters(side);
const noise = Float64Array.from({ length: side * side }, createRandom(1).normal);

const largestDifference = (a: Float64Array, b: Float64Array) =>
  a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0);
const largestOf = (a: Float64Array) => a.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);

/** A cosine of amplitude 3 with so many cycles across the picture. */
const grating = (cyclesY: number, cyclesX: number) =>
  noise.map((_, i) => 3 * Math.cos((2 * Math.PI * (cyclesY * Math.floor(i / side) + cyclesX * (i % side))) / side + 0.4));

describe('pyramid', () => {
  test('put together again is the picture, within 1e-13 of its largest value', () => {
    const { highPass, lowPasses, bands } = pyramid(noise, filters);
    let lowPass = lowPasses.at(-1)!;
    for (let s = bands.length - 1; s >= 0; s--) {
      const real = bands[s]!.map(({ re }) => re);
      lowPass = joinScale(lowPass, real, filters.scales[s]!);
      expect(largestDifference(lowPass, lowPasses[s]!)).toBeLessThan(1e-13 * largestOf(noise));
    }
    expect(largestDifference(joinPicture(lowPass, highPass, filters), noise)).toBeLessThan(1e-13 * largestOf(noise));
  });

  test('sides halve from scale to scale; the last low-pass is a sixteenth', () => {
    const { lowPasses, bands } = pyramid(noise, filters);
    expect(lowPasses.map(({ length }) => length)).toEqual([128, 64, 32, 16, 8].map((n) => n * n));
    expect(bands.map(([first]) => first!.re.length)).toEqual([128, 64, 32, 16].map((n) => n * n));
  });

  // At half of the largest frequency of a scale its radial gain is 1; around, it is √0.8 |cos³|, whose squares add to 1.
  test.each([
    ['upright, scale 0', 0, 32, 0, [1, 0.125, 0, 0.125]],
    ['upright, scale 1', 0, 16, 1, [1, 0.125, 0, 0.125]],
    ['level, scale 2', 8, 0, 2, [0, 0.125, 1, 0.125]],
  ] as const)('a grating (%s) is in one scale alone: modulus 3 · √0.8 · |cos³|', (_, cyclesY, cyclesX, scale, squares) => {
    const { highPass, bands } = pyramid(grating(cyclesY, cyclesX), filters);
    expect(largestOf(highPass)).toBeLessThan(1e-12);
    for (const [s, ofScale] of bands.entries()) {
      for (const [k, { re, im }] of ofScale.entries()) {
        const expected = s === scale ? 3 * Math.sqrt(0.8 * squares[k]!) : 0;
        const moduli = re.map((value, i) => Math.hypot(value, im[i]!));
        expect(
          largestDifference(
            moduli,
            moduli.map(() => expected),
          ),
        ).toBeLessThan(1e-12);
      }
    }
  });

  test('the imaginary part follows from the real part', () => {
    const { bands } = pyramid(noise, filters);
    for (const [s, { side: ofScale, odd }] of filters.scales.entries()) {
      for (const [k, band] of bands[s]!.entries())
        expect(largestDifference(analytic(band.re, odd[k]!, ofScale).im, band.im)).toBeLessThan(1e-13);
    }
  });

  test('enlarged, every second value is as before', () => {
    const band = pyramid(noise, filters).bands[2]![1]!;
    const { re, im } = enlarged(band, 32);
    for (const [large, small] of [
      [re, band.re],
      [im, band.im],
    ] as const)
      expect(
        largestDifference(
          small.map((_, i) => large[2 * Math.floor(i / 32) * 64 + 2 * (i % 32)]!),
          small,
        ),
      ).toBeLessThan(1e-13);
  });

  test.each([64, 100, 192, 128.5])('refuses a side of %d px', (sidePx) => {
    expect(() => pyramidFilters(sidePx)).toThrow(
      `pyramidFilters: needs a side that is a power of two and at least 128 px, got ${sidePx}.`,
    );
  });
});
