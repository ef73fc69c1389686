/**
 * @file Zip archives, wherever their bytes lie: in memory, on a disk, in a browser's File. The directory is read once, an entry
 * when it is wanted, inflated by fflate and checked against its CRC. Format: PKWARE APPNOTE 6.3 with ZIP64. Not here:
 * encryption, archives in parts, methods other than deflate; writing (fflate's zipSync).
 */
import { InputError } from '@ventral/core';
import { inflateSync } from 'fflate';

/** Bytes at random access. `read` is only asked for what lies inside; fewer bytes than asked for are taken as a file cut off. */
export interface ZipSource<Read extends Uint8Array | Promise<Uint8Array> = Uint8Array> {
  /** File name, for errors. */
  readonly name: string;
  /** Size of the file. */
  readonly bytes: number;
  read(offset: number, length: number): Read;
}

/** Where one file lies in a zip. Structured-cloneable: workers share a zip by its entries. */
export interface ZipEntry {
  /** Path in the archive, NFC-normalised. */
  readonly name: string;
  /** Of its local header. */
  readonly offset: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly crc: number;
  readonly isDeflated: boolean;
}

/** Reading without knowing how: ranges out, their bytes in. Asks for a range before anything can fail, so promises reject. */
type Steps<T> = Generator<readonly [offset: number, length: number], T, Uint8Array>;

type AnySource = ZipSource<Uint8Array | Promise<Uint8Array>>;

const endMark = 0x06054b50;
const end64Mark = 0x06064b50;
const locator64Mark = 0x07064b50;
const entryMark = 0x02014b50;
const localMark = 0x04034b50;

/**
 * The files of a zip in its own order, without folders and macOS's `__MACOSX/` shadows. Reads the end of the file and the
 * directory; nothing is unpacked.
 *
 * @throws InputError `zip "cats.zip": has no directory at its end; it is cut off or not a zip file.`
 * @throws InputError `zip "cats.zip": "a.png" is encrypted. Pack it without a password.`
 */
export function readZipDirectory(source: ZipSource): ZipEntry[];
export function readZipDirectory(source: ZipSource<Promise<Uint8Array>>): Promise<ZipEntry[]>;
export function readZipDirectory(source: AnySource): ZipEntry[] | Promise<ZipEntry[]> {
  return follow(directory(source), source);
}

/**
 * The bytes of one entry. A stored entry is what `source.read` gave, not a copy.
 * @throws InputError `zip "cats.zip": "a.png" is damaged. Pack the zip again.`
 */
export function readZipEntry(source: ZipSource, entry: ZipEntry): Uint8Array;
export function readZipEntry(source: ZipSource<Promise<Uint8Array>>, entry: ZipEntry): Promise<Uint8Array>;
export function readZipEntry(source: AnySource, entry: ZipEntry): Uint8Array | Promise<Uint8Array> {
  return follow(content(source, entry), source);
}

export interface ZipArchive {
  /** As {@link readZipDirectory} orders them. */
  readonly names: readonly string[];
  /** @throws InputError `zip "taps.npz": no entry "conv1.npy".`, and those of {@link readZipEntry} */
  read(name: string): Uint8Array;
}

/** A zip in memory, its entries by name. Stored entries are views of `bytes`. @throws InputError of {@link readZipDirectory} */
export function openZip(bytes: Uint8Array, name = 'zip'): ZipArchive {
  const source = { name, bytes: bytes.length, read: (offset: number, length: number) => bytes.subarray(offset, offset + length) };
  const entries = new Map(readZipDirectory(source).map((entry) => [entry.name, entry]));
  const read = (entryName: string) => {
    const entry = entries.get(entryName);
    if (entry === undefined) throw refusal(source, `no entry "${entryName}".`);
    return readZipEntry(source, entry);
  };
  return { names: [...entries.keys()], read };
}

const refusal = ({ name }: AnySource, reason: string) => new InputError(`zip "${name}": ${reason}`);

/** Takes the steps with a source's bytes: at once where it gives bytes, later where it gives promises. */
function follow<T>(steps: Steps<T>, source: AnySource, step = steps.next()): T | Promise<T> {
  while (!step.done) {
    const offset = Math.min(step.value[0], source.bytes);
    const bytes = source.read(offset, Math.min(step.value[1], source.bytes - offset));
    if (bytes instanceof Promise) return bytes.then((read) => follow(steps, source, steps.next(read)));
    step = steps.next(bytes);
  }
  return step.value;
}

