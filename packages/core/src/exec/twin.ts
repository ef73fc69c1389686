/**
 * @file How what has no kernel runs: an op's float64 twin on values read from memory, its results written back. Rare forms
 * (integers, empty values, three spatial axes, Einsum, TopK) flow through a network this way, slowly and exactly; it is the
 * only step that allocates while a network runs. Values lie in memory as `heldAsFloat32` says.
 */
import type { Kernels } from '@ventral/kernels';
import type { Lowered, LoweredValue, Op, ValueType } from '../ops/op.ts';
import { rowMajor, sameLayout, stridesOf } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import { heldAsFloat32, sizeOf, type Tensor } from '../tensor/tensor.ts';

/** A value in memory: what its numbers are and how its axes lie. */
type InMemory = Pick<LoweredValue, 'dtype' | 'shape' | 'order'>;

/** The values in memory at `ptr`, as they lie there. */
export function valueView(
  kernels: Kernels,
  ptr: number,
  { dtype, shape }: Pick<ValueType, 'dtype' | 'shape'>,
): Float32Array | Float64Array {
  return heldAsFloat32(dtype) ? kernels.f32(ptr, sizeOf(shape)) : kernels.f64(ptr, sizeOf(shape));
}

/** A copy of a value in memory, row-major. */
export function readValue(kernels: Kernels, ptr: number, value: InMemory): Tensor {
  const { dtype, shape } = value;
  const { data, isOwn } = rowMajorView(kernels, ptr, value);
  return { dtype, shape, data: dtype !== 'float32' ? Float64Array.from(data) : isOwn ? data : data.slice() };
}

/** The values row-major: as they lie there, or else (`isOwn`) as a copy. */
export function rowMajorView(
  kernels: Kernels,
  ptr: number,
  value: InMemory,
): { readonly data: Float32Array | Float64Array; readonly isOwn: boolean } {
  const { shape, order } = value;
  const data = valueView(kernels, ptr, value);
  if (sameLayout(shape, order, rowMajor(shape.length))) return { data, isOwn: false };
  return { data: gatherStrided(data, shape, stridesOf(shape, order)), isOwn: true };
}

/** Writes row-major values in the physical order of `value`. */
export function writeValue(kernels: Kernels, ptr: number, value: InMemory, data: Float32Array | Float64Array): void {
  const { shape, order } = value;
  const plain = rowMajor(shape.length);
  const strides = stridesOf(shape, plain);
  const inOrder = sameLayout(shape, order, plain)
    ? data
    : gatherStrided(
        data,
        order.map((axis) => shape[axis]!),
        order.map((axis) => strides[axis]!),
      );
  valueView(kernels, ptr, value).set(inOrder);
}

/** Lowers a node to its float64 twin, whatever the layouts of its inputs; results are row-major. */
export function onTwin<A>(
  op: Op<A>,
  attributes: A,
  inputs: readonly (LoweredValue | undefined)[],
  outputs: readonly ValueType[],
): Lowered {
  const results = outputs.map((type): InMemory => ({ ...type, order: rowMajor(type.shape.length) }));
  return {
    inputOrders: inputs.map((input) => (input?.constant ? undefined : input?.order)),
    outputOrders: results.map(({ order }) => order),
    bind: (kernels, at) => () => {
      const values = op.reference(
        attributes,
        inputs.map((input, i) => input && (input.constant ?? readValue(kernels, at.inputs[i]!, input))),
      );
      for (const [i, result] of results.entries()) writeValue(kernels, at.outputs[i]!, result, values[i]!.data);
    },
  };
}
