/**
 * @file The few bytes of ONNX that the benchmark writes itself: further outputs of a file, and whole networks of code
 * (networks.mjs). Field numbers: onnx.proto3 of ONNX 1.16. Not a writer for users.
 */

const text = new TextEncoder();

function varint(value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}

function concat(parts) {
  const result = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}

const number = (field, value) => concat([varint(field * 8), varint(value)]);
const bytes = (field, value) => concat([varint(field * 8 + 2), varint(value.length), value]);
const string = (field, value) => bytes(field, text.encode(value));

/** The file with more outputs, named only: their types are inferred by who reads it. */
export function withOutputs(file, names) {
  const read = (at) => {
    let value = 0;
    let scale = 1;
    let i = at;
    for (; file[i] > 127; i++, scale *= 128) value += (file[i] & 127) * scale;
    return { value: value + file[i] * scale, next: i + 1 };
  };
  const parts = [];
  for (let at = 0; at < file.length; ) {
    const tag = read(at);
    const length = read(tag.next);
    const end = tag.value % 8 === 2 ? length.next + length.value : length.next;
    if (tag.value === 7 * 8 + 2) {
      const graph = [file.subarray(length.next, end), ...names.map((name) => bytes(12, string(1, name)))];
      const size = graph.reduce((sum, part) => sum + part.length, 0);
      parts.push(varint(tag.value), varint(size), ...graph);
    } else parts.push(file.subarray(at, end));
    at = end;
  }
  return concat(parts);
}

/** A model of opset 13 from nodes `{ op, inputs, output, attributes }` and tensors `{ shape, data }`; input `data` [N, 3, 224, 224]. */
export function writeModel({ name, nodes, constants, output, size }) {
  const tensor = ([key, { shape, data }]) =>
    concat([
      ...shape.map((n) => number(1, n)),
      number(2, data instanceof BigInt64Array ? 7 : 1),
      string(8, key),
      bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
    ]);
  const attribute = ([key, value]) => {
    if (typeof value === 'number') return concat([string(1, key), number(3, value), number(20, 2)]);
    return concat([string(1, key), ...value.map((n) => number(8, n)), number(20, 7)]);
  };
  const node = ({ op, inputs, output: made, attributes = {} }) =>
    concat([
      ...inputs.map((input) => string(1, input)),
      string(2, made),
      string(3, made),
      string(4, op),
      ...Object.entries(attributes).map((entry) => bytes(5, attribute(entry))),
    ]);
  const value = (key, sizes) => {
    const dims = sizes.map((n) => bytes(1, typeof n === 'string' ? string(2, n) : number(1, n)));
    return concat([string(1, key), bytes(2, bytes(1, concat([number(1, 1), bytes(2, concat(dims))])))]);
  };
  const graph = concat([
    ...nodes.map((entry) => bytes(1, node(entry))),
    string(2, name),
    ...[...constants].map((entry) => bytes(5, tensor(entry))),
    bytes(11, value('data', ['N', 3, size, size])),
    bytes(12, value(output, ['N', 1000])),
  ]);
  return concat([number(1, 7), string(2, 'ventral-bench'), bytes(7, graph), bytes(8, number(2, 13))]);
}
