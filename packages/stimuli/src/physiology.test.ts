import { describe, expect, test } from 'vitest';
import type { GratingPatch } from './gratings.ts';
import { objectNames } from './objects.ts';
import {
  bars,
  chromaticGratings,
  contrastGratings,
  gabors,
  leastFieldPx,
  objects,
  orientationGratings,
  physiologySets,
  receptiveFieldPatches,
  sizeGratings,
  spatialFrequencyGratings,
  spots,
} from './physiology.ts';
import type { Parameters, StimulusList } from './stimulus-set.ts';

const view = { heightPx: 64, widthPx: 64, fovDeg: 8, seed: 0 };
/** 8 px per degree; the field is 24 px wide. */
const target = { centerPx: [20, 40], fieldPx: 24 } as const;

const all = <P extends Parameters>({ nStimuli, parameters }: StimulusList<P>) =>
  Array.from({ length: nStimuli }, (_, i) => parameters(i));
const distinct = (values: number[]) => [...new Set(values)].sort((a, b) => a - b);

test('counts', () => {
  expect(Object.fromEntries(physiologySets.map(({ name, list }) => [name, list({ ...view, target }).nStimuli]))).toEqual({
    bars: 648,
    blank: 1,
    checks: 512,
    chromatic: 144,
    contrast: 336,
    gabors: 240,
    objects: 110,
    orientation: 384,
    'receptive-field': 968,
    size: 480,
    'sparse-noise': 256,
    'spatial-frequency': 576,
    spots: 46,
  });
});

