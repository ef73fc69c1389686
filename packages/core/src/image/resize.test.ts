import { readFileSync } from 'node:fs';
import { hasShared, shared } from '@ventral/testkit';
import { decode } from 'fast-png';
import { describe, expect, test } from 'vitest';
import type { Preprocess } from '../graph/graph.ts';
import type { Image } from './image.ts';
import { preprocess } from './preprocess.ts';
import { resizeBilinear } from './resize.ts';

/** 8-bit PNG to RGB, alpha over grey 128 (rounded), for fixtures alone. */
function readPng(path: string): Image {
  const { data, channels, width, height, palette } = decode(readFileSync(path));
  const rgb = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const pixel = palette ? palette[data[i]!]! : data.subarray(i * channels, (i + 1) * channels);
    const isGrey = !palette && channels < 3;
    const alpha = palette || channels % 2 === 1 ? 255 : pixel[channels - 1]!;
    for (let c = 0; c < 3; c++) rgb[3 * i + c] = Math.round((pixel[isGrey ? 0 : c]! * alpha + 128 * (255 - alpha)) / 255);
  }
  return { heightPx: height, widthPx: width, data: rgb };
}

interface Case {
  readonly photo: string;
  readonly short: number;
  readonly crop: number;
  readonly file: string;
}
const cases: Case[] = hasShared ? JSON.parse(readFileSync(shared('reference/resize/cases.json'), 'utf8')).cases : [];
const plain: Preprocess = { channels: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };

describe.skipIf(!hasShared)('equal to Pillow 9.4 in every byte', () => {
  test('there are eight cases', () => expect(cases).toHaveLength(8));
  test.each(cases)('$photo short=$short crop=$crop', ({ photo, short, crop, file }) => {
    const expected = readPng(shared(`reference/resize/${file}`));
    const spec = { ...plain, resize: { short, filter: 'bilinear' }, crop } as const;
    const values = preprocess(readPng(shared(`photos/${photo}`)), spec, { heightPx: crop, widthPx: crop });
    expect(values.length).toBe(expected.data.length);
    expect(values.findIndex((x, i) => x !== expected.data[i])).toBe(-1);
  });
});

describe('by hand', () => {
  const grey = (heightPx: number, widthPx: number, values: readonly number[]): Image => ({
    heightPx,
    widthPx,
    data: Uint8Array.from(values.flatMap((x) => [x, x, x])),
  });
  const firstChannel = (image: Image) => [...image.data].filter((_, i) => i % 3 === 0);

  test('4 → 2: weights 3/8, 3/8, 1/8 of 7/8 at the border', () => {
    // Output 0 is centred on 1 with half-width 2: inputs at 0.5, 1.5, 2.5 weigh 0.75, 0.75, 0.25 of 1.75.
    // (0.75·10 + 0.75·20 + 0.25·40) / 1.75 = 18.57 → 19;  (0.25·20 + 0.75·40 + 0.75·80) / 1.75 = 54.29 → 54
    expect(firstChannel(resizeBilinear(grey(1, 4, [10, 20, 40, 80]), 1, 2))).toEqual([19, 54]);
  });
  test('2 → 4: quarter steps, the ends repeated', () => {
    expect(firstChannel(resizeBilinear(grey(2, 1, [0, 100]), 4, 1))).toEqual([0, 25, 75, 100]);
  });
  test('the same size is the same picture', () => {
    const values = Array.from({ length: 35 }, (_, i) => (i * 37) % 256);
    expect(firstChannel(resizeBilinear(grey(5, 7, values), 5, 7))).toEqual(values);
  });
  test('a constant stays constant at any size', () => {
    for (const [h, w] of [
      [1, 1],
      [3, 50],
      [40, 2],
      [13, 17],
    ] as const) {
      expect(new Set(resizeBilinear(grey(11, 9, new Array<number>(99).fill(201)), h, w).data)).toEqual(new Set([201]));
    }
  });
  test('a box is that part of the whole', () => {
    const image = grey(
      20,
      30,
      Array.from({ length: 600 }, (_, i) => (i * i * 7) % 256),
    );
    const whole = resizeBilinear(image, 11, 13);
    const part = resizeBilinear(image, 11, 13, { topPx: 2, leftPx: 3, heightPx: 5, widthPx: 7 });
    for (let y = 0; y < 5; y++) {
      expect([...part.data.subarray(y * 21, y * 21 + 21)]).toEqual([...whole.data.subarray((y + 2) * 39 + 9, (y + 2) * 39 + 30)]);
    }
  });
  test('0 px is refused', () => {
    expect(() => resizeBilinear(grey(1, 1, [0]), 0, 32)).toThrow(
      'the new size must be whole numbers of at least 1 px, got 0×32.',
    );
  });
});
