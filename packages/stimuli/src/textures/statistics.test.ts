import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { exemplar, textureFamilies } from './exemplars.ts';
import { pyramidFilters } from './pyramid.ts';
import { inUnitsOf, matchOf, statisticGroups, textureStatistics } from './statistics.ts';

const side = 128;
const filters = pyramidFilters(side);
const white = Float64Array.from({ length: side * side }, createRandom(1).normal);
const statistics = textureStatistics(white, filters);

describe('textureStatistics', () => {
  test('are 710 numbers, as Portilla & Simoncelli 2000 count them, in their groups', () => {
    const groups = inUnitsOf(statistics, statistics);
    expect(statisticGroups.map((group) => groups[group].length)).toEqual([7, 10, 125, 400, 24, 48, 96]);
    expect(statisticGroups.reduce((sum, group) => sum + groups[group].length, 0)).toBe(710);
  });
  test('of white noise: Gaussian moments, a high-pass of what its filter passes, moduli of a Rayleigh distribution', () => {
    const { mean, variance, skewness, kurtosis, highPassVariance, scales } = statistics;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    expect(Math.abs(skewness)).toBeLessThan(0.1);
    expect(Math.abs(kurtosis - 3)).toBeLessThan(0.2);
    const passed = filters.high.reduce((sum, gain) => sum + gain * gain, 0) / (side * side);
    expect(Math.abs(highPassVariance / passed - 1)).toBeLessThan(0.05);
    // Mean over standard deviation √(π / (4 − π)).
    const { meanModuli, among } = scales[0]!;
    for (const [k, modulus] of meanModuli.entries())
      expect(Math.abs(modulus / Math.sqrt(among[k]![k]!) / Math.sqrt(Math.PI / (4 - Math.PI)) - 1)).toBeLessThan(0.06);
  });
  test('moved by 16 px on the torus, nothing changes', () => {
    const picture = exemplar(textureFamilies.find(({ name }) => name === 'mud')!, 1);
    const moved = picture.map((_, i) => picture[((Math.floor(i / side) + 16) % side) * side + ((i + 48) % side)]!);
    const match = matchOf(textureStatistics(picture, filters), textureStatistics(moved, filters));
    for (const group of statisticGroups) {
      expect(match[group].correlation).toBeCloseTo(1, 10);
      expect(match[group].largestDeviation).toBeLessThan(1e-9);
    }
  });
  test('a drawn texture and white noise are not alike', () => {
    const drawn = textureStatistics(exemplar(textureFamilies.find(({ name }) => name === 'mud')!, 1), filters);
    const match = matchOf(drawn, statistics);
    expect(match['modulus autocorrelation'].correlation).toBeLessThan(0.9);
    expect(match['phases across scales'].correlation).toBeLessThan(0.5);
  });
});
