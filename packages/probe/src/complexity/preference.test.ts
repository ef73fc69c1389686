import { createRandom } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { complexPreference } from './preference.ts';

/** The p value by shuffling the labels, as it is written in textbooks. */
function shuffledP(simple: readonly number[], complex: readonly number[], n: number): number {
  const random = createRandom(7);
  const index = (all: readonly number[]) => {
    const [s, c] = [Math.max(...all.slice(0, simple.length)), Math.max(...all.slice(simple.length))];
    return (c - s) / (c + s);
  };
  const observed = index([...simple, ...complex]);
  const shuffles = Array.from({ length: n }, () => index(random.shuffle([...simple, ...complex])));
  return shuffles.filter((value) => value >= observed).length / n;
}

describe('complexPreference', () => {
  it('by hand: 3 complex responses above the best of 4 simple ones are 4/8 · 3/7 · 2/6 of all labellings', () => {
    const { index, pValue, note } = complexPreference([1, 2, 0, 1], [3, 6, 4, 0]);
    expect(index).toBeCloseTo((6 - 2) / (6 + 2), 15);
    expect(pValue).toBeCloseTo((4 / 8) * (3 / 7) * (2 / 6), 15);
    expect(note).toBeNull();
  });
  it('by hand: with the sets exchanged the index changes its sign; all but the labellings with simple on top reach it', () => {
    const { index, pValue } = complexPreference([3, 6, 4, 0], [1, 2, 0, 1]);
    expect(index).toBeCloseTo(-0.5, 15);
    expect(pValue).toBeCloseTo(1 - (4 / 8) * (3 / 7) * (2 / 6) * (1 / 5), 15);
  });
  it('is what 20,000 shuffles of the labels give, within 4 standard errors', () => {
    const random = createRandom(1);
    for (let unit = 0; unit < 12; unit++) {
      // Some prefer complex ones, some simple ones; whole numbers, so that there are ties.
      const draw = (shift: number) => Array.from({ length: 10 }, () => Math.max(0, Math.round(4 * random.normal() + shift)));
      const [simple, complex] = [draw(5), draw(5 + (unit % 4))];
      const { pValue } = complexPreference(simple, complex);
      const error = Math.sqrt((pValue * (1 - pValue)) / 20000);
      expect(Math.abs(shuffledP(simple, complex, 20000) - pValue)).toBeLessThanOrEqual(4 * error + 1e-9);
    }
  });
  it('of noise: p is below 1/2, 1/4 … 1/32 in so many of 4,000 units, and the index is 0 on average', () => {
    const random = createRandom(2);
    const draw = () => Array.from({ length: 154 }, () => Math.max(0, random.normal()));
    const units = Array.from({ length: 4000 }, () => complexPreference(draw(), draw()));
    for (const k of [1, 2, 3, 4, 5]) {
      const share = 2 ** -k;
      const found = units.filter(({ pValue }) => pValue <= share * 1.001).length / units.length;
      expect(Math.abs(found - share)).toBeLessThan(4 * Math.sqrt((share * (1 - share)) / units.length) + 0.06 * share);
    }
    expect(Math.abs(units.reduce((sum, { index }) => sum + index, 0) / units.length)).toBeLessThan(0.005);
    expect(units.filter(({ pValue }) => pValue < 0.05).length / units.length).toBeLessThan(0.05);
  });
  it('a scale changes nothing; responses below blank count as none', () => {
    const [simple, complex] = [
      [1, 2, -3],
      [3, 0.5, -4],
    ];
    const scaled = (some: readonly number[]) => some.map((response) => 17 * Math.max(0, response));
    const { index, pValue } = complexPreference(simple, complex);
    const other = complexPreference(scaled(simple), scaled(complex));
    expect(other.index).toBeCloseTo(index, 14);
    expect(other.pValue).toBe(pValue);
  });
  it('a unit that nothing drives, or a response that is no number, has none; unlike sets are refused', () => {
    expect(complexPreference([0, -1], [0, 0])).toEqual({
      index: Number.NaN,
      pValue: Number.NaN,
      note: 'no response above blank',
    });
    expect(complexPreference([0, 1], [Number.NaN, 0]).note).toBe('a response is not a number');
    expect(() => complexPreference([1, 2], [1])).toThrow(
      'complexPreference: needs as many complex as simple patterns, got 1 and 2. The best of more is better.',
    );
  });
});

describe('linear units over the two sets, at 48 px', () => {
  const side = 48;
  const pictures = (name: string) => {
    const { nStimuli, parameters, draw } = stimulusSet(name).list({ heightPx: side, widthPx: side, fovDeg: 4, seed: 0 });
    return Array.from({ length: nStimuli }, (_, i) => {
      const { data } = draw(i);
      return { about: parameters(i), values: Float64Array.from({ length: side * side }, (_, k) => data[3 * k]! - 128) };
    });
  };
  const [simple, complex] = [pictures('simple'), pictures('complex')];
  const dot = (a: Float64Array, b: Float64Array) => a.reduce((sum, value, i) => sum + value * b[i]!, 0);
  const preference = (kernel: Float64Array) =>
    complexPreference(
      simple.map(({ values }) => dot(kernel, values)),
      complex.map(({ values }) => dot(kernel, values)),
    );

  it('templates of complex patterns prefer them, those of concentric rings with p < 0.05; of simple ones none does', () => {
    for (const { about, values } of complex) {
      const { index, pValue } = preference(values);
      expect(index).toBeGreaterThan(0.1);
      if (about.radialFrequency === 0 && about.concentricFrequencyCpd === 0.75) expect(pValue).toBeLessThan(0.05);
    }
    for (const { values } of simple) {
      const { index, pValue } = preference(values);
      expect(index).toBeLessThan(0);
      expect(pValue).toBeGreaterThan(0.05);
    }
  });
  it('of 288 Gabors from half an octave to two, nine in ten prefer simple patterns, and none complex ones with p < 0.05', () => {
    const gabor = (cyclesPerPx: number, sigmaPx: number, theta: number, phase: number) =>
      Float64Array.from({ length: side * side }, (_, k) => {
        const [y, x] = [Math.floor(k / side) - 23.5, (k % side) - 23.5];
        const along = x * Math.cos(theta) + y * Math.sin(theta);
        return Math.exp(-(y * y + x * x) / (2 * sigmaPx ** 2)) * Math.sin(2 * Math.PI * cyclesPerPx * along + phase);
      });
    const found = [0.045, 0.06, 0.08].flatMap((cyclesPerPx) =>
      [7, 12].flatMap((sigmaPx) =>
        Array.from({ length: 48 }, (_, i) =>
          preference(gabor(cyclesPerPx, sigmaPx, (Math.floor(i / 4) * Math.PI) / 12, (i * Math.PI) / 2)),
        ),
      ),
    );
    expect(found.length).toBe(288);
    expect(found.filter(({ index }) => index < 0).length).toBeGreaterThan(0.9 * found.length);
    expect(found.filter(({ pValue }) => pValue < 0.05).length).toBe(0);
  });
});
