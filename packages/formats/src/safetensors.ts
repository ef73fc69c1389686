/**
 * @file safetensors both ways: named arrays in one file, a JSON header before their bytes. Format: the README of
 * github.com/huggingface/safetensors (header of at most 100 MB, no duplicate keys, no holes, little-endian, row-major). No
 * 8-bit, 4-bit and complex types.
 */
import { type DType, formatShape, InputError, isFloat, sizeOf, type Tensor } from '@ventral/core';
import * as v from 'valibot';
import { headed } from './headed.ts';
import { checked, parseJson } from './metadata.ts';
import { bytesPerElement, joined, littleEndian, toLittleEndian, widened } from './numbers.ts';

/** The format's names of element types. */
const dtypes: Readonly<Record<string, DType>> = {
  BOOL: 'bool',
  U8: 'uint8',
  I8: 'int8',
  U16: 'uint16',
  I16: 'int16',
  U32: 'uint32',
  I32: 'int32',
  U64: 'uint64',
  I64: 'int64',
  F16: 'float16',
  BF16: 'bfloat16',
  F32: 'float32',
  F64: 'float64',
};

const metadataKey = '__metadata__';
const mostHeaderBytes = 100_000_000;

const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const entrySchema = v.object({ dtype: v.string(), shape: v.array(count), data_offsets: v.strictTuple([count, count]) });

/** What a file holds. Tensors are in the order of their bytes. */
export interface Safetensors {
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Reads all arrays of a file. float32 and float64 are views of `bytes` where aligned (keep `bytes` unchanged); float16 and
 * bfloat16 are widened to float32, exact; whole numbers and booleans become exact numbers in a Float64Array (beyond 2^53: an
 * error).
 *
 * @param name file name for errors.
 * @throws InputError one line:
 *   `readSafetensors net.safetensors: tensor "w" [2, 3] needs 24 bytes of F32, its data_offsets [0, 20] give 20.`,
 *   `readSafetensors net.safetensors: key "w" stands twice in the header.`,
 *   `readSafetensors net.safetensors: tensor "w" [2] begins at byte 8 of the data, but what lies before it ends at 4.`
 */
export function readSafetensors(bytes: Uint8Array, name: string): Safetensors {
  return headed(`readSafetensors ${name}: `, () => read(bytes));
}

function read(bytes: Uint8Array): Safetensors {
  if (bytes.length < 8)
    throw new InputError(`not a safetensors file: it has ${bytes.length} bytes, the length of the header alone takes 8.`);
  const stated = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true);
  const nHeaderBytes = Number(stated);
  if (nHeaderBytes > mostHeaderBytes || nHeaderBytes > bytes.length - 8)
    throw new InputError(
      `not a safetensors file, or a damaged one: the header has ${stated} bytes, the file ${bytes.length}. At most ${mostHeaderBytes} are read.`,
    );
  const header = readHeader(bytes.subarray(8, 8 + nHeaderBytes));
  const data = bytes.subarray(8 + nHeaderBytes);
  const metadata = header[metadataKey] ?? {};
  if (!isTexts(metadata)) throw new InputError(`${metadataKey} must be an object whose values are texts.`);
  const entries = Object.entries(header)
    .filter(([key]) => key !== metadataKey)
    .map(([key, value]) => ({ key, ...checked(entrySchema, value, `tensor "${key}": `, '') }))
    .sort((a, b) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1]);
  let end = 0;
  const tensors = entries.map(({ key, dtype: code, shape, data_offsets: [from, to] }): [string, Tensor] => {
    const title = `tensor "${key}" ${formatShape(shape)}`;
    const dtype = Object.hasOwn(dtypes, code) ? dtypes[code]! : undefined;
    if (!dtype) throw new InputError(`${title}: type "${code}" cannot be read. Readable: ${Object.keys(dtypes).join(', ')}.`);
    const needed = sizeOf(shape) * bytesPerElement[dtype];
    if (to - from !== needed)
      throw new InputError(`${title} needs ${needed} bytes of ${code}, its data_offsets [${from}, ${to}] give ${to - from}.`);
    if (from !== end)
      throw new InputError(`${title} begins at byte ${from} of the data, but what lies before it ends at ${end}.`);
    if (to > data.length) throw new InputError(`${title} ends at byte ${to} of the data, which has ${data.length} bytes.`);
    end = to;
    return [
      key,
      { dtype: widened(dtype), shape, data: headed(`${title}: `, () => littleEndian(dtype, data.subarray(from, to))) },
    ];
  });
  if (end !== data.length) throw new InputError(`the data has ${data.length} bytes, but the tensors end at ${end}.`);
  return { tensors: new Map(tensors), metadata };
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && !Array.isArray(value) && Object.values(value!).every((text) => typeof text === 'string');
}

