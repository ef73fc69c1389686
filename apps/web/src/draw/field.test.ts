import { describe, expect, test } from 'vitest';
import { clippedBox, type Field, fieldBox, unitAt } from './field.ts';

/** 3×3, stride 2, padding 1 on 8 px: unit 0 is centred on pixel 0. */
const field: Field = { sizePx: [3, 3], stridePx: [2, 2], firstCenterPx: [0, 0], seesWholeImage: false };

describe('3×3 stride 2 padding 1 on 8×8 px', () => {
  test('unit (0, 0) reaches from pixel −1 to 1: edges −1 and 2, clipped at 0', () => {
    expect(fieldBox(field, 0, 0)).toEqual({ top: -1, left: -1, bottom: 2, right: 2 });
    expect(clippedBox(field, 0, 0, 8, 8)).toEqual({ top: 0, left: 0, bottom: 2, right: 2 });
  });
  test('unit (3, 1) reaches rows 5 to 7 and columns 1 to 3', () => {
    expect(clippedBox(field, 3, 1, 8, 8)).toEqual({ top: 5, left: 1, bottom: 8, right: 4 });
  });
  test.each([0, 1, 2, 3])('the centre of unit %i finds that unit again', (i) => {
    const { top, bottom } = fieldBox(field, i, i);
    expect(unitAt(field, (top + bottom) / 2, (top + bottom) / 2, 4, 4)).toEqual([i, i]);
  });
  test('a place outside finds the unit at the edge', () => expect(unitAt(field, -9, 99, 4, 4)).toEqual([0, 3]));
});

test('a unit that sees everything has the whole picture as its box, and is found from anywhere', () => {
  const whole: Field = { sizePx: [1, 1], stridePx: [0, 0], firstCenterPx: [0, 0], seesWholeImage: true };
  expect(clippedBox(whole, 0, 0, 20, 30)).toEqual({ top: 0, left: 0, bottom: 20, right: 30 });
  expect(unitAt(whole, 5, 5, 1, 1)).toEqual([0, 0]);
});
