import { describe, expect, it } from 'vitest';
import { isCentred, isResponsive, rateOf, rateScale } from './rates.ts';

describe('rateScale', () => {
  it('by hand: medians 2 and 0.5 become 33.8 and 0.82 spikes/s', () => {
    const scale = rateScale([1, 2, 4, 0.5], [0.5, 0.5, 0.5, 0.5]);
    expect(scale.nResponsive).toBe(3);
    expect(scale.scale).toBeCloseTo((33.8 - 0.82) / 1.5, 13);
    expect(rateOf(2, scale)).toBeCloseTo(33.8, 12);
    expect(rateOf(0.5, scale)).toBeCloseTo(0.82, 12);
  });
  it('of an even number of units the middle two count, and units below 5/243.1 of the largest do not', () => {
    // 243.1 is the largest, so differences must exceed 5: 5.1 does, 4.9 does not
    const scale = rateScale([243.1, 5.1, 4.9], [0, 0, 0]);
    expect(scale.nResponsive).toBe(2);
    expect(rateOf((243.1 + 5.1) / 2, scale)).toBeCloseTo(33.8, 12);
  });
  it('rates do not depend on the unit of the responses', () => {
    const [best, blank] = [
      [3, 5, 9, 2],
      [1, 0.2, 0.4, 0],
    ];
    const scale = rateScale(best, blank);
    const scaled = rateScale(
      best.map((r) => 100 * r),
      blank.map((r) => 100 * r),
    );
    for (const response of [0, 0.3, 4, 20]) expect(rateOf(100 * response, scaled)).toBeCloseTo(rateOf(response, scale), 10);
  });
  it('rates are rectified before and after', () => {
    const scale = { scale: 2, offset: -3, nResponsive: 1, note: null };
    expect([-1, 1, 2].map((r) => rateOf(r, scale))).toEqual([0, 0, 1]);
    expect(rateOf(-5, { ...scale, offset: 1 })).toBe(1);
  });
  it('says why there is none', () => {
    expect(rateScale([1, 1], [1, 2])).toEqual({
      scale: Number.NaN,
      offset: Number.NaN,
      nResponsive: 0,
      note: 'no unit answers a grating more than grey',
    });
  });
});

describe('which units count', () => {
  it('more than 5 spikes/s above the baseline', () => {
    expect([isResponsive(5.8, 0.82), isResponsive(5.83, 0.82), isResponsive(5, 0), isResponsive(Number.NaN, 0)]).toEqual([
      false,
      true,
      false,
      false,
    ]);
  });
  it('within 0.15° of the stimuli', () => {
    expect(isCentred([0.59, 0.62], [0.5, 0.5])).toBe(true);
    expect(isCentred([0.59, 0.621], [0.5, 0.5])).toBe(false);
    expect(isCentred([Number.NaN, 0.5], [0.5, 0.5])).toBe(false);
  });
});
