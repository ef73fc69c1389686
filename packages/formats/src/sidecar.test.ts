import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { readSidecar } from './sidecar.ts';

const preprocess = {
  channels: 'RGB',
  scale: 1,
  mean: [1, 2, 3],
  std: [1, 1, 1],
  resize: { short: 256, filter: 'bilinear' },
  crop: 224,
};
const none = () => {
  throw new Error('no file was asked for');
};
const read = (value: unknown, readText: (path: string) => string | Promise<string> = none) =>
  readSidecar(JSON.stringify(value), 'net.json', readText);

describe('readSidecar', () => {
  test('preprocess and classes; other keys at the top are left alone', async () => {
    expect(await read({ preprocess, classes: ['cat', 'dog'], task: 'pets', source: { licence: 'MIT' } })).toEqual({
      preprocess,
      classes: ['cat', 'dog'],
    });
    expect(await read({})).toEqual({});
  });

  test('a class file: plain names and synset lines, CRLF, offset 1', async () => {
    const file = { file: '../words.txt', offset: 1 };
    const asked: string[] = [];
    const readText = async (path: string) => {
      asked.push(path);
      return '\uFEFFn01440764 tench, Tinca tinca\r\nn02 not a synset\r\ncat\r\n';
    };
    expect(await read({ classes: file }, readText)).toEqual({
      classes: ['background', 'tench, Tinca tinca', 'n02 not a synset', 'cat'],
    });
    expect(asked).toEqual(['../words.txt']);
    expect((await read({ classes: { file: 'words.txt' } }, () => 'cat')).classes).toEqual(['cat']);
  });

  test.each([
    [
      { preprocess: { ...preprocess, channels: 'rgb' } },
      'readSidecar net.json: preprocess.channels: Invalid type: Expected ("RGB" | "BGR" | "grey") but received "rgb".',
    ],
    [{ preprocess: { ...preprocess, scale: '1' } }, 'preprocess.scale: Invalid type: Expected number but received "1".'],
    [
      { preprocess: { ...preprocess, mean: [1] } },
      'preprocess: mean and std need one number per channel (3 for RGB and BGR, 1 for grey).',
    ],
    [{ preprocess: { ...preprocess, std: [1, 0, 1] } }, 'preprocess.std: every std must be above 0.'],
    [
      { preprocess: { ...preprocess, resize: { short: 256, filter: 'bicubic' } } },
      'preprocess.resize.filter: Invalid type: Expected "bilinear" but received "bicubic".',
    ],
    [{ preprocess: { ...preprocess, sclae: 1 } }, 'preprocess.sclae: Invalid key: Expected never but received "sclae".'],
    [{ preprocess: { ...preprocess, crop: 0 } }, 'preprocess.crop'],
    [{ classes: 3 }, 'classes: '],
    [{ classes: { file: 'a.txt', offset: 2 } }, 'classes'],
    ['RGB', 'readSidecar net.json: Invalid type: Expected Object but received "RGB".'],
  ])('%j is refused', async (value, message) => {
    await expect(read(value)).rejects.toThrow(message);
    await expect(read(value)).rejects.toThrow(InputError);
  });

  test('text that is not JSON, and an empty line among the classes', async () => {
    await expect(readSidecar('{', 'net.json', none)).rejects.toThrow('readSidecar net.json: not JSON: ');
    await expect(read({ classes: { file: 'a.txt' } }, () => 'cat\n\ndog\n')).rejects.toThrow(
      'readSidecar net.json: classes: line 2 of "a.txt" is empty, a class name was expected.',
    );
  });

  test.skipIf(!hasShared).each([
    ['squeezenet1_1', 1000, 281, 'tabby, tabby cat'],
    ['squeezenet1_0', 1000, 281, 'tabby, tabby cat'],
    ['mobilenet_v2_100_224', 1001, 282, 'tabby, tabby cat'],
    ['mobilenet_v1_025_128', 1001, 0, 'background'],
    ['resnet20_cifar10', 10, 3, 'cat'],
    ['tiny_vgg', 10, 6, 'espresso'],
  ])('models/%s: %d classes, class %d is %s', async (name, nClasses, index, label) => {
    const path = shared(`models/${name}/${name}.json`);
    const sidecar = await readSidecar(readFileSync(path, 'utf8'), `${name}.json`, (relative) =>
      readFileSync(join(dirname(path), relative), 'utf8'),
    );
    expect([sidecar.classes!.length, sidecar.classes![index]]).toEqual([nClasses, label]);
    expect(sidecar.preprocess).toEqual((JSON.parse(readFileSync(path, 'utf8')) as { preprocess: unknown }).preprocess);
  });
});
