/**
 * @file The house's random numbers: seeded, the same on every machine, and splittable by name. Not for secrets. Everything
 * random (weights, stimuli, sampled units, bootstraps) comes from here.
 */
import { math } from '@ventral/kernels';
import { InputError } from './errors.ts';

/** Where a generator stands: eight 32-bit words, its four current ones and the four it began with (which name its forks). */
export type RandomState = readonly number[];

/** A stream of random numbers. Every method but `fork` and `state` moves the stream on. */
export interface Random {
  /** A whole number 0 … 2³² − 1. */
  uint32(): number;
  /** A multiple of 2⁻⁵³ in [0, 1). */
  uniform(): number;
  /** A whole number 0 … n − 1, each equally likely (draws that would favour some are thrown away). n ≤ 2³². */
  integer(n: number): number;
  /** A standard normal value by the polar method (Marsaglia & Bray 1964, doi:10.1137/1006063). */
  normal(): number;
  /** Puts the items into a random order, in place (Fisher–Yates), and returns the array. */
  shuffle<T extends { [index: number]: unknown; readonly length: number }>(items: T): T;
  /** k different whole numbers of 0 … n − 1, ascending; every such set is equally likely. Costs O(k log k). */
  sample(n: number, k: number): number[];
  /**
   * The stream called `label` of this one. It depends on the seed and the labels on the way alone, never on what was drawn
   * before, so adding a stream changes no other.
   */
  fork(label: string): Random;
  /** A small copy of where the stream stands; `createRandom(state)` continues there. */
  state(): RandomState;
}

/**
 * A random stream: xoshiro128** (Blackman & Vigna 2021, doi:10.1145/3460772), its four words filled by SplitMix64 (Steele,
 * Lea & Flood 2014, doi:10.1145/2660193.2660195) as its authors advise. Period 2¹²⁸ − 1.
 *
 * @param from a whole number 0 … 2⁵³ − 1 to seed with, or a saved state to continue from
 * @throws InputError `random: the seed must be a whole number from 0 to 9007199254740991, got -1.`
 */
export function createRandom(from: number | RandomState): Random {
  if (typeof from !== 'number') {
    const isWord = (x: number) => Number.isInteger(x) && x >= 0 && x < 2 ** 32;
    if (from.length !== 8 || !from.every(isWord))
      throw new InputError(`random: a state is 8 words of 32 bits, got [${from.join(', ')}].`);
    return stream(from.slice(0, 4), from.slice(4));
  }
  if (!Number.isSafeInteger(from) || from < 0) {
    throw new InputError(`random: the seed must be a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, got ${from}.`);
  }
  const words = splitMix64(BigInt(from), 2).flatMap((word) => [Number(word & 0xffffffffn), Number(word >> 32n)]);
  return stream(words, words);
}

/** The first n outputs of SplitMix64. */
export function splitMix64(seed: bigint, n: number): bigint[] {
  return Array.from({ length: n }, (_, index) => {
    let z = BigInt.asUintN(64, seed + BigInt(index + 1) * 0x9e3779b97f4a7c15n);
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  });
}

/** MurmurHash3_x86_32 (A. Appleby, 2011, public domain) of bytes: turns labels into words for forks. */
export function murmur32(bytes: Uint8Array, seed: number): number {
  const scramble = (k: number) => Math.imul(rotl(Math.imul(k, 0xcc9e2d51), 15), 0x1b873593);
  let h = seed;
  let k = 0;
  bytes.forEach((byte, index) => {
    k |= byte << (8 * (index & 3));
    if ((index & 3) < 3) return;
    h = (Math.imul(rotl(h ^ scramble(k), 13), 5) + 0xe6546b64) | 0;
    k = 0;
  });
  h ^= scramble(k) ^ bytes.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function rotl(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function stream(current: readonly number[], origin: readonly number[]): Random {
  // The all-zero state is the one that never leaves itself.
  const isZero = current.every((word) => word === 0);
  let [a = 0, b = 0, c = 0, d = 0] = isZero ? [1] : current;

  const uint32 = () => {
    const result = Math.imul(rotl(Math.imul(b, 5), 7), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = rotl(d, 11);
    return result;
  };
  const uniform = () => ((uint32() >>> 5) * 2 ** 26 + (uint32() >>> 6)) / 2 ** 53;
  const integer = (n: number) => {
    if (!Number.isInteger(n) || n < 1 || n > 2 ** 32)
      throw new InputError(`random: integer(n) needs n from 1 to 2^32, got ${n}.`);
    const end = 2 ** 32 - (2 ** 32 % n);
    let x = uint32();
    while (x >= end) x = uint32();
    return x % n;
  };
  return {
    uint32,
    uniform,
    integer,
    normal() {
      for (;;) {
        const x = 2 * uniform() - 1;
        const y = 2 * uniform() - 1;
        const square = x * x + y * y;
        if (square > 0 && square < 1) return x * Math.sqrt((-2 * math.log(square)) / square);
      }
    },
    shuffle(items) {
      const list: { [index: number]: unknown } = items;
      for (let last = items.length - 1; last > 0; last--) {
        const other = integer(last + 1);
        const item = list[last];
        list[last] = list[other];
        list[other] = item;
      }
      return items;
    },
    sample(n, k) {
      if (!Number.isInteger(k) || k < 0 || k > n)
        throw new InputError(`random: sample(n, k) needs 0 ≤ k ≤ n = ${n}, got k = ${k}.`);
      // Floyd's method (Bentley & Floyd 1987, doi:10.1145/30401.315746).
      const chosen = new Set<number>();
      for (let top = n - k; top < n; top++) {
        const x = integer(top + 1);
        chosen.add(chosen.has(x) ? top : x);
      }
      return [...chosen].sort((x, y) => x - y);
    },
    fork(label) {
      const bytes = new TextEncoder().encode(label);
      const words = origin.map((word) => murmur32(bytes, word));
      return stream(words, words);
    },
    state: () => [...[a, b, c, d].map((word) => word >>> 0), ...origin],
  };
}
