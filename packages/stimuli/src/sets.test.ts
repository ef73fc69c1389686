import type { Image } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { fourier2d } from './fourier.ts';
import { drawScene } from './scene.ts';
import { defaultSetName, stimulusSet, stimulusSets } from './sets.ts';

const view = { heightPx: 32, widthPx: 32, fovDeg: 2, seed: 0 };

/** Sets of which another seed shows other pictures. */
const randomSets = ['catdog', 'categories', 'checks', 'dead-leaves', 'digits', 'noise', 'sparse-noise', 'textures'];
/** Sets whose pictures differ by their index alone. */
const isSampled = ['catdog', 'dead-leaves', 'digits', 'noise'];

/** FNV-1a, 32 bits, as hexadecimal. */
function hash({ data }: Image): string {
  return (Array.from(data).reduce((h, byte) => Math.imul(h ^ byte, 16777619), 0x811c9dc5) >>> 0).toString(16);
}

/** Slope of log amplitude over log frequency of some pictures' green, from 3 cycles a picture to a third of the side. */
function spectralSlope(images: readonly Image[], side: number): number {
  const power = new Float64Array(side);
  const n = new Float64Array(side);
  // A Hann window, so that the picture's borders are no edges.
  const hann = (i: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / side);
  for (const { data } of images) {
    const weights = Float64Array.from({ length: side * side }, (_, i) => hann(Math.floor(i / side)) * hann(i % side));
    const mean =
      weights.reduce((sum, weight, i) => sum + weight * data[3 * i + 1]!, 0) / weights.reduce((sum, weight) => sum + weight, 0);
    const real = weights.map((weight, i) => weight * (data[3 * i + 1]! - mean));
    const imaginary = new Float64Array(side * side);
    fourier2d(real, imaginary, side);
    for (let i = 0; i < side * side; i++) {
      const [y, x] = [Math.floor(i / side), i % side];
      const ring = Math.round(Math.hypot(Math.min(y, side - y), Math.min(x, side - x)));
      power[ring]! += real[i]! ** 2 + imaginary[i]! ** 2;
      n[ring]!++;
    }
  }
  const rings = Array.from({ length: Math.floor(side / 3) - 2 }, (_, i) => i + 3);
  const points = rings.map((ring) => ({ x: Math.log(ring), y: Math.log(power[ring]! / n[ring]!) / 2, weight: 1 / ring }));
  const average = (of: (point: (typeof points)[0]) => number) =>
    points.reduce((sum, point) => sum + point.weight * of(point), 0) / points.reduce((sum, point) => sum + point.weight, 0);
  const [meanX, meanY] = [average(({ x }) => x), average(({ y }) => y)];
  return average(({ x, y }) => (x - meanX) * (y - meanY)) / average(({ x }) => (x - meanX) ** 2);
}

describe('the same bytes everywhere', () => {
  test.each([
    ['catdog', 0, 'catdog/cat/000000', 'ff5996e2'],
    ['catdog', 99, 'catdog/dog/000049', '125886f7'],
    ['categories', 0, 'categories/cat_00', '812dcb9e'],
    ['categories', 127, 'categories/tree_15', '72e7e2f1'],
    ['dead-leaves', 0, 'dead-leaves/00', '7bd64e4d'],
    ['dead-leaves', 63, 'dead-leaves/63', '6011f7b'],
    ['digits', 37, 'digits/3/000007', '5de64a17'],
    ['gratings', 0, 'gratings/ori000.0_sf1.00cpd_ph000', '61067cc5'],
    ['gratings', 42, 'gratings/ori045.0_sf1.00cpd_ph180', '55496be7'],
    ['gratings', 159, 'gratings/ori157.5_sf5.60cpd_ph270', 'e1108103'],
    ['noise', 0, 'noise/white_00', '7546ebfb'],
    ['noise', 32, 'noise/pink_00', 'a33bc3'],
    ['bars', 100, 'bars/100', 'eabc3448'],
    ['blank', 0, 'blank/00', '770b0dc5'],
    ['checks', 7, 'checks/007', '99bf45fb'],
    ['chromatic', 100, 'chromatic/100', '1c54495'],
    ['contrast', 200, 'contrast/200', '61b22f95'],
    ['gabors', 99, 'gabors/099', 'd821f1b5'],
    ['objects', 7, 'objects/007', '7c64dbdd'],
    ['objects', 39, 'objects/039', 'c86686ef'],
    ['orientation', 277, 'orientation/277', 'bf755458'],
    ['receptive-field', 734, 'receptive-field/734', '25db5a72'],
    ['size', 400, 'size/400', 'fa767f3d'],
    ['sparse-noise', 7, 'sparse-noise/007', '8e360115'],
    ['spatial-frequency', 500, 'spatial-frequency/500', '14ba0b4d'],
    ['spots', 15, 'spots/15', 'da5851f1'],
    ['complex', 50, 'complex/050', 'ab3c10ed'],
    ['complex', 130, 'complex/130', 'ff7e36f1'],
    ['shapes', 200, 'shapes/200', '716cbe5d'],
    ['simple', 100, 'simple/100', 'e3c12c71'],
    ['simple', 125, 'simple/125', '5be7f283'],
    ['textures', 7, 'textures/07', 'dbd38df7'],
    ['textures', 10, 'textures/10', 'f195760c'],
  ])('%s %d is %s with hash %s', (name, i, id, expected) => {
    const set = stimulusSet(name).list(view);
    expect(set.id(i)).toBe(id);
    expect(hash(set.draw(i))).toBe(expected);
  });
  test('the scene', () => expect(hash(drawScene())).toBe('f37d043b'));
});

