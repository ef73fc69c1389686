/** @file Networks run on recorded inputs, for tests of what is written: here on our executor, and as bytes in onnxruntime. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bindGraph, createExecutor, type DType, type Graph, isFloat, type Tensor, toFloat32 } from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import * as ort from 'onnxruntime-node';
import { toLittleEndian } from '../src/numbers.ts';
import { readTensorProto, type TensorRecord } from '../src/onnx/tensor.ts';

const kernels = instantiate(new WebAssembly.Module(readFileSync(new URL('../../kernels/build/simd.wasm', import.meta.url))));

/** Recorded tensors of a test folder, in the order of their number. */
export function recorded(folder: string, kind: 'input' | 'output'): TensorRecord[] {
  const set = join(folder, 'test_data_set_0');
  const number = (name: string) => Number(/\d+/.exec(name)![0]);
  return readdirSync(set)
    .filter((name) => new RegExp(`^${kind}_\\d+\\.pb$`).test(name))
    .sort((a, b) => number(a) - number(b))
    .map((name) => readTensorProto(readFileSync(join(set, name)), name));
}

/** Outputs of a graph. The first input, if it holds floats along an axis, is shown; what else comes in is known before. */
export function run(graph: Graph, inputs: readonly Tensor[]): Tensor[] {
  const mark = kernels.mark();
  try {
    const given = graph.inputs.map(({ name }, i) => [name, inputs[i]!] as const);
    const shown = given.slice(0, 1).filter(([, { dtype, shape }]) => isFloat(dtype) && shape.length > 0);
    const bound = bindGraph(
      {
        ...graph,
        inputs: graph.inputs.slice(0, shown.length),
        constants: new Map([...graph.constants, ...given.slice(shown.length)]),
      },
      { shapes: new Map(shown.map(([name, { shape }]) => [name, shape])) },
    );
    const executor = createExecutor(kernels, bound);
    for (const [name, tensor] of shown) executor.setInput(name, toFloat32(tensor), 'rowMajor');
    executor.run();
    return graph.outputs.map((name) => executor.read(name));
  } finally {
    kernels.release(mark);
  }
}

/** Outputs of a file in onnxruntime. @throws what onnxruntime finds wrong with it */
export async function runInOnnxruntime(bytes: Uint8Array, graph: Graph, inputs: readonly Tensor[]): Promise<Tensor[]> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, intraOpNumThreads: 1 });
  try {
    const feeds = Object.fromEntries(graph.inputs.map(({ name, dtype }, i) => [name, feed(dtype, inputs[i]!)]));
    const results = await session.run(feeds);
    return graph.outputs.map((name) => {
      const { type, dims, data } = results[name]!;
      return { dtype: type as DType, shape: dims, data: Float64Array.from(data as Iterable<number>, Number) };
    });
  } finally {
    await session.release();
  }
}

function feed(dtype: DType, { shape, data }: Tensor): ort.Tensor {
  const bytes = toLittleEndian(dtype, data).slice().buffer;
  const arrays = {
    float32: Float32Array,
    float64: Float64Array,
    int8: Int8Array,
    uint8: Uint8Array,
    int16: Int16Array,
    uint16: Uint16Array,
    int32: Int32Array,
    uint32: Uint32Array,
    int64: BigInt64Array,
    uint64: BigUint64Array,
    bool: Uint8Array,
  };
  return new ort.Tensor(dtype as 'float32', new arrays[dtype as 'float32'](bytes), shape);
}

/** Largest difference, as a share of the largest finite |expected|; infinite where shapes differ. NaN equals only NaN. */
export function worstError(got: Tensor, expected: Tensor): number {
  if (got.shape.join() !== expected.shape.join()) return Number.POSITIVE_INFINITY;
  let [worst, scale] = [0, 0];
  for (const [i, value] of expected.data.entries()) {
    const other = got.data[i]!;
    if (Number.isFinite(value)) scale = Math.max(scale, Math.abs(value));
    if (!Object.is(value, other) && value !== other) {
      const difference = Math.abs(value - other);
      worst = Math.max(worst, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
    }
  }
  return worst === 0 ? 0 : worst / scale;
}
