import { describe, expect, test } from 'vitest';
import { colourAxes, drawChromaticGrating, largestConeContrast } from './chromatic.ts';
import { byteOfLinear, conesOfLinear, linearOfByte, luminanceOfLinear, luminanceWeights, type Triple } from './cone-contrast.ts';

const field = { heightPx: 64, widthPx: 64, fovDeg: 4 };
const grating = {
  axis: 'luminance',
  rmsConeContrast: 0.08,
  orientationDeg: 0,
  spatialFrequencyCpd: 1,
  phaseDeg: 90,
  diameterDeg: 10,
  yDeg: 0,
  xDeg: 0,
} as const;

const greyLight = linearOfByte(128);
const grey: Triple = [greyLight, greyLight, greyLight];

/** Cone contrasts and luminance contrast of every pixel against grey 128, as a monitor would show the bytes. */
function seen(options: object): { cones: Triple; luminance: number }[] {
  const { data } = drawChromaticGrating(field, { ...grating, ...options }).image;
  const ground = conesOfLinear(grey);
  return Array.from({ length: 4096 }, (_, i) => {
    const light: Triple = [linearOfByte(data[3 * i]!), linearOfByte(data[3 * i + 1]!), linearOfByte(data[3 * i + 2]!)];
    const [l, m, s] = conesOfLinear(light);
    return {
      cones: [l / ground[0] - 1, m / ground[1] - 1, s / ground[2] - 1],
      luminance: luminanceOfLinear(light) / luminanceOfLinear(grey) - 1,
    };
  });
}
const largest = (values: number[]) => Math.max(...values.map(Math.abs));

describe('cones', () => {
  test('byte 128 is 0.21586 of the light of 255; bytes return', () => {
    expect(linearOfByte(128)).toBeCloseTo(0.2158605, 7);
    for (let byte = 0; byte < 256; byte++) expect(byteOfLinear(linearOfByte(byte))).toBe(byte);
    expect([byteOfLinear(-1), byteOfLinear(2), byteOfLinear(linearOfByte(7.4)), byteOfLinear(linearOfByte(7.6))]).toEqual([
      0, 255, 7, 8,
    ]);
    // A border belongs to the byte above it.
    for (let byte = 1; byte < 256; byte++) {
      const border = linearOfByte(byte - 0.5);
      expect([byteOfLinear(border), byteOfLinear(border * (1 - 1e-15))]).toEqual([byte, byte - 1]);
    }
  });
  test('Y = 0.370950 L + 0.629054 M, the second row of the inverse as printed with the matrix', () => {
    expect(luminanceWeights.map((weight) => weight.toFixed(6))).toEqual(['0.370950', '0.629054']);
    const light: Triple = [0.3, 0.5, 0.1];
    const [l, m] = conesOfLinear(light);
    expect(luminanceWeights[0] * l + luminanceWeights[1] * m).toBeCloseTo(luminanceOfLinear(light), 4);
  });
  test('white by hand: L = 0.38971 · 0.9505 + 0.68898 · 1 − 0.07868 · 1.089', () => {
    expect(conesOfLinear([1, 1, 1])[0]).toBeCloseTo(0.38971 * 0.9505 + 0.68898 - 0.07868 * 1.089, 12);
  });
});

describe('axes, measured on the bytes (one byte at grey 128 is a contrast of 0.02)', () => {
  const byte = 0.01;
  test('luminance: L, M and S change alike, by 0.08', () => {
    for (const { cones } of seen({ axis: 'luminance' })) {
      expect(Math.abs(cones[0] - cones[1])).toBeLessThan(1e-3);
      expect(Math.abs(cones[0] - cones[2])).toBeLessThan(1e-3);
    }
    expect(Math.abs(largest(seen({ axis: 'luminance' }).map(({ cones }) => cones[0])) - 0.08)).toBeLessThan(byte);
  });
  test('L−M: L and M go opposite ways; luminance and S stay', () => {
    const pixels = seen({ axis: 'l-m' });
    for (const { cones, luminance } of pixels) {
      expect(Math.abs(luminance)).toBeLessThan(byte);
      expect(Math.abs(cones[2])).toBeLessThan(byte);
      if (Math.abs(cones[1]) > byte) expect(Math.sign(cones[0])).toBe(-Math.sign(cones[1]));
    }
  });
  test('S: L, M and luminance stay', () => {
    for (const { cones, luminance } of seen({ axis: 's' })) {
      for (const other of [cones[0], cones[1], luminance]) expect(Math.abs(other)).toBeLessThan(byte);
    }
  });
  test.each(colourAxes)('%s: the root mean square over the cones is 0.08 at the peak', (axis) => {
    const peak = largest(seen({ axis }).map(({ cones: [l, m, s] }) => Math.sqrt((l * l + m * m + s * s) / 3)));
    expect(Math.abs(peak - 0.08)).toBeLessThan(byte);
  });
});

describe('gamut', () => {
  test('L−M is the narrowest axis and carries 0.08', () => {
    const [luminance, redGreen, blue] = colourAxes.map(largestConeContrast);
    expect(luminance).toBeCloseTo(1, 12);
    expect(redGreen!.toFixed(4)).toBe('0.0819');
    expect(blue!.toFixed(4)).toBe('0.4963');
  });
  test('pixels beyond it are counted', () => {
    const clipped = (rmsConeContrast: number) =>
      drawChromaticGrating(field, { ...grating, axis: 'l-m', rmsConeContrast }).nClippedPx;
    expect(clipped(0.08)).toBe(0);
    // At twice the limit red falls below 0 where the cosine is below −1/2: 6 of the 16 pixels of a cycle.
    expect(clipped(2 * largestConeContrast('l-m'))).toBe((6 / 16) * 4096);
  });
  test('a contrast below 0 is refused', () => {
    expect(() => drawChromaticGrating(field, { ...grating, rmsConeContrast: -1 })).toThrow(
      'chromatic grating: the RMS cone contrast must be from 0, got -1.',
    );
  });
});

test('outside of the disk there is grey 128', () => {
  const { data } = drawChromaticGrating(field, { ...grating, axis: 's', diameterDeg: 2 }).image;
  expect([...data.subarray(0, 3 * 64)]).toEqual(Array(192).fill(128));
});
