/**
 * @file Random access into a zip file of this computer: its directory is read once, an entry when it is wanted, in the worker
 * that wants it. Stored and deflated entries; no zip64 (a browser's zip of pictures stays below 4 GB), passwords or parts.
 */
import { InputError } from '@ventral/core';

/** Where one file lies in a zip. Structured-cloneable. */
export interface ZipEntry {
  readonly name: string;
  readonly offset: number;
  readonly compressedBytes: number;
  readonly isDeflated: boolean;
}

const directoryMark = 0x02014b50;
const endMark = 0x06054b50;

/**
 * The files of a zip, in its own order; folders are left out.
 * @throws InputError `zip "cats.zip": has no directory at its end; it is cut off or not a zip file.`
 */
export async function readZipDirectory(zip: File): Promise<ZipEntry[]> {
  const refuse = (reason: string) => new InputError(`zip "${zip.name}": ${reason}`);
  const tail = await view(zip, Math.max(0, zip.size - 65_557), zip.size);
  let end = tail.byteLength - 22;
  while (end >= 0 && tail.getUint32(end, true) !== endMark) end--;
  if (end < 0) throw refuse('has no directory at its end; it is cut off or not a zip file.');
  const nEntries = tail.getUint16(end + 10, true);
  const directoryBytes = tail.getUint32(end + 12, true);
  const directoryOffset = tail.getUint32(end + 16, true);
  if (nEntries === 0xffff || directoryOffset === 0xffffffff)
    throw refuse('is a zip64 file (over 65,534 files or 4 GB). Drop the folder instead.');
  if (directoryOffset + directoryBytes > zip.size) throw refuse('its directory lies outside the file; it is cut off.');
  const directory = await view(zip, directoryOffset, directoryOffset + directoryBytes);
  const entries: ZipEntry[] = [];
  for (let i = 0, at = 0; i < nEntries; i++) {
    if (at + 46 > directory.byteLength || directory.getUint32(at, true) !== directoryMark)
      throw refuse(`entry ${i} of its directory is broken.`);
    const flags = directory.getUint16(at + 8, true);
    const method = directory.getUint16(at + 10, true);
    const nameBytes = directory.getUint16(at + 28, true);
    const name = new TextDecoder().decode(new Uint8Array(directory.buffer, at + 46, nameBytes));
    const entry = {
      name,
      offset: directory.getUint32(at + 42, true),
      compressedBytes: directory.getUint32(at + 20, true),
      isDeflated: method === 8,
    };
    at += 46 + nameBytes + directory.getUint16(at + 30, true) + directory.getUint16(at + 32, true);
    if (name.endsWith('/')) continue;
    if (flags & 1) throw refuse(`"${name}" is protected by a password.`);
    if (method !== 0 && method !== 8)
      throw refuse(`"${name}" is packed by method ${method}; only stored and deflated files can be read.`);
    entries.push(entry);
  }
  return entries;
}

/** The bytes of one entry. @throws InputError if it is broken */
export async function readZipEntry(zip: File, entry: ZipEntry): Promise<Uint8Array<ArrayBuffer>> {
  const header = await view(zip, entry.offset, entry.offset + 30);
  const start = entry.offset + 30 + header.getUint16(26, true) + header.getUint16(28, true);
  const packed = zip.slice(start, start + entry.compressedBytes);
  try {
    const content = entry.isDeflated ? new Response(packed.stream().pipeThrough(new DecompressionStream('deflate-raw'))) : packed;
    return new Uint8Array(await content.arrayBuffer());
  } catch {
    throw new InputError(`zip "${zip.name}": "${entry.name}" does not unpack; it is damaged.`);
  }
}

async function view(zip: File, start: number, end: number): Promise<DataView<ArrayBuffer>> {
  return new DataView(await zip.slice(start, end).arrayBuffer());
}
