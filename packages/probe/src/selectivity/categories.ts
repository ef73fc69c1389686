/** @file How much one unit prefers one category of pictures to all others. */
import { InputError } from '@ventral/core';
import { indexOfLargest, whyUndefined } from '../tuning/undefined.ts';

export interface CategorySelectivity {
  /** (μbest − μrest) / (μbest + μrest): 0 none, 1 one category alone. */
  readonly classSelectivity: number;
  /** (μbest − μrest) / √((σ²best + σ²rest) / 2). NaN where responses do not vary within either. */
  readonly dPrime: number;
  readonly note: string | null;
}

/**
 * Class selectivity and d′ of a unit's best category against all others together.
 *
 * Which category is best is read off one half of the pictures (every second of each category) and the means and variances off the
 * other, both ways, and averaged: the best of several is larger by chance on the pictures that it was chosen by, and a unit
 * without any preference would seem to have one. Here its d′ is 0 on average, and its class selectivity a little less, being a
 * ratio; both can be negative. Variances are unbiased.
 * Neither changes with a scale of the responses, nor with the order of categories; d′ not with a shift.
 *
 * @param responses [categories × pictures of each], ≥ 0
 * @returns NaN and a note where nothing is above 0, or a response is not a number.
 * @throws InputError `categorySelectivity: needs at least 2 categories of at least 4 pictures, got 6 responses for 2 categories.`
 * @see class selectivity: Morcos, Barrett, Rabinowitz & Botvinick 2018, arXiv:1803.06959; d′: Green & Swets 1966, Signal
 *   Detection Theory and Psychophysics.
 */
export function categorySelectivity(responses: ArrayLike<number>, nCategories: number): CategorySelectivity {
  const nPictures = responses.length / nCategories;
  if (!(nCategories >= 2) || !Number.isInteger(nPictures) || nPictures < 4) {
    throw new InputError(
      `categorySelectivity: needs at least 2 categories of at least 4 pictures, got ${responses.length} responses for ${nCategories} categories.`,
    );
  }
  const reason = whyUndefined(responses);
  if (reason !== null) return { classSelectivity: Number.NaN, dPrime: Number.NaN, note: reason };
  const halfOf = (category: number, half: number) =>
    Array.from({ length: Math.ceil((nPictures - half) / 2) }, (_, i) => responses[category * nPictures + 2 * i + half]!);
  const categories = Array.from({ length: nCategories }, (_, category) => category);
  const halves = [0, 1].map((half) => {
    const best = indexOfLargest(categories.map((category) => momentsOf(halfOf(category, half)).mean));
    return {
      best: momentsOf(halfOf(best, 1 - half)),
      rest: momentsOf(categories.filter((category) => category !== best).flatMap((category) => halfOf(category, 1 - half))),
    };
  });
  const average = (of: (half: (typeof halves)[number]) => number) => halves.reduce((sum, half) => sum + of(half) / 2, 0);
  const [best, rest] = [average((half) => half.best.mean), average((half) => half.rest.mean)];
  const variance = average((half) => (half.best.variance + half.rest.variance) / 2);
  return {
    classSelectivity: (best - rest) / (best + rest),
    dPrime: variance > 0 ? (best - rest) / Math.sqrt(variance) : Number.NaN,
    note: variance > 0 ? null : 'the same response to every picture of a category',
  };
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, variance: squares / (values.length - 1) };
}
