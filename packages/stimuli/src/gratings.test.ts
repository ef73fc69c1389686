import { describe, expect, test } from 'vitest';
import { fourier2d } from './fourier.ts';
import { drawGrating, sineWave } from './gratings.ts';

const field = { heightPx: 64, widthPx: 64, fovDeg: 4 };
const grating = { orientationDeg: 0, spatialFrequencyCpd: 1, phaseDeg: 0, contrast: 1 };
/** Luminance bytes [h][w]. */
const bytes = (options: object = {}) => {
  const { data } = drawGrating(field, { ...grating, ...options });
  return Array.from({ length: 64 }, (_, y) => Array.from({ length: 64 }, (_, x) => data[3 * (64 * y + x)]!));
};
const mean = (rows: number[][]) => rows.flat().reduce((sum, x) => sum + x, 0) / 4096;

describe('by hand', () => {
  test('0°, 1 cycle/deg at 16 px/deg: pixel x is 127.5 (1 + sin(2π (x − 31.5) / 16)), the same in every row', () => {
    const rows = bytes();
    expect(rows[0]).toEqual(
      Array.from({ length: 64 }, (_, x) => Math.round(127.5 * (1 + Math.sin((2 * Math.PI * (x - 31.5)) / 16)))),
    );
    for (const row of rows) expect(row).toEqual(rows[0]);
  });
  test('90° varies along y alone and is 0° turned over', () => {
    const [turned, upright] = [bytes({ orientationDeg: 90 }), bytes()];
    for (const [y, row] of turned.entries()) expect(row).toEqual(row.map(() => upright[0]![y]));
  });
  test('45°: lines of equal luminance run from lower left to upper right (x + y constant, y downward)', () => {
    const rows = bytes({ orientationDeg: 45 });
    for (let y = 1; y < 64; y++) expect(rows[y]!.slice(0, -1)).toEqual(rows[y - 1]!.slice(1));
  });
  test('phase 90° is brightest at fixation, 180° is the negative of 0°', () => {
    expect(bytes({ phaseDeg: 90 })[31]![31]).toBe(Math.round(127.5 * (1 + Math.cos(Math.PI / 16))));
    const [plus, minus] = [bytes().flat(), bytes({ phaseDeg: 180 }).flat()];
    const sums = plus.map((x, i) => x + minus[i]!);
    expect(Math.min(...sums)).toBeGreaterThanOrEqual(254);
    expect(Math.max(...sums)).toBeLessThanOrEqual(256);
  });
});

describe.each([64, 1000])('rows and columns make the sine of the sum, %d px', (side) => {
  const large = { heightPx: side, widthPx: side, fovDeg: side };
  const place = { yDeg: 3.3, xDeg: -0.25 * side };
  test.each([
    [0, 0.01, 0],
    [15, 0.35, 45],
    [22.5, 0.1, 270],
    [135, 0.5, 90],
  ])('%d°, %d cycles per pixel, phase %d°, within 2e-12', (orientationDeg, spatialFrequencyCpd, phaseDeg) => {
    const wave = sineWave(large, place, { orientationDeg, spatialFrequencyCpd, phaseDeg });
    const theta = (orientationDeg * Math.PI) / 180;
    let worst = 0;
    for (let yPx = 0; yPx < side; yPx += 9) {
      const row = wave(yPx);
      for (let xPx = 0; xPx < side; xPx++) {
        const [y, x] = [yPx - (side - 1) / 2 - place.yDeg, xPx - (side - 1) / 2 - place.xDeg];
        const angle = 2 * Math.PI * spatialFrequencyCpd * (x * Math.cos(theta) + y * Math.sin(theta));
        worst = Math.max(worst, Math.abs(row[xPx]! - Math.sin(angle + (phaseDeg * Math.PI) / 180)));
      }
    }
    expect(worst).toBeLessThan(2e-12);
  });
});
test('where the wave crosses zero at a pixel’s centre the pixel is grey 128, never 127', () => {
  // Every fourth diagonal: 8 px along x and along y are a cycle, and half a pixel of each is 45°.
  const rows = bytes({ orientationDeg: 45, spatialFrequencyCpd: 2 * Math.SQRT2 });
  const onZero = rows.flatMap((row, y) => row.filter((_, x) => (y + x - 63) % 4 === 0));
  expect(onZero.length).toBe(1024);
  expect(new Set(onZero)).toEqual(new Set([128]));
});

