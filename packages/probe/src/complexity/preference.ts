/**
 * @file Whether a unit answers patterns that early vision is not made for more than those that it is, and whether that is chance.
 */
import { InputError } from '@ventral/core';

export interface ComplexPreference {
  /**
   * (best complex − best simple) / (best complex + best simple), −1 … 1: 1 only complex patterns drive it, −1 only simple ones.
   */
  readonly index: number;
  /** Share of all ways to call half of the patterns complex in which the index is at least as large. */
  readonly pValue: number;
  readonly note: string | null;
}

/**
 * How much better the best of some complex patterns drives a unit than the best of as many simple ones.
 *
 * The p value is that of the permutation test of the index, over all permutations of the labels, not a sample of them: an index
 * above 0 is reached when every one of the k responses above the best simple one is called complex, n/2n · (n − 1)/(2n − 1) · …
 * of k factors. So a unit needs five complex patterns that beat all simple ones for p < 0.05, one alone says nothing; and of
 * units to whom the labels mean nothing 1 in 32 has p < 0.05. Unchanged by a positive scale. Costs O(n).
 *
 * @param simple responses above blank; below 0 counts as 0
 * @param complex as many
 * @returns NaN and a note where neither drives it, or a response is not a number.
 * @throws InputError `complexPreference: needs as many complex as simple patterns, got 96 and 106. The best of more is better.`
 * @see Hegdé & Van Essen 2000, Selectivity for complex shapes in primate visual area V2, J Neurosci 20:RC61, for the comparison.
 */
export function complexPreference(simple: ArrayLike<number>, complex: ArrayLike<number>): ComplexPreference {
  const n = simple.length;
  if (complex.length !== n) {
    throw new InputError(
      `complexPreference: needs as many complex as simple patterns, got ${complex.length} and ${n}. The best of more is better.`,
    );
  }
  const all = [...Array.from(simple), ...Array.from(complex)];
  const [bestSimple, bestComplex] = [simple, complex].map((some) => Math.max(0, ...Array.from(some))) as [number, number];
  const note = !all.every(Number.isFinite)
    ? 'a response is not a number'
    : bestSimple === 0 && bestComplex === 0
      ? 'no response above blank'
      : null;
  if (note !== null) return { index: Number.NaN, pValue: Number.NaN, note };
  /** The chance that so many patterns all get the same one of the two labels. */
  const chance = (k: number) => Array.from({ length: k }, (_, i) => (n - i) / (2 * n - i)).reduce((a, b) => a * b, 1);
  const pValue =
    bestComplex > bestSimple
      ? chance(all.filter((response) => response > bestSimple).length)
      : 1 - chance(all.filter((response) => Math.max(0, response) >= bestComplex).length);
  return { index: (bestComplex - bestSimple) / (bestComplex + bestSimple), pValue, note: null };
}
