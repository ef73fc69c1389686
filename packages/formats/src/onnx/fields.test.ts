import { describe, expect, test } from 'vitest';
import { decode, encode, modelProto, nodeProto, tensorProto } from './fields.ts';

const node = {
  input: ['x', ''],
  output: ['y'],
  name: 'größe',
  opType: 'Conv',
  domain: '',
  attribute: [
    { name: 'pads', type: 7, ints: [0, 1, -1, 2 ** 53 - 1] },
    { name: 'f', type: 1, f: 0.5 },
    { name: 's', type: 3, s: 'SAME_UPPER' },
  ],
};

describe('decode', () => {
  test('decode(encode(node)) gives every field back', () => {
    const back = decode(nodeProto, encode(nodeProto, node), 'node');
    expect(back).toMatchObject(node);
    expect(back.attribute[2]).toMatchObject({ ints: [], strings: [], floats: new Float32Array(0) });
    expect(back.attribute[2]!.t).toBeUndefined();
  });

  // Bytes by hand: protobuf.dev/programming-guides/encoding. Field 1 (dims) packed [2, 3]; field 2 = 1; field 8 "w"; field 4 single float 1.
  test('bytes by hand: packed and single list items, unknown fields skipped', () => {
    const bytes = Uint8Array.of(
      0x0a,
      2,
      2,
      3,
      0x10,
      1,
      0x42,
      1,
      0x77,
      0x25,
      0,
      0,
      0x80,
      0x3f,
      0x22,
      4,
      0,
      0,
      0,
      0x40,
      0xa2,
      0x06,
      1,
      9,
    );
    expect(decode(tensorProto, bytes, '')).toMatchObject({
      dims: [2, 3],
      dataType: 1,
      name: 'w',
      floatData: Float32Array.of(1, 2),
    });
  });

  test('bytes fields are views, not copies', () => {
    const bytes = encode(tensorProto, { name: 'w', rawData: Uint8Array.of(1, 2, 3) });
    expect(decode(tensorProto, bytes, '').rawData!.buffer).toBe(bytes.buffer);
  });

  test.each([
    ['a length past the end', [0x0a, 5, 1], 'graph.node[0].input ends too early'],
    ['a varint without end', [0x22, 0x80], 'graph.node[0].opType'],
    ['text that is not UTF-8', [0x22, 1, 0xff], 'graph.node[0].opType: text is not UTF-8'],
    ['a wrong wire type', [0x20, 1], 'graph.node[0].opType: stored as varint, which this field never is'],
    ['field number 0', [0x00, 1], 'graph.node[0]: illegal tag'],
  ])('%s is refused with its place', (_, bytes, message) => {
    const graph = [0x0a, bytes.length, ...bytes];
    expect(() => decode(modelProto, Uint8Array.of(0x3a, graph.length, ...graph), '')).toThrow(message);
  });

  test.each([
    [2n ** 63n - 1n, Number.MAX_SAFE_INTEGER],
    [-(2n ** 63n), -Number.MAX_SAFE_INTEGER],
    [1n - 2n ** 63n, -Number.MAX_SAFE_INTEGER],
    [2n ** 53n - 1n, 2 ** 53 - 1],
  ])('int64 %s is read as %s', (wide, narrow) => {
    const varint = [];
    for (let rest = BigInt.asUintN(64, wide); ; rest >>= 7n) {
      varint.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
      if (rest <= 0x7fn) break;
    }
    expect(decode(tensorProto, Uint8Array.of(0x38, ...varint), '').int64Data).toEqual([narrow]);
  });

  test('int64 2^53 is refused', () => {
    const varint = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10];
    expect(() => decode(tensorProto, Uint8Array.of(0x38, ...varint), 't')).toThrow(
      't.int64Data: integer 9007199254740992 is beyond 2^53',
    );
  });
});
