import { expect, test } from 'vitest';
import { drawBar } from './bars.ts';

const field = { heightPx: 6, widthPx: 6, fovDeg: 6 };
const bar = { orientationDeg: 0, lengthDeg: 4, widthDeg: 2, contrast: 1, yDeg: 0, xDeg: 0 };
const rows = (options: object) => {
  const { data } = drawBar(field, { ...bar, ...options });
  return Array.from({ length: 6 }, (_, y) => Array.from({ length: 6 }, (_, x) => data[3 * (6 * y + x)]));
};

test('a white bar of 2 × 4 px, upright at 0°, a pixel right of the middle', () => {
  const [grey, across] = [Array(6).fill(128), [128, 128, 128, 255, 255, 128]];
  expect(rows({ xDeg: 1 })).toEqual([grey, across, across, across, across, grey]);
});
test('90° lies; y grows downward; contrast −1 is black, −0.5 is byte 64', () => {
  expect(rows({ orientationDeg: 90, yDeg: 2, contrast: -1 })[4]).toEqual([128, 0, 0, 0, 0, 128]);
  expect(rows({ orientationDeg: 90, yDeg: 2, contrast: -0.5 })[5]).toEqual([128, 64, 64, 64, 64, 128]);
});
test('45° runs from lower left to upper right', () => {
  const diagonal = rows({ orientationDeg: 45, lengthDeg: 20, widthDeg: 1 });
  for (let i = 0; i < 6; i++) {
    expect(diagonal[i]![5 - i]).toBeGreaterThan(200);
    expect(diagonal[i]![i]).toBe(i === 2 || i === 3 ? diagonal[2]![2] : 128);
  }
});
test('white and black are each other’s negative', () => {
  const [white, black] = [rows({ orientationDeg: 30 }).flat(), rows({ orientationDeg: 30, contrast: -1 }).flat()];
  white.forEach((byte, i) => {
    expect(Math.abs(byte! + black[i]! - 255)).toBeLessThanOrEqual(1);
  });
});
