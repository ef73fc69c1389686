/**
 * @file TensorProto ↔ Tensor: every way in which ONNX stores numbers, and raw bytes to write them. float32 data in the file's own
 * bytes is a view where the address allows; everything else is copied once. Not here: strings, complex and sub-byte types.
 */
import { type DType, formatShape, InputError, sizeOf, type Tensor } from '@ventral/core';
import { headed } from '../headed.ts';
import { bytesPerElement, littleEndian, toLittleEndian, widenBfloat, widened, widenHalf } from '../numbers.ts';
import { type Decoded, decode, type Encodable, tensorProto } from './fields.ts';

/** TensorProto.DataType. */
const typeNames: readonly string[] = [
  'undefined',
  'float32',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'float64',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
  'float8e4m3fn',
  'float8e4m3fnuz',
  'float8e5m2',
  'float8e5m2fnuz',
  'uint4',
  'int4',
  'float4e2m1',
];
/** The element type of an ONNX number. @throws InputError without a head for types that no tensor here can hold. */
export function dtypeOf(code: number | undefined): DType {
  const name = typeNames[code ?? 0];
  if (name !== undefined && name in bytesPerElement) return name as DType;
  throw new InputError(`element type ${name ?? code} cannot be read. Readable: ${Object.keys(bytesPerElement).join(', ')}.`);
}

/** The ONNX number of an element type. */
export function codeOf(dtype: DType): number {
  return typeNames.indexOf(dtype);
}

/** A tensor with the name and the element type it has in its file. */
export interface TensorRecord {
  readonly name: string;
  /** float16 and bfloat16 are widened in `tensor`. */
  readonly stored: DType;
  readonly tensor: Tensor;
}

/**
 * A tensor in the form of an ONNX file: an initialiser, or the recorded data of a test (`input_0.pb`).
 *
 * float32 → Float32Array, over the given bytes themselves when they are aligned (do not change them afterwards); float16 and
 * bfloat16 → float32, exact; other types → Float64Array with their dtype. INT64_MAX and INT64_MIN become ±(2^53 − 1).
 *
 * @param source file name for errors.
 * @throws InputError `readTensorProto input_0.pb: tensor "x" [2, 3] needs 24 bytes of float32 data, got 20.`
 */
export function readTensorProto(bytes: Uint8Array, source = 'tensor'): TensorRecord {
  return headed(`readTensorProto ${source}: `, () => {
    const proto = decode(tensorProto, bytes, '');
    const tensor = tensorOf(proto);
    return { name: proto.name ?? '', stored: dtypeOf(proto.dataType), tensor };
  });
}

/** The tensor of a decoded message. @throws InputError without a head: `tensor "x" [2, 3] needs …`. */
export function tensorOf(proto: Decoded<typeof tensorProto>, readExternal?: ReadExternal): Tensor {
  const { name, dims: shape } = proto;
  const title = `tensor "${name ?? ''}" ${formatShape(shape)}`;
  if (proto.segment !== undefined) throw new InputError(`${title} is stored in segments, which are not read.`);
  if (shape.some((size) => size < 0)) throw new InputError(`${title} has a negative size.`);
  if (proto.stringData > 0) throw new InputError(`${title} holds text, not numbers.`);
  const dtype = headed(`${title}: `, () => dtypeOf(proto.dataType));
  const size = shape.reduce((product, n) => product * n, 1);
  const needed = size * bytesPerElement[dtype];
  const isExternal = proto.dataLocation === 1 || proto.externalData.length > 0;
  const rawData = isExternal ? externalBytes(proto, title, needed, readExternal) : proto.rawData;
  if (rawData !== undefined && rawData.length > 0) {
    if (rawData.length !== needed)
      throw new InputError(`${title} needs ${needed} bytes of ${dtype} data, got ${rawData.length}.`);
    return { dtype: widened(dtype), shape, data: littleEndian(dtype, rawData) };
  }
  const values = typed(proto, dtype);
  if (values.length !== size) throw new InputError(`${title} needs ${size} values of ${dtype}, got ${values.length}.`);
  if (values instanceof Float32Array) return { dtype, shape, data: values };
  if (dtype === 'float16') return { dtype: 'float32', shape, data: widenHalf(Uint16Array.from(values)) };
  if (dtype === 'bfloat16') return { dtype: 'float32', shape, data: widenBfloat(Uint16Array.from(values)) };
  return { dtype, shape, data: values instanceof Float64Array ? values : Float64Array.from(values) };
}

/** Bytes of the file at a location beside the model. */
export type ReadExternal = (location: string) => Uint8Array;

/** The stretch of another file that holds a tensor: keys location, offset and length of the standard. */
function externalBytes(
  proto: Decoded<typeof tensorProto>,
  title: string,
  needed: number,
  readExternal: ReadExternal | undefined,
): Uint8Array {
  const value = (key: string) => proto.externalData.find((entry) => entry.key === key)?.value;
  const location = value('location') ?? '';
  if (!readExternal)
    throw new InputError(`${title} lies in another file, "${location}", which is not at hand. Save the model as a single file.`);
  const bytes = readExternal(location);
  const offset = Number(value('offset') ?? 0);
  const length = Number(value('length') ?? needed);
  if (!(offset >= 0 && length >= 0 && offset + length <= bytes.length))
    throw new InputError(`${title} lies at ${offset} … ${offset + length} of "${location}", which has ${bytes.length} bytes.`);
  return bytes.subarray(offset, offset + length);
}

/**
 * A tensor as a message, in raw bytes; float32 is not copied.
 * @throws InputError without a head: `tensor "w" [2]: value 300 at 1 does not fit uint8.`
 */
export function protoOf(name: string, { dtype, shape, data }: Tensor): Encodable<typeof tensorProto> {
  const title = `tensor "${name}" ${formatShape(shape)}`;
  if (data.length !== sizeOf(shape)) throw new InputError(`${title} needs ${sizeOf(shape)} values, got ${data.length}.`);
  const rawData = headed(`${title}: `, () => toLittleEndian(dtype, data));
  return { dims: shape, dataType: codeOf(dtype), name, rawData };
}

/** The list field that the standard prescribes for a type when there is no raw data. */
function typed(proto: Decoded<typeof tensorProto>, dtype: DType): Float32Array | Float64Array | readonly number[] {
  if (dtype === 'float32') return proto.floatData;
  if (dtype === 'float64') return proto.doubleData;
  if (dtype === 'int64') return proto.int64Data;
  if (dtype === 'uint32' || dtype === 'uint64') return proto.uint64Data;
  return proto.int32Data;
}