describe('relative to a field of 24 px centred on pixel (20, 40)', () => {
  const gratings: [string, GratingPatch[]][] = [
    orientationGratings,
    spatialFrequencyGratings,
    sizeGratings,
    contrastGratings,
  ].map(({ name, list }) => [name, all(list({ ...view, target }))]);
  test.each(gratings)(
    '%s: centred; from half a cycle over the field to 0.35 cycles per pixel, from 2 px to the field',
    (_, patches) => {
      for (const { yDeg, xDeg, spatialFrequencyCpd, diameterDeg } of patches) {
        expect([yDeg, xDeg]).toEqual([(20 - 31.5) / 8, (40 - 31.5) / 8]);
        expect(spatialFrequencyCpd).toBeGreaterThanOrEqual((0.5 / 24) * 8);
        expect(spatialFrequencyCpd).toBeLessThanOrEqual(0.35 * 8 * (1 + 1e-15));
        expect(diameterDeg).toBeGreaterThanOrEqual(2 / 8);
        expect(diameterDeg).toBeLessThanOrEqual((24 / 8) * (1 + 1e-15));
      }
    },
  );
  test('the spatial-frequency set has 12 equal ratios from one limit to the other; size, contrast and colour take three', () => {
    const frequencies = distinct(all(spatialFrequencyGratings.list({ ...view, target })).map((p) => p.spatialFrequencyCpd));
    expect(frequencies.length).toBe(12);
    expect(frequencies[0]).toBeCloseTo(1 / 6, 12);
    expect(frequencies[11]).toBeCloseTo(2.8, 12);
    expect(frequencies[6]! / frequencies[5]!).toBeCloseTo((2.8 * 6) ** (1 / 11), 12);
    for (const { list } of [sizeGratings, contrastGratings, chromaticGratings]) {
      const some = all<Parameters>(list({ ...view, target })).map((p) => Number(p.spatialFrequencyCpd));
      expect(distinct(some)).toEqual([2, 6, 10].map((i) => frequencies[i]));
    }
  });
  test('the orientation set has 4 frequencies from 1.5 cycles over the field to a quarter cycle per pixel, over all of it', () => {
    const patches = all(orientationGratings.list({ ...view, target }));
    const frequencies = distinct(patches.map((p) => p.spatialFrequencyCpd));
    // 0.5 and 2 cycles per degree: 1.5 / 24 px is 1/16, the ratio to 1/4 is 4.
    frequencies.forEach((frequency, i) => {
      expect(frequency).toBeCloseTo(0.5 * 4 ** (i / 3), 12);
    });
    expect(frequencies.length).toBe(4);
    expect(distinct(patches.map((p) => p.diameterDeg))).toEqual([3]);
  });
  test.each([
    // An octave below a quarter, as 1.5 / 7 would be nearly a quarter itself; half a cycle over the field if that is more.
    [7, 1 / 8],
    [3, 1 / 6],
  ])('in a field of %d px they begin at %d cycles per pixel', (fieldPx, lowest) => {
    const patches = all(orientationGratings.list({ ...view, target: { ...target, fieldPx } }));
    const frequencies = distinct(patches.map((p) => p.spatialFrequencyCpd / 8));
    expect(frequencies.length).toBe(4);
    expect(frequencies[0]).toBeCloseTo(lowest, 12);
    expect(frequencies[3]).toBeCloseTo(1 / 4, 12);
  });
  test('the size set has 10 diameters from 2 to 24 px', () => {
    const diameters = distinct(all(sizeGratings.list({ ...view, target })).map((p) => p.diameterDeg * 8));
    expect([diameters.length, diameters[0], diameters[9]!.toFixed(9)]).toEqual([10, 2, '24.000000000']);
  });
  test('the contrast set has octaves from 1/64', () => {
    const contrasts = distinct(all(contrastGratings.list({ ...view, target })).map((p) => p.contrast));
    expect(contrasts).toEqual([1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]);
  });
  test.each([
    [receptiveFieldPatches, [0, 90, 180, 270]],
    [orientationGratings, [0, 45, 90, 135, 180, 225, 270, 315]],
    [spatialFrequencyGratings, [0, 45, 90, 135, 180, 225, 270, 315]],
    [sizeGratings, [0, 90, 180, 270]],
    [contrastGratings, [0, 90, 180, 270]],
    [chromaticGratings, [0, 90, 180, 270]],
  ] as const)('$0.name: phases are innermost, every run of them is one grating', ({ list }, phasesDeg) => {
    const patches = all<Parameters>(list({ ...view, target }));
    const conditions = new Set<string>();
    for (let i = 0; i < patches.length; i += phasesDeg.length) {
      const run = patches.slice(i, i + phasesDeg.length);
      expect(run.map(({ phaseDeg }) => phaseDeg)).toEqual(phasesDeg);
      expect(new Set(run.map((patch) => JSON.stringify({ ...patch, phaseDeg: 0 }))).size).toBe(1);
      conditions.add(JSON.stringify({ ...run[0], phaseDeg: 0 }));
    }
    expect(conditions.size).toBe(patches.length / phasesDeg.length);
  });
  test('mapping patches lie on 11 × 11 places over the field, eight at each, then the next along x', () => {
    const patches = all(receptiveFieldPatches.list({ ...view, target }));
    const rounded = (px: number) => Math.round(1e9 * px) / 1e9;
    expect(distinct(patches.map(({ xDeg }) => rounded(xDeg * 8 + 31.5)))).toEqual(
      Array.from({ length: 11 }, (_, i) => rounded(28 + (24 * i) / 10)),
    );
    expect(distinct(patches.map(({ yDeg }) => rounded(yDeg * 8 + 31.5)))[0]).toBe(20 - 12);
    expect(new Set(patches.slice(0, 8).map(({ yDeg, xDeg }) => `${yDeg} ${xDeg}`)).size).toBe(1);
    expect(rounded(patches[8]!.xDeg * 8 - patches[0]!.xDeg * 8)).toBe(2.4);
    expect(patches[8]!.yDeg).toBe(patches[0]!.yDeg);
    // Neighbours are three quarters of a diameter apart, and a diameter is half a cycle.
    expect(patches[0]!.diameterDeg * 8).toBeCloseTo(2.4 / 0.75, 12);
    expect(patches[0]!.diameterDeg * patches[0]!.spatialFrequencyCpd).toBeCloseTo(0.5, 12);
    // 12 / 7.5 px are below the least.
    expect(receptiveFieldPatches.list({ ...view, target: { ...target, fieldPx: 12 } }).parameters(0).diameterDeg).toBe(2 / 8);
  });
  test('bars lie across their orientation from the centre', () => {
    for (const { yDeg, xDeg, orientationDeg } of all(bars.list({ ...view, target }))) {
      const [dy, dx] = [yDeg - (20 - 31.5) / 8, xDeg - (40 - 31.5) / 8];
      const theta = (orientationDeg * Math.PI) / 180;
      expect(Math.abs(dy * Math.cos(theta) - dx * Math.sin(theta))).toBeLessThan(1e-12);
    }
  });
  test('spots come alone and with a ring of the other sign; the largest alone', () => {
    const list = all(spots.list({ ...view, target }));
    expect(list.filter(({ surroundContrast }) => surroundContrast === 0).length).toBe(24);
    for (const spot of list) {
      if (spot.surroundContrast === 0) continue;
      expect(spot.surroundContrast).toBe(-spot.centerContrast);
      expect(spot.centerDiameterDeg).toBeLessThan(spot.surroundDiameterDeg);
    }
  });
  test('objects: one base view each, then one of place, size and rotation changed', () => {
    const placed = all<Parameters>(objects.list({ ...view, target }));
    for (const name of objectNames) {
      const [base, ...others] = placed.filter(({ object }) => object === name);
      expect(base).toEqual({ object: name, yDeg: -11.5 / 8, xDeg: 8.5 / 8, sizeDeg: 1.5, rotationDeg: 0 });
      const changed = others.map((other) =>
        Object.keys(other)
          .filter((key) => other[key] !== base![key])
          .join(' '),
      );
      const times = (n: number, what: string) => Array<string>(n).fill(what);
      expect(changed.sort()).toEqual([
        ...times(3, 'rotationDeg'),
        ...times(3, 'sizeDeg'),
        ...times(2, 'xDeg'),
        ...times(2, 'yDeg'),
      ]);
    }
  });
  test('beyond the field there is grey 128, whatever is drawn', () => {
    for (const set of physiologySets) {
      const { draw, nStimuli } = set.list({ ...view, target });
      // Bars reach half their length beyond, patches and σ's a little.
      for (let i = 0; i < nStimuli; i += Math.ceil(nStimuli / 20)) expect(draw(i).data[3 * (64 * 60 + 3)]).toBe(128);
    }
  });
});

