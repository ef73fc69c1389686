import { createRandom } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { distributionScorer, histogram, ksSimilarity } from './distribution.ts';

/** Counts of cells over bins of the suppression index (Cavanaugh 2002). */
const cells = [66, 44, 38, 23, 16, 3, 0, 0, 0, 0];
const model = [10, 20, 30, 40, 40, 30, 10, 5, 3, 2];

describe('ksSimilarity', () => {
  it('against the published code: 0.536842105263, swapped 0.531914893617, with itself 1', () => {
    expect(ksSimilarity(model, cells)).toBeCloseTo(0.536842105263, 12);
    expect(ksSimilarity(cells, model)).toBeCloseTo(0.531914893617, 12);
    expect(ksSimilarity(cells, cells)).toBe(1);
  });
  it('by hand: 1, 0, 0 against 1, 1, 2', () => {
    // cumulative shares 1, 1, 1 and 1/4, 1/2, 1: KS 3/4; all in the first bin is the worst: KSmax 3/4
    expect(ksSimilarity([1, 0, 0], [1, 1, 2])).toBe(0);
    expect(ksSimilarity([0, 1, 0], [1, 1, 2])).toBeCloseTo(1 - 0.5 / 0.75, 15);
  });
  it('a scale of the counts changes nothing', () => {
    expect(
      ksSimilarity(
        model.map((n) => 3 * n),
        cells,
      ),
    ).toBeCloseTo(ksSimilarity(model, cells), 14);
  });
  it('an empty histogram has none, and unequal bins are refused', () => {
    expect(ksSimilarity([0, 0], [1, 2])).toBeNaN();
    expect(() => ksSimilarity([1], [1, 2])).toThrow('ksSimilarity: needs the same bins, got 1 and 2.');
  });
});

describe('histogram', () => {
  it('by hand: lower edges inside, the last upper edge too, what lies outside in the end bins, NaN apart', () => {
    expect(histogram([-1, 0, 0.99, 1, 2, 3, 9, Number.NaN], [0, 1, 2, 3])).toEqual({ counts: [3, 1, 3], nUndefined: 1 });
  });
});

describe('distributionScorer', () => {
  const score = (counts: readonly number[], nUndefined = 0) => distributionScorer(cells, createRandom(5))({ counts, nUndefined });

  // Mean and sd of 200,000 multinomial draws of 190 in NumPy: 0.5357 ± 0.0358; of the cells with themselves 0.9575 ± 0.0194.
  // The mean of 1000 draws is within 4 standard errors of that.
  it('raw and ceiling are the means over draws', () => {
    const { raw, ceiling, error, value, n } = score(model);
    expect(Math.abs(raw - 0.5356557752)).toBeLessThan((4 * 0.0358) / Math.sqrt(1000));
    expect(Math.abs(error - 0.0358)).toBeLessThan(0.0035);
    expect(Math.abs(ceiling - 0.9574751579)).toBeLessThan((4 * 0.0194) / Math.sqrt(1000));
    expect(value).toBe(raw / ceiling);
    expect(n).toBe(190);
  });
  // The published ceilings stand in data/cortex/reliability.csv, each of one run of 1000 draws.
  it.each([
    ['suppression index', cells, 0.958],
    ['grating summation field', [0, 9, 30, 55, 42, 10, 2, 0], 0.956],
    ['surround diameter', [0, 0, 2, 20, 33, 49, 40, 4], 0.955],
    ['spatial-frequency bandwidth', [0, 3, 4, 16, 22, 16, 9, 3, 0, 0], 0.933],
  ])('published ceiling of the %s', (_, counts, published) => {
    const { ceiling } = distributionScorer(counts, createRandom(1))({ counts, nUndefined: 0 });
    expect(Math.abs(ceiling - published)).toBeLessThan(0.003);
  });
  it('a layer distributed as the cells scores about 1, and a hundredfold one the same', () => {
    expect(score(cells).value).toBeCloseTo(1, 2);
    expect(score(cells.map((n) => 100 * n)).value).toBeCloseTo(1, 2);
  });
  it('is the same for the same seed', () => {
    expect(score(model)).toEqual(score(model));
    expect(distributionScorer(cells, createRandom(6))({ counts: model, nUndefined: 0 }).raw).not.toBe(score(model).raw);
  });
  it('units without the property thin out the draws; without any that has it there is no score', () => {
    expect(score(cells, 190).raw).toBeLessThan(score(cells).raw);
    expect(score([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 40)).toMatchObject({
      value: Number.NaN,
      n: 0,
      note: 'no unit has the property',
    });
    expect(score([1, 0, 0, 0, 0, 0, 0, 0, 0, 0], 400)).toMatchObject({
      value: Number.NaN,
      n: 1,
      note: 'too few units have the property',
    });
  });
});
