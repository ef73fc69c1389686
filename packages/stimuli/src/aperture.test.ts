import { describe, expect, test } from 'vitest';
import { disk, rectangle, type Shape, shareInside } from './aperture.ts';

/** Shares [h][w] of the pixels of a square of so many, 1 px per degree, around a shape at a place or in the middle. */
const shares = (shape: Shape, side: number, place = { yDeg: 0, xDeg: 0 }) => {
  const row = shareInside({ heightPx: side, widthPx: side, fovDeg: side }, place, shape);
  return Array.from({ length: side }, (_, y) => Array.from(row(y)));
};
const sum = (rows: number[][]) => rows.flat().reduce((total, share) => total + share, 0);

describe('by hand', () => {
  test('a bar of 2 × 4 px that ends on pixels covers them wholly and no others', () => {
    expect(shares(rectangle(4, 2, 0), 6)).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
  });
  test('half a pixel more on each side is half a pixel covered', () => {
    expect(shares(rectangle(2, 3, 0), 4)[1]).toEqual([0.5, 1, 1, 0.5]);
  });
  test('a bar of 1/4 px in the middle of a pixel covers a quarter of it', () => {
    expect(shares(rectangle(9, 0.25, 0), 3)[1]).toEqual([0, 0.25, 0]);
  });
});

test.each([2, 3, 4.5, 20, 61.7])('the shares of a disk of diameter %d px sum to its area within 1 %', (diameter) => {
  const area = (Math.PI * diameter ** 2) / 4;
  expect(Math.abs(sum(shares(disk(diameter), 2 * Math.ceil(diameter / 2) + 2)) / area - 1)).toBeLessThan(0.01);
});
// At 45° whole diagonals of points change sides at once: 0.044 px of 3.
test.each([0, 15, 45, 80])('the shares of a bar of 12 × 3 px at %d° sum to its area within 1.5 %', (orientationDeg) => {
  expect(Math.abs(sum(shares(rectangle(12, 3, orientationDeg), 18)) / 36 - 1)).toBeLessThan(0.015);
});
test('a quarter turn turns the shares and changes none', () => {
  const [upright, lying] = [shares(rectangle(9.3, 2.7, 0), 12), shares(rectangle(9.3, 2.7, 90), 12)];
  expect(lying).toEqual(upright.map((row, y) => row.map((_, x) => upright[x]![y])));
  const round = shares(disk(7.3), 10);
  expect(round.map((row, y) => row.map((_, x) => round[x]![y]))).toEqual(round);
});

describe('every point looked at one by one', () => {
  /** The definition: of 16 × 16 points of each pixel, how many lie inside. */
  const counted = (isInside: (y: number, x: number) => boolean, side: number, place: { yDeg: number; xDeg: number }) => {
    const points = Array.from({ length: 16 }, (_, i) => (i + 0.5) / 16 - side / 2);
    return Array.from({ length: side }, (_, yPx) =>
      Array.from({ length: side }, (_, xPx) => {
        const inside = points.flatMap((y) => points.filter((x) => isInside(y + yPx - place.yDeg, x + xPx - place.xDeg)));
        return inside.length / 256;
      }),
    );
  };
  test.each([
    [0.7, 0, 0],
    [7.3, 0.31, -1.7],
    // Across the picture's border, and all of the picture.
    [9, 5.2, 4.1],
    [40, 1, 2],
    [Infinity, 0, 0],
  ])('a disk of diameter %d at (%d, %d)', (diameter, yDeg, xDeg) => {
    const isInside = (y: number, x: number) => Math.hypot(y, x) <= diameter / 2;
    expect(shares(disk(diameter), 12, { yDeg, xDeg })).toEqual(counted(isInside, 12, { yDeg, xDeg }));
  });
  // A bar thinner than a pixel crosses rows in which no line of points is missed and no pixel is whole.
  test.each([
    [9.3, 2.7, 30, 0.1, 0.2],
    [20, 0.3, 80, 0, 0.4],
    [6, 1.1, 135, -5, 5],
  ])('a bar of %d × %d px at %d°, (%d, %d)', (length, width, orientationDeg, yDeg, xDeg) => {
    const [cos, sin] = [Math.cos((orientationDeg * Math.PI) / 180), Math.sin((orientationDeg * Math.PI) / 180)];
    const isInside = (y: number, x: number) =>
      Math.abs(x * cos + y * sin) <= width / 2 && Math.abs(y * cos - x * sin) <= length / 2;
    expect(shares(rectangle(length, width, orientationDeg), 12, { yDeg, xDeg })).toEqual(counted(isInside, 12, { yDeg, xDeg }));
  });
});
