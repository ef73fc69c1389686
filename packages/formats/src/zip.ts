/**
 * @file Zip archives, one entry at a time: the directory is read once, an entry is inflated (by fflate) when it is asked for
 * and checked against its CRC. Format: PKWARE APPNOTE 6.3. Not here: ZIP64, encryption, methods other than deflate.
 */
import { InputError } from '@ventral/core';
import { inflateSync } from 'fflate';

export interface ZipArchive {
  /** Files only, NFC-normalised, in the order of the archive; without macOS's `__MACOSX/` shadows. */
  readonly names: readonly string[];
  /** @throws InputError `openZip photos.zip: "a.png" is damaged.` */
  read(name: string): Uint8Array;
}

interface Entry {
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly headerOffset: number;
  readonly encrypted: boolean;
}

const endMark = 0x06054b50;
const entryMark = 0x02014b50;
const localMark = 0x04034b50;

/**
 * Opens an archive. Costs one pass over its directory; nothing is inflated. Stored entries are views of `bytes`.
 *
 * @param source file name for errors.
 * @throws InputError `openZip photos.zip: not a zip archive, or one cut short.`
 */
export function openZip(bytes: Uint8Array, source = 'zip'): ZipArchive {
  const who = `openZip ${source}:`;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries = directory(bytes, data, who);
  const crcOf = crc32();
  const read = (name: string): Uint8Array => {
    const entry = entries.get(name);
    if (entry === undefined) throw new InputError(`${who} no entry "${name}".`);
    if (entry.encrypted) throw new InputError(`${who} "${name}" is encrypted.`);
    const damaged = () => new InputError(`${who} "${name}" is damaged.`);
    const at = entry.headerOffset;
    if (at + 30 > bytes.length || data.getUint32(at, true) !== localMark) throw damaged();
    const start = at + 30 + data.getUint16(at + 26, true) + data.getUint16(at + 28, true);
    if (start + entry.compressedBytes > bytes.length) throw damaged();
    const content = inflate(bytes.subarray(start, start + entry.compressedBytes), entry, () => `${who} "${name}"`, damaged);
    if (content.length !== entry.bytes || crcOf(content) !== entry.crc) throw damaged();
    return content;
  };
  return { names: [...entries.keys()], read };
}

function inflate(packed: Uint8Array, { method, bytes }: Entry, title: () => string, damaged: () => InputError): Uint8Array {
  if (method === 0) return packed;
  if (method !== 8) throw new InputError(`${title()} is packed by method ${method}; only stored and deflated entries are read.`);
  // Deflate never shrinks data to less than 1/1032: a size beyond that is not allocated.
  if (bytes > packed.length * 1032 + 1032) throw damaged();
  try {
    return inflateSync(packed, { out: new Uint8Array(bytes) });
  } catch {
    throw damaged();
  }
}

function directory(bytes: Uint8Array, data: DataView, who: string): ReadonlyMap<string, Entry> {
  // The end record is the last 22 bytes, or earlier if a comment of up to 65,535 bytes follows.
  let end = bytes.length - 22;
  while (end >= 0 && end >= bytes.length - 22 - 0xffff && data.getUint32(end, true) !== endMark) end--;
  if (end < 0 || data.getUint32(end, true) !== endMark) throw new InputError(`${who} not a zip archive, or one cut short.`);
  const nEntries = data.getUint16(end + 10, true);
  let at = data.getUint32(end + 16, true);
  if (nEntries === 0xffff || at === 0xffffffff)
    throw new InputError(`${who} a ZIP64 archive, which is not read. Split it into smaller ones.`);
  const entries = new Map<string, Entry>();
  for (let i = 0; i < nEntries; i++) {
    if (at + 46 > end || data.getUint32(at, true) !== entryMark)
      throw new InputError(`${who} the directory is damaged at entry ${i} of ${nEntries}.`);
    const [nameBytes, extraBytes, commentBytes] = [
      data.getUint16(at + 28, true),
      data.getUint16(at + 30, true),
      data.getUint16(at + 32, true),
    ];
    const name = nameOf(bytes.subarray(at + 46, at + 46 + nameBytes));
    if (!name.endsWith('/') && !name.startsWith('__MACOSX/')) {
      if (entries.has(name)) throw new InputError(`${who} two entries are named "${name}".`);
      entries.set(name, {
        encrypted: (data.getUint16(at + 8, true) & 1) === 1,
        method: data.getUint16(at + 10, true),
        crc: data.getUint32(at + 16, true),
        compressedBytes: data.getUint32(at + 20, true),
        bytes: data.getUint32(at + 24, true),
        headerOffset: data.getUint32(at + 42, true),
      });
    }
    at += 46 + nameBytes + extraBytes + commentBytes;
  }
  return entries;
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
function crc32(): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
    return crc;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
    return (crc ^ 0xffffffff) >>> 0;
  };
}
