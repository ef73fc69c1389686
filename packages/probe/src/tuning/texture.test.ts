import { createRandom } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { sparseness } from '../statistics/sparseness.ts';
import { textureModulation, varianceRatio, varianceStabilised } from './texture.ts';

const families = Array.from({ length: 15 }, (_, a) => a);
const texture = families.map((a) => 6 + 4 * Math.sin(2 + 1.3 * a));
const noise = families.map((a) => 5 + 3 * Math.sin(1 + a));

describe('against the published code', () => {
  it('texture modulation of 6 + 4sin(2 + 1.3a) over 5 + 3sin(1 + a): 0.038431231084', () => {
    expect(textureModulation(texture, noise).value).toBeCloseTo(0.038431231084, 12);
  });
  it('sparseness over the families: 0.193481397260', () => {
    const sum = texture.reduce((a, b) => a + b);
    const sumSquares = texture.reduce((a, b) => a + b * b, 0);
    expect(sparseness(sum, sumSquares, 15)).toBeCloseTo(0.19348139726, 12);
  });
  it('variance ratio of 6 + 4sin(2 + 1.3a) + 2sin(3s + a): 3.884312753, shares 0.1929265779 and 0.8070734221', () => {
    const responses = families.flatMap((a) => families.map((s) => texture[a]! + 2 * Math.sin(3 * s + a)));
    const { ratio, sampleShare, familyShare } = varianceRatio(responses, 15);
    expect(ratio).toBeCloseTo(3.884312753, 9);
    expect(sampleShare).toBeCloseTo(0.1929265779, 10);
    expect(familyShare).toBeCloseTo(0.8070734221, 10);
  });
  it('the same as stabilised counts of 100 ms: 3.334374797 (NumPy, by the formula)', () => {
    const counts = families.flatMap((a) => families.map((s) => (texture[a]! + 2 * Math.sin(3 * s + a)) / 10));
    expect(varianceRatio(counts.map(varianceStabilised), 15).ratio).toBeCloseTo(3.334374797040843, 12);
  });
});

describe('textureModulation', () => {
  it('by hand: 3, 1 over 1, 1 is (1/2 + 0)/2', () => {
    expect(textureModulation([3, 1], [1, 1])).toEqual({ value: 0.25, nFamilies: 2, note: null });
  });
  it('a scale changes nothing; exchanging texture and noise changes the sign', () => {
    const value = textureModulation(texture, noise).value;
    expect(
      textureModulation(
        texture.map((t) => 4 * t),
        noise.map((n) => 4 * n),
      ).value,
    ).toBeCloseTo(value, 14);
    expect(textureModulation(noise, texture).value).toBeCloseTo(-value, 14);
  });
  it('leaves out families that drive a unit too little, and says so where none is left', () => {
    expect(textureModulation([3, 0.02, 0], [1, 0.01, 0], 0.1)).toEqual({ value: 0.5, nFamilies: 1, note: null });
    expect(textureModulation([3, 0], [1, 0], -Infinity)).toEqual({ value: 0.5, nFamilies: 1, note: null });
    expect(textureModulation([0, 0], [0, 0])).toEqual({
      value: Number.NaN,
      nFamilies: 0,
      note: 'texture and noise drive it too little',
    });
    expect(textureModulation([Number.NaN, 3], [1, 1]).note).toBe('a response is not a number');
  });
  it('refuses unequal numbers of families', () => {
    expect(() => textureModulation([1, 2], [1])).toThrow(
      'textureModulation: needs texture and noise of the same families, got 2 and 1.',
    );
  });
});

describe('varianceRatio', () => {
  it('by hand: families 0, 2 and 10, 12', () => {
    // family means 1 and 11; sample mean square 4·1/2 = 2, family mean square 2·50/1 = 100; family variance (100 − 2)/2 = 49
    const { ratio, familyShare, sampleShare } = varianceRatio([0, 2, 10, 12], 2);
    expect(familyShare).toBeCloseTo(49 / 51, 15);
    expect(sampleShare).toBeCloseTo(2 / 51, 15);
    expect(ratio).toBeCloseTo((49 / 51 + 0.02) / (2 / 51 + 0.02), 14);
  });
  it('a scale, a shift and the order of families and samples change nothing', () => {
    const random = createRandom(7);
    const groups = families.map((a) => families.map(() => a + random.normal()));
    const { ratio } = varianceRatio(groups.flat(), 15);
    expect(
      varianceRatio(
        groups.flat().map((r) => 3 * r - 7),
        15,
      ).ratio,
    ).toBeCloseTo(ratio, 9);
    const shuffled = random.shuffle(groups.map((group) => random.shuffle([...group])));
    expect(varianceRatio(shuffled.flat(), 15).ratio).toBeCloseTo(ratio, 9);
  });
  it('families of chance alone: 0.02/1.02 on average, and a share that may be negative', () => {
    const random = createRandom(11);
    const shares = Array.from(
      { length: 400 },
      () => varianceRatio(Float64Array.from({ length: 225 }, random.normal), 15).familyShare,
    );
    expect(shares.reduce((a, b) => a + b) / 400).toBeCloseTo(0, 2);
    expect(Math.min(...shares)).toBeLessThan(0);
  });
  it('says why it is empty, and refuses a single family', () => {
    expect(varianceRatio([1, 1, 1, 1], 2)).toEqual({
      ratio: Number.NaN,
      familyShare: Number.NaN,
      sampleShare: Number.NaN,
      note: 'same response to every texture',
    });
    expect(varianceRatio([1, Number.NaN, 1, 1], 2).note).toBe('a response is not a number');
    expect(() => varianceRatio(new Float64Array(30), 1)).toThrow(
      'varianceRatio: needs at least 2 families of at least 2 samples, got 30 responses for 1 families.',
    );
  });
});
