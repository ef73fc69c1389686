import { describe, expect, test } from 'vitest';
import { createContactSheet } from './contact-sheet.ts';

/** A picture of 2 × 3 px of one byte. */
const picture = (byte: number) => ({ heightPx: 2, widthPx: 3, data: new Uint8Array(18).fill(byte) });

test('by hand: two pictures of 2×3 px, white between and around', () => {
  const sheet = createContactSheet(2, picture(0));
  sheet.add(0, picture(10));
  sheet.add(1, picture(20));
  const { heightPx, widthPx, data } = sheet.image();
  // √(2 · 6 / 7) columns: two.
  expect([heightPx, widthPx]).toEqual([4 + 6, 4 + 7 + 7]);
  const rows = Array.from({ length: heightPx }, (_, y) => Array.from({ length: widthPx }, (_, x) => data[3 * (y * widthPx + x)]));
  const white = Array(4).fill(255);
  expect(rows[3]).toEqual(Array(18).fill(255));
  expect(rows[4]).toEqual([...white, 10, 10, 10, ...white, 20, 20, 20, ...white]);
  expect(rows[5]).toEqual(rows[4]);
  expect(rows[6]).toEqual(rows[3]);
});
describe('places', () => {
  test('81 pictures of 224 px do not have room: 64 of them do, in order, each in a place of its own', () => {
    const { placeOf, image } = createContactSheet(81, { heightPx: 224, widthPx: 224 });
    const places = Array.from({ length: 81 }, (_, i) => placeOf(i)).filter((place) => place !== undefined);
    expect(places).toEqual(Array.from({ length: 64 }, (_, slot) => ({ row: Math.floor(slot / 8), column: slot % 8 })));
    expect([image().heightPx, image().widthPx]).toEqual([1828, 1828]);
  });
  test('a picture larger than a sheet is a sheet', () => {
    const { placeOf, image } = createContactSheet(3, { heightPx: 3000, widthPx: 10 });
    expect([placeOf(0), placeOf(1), placeOf(2)].filter((place) => place !== undefined).length).toBe(3);
    expect(image().heightPx).toBe(3008);
  });
});
