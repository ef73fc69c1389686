import { createRandom } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { angleDeg, filterShape, type MapSize } from './filter-shape.ts';

const mapOf = ([heightPx, widthPx]: MapSize, value: (y: number, x: number, i: number) => number) =>
  Float64Array.from({ length: heightPx * widthPx }, (_, i) => value(Math.floor(i / widthPx), i % widthPx, i));

interface GaborShape {
  readonly y: number;
  readonly x: number;
  readonly deg: number;
  readonly f: number;
  readonly phase: number;
  readonly across: number;
  readonly along: number;
}
const gabor =
  ({ y: y0, x: x0, deg, f, phase, across, along }: GaborShape) =>
  (y: number, x: number) => {
    const [cos, sin] = [Math.cos((deg * Math.PI) / 180), Math.sin((deg * Math.PI) / 180)];
    const u = (x - x0) * cos + (y - y0) * sin;
    const v = (y - y0) * cos - (x - x0) * sin;
    return (
      Math.exp(-(u * u) / (2 * across ** 2) - (v * v) / (2 * along ** 2)) *
      Math.cos(2 * Math.PI * f * u + (phase * Math.PI) / 180)
    );
  };
const size: MapSize = [11, 13];
/** Reproducible by formula, in any language. */
const ripple = (i: number) => Math.sin(1 + 7.3 * i + 0.013 * i * i);
const shape: GaborShape = { y: 4.8, x: 6.3, deg: 35, f: 0.17, phase: 50, across: 1.9, along: 2.6 };
const gaborMap = mapOf(size, (y, x, i) => 1.5 * gabor(shape)(y, x) + 0.08 * ripple(i));
const centreSurround = mapOf(size, (y, x, i) => {
  const square = (y - 5.3) ** 2 + (x - 6.1) ** 2;
  return 2 * Math.exp(-square / (2 * 1.1 ** 2)) - 0.6 * Math.exp(-square / (2 * 2.4 ** 2)) + 0.05 * ripple(i);
});

describe('against scipy.optimize.least_squares (1.17)', () => {
  it('a Gabor with noise', () => {
    const { gabor: found, gaborR2, differenceOfGaussiansR2, lgnLikeness, note } = filterShape([gaborMap, gaborMap], size);
    expect(found!.amplitude).toBeCloseTo(1.49725129, 6);
    expect(found!.centreYPx).toBeCloseTo(4.81245691, 6);
    expect(found!.centreXPx).toBeCloseTo(6.28317686, 6);
    expect(found!.orientationDeg).toBeCloseTo(34.9033987, 5);
    expect(found!.frequencyCpx).toBeCloseTo(0.1695143763, 7);
    expect(found!.phaseDeg).toBeCloseTo(49.7213618, 4);
    expect(found!.sigmaAcrossPx).toBeCloseTo(1.91685394, 6);
    expect(found!.sigmaAlongPx).toBeCloseTo(2.57854903, 6);
    expect(found!.nx).toBeCloseTo(1.91685394 * 0.1695143763, 6);
    expect(found!.ny).toBeCloseTo(2.57854903 * 0.1695143763, 6);
    expect(gaborR2).toBeCloseTo(0.97485176986, 9);
    // The best of 300 random starts of a difference of Gaussians without bounds: two large ones that nearly cancel.
    expect(differenceOfGaussiansR2).toBeLessThan(0.4034573);
    expect(differenceOfGaussiansR2).toBeGreaterThan(0.39);
    expect(lgnLikeness).toBeCloseTo(differenceOfGaussiansR2 - gaborR2, 14);
    expect(note).toBeNull();
  });
  it('a difference of Gaussians with noise', () => {
    const { differenceOfGaussians, differenceOfGaussiansR2, gaborR2, lgnLikeness } = filterShape(
      [centreSurround, centreSurround],
      size,
    );
    expect(differenceOfGaussians!.centreAmplitude).toBeCloseTo(1.984665731, 6);
    expect(differenceOfGaussians!.surroundAmplitude).toBeCloseTo(0.5767288515, 6);
    expect(differenceOfGaussians!.centreYPx).toBeCloseTo(5.3010969217, 7);
    expect(differenceOfGaussians!.centreXPx).toBeCloseTo(6.09865222, 7);
    expect(differenceOfGaussians!.centreSigmaPx).toBeCloseTo(1.0895988398, 6);
    expect(differenceOfGaussians!.surroundSigmaPx).toBeCloseTo(2.4303590045, 5);
    expect(differenceOfGaussiansR2).toBeCloseTo(0.973456013, 9);
    // The best of 300 random starts of a Gabor.
    expect(gaborR2).toBeCloseTo(0.76864, 4);
    expect(lgnLikeness).toBeGreaterThan(0);
  });
});