test.each([0, 22.5, 90, 157.5])('mean of whole cycles at %d° is grey within 1 byte', (orientationDeg) => {
  expect(Math.abs(mean(bytes({ orientationDeg })) - 127.5)).toBeLessThan(1);
});
test.each([1, 0.5, 0.1, 0])('Michelson contrast %d', (contrast) => {
  const values = bytes({ contrast, phaseDeg: 90, spatialFrequencyCpd: 16 / 21 }).flat();
  const [low, high] = [Math.min(...values), Math.max(...values)];
  expect(Math.abs((high - low) / (high + low) - contrast)).toBeLessThan(0.006);
});
test('a disk of diameter 2° (32 px) shows the grating inside, grey 128 outside', () => {
  const [whole, disk] = [bytes(), bytes({ diameterDeg: 2 })];
  disk.forEach((row, y) => {
    row.forEach((value, x) => {
      const radius = Math.sqrt((y - 31.5) ** 2 + (x - 31.5) ** 2);
      if (radius < 15.29) expect(value).toBe(whole[y]![x]);
      if (radius > 16.71) expect(value).toBe(128);
    });
  });
});
test('RMS contrast of whole cycles is contrast / √2', () => {
  const values = bytes({ spatialFrequencyCpd: 2, contrast: 0.5 }).flat();
  const std = Math.sqrt(values.reduce((sum, value) => sum + (value - 127.5) ** 2, 0) / values.length);
  expect(Math.abs(std / 127.5 - 0.5 / Math.SQRT2)).toBeLessThan(0.002);
});
describe('frequency and orientation, measured by Fourier transform', () => {
  // 5.6 cycles/deg, 0.35 cycles per pixel, is the highest that relative sets draw: no alias stands beside it.
  test.each([
    [0, 1, 0, 4],
    [90, 2.5, 10, 0],
    [45, Math.SQRT2, 4, 4],
    [135, Math.SQRT2, 4, -4],
    [0, 5.5, 0, 22],
  ])('%d°, %d cycles/deg on 64 px of 4° is the wave (%d, %d)', (orientationDeg, spatialFrequencyCpd, ky, kx) => {
    const real = Float64Array.from(bytes({ orientationDeg, spatialFrequencyCpd }).flat(), (byte) => byte - 127.5);
    const imaginary = new Float64Array(4096);
    fourier2d(real, imaginary, 64);
    const at = (y: number, x: number) => 64 * ((y + 64) % 64) + ((x + 64) % 64);
    const power = real.map((value, i) => value ** 2 + imaginary[i]! ** 2);
    const total = power.reduce((sum, value) => sum + value, 0);
    expect((power[at(ky, kx)]! + power[at(-ky, -kx)]!) / total).toBeGreaterThan(0.999);
  });
});
test('elsewhere than at fixation it is the same picture, moved', () => {
  const patch = { orientationDeg: 30, phaseDeg: 45, diameterDeg: 1 };
  const [still, moved] = [bytes(patch), bytes({ ...patch, yDeg: 0.5, xDeg: -1 })];
  for (let y = 20; y < 44; y++) expect(moved[y + 8]!.slice(4, 28)).toEqual(still[y]!.slice(20, 44));
});
test('at most half a cycle per pixel', () => {
  expect(() => bytes({ spatialFrequencyCpd: 8 })).not.toThrow();
  expect(() => bytes({ spatialFrequencyCpd: 9 })).toThrow(
    'grating: 9 cycles/deg at 16 px/deg are 0.5625 cycles per pixel; more than 0.5 cannot be drawn. Use a lower frequency or a narrower field of view.',
  );
  expect(() => bytes({ contrast: 2 })).toThrow('grating: contrast must be from 0 to 1, got 2.');
});