test('a field as large as the network’s input is what a set is for by default; a larger one counts as the input', () => {
  const whole = { centerPx: [31.5, 31.5], fieldPx: 64 } as const;
  const list = (options: object) => JSON.stringify(all(sizeGratings.list({ ...view, ...options })));
  expect(list({})).toBe(list({ target: whole }));
  expect(list({})).toBe(list({ target: { ...whole, fieldPx: 483 } }));
});
test('degrees are a conversion: at another field of view every picture has the same bytes', () => {
  for (const { list } of [gabors, spots, chromaticGratings]) {
    const [near, far] = [list({ ...view, target }), list({ ...view, target, fovDeg: 16 })];
    for (const i of [0, 17, 44]) expect(near.draw(i).data).toEqual(far.draw(i).data);
  }
});
test('a field below 3 px is refused', () => {
  expect(() => sizeGratings.list({ ...view, target: { ...target, fieldPx: 1 } })).toThrow(
    'stimuli: a relative set needs a field of at least 3 px, got 1.',
  );
});
test.each([
  receptiveFieldPatches,
  orientationGratings,
  spatialFrequencyGratings,
  sizeGratings,
  contrastGratings,
  chromaticGratings,
])('at 3 px $name has as many pictures as ever and none twice', ({ list }) => {
  const patches = all<Parameters>(list({ ...view, target: { ...target, fieldPx: leastFieldPx } }));
  expect(new Set(patches.map((patch) => JSON.stringify(patch))).size).toBe(list({ ...view, target }).nStimuli);
});
describe('mean luminance is that of the grey, over phases', () => {
  test.each([orientationGratings, contrastGratings, receptiveFieldPatches, gabors])('$name', ({ list }) => {
    const { draw, parameters, nStimuli } = list({ ...view, target });
    const means = [0, 180].map((phase) => {
      const ofPhase = Array.from({ length: nStimuli }, (_, i) => i).filter((i) => parameters(i).phaseDeg === phase);
      const some = ofPhase.filter((_, k) => k % Math.ceil(ofPhase.length / 12) === 0);
      return some.map((i) => Array.from(draw(i).data).reduce((sum, byte) => sum + byte, 0) / (64 * 64 * 3));
    });
    means[0]!.forEach((mean, k) => {
      expect(Math.abs((mean + means[1]![k]!) / 2 - 128)).toBeLessThan(0.5);
    });
  });
});
