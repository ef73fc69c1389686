import * as v from 'valibot';
import { describe, expect, test } from 'vitest';
import type { Preprocess } from '../graph/graph.ts';
import type { Image } from './image.ts';
import { assumedPreprocess, normalize, preprocess, preprocessSchema } from './preprocess.ts';

/** Pixel (y, x) is (y, x, 100). */
function coordinates(heightPx: number, widthPx: number): Image {
  const data = Uint8Array.from({ length: heightPx * widthPx * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [Math.floor(pixel / widthPx), pixel % widthPx, 100][i % 3]!;
  });
  return { heightPx, widthPx, data };
}
const plain: Preprocess = { channels: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] };
const one = (r: number, g: number, b: number): Image => ({ heightPx: 1, widthPx: 1, data: Uint8Array.of(r, g, b) });

describe('normalize', () => {
  test('one pixel by hand: (51 / 255 − 0.1) / 0.5 = 0.2, (255 / 255 − 0.2) / 0.4 = 2, (0 − 0.3) / 0.25 = −1.2', () => {
    const spec: Preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0.1, 0.2, 0.3], std: [0.5, 0.4, 0.25] };
    expect([...normalize(one(51, 255, 0), spec)]).toEqual([0.2, 2, -1.2].map(Math.fround));
  });
  test('BGR: mean and std follow the channel order of the network, not of the picture', () => {
    const spec: Preprocess = { channels: 'BGR', scale: 1, mean: [104, 117, 123], std: [1, 1, 2] };
    expect([...normalize(one(125, 118, 110), spec)]).toEqual([6, 1, 1]);
  });
  test('rounded once: the float32 nearest to the float64 result, for all 256 values', () => {
    const image: Image = { heightPx: 1, widthPx: 256, data: Uint8Array.from({ length: 768 }, (_, i) => i / 3) };
    const spec = assumedPreprocess(224, 224, 3);
    const values = normalize(image, spec);
    for (let x = 0; x < 256; x++) expect(values[3 * x + 1]).toBe(Math.fround((x * (1 / 255) - 0.456) / 0.224));
  });
  test('grey is Pillow’s L: red 76, green 150, blue 29, white 255', () => {
    const spec: Preprocess = { channels: 'grey', scale: 1, mean: [0], std: [1] };
    const pixels = [one(255, 0, 0), one(0, 255, 0), one(0, 0, 255), one(255, 255, 255)];
    expect(pixels.map((pixel) => [...normalize(pixel, spec)])).toEqual([[76], [150], [29], [255]]);
  });
});

describe('preprocess', () => {
  // offset = round((size − crop) / 2) with halves to even: 5 − 4 → 0.5 → 0; 7 − 4 → 1.5 → 2; 9 − 4 → 2.5 → 2; 11 − 4 → 3.5 → 4
  test.each([
    [4, 0],
    [5, 0],
    [6, 1],
    [7, 2],
    [9, 2],
    [11, 4],
  ])('a side of %d px cropped to 4 begins at %d', (size, offset) => {
    const tall = preprocess(coordinates(size, 4), plain, { heightPx: 4, widthPx: 4 });
    const wide = preprocess(coordinates(4, size), plain, { heightPx: 4, widthPx: 4 });
    expect([...tall.subarray(0, 3)]).toEqual([offset, 0, 100]);
    expect([...wide.subarray(0, 3)]).toEqual([0, offset, 100]);
    expect([...wide.subarray(-3)]).toEqual([3, offset + 3, 100]);
  });
  test('the short side is resized, the long one truncated: 10×25 at short 3 is 3×7, cropped to 3×2 from 2.5 → 2', () => {
    const image = coordinates(10, 25);
    const spec = { ...plain, resize: { short: 3, filter: 'bilinear' }, crop: [3, 2] } as const;
    const values = preprocess(image, spec, { heightPx: 3, widthPx: 2 });
    // Columns 2 and 3 of 7 are centred on 2.5 · 25 / 7 − 0.5 = 8.43 and 12; the middle row on 4.5.
    expect(values).toHaveLength(18);
    expect(values[7]).toBeCloseTo(8.43, 0);
    expect(values[10]).toBe(12);
    expect(values[6]).toBe(5);
  });
  test('without a crop the network’s input size is the crop', () => {
    expect(preprocess(coordinates(8, 8), plain, { heightPx: 2, widthPx: 6 })).toHaveLength(36);
  });
  test('a picture drawn at the input size is neither resized nor cropped; at another size it is refused', () => {
    const drawn = { ...coordinates(4, 4), isFitted: true };
    const spec = { ...plain, resize: { short: 8, filter: 'bilinear' } } as const;
    expect([...preprocess(drawn, spec, { heightPx: 4, widthPx: 4 })]).toEqual([...drawn.data]);
    expect([...preprocess(coordinates(4, 4), spec, { heightPx: 4, widthPx: 4 })]).not.toEqual([...drawn.data]);
    expect(() => preprocess(drawn, spec, { heightPx: 8, widthPx: 8 })).toThrow(
      "the stimulus was drawn at 4×4 px but the network's input is 8×8. Draw it at that size.",
    );
  });
  test.each([
    [
      plain,
      'the picture is 20×30 px but the network\'s centre crop is 32×32. Give "resize" in the preprocessing, or larger pictures.',
    ],
    [
      { ...plain, resize: { short: 24, filter: 'bilinear' } } as const,
      'with the short side at 24 px the picture is 24×36 px but the network\'s centre crop is 32×32. Raise "short" in the preprocessing.',
    ],
    [{ ...plain, crop: 16 }, 'the crop is 16×16 px but the network\'s input is 32×32. Make them the same, or leave "crop" out.'],
  ])('a picture of 20×30 into 32×32 with %j is refused', (spec, message) => {
    expect(() => preprocess(coordinates(20, 30), spec, { heightPx: 32, widthPx: 32 })).toThrow(message);
  });
});

describe('assumedPreprocess', () => {
  test.each([
    [224, 224, 256],
    [227, 227, 259],
    [65, 65, 74],
    [64, 64, 64],
    [32, 32, 32],
    [96, 192, 219],
  ])('%d×%d: short side %d', (h, w, short) => {
    expect(assumedPreprocess(h, w, 3)).toMatchObject({ channels: 'RGB', resize: { short }, crop: [h, w] });
  });
  test('one channel is grey, four are refused', () => {
    expect(assumedPreprocess(28, 28, 1)).toMatchObject({ channels: 'grey', mean: [0.449] });
    expect(() => assumedPreprocess(28, 28, 4)).toThrow('the network takes 4 channels; only 1 (grey) and 3 (RGB) can be assumed.');
  });
});

describe('preprocessSchema', () => {
  test('accepts what is assumed', () => expect(v.is(preprocessSchema, assumedPreprocess(224, 224, 3))).toBe(true));
  test.each([
    [{ ...plain, crop: 0 }],
    [{ ...plain, std: [1, 0, 1] }],
    [{ ...plain, mean: [0] }],
    [{ ...plain, channels: 'grey' }],
    [{ ...plain, Crop: 32 }],
    [{ ...plain, resize: { short: 32, filter: 'bicubic' } }],
  ])('refuses %j', (spec) => expect(v.is(preprocessSchema, spec)).toBe(false));
});
