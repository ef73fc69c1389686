import { type DType, InputError, sizeOf, type Tensor } from '@ventral/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSafetensors, writeSafetensors } from './safetensors.ts';

/** A file by hand: the length of the header in 8 bytes, the header, the data. */
function file(header: string, data: ArrayLike<number> = [], headerBytes = new TextEncoder().encode(header).length): Uint8Array {
  const length = Array.from({ length: 8 }, (_, i) => Math.floor(headerBytes / 256 ** i) % 256);
  return Uint8Array.from([...length, ...new TextEncoder().encode(header), ...Array.from(data)]);
}
const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
const read = (bytes: Uint8Array) => readSafetensors(bytes, 'a.safetensors');
const entry = (dtype: string, shape: readonly number[], from: number, to: number) =>
  JSON.stringify({ dtype, shape, data_offsets: [from, to] });
const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});

describe('readSafetensors', () => {
  test('byte by byte: a matrix of F32 and a scalar of U8', () => {
    const header = `{"b":${entry('U8', [], 8, 9)},"a":${entry('F32', [1, 2], 0, 8)},"__metadata__":{"made":"by hand"}}   `;
    const { tensors, metadata } = read(file(header, [0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0, 7]));
    expect([...tensors]).toEqual([
      ['a', floats([1, 2], 1, -2.5)],
      ['b', { dtype: 'uint8', shape: [], data: Float64Array.of(7) }],
    ]);
    expect(metadata).toEqual({ made: 'by hand' });
  });

  test.each<[string, DType, ArrayBufferView, number[]]>([
    ['F16', 'float32', Uint16Array.of(0x3c00, 0xc000), [1, -2]],
    ['BF16', 'float32', Uint16Array.of(0x3f80, 0xc049), [1, -3.140625]],
    ['F32', 'float32', Float32Array.of(0.5, -1), [0.5, -1]],
    ['F64', 'float64', Float64Array.of(0.1, -1), [0.1, -1]],
    ['I8', 'int8', Int8Array.of(-128, 127), [-128, 127]],
    ['I16', 'int16', Int16Array.of(-300, 300), [-300, 300]],
    ['I32', 'int32', Int32Array.of(-70000, 70000), [-70000, 70000]],
    ['I64', 'int64', BigInt64Array.of(-(2n ** 40n), 1n), [-(2 ** 40), 1]],
    ['U8', 'uint8', Uint8Array.of(0, 255), [0, 255]],
    ['U16', 'uint16', Uint16Array.of(0, 65535), [0, 65535]],
    ['U32', 'uint32', Uint32Array.of(0, 2 ** 32 - 1), [0, 2 ** 32 - 1]],
    ['U64', 'uint64', BigUint64Array.of(0n, 2n ** 40n), [0, 2 ** 40]],
    ['BOOL', 'bool', Uint8Array.of(0, 1), [0, 1]],
  ])('%s is %s, at any address', (code, dtype, data, values) => {
    for (const padding of ['', ' ']) {
      const { tensors } = read(file(`{"a":${entry(code, [2], 0, data.byteLength)}}${padding}`, bytesOf(data)));
      const { dtype: got, shape, data: numbers } = tensors.get('a')!;
      expect([got, shape, [...numbers]]).toEqual([dtype, [2], values]);
    }
  });

  test('nothing at all, empty axes, and names that objects have of their own', () => {
    expect(read(file('{}'))).toEqual({ tensors: new Map(), metadata: {} });
    const empty = entry('F32', [0, 3], 0, 0);
    const { tensors, metadata } = read(file(`{"__proto__":${empty},"7":${empty},"":${empty},"__metadata__":{"__proto__":"x"}}`));
    expect([...tensors.keys()].sort()).toEqual(['', '7', '__proto__']);
    expect(Object.entries(metadata)).toEqual([['__proto__', 'x']]);
  });

  const u8 = (from: number, to: number, shape = [to - from]) => entry('U8', shape, from, to);
  test.each<[string, Uint8Array, string]>([
    ['seven bytes', new Uint8Array(7), 'not a safetensors file: it has 7 bytes, the length of the header alone takes 8.'],
    [
      'a header past the end',
      file('{}', [], 3),
      'not a safetensors file, or a damaged one: the header has 3 bytes, the file 10. At most 100000000 are read.',
    ],
    ['a header of 2^63 bytes', Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 128, 0x7b, 0x7d), 'the header has 9223372036854775808 bytes'],
    ['an empty header', file(''), 'the header does not begin with "{".'],
    ['a list', file('[]'), 'the header does not begin with "{".'],
    ['a space first', file(' {}'), 'the header does not begin with "{".'],
    ['no JSON', file('{"a"}'), 'the header is not JSON: '],
    ['no UTF-8', Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d), 'the header is not UTF-8.'],
    ['a key twice', file(`{"a":${u8(0, 1)},"\\u0061":${u8(1, 2)}}`, [1, 2]), 'key "a" stands twice in the header.'],
    ['a field twice', file('{"a":{"dtype":"U8","dtype":"I8","shape":[0],"data_offsets":[0,0]}}'), 'key "dtype" stands twice'],
    ['metadata twice', file('{"__metadata__":{"a":"1","a":"2"}}'), 'key "a" stands twice in the header.'],
    ['metadata that are no texts', file('{"__metadata__":{"a":1}}'), '__metadata__ must be an object whose values are texts.'],
    ['a list of metadata', file('{"__metadata__":["a"]}'), '__metadata__ must be an object whose values are texts.'],
    [
      'an unknown type',
      file(`{"a":${entry('F8_E4M3', [1], 0, 1)}}`, [1]),
      'tensor "a" [1]: type "F8_E4M3" cannot be read. Readable: BOOL, U8, ',
    ],
    ['a type from Object', file(`{"a":${entry('toString', [1], 0, 1)}}`, [1]), 'tensor "a" [1]: type "toString" cannot be read.'],
    ['a missing field', file('{"a":{"dtype":"U8","shape":[1]}}', [1]), 'tensor "a": data_offsets: Invalid key'],
    [
      'a negative size',
      file(`{"a":${u8(0, 1, [-1, -1])}}`, [1]),
      'tensor "a": shape.0: Invalid value: Expected >=0 but received -1.',
    ],
    ['half a position', file(`{"a":${u8(0, 0.5, [1])}}`, [1]), 'tensor "a": data_offsets.1: Invalid safe integer'],
    [
      'too few bytes',
      file(`{"a":${entry('F32', [2, 3], 0, 20)}}`, new Uint8Array(20)),
      'tensor "a" [2, 3] needs 24 bytes of F32, its data_offsets [0, 20] give 20.',
    ],
    [
      'an end before the beginning',
      file(`{"a":${u8(1, 0, [1])}}`, [1]),
      'tensor "a" [1] needs 1 bytes of U8, its data_offsets [1, 0] give -1.',
    ],
    [
      'a size beyond all numbers',
      file(`{"a":${entry('F64', new Array<number>(30).fill(2 ** 40), 0, 8)}}`, new Uint8Array(8)),
      'bytes of F64, its data_offsets [0, 8] give 8.',
    ],
    ['an end past the file', file(`{"a":${u8(0, 3)}}`, [1, 2]), 'tensor "a" [3] ends at byte 3 of the data, which has 2 bytes.'],
    [
      'a hole',
      file(`{"a":${u8(0, 1)},"b":${u8(2, 3)}}`, [1, 2, 3]),
      'tensor "b" [1] begins at byte 2 of the data, but what lies before it ends at 1.',
    ],
    [
      'a hole at the beginning',
      file(`{"a":${u8(1, 2)}}`, [1, 2]),
      'tensor "a" [1] begins at byte 1 of the data, but what lies before it ends at 0.',
    ],
    [
      'an overlap',
      file(`{"a":${u8(0, 2)},"b":${u8(1, 3)}}`, [1, 2, 3]),
      'tensor "b" [2] begins at byte 1 of the data, but what lies before it ends at 2.',
    ],
    [
      'the same bytes twice',
      file(`{"a":${u8(0, 2)},"b":${u8(0, 2)}}`, [1, 2]),
      'tensor "b" [2] begins at byte 0 of the data, but what lies before it ends at 2.',
    ],
    ['bytes left over', file(`{"a":${u8(0, 1)}}`, [1, 2]), 'the data has 2 bytes, but the tensors end at 1.'],
    [
      'a whole number beyond 2^53',
      file(`{"a":${entry('I64', [1], 0, 8)}}`, bytesOf(BigInt64Array.of(2n ** 60n))),
      'tensor "a" [1]: integer 1152921504606846976 is beyond 2^53',
    ],
    ['a line break in a name', file(`{"a\\nb":${u8(1, 2)}}`, [1, 2]), 'tensor "a\ufffdb" [1] begins at byte 1'],
  ])('%s is refused', (_, bytes, message) => {
    expect(() => read(bytes)).toThrow(InputError);
    expect(() => read(bytes)).toThrow(/^readSafetensors a\.safetensors: [^\p{Cc}]*$/u);
    expect(() => read(bytes)).toThrow(message);
  });

  test('a name of ten million letters and a million brackets end in time', () => {
    const started = performance.now();
    expect(() => read(file(`{"${'\\\\a'.repeat(1e6)}":${'['.repeat(1e6)}${']'.repeat(1e6)}}`))).toThrow(InputError);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('writeSafetensors', () => {
  test('byte by byte', () => {
    const tensors = new Map([
      ['10', floats([1], 1)],
      ['2', floats([], -2)],
    ]);
    const header =
      '{"__metadata__":{"k":"v"},"10":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"2":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(writeSafetensors(tensors, { k: 'v' })).toEqual(file(padded, [0, 0, 0x80, 0x3f, 0, 0, 0, 0xc0]));
    const halves = writeSafetensors(tensors, {}, { dtype: 'float16' });
    const plain = '{"10":{"dtype":"F16","shape":[1],"data_offsets":[0,2]},"2":{"dtype":"F16","shape":[],"data_offsets":[2,4]}}';
    expect(halves).toEqual(file(plain.padEnd(Math.ceil(plain.length / 8) * 8), [0, 0x3c, 0, 0xc0]));
    expect(writeSafetensors(new Map())).toEqual(file('{}      '));
  });

  const name = fc.string({ unit: 'binary', maxLength: 6 }).filter((text) => text !== '__metadata__');
  const tensor = fc
    .array(fc.nat(3), { maxLength: 4 })
    .chain((shape) =>
      fc.array(fc.float(), { minLength: sizeOf(shape), maxLength: sizeOf(shape) }).map((values) => floats(shape, ...values)),
    );
  const tensors = fc.array(fc.tuple(name, tensor), { maxLength: 5 }).map((list) => new Map(list));
  const metadata = fc.dictionary(name, fc.string({ unit: 'binary' }), { maxKeys: 3 });

  test('what is written comes back, in order (500 seeded cases)', () => {
    fc.assert(
      fc.property(tensors, metadata, (given, facts) => {
        const back = read(writeSafetensors(given, facts));
        expect([...back.tensors].filter(([, { data }]) => data.length > 0)).toEqual(
          [...given].filter(([, { data }]) => data.length > 0),
        );
        expect(new Set(back.tensors.keys())).toEqual(new Set(given.keys()));
        expect(Object.entries(back.metadata)).toEqual(Object.entries(facts));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('float64 and float16 in a Float64Array are rounded once', () => {
    const given = new Map<string, Tensor>([
      ['d', { dtype: 'float64', shape: [2], data: Float64Array.of(0.1, 1 + 2 ** -11 + 2 ** -40) }],
      ['h', { dtype: 'float16', shape: [1], data: Float64Array.of(0.25) }],
    ]);
    expect(read(writeSafetensors(given)).tensors.get('d')).toEqual(floats([2], 0.1, 1 + 2 ** -11));
    const halves = read(writeSafetensors(given, {}, { dtype: 'float16' })).tensors;
    expect([halves.get('d'), halves.get('h')]).toEqual([floats([2], 0.0999755859375, 1 + 2 ** -10), floats([1], 0.25)]);
  });

  test.each<[string, Tensor, 'float32' | 'float16', string]>([
    ['w', floats([2], 1, 65520), 'float16', 'tensor "w" [2]: value 65520 at 1 does not fit float16.'],
    [
      'w',
      { dtype: 'float64', shape: [], data: Float64Array.of(-1e39) },
      'float32',
      'tensor "w" []: value -1e+39 at 0 does not fit float32.',
    ],
    [
      'i',
      { dtype: 'int64', shape: [1], data: Float64Array.of(1) },
      'float32',
      'tensor "i" [1] is int64; only floats are written.',
    ],
    ['w', floats([3], 1), 'float32', 'tensor "w" [3] needs 3 values, got 1.'],
    [
      '__metadata__',
      floats([1], 1),
      'float32',
      'tensor "__metadata__" [1]: the format keeps this name for itself. Rename the tensor.',
    ],
  ])('%s: %o as %s is refused', (key, given, dtype, message) => {
    expect(() => writeSafetensors(new Map([[key, given]]), {}, { dtype })).toThrow(
      new InputError(`writeSafetensors: ${message}`),
    );
  });

  test('damaged files give tensors or one line (5,000 seeded cases)', () => {
    const kinds = ['change', 'cut', 'insert', 'drop'] as const;
    type Cut = readonly [end: number, added: readonly number[], start: number];
    const damagesAt = (i: number, byte: number, length: number): Readonly<Record<(typeof kinds)[number], Cut>> => ({
      change: [i, [byte], i + 1],
      cut: [i, [], length],
      insert: [i, [byte], i],
      drop: [i, [], i + 1],
    });
    const damage = fc.record({
      at: fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
      kind: fc.constantFrom(...kinds),
      byte: fc.nat(255),
    });
    const counts = { read: 0, refused: 0 };
    fc.assert(
      fc.property(tensors, metadata, fc.array(damage, { minLength: 1, maxLength: 3 }), (given, facts, damages) => {
        let bytes: Uint8Array = writeSafetensors(given, facts);
        for (const { at, kind, byte } of damages) {
          const i = Math.floor(at * bytes.length);
          const [end, added, start] = damagesAt(i, byte, bytes.length)[kind];
          bytes = Uint8Array.from([...bytes.subarray(0, end), ...added, ...bytes.subarray(start)]);
        }
        try {
          for (const { shape, data } of read(bytes).tensors.values()) expect(data).toHaveLength(sizeOf(shape));
          counts.read++;
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          expect(error.message).not.toMatch(/\p{Cc}/u);
          counts.refused++;
        }
      }),
      { seed: 1, numRuns: 5000 },
    );
    expect(Math.min(counts.read, counts.refused)).toBeGreaterThan(100);
  });
});
