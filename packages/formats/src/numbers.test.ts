import { type DType, InputError } from '@ventral/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { littleEndian, toLittleEndian } from './numbers.ts';

const bitsOf = (dtype: DType, ...values: number[]) => [
  ...new Uint16Array(toLittleEndian(dtype, Float64Array.from(values)).buffer),
];

describe('toLittleEndian', () => {
  const ulp = 2 ** -24;
  // IEEE 754-2019: binary16 has 10 bits of fraction, normal numbers from 2^-14 to 65504, subnormal ones in steps of 2^-24.
  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [0.1, 0x2e66],
    [1 / 3, 0x3555],
    [Math.PI, 0x4248],
    [65504, 0x7bff],
    [-65519.99, 0xfbff],
    [Number.POSITIVE_INFINITY, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
    [Number.NaN, 0x7e00],
    // Halfway between two numbers: to the even one; a trace more goes up, also where a float32 on the way would lose it.
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [1 + 2 ** -11 + 2 ** -40, 0x3c01],
    [2047.5 / 1024, 0x4000],
    // The smallest normal number, and subnormal ones.
    [1024 * ulp, 0x0400],
    [1023.5 * ulp, 0x0400],
    [1023 * ulp, 0x03ff],
    [2.5 * ulp, 0x0002],
    [1.5 * ulp, 0x0002],
    [ulp, 0x0001],
    [-ulp, 0x8001],
    [0.5 * ulp, 0x0000],
    [0.5 * ulp * (1 + 2 ** -50), 0x0001],
    [Number.MIN_VALUE, 0x0000],
    [-Number.MIN_VALUE, 0x8000],
  ])('float16 of %s', (value, bits) => {
    expect(bitsOf('float16', value)).toEqual([bits]);
  });

  test.each([
    [1, 0x3f80],
    [-Math.PI, 0xc049],
    [1 + 2 ** -8, 0x3f80],
    [1 + 3 * 2 ** -8, 0x3f82],
    [2 ** -126, 0x0080],
    [2 ** -133, 0x0001],
    [2 ** -134, 0x0000],
    [255 * 2 ** 120, 0x7f7f],
    [Number.POSITIVE_INFINITY, 0x7f80],
    [Number.NaN, 0x7fc0],
  ])('bfloat16 of %s', (value, bits) => {
    expect(bitsOf('bfloat16', value)).toEqual([bits]);
  });

  test.each(['float16', 'bfloat16'] as const)('every number of %s comes back', (dtype) => {
    const all = Uint16Array.from({ length: 2 ** 16 }, (_, bits) => bits);
    const values = littleEndian(dtype, new Uint8Array(all.buffer));
    const back = new Uint16Array(toLittleEndian(dtype, values).buffer);
    const wrong = all.filter((bits, i) => back[i] !== bits && !Number.isNaN(values[i]));
    expect(wrong).toHaveLength(0);
  });

  test('float16 is the nearest number (1,000 seeded cases)', () => {
    fc.assert(
      fc.property(fc.double({ min: -65519, max: 65519, noNaN: true }), (value) => {
        const bits = bitsOf('float16', value)[0]!;
        const near = [bits - 1, bits, bits + 1].filter((code) => code >= 0 && (code & 0x7c00) !== 0x7c00);
        const distances = near.map((code) =>
          Math.abs(littleEndian('float16', new Uint8Array(Uint16Array.of(code).buffer))[0]! - value),
        );
        expect(distances[near.indexOf(bits)]).toBe(Math.min(...distances));
      }),
      { seed: 1, numRuns: 1000 },
    );
  });

  test('what has its type already is a view', () => {
    for (const [dtype, data] of [
      ['float32', Float32Array.of(1, 2)],
      ['float64', Float64Array.of(1, 2)],
    ] as const) {
      const bytes = toLittleEndian(dtype, data.subarray(1));
      expect([bytes.buffer, bytes.byteOffset, bytes.length]).toEqual([
        data.buffer,
        data.BYTES_PER_ELEMENT,
        data.BYTES_PER_ELEMENT,
      ]);
    }
  });

  test.each<[DType, number]>([
    ['float16', 65520],
    ['float16', -1e300],
    ['bfloat16', 3.4e38],
    ['float32', 3.5e38],
    ['int8', 128],
    ['uint8', -1],
    ['int32', 0.5],
    ['int64', 2 ** 53],
    ['uint64', -1],
    ['uint64', 0.5],
    ['int16', Number.NaN],
    ['int64', Number.POSITIVE_INFINITY],
    ['bool', -1],
  ])('as %s, %s is refused', (dtype, value) => {
    expect(() => toLittleEndian(dtype, Float64Array.of(0, value))).toThrow(
      new InputError(`value ${value} at 1 does not fit ${dtype}.`),
    );
  });
});
