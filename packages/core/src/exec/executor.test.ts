import { describe, expect, it } from 'vitest';
import { randomTensor, weight, worstError } from '../../test/describe-op.ts';
import { graphOf, node, testKernels, twinValues } from '../../test/small-graph.ts';
import type { BoundGraph } from '../graph/bind.ts';
import type { Node } from '../graph/graph.ts';
import type { Conv2dAttributes } from '../ops/conv2d.ts';
import { createRandom } from '../rng.ts';
import { createExecutor } from './executor.ts';
import { planGraph } from './plan.ts';

const conv: Conv2dAttributes = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 };
const relu = { fn: 'relu', alpha: 0, beta: 0 } as const;

/** A random net of convolutions, element-wise steps, sums, concatenations, slices and transposes over 4 channels. */
function randomNet(seed: number): BoundGraph {
  const random = createRandom(seed);
  const nodes: Node[] = [];
  const values = ['x'];
  const pick = () => values[random.integer(values.length)]!;
  for (let i = 0; i < 14; i++) {
    const name = `v${i}`;
    const from = pick();
    switch (random.integer(6)) {
      case 0:
        nodes.push(node('conv2d', name, [from, 'w'], conv));
        break;
      case 1:
        nodes.push(node('unary', name, [from], relu));
        break;
      case 2:
        nodes.push(node('binary', name, [from, pick()], { fn: 'add' }));
        break;
      case 3:
        nodes.push(node('concat', `${name}c`, [from, pick()], { axis: 1 }), node('conv2d', name, [`${name}c`, 'w8'], conv));
        break;
      case 4:
        nodes.push(
          node('transpose', `${name}t`, [from], { perm: [0, 1, 3, 2] }),
          node('unary', name, [`${name}t`], { fn: 'tanh', alpha: 0, beta: 0 }),
        );
        break;
      default:
        nodes.push(node('batchNorm', name, [from, 'one', 'zero', 'zero', 'one'], { epsilon: 0.1 }));
    }
    values.push(name);
  }
  const ones = { dtype: 'float32', shape: [4], data: new Float32Array(4).fill(1) } as const;
  const zeros = { ...ones, data: new Float32Array(4) };
  return graphOf([1, 4, 6, 6], nodes, { w: weight(4, 4, 3, 3), w8: weight(4, 8, 3, 3), one: ones, zero: zeros });
}

