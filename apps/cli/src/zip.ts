/**
 * @file Random access into a zip file: its directory is read once, an entry when it is wanted, so that workers share one file
 * and memory does not grow with it. Reads stored and deflated entries, zip64 included; no passwords, no parts.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { inflateRawSync } from 'node:zlib';
import { InputError } from '@ventral/core';

/** Where one file lies in a zip. */
export interface ZipEntry {
  readonly name: string;
  readonly offset: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  readonly isDeflated: boolean;
}

/**
 * The files of a zip, in its own order; folders are left out.
 * @throws InputError `zip "cats.zip": has no directory at its end; it is cut off or not a zip file.`
 */
export function readZipDirectory(path: string): ZipEntry[] {
  const refuse = (reason: string) => new InputError(`zip "${path}": ${reason}`);
  return withFile(path, (read, size) => {
    const tail = read(Math.max(0, size - 65_557), Math.min(size, 65_557));
    const end = tail.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
    if (end < 0 || end + 22 > tail.length) throw refuse('has no directory at its end; it is cut off or not a zip file.');
    let nEntries = tail.readUInt16LE(end + 10);
    let directoryBytes = tail.readUInt32LE(end + 12);
    let directoryOffset = tail.readUInt32LE(end + 16);
    if (nEntries === 0xffff || directoryBytes === 0xffffffff || directoryOffset === 0xffffffff) {
      const locator = end - 20;
      if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) throw refuse('has a broken zip64 directory.');
      const end64 = read(Number(tail.readBigUInt64LE(locator + 8)), 56);
      nEntries = Number(end64.readBigUInt64LE(32));
      directoryBytes = Number(end64.readBigUInt64LE(40));
      directoryOffset = Number(end64.readBigUInt64LE(48));
    }
    if (directoryOffset + directoryBytes > size) throw refuse('its directory lies outside the file; it is cut off.');
    const directory = read(directoryOffset, directoryBytes);
    const entries: ZipEntry[] = [];
    for (let i = 0, at = 0; i < nEntries; i++) {
      if (at + 46 > directory.length || directory.readUInt32LE(at) !== 0x02014b50)
        throw refuse(`entry ${i} of its directory is broken.`);
      const flags = directory.readUInt16LE(at + 8);
      const method = directory.readUInt16LE(at + 10);
      const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((offset) => directory.readUInt16LE(at + offset)) as [
        number,
        number,
        number,
      ];
      const name = directory.toString('utf8', at + 46, at + 46 + nameBytes);
      const sizes = [24, 20, 42].map((offset) => directory.readUInt32LE(at + offset));
      widenSizes(sizes, directory.subarray(at + 46 + nameBytes, at + 46 + nameBytes + extraBytes));
      at += 46 + nameBytes + extraBytes + commentBytes;
      if (name.endsWith('/')) continue;
      if (flags & 1) throw refuse(`"${name}" is protected by a password.`);
      if (method !== 0 && method !== 8)
        throw refuse(`"${name}" is packed by method ${method}; only stored and deflated files can be read.`);
      const [bytes, compressedBytes, offset] = sizes as [number, number, number];
      entries.push({ name, offset, compressedBytes, bytes, isDeflated: method === 8 });
    }
    return entries;
  });
}

/** The bytes of one entry. @throws InputError if it is broken */
export function readZipEntry(path: string, entry: ZipEntry): Uint8Array {
  return withFile(path, (read) => {
    const header = read(entry.offset, 30);
    const packed = read(entry.offset + 30 + header.readUInt16LE(26) + header.readUInt16LE(28), entry.compressedBytes);
    try {
      const content = entry.isDeflated ? inflateRawSync(packed, { maxOutputLength: Math.max(1, entry.bytes) }) : packed;
      if (content.length === entry.bytes) return new Uint8Array(content);
    } catch {
      // Reported below: zlib's own words do not name the file.
    }
    throw new InputError(`zip "${path}": "${entry.name}" does not unpack to its ${entry.bytes} bytes; it is damaged.`);
  });
}

/** Replaces sizes of 0xffffffff, in the order [bytes, compressed, offset], by those of the zip64 extra field. */
function widenSizes(sizes: number[], extra: Buffer): void {
  for (let at = 0; at + 4 <= extra.length; at += 4 + extra.readUInt16LE(at + 2)) {
    if (extra.readUInt16LE(at) !== 1) continue;
    let from = at + 4;
    for (const [i, size] of sizes.entries()) {
      if (size !== 0xffffffff || from + 8 > extra.length) continue;
      sizes[i] = Number(extra.readBigUInt64LE(from));
      from += 8;
    }
  }
}

function withFile<T>(path: string, use: (read: (offset: number, length: number) => Buffer, size: number) => T): T {
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    return use((offset, length) => {
      const bytes = Buffer.alloc(length);
      if (offset + length > size || readSync(file, bytes, 0, length, offset) !== length) {
        throw new InputError(`zip "${path}": needs bytes ${offset} to ${offset + length} of ${size}; it is cut off.`);
      }
      return bytes;
    }, size);
  } finally {
    closeSync(file);
  }
}
