import { createRandom, type Image } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { drawDigit } from './digits.ts';

const draw = (digit: number, i: number, sizePx = 28) =>
  drawDigit(digit, createRandom(1).fork(`${digit}/${i}`), { heightPx: sizePx, widthPx: sizePx });
const grey = ({ data }: Image) => Array.from({ length: data.length / 3 }, (_, i) => data[3 * i]!);
const all = Array.from({ length: 10 }, (_, digit) => Array.from({ length: 30 }, (_, i) => grey(draw(digit, i))));

/** FNV-1a, 32 bits, as hexadecimal. */
function hash({ data }: Image): string {
  return (Array.from(data).reduce((h, byte) => Math.imul(h ^ byte, 16777619), 0x811c9dc5) >>> 0).toString(16);
}

test.each([
  [0, 'd32501ad'],
  [3, '4a5c8d1'],
  [7, '120a30ef'],
  [9, '5e3cf2db'],
])('the same bytes everywhere: digit %d has hash %s', (digit, expected) => expect(hash(draw(digit, 0))).toBe(expected));

test('white on black, three equal channels', () => {
  const { data, heightPx, widthPx } = draw(4, 0);
  expect([heightPx, widthPx, data.length]).toEqual([28, 28, 28 * 28 * 3]);
  for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]]);
  expect(Math.max(...data)).toBeGreaterThan(200);
  expect(data.filter((byte) => byte === 0).length).toBeGreaterThan(0.5 * data.length);
});

describe('sized and centred as collections of scanned digits are', () => {
  const pictures = all.flat();
  test('the longer side is 20 of 28 px, give or take 2.5 with soft edges', () => {
    const sides = pictures.map((values) => {
      const dark = values.flatMap((value, i) => (value > 100 ? [[Math.floor(i / 28), i % 28] as const] : []));
      const extent = (axis: 0 | 1) => Math.max(...dark.map((at) => at[axis])) - Math.min(...dark.map((at) => at[axis])) + 1;
      return Math.max(extent(0), extent(1));
    });
    expect(Math.abs(sides.reduce((sum, side) => sum + side, 0) / sides.length - 20)).toBeLessThan(0.7);
    for (const side of sides) expect(Math.abs(side - 20)).toBeLessThan(2.6);
  });
  test('the centre of mass lies within 2.5 px of the middle', () => {
    for (const values of pictures) {
      const mass = values.reduce((sum, value) => sum + value, 0);
      const [y, x] = [(i: number) => Math.floor(i / 28), (i: number) => i % 28].map(
        (of) => values.reduce((sum, value, i) => sum + value * of(i), 0) / mass,
      );
      expect(Math.max(Math.abs(y! - 13.5), Math.abs(x! - 13.5))).toBeLessThan(2.5);
    }
  });
  test('nothing touches the border', () => {
    const isBorder = (i: number) => i < 28 || i >= 27 * 28 || i % 28 === 0 || i % 28 === 27;
    for (const values of pictures) expect(Math.max(...values.filter((_, i) => isBorder(i)))).toBeLessThan(40);
  });
  test('some 13 % of a picture is ink', () => {
    const ink = pictures.flat().reduce((sum, value) => sum + value, 0) / 255 / pictures.length / 784;
    expect(Math.abs(ink - 0.135)).toBeLessThan(0.02);
  });
});

describe('the nearest class mean of 15 drawings each', () => {
  const distance = (a: readonly number[], b: readonly number[]) => a.reduce((sum, value, i) => sum + (value - b[i]!) ** 2, 0);
  const accuracy = (labelOf: (digit: number, i: number) => number) => {
    const means = Array.from({ length: 10 }, () => new Array<number>(784).fill(0));
    const train = all.flatMap((list, digit) => list.slice(0, 15).map((values, i) => ({ values, label: labelOf(digit, i) })));
    for (const { values, label } of train) for (const [i, value] of values.entries()) means[label]![i]! += value / 15;
    const tests = all.flatMap((list, digit) => list.slice(15).map((values) => ({ values, digit })));
    const right = tests.filter(({ values, digit }) => {
      const distances = means.map((mean) => distance(mean, values));
      return distances.indexOf(Math.min(...distances)) === digit;
    });
    return right.length / tests.length;
  };
  test('names well over half of others, by no means all: digits are alike, and hands differ', () => {
    expect(accuracy((digit) => digit)).toBeGreaterThan(0.6);
    expect(accuracy((digit) => digit)).toBeLessThan(0.95);
  });
  test('of labels that say nothing names a tenth (control)', () =>
    expect(accuracy((digit, i) => (digit + i) % 10)).toBeLessThan(0.25));
});

test('a drawing of 56 px, averaged to 28, is the drawing of 28 px of the same stream, and of no other (mean difference in bytes)', () => {
  const large = grey(draw(8, 3, 56));
  const averaged = Array.from({ length: 784 }, (_, i) => {
    const at = 2 * 56 * Math.floor(i / 28) + 2 * (i % 28);
    return (large[at]! + large[at + 1]! + large[at + 56]! + large[at + 57]!) / 4;
  });
  const difference = (values: readonly number[]) =>
    values.reduce((sum, value, i) => sum + Math.abs(value - averaged[i]!), 0) / 784;
  expect(difference(all[8]![3]!)).toBeLessThan(6);
  expect(difference(all[8]![4]!)).toBeGreaterThan(15);
});

test('there are ten digits', () => {
  expect(() => drawDigit(10, createRandom(1))).toThrow('drawDigit: needs a digit from 0 to 9, got 10.');
  expect(() => drawDigit(1.5, createRandom(1))).toThrow('got 1.5.');
});
