import { describe, expect, test } from 'vitest';
import { labelledSet, labelledSets } from './labelled-sets.ts';

describe.each(labelledSets)('$name', (set) => {
  const n = set.classes.length;
  const bytes = (index: number, seed = 0) => set.draw(index, seed).image.data.join();
  test('any whole rounds hold each class as often; the label is the folder of the id', () => {
    const counts = new Map<string, number>();
    for (let index = 3 * n; index < 5 * n; index++) {
      const { label, classIndex } = set.draw(index, 0, { heightPx: 8, widthPx: 8 });
      expect(set.classes[classIndex]).toBe(label);
      expect(set.id(index).split('/')[1]).toBe(label);
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    expect([...counts.entries()]).toEqual(set.classes.map((label) => [label, 2]));
  });
  test('a sample depends on its index and seed, not on what was drawn before', () => {
    const first = bytes(5);
    expect(bytes(6)).not.toBe(first);
    expect(bytes(5)).toBe(first);
    expect(bytes(5, 1)).not.toBe(first);
    expect(bytes(5 + n)).not.toBe(first);
  });
  test('a hundred samples of a class are a hundred pictures, and none is one of another seed', () => {
    const pictures = [0, 1].flatMap((seed) => Array.from({ length: 50 }, (_, i) => bytes(i * n, seed)));
    expect(new Set(pictures).size).toBe(100);
  });
  test('pictures have the size of the set, or the one asked for, and are never to be resized', () => {
    const sizes = [set.draw(0, 0).image, set.draw(0, 0, { heightPx: 24, widthPx: 40 }).image];
    expect(sizes.map(({ heightPx, widthPx }) => [heightPx, widthPx])).toEqual([set.sizePx, [24, 40]]);
    expect(sizes.every(({ isFitted }) => isFitted)).toBe(true);
  });
  test('ids are unique', () => {
    expect(new Set(Array.from({ length: 1000 }, (_, index) => set.id(index))).size).toBe(1000);
  });
  test('an index is a whole number from 0', () => {
    expect(() => set.draw(-1, 0)).toThrow(`labelledSet "${set.name}": needs a whole number from 0 as index, got -1.`);
    expect(() => set.id(0.5)).toThrow('got 0.5.');
  });
});

test('names', () => {
  expect(labelledSet('digits').id(173)).toBe('digits/3/000017');
  expect(labelledSet('catdog').id(7)).toBe('catdog/dog/000003');
  expect(labelledSet('digits').draw(0, 17)).toMatchObject({ label: '0', classIndex: 0, image: { heightPx: 28, widthPx: 28 } });
  expect(() => labelledSet('digit')).toThrow('labelledSet: there is no labelled set "digit". Labelled sets: catdog, digits.');
});
