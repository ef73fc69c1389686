import { describe, expect, it } from 'vitest';
import { randomTensor, weight, worstError } from '../../test/describe-op.ts';
import { graphOf, node, testKernels } from '../../test/small-graph.ts';
import { createExecutor } from '../exec/executor.ts';
import type { Conv2dAttributes } from '../ops/conv2d.ts';
import { integers, type Tensor } from '../tensor/tensor.ts';
import type { BoundGraph } from './bind.ts';
import { canonicalForm } from './canonical.ts';
import { opLabel } from './graph.ts';
import { printGraph } from './print.ts';

const conv: Conv2dAttributes = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 };
const number = (value: number): Tensor => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
const none = { alpha: 0, beta: 0 };

/** Labels of the layers, and the worst difference that the rewriting made to the output. */
function rewritten(graph: BoundGraph) {
  const canonical = canonicalForm(graph);
  const x = randomTensor(graph.types.get('x')!.shape, 5).data as Float32Array;
  const [before, after] = [graph, canonical].map((form) => {
    const executor = createExecutor(testKernels(), form);
    executor.setInput('x', x, 'rowMajor');
    executor.run();
    return executor.read(graph.outputs[0]!).data;
  }) as [Float32Array, Float32Array];
  return {
    labels: canonical.nodes.map(opLabel),
    names: canonical.nodes.map((n) => n.outputs[0]),
    change: worstError(after, before),
  };
}

const batchNormInputs = { scale: weight(4), shift: weight(4), mean: weight(4), variance: randomTensor([4], 3, [0.5, 2]) };

