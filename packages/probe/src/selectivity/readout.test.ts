import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { positiveDefiniteSolver } from '../tuning/least-squares.ts';
import { balancedFolds, gramMatrix, heldOut, readout } from './readout.ts';

const labelsOf = (nClasses: number, nEach: number) =>
  Array.from({ length: nClasses * nEach }, (_, i) => `class ${Math.floor(i / nEach)}`);

/** Normal responses [pictures × units], the mean of class c raised by `apart` in unit c. */
function population(labels: readonly string[], nUnits: number, apart: number, seed: number): Float64Array {
  const { normal } = createRandom(seed);
  const classes = [...new Set(labels)];
  return Float64Array.from(
    labels.flatMap((label) => Array.from({ length: nUnits }, (_, u) => normal() + (classes[u] === label ? apart : 0))),
  );
}

const accuracyOf = (responses: Float64Array, labels: readonly string[], folds = balancedFolds(labels, 8)) =>
  readout(gramMatrix(responses, labels.length), labels, folds)!;

test('the products of all pairs', () => {
  expect([...gramMatrix(Float64Array.of(1, 2, 3, 4, 0, -1), 3)]).toEqual([5, 11, -2, 11, 25, -4, -2, -4, 1]);
});

describe('readout', () => {
  test('by hand: one unit and two classes are parted half way between their means', () => {
    const labels = ['a', 'a', 'b', 'b', 'a', 'b', 'b'];
    const folds = [{ train: [0, 1, 2, 3], test: [4, 5, 6] }];
    // Trained on 0, 2 and 6, 8: the border is 4. Tried on 3.9, 4.1 and 3.5.
    const { nCorrect, nTested, accuracy } = accuracyOf(Float64Array.of(0, 2, 6, 8, 3.9, 4.1, 3.5), labels, folds);
    expect([nCorrect, nTested, accuracy]).toEqual([2, 3, 2 / 3]);
  });
  test('ridge regression on the units themselves puts every picture into the same class', () => {
    const labels = labelsOf(4, 10);
    const nUnits = 6;
    for (const seed of [1, 2, 3, 4, 5]) {
      const responses = population(labels, nUnits, 1, seed);
      const folds = balancedFolds(labels, 5);
      const row = (i: number) => responses.subarray(i * nUnits, (i + 1) * nUnits);
      let nCorrect = 0;
      for (const { train, test: held } of folds) {
        const mean = Array.from({ length: nUnits }, (_, u) => train.reduce((sum, i) => sum + row(i)[u]! / train.length, 0));
        const centred = (i: number) => mean.map((m, u) => row(i)[u]! - m);
        const products = mean.map((_, u) =>
          mean.map((_, v) => train.reduce((sum, i) => sum + centred(i)[u]! * centred(i)[v]!, 0)),
        );
        const trace = products.reduce((sum, products, u) => sum + products[u]!, 0);
        const matrix = products.map((of, u) => of.slice(0, u + 1).map((value, v) => value + (u === v ? 0.01 * trace : 0)));
        const classes = [...new Set(labels)];
        const solve = positiveDefiniteSolver(matrix)!;
        const weights = classes.map((label) =>
          solve(mean.map((_, u) => train.reduce((sum, i) => sum + centred(i)[u]! * (Number(labels[i] === label) - 0.25), 0))),
        );
        for (const i of held) {
          const scores = weights.map((weight) => weight.reduce((sum, w, u) => sum + w * centred(i)[u]!, 0));
          nCorrect += Number(classes[scores.indexOf(Math.max(...scores))] === labels[i]);
        }
      }
      expect(accuracyOf(responses, labels, folds).nCorrect).toBe(nCorrect);
    }
  });
  test('classes far apart are told without error, and labels without meaning at chance', () => {
    const labels = labelsOf(8, 16);
    expect(accuracyOf(population(labels, 20, 20, 1), labels).accuracy).toBe(1);
    const accuracies = Array.from({ length: 20 }, (_, seed) => accuracyOf(population(labels, 50, 0, seed), labels).accuracy);
    // 20 · 128 guesses at 1/8: standard error 0.0065.
    expect(Math.abs(accuracies.reduce((a, b) => a + b) / 20 - 1 / 8)).toBeLessThan(0.02);
  });
  test('more units than pictures: no more than chance is learned by heart', () => {
    const labels = labelsOf(8, 16);
    expect(accuracyOf(population(labels, 1000, 0, 1), labels).accuracy).toBeLessThan(0.25);
  });
  test('a shift, a scale, and the order of units change nothing', () => {
    const labels = labelsOf(5, 16);
    const responses = population(labels, 12, 1, 4);
    const other = responses.map((_, i) => 100 - 7 * responses[12 * Math.floor(i / 12) + 11 - (i % 12)]!);
    expect(accuracyOf(other, labels).nCorrect).toBe(accuracyOf(responses, labels).nCorrect);
  });
  test('pictures that all give the same have no readout', () => {
    const labels = labelsOf(2, 8);
    expect(readout(gramMatrix(new Float64Array(64).fill(3), 16), labels, balancedFolds(labels, 8))).toBe(null);
    expect(readout(gramMatrix(new Float64Array(64).fill(Number.NaN), 16), labels, balancedFolds(labels, 8))).toBe(null);
    expect(() => readout(new Float64Array(128 * 128), labels.slice(8), [])).toThrow(
      'readout: needs a label for each of 128 pictures, got 8.',
    );
  });
  test('Wilson: 2 of 3 lie in 0.208 … 0.939', () => {
    const { interval } = accuracyOf(
      Float64Array.of(0, 2, 6, 8, 3.9, 4.1, 3.5),
      ['a', 'a', 'b', 'b', 'a', 'b', 'b'],
      [{ train: [0, 1, 2, 3], test: [4, 5, 6] }],
    );
    // (2/3 + z²/6) / (1 + z²/3) ± z √((2/9)/3 + z²/36) / (1 + z²/3) with z² = 3.8415.
    expect(interval[0]).toBeCloseTo(0.2077, 4);
    expect(interval[1]).toBeCloseTo(0.9385, 4);
  });
});

test('folds: every class in equal parts; every kind held out once', () => {
  const labels = ['a', 'b', 'a', 'b', 'a', 'a', 'b', 'b'];
  expect(balancedFolds(labels, 2)).toEqual([
    { train: [2, 3, 5, 7], test: [0, 1, 4, 6] },
    { train: [0, 1, 4, 6], test: [2, 3, 5, 7] },
  ]);
  expect(heldOut(['up', 'down', 'up'])).toEqual([
    { train: [1], test: [0, 2] },
    { train: [0, 2], test: [1] },
  ]);
});
