import { createRandom, type Image } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { type Animal, drawCatOrDog } from './catdog.ts';

const draw = (animal: Animal, i: number, sizePx = 48) =>
  drawCatOrDog(animal, createRandom(1).fork(String(i)), { heightPx: sizePx, widthPx: sizePx });

/** FNV-1a, 32 bits, as hexadecimal. */
function hash({ data }: Image): string {
  return (Array.from(data).reduce((h, byte) => Math.imul(h ^ byte, 16777619), 0x811c9dc5) >>> 0).toString(16);
}

/** 40 cats and 40 dogs of 48 px, cat i and dog i from the same stream. */
const pairs = Array.from({ length: 40 }, (_, i) => ({ cat: draw('cat', i), dog: draw('dog', i) }));
/** Whether a pixel differs between the two by more than light and grain explain. */
const differs = ({ cat, dog }: (typeof pairs)[0], pixel: number) =>
  [0, 1, 2].some((c) => Math.abs(cat.data[3 * pixel + c]! - dog.data[3 * pixel + c]!) > 24);

test.each([
  ['cat', 0, 'ec9ce293'],
  ['dog', 0, '9007907f'],
  ['cat', 7, '9c5f315b'],
  ['dog', 12, '9d27ce30'],
] as const)('the same bytes everywhere: %s %d has hash %s', (animal, i, expected) =>
  expect(hash(draw(animal, i))).toBe(expected),
);

describe('a cat and a dog of the same stream', () => {
  test('differ, in less than two thirds of the picture', () => {
    for (const pair of pairs) {
      const share = Array.from({ length: 48 * 48 }, (_, pixel) => differs(pair, pixel)).filter(Boolean).length / 48 ** 2;
      expect(share).toBeGreaterThan(0.01);
      expect(share).toBeLessThan(0.66);
    }
  });
  test('differ around a middle that lies inside of the frame', () => {
    for (const pair of pairs) {
      const pixels = Array.from({ length: 48 * 48 }, (_, pixel) => pixel).filter((pixel) => differs(pair, pixel));
      const mean = (of: (pixel: number) => number) => pixels.reduce((sum, pixel) => sum + of(pixel), 0) / pixels.length;
      for (const middle of [mean((pixel) => Math.floor(pixel / 48)), mean((pixel) => pixel % 48)]) {
        expect(middle).toBeGreaterThan(5);
        expect(middle).toBeLessThan(43);
      }
    }
  });
  test('have the same background, to the last bit, in one corner at least', () => {
    // Light, lens and grain are the same, so what is not the animal is equal.
    for (const { cat, dog } of pairs) {
      const corners = [0, 47, 48 * 47, 48 * 48 - 1].map((pixel) =>
        [0, 1, 2].every((c) => cat.data[3 * pixel + c] === dog.data[3 * pixel + c]),
      );
      expect(corners).toContain(true);
    }
  });
});

describe('only shape tells them apart', () => {
  const meanOf = ({ data }: Image, c: number) =>
    Array.from(data).reduce((sum, byte, i) => sum + (i % 3 === c ? byte : 0), 0) / (data.length / 3);
  test.each([0, 1, 2])('mean of channel %d over 40 pairs differs by less than 2 bytes', (c) => {
    const difference = pairs.reduce((sum, { cat, dog }) => sum + meanOf(cat, c) - meanOf(dog, c), 0) / pairs.length;
    expect(Math.abs(difference)).toBeLessThan(2);
  });
  test('the nearest class mean of 60 pictures each names less than 68 % of others', () => {
    const list = (animal: Animal, from: number) => Array.from({ length: 60 }, (_, i) => draw(animal, from + i, 32).data);
    const mean = (images: readonly Image['data'][]) =>
      Array.from(images[0]!, (_, k) => images.reduce((sum, data) => sum + data[k]! / images.length, 0));
    const means = { cat: mean(list('cat', 1000)), dog: mean(list('dog', 2000)) };
    const distance = (data: Image['data'], to: readonly number[]) =>
      Array.from(data).reduce((sum, byte, k) => sum + (byte - to[k]!) ** 2, 0);
    const right = (['cat', 'dog'] as const).flatMap((animal) =>
      list(animal, animal === 'cat' ? 3000 : 4000).filter(
        (data) => distance(data, means.cat) < distance(data, means.dog) === (animal === 'cat'),
      ),
    );
    expect(right.length / 120).toBeLessThan(0.68);
  });
});

test.each([
  [32, 32],
  [33, 57],
  [256, 200],
])('%d×%d px is drawn as such', (heightPx, widthPx) => {
  const image = drawCatOrDog('dog', createRandom(5), { heightPx, widthPx });
  expect([image.heightPx, image.widthPx, image.data.length]).toEqual([heightPx, widthPx, heightPx * widthPx * 3]);
  expect(new Set(image.data).size).toBeGreaterThan(40);
});

test('a picture of 96 px, averaged to 48, is the picture of 48 px of the same stream, and of no other (mean difference in bytes)', () => {
  const { data } = draw('cat', 2, 96);
  const averaged = Array.from({ length: 48 * 48 * 3 }, (_, k) => {
    const at = 3 * (2 * 96 * Math.floor(k / 144) + 2 * Math.floor((k % 144) / 3)) + (k % 3);
    return (data[at]! + data[at + 3]! + data[at + 288]! + data[at + 291]!) / 4;
  });
  const difference = (image: Image) =>
    Array.from(image.data).reduce((sum, byte, k) => sum + Math.abs(byte - averaged[k]!), 0) / averaged.length;
  expect(difference(pairs[2]!.cat)).toBeLessThan(8);
  expect(difference(pairs[2]!.dog)).toBeGreaterThan(difference(pairs[2]!.cat) + 2);
  expect(difference(pairs[3]!.cat)).toBeGreaterThan(20);
});
