/**
 * @file Damaged ONNX files for the fuzz test: real files of the test data, and ways to damage them as bytes and as messages.
 * A damage is plain data, so that a failing case prints as what was done. What must come of it is onnx/fuzz.test.ts.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { hasShared, shared } from '@ventral/testkit';
import fc from 'fast-check';
import { type Decoded, decode, type Encodable, encode, type Message, modelProto, tensorProto } from '../src/onnx/fields.ts';
import { operators } from '../src/onnx/operators.ts';

/** A message that may be changed. */
export type Mutable<T> = T extends Uint8Array | Float32Array | Float64Array
  ? T
  : T extends readonly (infer E)[]
    ? Mutable<E>[]
    : T extends object
      ? { -readonly [K in keyof T]: Mutable<T[K]> }
      : T;
export type ModelMessage = Mutable<Decoded<typeof modelProto>>;

const mostBytes = 100_000;

/** Every real file of at most 100 KB, by path, as it is. */
export const realFiles: readonly string[] = hasShared
  ? ['models', 'onnx-node-tests']
      .flatMap((folder) => readdirSync(shared(folder), { recursive: true, encoding: 'utf8' }).map((name) => join(folder, name)))
      .filter((name) => name.endsWith('.onnx') && statSync(shared(name)).size <= mostBytes)
      .sort()
  : [];

/**
 * A real file as a message. Recorded inputs beside it become constants, but for a first one of floats, as `ventral verify`
 * takes them: otherwise most operator tests would end where a shape is asked for.
 */
export function messageOf(file: string): ModelMessage {
  const model = decode(modelProto, readFileSync(shared(file)), '') as ModelMessage;
  const graph = model.graph!;
  for (const [i, { name, type }] of graph.input.entries()) {
    const record = join(dirname(shared(file)), 'test_data_set_0', `input_${i}.pb`);
    const isShown = i === 0 && type?.tensorType?.elemType === 1 && type.tensorType.shape?.dim.length !== 0;
    if (isShown || !existsSync(record) || graph.initializer.some((tensor) => tensor.name === name)) continue;
    const tensor = tryDecode(record);
    if (tensor) graph.initializer.push({ ...tensor, name });
  }
  return model;
}

function tryDecode(record: string): Mutable<Decoded<typeof tensorProto>> | undefined {
  try {
    return decode(tensorProto, readFileSync(record), '') as Mutable<Decoded<typeof tensorProto>>;
  } catch {
    return undefined; // sequences and optional values are other messages
  }
}

/** The bytes of a message. Counts of what is not read cannot be written and are left out. */
export function bytesOf(model: ModelMessage): Uint8Array {
  const tensors = [
    ...(model.graph?.initializer ?? []),
    ...(model.graph?.node ?? []).flatMap((node) => node.attribute.flatMap(({ t }) => t ?? [])),
  ];
  for (const tensor of tensors) delete (tensor as { stringData?: number }).stringData;
  delete (model.graph as { sparseInitializer?: number } | undefined)?.sparseInitializer;
  return encode(modelProto, model as Encodable<typeof modelProto>);
}

/** Where the length of a field stands, at any depth. */
export function lengthPositions(bytes: Uint8Array, message: Message = modelProto, start = 0, end = bytes.length): number[] {
  const reader = new BinaryReader(bytes);
  reader.pos = start;
  const found: number[] = [];
  while (reader.pos < end) {
    const [number, wireType] = reader.tag();
    if (wireType !== WireType.LengthDelimited) {
      reader.skip(wireType, number);
      continue;
    }
    found.push(reader.pos);
    const length = reader.uint32();
    const kind = Object.values(message).find(([n]) => n === number)?.[1];
    const inner = (Array.isArray(kind) ? kind[0] : kind) as Message | string | undefined;
    if (typeof inner === 'object') found.push(...lengthPositions(bytes, inner, reader.pos, reader.pos + length));
    reader.pos += length;
  }
  return found;
}

/** The varint of a number, as long as it needs. */
export function varint(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>= 7n) {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    if (rest <= 0x7fn) return bytes;
  }
}

/** A place from 0 to 1 along a list, so that a damage fits any file. */
const place = fc.nat(9999).map((n) => n / 10_000);
const at = (where: number, length: number) => Math.floor(where * length);

