/** @file Who is learned from and who is held out, and the notice about unequal classes. */
import { describe, expect, test } from 'vitest';
import type { LabelledData } from './labelled.ts';
import { fingerprint, split, unequalClasses } from './training-data.ts';

/** Pictures of the classes a, b, c in turn, so many of each. */
function labelled(...counts: number[]): LabelledData {
  const classes = [...'abc'].slice(0, counts.length);
  const items = classes.flatMap((name, label) =>
    Array.from({ length: counts[label]! }, (_, i) => ({
      item: { kind: 'file', id: `${name}/${i}.png`, path: '' } as const,
      label,
    })),
  );
  return { items, classes };
}
const options = { holdOut: 0.2, shuffleLabels: false, seed: 3 };
const ids = (items: LabelledData['items']) => items.map(({ item }) => item.id);
const count = (items: LabelledData['items']) => [0, 1, 2].map((label) => items.filter((one) => one.label === label).length);

describe('split', () => {
  const data = labelled(10, 20, 3);
  test('by hand: a fifth of each class, rounded; together all pictures, each once, in their order', () => {
    const { learning, heldOut } = split(data, options);
    expect([count(learning), count(heldOut)]).toEqual([
      [8, 16, 2],
      [2, 4, 1],
    ]);
    const order = ids(data.items);
    expect([...ids(learning), ...ids(heldOut)].sort((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(order);
  });
  test('the seed draws it, and a class more moves no picture of another', () => {
    const heldOut = (given: LabelledData, seed: number) => ids(split(given, { ...options, seed }).heldOut);
    expect(heldOut(data, 3)).toEqual(heldOut(data, 3));
    expect(heldOut(data, 4)).not.toEqual(heldOut(data, 3));
    expect(heldOut(labelled(10, 20), 3)).toEqual(heldOut(data, 3).filter((id) => !id.startsWith('c')));
  });
  test('shuffled labels: as many of each, on other pictures; held-out ones keep theirs', () => {
    const [plain, shuffled] = [split(data, options), split(data, { ...options, shuffleLabels: true })];
    expect(ids(shuffled.learning)).toEqual(ids(plain.learning));
    expect(count(shuffled.learning)).toEqual(count(plain.learning));
    expect(shuffled.learning).not.toEqual(plain.learning);
    expect(shuffled.heldOut).toEqual(plain.heldOut);
  });
});

const pictures = (labels: readonly number[]) => ({
  data: new Uint8Array(3 * labels.length),
  heightPx: 1,
  widthPx: 1,
  labels: Uint16Array.from(labels),
});

describe('unequal classes', () => {
  test.each([
    [[0, 1, 0, 1], undefined],
    [[0, 1, 1, 1], 'Classes are of unequal size, from 1 ("a") to 3 ("b") pictures: to answer "b" always is right for 75.0 %.'],
    [[1, 1], 'Classes are of unequal size, from 0 ("a") to 2 ("b") pictures: to answer "b" always is right for 100.0 %.'],
  ])('labels %j', (labels, notice) => expect(unequalClasses(pictures(labels), ['a', 'b'])).toBe(notice));
});

test('a fingerprint tells apart what a label, a pixel, or the order changes', () => {
  const of = (labels: readonly number[], at?: number) => {
    const given = pictures(labels);
    if (at !== undefined) given.data[at] = 1;
    return fingerprint(given, ['a', 'b']).sha256;
  };
  expect(of([0, 1, 1])).toBe(of([0, 1, 1]));
  expect(new Set([of([0, 1, 1]), of([1, 0, 1]), of([0, 1, 1], 0), of([0, 1, 1], 3)]).size).toBe(4);
});
