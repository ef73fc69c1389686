import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { categorySelectivity } from './categories.ts';

/** Responses ≥ 0 of one unit: 8 categories × 16 pictures, by default without any preference. */
function unit(seed: number, meanOf: (category: number) => number = () => 0) {
  const { normal } = createRandom(seed);
  return Array.from({ length: 128 }, (_, i) => Math.max(0, meanOf(Math.floor(i / 16)) + normal()));
}

describe('categorySelectivity', () => {
  test('by hand: each half is measured on the category that the other half prefers', () => {
    // Even pictures prefer the first category (5 to 1), odd ones the second (3 to 2).
    const responses = [4, 1, 6, 3, 1, 2, 1, 4];
    // Measured on odd pictures: 1, 3 against 2, 4; on even pictures: 1, 1 against 4, 6.
    const [best, rest] = [(2 + 1) / 2, (3 + 5) / 2];
    const variance = ((2 + 2) / 2 + (0 + 2) / 2) / 2;
    const { classSelectivity, dPrime, note } = categorySelectivity(responses, 2);
    expect(classSelectivity).toBeCloseTo((best - rest) / (best + rest), 12);
    expect(dPrime).toBeCloseTo((best - rest) / Math.sqrt(variance), 12);
    expect(note).toBe(null);
  });
  test('a unit that answers one category alone: class selectivity 1, d′ large', () => {
    const { classSelectivity, dPrime } = categorySelectivity(
      unit(1, (category) => (category === 5 ? 10 : -100)),
      8,
    );
    expect(classSelectivity).toBe(1);
    expect(dPrime).toBeGreaterThan(8);
  });
  test('means 3 apart at variance 1: d′ 3 within 0.05, over 200 units', () => {
    const dPrimes = Array.from(
      { length: 200 },
      (_, seed) =>
        categorySelectivity(
          unit(seed, (c) => (c === 2 ? 13 : 10)),
          8,
        ).dPrime,
    );
    expect(Math.abs(dPrimes.reduce((a, b) => a + b) / 200 - 3)).toBeLessThan(0.05);
  });
  test('units without any preference: about 0 on average; not so where the best category is chosen on the same pictures', () => {
    const all = Array.from({ length: 400 }, (_, seed) => unit(seed));
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    // Standard errors of 0.01. (b − r) / (b + r) bends down: less by about var b / 4 r², 0.02 / (4 · 0.16).
    expect(Math.abs(mean(all.map((responses) => categorySelectivity(responses, 8).classSelectivity)) + 0.033)).toBeLessThan(0.03);
    expect(Math.abs(mean(all.map((responses) => categorySelectivity(responses, 8).dPrime)))).toBeLessThan(0.03);
    const naive = all.map((responses) => {
      const means = Array.from({ length: 8 }, (_, c) => mean(responses.slice(16 * c, 16 * c + 16)));
      const best = Math.max(...means);
      const rest = (means.reduce((a, b) => a + b) - best) / 7;
      return (best - rest) / (best + rest);
    });
    expect(mean(naive)).toBeGreaterThan(0.2);
  });
  test('a scale, and the order of categories, change nothing', () => {
    const responses = unit(7, (category) => category / 4);
    const { classSelectivity, dPrime } = categorySelectivity(responses, 8);
    const turned = [...responses.slice(48), ...responses.slice(0, 48)].map((response) => 3 * response);
    expect(categorySelectivity(turned, 8).classSelectivity).toBeCloseTo(classSelectivity, 12);
    expect(categorySelectivity(turned, 8).dPrime).toBeCloseTo(dPrime, 12);
  });
  test('what cannot be measured has a note', () => {
    const nothing = { classSelectivity: Number.NaN, dPrime: Number.NaN };
    expect(categorySelectivity(new Float64Array(16), 4)).toEqual({ ...nothing, note: 'no response above 0' });
    expect(categorySelectivity([1, 2, 3, Infinity, 1, 2, 3, 4], 2)).toEqual({ ...nothing, note: 'a response is not a number' });
    expect(categorySelectivity([2, 2, 2, 2, 1, 1, 1, 1], 2)).toEqual({
      classSelectivity: 1 / 3,
      dPrime: Number.NaN,
      note: 'the same response to every picture of a category',
    });
    expect(() => categorySelectivity([1, 2, 3, 4, 5, 6], 2)).toThrow(
      'categorySelectivity: needs at least 2 categories of at least 4 pictures, got 6 responses for 2 categories.',
    );
  });
});
