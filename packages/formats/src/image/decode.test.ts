import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { deflateSync } from 'node:zlib';
import encodeJpeg, { init as initJpegEncoder } from '@jsquash/jpeg/encode.js';
import encodeWebp, { init as initWebpEncoder } from '@jsquash/webp/encode.js';
import { type Image, InputError } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import { encode as encodePng } from 'fast-png';
import { beforeAll, describe, expect, test } from 'vitest';
import { readTensorProto } from '../onnx/tensor.ts';
import { openZip } from '../zip.ts';
import { createImageDecoder, type ImageDecoder } from './decode.ts';
import { orient } from './exif.ts';

const require = createRequire(import.meta.url);
const wasm = async (path: string) => WebAssembly.compile(readFileSync(require.resolve(path)));

let decode: ImageDecoder;
beforeAll(async () => {
  decode = createImageDecoder({
    jpeg: await wasm('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
    webp: await wasm('@jsquash/webp/codec/dec/webp_dec.wasm'),
  });
});

/** CRC-32 of ISO 3309, bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(type: string, data: ArrayLike<number>): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

const join = (...parts: ArrayLike<number>[]) => Uint8Array.from(parts.flatMap((part) => Array.from(part)));
const be32 = (value: number) => [value >>> 24, (value >>> 16) & 255, (value >>> 8) & 255, value & 255];

/** A PNG by hand: rows of raw bytes, unfiltered. */
function png(
  width: number,
  depth: number,
  colourType: number,
  rows: number[][],
  more: Uint8Array[] = [],
  interlace = 0,
  height = rows.length,
): Uint8Array {
  const header = chunk('IHDR', [...be32(width), ...be32(height), depth, colourType, 0, 0, interlace]);
  const data = chunk('IDAT', deflateSync(Uint8Array.from(rows.flatMap((row) => [0, ...row]))));
  return join([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], header, ...more, data, chunk('IEND', []));
}

const pixels = ({ data }: Image) => Array.from({ length: data.length / 3 }, (_, i) => [...data.subarray(3 * i, 3 * i + 3)]);
const greys = (image: Image) => pixels(image).map(([r, g, b]) => (r === g && g === b ? r : [r, g, b]));

describe('PNG', () => {
  test.each<[string, Uint8Array, (number | number[])[]]>([
    ['grey 1 bit, width 3', png(3, 1, 0, [[0b10100000], [0b01000000]]), [255, 0, 255, 0, 255, 0]],
    ['grey 2 bits', png(3, 2, 0, [[0b00011000]]), [0, 85, 170]],
    ['grey 4 bits', png(3, 4, 0, [[0x0f, 0x80]]), [0, 255, 136]],
    ['grey 8 bits', png(2, 8, 0, [[7, 250]]), [7, 250]],
    ['grey 16 bits keeps the high byte', png(2, 16, 0, [[0x12, 0xff, 0xab, 0x00]]), [0x12, 0xab]],
    [
      'RGB 8 bits',
      png(2, 8, 2, [[1, 2, 3, 4, 5, 6]]),
      [
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    ['RGB 16 bits', png(1, 16, 2, [[1, 99, 2, 99, 3, 99]]), [[1, 2, 3]]],
    [
      'palette 2 bits',
      png(3, 2, 3, [[0b00011000]], [chunk('PLTE', [1, 2, 3, 4, 5, 6, 7, 8, 9])]),
      [
        [1, 2, 3],
        [4, 5, 6],
        [7, 8, 9],
      ],
    ],
    [
      'palette with tRNS: transparent is grey 128',
      png(3, 8, 3, [[0, 1, 2]], [chunk('PLTE', [1, 2, 3, 4, 5, 6, 7, 8, 9]), chunk('tRNS', [255, 0])]),
      [[1, 2, 3], 128, [7, 8, 9]],
    ],
    ['grey with a transparent value', png(2, 8, 0, [[7, 250]], [chunk('tRNS', [0, 250])]), [7, 128]],
    ['16-bit transparent value is compared in full', png(2, 16, 0, [[1, 2, 1, 3]], [chunk('tRNS', [1, 3])]), [1, 128]],
    [
      'RGB with a transparent colour',
      png(3, 8, 2, [[1, 2, 3, 1, 2, 4, 0, 2, 3]], [chunk('tRNS', [0, 1, 0, 2, 0, 3])]),
      [128, [1, 2, 4], [0, 2, 3]],
    ],
    ['RGB with a suggested palette', png(1, 8, 2, [[1, 2, 3]], [chunk('PLTE', [9, 9, 9])]), [[1, 2, 3]]],
    // 200·100 + 128·155 = 39840; / 255 = 156.2. 10·254 + 128 = 2668; / 255 = 10.46. 0·1 + 128·254 = 32512; / 255 = 127.498.
    ['grey and alpha', png(4, 8, 4, [[200, 100, 10, 254, 0, 1, 77, 0]]), [156, 10, 127, 128]],
    [
      'RGBA',
      png(2, 8, 6, [[1, 2, 3, 255, 200, 10, 0, 100]]),
      [
        [1, 2, 3],
        [156, 82, 78],
      ],
    ],
    ['RGBA 16 bits', png(1, 16, 6, [[200, 1, 10, 1, 0, 1, 100, 1]]), [[156, 82, 78]]],
  ])('%s', async (_, bytes, expected) => {
    const image = await decode(bytes, 'a.png');
    const one = (pixel: number | number[]) => (typeof pixel === 'number' ? [pixel, pixel, pixel] : pixel);
    expect(pixels(image)).toEqual(expected.map(one));
  });

  test('over grey equals the exact quotient rounded, for all values and alphas', async () => {
    const rows = Array.from({ length: 256 }, (_, alpha) => Array.from({ length: 256 }, (_, value) => [value, alpha]).flat());
    const image = await decode(png(256, 8, 4, rows), 'a.png');
    const exact = Uint8Array.from({ length: 65536 }, (_, i) =>
      Math.floor(((i & 255) * (i >> 8) + 128 * (255 - (i >> 8))) / 255 + 0.5),
    );
    expect(Uint8Array.from({ length: 65536 }, (_, i) => image.data[3 * i]!)).toEqual(exact);
  });

  const ramp = Uint8Array.from({ length: 9 * 7 * 3 }, (_, i) => (i * 37) % 256);
  test('interlaced (Adam7) 9×7 equals plain', async () => {
    const picture = { width: 9, height: 7, data: ramp, depth: 8, channels: 3 } as const;
    const interlaced = encodePng(picture, { interlace: 'Adam7' });
    expect(interlaced[28]).toBe(1);
    expect((await decode(interlaced, 'a.png')).data).toEqual(ramp);
    expect((await decode(encodePng(picture), 'a.png')).data).toEqual(ramp);
  });

  test('a view into a larger buffer', async () => {
    const bytes = png(2, 8, 0, [[7, 250]]);
    const larger = join([1, 2, 3], bytes, [4]);
    expect(greys(await decode(larger.subarray(3, 3 + bytes.length), 'a.png'))).toEqual([7, 250]);
  });

  test.each<[string, Uint8Array, string]>([
    [
      'an interlaced one of 1 bit',
      png(3, 1, 0, [[0]], [], 1),
      'decodeImage "a.png": an interlaced PNG of 1 bits cannot be read.',
    ],
    ['huge sizes in the header', png(2 ** 31, 16, 6, [[0]]), 'the PNG says it holds 2147483648×1 pixels, more than its'],
    ['no pixels', png(0, 8, 0, [[]]), 'the PNG has size 0×1'],
    [
      'a colour beyond the palette',
      png(1, 8, 3, [[5]], [chunk('PLTE', [1, 2, 3])]),
      'the PNG is damaged: palette has no colour 5.',
    ],
    [
      'a wrong checksum',
      png(2, 8, 0, [
        [7, 250],
        [1, 2],
      ]).map((byte, i) => (i === 23 ? 9 : byte)),
      'the PNG is damaged: CRC mismatch',
    ],
    [
      'a missing row',
      png(
        2,
        8,
        0,
        [
          [7, 250],
          [1, 2],
        ],
        [],
        0,
        3,
      ),
      'the PNG is damaged',
    ],
  ])('%s is refused', async (_, bytes, message) => {
    await expect(decode(bytes, 'a.png')).rejects.toThrow(message);
  });
});

/** A smooth colour picture that JPEG and WebP keep within a few levels. */
const width = 24;
const height = 16;
const smooth = Uint8ClampedArray.from(
  { length: width * height * 4 },
  (_, i) => [((i / 4) % width) * 8, Math.floor(i / 4 / width) * 12, 100, 255][i % 4]!,
);
const picture = { data: smooth, width, height, colorSpace: 'srgb' } as ImageData;
const rgb = Uint8Array.from({ length: width * height * 3 }, (_, i) => smooth[Math.floor(i / 3) * 4 + (i % 3)]!);
const worst = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((max, value, i) => Math.max(max, Math.abs(value - b[i]!)), 0);

/** TIFF block with one entry, Orientation. */
const exif = (orientation: number, little: boolean) =>
  little
    ? [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0]
    : [0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0];

describe('JPEG and WebP', () => {
  let jpeg: Uint8Array;
  let webp: Uint8Array;
  beforeAll(async () => {
    await initJpegEncoder(await wasm('@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm'));
    await initWebpEncoder(await wasm('@jsquash/webp/codec/enc/webp_enc.wasm'));
    jpeg = new Uint8Array(await encodeJpeg(picture, { quality: 95, auto_subsample: false, chroma_subsample: 1 }));
    webp = new Uint8Array(await encodeWebp(picture, { lossless: 1 }));
  });

  test('JPEG, whatever its name', async () => {
    const image = await decode(jpeg, 'a.png');
    expect([image.widthPx, image.heightPx]).toEqual([width, height]);
    expect(worst(image.data, rgb)).toBeLessThan(8);
  });

  test('lossless WebP is exact; alpha is composited over grey 128', async () => {
    expect((await decode(webp, 'a.webp')).data).toEqual(rgb);
    const half = smooth.map((value, i) => (i % 4 === 3 ? 100 : value));
    const image = await decode(new Uint8Array(await encodeWebp({ ...picture, data: half }, { lossless: 1, exact: 1 })), 'a.webp');
    expect(image.data).toEqual(rgb.map((value) => Math.floor((value * 100 + 128 * 155) / 255 + 0.5)));
  });

  const withExif = (block: number[]) =>
    join(
      jpeg.subarray(0, 2),
      [0xff, 0xe1, 0, block.length + 8, ...new TextEncoder().encode('Exif\0\0')],
      block,
      jpeg.subarray(2),
    );

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('JPEG orientation=%d, both byte orders', async (orientation) => {
    const upright = orient(await decode(jpeg, 'a.jpg'), orientation);
    for (const little of [true, false]) expect(await decode(withExif(exif(orientation, little)), 'a.jpg')).toEqual(upright);
  });

  test('WebP orientation=6 from its EXIF chunk', async () => {
    const block = exif(6, true);
    const bytes = join(webp, new TextEncoder().encode('EXIF'), [block.length, 0, 0, 0], block);
    new DataView(bytes.buffer).setUint32(4, bytes.length - 8, true);
    expect(await decode(bytes, 'a.webp')).toEqual(orient(await decode(webp, 'a.webp'), 6));
  });

  test.each([[[]], [[0x49, 0x49]], [exif(9, true)], [[0x4d, 0x4d, 0, 42, 255, 255, 255, 255, 0]]])(
    'EXIF %j without a sensible orientation changes nothing',
    async (block) => {
      expect(await decode(withExif(block), 'a.jpg')).toEqual(await decode(jpeg, 'a.jpg'));
    },
  );

  test('no ImageData is left behind', async () => {
    await decode(jpeg, 'a.jpg');
    await decode(webp, 'a.webp');
    // The encoders of this test set one; the decoders put back what stood there.
    const before = (globalThis as { ImageData?: unknown }).ImageData;
    delete (globalThis as { ImageData?: unknown }).ImageData;
    const fresh = createImageDecoder({
      jpeg: await wasm('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
      webp: await wasm('@jsquash/webp/codec/dec/webp_dec.wasm'),
    });
    await Promise.all([fresh(jpeg, 'a.jpg'), fresh(webp, 'a.webp'), fresh(jpeg, 'b.jpg')]);
    expect('ImageData' in globalThis).toBe(false);
    (globalThis as { ImageData?: unknown }).ImageData = before;
  });

  test('after a damaged picture the next one is read', async () => {
    await expect(decode(jpeg.subarray(0, 30), 'cut.jpg')).rejects.toThrow(InputError);
    expect((await decode(jpeg, 'a.jpg')).widthPx).toBe(width);
  });

  test('every cut of the JPEG but after its end mark is refused, every cut of the WebP too', async () => {
    for (let length = 0; length < jpeg.length; length += 7)
      await expect(decode(jpeg.subarray(0, length), 'cut.jpg')).rejects.toThrow(InputError);
    for (let length = 0; length < webp.length - 1; length += 7)
      await expect(decode(webp.subarray(0, length), 'cut.webp')).rejects.toThrow(InputError);
    await expect(decode(jpeg.subarray(0, jpeg.length - 2), 'cut.jpg')).rejects.toThrow(
      'decodeImage "cut.jpg": Premature end of JPEG file.',
    );
  });

  test('stray bytes before the end mark are no damage; a CMYK JPEG is refused', async () => {
    const stray = join(jpeg.subarray(0, -2), [1, 2, 3], jpeg.subarray(-2));
    expect(await decode(stray, 'a.jpg')).toEqual(await decode(jpeg, 'a.jpg'));
    const frame = jpeg.findIndex((byte, i) => byte === 0xff && (jpeg[i + 1] === 0xc0 || jpeg[i + 1] === 0xc2));
    const cmyk = jpeg.map((byte, i) => (i === frame + 9 ? 4 : byte));
    await expect(decode(cmyk, 'a.jpg')).rejects.toThrow('decodeImage "a.jpg": a CMYK JPEG cannot be read. Save it as RGB.');
  });

  test.each([
    ['GIF89a', 'a GIF file. Readable: PNG, JPEG and WebP.'],
    ['BM......', 'a BMP file.'],
    ['....ftypheic', 'a HEIF or AVIF file.'],
    ['', 'the file is empty.'],
    ['<html>', 'not a picture.'],
  ])('%j: %s', async (text, message) => {
    await expect(decode(new TextEncoder().encode(text), 'a.jpg')).rejects.toThrow(`decodeImage "a.jpg": ${message}`);
  });
});

describe('orient', () => {
  // 1 2 3        EXIF 2.32, tag Orientation: where row 0 and column 0 of the stored picture are seen.
  // 4 5 6
  const stored: Image = { heightPx: 2, widthPx: 3, data: Uint8Array.from([1, 2, 3, 4, 5, 6].flatMap((v) => [v, v, v])) };
  test.each([
    [1, [1, 2, 3, 4, 5, 6]],
    [2, [3, 2, 1, 6, 5, 4]],
    [3, [6, 5, 4, 3, 2, 1]],
    [4, [4, 5, 6, 1, 2, 3]],
    [5, [1, 4, 2, 5, 3, 6]],
    [6, [4, 1, 5, 2, 6, 3]],
    [7, [6, 3, 5, 2, 4, 1]],
    [8, [3, 6, 2, 5, 1, 4]],
  ])('%d → %j', (orientation, expected) => {
    const image = orient(stored, orientation);
    expect([greys(image), image.heightPx]).toEqual([expected, orientation >= 5 ? 3 : 2]);
  });
});

describe.skipIf(!hasShared)('real pictures', () => {
  test.each(hasShared ? readdirSync(shared('photos')).filter((name) => name.endsWith('.png')) : [])('photos/%s', async (name) => {
    const bytes = readFileSync(shared(`photos/${name}`));
    const image = await decode(bytes, name);
    expect([image.widthPx, image.heightPx]).toEqual([bytes.readUInt32BE(16), bytes.readUInt32BE(20)]);
    expect(image.data.length).toBe(image.widthPx * image.heightPx * 3);
    expect(new Set(image.data).size).toBeGreaterThan(100);
    await expect(decode(bytes.subarray(0, bytes.length - 100), name)).rejects.toThrow(InputError);
    const flipped = Uint8Array.from(bytes);
    flipped[Math.floor(bytes.length / 2)]! ^= 1;
    await expect(decode(flipped, name)).rejects.toThrow(InputError);
  });

  test('models/tiny_vgg/espresso_1.jpeg gives the recorded network input', async () => {
    const image = await decode(readFileSync(shared('models/tiny_vgg/espresso_1.jpeg')), 'espresso_1.jpeg');
    expect([image.widthPx, image.heightPx]).toEqual([64, 64]);
    const input = readTensorProto(readFileSync(shared('models/tiny_vgg/test_data_set_0/input_0.pb'))).tensor.data;
    const chw = Array.from(input, (_, i) => image.data[(i % 4096) * 3 + Math.floor(i / 4096)]! / 255);
    expect(worst(input, chw)).toBeLessThan(1e-7);
  });

  test('the first 20 of datasets/cifar10/test.zip are 32×32', async () => {
    const zip = openZip(readFileSync(shared('datasets/cifar10/test.zip')), 'test.zip');
    expect(zip.names.length).toBe(10_000);
    for (const name of zip.names.slice(0, 20)) {
      const image = await decode(zip.read(name), name);
      expect([image.widthPx, image.heightPx]).toEqual([32, 32]);
    }
  });
});