/** What was done to the bytes of a file. */
export type ByteDamage =
  | { readonly kind: 'flip'; readonly where: number; readonly bit: number }
  | { readonly kind: 'cut'; readonly where: number }
  | { readonly kind: 'write' | 'repeat' | 'remove'; readonly where: number; readonly bytes: Uint8Array }
  | { readonly kind: 'length'; readonly where: number; readonly length: bigint };

export const byteDamage: fc.Arbitrary<ByteDamage> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('flip' as const), where: place, bit: fc.nat(7) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), where: place }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constantFrom('write' as const, 'repeat' as const, 'remove' as const),
      where: place,
      bytes: fc.uint8Array({ minLength: 1, maxLength: 16 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('length' as const),
      where: place,
      length: fc.constantFrom(0n, 1n, 127n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 32n + 5n, 2n ** 63n, 2n ** 64n - 1n),
    }),
  },
);

/** A copy of the bytes after one damage. */
export function damageBytes(bytes: Uint8Array, damage: ByteDamage): Uint8Array {
  const position = at(damage.where, bytes.length);
  const replaced = (from: number, to: number, by: ArrayLike<number>) =>
    Uint8Array.from([...bytes.subarray(0, from), ...Array.from(by), ...bytes.subarray(to)]);
  switch (damage.kind) {
    case 'flip':
      return bytes.map((byte, i) => (i === position ? byte ^ (1 << damage.bit) : byte));
    case 'cut':
      return bytes.slice(0, position);
    case 'write':
      return replaced(position, position + damage.bytes.length, damage.bytes);
    case 'repeat':
      return replaced(position, position, bytes.subarray(position, position + 8 * damage.bytes.length));
    case 'remove':
      return replaced(position, position + damage.bytes.length, []);
    case 'length': {
      let positions: number[];
      try {
        positions = lengthPositions(bytes);
      } catch {
        return bytes; // an earlier damage left no structure
      }
      const from = positions[at(damage.where, positions.length)] ?? 0;
      const to = bytes.findIndex((byte, i) => i >= from && byte < 0x80) + 1;
      return replaced(from, to, varint(damage.length));
    }
  }
}

const numbers = [
  -(2 ** 53 - 1),
  -(2 ** 31),
  -2,
  -1,
  0,
  1,
  2,
  3,
  5,
  8,
  64,
  1000,
  2 ** 16,
  2 ** 24,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32 + 5,
  2 ** 53 - 1,
];

/** What was done to a message: one of its lists, names or numbers, by place. */
export interface MessageDamage {
  readonly what:
    | 'dims'
    | 'data'
    | 'ints'
    | 'int'
    | 'float'
    | 'inputSize'
    | 'elemType'
    | 'opType'
    | 'opset'
    | 'rename'
    | 'renameOutput'
    | 'dropInput'
    | 'dropConstant'
    | 'dropAttribute'
    | 'repeatNode'
    | 'copyAttribute'
    | 'rank'
    | 'fold';
  readonly where: number;
  readonly which: number;
  readonly value: number;
}

export const messageDamage: fc.Arbitrary<MessageDamage> = fc.record({
  what: fc.constantFrom<MessageDamage['what'][]>(
    'dims',
    'data',
    'data',
    'ints',
    'ints',
    'int',
    'float',
    'inputSize',
    'inputSize',
    'elemType',
    'opType',
    'opset',
    'rename',
    'renameOutput',
    'dropInput',
    'dropConstant',
    'dropAttribute',
    'repeatNode',
    'copyAttribute',
    'rank',
    'fold',
  ),
  where: place,
  which: place,
  value: fc.oneof(fc.constantFrom(...numbers), fc.integer({ min: -4, max: 40 })),
});

const emptyTensor = decode(tensorProto, new Uint8Array(0), '');

const operatorNames = Object.keys(operators);

