import { describe, expect, it } from 'vitest';
import { buildNetwork } from '../network/build.ts';
import { createRandom } from '../rng.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { checkpointTensors, stateOfCheckpoint } from './checkpoint.ts';
import { trainable } from './graph.ts';
import { optimizerLists } from './optimizer.ts';
import type { TrainState } from './train.ts';

const layers = [
  { type: 'conv', name: 'a', channels: 2, kernel: 3 },
  { type: 'norm', name: 'a.norm' },
  { type: 'globalAveragePool', name: 'pool' },
  { type: 'flatten', name: 'flat' },
  { type: 'dense', name: 'logits', units: 3 },
];
const learnedOf = (...described: object[]) =>
  trainable(buildNetwork({ name: 'small', input: { height: 4, width: 4, channels: 3 }, layers: described }, { seed: 0 }));
const small = learnedOf(...layers);

/** Numbers that no two places share. */
function stateFor(lists: readonly string[]): TrainState {
  const { normal } = createRandom(4);
  const values = (n: number) => Float32Array.from({ length: n }, normal);
  const n = small.nValues;
  return {
    step: 17,
    weights: values(n),
    statistics: values(4),
    optimizer: Object.fromEntries(lists.map((list) => [list, values(n)])),
  };
}
const sgd = stateFor(['velocity']);

describe('there and back', () => {
  it('by hand: 54 weights, 2 scales, 2 shifts, 6 weights, 3 biases; each once, and once for the optimiser', () => {
    expect(small.nValues).toBe(67);
    expect([...checkpointTensors(small, sgd)].map(([name, { shape }]) => `${name} ${shape.join('x')}`)).toEqual([
      'a.weight 2x3x3x3',
      'a.norm.scale 2',
      'a.norm.shift 2',
      'logits.weight 3x2',
      'logits.bias 3',
      'a.norm.mean 2',
      'a.norm.variance 2',
      'optimizer.velocity/a.weight 2x3x3x3',
      'optimizer.velocity/a.norm.scale 2',
      'optimizer.velocity/a.norm.shift 2',
      'optimizer.velocity/logits.weight 3x2',
      'optimizer.velocity/logits.bias 3',
    ]);
    expect([...checkpointTensors(small, sgd).get('logits.bias')!.data]).toEqual([...sgd.weights.slice(64)]);
  });
  it.each([
    ['sgd', { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 0 }],
    ['adamw', { kind: 'adamw', weightDecay: 0 }],
  ] as const)('%s: the same state, in memory of its own', (_, options) => {
    const lists = optimizerLists(options);
    const state = stateFor(lists);
    const tensors = checkpointTensors(small, state);
    expect(stateOfCheckpoint(small, lists, tensors, 17)).toEqual(state);
    for (const { data } of tensors.values()) data.fill(0);
    expect(state).toEqual(stateFor(lists));
  });
});

describe('a checkpoint of another network is refused by the first tensor that differs', () => {
  const [conv, norm, pool, flat, dense] = layers as [object, object, object, object, object];
  const tensors = checkpointTensors(small, sgd);
  const read = (learned: ReturnType<typeof trainable>, given: ReadonlyMap<string, Tensor> = tensors, lists = ['velocity']) =>
    stateOfCheckpoint(learned, lists, given, 17);
  const without = (name: string) => new Map([...tensors].filter(([key]) => key !== name));
  it.each([
    [
      'checkpoint: "a.weight" is [2, 3, 3, 3], this network needs [4, 3, 3, 3]. It belongs to another network.',
      () => read(learnedOf({ ...conv, channels: 4 }, norm, pool, flat, dense)),
    ],
    [
      'checkpoint: "logits.weight" is [3, 2], this network needs [5, 2]. It belongs to another network.',
      () => read(learnedOf(conv, norm, pool, flat, { ...dense, units: 5 })),
    ],
    [
      'checkpoint: "a.bias" is not in it, this network needs [2]. It belongs to another network.',
      () => read(learnedOf(conv, pool, flat, dense)),
    ],
    [
      'checkpoint: "b.weight" is not part of this network. It belongs to another network.',
      () => read(small, new Map([...tensors, ['b.weight', tensors.get('a.weight')!]])),
    ],
    [
      'checkpoint: "a.norm.variance" is not in it, this network needs [2]. It belongs to another network.',
      () => read(small, without('a.norm.variance')),
    ],
    [
      'checkpoint: "optimizer.mean/a.weight" is not in it, this network needs [2, 3, 3, 3]. It belongs to another network.',
      () => read(small, tensors, ['mean', 'square']),
    ],
  ])('%s', (message, work) => {
    expect(work).toThrow(expect.objectContaining({ name: 'InputError', message }));
  });
});
