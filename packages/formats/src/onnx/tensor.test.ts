import { readFileSync } from 'node:fs';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { encode, tensorProto } from './fields.ts';
import { readTensorProto } from './tensor.ts';

const tensor = (proto: Parameters<typeof encode<typeof tensorProto>>[1]) =>
  readTensorProto(encode(tensorProto, proto), 'a.pb').tensor;
const raw = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('readTensorProto', () => {
  test.each([
    ['float32', 1, Float32Array.of(1.5, -0, Number.NaN)],
    ['uint8', 2, Uint8Array.of(0, 255, 7)],
    ['int8', 3, Int8Array.of(-128, 127, 0)],
    ['uint16', 4, Uint16Array.of(0, 65535, 1)],
    ['int16', 5, Int16Array.of(-32768, 32767, 1)],
    ['int32', 6, Int32Array.of(-(2 ** 31), 2 ** 31 - 1, 1)],
    ['int64', 7, BigInt64Array.of(-(2n ** 53n) + 1n, 2n ** 53n - 1n, 1n)],
    ['bool', 9, Uint8Array.of(0, 1, 1)],
    ['float64', 11, Float64Array.of(0.1, -1e300, 3)],
    ['uint32', 12, Uint32Array.of(0, 2 ** 32 - 1, 1)],
    ['uint64', 13, BigUint64Array.of(0n, 2n ** 53n - 1n, 1n)],
  ] as const)('raw data of %s', (dtype, dataType, values) => {
    const got = tensor({ dims: [3], dataType, rawData: raw(values) });
    expect(got).toEqual({ dtype, shape: [3], data: dtype === 'float32' ? values : Float64Array.from(values, Number) });
  });

  test.each([
    ['float32', 1, 'floatData', [1.5, -2]],
    ['float64', 11, 'doubleData', [0.1, -2]],
    ['int64', 7, 'int64Data', [-1, 2 ** 40]],
    ['int32', 6, 'int32Data', [-1, 7]],
    ['uint8', 2, 'int32Data', [0, 255]],
    ['bool', 9, 'int32Data', [0, 1]],
    ['uint64', 13, 'uint64Data', [0, 2 ** 40]],
  ] as const)('typed data of %s', (dtype, dataType, field, values) => {
    const got = tensor({ dims: [1, 2], dataType, [field]: values });
    expect([got.dtype, got.shape, [...got.data]]).toEqual([dtype, [1, 2], [...values]]);
  });

  // Bit patterns and values of IEEE 754 binary16: wikipedia.org/wiki/Half-precision_floating-point_format, table of examples.
  const halves = [
    [0x3c00, 1],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x8000, -0],
    [0x3555, 0.333251953125],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ] as const;
  test.each(['rawData', 'int32Data'] as const)('float16 in %s is widened exactly', (field) => {
    const bits = Uint16Array.from(halves, ([half]) => half);
    const got = tensor({ dims: [halves.length], dataType: 10, [field]: field === 'rawData' ? raw(bits) : bits });
    expect(got).toEqual({ dtype: 'float32', shape: [halves.length], data: Float32Array.from(halves, ([, value]) => value) });
  });

  test('bfloat16 is the upper half of float32', () => {
    expect(tensor({ dims: [2], dataType: 16, rawData: raw(Uint16Array.of(0x3f80, 0xc049)) })).toEqual({
      dtype: 'float32',
      shape: [2],
      data: Float32Array.of(1, -3.140625),
    });
  });

  test('a scalar has no dims; an empty tensor no values', () => {
    expect(tensor({ dims: [], dataType: 1, floatData: [3] })).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(3) });
    expect(tensor({ dims: [0, 4], dataType: 7 })).toEqual({ dtype: 'int64', shape: [0, 4], data: new Float64Array(0) });
  });

  test.each([
    [
      { dims: [2, 3], dataType: 1, rawData: new Uint8Array(20) },
      'readTensorProto a.pb: tensor "" [2, 3] needs 24 bytes of float32 data, got 20.',
    ],
    [{ dims: [2], dataType: 7, int64Data: [1] }, 'tensor "" [2] needs 2 values of int64, got 1.'],
    [{ dims: [2 ** 40, 2 ** 40, 2 ** 40], dataType: 1 }, 'got 0.'],
    [{ dims: [-1], dataType: 1 }, 'tensor "" [-1] has a negative size.'],
    [{ dims: [1], dataType: 8 }, 'tensor "" [1]: element type string cannot be read. Readable: float32,'],
    [{ dims: [1], dataType: 99 }, 'element type 99 cannot be read'],
    [
      { name: 'w', dims: [1], dataType: 1, externalData: [{ key: 'location', value: 'w.bin' }], dataLocation: 1 },
      'tensor "w" [1] lies in another file, "w.bin", which is not at hand. Save the model as a single file.',
    ],
  ])('%# is refused: %s', (proto, message) => {
    expect(() => tensor(proto)).toThrow(message);
  });

  test('bytes that are no TensorProto are refused', () => {
    expect(() => readTensorProto(Uint8Array.of(0xff, 0xff, 0xff), 'junk.pb')).toThrow('readTensorProto junk.pb: the file');
  });

  test.skipIf(!hasShared)('recorded input of tiny_vgg', () => {
    const { name, tensor: input } = readTensorProto(
      readFileSync(shared('models/tiny_vgg/test_data_set_0/input_0.pb')),
      'input_0.pb',
    );
    expect([name, input.dtype, input.shape, input.data.length]).toEqual(['data', 'float32', [1, 3, 64, 64], 3 * 64 * 64]);
    expect(Math.max(...input.data)).toBeLessThanOrEqual(1);
  });
});
