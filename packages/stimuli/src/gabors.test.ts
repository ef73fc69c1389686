import { describe, expect, test } from 'vitest';
import { drawGabor } from './gabors.ts';

const field = { heightPx: 64, widthPx: 64, fovDeg: 64 };
const gabor = { orientationDeg: 0, spatialFrequencyCpd: 1 / 8, phaseDeg: 0, contrast: 1, sigmaDeg: 6, yDeg: 0, xDeg: 0 };
const luminance = (options: object = {}) => {
  const { data } = drawGabor(field, { ...gabor, ...options });
  return Float64Array.from({ length: 4096 }, (_, i) => data[3 * i]!);
};
const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('by hand: the byte at (y, x) is 127.5 (1 + e^(−r²/2σ²) sin(2πx/8)) for an odd patch, which needs no correction', () => {
  const bytes = luminance();
  for (const [y, x] of [
    [31, 31],
    [31, 33],
    [20, 40],
    [50, 25],
  ] as const) {
    const [dy, dx] = [y - 31.5, x - 31.5];
    const value = Math.exp(-(dy * dy + dx * dx) / 72) * Math.sin((2 * Math.PI * dx) / 8);
    expect(bytes[64 * y + x]).toBe(Math.round(127.5 * (1 + value)));
  }
});
describe('no brighter than grey, whose bytes lie between 127.5 and 128', () => {
  // Half a cycle per σ or more, and a tenth, where an uncorrected patch would be a blob.
  test.each([
    [0, 1 / 8],
    [90, 1 / 8],
    [270, 1 / 60],
    [90, 1 / 60],
    [45, 0.3],
  ])('phase %d°, %d cycles/px', (phaseDeg, spatialFrequencyCpd) => {
    const bytes = luminance({ phaseDeg, spatialFrequencyCpd, orientationDeg: 30 });
    expect(Math.abs(mean(bytes) - 127.75)).toBeLessThan(0.35);
  });
});
test('contrast scales it', () => {
  const [whole, half] = [luminance({ phaseDeg: 90 }), luminance({ phaseDeg: 90, contrast: 0.5 })];
  whole.forEach((byte, i) => {
    expect(Math.abs((byte - 127.5) / 2 - (half[i]! - 127.5))).toBeLessThanOrEqual(0.75);
  });
});