function* piece(offset: number, length: number, cutOff: () => InputError): Steps<Uint8Array> {
  const bytes = yield [offset, length];
  if (bytes.length !== length) throw cutOff();
  return bytes;
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

function* directory(source: AnySource): Steps<ZipEntry[]> {
  const cutOff = () => refusal(source, 'has no directory at its end; it is cut off or not a zip file.');
  // The last 22 bytes, or earlier if a comment of up to 65,535 bytes follows; where ZIP64 goes on stands 20 bytes before.
  const tailBytes = Math.min(source.bytes, 20 + 22 + 0xffff);
  const tail = view(yield* piece(source.bytes - tailBytes, tailBytes, cutOff));
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== endMark) end--;
  if (end < 0) throw cutOff();
  let nEntries = tail.getUint16(end + 10, true);
  let directoryBytes = tail.getUint32(end + 12, true);
  let offset = tail.getUint32(end + 16, true);
  const isFull = nEntries === 0xffff || directoryBytes === 0xffffffff || offset === 0xffffffff;
  if (isFull && end >= 20 && tail.getUint32(end - 20, true) === locator64Mark) {
    const broken = () => refusal(source, 'its ZIP64 directory is broken. Pack the zip again.');
    const end64 = view(yield* piece(Number(tail.getBigUint64(end - 12, true)), 56, broken));
    if (end64.getUint32(0, true) !== end64Mark) throw broken();
    const wide = (at: number) => Number(end64.getBigUint64(at, true));
    nEntries = wide(32);
    directoryBytes = wide(40);
    offset = wide(48);
  }
  const outside = () => refusal(source, 'its directory lies outside the file; it is cut off.');
  return entriesOf(yield* piece(offset, directoryBytes, outside), nEntries, source);
}

function entriesOf(bytes: Uint8Array, nEntries: number, source: AnySource): ZipEntry[] {
  const data = view(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < nEntries; i++) {
    const broken = () => refusal(source, `entry ${i} of ${nEntries} of its directory is broken. Pack the zip again.`);
    if (at + 46 > bytes.length || data.getUint32(at, true) !== entryMark) throw broken();
    const extraAt = at + 46 + data.getUint16(at + 28, true);
    const extraEnd = extraAt + data.getUint16(at + 30, true);
    const next = extraEnd + data.getUint16(at + 32, true);
    if (next > bytes.length) throw broken();
    const name = nameOf(bytes.subarray(at + 46, extraAt));
    if (!name.endsWith('/') && !name.startsWith('__MACOSX/')) {
      const method = data.getUint16(at + 10, true);
      if (entries.has(name)) throw refusal(source, `two entries are named "${name}".`);
      if (data.getUint16(at + 8, true) & 1) throw refusal(source, `"${name}" is encrypted. Pack it without a password.`);
      if (method !== 0 && method !== 8)
        throw refusal(source, `"${name}" is packed by method ${method}; only stored and deflated entries are read.`);
      const crc = data.getUint32(at + 16, true);
      entries.set(name, { name, ...sizesOf(data, at, extraAt, extraEnd), crc, isDeflated: method === 8 });
    }
    at = next;
  }
  // Some writers count modulo 65,536.
  if (at !== bytes.length)
    throw refusal(source, `its directory holds more than the ${nEntries} entries it states. Split the zip.`);
  return [...entries.values()];
}

/** A size that reads 0xffffffff stands in the ZIP64 extra field (APPNOTE 4.5.3), where those that do follow in this order. */
function sizesOf(data: DataView, at: number, extraAt: number, extraEnd: number) {
  let wide = extraAt;
  while (wide + 4 <= extraEnd && data.getUint16(wide, true) !== 1) wide += 4 + data.getUint16(wide + 2, true);
  wide += 4;
  const size = (field: number) => {
    const narrow = data.getUint32(at + field, true);
    if (narrow !== 0xffffffff || wide + 8 > extraEnd) return narrow;
    wide += 8;
    return Number(data.getBigUint64(wide - 8, true));
  };
  return { bytes: size(24), compressedBytes: size(20), offset: size(42) };
}

function* content(source: AnySource, { name, offset, compressedBytes, bytes, crc, isDeflated }: ZipEntry): Steps<Uint8Array> {
  const damaged = () => refusal(source, `"${name}" is damaged. Pack the zip again.`);
  const header = view(yield* piece(offset, 30, damaged));
  if (header.getUint32(0, true) !== localMark) throw damaged();
  const start = offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = yield* piece(start, compressedBytes, damaged);
  const unpacked = isDeflated ? inflate(packed, bytes, damaged) : packed;
  if (unpacked.length !== bytes || crc32(unpacked) !== crc) throw damaged();
  return unpacked;
}

function inflate(packed: Uint8Array, bytes: number, damaged: () => InputError): Uint8Array {
  // Deflate never shrinks data to less than 1/1032: a size beyond that is not allocated.
  if (bytes > packed.length * 1032 + 1032) throw damaged();
  try {
    return inflateSync(packed, { out: new Uint8Array(bytes) });
  } catch {
    throw damaged();
  }
}

/** UTF-8, also where the archive does not say so (macOS); what is not valid UTF-8 is read byte by byte. */
function nameOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes).normalize('NFC');
  } catch {
    return String.fromCharCode(...bytes);
  }
}

/** CRC-32 of ISO 3309, the polynomial 0xedb88320 in reflected form. */
function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
