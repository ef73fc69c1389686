import { readFileSync } from 'node:fs';
import { InputError } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { openZip } from './zip.ts';

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
      'openZip a.zip: "b/long.txt" is damaged.',
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
      'openZip a.zip: "b/long.txt" is encrypted.',
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
      'openZip a.zip: the directory is damaged at entry 0 of',
    ],
    ['a cut', archive().subarray(0, -30), 'openZip a.zip: not a zip archive, or one cut short.'],
    ['nothing', new Uint8Array(0), 'openZip a.zip: not a zip archive'],
  ])('%s is refused', (_, bytes, message) => {
    const read = () => openZip(bytes, 'a.zip').read('b/long.txt');
    expect(read).toThrow(message);
    expect(read).toThrow(InputError);
  });

  test('an unknown name is refused', () => {
    expect(() => openZip(archive(), 'a.zip').read('q')).toThrow('openZip a.zip: no entry "q".');
  });

  test.skipIf(!hasShared)('datasets/cifar10/test.zip: 10,000 pictures, all sound', () => {
    const zip = openZip(readFileSync(shared('datasets/cifar10/test.zip')));
    expect(zip.names.length).toBe(10_000);
    expect(zip.names.every((name) => zip.read(name)[0] === 0xff)).toBe(true);
  });
});
