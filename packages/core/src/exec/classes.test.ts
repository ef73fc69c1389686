import { describe, expect, it } from 'vitest';
import { classProbabilities, rankClasses } from './classes.ts';

const list = (...values: number[]) => ({ dtype: 'float32' as const, shape: [1, values.length], data: Float32Array.from(values) });

describe('probabilities of classes', () => {
  it('logits become their softmax, by hand: e / (e + 1) for (1, 0) + 5', () => {
    const [p, q] = classProbabilities([list(6, 5)])!;
    expect(p).toBeCloseTo(Math.E / (Math.E + 1), 12);
    expect(p! + q!).toBeCloseTo(1, 15);
  });
  it('a distribution is taken as it is, before logits or after them', () => {
    expect(classProbabilities([list(0.25, 0.75), list(3, 5)])).toEqual([0.25, 0.75]);
    expect(classProbabilities([list(3, 5), list(0.25, 0.75)])).toEqual([0.25, 0.75]);
  });
  it('logits that look like a distribution are not taken for the one that follows', () => {
    expect(classProbabilities([list(1, 0), list(0.75, 0.25)])).toEqual([0.75, 0.25]);
  });
  it('maps are no list of classes', () => {
    expect(classProbabilities([{ dtype: 'float32', shape: [1, 2, 2, 1], data: new Float32Array(4) }])).toBeUndefined();
  });
  it('ranks by probability, equal ones by index', () => {
    expect(rankClasses([0.2, 0.3, 0.2, 0.3], [...'abcd']).map(({ name }) => name)).toEqual([...'bdac']);
  });
});
