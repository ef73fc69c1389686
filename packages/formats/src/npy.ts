/**
 * @file NumPy's .npy files both ways. Format: numpy.lib.format, versions 1 to 3. Little-endian numbers only; no text, complex or
 * structured types, no pickled objects.
 */
import { type DType, formatShape, InputError, sizeOf, type Tensor } from '@ventral/core';
import { headed } from './headed.ts';
import { joined, littleEndian, toLittleEndian, widened } from './numbers.ts';

/** NumPy's type codes; the byte order mark is | where a value is one byte. */
const dtypes: Readonly<Record<string, DType>> = {
  '<f2': 'float16',
  '<f4': 'float32',
  '<f8': 'float64',
  '|b1': 'bool',
  '|i1': 'int8',
  '<i2': 'int16',
  '<i4': 'int32',
  '<i8': 'int64',
  '|u1': 'uint8',
  '<u2': 'uint16',
  '<u4': 'uint32',
  '<u8': 'uint64',
};

/** Types that can be written. */
const writable: Readonly<Record<string, string>> = { float32: '<f4', float64: '<f8', int32: '<i4', uint8: '|u1', int64: '<i8' };

/**
 * Reads an array. float32 is a view of `bytes` where aligned; float16 is widened to float32; whole numbers become exact numbers
 * in a Float64Array (beyond 2^53: an error). Fortran order is turned into row-major.
 *
 * @param source file name for errors.
 * @throws InputError `readNpy rdm.npy: [92, 92] of float64 needs 67712 bytes after the header, got 67000.`
 */
export function readNpy(bytes: Uint8Array, source = 'npy'): Tensor {
  const who = `readNpy ${source}:`;
  const { descr, fortranOrder, shape, offset } = readHeader(bytes, who);
  const dtype = dtypes[descr.replace(/^[<>=](?=[biu]1$)/, '|')];
  if (dtype === undefined)
    throw new InputError(`${who} type "${descr}" cannot be read. Readable: ${Object.keys(dtypes).join(', ')}.`);
  const content = bytes.subarray(offset);
  const needed = shape.reduce((product, n) => product * n, Number(descr.slice(-1)));
  if (content.length !== needed) {
    throw new InputError(
      `${who} ${formatShape(shape)} of ${dtype} needs ${needed} bytes after the header, got ${content.length}.`,
    );
  }
  const data = headed(`${who} `, () => littleEndian(dtype, content));
  return { dtype: widened(dtype), shape, data: fortranOrder && shape.length > 1 ? rowMajor(data, shape) : data };
}

function readHeader(bytes: Uint8Array, who: string) {
  const latin = (start: number, end: number) => String.fromCharCode(...bytes.subarray(start, end));
  if (bytes.length < 12 || latin(0, 6) !== '\x93NUMPY') throw new InputError(`${who} not an npy file.`);
  const version = bytes[6]!;
  if (version < 1 || version > 3) throw new InputError(`${who} version ${version} is not known; 1 to 3 are.`);
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = version === 1 ? 10 : 12;
  const offset = start + (version === 1 ? data.getUint16(8, true) : data.getUint32(8, true));
  if (offset > bytes.length || offset > 1e6)
    throw new InputError(`${who} the header says it ends at byte ${offset} of ${bytes.length}.`);
  const header = Array.from(bytes.subarray(start, offset), (code) => String.fromCharCode(code)).join('');
  const descr = /'descr':\s*'([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sizes = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new InputError(
      `${who} the header needs descr (a plain type), fortran_order and shape, got ${header.trim().slice(0, 200)}.`,
    );
  }
  const shape = sizes
    .split(',')
    .map((size) => size.trim())
    .filter((size) => size !== '')
    .map(Number);
  return { descr, fortranOrder: order === 'True', shape, offset };
}

/** First axis fastest → last axis fastest. */
function rowMajor(data: Float32Array | Float64Array, shape: readonly number[]): Float32Array | Float64Array {
  const result = data.slice();
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  for (let to = 0, from = 0; to < result.length; to++) {
    result[to] = data[from]!;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      from -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return result;
}

/**
 * Writes an array: version 1.0, C order, the header padded so that the data starts at a multiple of 64 bytes.
 * @throws InputError `writeNpy: dtype bool cannot be written. Writable: …`, or if a whole number does not fit its type.
 */
export function writeNpy(tensor: Tensor): Uint8Array {
  const { dtype, shape, data } = tensor;
  if (!Object.hasOwn(writable, dtype))
    throw new InputError(`writeNpy: dtype ${dtype} cannot be written. Writable: ${Object.keys(writable).join(', ')}.`);
  if (data.length !== sizeOf(shape))
    throw new InputError(`writeNpy: ${formatShape(shape)} needs ${sizeOf(shape)} values, got ${data.length}.`);
  const sizes = `(${shape.join(', ')}${shape.length === 1 ? ',' : ''})`;
  const dict = `{'descr': '${writable[dtype]}', 'fortran_order': False, 'shape': ${sizes}, }`;
  const headerBytes = Math.ceil((10 + dict.length + 1) / 64) * 64;
  const start = new Uint8Array([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 0, 0]);
  new DataView(start.buffer).setUint16(8, headerBytes - 10, true);
  const header = new TextEncoder().encode(`${dict.padEnd(headerBytes - 11)}\n`);
  return joined([start, header, headed('writeNpy: ', () => toLittleEndian(dtype, data))]);
}
