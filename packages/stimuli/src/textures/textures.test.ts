import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { fourier2d } from '../fourier.ts';
import { textureFamilies } from './exemplars.ts';
import { phaseScrambled } from './luminance.ts';
import { pyramid, pyramidFilters } from './pyramid.ts';
import { apertureOverField, textures, textureTile } from './textures.ts';

const side = 128;
const view = { heightPx: 160, widthPx: 192, fovDeg: 8, seed: 3 };
const names = textureFamilies.map(({ name }) => name);

function amplitudes(picture: Float64Array): Float64Array {
  const [re, im] = [picture.slice(), new Float64Array(picture.length)];
  fourier2d(re, im, side);
  return re.map((value, i) => Math.hypot(value, im[i]!));
}
const meanOf = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviations = (values: Float64Array) => {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
};

describe('phaseScrambled', () => {
  const tile = textureTile('pebbles');
  const scrambled = phaseScrambled(tile, side, createRandom(1));
  test('keeps every amplitude, within 1e-12 of the largest, and is real', () => {
    const [before, after] = [amplitudes(tile), amplitudes(scrambled)];
    for (const [i, amplitude] of before.entries()) expect(Math.abs(after[i]! - amplitude)).toBeLessThan(1e-12 * before[0]!);
    expect(meanOf(scrambled)).toBeCloseTo(meanOf(tile), 12);
  });
  test('is another picture at another seed, and the same at the same', () => {
    expect([...phaseScrambled(tile, side, createRandom(1))]).toEqual([...scrambled]);
    const other = phaseScrambled(tile, side, createRandom(2));
    const [a, b] = [deviations(other), deviations(scrambled)];
    expect(Math.abs(meanOf(a.map((value, i) => value * b[i]!)))).toBeLessThan(0.2 * meanOf(a.map((value) => value * value)));
  });
});

describe('tiles', () => {
  test.each(names)('%s: mean luminance 0.5 and RMS contrast 1/4', (name) => {
    const tile = textureTile(name);
    expect(tile.length).toBe(side * side);
    expect(Math.abs(meanOf(tile) - 0.5)).toBeLessThan(0.003);
    const sigma = Math.sqrt(meanOf(deviations(tile).map((value) => value * value)));
    expect(Math.abs(sigma / 0.5 - 0.25)).toBeLessThan(0.003);
  });
  test('mean energies of filters are those of the scrambled picture; the squares of the finest are larger', () => {
    const filters = pyramidFilters(side);
    const ratios = names.map((name) => {
      const tile = textureTile(name);
      const [texture, noise] = [tile, phaseScrambled(tile, side, createRandom(7))].map((picture) => {
        const energies = pyramid(picture, filters).bands[0]!.map(({ re, im }) => re.map((value, i) => value ** 2 + im[i]! ** 2));
        return { means: energies.map(meanOf), squares: energies.map((energy) => meanOf(energy.map((value) => value ** 2))) };
      }) as [Record<'means' | 'squares', number[]>, Record<'means' | 'squares', number[]>];
      for (const [k, mean] of texture.means.entries()) expect(Math.abs(mean / noise.means[k]! - 1)).toBeLessThan(1e-9);
      const sum = (values: readonly number[]) => values.reduce((a, b) => a + b);
      return (sum(texture.squares) - sum(noise.squares)) / (sum(texture.squares) + sum(noise.squares));
    });
    expect(ratios.reduce((a, b) => a + b) / ratios.length).toBeGreaterThan(0.1);
  });
  test('an unknown family is refused', () => {
    expect(() => textureTile('sand')).toThrow(`textureTile: there is no family "sand". Known: ${names.join(', ')}.`);
  });
});

describe('textures', () => {
  const list = textures.list(view);

  test('15 families × naturalistic and scrambled × 3 samples', () => {
    expect(list.nStimuli).toBe(90);
    expect([0, 2, 3, 89].map((i) => list.parameters(i))).toMatchObject([
      { family: 'bark', kind: 'naturalistic', sample: 0 },
      { family: 'bark', kind: 'naturalistic', sample: 2 },
      { family: 'bark', kind: 'scrambled', sample: 0 },
      { family: 'weave', kind: 'scrambled', sample: 2 },
    ]);
  });

  test('within the field a window of the tile that seed and sample choose; beyond it fades to grey', () => {
    const at = (sample: number) => {
      const picture = list.draw(sample).data;
      const tile = textureTile('bark');
      const matches = (shift: number) =>
        Array.from({ length: 400 }, (_, p) => [70 + Math.floor(p / 20), 86 + (p % 20)] as const).every(([y, x]) => {
          const [row, column] = [(y + Math.floor(shift / side)) % side, (x + (shift % side)) % side];
          return picture[3 * (y * 192 + x)] === Math.round(255 * tile[row * side + column]!);
        });
      return Array.from({ length: side * side }, (_, shift) => shift).filter(matches);
    };
    expect(at(0).length).toBe(1);
    expect(at(1).length).toBe(1);
    expect(at(0)).not.toEqual(at(1));
    const picture = list.draw(0).data;
    // The field is 160 px, the picture's shorter side: at its end 1.5 · 80 px from the middle there is only grey.
    for (let y = 0; y < 160; y++)
      for (let x = 0; x < 192; x++) if (Math.hypot(y - 79.5, x - 95.5) >= 120) expect(picture[3 * (y * 192 + x)]).toBe(128);
  });

  test('the aperture follows the field, the grain of the texture does not', () => {
    const target = { centerPx: [80, 90], fieldPx: 40 } as const;
    const small = textures.list({ ...view, target });
    expect(small.parameters(0).apertureDeg).toBeCloseTo((apertureOverField * 40 * 8) / 192, 12);
    const [a, b] = [small.draw(6).data, list.draw(6).data];
    for (let y = 66; y < 94; y++) for (let x = 76; x < 104; x++) expect(a[3 * (y * 192 + x)]).toBe(b[3 * (y * 192 + x)]);
  });
});
