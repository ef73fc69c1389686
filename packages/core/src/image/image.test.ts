import { describe, expect, test } from 'vitest';
import { cropImage, type Image } from './image.ts';

/** 3 px high, 4 wide; each pixel holds its row, its column and 7. */
const picture: Image = {
  heightPx: 3,
  widthPx: 4,
  data: Uint8Array.from(Array.from({ length: 12 }, (_, i) => [Math.floor(i / 4), i % 4, 7]).flat()),
};

describe('cropImage', () => {
  test('copies the pixels of the box, by hand', () => {
    const { heightPx, widthPx, data } = cropImage(picture, { topPx: 1, leftPx: 2, heightPx: 2, widthPx: 2 });
    expect([heightPx, widthPx]).toEqual([2, 2]);
    expect([...data]).toEqual([1, 2, 7, 1, 3, 7, 2, 2, 7, 2, 3, 7]);
  });

  test('the whole picture is a copy, not the picture', () => {
    const all = cropImage(picture, { topPx: 0, leftPx: 0, heightPx: 3, widthPx: 4 });
    expect([...all.data]).toEqual([...picture.data]);
    all.data[0] = 99;
    expect(picture.data[0]).toBe(0);
  });

  test.each([
    ['beyond the right edge', { topPx: 0, leftPx: 3, heightPx: 1, widthPx: 2 }],
    ['beyond the lower edge', { topPx: 2, leftPx: 0, heightPx: 2, widthPx: 1 }],
    ['left of the picture', { topPx: 0, leftPx: -1, heightPx: 1, widthPx: 1 }],
    ['empty', { topPx: 0, leftPx: 0, heightPx: 0, widthPx: 1 }],
    ['half a pixel', { topPx: 0.5, leftPx: 0, heightPx: 1, widthPx: 1 }],
  ])('refuses a box %s', (_, box) => {
    expect(() => cropImage(picture, box)).toThrow(
      `crop: ${box.widthPx}×${box.heightPx} px at left ${box.leftPx}, top ${box.topPx} do not lie in the picture, which is 4 px wide and 3 px high.`,
    );
  });
});
