/**
 * @file The messages of an ONNX file: field numbers and kinds, and one decoder and one encoder for all of them. Knows nothing
 * of what the fields mean: see read.ts. Numbers: onnx.proto of the ONNX standard (IR versions 3 to 13); fields that nobody here
 * needs (training, sub-graphs, documentation) are left out, and skipped in files.
 */

import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { InputError } from '@ventral/core';
import { exact, joined } from '../numbers.ts';

/** How a field is stored. int: int64, uint64, int32 or enum, kept as a number; floats and doubles are packed numeric lists. */
type Scalar = 'int' | 'float' | 'string' | 'bytes';
type List = 'ints' | 'uints' | 'floats' | 'doubles' | 'strings' | 'count';
type Field = readonly [number: number, kind: Scalar | List | Message | readonly [Message]];
export interface Message {
  readonly [name: string]: Field;
}

type Value<F extends Field> = F[1] extends 'int' | 'float'
  ? number | undefined
  : F[1] extends 'string'
    ? string | undefined
    : F[1] extends 'bytes'
      ? Uint8Array | undefined
      : F[1] extends 'count'
        ? number
        : F[1] extends 'ints' | 'uints'
          ? number[]
          : F[1] extends 'floats'
            ? Float32Array
            : F[1] extends 'doubles'
              ? Float64Array
              : F[1] extends 'strings'
                ? string[]
                : F[1] extends readonly [infer M extends Message]
                  ? Decoded<M>[]
                  : F[1] extends Message
                    ? Decoded<F[1]> | undefined
                    : never;
/** A message as a plain object. A field that is not in the file is undefined, or an empty list. */
export type Decoded<M extends Message> = { readonly [K in keyof M]: Value<M[K]> };

export const stringStringEntryProto = { key: [1, 'string'], value: [2, 'string'] } as const satisfies Message;

export const operatorSetIdProto = { domain: [1, 'string'], version: [2, 'int'] } as const satisfies Message;

export const tensorProto = {
  dims: [1, 'ints'],
  dataType: [2, 'int'],
  segment: [3, 'bytes'],
  floatData: [4, 'floats'],
  int32Data: [5, 'ints'],
  stringData: [6, 'count'],
  int64Data: [7, 'ints'],
  name: [8, 'string'],
  rawData: [9, 'bytes'],
  doubleData: [10, 'doubles'],
  uint64Data: [11, 'uints'],
  externalData: [13, [stringStringEntryProto]],
  dataLocation: [14, 'int'],
} as const satisfies Message;

export const attributeProto = {
  name: [1, 'string'],
  f: [2, 'float'],
  i: [3, 'int'],
  s: [4, 'string'],
  t: [5, tensorProto],
  floats: [7, 'floats'],
  ints: [8, 'ints'],
  strings: [9, 'strings'],
  type: [20, 'int'],
  refAttrName: [21, 'string'],
} as const satisfies Message;

export const nodeProto = {
  input: [1, 'strings'],
  output: [2, 'strings'],
  name: [3, 'string'],
  opType: [4, 'string'],
  attribute: [5, [attributeProto]],
  domain: [7, 'string'],
} as const satisfies Message;

/** TensorShapeProto.Dimension. */
export const dimensionProto = { dimValue: [1, 'int'], dimParam: [2, 'string'] } as const satisfies Message;

export const tensorShapeProto = { dim: [1, [dimensionProto]] } as const satisfies Message;

/** TypeProto.Tensor. */
export const tensorTypeProto = { elemType: [1, 'int'], shape: [2, tensorShapeProto] } as const satisfies Message;

export const typeProto = { tensorType: [1, tensorTypeProto] } as const satisfies Message;

export const valueInfoProto = { name: [1, 'string'], type: [2, typeProto] } as const satisfies Message;

export const graphProto = {
  node: [1, [nodeProto]],
  name: [2, 'string'],
  initializer: [5, [tensorProto]],
  input: [11, [valueInfoProto]],
  output: [12, [valueInfoProto]],
  sparseInitializer: [15, 'count'],
} as const satisfies Message;

export const modelProto = {
  irVersion: [1, 'int'],
  producerName: [2, 'string'],
  producerVersion: [3, 'string'],
  graph: [7, graphProto],
  opsetImport: [8, [operatorSetIdProto]],
  metadataProps: [14, [stringStringEntryProto]],
} as const satisfies Message;

