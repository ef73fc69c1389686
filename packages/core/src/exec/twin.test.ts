import { describe, expect, it } from 'vitest';
import { graphOf, node, testKernels } from '../../test/small-graph.ts';
import { bindGraph } from '../graph/bind.ts';
import { canonicalForm } from '../graph/canonical.ts';
import { integers, type Tensor } from '../tensor/tensor.ts';
import { createExecutor } from './executor.ts';

const scalar = (value: number): Tensor => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
const none = { fn: 'mul', alpha: 0, beta: 0 } as const;

function run(graph: Parameters<typeof createExecutor>[1], data: readonly number[]) {
  const executor = createExecutor(testKernels(), graph);
  executor.setInput('x', Float32Array.from(data), 'rowMajor');
  executor.run();
  return graph.outputs.map((name) => executor.read(name));
}

describe('values that no kernel reads', () => {
  it('floats to integers and back: the fraction is cut off, division of integers truncates', () => {
    const graph = graphOf(
      [1, 4],
      [
        node('cast', 'i', ['x'], { to: 'int32' }),
        node('binary', 'half', ['i', 'two'], { fn: 'div' }),
        node('cast', 'f', ['half'], { to: 'float32' }),
        node('binary', 'y', ['f', 'x'], { fn: 'add' }),
      ],
      { two: { ...integers([2], []), dtype: 'int32' } },
      ['half', 'y'],
    );
    // Casts between floats and integers do something: they must survive.
    for (const form of [graph, canonicalForm(graph)]) {
      const [half, y] = run(form, [-3.5, 7.9, 5, -1.2]);
      expect([half!.dtype, [...half!.data]]).toEqual(['int32', [-1, 3, 2, -0]]);
      expect([...y!.data].map((v) => Math.round(v * 10) / 10)).toEqual([-4.5, 10.9, 7, -1.2]);
    }
  });

  it('64-bit integers beyond 2^24 stay exact', () => {
    const big = 2 ** 40;
    const nodes = [node('cast', 'i', ['x'], { to: 'int64' }), node('binary', 'y', ['i', 'k'], { fn: 'add' })];
    const [y] = run(graphOf([1, 2], nodes, { k: integers([big + 1], []) }), [1, 2]);
    expect([...y!.data]).toEqual([big + 2, big + 3]);
  });

  it('8-bit integers wrap around', () => {
    const nodes = [node('cast', 'i', ['x'], { to: 'uint8' }), node('binary', 'y', ['i', 'i'], { fn: 'add' })];
    expect([...run(graphOf([1, 3], nodes), [100, 128, 200])[0]!.data]).toEqual([200, 0, 144]);
  });

  it('an image of integers is read in its own order', () => {
    const shape = [1, 3, 2, 2];
    const graph = bindGraph({
      name: 'test',
      inputs: [{ name: 'x', dtype: 'uint8', shape }],
      outputs: ['y'],
      nodes: [node('cast', 'f', ['x'], { to: 'float32' }), node('unary', 'y', ['f'], { ...none, fn: 'neg' })],
      constants: new Map(),
      metadata: {},
    });
    const data = Array.from({ length: 12 }, (_, i) => i);
    const expected = data.map((v) => -v);
    const [y] = run(graph, data);
    expect([...y!.data]).toEqual(expected);
    const executor = createExecutor(testKernels(), graph);
    // The same image with its channels last: (y, x, c).
    executor.setInput(
      'x',
      Float32Array.from(data, (_, i) => (i % 3) * 4 + Math.floor(i / 3)),
      'channelsLast',
    );
    executor.run();
    expect([...executor.read('y').data]).toEqual(expected);
  });

  it('a tap shows integers as float32, channels last', () => {
    const graph = graphOf([1, 2, 1, 2], [node('cast', 'i', ['x'], { to: 'int32' }), node('cast', 'y', ['i'], { to: 'float32' })]);
    const kernels = testKernels();
    const executor = createExecutor(kernels, graph, { taps: ['i'] });
    executor.setInput('x', Float32Array.of(1.5, 2.5, 3.5, 4.5), 'rowMajor');
    const seen: number[][] = [];
    executor.run(({ ptr, rows, channels }) => seen.push([...kernels.f32(ptr, rows * channels)]));
    expect(seen).toEqual([[1, 3, 2, 4]]);
  });

  it('nothing is a value: sums 0, products 1, and a Concat with it', () => {
    const reduce = (fn: 'sum' | 'prod' | 'max') => ({ fn, keepDims: false, noopWithoutAxes: false });
    const graph = graphOf(
      [1, 3],
      [
        node('slice', 'empty', ['x', 'from', 'to', 'axes'], {}),
        node('reduce', 'sum', ['empty', 'axes'], reduce('sum')),
        node('reduce', 'prod', ['empty', 'axes'], reduce('prod')),
        node('reduce', 'max', ['empty', 'axes'], reduce('max')),
        node('concat', 'all', ['empty', 'x'], { axis: 1 }),
      ],
      { from: integers([2]), to: integers([1]), axes: integers([1]) },
      ['sum', 'prod', 'max', 'all'],
    );
    expect(run(graph, [1, 2, 3]).map(({ data }) => [...data])).toEqual([[0], [1], [-Infinity], [1, 2, 3]]);
  });

  it('a truth value runs on kernels: where(x > 1, x, 0)', () => {
    const nodes = [node('binary', 'mask', ['x', 'one'], { fn: 'greater' }), node('where', 'y', ['mask', 'x', 'zero'], {})];
    const graph = graphOf([1, 3], nodes, { one: scalar(1), zero: scalar(0) });
    expect(graph.types.get('mask')!.dtype).toBe('bool');
    expect([...run(graph, [0.5, 1, 2])[0]!.data]).toEqual([0, 0, 2]);
  });
});
