import { readdirSync, readFileSync } from 'node:fs';
import { type DType, InputError, sizeOf, type Tensor } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readNpy, writeNpy } from './npy.ts';
import { readNpz, writeNpz } from './npz.ts';

/** An npy file by hand. */
function npy(descr: string, shape: string, data: ArrayBufferView, { fortran = false, version = 1 } = {}): Uint8Array {
  const header = new TextEncoder().encode(
    `{'descr': '${descr}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': ${shape}, }\n`,
  );
  const length = version === 1 ? [header.length & 255, header.length >> 8] : [header.length & 255, header.length >> 8, 0, 0];
  return Uint8Array.of(
    0x93,
    ...new TextEncoder().encode('NUMPY'),
    version,
    0,
    ...length,
    ...header,
    ...new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  );
}

describe('readNpy', () => {
  test.each<[string, DType, ArrayBufferView, number[]]>([
    ['<f4', 'float32', Float32Array.of(0.5, -1), [0.5, -1]],
    ['<f8', 'float64', Float64Array.of(0.1, -1), [0.1, -1]],
    ['<f2', 'float32', Uint16Array.of(0x3c00, 0xc000), [1, -2]],
    ['|b1', 'bool', Uint8Array.of(0, 1), [0, 1]],
    ['|i1', 'int8', Int8Array.of(-128, 127), [-128, 127]],
    ['<i2', 'int16', Int16Array.of(-300, 300), [-300, 300]],
    ['<i4', 'int32', Int32Array.of(-70000, 70000), [-70000, 70000]],
    ['<i8', 'int64', BigInt64Array.of(-(2n ** 40n), 1n), [-(2 ** 40), 1]],
    ['|u1', 'uint8', Uint8Array.of(0, 255), [0, 255]],
    ['<u2', 'uint16', Uint16Array.of(0, 65535), [0, 65535]],
    ['<u4', 'uint32', Uint32Array.of(0, 2 ** 32 - 1), [0, 2 ** 32 - 1]],
    ['<u8', 'uint64', BigUint64Array.of(0n, 2n ** 40n), [0, 2 ** 40]],
  ])('%s is %s, versions 1 to 3', (descr, dtype, data, values) => {
    for (const version of [1, 2, 3]) {
      const got = readNpy(npy(descr, '(2,)', data, { version }));
      expect([got.dtype, got.shape, [...got.data]]).toEqual([dtype, [2], values]);
    }
  });

  test('shapes: (), (0, 3), (2, 3)', () => {
    expect(readNpy(npy('<f4', '()', Float32Array.of(7)))).toEqual({ dtype: 'float32', shape: [], data: Float32Array.of(7) });
    expect(readNpy(npy('<f4', '(0, 3)', new Float32Array(0))).shape).toEqual([0, 3]);
    expect(readNpy(npy('<f4', '(2, 3)', new Float32Array(6))).shape).toEqual([2, 3]);
  });

  // numpy: np.asfortranarray(np.arange(24).reshape(2, 3, 4)).tobytes(order='A') starts 0 12 4 16 8 20 1 13.
  test('Fortran order becomes row-major', () => {
    const shape = [2, 3, 4];
    const data = Float64Array.from({ length: 24 }, (_, i) => (i % 2) * 12 + (Math.floor(i / 2) % 3) * 4 + Math.floor(i / 6));
    expect([...data.subarray(0, 8)]).toEqual([0, 12, 4, 16, 8, 20, 1, 13]);
    expect(readNpy(npy('<f8', '(2, 3, 4)', data, { fortran: true }))).toEqual({
      dtype: 'float64',
      shape,
      data: Float64Array.from({ length: 24 }, (_, i) => i),
    });
  });

  test.each([
    [npy('<f8', '(3,)', new Float64Array(2)), 'readNpy a.npy: [3] of float64 needs 24 bytes after the header, got 16.'],
    [npy('>f8', '(1,)', new Float64Array(1)), 'readNpy a.npy: type ">f8" cannot be read. Readable: <f2, <f4,'],
    [npy('|O', '(1,)', new Float64Array(1)), 'type "|O" cannot be read'],
    [npy('<i8', '(1,)', BigInt64Array.of(2n ** 60n)), 'readNpy a.npy: integer 1152921504606846976 is beyond 2^53'],
    [npy('<f8', '(99999999999, 99999999999)', new Float64Array(1)), 'bytes after the header, got 8.'],
    [npy('<f8', '(1,)', new Float64Array(1), { version: 4 }), 'readNpy a.npy: version 4 is not known; 1 to 3 are.'],
    [npy('<f8', '(1,)', new Float64Array(1)).subarray(0, 40), 'readNpy a.npy: the header says it ends at byte'],
    [npy('<f8', '(-1,)', new Float64Array(1)), 'readNpy a.npy: the header needs descr'],
    [new TextEncoder().encode('PK not an array'), 'readNpy a.npy: not an npy file.'],
  ])('%# is refused: %s', (bytes, message) => {
    expect(() => readNpy(bytes, 'a.npy')).toThrow(message);
    expect(() => readNpy(bytes, 'a.npy')).toThrow(InputError);
  });
});

const tensor = (dtype: DType, shape: number[], values: number[]): Tensor => ({
  dtype,
  shape,
  data: dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values),
});