/** The same message for a first look: how many nodes the graph has. */
export const modelCountProto = { graph: [7, { node: [1, 'count'] }] } as const satisfies Message;

const wireTypeNames = ['varint', '64-bit', 'length-delimited', 'group', 'group end', '32-bit'];

/**
 * Reads one message. `bytes` fields are views of the same memory, nothing is copied but numbers and text; every length is
 * checked against the end of its message before anything is allocated. Of a single value given twice the last counts, as
 * the wire format says; a single message given twice, which it would merge, is refused.
 *
 * @param path where this message stands, for errors: `graph.node[3]`.
 * @throws InputError without a head: `graph.node[3] ends 12 bytes too early`, `graph.initializer[0].dims: …`.
 */
export function decode<M extends Message>(message: M, bytes: Uint8Array, path: string): Decoded<M> {
  const fields = new Map<number, readonly [name: string, kind: Field[1]]>();
  const result: Record<string, unknown> = {};
  const parts: Record<string, Uint8Array[]> = {};
  for (const [name, [number, kind]] of Object.entries(message)) {
    fields.set(number, [name, kind]);
    if (kind === 'count') result[name] = 0;
    else if (kind === 'floats' || kind === 'doubles') parts[name] = [];
    else if (kind === 'ints' || kind === 'uints' || kind === 'strings' || Array.isArray(kind)) result[name] = [];
  }
  const reader = new BinaryReader(bytes, decodeText);
  /** A length and so many bytes. The reader's own would take a length modulo 2^32. */
  const block = () => {
    const length = Number(reader.uint64());
    if (length > reader.len - reader.pos) throw new RangeError();
    reader.pos += length;
    return bytes.subarray(reader.pos - length, reader.pos);
  };
  const at = (field: string) => [path, field].filter(Boolean).join('.');
  let name = '';
  try {
    while (reader.pos < reader.len) {
      name = '';
      const [number, wireType] = reader.tag();
      const field = fields.get(number);
      if (field === undefined) {
        if (wireType === WireType.StartGroup) throw new InputError(`field ${number} is a group, which ONNX never has`);
        if (wireType === WireType.LengthDelimited) block();
        else reader.skip(wireType, number);
        continue;
      }
      name = field[0];
      const kind = field[1];
      const expect = (...allowed: WireType[]) => {
        if (!allowed.includes(wireType)) throw new InputError(`stored as ${wireTypeNames[wireType]}, which this field never is`);
      };
      if (kind === 'int') {
        expect(WireType.Varint);
        result[name] = exact(reader.int64());
      } else if (kind === 'float') {
        expect(WireType.Bit32);
        result[name] = reader.float();
      } else if (kind === 'ints' || kind === 'uints') {
        expect(WireType.Varint, WireType.LengthDelimited);
        const list = result[name] as number[];
        const next = () => list.push(exact(kind === 'ints' ? reader.int64() : reader.uint64()));
        if (wireType === WireType.Varint) next();
        else {
          const length = block().length;
          const end = reader.pos;
          reader.pos -= length;
          while (reader.pos < end) next();
          if (reader.pos !== end) throw new InputError('a number runs past the end of its list');
        }
      } else if (kind === 'floats' || kind === 'doubles') {
        const single = kind === 'floats' ? WireType.Bit32 : WireType.Bit64;
        expect(single, WireType.LengthDelimited);
        parts[name]!.push(wireType === single ? reader.skip(wireType) : block());
      } else {
        expect(WireType.LengthDelimited);
        const content = block();
        if (kind === 'bytes') result[name] = content;
        else if (kind === 'string') result[name] = decodeText(content);
        else if (kind === 'strings') (result[name] as string[]).push(decodeText(content));
        else if (kind === 'count') result[name] = (result[name] as number) + 1;
        else if (isList(kind)) {
          const list = result[name] as unknown[];
          list.push(decode(kind[0], content, at(`${name}[${list.length}]`)));
        } else if (result[name] !== undefined) throw new InputError('given twice');
        else result[name] = decode(kind, content, at(name));
      }
    }
    for (name of Object.keys(parts))
      result[name] = joinNumbers(parts[name]!, message[name]![1] === 'floats' ? Float32Array : Float64Array);
  } catch (error) {
    // Our own errors from an inner message already say where; the reader's and our headless ones get the field's name here.
    if (error instanceof PlacedError) throw error;
    const reason = error instanceof RangeError ? 'ends too early' : (error as Error).message;
    throw new PlacedError(`${at(name) || 'the file'}${error instanceof RangeError ? ' ' : ': '}${reason}`);
  }
  return result as Decoded<M>;
}