describe('canonicalForm', () => {
  it('makes convolution, batch normalisation and activation one layer named by its last node', () => {
    const graph = graphOf(
      [1, 3, 8, 8],
      [
        node('conv2d', 'conv', ['x', 'w', 'b'], conv),
        node('batchNorm', 'norm', ['conv', 'scale', 'shift', 'mean', 'variance'], { epsilon: 1e-5 }),
        node('unary', 'relu', ['norm'], { fn: 'relu', ...none }),
      ],
      { w: weight(4, 3, 3, 3), b: weight(4), ...batchNormInputs },
    );
    const { labels, names, change } = rewritten(graph);
    expect(labels).toEqual(['conv2d+batchNorm+relu']);
    expect(names).toEqual(['relu']);
    expect(change).toBeLessThan(1e-6);
  });

  it('leaves a convolution alone whose result something else reads too', () => {
    const graph = graphOf(
      [1, 4, 8, 8],
      [
        node('conv2d', 'conv', ['x', 'w'], conv),
        node('unary', 'relu', ['conv'], { fn: 'relu', ...none }),
        node('binary', 'sum', ['relu', 'conv'], { fn: 'add' }),
      ],
      { w: weight(4, 4, 3, 3) },
    );
    expect(rewritten(graph).labels).toEqual(['conv2d', 'relu', 'add']);
  });

  it('leaves a value alone that is an output of the graph', () => {
    const nodes = [node('conv2d', 'conv', ['x', 'w'], conv), node('unary', 'relu', ['conv'], { fn: 'relu', ...none })];
    expect(canonicalForm(graphOf([1, 4, 8, 8], nodes, { w: weight(4, 4, 3, 3) }, ['relu', 'conv'])).nodes.map(opLabel)).toEqual([
      'conv2d',
      'relu',
    ]);
  });

  it('drops identities without losing a name that a reader knows', () => {
    const graph = graphOf(
      [1, 3, 8, 8],
      [
        node('conv2d', 'conv', ['x', 'w'], conv),
        node('identity', 'dropout', ['conv'], {}),
        node('unary', 'tanh', ['dropout'], { fn: 'tanh', ...none }),
      ],
      {
        w: weight(4, 3, 3, 3),
      },
    );
    expect(rewritten(graph).labels).toEqual(['conv2d+tanh']);
  });

  it.each([
    [
      'x·½ · (1 + erf)',
      [
        ['mul', 'half', 'x', 'c05'],
        ['mul', 'y', 'half', 'sum'],
      ],
    ],
    [
      '(x · (1 + erf)) · ½',
      [
        ['mul', 'product', 'x', 'sum'],
        ['mul', 'y', 'product', 'c05'],
      ],
    ],
  ] as const)('knows a GELU spelled out as %s', (_, tail) => {
    const graph = graphOf(
      [1, 4, 5, 5],
      [
        node('binary', 'scaled', ['x', 'root2'], { fn: 'div' }),
        node('unary', 'erf', ['scaled'], { fn: 'erf', ...none }),
        node('binary', 'sum', ['erf', 'one'], { fn: 'add' }),
        ...tail.map(([, name, a, b]) => node('binary', name, [a, b], { fn: 'mul' })),
      ],
      { root2: number(Math.SQRT2), one: number(1), c05: number(0.5) },
    );
    const { labels, names, change } = rewritten(graph);
    expect(labels).toEqual(['gelu']);
    expect(names).toEqual(['y']);
    expect(change).toBeLessThan(1e-6);
  });

  it('knows SiLU and hard swish spelled out', () => {
    const silu = [node('unary', 'gate', ['x'], { fn: 'sigmoid', ...none }), node('binary', 'y', ['x', 'gate'], { fn: 'mul' })];
    expect(rewritten(graphOf([1, 4, 5, 5], silu))).toMatchObject({ labels: ['silu'] });
    const hardSwish = [
      node('binary', 'shifted', ['x', 'three'], { fn: 'add' }),
      node('unary', 'gate', ['shifted'], { fn: 'clip', alpha: 0, beta: 6 }),
      node('binary', 'product', ['x', 'gate'], { fn: 'mul' }),
      node('binary', 'y', ['product', 'six'], { fn: 'div' }),
    ];
    const { labels, change } = rewritten(graphOf([1, 4, 5, 5], hardSwish, { three: number(3), six: number(6) }));
    expect(labels).toEqual(['hardSwish']);
    expect(change).toBeLessThan(1e-6);
  });

  it('knows a layer normalisation spelled out, with its two factors', () => {
    const mean = { fn: 'mean', keepDims: true, noopWithoutAxes: false } as const;
    const graph = graphOf(
      [1, 5, 5, 8],
      [
        node('reduce', 'mean', ['x', 'last'], mean),
        node('binary', 'centred', ['x', 'mean'], { fn: 'sub' }),
        node('binary', 'square', ['centred', 'two'], { fn: 'pow' }),
        node('reduce', 'variance', ['square', 'last'], mean),
        node('binary', 'sum', ['variance', 'epsilon'], { fn: 'add' }),
        node('unary', 'root', ['sum'], { fn: 'sqrt', ...none }),
        node('binary', 'normal', ['centred', 'root'], { fn: 'div' }),
        node('binary', 'scaled', ['normal', 'scale'], { fn: 'mul' }),
        node('binary', 'y', ['scaled', 'shift'], { fn: 'add' }),
      ],
      { last: integers([-1]), two: number(2), epsilon: number(1e-6), scale: weight(8), shift: weight(8) },
    );
    const { labels, names, change } = rewritten(graph);
    expect(labels).toEqual(['layerNorm']);
    expect(names).toEqual(['y']);
    expect(change).toBeLessThan(2e-6);
  });

  it('takes a constant added per channel as bias', () => {
    const graph = graphOf(
      [1, 3, 8, 8],
      [node('conv2d', 'conv', ['x', 'w'], conv), node('binary', 'y', ['b', 'conv'], { fn: 'add' })],
      {
        w: weight(4, 3, 3, 3),
        b: weight(4, 1, 1),
      },
    );
    expect(rewritten(graph)).toMatchObject({ labels: ['conv2d'], names: ['y'] });
  });
});

describe('printGraph', () => {
  it('prints one line a node', () => {
    const graph = graphOf([1, 3, 8, 8], [node('conv2d', 'conv', ['x', 'w', ''], conv)], { w: weight(4, 3, 3, 3) });
    expect(printGraph(graph)).toBe('conv = conv2d(x, w [4, 3, 3, 3], –)  [1, 4, 8, 8]');
  });
});