describe('writeNpy', () => {
  // np.save of np.float32([1, 2]) with NumPy 2.4: 128 bytes of header, then the values.
  test('by hand: header text and padding', () => {
    const bytes = writeNpy(tensor('float32', [2], [1, 2]));
    const text = String.fromCharCode(...bytes.subarray(10, 128));
    expect([bytes[8], bytes[9], text.trimEnd(), text.at(-1), bytes.length]).toEqual([
      118,
      0,
      "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
      '\n',
      136,
    ]);
    expect([...new Float32Array(bytes.buffer, 128)]).toEqual([1, 2]);
  });

  const dtypes = {
    float32: fc.float({ noNaN: true }),
    float64: fc.double(),
    int32: fc.integer(),
    uint8: fc.nat(255),
    int64: fc.maxSafeInteger(),
  };
  test.each(Object.entries(dtypes))('readNpy(writeNpy(x)) = x for %s (200 seeded cases)', (dtype, value) => {
    const shapes = fc.array(fc.nat(4), { maxLength: 4 });
    const tensors = shapes.chain((shape) =>
      fc
        .array<number>(value, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
        .map((values) => tensor(dtype as DType, shape, values)),
    );
    fc.assert(
      fc.property(tensors, (x) => {
        expect(readNpy(writeNpy(x))).toEqual(dtype.startsWith('float') ? x : { ...x, data: x.data.map((v) => v + 0) });
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test.each([
    [tensor('bool', [1], [1]), 'writeNpy: dtype bool cannot be written. Writable: float32, float64, int32, uint8, int64.'],
    [tensor('uint8', [2], [1, 256]), 'writeNpy: value 256 at 1 does not fit uint8.'],
    [tensor('int32', [1], [0.5]), 'writeNpy: value 0.5 at 0 does not fit int32.'],
    [tensor('int64', [1], [2 ** 53]), 'writeNpy: value 9007199254740992 at 0 does not fit int64.'],
    [tensor('float32', [3], [1]), 'writeNpy: [3] needs 3 values, got 1.'],
  ])('%# is refused: %s', (x, message) => {
    expect(() => writeNpy(x)).toThrow(message);
  });
});

describe('npz', () => {
  const entries: [string, Tensor][] = [
    ['conv1/x', tensor('float32', [2, 2], [1, 2, 3, 4])],
    ['größe', tensor('int64', [], [5])],
  ];
  test.each([[false], [true]])('readNpz(writeNpz(x)) = x, compress=%s, in order and always the same bytes', (compress) => {
    const bytes = writeNpz(entries, { compress });
    expect([...readNpz(bytes)]).toEqual(entries);
    expect(writeNpz(entries, { compress })).toEqual(bytes);
  });

  test('two arrays of one name are refused; a damaged entry is named', () => {
    expect(() => writeNpz([entries[0]!, entries[0]!])).toThrow('writeNpz: two arrays are named "conv1/x".');
    const bytes = writeNpz(entries);
    bytes[100]! ^= 1;
    expect(() => readNpz(bytes, 'taps.npz')).toThrow('zip "taps.npz": "conv1/x.npy" is damaged.');
  });
});

describe.skipIf(!hasShared)('real files', () => {
  interface Tap {
    readonly key: string;
    readonly shape: readonly number[];
    readonly full: boolean;
    readonly min: number;
    readonly max: number;
  }
  test.each(['squeezenet1_1', 'mobilenet_v2_100_224', 'tiny_vgg', 'resnet20_cifar10'])(
    'models/%s/taps.npz has what taps.json says',
    (name) => {
      const arrays = readNpz(readFileSync(shared(`models/${name}/taps.npz`)), 'taps.npz');
      const { tensors } = JSON.parse(readFileSync(shared(`models/${name}/taps.json`), 'utf8')) as {
        tensors: Record<string, Tap>;
      };
      expect([...arrays.keys()].sort()).toEqual(
        Object.values(tensors)
          .map(({ key }) => key)
          .sort(),
      );
      for (const { key, shape, full, min, max } of Object.values(tensors)) {
        const { data } = arrays.get(key)!;
        expect([key, data.length]).toEqual([key, full ? sizeOf(shape) : Math.min(4096, sizeOf(shape))]);
        const least = Array.from(data).reduce((low, value) => Math.min(low, value));
        const most = Array.from(data).reduce((high, value) => Math.max(high, value));
        if (full) expect([key, Math.fround(least), Math.fround(most)]).toEqual([key, Math.fround(min), Math.fround(max)]);
      }
    },
  );

  const arrays = hasShared
    ? readdirSync(shared('brain'), { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.npy'))
    : [];
  test.each(arrays)('brain/%s', (path) => {
    const { shape, data } = readNpy(readFileSync(shared(`brain/${path}`)), path);
    expect(data.length).toBe(sizeOf(shape));
    expect(data.some((value) => Number.isFinite(value) && value !== 0)).toBe(true);
  });

  test('the human IT RDM is square and symmetric with a zero diagonal', () => {
    const { shape, data } = readNpy(readFileSync(shared('brain/kriegeskorte92/hIT_fig1.npy')));
    expect(shape).toEqual([92, 92]);
    for (let i = 0; i < 92; i++) for (let j = 0; j <= i; j++) expect(data[i * 92 + j]).toBe(i === j ? 0 : data[j * 92 + i]);
  });
});
