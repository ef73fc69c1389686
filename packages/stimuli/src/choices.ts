/** @file Choices made at random: numbers between two, items of lists. */
import type { Random } from '@ventral/core';

/** Makes choices from one stream. */
export interface Choices {
  readonly random: Random;
  /** A number of [low, high), each equally likely. */
  between(low: number, high: number): number;
  /** A normal number around a mean, cut at 2.5 standard deviations (by drawing again). */
  around(mean: number, std: number): number;
  /** A nearly normal number of mean 0 and standard deviation 1, never beyond 3.5: cheap, for the noise of pixels. */
  grain(): number;
  /** True with this probability. */
  chance(probability: number): boolean;
  /** One of the items, each equally likely. */
  oneOf<T>(items: readonly T[]): T;
  /** One of the items, in proportion to the weight before each. */
  weighted<T>(items: readonly (readonly [weight: number, item: T])[]): T;
}

const grainStd = Math.sqrt(21845);

/** Choices from a stream, which every one of them moves on. */
export function createChoices(random: Random): Choices {
  const { uniform } = random;
  return {
    random,
    between: (low, high) => low + (high - low) * uniform(),
    around(mean, std) {
      let z = random.normal();
      while (Math.abs(z) > 2.5) z = random.normal();
      return mean + std * z;
    },
    grain() {
      // The sum of four bytes: mean 4 · 127.5, variance 4 · (256² − 1) / 12.
      const word = random.uint32();
      return ((word & 255) + ((word >>> 8) & 255) + ((word >>> 16) & 255) + (word >>> 24) - 510) / grainStd;
    },
    chance: (probability) => uniform() < probability,
    oneOf: (items) => items[random.integer(items.length)]!,
    weighted(items) {
      let left = uniform() * items.reduce((sum, [weight]) => sum + weight, 0);
      for (const [weight, item] of items) {
        left -= weight;
        if (left < 0) return item;
      }
      return items.at(-1)![1];
    },
  };
}
