/** @file Packed numbers → Float32Array or Float64Array, shared by the ONNX and npy readers. */
import { type DType, InputError } from '@ventral/core';

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float64: 8,
  float16: 2,
  bfloat16: 2,
  int8: 1,
  int16: 2,
  int32: 4,
  int64: 8,
  uint8: 1,
  uint16: 2,
  uint32: 4,
  uint64: 8,
  bool: 1,
};

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
  const aligned = raw.byteOffset % bytesPerElement[dtype] === 0 ? raw : new Uint8Array(raw);
  const args = [aligned.buffer, aligned.byteOffset, aligned.byteLength / bytesPerElement[dtype]] as const;
  switch (dtype) {
    case 'float32':
      return new Float32Array(...args);
    case 'float64':
      return new Float64Array(...args);
    case 'float16':
      return widenHalf(new Uint16Array(...args));
    case 'bfloat16':
      return widenBfloat(new Uint16Array(...args));
    case 'int8':
      return Float64Array.from(new Int8Array(...args));
    case 'int16':
      return Float64Array.from(new Int16Array(...args));
    case 'int32':
      return Float64Array.from(new Int32Array(...args));
    case 'int64':
      return Float64Array.from(new BigInt64Array(...args), exact);
    case 'uint16':
      return Float64Array.from(new Uint16Array(...args));
    case 'uint32':
      return Float64Array.from(new Uint32Array(...args));
    case 'uint64':
      return Float64Array.from(new BigUint64Array(...args), exact);
    case 'uint8':
      return Float64Array.from(raw);
    case 'bool':
      return Float64Array.from(raw, (value) => (value === 0 ? 0 : 1));
  }
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
