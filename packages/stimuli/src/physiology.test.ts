import { describe, expect, test } from 'vitest';
import type { GratingPatch } from './gratings.ts';
import {
  bars,
  chromaticGratings,
  contrastGratings,
  gabors,
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
    chromatic: 720,
    contrast: 1344,
    gabors: 240,
    orientation: 1152,
    'receptive-field': 3528,
    size: 2304,
    'sparse-noise': 256,
    'spatial-frequency': 2112,
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
  test('the spatial-frequency set has 22 equal steps from one limit to the other', () => {
    const frequencies = distinct(all(spatialFrequencyGratings.list({ ...view, target })).map((p) => p.spatialFrequencyCpd));
    expect(frequencies.length).toBe(22);
    expect(frequencies[0]).toBeCloseTo(1 / 6, 12);
    expect(frequencies[21]).toBeCloseTo(2.8, 12);
    expect(frequencies[11]! / frequencies[10]!).toBeCloseTo((2.8 * 6) ** (1 / 21), 12);
  });
  test('the size set has 12 diameters from 2 to 24 px', () => {
    const diameters = distinct(all(sizeGratings.list({ ...view, target })).map((p) => p.diameterDeg * 8));
    expect([diameters.length, diameters[0], diameters[11]!.toFixed(9)]).toEqual([12, 2, '24.000000000']);
  });
  test('the contrast set has octaves from 1/64', () => {
    const contrasts = distinct(all(contrastGratings.list({ ...view, target })).map((p) => p.contrast));
    expect(contrasts).toEqual([1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1]);
  });
  test('phases are innermost: every eight pictures are one grating', () => {
    for (const [, patches] of gratings) {
      expect(patches.slice(8, 16).map(({ phaseDeg }) => phaseDeg)).toEqual([0, 45, 90, 135, 180, 225, 270, 315]);
      expect(new Set(patches.slice(8, 16).map((patch) => JSON.stringify({ ...patch, phaseDeg: 0 }))).size).toBe(1);
    }
  });
  test('mapping patches lie on 21 × 21 places over the field, x fastest', () => {
    const patches = all(receptiveFieldPatches.list({ ...view, target }));
    expect(distinct(patches.map(({ xDeg }) => Math.round(1e9 * (xDeg * 8 + 31.5)) / 1e9))).toEqual(
      Array.from({ length: 21 }, (_, i) => Math.round(1e9 * (28 + (24 * i) / 20)) / 1e9),
    );
    expect(patches[1]!.xDeg).toBeGreaterThan(patches[0]!.xDeg);
    expect(patches[1]!.yDeg).toBe(patches[0]!.yDeg);
    // 24 / 15 px are below the least.
    expect(patches[0]!.diameterDeg).toBe(2 / 8);
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
test('at 3 px there are still as many pictures and none has a frequency or size twice', () => {
  const patches = all(orientationGratings.list({ ...view, target: { ...target, fieldPx: 3 } }));
  expect(new Set(patches.map((patch) => JSON.stringify(patch))).size).toBe(1152);
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
