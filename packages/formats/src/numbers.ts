/** @file Numbers ↔ their bytes in a file, little-endian: shared by the readers and writers of ONNX, npy and safetensors. */
import { type DType, InputError, isFloat } from '@ventral/core';

type NumberArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array;
interface ArrayType {
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): NumberArray;
}

/** The array over the bytes of each type; of the half-precision floats over their bits. */
const arrays: Readonly<Record<DType, ArrayType>> = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
};

/** Bytes of one element. */
export const bytesPerElement = Object.fromEntries(
  Object.entries(arrays).map(([dtype, { BYTES_PER_ELEMENT }]) => [dtype, BYTES_PER_ELEMENT]),
) as Readonly<Record<DType, number>>;

/** Half-precision floats are widened when they are read: a value of type float16 or bfloat16 is held as float32. */
export function widened(dtype: DType): DType {
  return dtype === 'float16' || dtype === 'bfloat16' ? 'float32' : dtype;
}

const int64Max = 2n ** 63n - 1n;

/** 2^63 − 1, −2^63 and −(2^63 − 1) mean «to the end» in slices and become ±(2^53 − 1); other integers must be exact. */
export function exact(value: bigint | string): number {
  const wide = BigInt(value);
  const narrow = Number(wide);
  if (Number.isSafeInteger(narrow)) return narrow;
  if (wide === int64Max) return Number.MAX_SAFE_INTEGER;
  if (wide <= -int64Max) return -Number.MAX_SAFE_INTEGER;
  throw new InputError(`integer ${wide} is beyond 2^53`);
}

/**
 * Values of packed little-endian bytes. float32 and float64 are views where the address allows; float16 and bfloat16 are widened
 * to float32, exact; bool is 0 or 1.
 * @throws InputError without a head: `integer … is beyond 2^53`.
 */
export function littleEndian(dtype: DType, raw: Uint8Array): Float32Array | Float64Array {
  const { buffer, byteOffset, byteLength } = raw.byteOffset % bytesPerElement[dtype] === 0 ? raw : new Uint8Array(raw);
  const values = new arrays[dtype](buffer, byteOffset, byteLength / bytesPerElement[dtype]);
  if (values instanceof Float32Array || values instanceof Float64Array) return values;
  if (values instanceof BigInt64Array || values instanceof BigUint64Array) return Float64Array.from(values, exact);
  if (values instanceof Uint16Array && dtype === 'float16') return widenHalf(values);
  if (values instanceof Uint16Array && dtype === 'bfloat16') return widenBfloat(values);
  if (dtype === 'bool') return Float64Array.from(values, (value) => (value === 0 ? 0 : 1));
  return Float64Array.from(values);
}

/**
 * The reverse of littleEndian: float32 and float64 as a view of the given array's own bytes where it is of that type, everything
 * else copied once. Floats are rounded once, halves to even; NaN and infinities stay what they are.
 * @throws InputError without a head: `value 70000 at 3 does not fit float16.`
 */
export function toLittleEndian(dtype: DType, data: Float32Array | Float64Array): Uint8Array {
  const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  if (data instanceof arrays[dtype]) return bytesOf(data);
  const refuse = (i: number) => new InputError(`value ${data[i]} at ${i} does not fit ${dtype}.`);
  const half = halves[dtype];
  if (half) return bytesOf(narrowed(data, half, refuse));
  const target = new arrays[dtype](new ArrayBuffer(data.length * bytesPerElement[dtype]), 0, data.length);
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    if (target instanceof BigInt64Array || target instanceof BigUint64Array)
      target[i] = BigInt(Number.isSafeInteger(value) ? value : 0);
    else target[i] = value;
    const written = Number(target[i]);
    const fits = isFloat(dtype) ? Number.isFinite(written) || !Number.isFinite(value) : written === value;
    if (!fits) throw refuse(i);
  }
  return bytesOf(target);
}

/** How a 16-bit float is made up: bits of its fraction, exponent of its smallest normal number, and the bits of infinity. */
interface Half {
  readonly fractionBits: number;
  readonly leastExponent: number;
  readonly infinity: number;
}
const halves: Partial<Record<DType, Half>> = {
  float16: { fractionBits: 10, leastExponent: -14, infinity: 0x7c00 },
  bfloat16: { fractionBits: 7, leastExponent: -126, infinity: 0x7f80 },
};

/** Bits of 16-bit floats, each the nearest number, halves to even. @throws `refuse(index)` where one would become infinite. */
function narrowed(
  data: Float32Array | Float64Array,
  { fractionBits, leastExponent, infinity }: Half,
  refuse: (index: number) => InputError,
): Uint16Array {
  const result = new Uint16Array(data.length);
  const double = new Float64Array(1);
  const words = new Uint32Array(double.buffer);
  // Units of the last place in 1, for each exponent from the smallest normal number's on; the last is that of infinity.
  const nExponents = infinity >> fractionBits;
  const units = Float64Array.from({ length: nExponents }, (_, i) => 2 ** (fractionBits - leastExponent - i));
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    double[0] = value;
    const high = words[1]!;
    const exponent = Math.min(Math.max(((high >>> 20) & 0x7ff) - 1023 - leastExponent, 0), nExponents - 1);
    // Beyond 2^52 float64 has whole numbers alone: adding it rounds to one.
    const rounded = Math.abs(value) * units[exponent]! + 2 ** 52 - 2 ** 52;
    const magnitude = Math.min((exponent << fractionBits) + rounded, infinity);
    if (magnitude === infinity && Number.isFinite(value)) throw refuse(i);
    result[i] = Number.isNaN(value) ? infinity | (1 << (fractionBits - 1)) : ((high >>> 16) & 0x8000) | magnitude;
  }
  return result;
}

/** IEEE 754 binary16 → binary32, exact. */
export function widenHalf(half: Uint16Array): Float32Array {
  const bits = new Uint32Array(half.length);
  const result = new Float32Array(bits.buffer);
  for (let i = 0; i < half.length; i++) {
    const h = half[i]!;
    const sign = (h & 0x8000) << 16;
    const exponent = (h >> 10) & 0x1f;
    const fraction = h & 0x3ff;
    if (exponent === 0) result[i] = (sign === 0 ? fraction : -fraction) / 0x1000000;
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  return result;
}

/** bfloat16 is the upper half of a float32. */
export function widenBfloat(upper: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(upper, (bits) => bits << 16).buffer);
}

/** Bytes one after the other, each copied once. */
export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}