function readHeader(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new InputError('the header is not UTF-8.');
  }
  if (!text.startsWith('{')) throw new InputError('the header does not begin with "{".');
  const header = parseJson(text, 'the header is ') as Readonly<Record<string, unknown>>;
  const twice = duplicateKey(text);
  if (twice !== undefined) throw new InputError(`key "${twice}" stands twice in the header.`);
  return header;
}

/** A key that an object of a valid JSON text has twice; a parser takes the last and says nothing. */
function duplicateKey(json: string): string | undefined {
  /** Keys of the objects that are open, undefined for arrays. */
  const open: (Set<string> | undefined)[] = [];
  let keyFollows = false;
  for (const [token] of json.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],]/g)) {
    const keys = open.at(-1);
    if (token.startsWith('"')) {
      if (!keyFollows || !keys) continue;
      const key = JSON.parse(token) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    } else if (token === '{' || token === '[') open.push(token === '{' ? new Set() : undefined);
    else if (token !== ',') open.pop();
    keyFollows = token === '{' || token === ',';
  }
  return undefined;
}

export interface WriteSafetensorsOptions {
  /** How numbers are stored. float16: half the size, eleven bits of each number. Default float32. */
  readonly dtype?: 'float32' | 'float16' | undefined;
}

/**
 * A file with arrays of floats, in the order given, data from a multiple of 8 bytes on. Each number is rounded once, halves to
 * even. Same arrays, same bytes.
 *
 * @param metadata text about the file; an empty record is left out.
 * @throws InputError `writeSafetensors: tensor "fc.weight" [10, 512]: value 70000 at 3 does not fit float16.`; if a tensor holds
 *   no floats, or has a size that is not its shape's, or is called `__metadata__`.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
  { dtype = 'float32' }: WriteSafetensorsOptions = {},
): Uint8Array<ArrayBuffer> {
  return headed('writeSafetensors: ', () => write(tensors, metadata, dtype));
}

function write(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
  dtype: 'float32' | 'float16',
): Uint8Array<ArrayBuffer> {
  const code = Object.keys(dtypes).find((key) => dtypes[key] === dtype)!;
  let end = 0;
  const entries: [key: string, value: unknown][] = Object.keys(metadata).length > 0 ? [[metadataKey, metadata]] : [];
  const parts = [...tensors].map(([name, { dtype: given, shape, data }]) => {
    const title = `tensor "${name}" ${formatShape(shape)}`;
    if (name === metadataKey) throw new InputError(`${title}: the format keeps this name for itself. Rename the tensor.`);
    if (!isFloat(given)) throw new InputError(`${title} is ${given}; only floats are written.`);
    if (data.length !== sizeOf(shape)) throw new InputError(`${title} needs ${sizeOf(shape)} values, got ${data.length}.`);
    const part = headed(`${title}: `, () => toLittleEndian(dtype, data));
    entries.push([name, { dtype: code, shape, data_offsets: [end, end + part.length] }]);
    end += part.length;
    return part;
  });
  // By hand, because an object would sort names that are whole numbers to the front.
  const json = `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join(',')}}`;
  const unpadded = new TextEncoder().encode(json);
  const header = new Uint8Array(Math.ceil(unpadded.length / 8) * 8).fill(0x20);
  if (header.length > mostHeaderBytes)
    throw new InputError(`the header takes ${header.length} bytes; the format allows ${mostHeaderBytes}.`);
  header.set(unpadded);
  const length = new Uint8Array(8);
  new DataView(length.buffer).setBigUint64(0, BigInt(header.length), true);
  return joined([length, header, ...parts]);
}