describe.each(stimulusSets)('$name', (set) => {
  const list = set.list(view);
  const last = list.nStimuli - 1;
  test('a stimulus depends on its index and seed, not on what was drawn before', () => {
    const first = hash(list.draw(0));
    if (last > 0) expect(hash(list.draw(last))).not.toBe(first);
    expect(hash(set.list(view).draw(0))).toBe(first);
    const other = hash(set.list({ ...view, seed: 1 }).draw(0));
    if (randomSets.includes(set.name)) expect(other).not.toBe(first);
    else expect(other).toBe(first);
  });
  test('ids are unique, and in order; parameters are', () => {
    const indices = Array.from({ length: list.nStimuli }, (_, i) => i);
    for (const fovDeg of [2, 90]) {
      const { id } = set.list({ ...view, fovDeg });
      expect(new Set(indices.map(id)).size).toBe(list.nStimuli);
    }
    if (!isSampled.includes(set.name))
      expect(new Set(indices.map((i) => JSON.stringify(list.parameters(i)))).size).toBe(list.nStimuli);
  });
  test('24×40 px is drawn as such, never to be resized', () => {
    const image = set.list({ ...view, heightPx: 24, widthPx: 40 }).draw(last);
    expect([image.heightPx, image.widthPx, image.data.length, image.isFitted]).toEqual([24, 40, 24 * 40 * 3, true]);
  });
  test('there is no stimulus beyond the last', () => {
    for (const ask of [list.draw, list.id, list.parameters])
      expect(() => ask(last + 1)).toThrow(`stimuli: "${set.name}" has stimuli 0 to ${last}, got ${last + 1}.`);
  });
});

describe('statistics', () => {
  const list = (name: string, side: number) => stimulusSet(name).list({ ...view, heightPx: side, widthPx: side });
  const images = (name: string, from: number, side: number) =>
    Array.from({ length: 16 }, (_, i) => list(name, side).draw(from + i));
  const mean = (all: readonly Image[]) =>
    all.flatMap(({ data }) => [...data]).reduce((sum, x, _, { length }) => sum + x / length, 0);
  test.each([
    ['white noise', 'noise', 0, 0, 0.1],
    ['1/f noise', 'noise', 32, -1, 0.1],
    // Natural scenes: −1.2 on average (Field 1987; Ruderman 1997).
    ['dead leaves', 'dead-leaves', 0, -1.2, 0.2],
  ])('amplitude of %s (%s from %d) over frequency has slope %d ± %d in logarithms', (_, name, from, slope, tolerance) => {
    expect(Math.abs(spectralSlope(images(name, from, 64), 64) - slope)).toBeLessThan(tolerance);
  });
  test.each([0, 32])('noise from %d has mean grey and RMS contrast 1/3', (from) => {
    const all = images('noise', from, 64);
    const values = all.flatMap(({ data }) => [...data]);
    expect(Math.abs(mean(all) - 127.5)).toBeLessThan(1);
    const std = Math.sqrt(values.reduce((sum, x) => sum + (x - 127.5) ** 2, 0) / values.length);
    expect(Math.abs(std / 127.5 - 1 / 3)).toBeLessThan(0.01);
  });
  test('a picture of 64 px, averaged to 32, is the picture of 32 px of the same scene, and of no other (mean difference in bytes)', () => {
    const small = list('dead-leaves', 32).draw(7).data;
    const difference = (i: number) => {
      const large = list('dead-leaves', 64).draw(i).data;
      const averaged = Array.from(small, (_, k) => {
        const at = 3 * (128 * Math.floor(k / 96) + 2 * Math.floor((k % 96) / 3)) + (k % 3);
        return (large[at]! + large[at + 3]! + large[at + 192]! + large[at + 195]!) / 4;
      });
      return averaged.reduce((sum, x, k) => sum + Math.abs(x - small[k]!), 0) / small.length;
    };
    expect(difference(7)).toBeLessThan(8);
    expect(difference(8)).toBeGreaterThan(30);
  });
});

test('names', () => {
  expect(stimulusSet(defaultSetName).name).toBe('dead-leaves');
  const names = stimulusSets.map(({ name }) => name);
  expect(() => stimulusSet('leaves')).toThrow(`stimuli: there is no built-in set "leaves". Built-in sets: ${names.join(', ')}.`);
  expect(new Set(names).size).toBe(names.length);
  expect(() => stimulusSet('gratings').list({ ...view, widthPx: 5 })).toThrow(
    'gratings need an input at least 6 px wide, got 5.',
  );
  expect(() => stimulusSet('noise').list({ ...view, mode: 'marques' })).toThrow(
    'stimuli: "noise" has no published degrees. Use the mode "relative".',
  );
});
