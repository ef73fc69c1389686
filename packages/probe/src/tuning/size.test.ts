import { describe, expect, it } from 'vitest';
import { sizeTuning } from './size.ts';

/** The battery's 12 diameters, 2^linspace(−2.25, 3.25, 12) degrees. */
const diameters = Array.from({ length: 12 }, (_, i) => 2 ** (-2.25 + i / 2));

describe('against the published code, run on 20(1 − e^−(R/0.5)²) − 8(1 − e^−(R/2)²)', () => {
  const responses = diameters.map((d) => 20 * (1 - Math.exp(-((d / 2 / 0.5) ** 2))) - 8 * (1 - Math.exp(-((d / 2 / 2) ** 2))));
  it.each(['marques', 'relative'] as const)('%s: suppressed, so both modes agree', (mode) => {
    const tuning = sizeTuning(responses, diameters, mode);
    expect(tuning.suppressionIndex).toBeCloseTo(0.3145545993, 10);
    expect(tuning.summationFieldDiameter).toBeCloseTo(1.68179283, 8);
    expect(tuning.surroundDiameter).toBeCloseTo(6.72717132, 8);
    expect(tuning.surroundRatio).toBeCloseTo(4, 12);
    expect(tuning.note).toBeNull();
  });
});

describe('sizeTuning', () => {
  it('by hand: 1, 8, 10, 6, 5.1, 5 at 1 … 6', () => {
    // 95 % of 10 is reached at 3; 5 + 5 % = 5.25 is first reached beyond it at 5
    expect(sizeTuning([1, 8, 10, 6, 5.1, 5], [1, 2, 3, 4, 5, 6], 'marques')).toEqual({
      suppressionIndex: 0.5,
      summationFieldDiameter: 3,
      surroundDiameter: 5,
      surroundRatio: 5 / 3,
      note: null,
    });
  });
  it('a linear Gaussian unit sums over 4.90 σ, within one diameter, and only without the gate', () => {
    const sigma = 0.4;
    const steps = Array.from({ length: 400 }, (_, i) => (i + 1) / 50);
    const responses = steps.map((d) => 1 - Math.exp(-((d / 2) ** 2) / (2 * sigma ** 2)));
    const { summationFieldDiameter, suppressionIndex } = sizeTuning(responses, steps, 'relative');
    expect(Math.abs(summationFieldDiameter - 4.895 * sigma)).toBeLessThan(1 / 50);
    expect(suppressionIndex).toBe(0);
    expect(sizeTuning(responses, steps, 'marques')).toMatchObject({
      suppressionIndex: 0,
      summationFieldDiameter: Number.NaN,
      surroundDiameter: Number.NaN,
      note: 'suppression index not above 0.1',
    });
  });
  it('a scale of responses changes nothing, one of diameters both diameters', () => {
    const responses = [1, 8, 10, 6, 5.1, 5];
    const at = [1, 2, 3, 4, 5, 6];
    expect(
      sizeTuning(
        responses.map((r) => 8 * r),
        at,
        'relative',
      ),
    ).toEqual(sizeTuning(responses, at, 'relative'));
    expect(
      sizeTuning(
        responses,
        at.map((d) => 2 * d),
        'relative',
      ),
    ).toMatchObject({
      summationFieldDiameter: 6,
      surroundDiameter: 10,
      surroundRatio: 5 / 3,
    });
  });
  it('says why a measure is empty', () => {
    expect(sizeTuning([1, 2, 3], [1, 2, 4], 'relative')).toMatchObject({
      summationFieldDiameter: 4,
      surroundDiameter: Number.NaN,
      surroundRatio: Number.NaN,
      note: 'no surround: the largest patch drives it best',
    });
    expect(sizeTuning([-1, -2, 0], [1, 2, 4], 'relative')).toMatchObject({
      suppressionIndex: Number.NaN,
      note: 'no response above 0',
    });
  });
  it('refuses diameters out of order', () => {
    expect(() => sizeTuning([1, 2], [2, 1], 'relative')).toThrow(
      'sizeTuning: needs a response for each of at least 2 ascending diameters, got 2 responses and diameters 2, 1.',
    );
  });
});
