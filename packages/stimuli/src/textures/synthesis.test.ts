import { describe, expect, test } from 'vitest';
import { centred, covariance } from './adjust.ts';
import { exemplar, textureFamilies } from './exemplars.ts';
import { pyramidFilters } from './pyramid.ts';
import { matchOf, statisticGroups, textureStatistics } from './statistics.ts';
import { synthesise } from './synthesis.ts';
import { textureTile } from './textures.ts';
import { makeTile } from './tiles.ts';

const filters = pyramidFilters(128);
const family = (name: string) => textureFamilies.find((other) => other.name === name)!;

describe('synthesise', () => {
  const target = textureStatistics(exemplar(family('fur'), 1), filters);
  test('every group of statistics comes to correlate 0.99 and more with the target; the picture is another one', () => {
    const { picture, isConverged, nIterations, match } = synthesise(target, { seed: 2, sidePx: 128 });
    expect(isConverged).toBe(true);
    expect(nIterations).toBeLessThanOrEqual(50);
    for (const group of statisticGroups) expect(match[group].correlation).toBeGreaterThanOrEqual(0.99);
    expect(match).toEqual(matchOf(target, textureStatistics(picture, filters)));
    const other = textureTile('fur');
    expect(Math.abs(covariance(centred(picture), centred(other)) / target.variance)).toBeLessThan(0.1);
  });
  test('where the iterations do not suffice, it says so', () => {
    const { isConverged, nIterations, match } = synthesise(target, { seed: 2, sidePx: 128, nIterations: 2 });
    expect([isConverged, nIterations]).toEqual([false, 2]);
    expect(Math.min(...statisticGroups.map((group) => match[group].correlation))).toBeLessThan(0.99);
  });
});

describe('tiles', () => {
  test('synthesised again, a family has the bytes that the package ships', () => {
    expect([...makeTile(family('grass')).bytes]).toEqual([
      ...textureTile('grass').map((luminance) => Math.round(255 * luminance)),
    ]);
  });
  test.each(textureFamilies.map(({ name }) => name))('%s has the statistics of its exemplar, as bytes', (name) => {
    const target = textureStatistics(exemplar(family(name), 1), filters);
    const match = matchOf(target, textureStatistics(textureTile(name), filters));
    for (const group of statisticGroups) expect([group, match[group].correlation >= 0.99]).toEqual([group, true]);
  });
});
