import { describe, expect, it } from 'vitest';
import { colourPreference } from './colour.ts';

describe('colourPreference', () => {
  it.each([
    [[1, -2], [5, 1], 0.4, 'luminance'],
    [[1, -2], [4, -1], 0.5, 'colour-luminance'],
    [[3, 4], [1, -2], 2, 'colour-luminance'],
    [[-9, 4], [1, -2], 4.5, 'colour'],
    [[1, 2], [0, 0], Infinity, 'colour'],
    [[0, 0], [0, 3], 0, 'luminance'],
  ] as const)('by hand: %j against %j is %d, %s', (equiluminant, luminance, index, colourClass) => {
    expect(colourPreference(equiluminant, luminance)).toEqual({ index, colourClass, note: null });
  });
  it('a scale and a change of sign change nothing', () => {
    expect(colourPreference([2, -6], [-4, 10])).toEqual(colourPreference([1, -3], [2, -5]));
  });
  it('says why it is empty', () => {
    expect(colourPreference([0, 0], [0])).toEqual({ index: Number.NaN, colourClass: null, note: 'no response above 0' });
    expect(colourPreference([Number.NaN], [1]).note).toBe('a response is not a number');
  });
});
