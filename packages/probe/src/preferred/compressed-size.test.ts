import { deflateSync } from 'node:zlib';
import { createRandom, type Image, type Random } from '@ventral/core';
import { drawPinkNoise, fourier2d } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { comparable, compressedBytes, logRatio, phaseScrambled, comparedSidePx as side } from './compressed-size.ts';

const picture = (at: (y: number, x: number, c: number) => number): Image => ({
  heightPx: side,
  widthPx: side,
  data: Uint8ClampedArray.from({ length: 3 * side * side }, (_, i) =>
    at(Math.floor(i / (3 * side)), Math.floor(i / 3) % side, i % 3),
  ),
});
const whiteNoise = ({ normal }: Random) => picture(() => Math.round(128 + 40 * normal()));
const leaf = picture((y, x, c) => (Math.hypot(y - 15, x - 12) < 9 ? [40, 160, 60][c]! : [200, 190, 180][c]!));

describe('compressed size', () => {
  it('a plain patch takes next to nothing, white noise nearly all its bits', () => {
    expect(compressedBytes(picture(() => 90))).toBeLessThan(30);
    // Normal values of σ = 40 / 8 levels: log2(5 √(2πe)) = 4.37 bits each; their differences some more.
    const bytes = compressedBytes(whiteNoise(createRandom(1)));
    expect(bytes).toBeGreaterThan((4.37 / 8) * 3072);
    expect(bytes).toBeLessThan((5.4 / 8) * 3072);
  });

  it('as zlib itself compresses what the filter leaves, by hand for a ramp: differences of one level along the first row', () => {
    const ramp = picture((_, x) => 8 * x);
    const filtered = new Uint8Array(3 * side * side);
    for (let i = 3; i < 3 * side; i++) filtered[i] = 1;
    const zlib = deflateSync(filtered, { level: 9 }).length;
    expect(Math.abs(compressedBytes(ramp) - zlib)).toBeLessThanOrEqual(4);
  });

  it('steps below the quantisation are no content', () => {
    const { integer } = createRandom(2);
    expect(compressedBytes(picture(() => 128 + integer(8)))).toBe(compressedBytes(picture(() => 128)));
  });

  it('patches of any size are compared at one', () => {
    const patch = { heightPx: 7, widthPx: 5, data: new Uint8ClampedArray(105).fill(50) };
    expect(comparable(patch)).toMatchObject({ heightPx: side, widthPx: side });
  });
});

describe('phase scrambling', () => {
  it('noise against its own scrambled version: 0 within 0.03 over 20 pictures, white and 1/f', () => {
    for (const draw of [whiteNoise, (random: Random) => drawPinkNoise({ heightPx: side, widthPx: side }, random)]) {
      let sum = 0;
      for (let seed = 0; seed < 20; seed++) {
        const noise = draw(createRandom(seed));
        sum += logRatio(compressedBytes(noise), compressedBytes(phaseScrambled(noise, createRandom(seed).fork('phases'))));
      }
      expect(Math.abs(sum / 20)).toBeLessThan(0.03);
    }
  });

  it('a drawn shape is far simpler than its scrambled version', () => {
    expect(logRatio(compressedBytes(leaf), compressedBytes(phaseScrambled(leaf, createRandom(0))))).toBeLessThan(-1.5);
  });

  it('keeps the amplitudes of every colour up to rounding, the mean, and what colours have in common', () => {
    const { normal } = createRandom(4);
    // Far from black and white, so that nothing is cut.
    const soft = picture((y, x, c) => Math.round(128 + 20 * Math.sin(0.4 * x + c) + 15 * Math.cos(0.3 * y) + 4 * normal()));
    const scrambled = phaseScrambled(soft, createRandom(5));
    const amplitudes = (image: Image, c: number) => {
      const re = Float64Array.from({ length: side * side }, (_, i) => image.data[3 * i + c]!);
      const im = new Float64Array(side * side);
      fourier2d(re, im, side);
      return re.map((value, i) => Math.hypot(value, im[i]!));
    };
    for (const c of [0, 1, 2]) {
      const [before, after] = [amplitudes(soft, c), amplitudes(scrambled, c)];
      // Rounding adds noise of variance 1/12: side/√12 = 9 in the transform.
      for (let i = 0; i < before.length; i++) expect(Math.abs(before[i]! - after[i]!)).toBeLessThan(60);
      expect(after[0]! / (side * side)).toBeCloseTo(before[0]! / (side * side), 0);
    }
    expect(scrambled.data).not.toEqual(soft.data);
    const grey = picture((y, x) => (x > y ? 150 : 100));
    const { data } = phaseScrambled(grey, createRandom(6));
    for (let i = 0; i < data.length; i += 3) expect([data[i + 1], data[i + 2]]).toEqual([data[i], data[i]]);
  });
});
