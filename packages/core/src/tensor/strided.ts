/**
 * @file Walks over index spaces by strides: what slice, concat, pad, expand, transpose and broadcasting have in common. One
 * form for the kernels (a block of sizes and strides) and one slow twin.
 */
import { InputError } from '../errors.ts';
import type { AxisOrder } from './layout.ts';
import { formatShape, sizeOf } from './tensor.ts';

/** Sizes of an index space and, for each operand, its strides in elements along the same axes. */
export interface IndexSpace {
  readonly sizes: readonly number[];
  readonly strides: readonly (readonly number[])[];
}

/** Brings axes into physical order, drops axes of size 1, and joins neighbours that every operand walks without a gap. */
export function collapse(shape: readonly number[], order: AxisOrder, operands: readonly (readonly number[])[]): IndexSpace {
  const sizes: number[] = [];
  const strides = operands.map(() => [] as number[]);
  for (const axis of order) {
    const size = shape[axis]!;
    if (size === 1) continue;
    const last = sizes.length - 1;
    const joins = last >= 0 && operands.every((operand, i) => strides[i]![last] === operand[axis]! * size);
    if (joins) {
      sizes[last] = sizes[last]! * size;
      for (const [i, operand] of operands.entries()) strides[i]![last] = operand[axis]!;
    } else {
      sizes.push(size);
      for (const [i, operand] of operands.entries()) strides[i]!.push(operand[axis]!);
    }
  }
  if (sizes.length === 0) return { sizes: [1], strides: operands.map(() => [0]) };
  return { sizes, strides };
}

/**
 * The block that f32_copy, f32_binary and f32_where read: sizes, then each operand's strides.
 * @throws InputError without a head: `walks 9 axes that cannot be joined, [2, 2, …]; kernels walk at most 8.`
 */
export function spaceBlock(space: IndexSpace): Int32Array {
  if (space.sizes.length > 8)
    throw new InputError(
      `walks ${space.sizes.length} axes that cannot be joined, ${formatShape(space.sizes)}; kernels walk at most 8.`,
    );
  return Int32Array.from([...space.sizes, ...space.strides.flat()]);
}

/** Strides of an operand broadcast to `shape` (numpy rules): 0 along the axes it lacks or has once. */
export function broadcastStrides(
  shape: readonly number[],
  operandShape: readonly number[],
  strides: readonly number[],
): number[] {
  const missing = shape.length - operandShape.length;
  return shape.map((_, axis) => (axis < missing || operandShape[axis - missing] === 1 ? 0 : strides[axis - missing]!));
}

/**
 * Shape of two operands under numpy broadcasting.
 * @throws InputError without a head: `shapes [2, 3] and [4] do not broadcast`
 */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[i - rank + a.length] ?? 1;
    const n = b[i - rank + b.length] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw new InputError(`shapes ${formatShape(a)} and ${formatShape(b)} do not broadcast`);
    return m === 1 ? n : m;
  });
}

/** The slow twin of f32_copy: elements of `data` at offset + Σ index·stride, in row-major order of `shape`. */
export function gatherStrided<T extends Float32Array | Float64Array>(
  data: T,
  shape: readonly number[],
  strides: readonly number[],
  offset = 0,
): T {
  const size = sizeOf(shape);
  const out = (data instanceof Float32Array ? new Float32Array(size) : new Float64Array(size)) as T;
  const index = new Array<number>(shape.length).fill(0);
  let at = offset;
  for (let i = 0; i < size; i++) {
    out[i] = data[at]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      at -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return out;
}
