/**
 * @file Tensors outside WebAssembly memory: weights as read from a file, constants, inputs and outputs at the border.
 * Always row-major in their logical shape (n c h w for images). Values inside a running network are not Tensors: see exec/.
 */

/** Element types a model file may hold. Integers and booleans are kept as exact numbers in a Float64Array (|x| ≤ 2^53). */
export type DType =
  | 'float32'
  | 'float64'
  | 'float16'
  | 'bfloat16'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'bool';

/** A dense tensor. float32 data is a Float32Array; every other dtype is held in a Float64Array. */
export interface Tensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: Float32Array | Float64Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const n of shape) size *= n;
  return size;
}

/** `[1, 3, 224, 224]`, as it stands in messages. */
export function formatShape(shape: readonly (number | string)[]): string {
  return `[${shape.join(', ')}]`;
}

/** A tensor of whole numbers, e.g. a shape. */
export function integers(values: readonly number[], shape: readonly number[] = [values.length]): Tensor {
  return { dtype: 'int64', shape, data: Float64Array.from(values) };
}

/** The same values as float64. A float64-backed tensor gives its own array, not a copy. */
export function toFloat64(tensor: Tensor): Float64Array {
  return tensor.data instanceof Float64Array ? tensor.data : Float64Array.from(tensor.data);
}

/** The same values as float32, rounded once. A float32 tensor gives its own array, not a copy. */
export function toFloat32(tensor: Tensor): Float32Array {
  return tensor.data instanceof Float32Array ? tensor.data : Float32Array.from(tensor.data);
}