/** An InputError that already names its place in the file. */
class PlacedError extends InputError {}

const isList = (kind: Message | readonly [Message]): kind is readonly [Message] => Array.isArray(kind);

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError('text is not UTF-8');
  }
}

function joinNumbers(parts: readonly Uint8Array[], Type: typeof Float32Array | typeof Float64Array): Float32Array | Float64Array {
  const size = Type.BYTES_PER_ELEMENT;
  const nBytes = parts.reduce((sum, part) => sum + part.length, 0);
  if (nBytes % size !== 0) throw new InputError(`${nBytes} bytes are not a whole number of ${size}-byte values`);
  return new Type(joined(parts).buffer);
}

type Input<F extends Field> = F[1] extends 'int' | 'float'
  ? number
  : F[1] extends 'string'
    ? string
    : F[1] extends 'bytes'
      ? Uint8Array
      : F[1] extends 'ints' | 'uints' | 'floats' | 'doubles'
        ? ArrayLike<number>
        : F[1] extends 'strings'
          ? readonly string[]
          : F[1] extends readonly [infer M extends Message]
            ? readonly Encodable<M>[]
            : F[1] extends Message
              ? Encodable<F[1]>
              : never;
/** What encode takes: the fields to write. */
export type Encodable<M extends Message> = { readonly [K in keyof M]?: Input<M[K]> | undefined };

/**
 * Writes one message; the twin of decode. Lists of numbers are packed, but integers, which ONNX (proto2) keeps one by one. What
 * is given as `bytes` is copied once, into the result.
 * @throws InputError without a head if the message is larger than its readers allow: `2500000000 bytes are more than …`.
 */
export function encode<M extends Message>(message: M, value: Encodable<M>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [];
  const size = write(message, value, parts);
  if (size >= 2 ** 31) throw new InputError(`${size} bytes are more than a protobuf message may have (2 GB).`);
  return joined(parts);
}

/** What is shorter is copied from message to message: cheaper than a list of very many parts. */
const ownPartBytes = 4096;

/** Adds the bytes of a message to `parts` and gives their number. */
function write<M extends Message>(message: M, value: Encodable<M>, parts: Uint8Array[]): number {
  const writer = new BinaryWriter();
  let size = 0;
  const add = (part: Uint8Array) => {
    parts.push(part);
    size += part.length;
  };
  for (const [name, [number, kind]] of Object.entries(message)) {
    const given: unknown = value[name];
    if (given === undefined) continue;
    const put = (content: readonly Uint8Array[], length: number) => {
      writer.tag(number, WireType.LengthDelimited).uint32(length);
      if (length >= ownPartBytes) add(writer.finish());
      for (const part of content) {
        if (length >= ownPartBytes) add(part);
        else writer.raw(part);
      }
    };
    const putBytes = (bytes: Uint8Array) => put([bytes], bytes.length);
    const putText = (text: string) => putBytes(new TextEncoder().encode(text));
    const putMessage = (inner: Message, item: Encodable<Message>) => {
      const content: Uint8Array[] = [];
      put(content, write(inner, item, content));
    };
    if (kind === 'int') writer.tag(number, WireType.Varint).int64(given as number);
    else if (kind === 'float') writer.tag(number, WireType.Bit32).float(given as number);
    else if (kind === 'ints')
      for (const item of Array.from(given as ArrayLike<number>)) writer.tag(number, WireType.Varint).int64(item);
    else if (kind === 'uints')
      for (const item of Array.from(given as ArrayLike<number>)) writer.tag(number, WireType.Varint).uint64(item);
    else if (kind === 'floats') putBytes(new Uint8Array(Float32Array.from(given as ArrayLike<number>).buffer));
    else if (kind === 'doubles') putBytes(new Uint8Array(Float64Array.from(given as ArrayLike<number>).buffer));
    else if (kind === 'string') putText(given as string);
    else if (kind === 'bytes') putBytes(given as Uint8Array);
    else if (kind === 'strings') for (const item of given as readonly string[]) putText(item);
    else if (kind === 'count') throw new Error(`encode: ${name} cannot be written.`);
    else if (isList(kind)) for (const item of given as readonly Encodable<Message>[]) putMessage(kind[0], item);
    else putMessage(kind, given as Encodable<Message>);
  }
  add(writer.finish());
  return size;
}
