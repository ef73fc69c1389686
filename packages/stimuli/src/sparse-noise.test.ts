import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { drawSparseNoise, sparseNoiseCells } from './sparse-noise.ts';

describe('by hand', () => {
  const field = { heightPx: 32, widthPx: 32, fovDeg: 32 };
  const noise = { yDeg: 0, xDeg: 0, cellDeg: 2, brightCells: [0], darkCells: [17] };
  test('cell 0 is the upper left one, cell 17 the second of the second row; 2 × 2 px each', () => {
    const { data } = drawSparseNoise(field, noise);
    const at = (y: number, x: number) => data[3 * (32 * y + x)];
    expect([at(0, 0), at(1, 1), at(2, 2), at(3, 3), at(0, 2), at(4, 4)]).toEqual([255, 255, 0, 0, 128, 128]);
    expect(data.filter((byte) => byte !== 128).length).toBe(3 * 8);
  });
  test('half a pixel to the right, cells share the pixels on their edges', () => {
    const { data } = drawSparseNoise(field, { ...noise, xDeg: 0.5 });
    expect([0, 1, 2, 3].map((x) => data[3 * x])).toEqual([191, 255, 191, 128]);
  });
});

describe('the design', () => {
  const pictures = sparseNoiseCells(createRandom(3), 128);
  test('each square is white once and black once in every 64 pictures, 4 and 4 a picture', () => {
    expect(pictures.length).toBe(128);
    for (const round of [pictures.slice(0, 64), pictures.slice(64)]) {
      const every = Array.from({ length: 256 }, (_, cell) => cell);
      for (const colour of ['brightCells', 'darkCells'] as const) {
        expect(round.every((picture) => picture[colour].length === 4)).toBe(true);
        expect(round.flatMap((picture) => picture[colour]).sort((a, b) => a - b)).toEqual(every);
      }
    }
  });
  test('every second picture is the negative of the one before', () => {
    for (let i = 0; i < 128; i += 2) {
      const [picture, next] = [pictures[i]!, pictures[i + 1]!];
      expect(next).toEqual({ brightCells: picture.darkCells, darkCells: picture.brightCells });
    }
  });
});
