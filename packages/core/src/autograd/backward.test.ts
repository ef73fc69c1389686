import { describe, expect, it } from 'vitest';
import { randomTensor, weight, worstError } from '../../test/describe-op.ts';
import { checkGradients, twinValues } from '../../test/gradient-check.ts';
import { compiledKernels, graphOf, node, testKernels } from '../../test/small-graph.ts';
import { createExecutor } from '../exec/executor.ts';
import type { BoundGraph } from '../graph/bind.ts';
import type { Node } from '../graph/graph.ts';
import { ops } from '../ops/table.ts';
import type { UnaryAttributes } from '../ops/unary.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { withGradients } from './backward.ts';

const conv = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
const relu = { fn: 'relu', alpha: 0, beta: 0 } as const;
const gemm = { alpha: 1, beta: 1, transA: false, transB: true } as const;
const pool = { kind: 'max', kernel: [2, 2], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1] } as const;

/** A residual network with every kind of step that ours have; its normalisation with the activation that follows it, or by itself. */
function network(activation?: UnaryAttributes): BoundGraph {
  return graphOf(
    [3, 3, 8, 8],
    [
      node('conv2d', 'c1', ['x', 'w1', 'b1'], { ...conv, activation: { fn: 'gelu', alpha: 0, beta: 0 } }),
      node('conv2d', 'c2', ['c1', 'w2'], conv),
      node('batchNormTraining', 'n2', ['c2', 'scale', 'shift'], { epsilon: 1e-3, activation }),
      node('unary', 'r2', ['n2'], relu),
      node('binary', 's', ['r2', 'c1'], { fn: 'add' }),
      node('pool2d', 'p', ['s'], { ...pool, ceilMode: false, countPadding: false }),
      node('concat', 'k', ['p', 'p'], { axis: 1 }),
      node('globalPool', 'g', ['k'], { kind: 'average' }),
      node('flatten', 'f', ['g'], { axis: 1 }),
      node('dense', 'y', ['f', 'w3', 'b3'], gemm),
      node('softmax', 'log', ['y'], { axis: 1, log: true, flattened: false }),
    ].map((one): Node => (one.op === 'batchNormTraining' ? { ...one, outputs: ['n2', 'mean', 'variance'] } : one)),
    {
      w1: weight(6, 3, 3, 3),
      b1: weight(6),
      w2: weight(6, 6, 3, 3),
      scale: randomTensor([6], 3, [0.5, 1.5]),
      shift: weight(6),
      w3: weight(4, 12),
      b3: weight(4),
    },
  );
}
const given = () => new Map<string, Tensor>([['x', randomTensor([3, 3, 8, 8], 5)]]);

describe('withGradients', () => {
  it('every op has a rule, but those of the backward pass itself', () => {
    const without = Object.entries(ops).flatMap(([name, op]) => (op.gradient ? [] : [name]));
    expect(without.sort()).toEqual([
      'batchNormGradient',
      'conv2dInputGradient',
      'conv2dWeightGradient',
      'convNdWeightGradient',
      'pool2dGradient',
      'poolNdGradient',
      'scatterAdd',
      'unaryGradient',
    ]);
  });

  it.each(['none', 'relu', 'clip', 'gelu'] as const)(
    'a residual network: derivatives of its picture and of all its weights, by differences, and on the kernels; activation in the normalisation: %s',
    (fn) => {
      const activation = fn === 'none' ? undefined : { fn, alpha: -0.5, beta: 1 };
      checkGradients(network(activation), given(), compiledKernels, 3e-5);
    },
  );

  it('by hand: y = (2a + b)², a = 1, b = 3: y′ = (20, 10); a value used twice gets the sum', () => {
    const scalar = (value: number): Tensor => ({ dtype: 'float32', shape: [1], data: Float32Array.of(value) });
    const graph = graphOf(
      [1],
      [
        node('binary', 'sum', ['x', 'x'], { fn: 'add' }),
        node('binary', 'more', ['sum', 'b'], { fn: 'add' }),
        node('unary', 'y', ['more'], { fn: 'square', alpha: 0, beta: 0 }),
      ],
      { b: scalar(3), one: scalar(1) },
    );
    const { graph: backward, gradients } = withGradients(graph, new Map([['y', 'one']]), ['x', 'b']);
    const values = twinValues(backward, new Map([['x', scalar(1)]]));
    expect(['y', gradients.get('x')!, gradients.get('b')!].map((name) => values.get(name)!.data[0])).toEqual([25, 20, 10]);
  });

  it('works out nothing that nobody asked for', () => {
    const graph = network();
    const seed = { dtype: 'float32' as const, shape: [3, 4], data: new Float32Array(12).fill(1) };
    const withSeed = {
      ...graph,
      constants: new Map([...graph.constants, ['seed', seed]]),
      types: new Map([...graph.types, ['seed', { ...seed, constant: seed }]]),
    };
    const { graph: backward, gradients } = withGradients(withSeed, new Map([['log', 'seed']]), ['b3'], []);
    expect(backward.nodes.map(({ op }) => op).filter((op) => op.includes('Gradient'))).toEqual([]);
    expect(backward.outputs).toEqual([gradients.get('b3')]);
    expect(withGradients(withSeed, new Map([['log', 'seed']]), ['x'], []).gradients.size).toBe(1);
    // Nothing between the seed and the value: no gradient.
    expect(withGradients(withSeed, new Map([['c2', 'w2']].slice(1) as [string, string][]), ['x'], []).gradients.size).toBe(0);
  });

  it('refuses a seed of another shape by name', () => {
    expect(() => withGradients(network(), new Map([['y', 'b3']]), ['x'])).toThrowErrorMatchingInlineSnapshot(
      `[InputError: gradient: "y" [3, 4] needs a gradient of its shape, got [4].]`,
    );
  });
});

it.each([
  [[4, 5, 3, 6], 1e-5, undefined],
  [[2, 16, 5], 1e-3, relu],
  [[3, 4, 1, 1], 0.1, { ...relu, fn: 'gelu' } as const],
])('batchNormTraining of %j gives what the twin gives, mean and variance included', (shape, epsilon, activation) => {
  const c = shape[1]!;
  const attributes = { epsilon, activation };
  const one = { ...node('batchNormTraining', 'y', ['x', 'scale', 'shift'], attributes), outputs: ['y', 'mean', 'variance'] };
  const graph = graphOf(shape, [one as Node], { scale: randomTensor([c], 2, [0.5, 2]), shift: weight(c) }, [
    'y',
    'mean',
    'variance',
  ]);
  const x = randomTensor(shape, 3, [5, 6]);
  const executor = createExecutor(testKernels(), graph);
  executor.setInput('x', x.data, 'rowMajor');
  executor.run();
  const twin = twinValues(graph, new Map([['x', x]]));
  for (const name of graph.outputs) expect(worstError(executor.read(name).data, twin.get(name)!.data)).toBeLessThan(5e-6);
});