/** Damages a message where it stands; a damage that finds nothing to act on does nothing. */
export function damageMessage(model: ModelMessage, { what, where, which, value }: MessageDamage): void {
  const graph = model.graph!;
  const one = <T>(list: readonly T[], by = where): T | undefined => list[at(by, list.length)];
  const set = (list: number[]) => {
    if (list.length > 0) list[at(which, list.length)] = value;
    else list.push(value);
  };
  const node = one(graph.node);
  const names = [
    ...graph.node.flatMap(({ input, output }) => [...input, ...output]),
    ...graph.initializer.map(({ name }) => name ?? ''),
  ];
  const attributes = graph.node.flatMap(({ attribute }) => attribute);
  const ofType = (type: number) => one(attributes.filter((attribute) => attribute.type === type));
  const tensors = [...graph.initializer, ...attributes.flatMap(({ t }) => t ?? [])];
  const tensor = one(tensors);
  switch (what) {
    case 'dims':
      if (tensor) set(tensor.dims);
      break;
    case 'data': {
      const integer = one(tensors.filter(({ dataType }) => dataType === 7));
      if (integer) {
        const size = integer.dims.reduce((product, n) => product * n, 1);
        const { rawData } = integer;
        const values =
          rawData?.length === 8 * size
            ? Array.from(new BigInt64Array(Uint8Array.from(rawData).buffer), Number)
            : integer.int64Data;
        set(values);
        integer.int64Data = values;
        integer.rawData = undefined;
      }
      break;
    }
    case 'ints': {
      const attribute = ofType(7);
      if (attribute) set(attribute.ints);
      break;
    }
    case 'int': {
      const attribute = ofType(2);
      if (attribute) attribute.i = value;
      break;
    }
    case 'float': {
      const attribute = ofType(1);
      if (attribute) attribute.f = value;
      break;
    }
    case 'inputSize': {
      const size = one(one(graph.input)?.type?.tensorType?.shape?.dim ?? [], which);
      if (size) size.dimValue = value;
      break;
    }
    case 'rank': {
      const sizes = one(graph.input)?.type?.tensorType?.shape?.dim;
      if (sizes && value > 0)
        sizes.splice(
          0,
          which < 0.5 ? 0 : sizes.length,
          ...Array.from({ length: Math.min(value, 2000) }, () => ({ dimValue: 1, dimParam: undefined })),
        );
      break;
    }
    case 'fold': {
      // An input becomes a constant of zeros: now its nodes are folded.
      const input = one(graph.input);
      const dims = (input?.type?.tensorType?.shape?.dim ?? []).map(({ dimValue }) => dimValue ?? 1);
      const size = dims.reduce((product, n) => product * n, 1);
      if (input?.name && size >= 0 && size < 1e4)
        graph.initializer.push({
          ...(emptyTensor as Mutable<typeof emptyTensor>),
          name: input.name,
          dims,
          dataType: 1,
          floatData: new Float32Array(size),
        });
      break;
    }
    case 'elemType': {
      const type = one(graph.input)?.type?.tensorType;
      if (which < 0.5 && type) type.elemType = value;
      else if (tensor) tensor.dataType = value;
      break;
    }
    case 'opType':
      if (node) node.opType = one(operatorNames, which);
      break;
    case 'opset': {
      const opset = one(model.opsetImport);
      if (opset) opset.version = Math.abs(value) % 30;
      break;
    }
    case 'rename':
      if (node && node.input.length > 0) node.input[at(which, node.input.length)] = one(names, Math.abs(value % 97) / 97) ?? '';
      break;
    case 'renameOutput':
      if (node && node.output.length > 0)
        node.output[at(which, node.output.length)] = one(names, Math.abs(value % 97) / 97) ?? '';
      break;
    case 'dropInput':
      if (which < 0.3) graph.input.splice(at(where, graph.input.length), 1);
      else node?.input.splice(at(which, node.input.length), 1);
      break;
    case 'dropConstant':
      graph.initializer.splice(at(where, graph.initializer.length), 1);
      break;
    case 'dropAttribute':
      node?.attribute.splice(at(which, node.attribute.length), 1);
      break;
    case 'repeatNode':
      // The copy goes on from its own result, so that a chain grows.
      if (node?.output[0]) {
        const last = node.output[0];
        const copies = Math.min(Math.max(value, 1), 200);
        for (let i = 0; i < copies; i++) {
          const input = [i === 0 ? last : `${last}~${i - 1}`, ...node.input.slice(1)];
          graph.node.push({ ...node, input, output: [`${last}~${i}`], attribute: node.attribute });
        }
        graph.output = [{ ...graph.output[0]!, name: `${last}~${copies - 1}` }];
      }
      break;
    case 'copyAttribute': {
      const attribute = one(attributes, which);
      if (node && attribute) node.attribute = [...node.attribute.filter(({ name }) => name !== attribute.name), { ...attribute }];
      break;
    }
  }
}
