import { describe, expect, test } from 'vitest';
import { disk, type Outline, pixelShare, rectangle } from './aperture.ts';

/** Shares of the pixels around a shape that is centred between the middle pixels of a square of 2 · half px. */
const shares = (outline: Outline, half: number) =>
  Array.from({ length: 2 * half }, (_, y) =>
    Array.from({ length: 2 * half }, (_, x) => pixelShare(outline, y - half + 0.5, x - half + 0.5, 1)),
  );
const sum = (rows: number[][]) => rows.flat().reduce((total, share) => total + share, 0);

describe('by hand', () => {
  test('a bar of 2 × 4 px that ends on pixels covers them wholly and no others', () => {
    expect(shares(rectangle(4, 2, 0), 3)).toEqual([
      [0, 0, 0, 0, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 1, 1, 0, 0],
      [0, 0, 0, 0, 0, 0],
    ]);
  });
  test('half a pixel more on each side is half a pixel covered', () => {
    expect(shares(rectangle(2, 3, 0), 2)[1]).toEqual([0.5, 1, 1, 0.5]);
  });
  test('a bar of 1/4 px in the middle of a pixel covers a quarter of it', () => {
    expect(pixelShare(rectangle(9, 0.25, 0), 0, 0, 1)).toBe(0.25);
  });
});

test.each([2, 3, 4.5, 20, 61.7])('the shares of a disk of diameter %d px sum to its area within 1 %', (diameter) => {
  const area = (Math.PI * diameter ** 2) / 4;
  expect(Math.abs(sum(shares(disk(diameter), Math.ceil(diameter / 2) + 1)) / area - 1)).toBeLessThan(0.01);
});
// At 45° whole diagonals of points change sides at once: 0.044 px of 3.
test.each([0, 15, 45, 80])('the shares of a bar of 12 × 3 px at %d° sum to its area within 1.5 %', (orientationDeg) => {
  expect(Math.abs(sum(shares(rectangle(12, 3, orientationDeg), 9)) / 36 - 1)).toBeLessThan(0.015);
});
test('a quarter turn turns the shares and changes none', () => {
  const [upright, lying] = [shares(rectangle(9.3, 2.7, 0), 6), shares(rectangle(9.3, 2.7, 90), 6)];
  expect(lying).toEqual(upright.map((row, y) => row.map((_, x) => upright[x]![y])));
  const round = shares(disk(7.3), 5);
  expect(round.map((row, y) => row.map((_, x) => round[x]![y]))).toEqual(round);
});
