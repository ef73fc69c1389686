import { openAsBlob } from 'node:fs';
import { readZipDirectory, readZipEntry } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { sortFiles, zipSource } from './sources.ts';

const found = (...paths: string[]) => paths.map((path) => ({ path, file: new File(['x'], path.split('/').at(-1)!) }));

describe('files that come together', () => {
  test('a network, what lies beside it, and pictures by the code units of their names', async () => {
    const { network, stimuli, beside } = await sortFiles(
      found('b.png', 'net.onnx', 'B.PNG', 'net.json', 'e\u0301.jpg', 'a/z.webp', 'names.txt', '.hidden.png', 'readme.md'),
    );
    expect(network).toMatchObject({ kind: 'files', model: { name: 'net.onnx' } });
    expect(beside.map(({ name }) => name)).toEqual(['net.json', 'names.txt']);
    // é is written in two code points there and one here: NFC, and after z.
    expect(stimuli.map(({ id }) => id)).toEqual(['B.PNG', 'a/z.webp', 'b.png', 'é.jpg']);
  });
  test('two networks are refused, by name', async () => {
    await expect(sortFiles(found('a.onnx', 'b.onnx'))).rejects.toMatchObject({ name: 'InputError', cause: 'a.onnx, b.onnx' });
  });
});

describe('a zip', () => {
  test('that is none, or cut off, is refused by name', async () => {
    await expect(sortFiles([{ path: 'x.zip', file: new File(['hello'], 'x.zip') }])).rejects.toThrow(
      'zip "x.zip": has no directory at its end',
    );
  });
  test.skipIf(!hasShared)('cifar10/test.zip: 10,000 pictures, the first one whole', async () => {
    const zip = new File([await openAsBlob(shared('datasets/cifar10/test.zip'))], 'test.zip');
    const { stimuli } = await sortFiles([{ path: 'test.zip', file: zip }]);
    expect(stimuli).toHaveLength(10_000);
    const [first] = await readZipDirectory(zipSource(zip));
    expect(stimuli).toContainEqual({ kind: 'zip', id: first!.name, zip, entry: first });
    const bytes = await readZipEntry(zipSource(zip), first!);
    expect([...bytes.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    expect([...bytes.subarray(-2)]).toEqual([0xff, 0xd9]);
    const cut = new File([zip.slice(0, zip.size - 30)], 'cut.zip');
    await expect(readZipDirectory(zipSource(cut))).rejects.toThrow('cut.zip');
  });
});
