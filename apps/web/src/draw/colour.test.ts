import { describe, expect, test } from 'vitest';
import { colourise, colourScale, diverging, viridis } from './colour.ts';

const colours = (values: number[], scale = colourScale(Math.min(...values), Math.max(...values))) => {
  const rgba = new Uint8ClampedArray(values.length * 4);
  colourise(Float32Array.from(values), scale, rgba);
  return values.map((_, i) => [...rgba.subarray(4 * i, 4 * i + 3)]);
};

describe('viridis', () => {
  // matplotlib 3.8: cm.viridis([0.25, 0.5, 0.75]) · 255, rounded.
  test.each([
    [64, [59, 82, 139]],
    [128, [33, 145, 140]],
    [191, [94, 201, 98]],
  ])('step %i is matplotlib’s within 4 of 255', (step, published) => {
    const ours = viridis.subarray(3 * step, 3 * step + 3);
    for (let c = 0; c < 3; c++) expect(Math.abs(ours[c]! - published[c]!)).toBeLessThanOrEqual(4);
  });

  test('gets brighter with every step: brighter is more', () => {
    const luminance = (i: number) => 0.2126 * viridis[3 * i]! + 0.7152 * viridis[3 * i + 1]! + 0.0722 * viridis[3 * i + 2]!;
    for (let i = 8; i < 256; i++) expect(luminance(i)).toBeGreaterThanOrEqual(luminance(i - 1) - 0.5);
  });
});

describe('a map', () => {
  test('without negative values runs from 0; its maximum is the last colour, exact zero has a mark of its own', () => {
    expect(colourScale(0.5, 3)).toEqual({ signed: false, low: 0, high: 3 });
    expect(colours([0, 3])).toEqual([[0, 0, 0], [...viridis.subarray(765)]]);
  });

  test('with negative values has zero in the middle, whatever its range', () => {
    expect(colourScale(-1, 4)).toEqual({ signed: true, low: -4, high: 4 });
    const [negative, zero, positive] = colours([-1, 0, 4]);
    expect(zero).toEqual([...diverging.subarray(3 * 128, 3 * 129)]);
    expect(positive).toEqual([...diverging.subarray(765)]);
    expect(negative![2]).toBeGreaterThan(negative![0]!);
  });

  test('marks NaN and infinities, and survives having nothing else', () => {
    expect(colours([Number.NaN, Number.POSITIVE_INFINITY, 1], colourScale(1, 1)).slice(0, 2)).toEqual([
      [236, 0, 140],
      [236, 0, 140],
    ]);
    expect(colourScale(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)).toEqual({ signed: false, low: 0, high: 1 });
  });
});
