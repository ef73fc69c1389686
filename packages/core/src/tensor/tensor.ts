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

const floatTypes: ReadonlySet<DType> = new Set<DType>(['float32', 'float64', 'float16', 'bfloat16']);

export function isFloat(dtype: DType): boolean {
  return floatTypes.has(dtype);
}

/**
 * How a running network holds a value: floats of any width and booleans as float32, which is what kernels compute with;
 * integers as float64, exact to 2^53, which no kernel reads: they run on the twins.
 */
export function heldAsFloat32(dtype: DType): boolean {
  return isFloat(dtype) || dtype === 'bool';
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

/**
 * A result in a dtype: float32 is rounded once; integers lose their fraction and wrap around as two's complement does (64 bits
 * do not: float64 holds them to 2^53); an infinity is the end of the type's range.
 */
export function tensorOf(dtype: DType, shape: readonly number[], data: Float64Array | Float32Array): Tensor {
  if (dtype === 'float32') return { dtype, shape, data: data instanceof Float32Array ? data : Float32Array.from(data) };
  const values = data instanceof Float64Array ? data : Float64Array.from(data);
  if (isFloat(dtype)) return { dtype, shape, data: values };
  if (dtype === 'bool') return { dtype, shape, data: values.map((v) => (v !== 0 && v !== -Infinity ? 1 : 0)) };
  const signed = !dtype.startsWith('u');
  const bits = Number(dtype.slice(signed ? 3 : 4));
  const span = 2 ** bits;
  const lowest = signed ? -span / 2 : 0;
  const inRange = (v: number) => {
    if (!Number.isFinite(v)) return Math.min(Math.max(v, lowest), lowest + span - 1);
    return bits === 64 ? v : v - span * Math.floor((v - lowest) / span);
  };
  return { dtype, shape, data: values.map((v) => inRange(Math.trunc(v))) };
}
