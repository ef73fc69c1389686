import type { Image } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { direction, pixelsPerDegree, placeOnField, positionDeg, positionPx } from './field.ts';

const field = { heightPx: 112, widthPx: 224, fovDeg: 8 };

test('224 px over 8° are 28 px per degree', () => expect(pixelsPerDegree(field)).toBe(28));
test('fixation is between the middle pixels; a degree to the right is 28 px on', () => {
  expect(positionPx(field, 0, 0)).toEqual([55.5, 111.5]);
  expect(positionPx(field, -1, 1)).toEqual([27.5, 139.5]);
  expect(positionDeg(field, 0, 0)).toEqual([-55.5 / 28, -111.5 / 28]);
});
test('positionDeg and positionPx are each other’s inverse', () => {
  for (const [y, x] of [
    [0, 0],
    [3, 200],
    [111, 17.25],
  ] as const) {
    const [yPx, xPx] = positionPx(field, ...positionDeg(field, y, x));
    expect(yPx).toBeCloseTo(y, 10);
    expect(xPx).toBeCloseTo(x, 10);
  }
});
test.each([
  [0, 1, 0],
  [90, 0, 1],
  [-180, -1, 0],
  [630, 0, -1],
])('direction of %d° is exactly (%d, %d)', (angle, cos, sin) => expect(direction(angle)).toEqual([cos, sin]));
test('direction of 30° and −135°', () => {
  const [cos30, sin30] = direction(30);
  expect([cos30, sin30].map((x) => x.toFixed(12))).toEqual([(Math.sqrt(3) / 2).toFixed(12), '0.500000000000']);
  expect(direction(-135)[0]).toBeCloseTo(-Math.SQRT1_2, 14);
});

describe('placeOnField', () => {
  /** Pixels numbered from 1, row by row. */
  const numbered = (heightPx: number, widthPx: number): Image => {
    const data = Uint8Array.from({ length: heightPx * widthPx * 3 }, (_, i) => 1 + Math.floor(i / 3));
    return { heightPx, widthPx, data };
  };
  const rows = ({ heightPx, widthPx, data }: Image) =>
    Array.from({ length: heightPx }, (_, y) => Array.from({ length: widthPx }, (_, x) => data[3 * (y * widthPx + x)]));

  test('2×2 px of 4° on 8° are pasted in the middle of 4×4 px of grey', () => {
    expect(rows(placeOnField(numbered(2, 2), 4, 8))).toEqual([
      [128, 128, 128, 128],
      [128, 1, 2, 128],
      [128, 3, 4, 128],
      [128, 128, 128, 128],
    ]);
  });
  test('4×4 px of 8° on 4° are the middle 2×2', () => {
    expect(rows(placeOnField(numbered(4, 4), 8, 4))).toEqual([
      [6, 7],
      [10, 11],
    ]);
  });
  test('height and width each round halves to even: 3×5 px, twice as wide and half as wide', () => {
    const large = placeOnField(numbered(3, 5), 1, 2);
    // Offsets 1.5 → 2 and 2.5 → 2.
    expect([large.heightPx, large.widthPx, rows(large)[2]!.slice(0, 4)]).toEqual([6, 10, [128, 128, 1, 2]]);
    // Sizes 1.5 → 2 and 2.5 → 2, offsets 0.5 → 0 and 1.5 → 2.
    expect(rows(placeOnField(numbered(3, 5), 2, 1))).toEqual([
      [3, 4],
      [8, 9],
    ]);
  });
  test('the same angle leaves every byte', () => {
    const image = numbered(3, 5);
    expect(placeOnField(image, 8, 8)).toEqual({ ...image });
  });
  test('1855 px of 10° on 12° are 2226 px with 185.5 → 186 px of grey before, as Brain-Score places them', () => {
    const placed = placeOnField(numbered(1, 1855), 10, 12);
    expect(placed.widthPx).toBe(2226);
    expect(placed.data.subarray(0, 3 * 187).lastIndexOf(128)).toBe(3 * 186 - 1);
  });
  test('what cannot be placed is refused', () => {
    expect(() => placeOnField(numbered(1, 1), 0, 8)).toThrow(
      'placeOnField: needs visual angles above 0°, got a picture of 0° and a field of 8°.',
    );
    expect(() => placeOnField(numbered(2, 2), 8, 1)).toThrow(
      'placeOnField: of a picture of 2×2 px that spans 8°, 1° are less than a pixel. Use a larger picture.',
    );
  });
});
