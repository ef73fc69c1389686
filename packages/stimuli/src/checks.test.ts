import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { checkNoise, drawChecks } from './checks.ts';
import { checks } from './physiology.ts';

const signsOf = (bright: readonly number[], nChecks: number) =>
  Array.from({ length: nChecks }, (_, check) => (bright.includes(check) ? 1 : -1));

describe('by hand', () => {
  const field = { heightPx: 8, widthPx: 8, fovDeg: 8 };
  const grid = { yDeg: 0, xDeg: 0, nAcross: 2, frame: 0, brightChecks: [1] };
  const at = (data: ArrayLike<number>, y: number, x: number) => data[3 * (8 * y + x)];
  test('check 1 is the upper right one; beyond the grid all is grey', () => {
    const { data } = drawChecks(field, { ...grid, checkDeg: 3 });
    expect([at(data, 1, 3), at(data, 1, 4), at(data, 3, 6), at(data, 4, 4), at(data, 6, 6)]).toEqual([0, 255, 255, 0, 0]);
    expect([at(data, 0, 4), at(data, 1, 7), at(data, 7, 3)]).toEqual([128, 128, 128]);
  });
  test('a pixel on an edge has the mean of its parts: of 2.5 px checks the outer half is grey', () => {
    const { data } = drawChecks(field, { ...grid, checkDeg: 2.5 });
    expect([1, 2, 3, 4, 5, 6, 7].map((x) => at(data, 3, x))).toEqual([64, 0, 0, 255, 255, 191, 128]);
  });
});

describe.each([3, 8, 11])('noise on %i × %i', (nAcross) => {
  const nChecks = nAcross * nAcross;
  const frames = checkNoise(createRandom(5), nAcross).map((bright) => signsOf(bright, nChecks));
  test('512 pictures, every second one the negative of the one before', () => {
    expect(frames.length).toBe(512);
    for (let i = 0; i < 512; i += 2) expect(frames[i + 1]).toEqual(frames[i]!.map((sign) => -sign));
  });
  test('the signs of any two checks are orthogonal over the even pairs, and over the odd ones', () => {
    for (const half of [0, 1]) {
      const shown = frames.filter((_, i) => i % 4 === 2 * half);
      for (let a = 0; a < nChecks; a += 3) {
        for (let b = a; b < nChecks; b++)
          expect(shown.reduce((sum, signs) => sum + signs[a]! * signs[b]!, 0)).toBe(a === b ? 128 : 0);
      }
    }
  });
});

test('about half of a picture is white, and no picture of 11 × 11 comes twice', () => {
  const pictures = checkNoise(createRandom(5), 11);
  const nBright = pictures.map((bright) => bright.length);
  // Binomial: 60.5 ± 5.5.
  const variance = nBright.reduce((sum, n) => sum + (n - 60.5) ** 2, 0) / 512;
  expect(Math.sqrt(variance)).toBeGreaterThan(4.5);
  expect(Math.sqrt(variance)).toBeLessThan(6.5);
  expect(new Set(pictures.map((bright) => bright.join())).size).toBe(512);
});

test.each([
  [3, 3],
  [7, 7],
  [11, 11],
  [15, 11],
  [64, 11],
])('a field of %i px has %i checks across, that fill it', (fieldPx, nAcross) => {
  const view = { heightPx: 64, widthPx: 64, fovDeg: 3.7, seed: 2, target: { centerPx: [31.5, 31.5], fieldPx } } as const;
  const shown = checks.list(view).parameters(0);
  expect(shown.nAcross).toBe(nAcross);
  expect(shown.checkDeg).toBeCloseTo(((fieldPx / nAcross) * 3.7) / 64, 14);
});
