import { describe, expect, it } from 'vitest';
import { fieldCentroid, fieldMap } from './field-map.ts';

const mapOf = (nRows: number, nColumns: number, value: (y: number, x: number, i: number) => number) =>
  Float64Array.from({ length: nRows * nColumns }, (_, i) => value(Math.floor(i / nColumns), i % nColumns, i));
const gaussian = (y0: number, x0: number, sigma: number) => (y: number, x: number) =>
  Math.exp(-((y - y0) ** 2 + (x - x0) ** 2) / (2 * sigma ** 2));

describe('against SciPy 1.17 and NumPy', () => {
  // 5·exp(−½ dᵀ C⁻¹ d) around (9.3, 11.2) with C = [[6, 2], [2, 3]], + 0.2·sin(1 + 7.3i + 0.013i²), rectified
  const map = mapOf(21, 21, (y, x, i) => {
    const [dy, dx] = [y - 9.3, x - 11.2];
    const exponent = (3 * dy * dy - 4 * dy * dx + 6 * dx * dx) / 14;
    return 5 * Math.exp(-exponent / 2) + 0.2 * Math.sin(1 + 7.3 * i + 0.013 * i * i);
  });
  it('an elongated field with noise', () => {
    const field = fieldMap(map, [21, 21], 0);
    expect(field.sigmaSteps).toBeCloseTo(1.9417870572, 6);
    expect(field.elongation).toBeCloseTo(1.8038035645, 6);
    expect(field.gaussianR2).toBeCloseTo(0.98028178866, 10);
    expect(field.momentSigmaSteps).toBeCloseTo(3.252200280625, 10);
    expect(field.sqrtAreaSteps).toBeCloseTo(8.888194417315589, 12);
    expect(field.centroidYSteps).toBeCloseTo(9.325382156020016, 12);
    expect(field.centroidXSteps).toBeCloseTo(11.234902858218952, 12);
    expect(field).toMatchObject({ isCut: false, note: null });
    // Its centroid alone; the map need not be rectified.
    expect(fieldCentroid(map, [21, 21])).toEqual([field.centroidYSteps, field.centroidXSteps]);
  });
});

describe('fieldMap', () => {
  it('a Gaussian of σ 4: both σ, and √area = √(2π ln(1/0.0455)) σ = 4.406 σ', () => {
    const field = fieldMap(mapOf(41, 41, gaussian(20, 19, 4)), [41, 41], 0);
    expect(field.sigmaSteps).toBeCloseTo(4, 10);
    expect(field.momentSigmaSteps).toBeCloseTo(4, 3);
    expect(field.sqrtAreaSteps / 4).toBeCloseTo(4.406, 1);
    expect(field.elongation).toBeCloseTo(1, 10);
    expect(field.gaussianR2).toBeCloseTo(1, 12);
    expect([field.centroidYSteps, field.centroidXSteps]).toEqual([expect.closeTo(20, 10), expect.closeTo(19, 10)]);
  });
  it('centroid by hand: 100 and 50 count, 5 of 100 does not', () => {
    const map = mapOf(5, 5, (y, x) => (y === 2 ? [0, 100, 0, 50, 5][x]! : 0));
    const { centroidYSteps, centroidXSteps } = fieldMap(map, [5, 5], 0);
    expect(centroidYSteps).toBe(2);
    expect(centroidXSteps).toBeCloseTo((100 * 1 + 50 * 3) / 150, 14);
  });
  it.each([1, 2, 4])('mapped with a disk of radius %i, the patch comes off in quadrature', (radius) => {
    // A linear Gaussian unit of σ 3 seen through the disk: their sum over the disk's points, finely sampled.
    const points: [number, number][] = [];
    for (let y = -radius; y <= radius; y += radius / 20)
      for (let x = -radius; x <= radius; x += radius / 20) if (y * y + x * x <= radius * radius) points.push([y, x]);
    const map = mapOf(41, 41, (y, x) => points.reduce((sum, [dy, dx]) => sum + gaussian(20, 20, 3)(y + dy, x + dx), 0));
    const { sigmaSteps, momentSigmaSteps } = fieldMap(map, [41, 41], radius / 2);
    expect(Math.abs(momentSigmaSteps / 3 - 1)).toBeLessThan(0.01);
    // The blurred field is no Gaussian, and its least-squares one is up to 2.7 % off for the widest disk.
    expect(Math.abs(sigmaSteps / 3 - 1)).toBeLessThan(0.03);
  });
  it('a scale changes nothing, moving the field its centroid alone', () => {
    const size = [31, 31] as const;
    const base = fieldMap(mapOf(...size, gaussian(14, 15, 2.5)), size, 0);
    const scaled = fieldMap(
      mapOf(...size, gaussian(14, 15, 2.5)).map((r) => 1e-5 * r),
      size,
      0,
    );
    expect(scaled.sigmaSteps).toBeCloseTo(base.sigmaSteps, 10);
    expect(scaled.sqrtAreaSteps).toBe(base.sqrtAreaSteps);
    const moved = fieldMap(mapOf(...size, gaussian(17, 12, 2.5)), size, 0);
    expect(moved.sigmaSteps).toBeCloseTo(base.sigmaSteps, 10);
    expect(moved.centroidYSteps - base.centroidYSteps).toBeCloseTo(3, 10);
    expect(moved.centroidXSteps - base.centroidXSteps).toBeCloseTo(-3, 10);
  });
  it('a spike of six times its height on a field of σ 6 is not the field', () => {
    const map = mapOf(81, 81, (y, x) => (y === 40 && x === 40 ? 6 : gaussian(40, 40, 6)(y, x)));
    const { sigmaSteps, gaussianR2 } = fieldMap(map, [81, 81], 0);
    expect(Math.abs(sigmaSteps / 6 - 1)).toBeLessThan(0.05);
    expect(gaussianR2).toBeGreaterThan(0.8);
  });
  it('says why σ is empty, and when the field is cut', () => {
    const narrow = fieldMap(mapOf(15, 15, gaussian(7, 7, 1.5)), [15, 15], 2);
    expect(narrow).toMatchObject({ sigmaSteps: Number.NaN, note: 'no wider than the patch', isCut: false });
    expect(narrow.sqrtAreaSteps).toBeGreaterThan(6);
    expect(fieldMap(mapOf(15, 15, gaussian(1, 7, 2)), [15, 15], 0).isCut).toBe(true);
    const even = fieldMap(new Float64Array(225).fill(3), [15, 15], 0);
    expect(even).toMatchObject({ sigmaSteps: Number.NaN, elongation: Number.NaN, note: 'no Gaussian lies on the map' });
    expect(fieldMap(new Float64Array(9).fill(-1), [3, 3], 0)).toMatchObject({
      sigmaSteps: Number.NaN,
      centroidYSteps: Number.NaN,
      note: 'no response above 0',
    });
    expect(() => fieldMap(new Float64Array(8), [2, 4], 0)).toThrow(
      'fieldMap: needs a map of at least 3 × 3 positions, got 8 values for 2 × 4.',
    );
  });
});
