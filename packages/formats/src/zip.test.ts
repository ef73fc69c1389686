import { readFileSync } from 'node:fs';
import { InputError } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { openZip, readZipDirectory, readZipEntry } from './zip.ts';

const text = (content: string) => new TextEncoder().encode(content);
const long = text('abc'.repeat(1000));
const decomposed = 'cafe\u0301.png';
const archive = () =>
  zipSync({
    'b/long.txt': long,
    'b/stored.bin': [text('hello'), { level: 0 }],
    'b/dir/': text(''),
    [decomposed]: text('x'),
    '__MACOSX/._long.txt': text('shadow'),
  });

describe('openZip', () => {
  test('names: files only, NFC, in the order of the archive, no macOS shadows', () => {
    expect(openZip(archive()).names).toEqual(['b/long.txt', 'b/stored.bin', 'caf\u00e9.png']);
  });

  test('reads deflated and stored entries, also from a view into a larger buffer', () => {
    const bytes = archive();
    const larger = new Uint8Array(bytes.length + 7);
    larger.set(bytes, 5);
    const zip = openZip(larger.subarray(5, 5 + bytes.length));
    expect([zip.read('b/long.txt'), zip.read('b/stored.bin'), zip.read('caf\u00e9.png')]).toEqual([
      long,
      text('hello'),
      text('x'),
    ]);
  });

  const patched = (at: (bytes: Uint8Array, directory: number) => void) => {
    const bytes = archive();
    at(bytes, new DataView(bytes.buffer).getUint32(bytes.length - 6, true));
    return bytes;
  };
  test.each<[string, Uint8Array, string]>([
    [
      'a flipped byte',
      patched((bytes) => {
        bytes[50]! ^= 1;
      }),
      'zip "a.zip": "b/long.txt" is damaged. Pack the zip again.',
    ],
    [
      'a wrong size',
      patched((bytes, at) => {
        bytes[at + 24] = 9;
      }),
      '"b/long.txt" is damaged.',
    ],
    ['a size of 4 GB', patched((bytes, at) => bytes.fill(0xff, at + 24, at + 28)), '"b/long.txt" is damaged.'],
    ['a start past the end', patched((bytes, at) => bytes.fill(0x7f, at + 42, at + 46)), '"b/long.txt" is damaged.'],
    [
      'encryption',
      patched((bytes, at) => {
        bytes[at + 8]! |= 1;
      }),
      'zip "a.zip": "b/long.txt" is encrypted. Pack it without a password.',
    ],
    [
      'method 9',
      patched((bytes, at) => {
        bytes[at + 10] = 9;
      }),
      '"b/long.txt" is packed by method 9; only stored and deflated entries are read.',
    ],
    [
      'a broken directory',
      patched((bytes, at) => {
        bytes[at] = 0;
      }),
      'zip "a.zip": entry 0 of 5 of its directory is broken.',
    ],
    [
      'a stated count below the true one',
      patched((bytes) => {
        bytes[bytes.length - 12] = 3;
      }),
      'zip "a.zip": its directory holds more than the 3 entries it states.',
    ],
    [
      'a directory past the end',
      patched((bytes) => bytes.fill(0x7f, bytes.length - 6, bytes.length - 2)),
      'zip "a.zip": its directory lies outside the file; it is cut off.',
    ],
    [
      'two entries of one name',
      zipSync({ [decomposed]: long, 'caf\u00e9.png': long }),
      'zip "a.zip": two entries are named "caf\u00e9.png".',
    ],
    ['a cut', archive().subarray(0, -30), 'zip "a.zip": has no directory at its end; it is cut off or not a zip file.'],
    ['nothing', new Uint8Array(0), 'zip "a.zip": has no directory at its end'],
  ])('%s is refused', (_, bytes, message) => {
    const read = () => openZip(bytes, 'a.zip').read('b/long.txt');
    expect(read).toThrow(message);
    expect(read).toThrow(InputError);
  });

  test('an unknown name is refused', () => {
    expect(() => openZip(archive(), 'a.zip').read('q')).toThrow('zip "a.zip": no entry "q".');
  });

  /** Written by zipfile of CPython 3.11.7 with ZIP64_LIMIT = 0, the end record then filled up as that of a large archive. */
  const zip64 = () =>
    Uint8Array.from(
      atob(
        'UEsDBC0AAAAIAAAAIQBkenCv//////////8FABQAYS50eHQBABAAZAAAAAAAAAAGAAAAAAAAAEtMpD0AAFBLAwQtAAAAAAAAACEAhqYQNv//////////' +
          'BQAUAGIudHh0AQAQAAUAAAAAAAAABQAAAAAAAABoZWxsb1BLAQItAy0AAAAIAAAAIQBkenCv//////////8FABQAAAAAAAAAAACAAQAAAABhLnR4dAEA' +
          'EABkAAAAAAAAAAYAAAAAAAAAUEsBAi0DLQAAAAAAAAAhAIamEDb//////////wUAHAAAAAAAAAAAAIAB/////2IudHh0AQAYAAUAAAAAAAAABQAAAAAA' +
          'AAA9AAAAAAAAAFBLBgYsAAAAAAAAAC0ALQAAAAAAAAAAAAIAAAAAAAAAAgAAAAAAAACWAAAAAAAAAHkAAAAAAAAAUEsGBwAAAAAPAQAAAAAAAAEAAABQ' +
          'SwUGAAAAAAIAAgCWAAAAeQAAAAAA',
      ),
      (byte) => byte.charCodeAt(0),
    ).fill(0xff, -14, -2);

  test('ZIP64: sizes and places from the wide records', () => {
    const zip = openZip(zip64());
    expect(zip.names).toEqual(['a.txt', 'b.txt']);
    expect([zip.read('a.txt'), zip.read('b.txt')]).toEqual([text('a'.repeat(100)), text('hello')]);
  });

  test('ZIP64: a locator that points elsewhere is refused', () => {
    expect(() => openZip(zip64().fill(1, -34, -30), 'a.zip')).toThrow('zip "a.zip": its ZIP64 directory is broken.');
  });

  test.skipIf(!hasShared)('datasets/cifar10/test.zip: 10,000 pictures, all sound', () => {
    const zip = openZip(readFileSync(shared('datasets/cifar10/test.zip')));
    expect(zip.names.length).toBe(10_000);
    expect(zip.names.every((name) => zip.read(name)[0] === 0xff)).toBe(true);
  });
});

