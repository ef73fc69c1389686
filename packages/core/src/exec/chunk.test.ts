import { createSharedMemory, instantiate } from '@ventral/kernels';
import { describe, expect, it } from 'vitest';
import { randomTensor, weight } from '../../test/describe-op.ts';
import { graphOf, node, sharedModule, testKernels } from '../../test/small-graph.ts';
import type { BoundGraph } from '../graph/bind.ts';
import { createChunkExecutor, type PackedSplit, packSplit, splitAtDense } from './chunk.ts';
import { createExecutor } from './executor.ts';

const conv = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
const gemm = { alpha: 1, beta: 1, transA: false, transB: true } as const;
const relu = { fn: 'relu', alpha: 0, beta: 0 } as const;

/** A picture network with two dense layers and a softmax; the first has 8 · 36 · 1024 weights. */
function network(): BoundGraph {
  return graphOf(
    [1, 4, 6, 6],
    [
      node('conv2d', 'c', ['x', 'w'], conv),
      node('flatten', 'f', ['c'], { axis: 1 }),
      node('dense', 'fc1', ['f', 'w1', 'b1'], gemm),
      node('unary', 'r', ['fc1'], relu),
      node('dense', 'fc2', ['r', 'w2'], gemm),
      node('softmax', 'y', ['fc2'], { axis: -1, flattened: false, log: false }),
    ],
    { w: weight(8, 4, 3, 3), w1: weight(1024, 288), b1: weight(1024), w2: weight(10, 1024) },
  );
}
const taps = ['c', 'fc1', 'r', 'fc2', 'y'];
const pictures = Array.from({ length: 11 }, (_, i) => randomTensor([1, 4, 6, 6], i + 1).data as Float32Array);

/** Every tap of every picture, in the order of pictures within a tap. */
function onePictureAtATime(): number[][][] {
  const kernels = testKernels();
  const executor = createExecutor(kernels, network(), { taps });
  const seen: number[][][] = taps.map(() => []);
  for (const picture of pictures) {
    executor.setInput('x', picture, 'rowMajor');
    executor.run(({ tapIndex, ptr, rows, channels }) => seen[tapIndex]!.push([...kernels.f32(ptr, rows * channels)]));
  }
  return seen;
}

function inChunks(kernels = testKernels(), shared?: PackedSplit): number[][][] {
  const split = shared?.split ?? splitAtDense(network(), 8);
  const executor = createChunkExecutor(kernels, split, 8, { taps, packed: shared?.packed });
  const seen: number[][][] = taps.map(() => []);
  const onTap = ({ tapIndex, ptr, rows, channels }: { tapIndex: number; ptr: number; rows: number; channels: number }) =>
    seen[tapIndex]!.push([...kernels.f32(ptr, rows * channels)]);
  for (const [i, picture] of pictures.entries()) {
    executor.setInput('x', picture, 'rowMajor');
    executor.run(onTap);
    if (i % 8 === 7) executor.flush(onTap);
  }
  executor.flush(onTap);
  executor.flush(onTap);
  return seen;
}

describe('splitAtDense', () => {
  it('cuts before the dense layers at the end, and binds them for the chunk', () => {
    const { head, tail } = splitAtDense(network(), 8);
    expect(head.nodes.map(({ name }) => name)).toEqual(['c', 'f']);
    expect(head.outputs).toEqual(['f']);
    expect(tail!.nodes.map(({ name }) => name)).toEqual(['fc1', 'r', 'fc2', 'y']);
    expect(tail!.inputs).toEqual([{ name: 'f', dtype: 'float32', shape: [8, 288] }]);
    expect(tail!.types.get('fc2')!.shape).toEqual([8, 10]);
  });
  it('leaves a graph alone whose dense layers are small, or are read by what is no dense layer', () => {
    const small = graphOf([1, 4], [node('dense', 'y', ['x', 'w'], gemm)], { w: weight(3, 4) });
    expect(splitAtDense(small, 8).tail).toBeUndefined();
    const gate = graphOf(
      [1, 512],
      [
        node('dense', 'g', ['x', 'w'], gemm),
        node('reshape', 'r', ['g', 'shape'], { allowZero: false }),
        node('unary', 'y', ['r'], relu),
      ],
      { w: weight(512, 512), shape: { dtype: 'int64', shape: [4], data: Float64Array.of(1, 512, 1, 1) } },
    );
    expect(splitAtDense(gate, 8).tail).toBeUndefined();
  });
});

/** Bytes that posting a value would copy: each memory that it looks at, once. */
function postedBytes(value: unknown, seen = new Set<unknown>()): number {
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  if (ArrayBuffer.isView(value)) {
    const isNew = !seen.has(value.buffer);
    seen.add(value.buffer);
    return isNew ? value.buffer.byteLength : 0;
  }
  const inner = value instanceof Map ? [...value.values()] : Object.values(value);
  return inner.reduce<number>((sum, part) => sum + postedBytes(part, seen), 0);
}

describe('createChunkExecutor', () => {
  it('shows every tap of 11 pictures with the bytes of one picture at a time', () => {
    expect(inChunks()).toEqual(onePictureAtATime());
  });
  it('refuses a ninth picture before the flush', () => {
    const executor = createChunkExecutor(testKernels(), splitAtDense(network(), 8), 8);
    const run = () => executor.run(() => undefined);
    for (let i = 0; i < 8; i++) run();
    expect(run).toThrow('createChunkExecutor: 8 pictures are waiting; flush() first.');
  });
  it('on a shared memory: packed once, read by two without the weights they were made from', () => {
    const memory = createSharedMemory();
    const [first, second] = [0, 1].map(() => instantiate(sharedModule(), { memory }));
    // As read from a file: all weights look at one memory.
    const file = new Float32Array(1 << 19);
    let at = 0;
    const graph = network();
    const constants = new Map(
      [...graph.constants].map(([name, tensor]) => {
        const data = file.subarray(at, at + tensor.data.length);
        data.set(tensor.data);
        at += tensor.data.length;
        return [name, { ...tensor, data }];
      }),
    );
    const types = new Map(
      [...graph.types].map(([name, type]) => [name, { ...type, constant: type.constant && constants.get(name) }]),
    );
    const made = packSplit(first!, splitAtDense({ ...graph, constants, types }, 8), false);
    expect(postedBytes(made)).toBeLessThan(10_000);
    const packed = structuredClone(made);
    const { head, tail } = packed.split;
    expect(head.constants.get('w')!.data.length).toBe(0);
    expect(['w1', 'w2', 'b1'].map((name) => tail!.constants.get(name)!.data.length)).toEqual([0, 0, 1024]);
    const expected = onePictureAtATime();
    const used = second!.usedBytes;
    expect(inChunks(second, packed)).toEqual(expected);
    expect(inChunks(first, packed)).toEqual(expected);
    // The second has activations alone: the first dense layer's weights are 1.2 MB.
    expect(second!.usedBytes - used).toBeLessThan(400_000);
  });
});