describe('filterShape', () => {
  // V1's range of nx and ny (Ringach 2002), at many angles, phases and frequencies.
  const random = createRandom(3);
  const shapes = Array.from({ length: 12 }, (_, i): GaborShape => {
    const f = 0.08 + 0.2 * random.uniform();
    const [nx, ny] = [0.2 + 0.4 * random.uniform(), 0.2 + 0.5 * random.uniform()];
    return {
      y: 6.5 + 2 * random.uniform(),
      x: 6.5 + 2 * random.uniform(),
      deg: (i * 180) / 12,
      f,
      phase: 360 * random.uniform() - 180,
      across: Math.min(3, nx / f),
      along: Math.min(3, ny / f),
    };
  });
  it('finds 12 Gabors without noise again', () => {
    for (const truth of shapes) {
      const map = mapOf([15, 15], gabor(truth));
      const { gaborR2, gabor: found } = filterShape([map, map], [15, 15]);
      expect(gaborR2).toBeCloseTo(1, 8);
      expect(found!.nx).toBeCloseTo(truth.across * truth.f, 3);
      expect(found!.ny).toBeCloseTo(truth.along * truth.f, 3);
      expect(Math.abs(((found!.orientationDeg - truth.deg + 270) % 180) - 90)).toBeLessThan(0.1);
    }
  });
  it('noise halves: what is fitted on one half is scored on the other', () => {
    const noise = (seed: number) => {
      const stream = createRandom(seed);
      return Float64Array.from({ length: 143 }, () => stream.normal());
    };
    const { gaborR2, differenceOfGaussiansR2 } = filterShape([noise(1), noise(2)], size);
    expect(gaborR2).toBeLessThan(0.05);
    expect(differenceOfGaussiansR2).toBeLessThan(0.05);
    const ownR2 = filterShape([noise(1), noise(1)], size).gaborR2;
    expect(ownR2).toBeGreaterThan(gaborR2 + 0.1);
  });
  it('a scale changes neither score nor shape; turning the map by 90° turns the orientation', () => {
    const base = filterShape([gaborMap, gaborMap], size);
    const scaledMap = gaborMap.map((value) => -1e-3 * value);
    const scaled = filterShape([scaledMap, scaledMap], size);
    expect(scaled.gaborR2).toBeCloseTo(base.gaborR2, 9);
    expect(scaled.gabor!.nx).toBeCloseTo(base.gabor!.nx, 6);
    expect(scaled.gabor!.phaseDeg).toBeCloseTo(base.gabor!.phaseDeg - 180, 3);
    const [heightPx, widthPx] = size;
    const turnedMap = mapOf([widthPx, heightPx], (y, x) => gaborMap[(heightPx - 1 - x) * widthPx + y]!);
    const turned = filterShape([turnedMap, turnedMap], [widthPx, heightPx]);
    expect(turned.gabor!.orientationDeg).toBeCloseTo(base.gabor!.orientationDeg + 90, 4);
    expect(turned.gaborR2).toBeCloseTo(base.gaborR2, 9);
    expect(turned.differenceOfGaussiansR2).toBeCloseTo(base.differenceOfGaussiansR2, 2);
  });
  it('an off-centre unit has a negative centre', () => {
    const off = centreSurround.map((value) => -value);
    const { differenceOfGaussians } = filterShape([off, off], size);
    expect(differenceOfGaussians!.centreAmplitude).toBeLessThan(-1.9);
    expect(differenceOfGaussians!.surroundAmplitude).toBeLessThan(-0.5);
  });
  it('an edge without a second lobe, and a grating beyond the map, have no nx and ny', () => {
    const edge = mapOf([9, 9], (y, x) => (x - 4) * Math.exp(-((y - 4) ** 2 + (x - 4) ** 2) / 4));
    const { gabor: ofEdge, gaborR2, note } = filterShape([edge, edge], [9, 9]);
    expect(gaborR2).toBeGreaterThan(0.99);
    expect([ofEdge!.nx, ofEdge!.ny]).toEqual([Number.NaN, Number.NaN]);
    expect(note).toBe("nx and ny not resolved: the Gabor's frequency is below a quarter cycle per map");
    const grating = mapOf([9, 9], (_, x) => Math.cos(2 * Math.PI * 0.2 * x));
    const wide = filterShape([grating, grating], [9, 9]);
    expect(wide.gabor!.frequencyCpx).toBeCloseTo(0.2, 2);
    expect(wide.note).toBe("nx and ny not resolved: the Gabor's envelope is as wide as the map");
  });
  it('says why it is empty', () => {
    const small = new Float64Array(9).map((_, i) => i);
    expect(filterShape([small, small], [3, 3])).toMatchObject({
      gabor: null,
      differenceOfGaussians: null,
      gaborR2: Number.NaN,
      lgnLikeness: Number.NaN,
      note: 'map narrower than 7 px',
    });
    const flat = new Float64Array(49);
    expect(filterShape([flat, flat], [7, 7]).note).toBe('same value everywhere');
    expect(filterShape([flat.map(() => Number.NaN), flat], [7, 7]).note).toBe('a value is not a number');
    expect(() => filterShape([flat, flat.slice(1)], [7, 7])).toThrow(
      'filterShape: needs two maps of 7 × 7 values, got 49 and 48.',
    );
  });
});

describe('angleDeg', () => {
  it('agrees with Math.atan2 all around', () => {
    for (let deg = -179.5; deg <= 180; deg += 0.5) {
      const radians = (deg * Math.PI) / 180;
      const [y, x] = [3 * Math.sin(radians), 3 * Math.cos(radians)];
      expect(angleDeg(y, x)).toBeCloseTo((Math.atan2(y, x) * 180) / Math.PI, 12);
    }
  });
  it('is exact on the axes', () => {
    expect([angleDeg(0, 1), angleDeg(1, 0), angleDeg(0, -1), angleDeg(-1, 0), angleDeg(0, 0)]).toEqual([0, 90, 180, -90, 0]);
  });
});