describe('readZipDirectory, readZipEntry', () => {
  const bytes = archive();
  const source = (length = bytes.length) => ({
    name: 'a.zip',
    bytes: bytes.length,
    read: async (offset: number, n: number) => bytes.subarray(offset, Math.min(offset + n, length)),
  });

  test('from promises as from bytes; an entry outlives a clone', async () => {
    const entries = structuredClone(await readZipDirectory(source()));
    expect(entries.map(({ name }) => name)).toEqual(openZip(bytes).names);
    for (const entry of entries) expect(await readZipEntry(source(), entry)).toEqual(openZip(bytes).read(entry.name));
  });

  test('reads what it needs: the tail, the directory, and of one entry its header and its bytes', async () => {
    const ranges: number[][] = [];
    const counted = (offset: number, n: number) => {
      ranges.push([offset, n]);
      return bytes.subarray(offset, offset + n);
    };
    const zip = { ...source(), read: counted };
    const [entry] = readZipDirectory(zip);
    readZipEntry(zip, entry!);
    const directoryAt = new DataView(bytes.buffer).getUint32(bytes.length - 6, true);
    expect(ranges).toEqual([
      [0, bytes.length],
      [directoryAt, bytes.length - 22 - directoryAt],
      [0, 30],
      [30 + 'b/long.txt'.length, entry!.compressedBytes],
    ]);
  });

  test('promises reject: a file that became shorter since', async () => {
    const [entry] = await readZipDirectory(source());
    await expect(readZipDirectory(source(40))).rejects.toThrow('zip "a.zip": has no directory at its end');
    await expect(readZipEntry(source(45), entry!)).rejects.toThrow('zip "a.zip": "b/long.txt" is damaged.');
  });
});