describe('createExecutor', () => {
  it.each(Array.from({ length: 40 }, (_, seed) => seed))(
    'every tap of random net %d equals the float64 twin, though buffers are reused',
    (seed) => {
      const graph = randomNet(seed);
      const x = randomTensor([1, 4, 6, 6], seed);
      const twin = twinValues(graph, x);
      const taps = graph.nodes.flatMap((n) => n.outputs);
      const executor = createExecutor(testKernels(), graph, { taps });
      executor.setInput('x', x.data as Float32Array, 'rowMajor');
      const seen: string[] = [];
      executor.run((tap) => {
        const name = taps[tap.tapIndex]!;
        seen.push(name);
        const { data } = executor.read(name);
        expect(worstError(data, twin.get(name)!.data), name).toBeLessThan(1e-5);
        const into = new Float32Array(data.length);
        executor.readInto(name, into);
        expect(into, name).toEqual(Float32Array.from(data));
      });
      expect(seen.toSorted()).toEqual(taps.toSorted());
    },
  );

  it('shows a tap as positions × channels, channels last, whatever the axes in the file', () => {
    const graph = graphOf([1, 3, 2, 2], [node('transpose', 'y', ['x'], { perm: [0, 2, 3, 1] }), node('unary', 'z', ['y'], relu)]);
    const kernels = testKernels();
    const executor = createExecutor(kernels, graph, { taps: ['z'] });
    executor.setInput(
      'x',
      Float32Array.from({ length: 12 }, (_, i) => i),
      'rowMajor',
    );
    executor.run(({ rows, channels, ptr }) => {
      expect([rows, channels]).toEqual([4, 3]);
      expect(Array.from(kernels.f32(ptr, 12))).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    });
  });

  it('gives the same bytes for an image alone and in a batch', () => {
    const nodes = [
      node('conv2d', 'c', ['x', 'w'], { ...conv, activation: relu }),
      node('globalPool', 'p', ['c'], { kind: 'average' }),
    ];
    const images = [1, 2, 3].map((seed) => randomTensor([1, 4, 6, 6], seed).data as Float32Array);
    const one = createExecutor(testKernels(), graphOf([1, 4, 6, 6], nodes, { w: weight(9, 4, 3, 3) }));
    const alone = images.flatMap((image) => {
      one.setInput('x', image, 'rowMajor');
      one.run();
      return Array.from(one.read('p').data);
    });
    const graph = graphOf([1, 4, 6, 6], nodes, { w: weight(9, 4, 3, 3) });
    const batched = createExecutor(testKernels(), { ...graph, ...rebind(graph, 3) });
    batched.setInput('x', Float32Array.from(images.flatMap((image) => Array.from(image))), 'rowMajor');
    batched.run();
    expect(Array.from(batched.read('p').data)).toEqual(alone);
  });

  it('takes all its memory before the first image', () => {
    const kernels = testKernels();
    const executor = createExecutor(kernels, randomNet(3), { taps: ['v3'] });
    const used = kernels.usedBytes;
    executor.setInput('x', new Float32Array(144), 'rowMajor');
    for (let i = 0; i < 20; i++) executor.run(() => executor.read('v3'));
    expect(kernels.usedBytes).toBe(used);
    // The control: taking memory is seen.
    kernels.allocate(64);
    expect(kernels.usedBytes).toBeGreaterThan(used);
  });

  it('refuses NaN weights by name', () => {
    const w = weight(4, 4, 3, 3);
    w.data[5] = Number.NaN;
    expect(() =>
      createExecutor(testKernels(), graphOf([1, 4, 6, 6], [node('conv2d', 'conv1', ['x', 'w'], conv)], { w })),
    ).toThrowErrorMatchingInlineSnapshot(
      `[InputError: verifyGraph "test": weight "w" of conv2d "conv1" holds 1 NaN among 144 values. The file is damaged or training diverged.]`,
    );
  });

  it('refuses a tap that no node makes, and an input of another size', () => {
    const graph = randomNet(1);
    expect(() => createExecutor(testKernels(), graph, { taps: ['nowhere'] })).toThrowErrorMatchingInlineSnapshot(
      `[InputError: createExecutor "test": no node makes a value "nowhere" to tap.]`,
    );
    expect(() =>
      createExecutor(testKernels(), graph).setInput('x', new Float32Array(3), 'rowMajor'),
    ).toThrowErrorMatchingInlineSnapshot(`[InputError: setInput "x": needs 144 values for [1, 4, 6, 6], got 3.]`);
  });
});

function rebind(graph: BoundGraph, batch: number): Pick<BoundGraph, 'types' | 'inputs'> {
  const types = new Map(
    [...graph.types].map(([name, type]) => [name, type.constant ? type : { ...type, shape: [batch, ...type.shape.slice(1)] }]),
  );
  return { types, inputs: graph.inputs };
}

describe('planGraph', () => {
  it.each([0, 1, 2, 3, 4, 5])('no two buffers of random net %d that live at once overlap', (seed) => {
    const { buffers, activationBytes } = planGraph(randomNet(seed));
    for (const [i, a] of buffers.entries()) {
      expect(a.offset + a.bytes).toBeLessThanOrEqual(activationBytes);
      for (const b of buffers.slice(i + 1)) {
        const together = a.firstStep <= b.lastStep && b.firstStep <= a.lastStep;
        if (together) expect(a.offset + a.bytes <= b.offset || b.offset + b.bytes <= a.offset).toBe(true);
      }
    }
  });

  it('a chain of ten layers needs the memory of two', () => {
    const nodes = Array.from({ length: 10 }, (_, i) => node('conv2d', `c${i}`, [i === 0 ? 'x' : `c${i - 1}`, 'w'], conv));
    const { activationBytes } = planGraph(graphOf([1, 4, 16, 16], nodes, { w: weight(4, 4, 3, 3) }));
    // The input has memory of its own for the whole run.
    expect(activationBytes).toBe(3 * 4 * 16 * 16 * 4);
  });
});
