/** @file What the outputs of a classifying network say: classes and their probabilities. */
import { math } from '@ventral/kernels';
import type { Tensor } from '../tensor/tensor.ts';

export interface ClassScore {
  readonly classIndex: number;
  /** undefined where the network comes without class names. */
  readonly name: string | undefined;
  readonly probability: number;
}

/**
 * Probabilities of the classes for one picture: the last output that is a distribution already, else the softmax of the first
 * that is a list; undefined if there is no list. The last, because logits may add up to 1 by chance, and their softmax follows them.
 */
export function classProbabilities(outputs: readonly Tensor[]): number[] | undefined {
  const lists = outputs
    .filter(({ shape }) => shape[0] === 1 && Math.max(...shape) > 1 && shape.filter((n) => n > 1).length === 1)
    .map(({ data }) => Array.from(data));
  const given = lists.findLast((list) => list.every((x) => x >= 0) && Math.abs(list.reduce((sum, x) => sum + x, 0) - 1) < 1e-3);
  if (given) return given;
  const [logits] = lists;
  if (!logits) return undefined;
  const largest = Math.max(...logits);
  const powers = logits.map((x) => math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** Most probable first; equal ones in the order of their index. */
export function rankClasses(probabilities: readonly number[], names: readonly string[] | undefined): ClassScore[] {
  return probabilities
    .map((probability, classIndex) => ({ classIndex, name: names?.[classIndex], probability }))
    .sort((a, b) => b.probability - a.probability || a.classIndex - b.classIndex);
}
