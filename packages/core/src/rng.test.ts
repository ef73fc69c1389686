import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRandom, murmur32, splitMix64 } from './rng.ts';

const draw = <T>(n: number, next: () => T) => Array.from({ length: n }, next);

describe('published outputs', () => {
  test('xoshiro128** from state 1, 2, 3, 4 (the authors’ C code, as in the rand_xoshiro crate)', () => {
    const random = createRandom([1, 2, 3, 4, 1, 2, 3, 4]);
    expect(draw(10, random.uint32)).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });
  test('SplitMix64 from seed 1234567 (the authors’ C code)', () => {
    expect(splitMix64(1234567n, 3)).toEqual([6457827717110365317n, 3203168211198807973n, 9817491932198370423n]);
  });
  test.each([
    ['', 0, 0],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['test', 0x9747b28c, 0x704b81dc],
    ['Hello, world!', 0x9747b28c, 0x24884cba],
    ['The quick brown fox jumps over the lazy dog', 0x9747b28c, 0x2fa826cd],
  ])('MurmurHash3 of %j with seed %d', (text, seed, hash) => {
    expect(murmur32(new TextEncoder().encode(text), seed)).toBe(hash);
  });
  test('seed 1 fills the words low half first', () => {
    const [first = 0n, second = 0n] = splitMix64(1n, 2);
    const words = [first & 0xffffffffn, first >> 32n, second & 0xffffffffn, second >> 32n].map(Number);
    expect(createRandom(1).state()).toEqual([...words, ...words]);
  });
});

describe('distributions', () => {
  const random = createRandom(7);
  test('uniform: 100,000 values in [0, 1), mean 1/2, variance 1/12 within 5 standard errors', () => {
    const values = draw(100_000, random.uniform);
    expect(values.every((x) => x >= 0 && x < 1)).toBe(true);
    const mean = values.reduce((s, x) => s + x, 0) / values.length;
    const variance = values.reduce((s, x) => s + (x - 0.5) ** 2, 0) / values.length;
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 * Math.sqrt(1 / 12 / 1e5));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(5 * Math.sqrt(1 / 180 / 1e5));
  });
  test('normal: moments 0, 1, 0, 3 of 100,000 values within 5 standard errors', () => {
    const values = draw(100_000, random.normal);
    const moment = (k: number) => values.reduce((s, x) => s + x ** k, 0) / values.length;
    const variances = [1, 2, 15, 96];
    [0, 1, 0, 3].forEach((expected, k) => {
      expect(Math.abs(moment(k + 1) - expected)).toBeLessThan(5 * Math.sqrt(variances[k]! / 1e5));
    });
  });
  test('integer(6): 60,000 throws, chi-square with 5 degrees of freedom below its 0.9999 quantile', () => {
    const counts = new Array<number>(6).fill(0);
    for (let i = 0; i < 60_000; i++) counts[random.integer(6)]!++;
    expect(counts.reduce((s, n) => s + (n - 1e4) ** 2 / 1e4, 0)).toBeLessThan(25.7);
  });
  test('integer(3·2³⁰) is not biased to the lower third, as x % n would be (1/2 instead of 1/3)', () => {
    const low = draw(30_000, () => random.integer(3 * 2 ** 30)).filter((x) => x < 2 ** 30).length;
    expect(Math.abs(low / 30_000 - 1 / 3)).toBeLessThan(0.015);
  });
  test('shuffle of 4: each of 24 orders about equally often (chi-square, 23 degrees of freedom)', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.shuffle([0, 1, 2, 3]).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect([...counts.values()].reduce((s, n) => s + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(60);
  });
  test('sample(5, 2): each of 10 pairs about equally often (chi-square, 9 degrees of freedom)', () => {
    const counts = new Map<string, number>();
    for (let i = 0; i < 10_000; i++) {
      const pair = random.sample(5, 2).join();
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
    expect(counts.size).toBe(10);
    expect([...counts.values()].reduce((s, n) => s + (n - 1000) ** 2 / 1000, 0)).toBeLessThan(34);
  });
  test('sample(n, k) is ascending, distinct and in range for any n, k', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (a, b) => {
        const [k, n] = a < b ? [a, b] : [b, a];
        const chosen = random.sample(n, k);
        expect(chosen).toHaveLength(k);
        chosen.forEach((x, i) => {
          expect(x).toBeGreaterThan(i === 0 ? -1 : chosen[i - 1]!);
          expect(x).toBeLessThan(n);
        });
      }),
      { seed: 1 },
    );
  });
});

describe('streams', () => {
  test('a fork depends on seed and label, not on what was drawn', () => {
    const random = createRandom(3);
    const before = draw(5, random.fork('conv1.weight').uint32);
    draw(1000, random.normal);
    expect(draw(5, random.fork('conv1.weight').uint32)).toEqual(before);
    expect(draw(5, random.fork('conv2.weight').uint32)).not.toEqual(before);
    expect(draw(5, createRandom(4).fork('conv1.weight').uint32)).not.toEqual(before);
    expect(draw(5, random.fork('conv1').fork('weight').uint32)).not.toEqual(before);
  });
  test('a restored state continues, and its forks are the same', () => {
    const random = createRandom(11);
    draw(17, random.normal);
    const restored = createRandom(random.state());
    expect(draw(9, restored.uniform)).toEqual(draw(9, random.uniform));
    expect(restored.fork('x').uint32()).toBe(random.fork('x').uint32());
  });
  test('streams of two labels are uncorrelated (10,000 pairs, |r| < 0.05)', () => {
    const [x, y] = [createRandom(0).fork('a'), createRandom(0).fork('b')];
    const r = draw(10_000, () => x.normal() * y.normal()).reduce((s, p) => s + p, 0) / 10_000;
    expect(Math.abs(r)).toBeLessThan(0.05);
  });
  test.each([-1, 1.5, Number.NaN, 2 ** 53])('seed %d is refused', (seed) => {
    expect(() => createRandom(seed)).toThrow(`the seed must be a whole number from 0 to 9007199254740991, got ${seed}.`);
  });
  test('broken states and counts are refused', () => {
    expect(() => createRandom([1, 2, 3])).toThrow('a state is 8 words of 32 bits, got [1, 2, 3].');
    expect(() => createRandom(0).integer(0)).toThrow('integer(n) needs n from 1 to 2^32, got 0.');
    expect(() => createRandom(0).sample(3, 4)).toThrow('needs 0 ≤ k ≤ n = 3, got k = 4.');
  });
});
