/**
 * @file Picture file → Image: the one decoder of page and command line, so that both see the same bytes. PNG by fast-png, JPEG
 * by mozjpeg and WebP by libwebp in WebAssembly. Colour profiles and gAMA are ignored. Resizing is core's.
 */

import createJpegCodec from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import createWebpCodec from '@jsquash/webp/codec/dec/webp_dec.js';
import { type Image, InputError } from '@ventral/core';
import { exifOfWebp, jpegHeader, orient, orientationOf } from './exif.ts';
import { decodePng } from './png.ts';
import { overGrey } from './rgb.ts';

/** The compiled codecs: @jsquash/jpeg/codec/dec/mozjpeg_dec.wasm and @jsquash/webp/codec/dec/webp_dec.wasm. */
export interface ImageCodecs {
  readonly jpeg: WebAssembly.Module;
  readonly webp: WebAssembly.Module;
}

export type ImageDecoder = (bytes: Uint8Array, fileName: string) => Promise<Image>;

/**
 * Makes a decoder. Codecs are instantiated when the first picture of their kind comes, and again after a damaged one.
 *
 * The format is told from the first bytes, never from the name. All PNG colour types and depths; 16 bits keep their high
 * byte; transparency is composited over grey 128 as Pillow's alpha_composite does, in integers; the EXIF orientation of JPEG
 * and WebP is applied. A damaged picture is refused even where a viewer would show part of it.
 *
 * @returns a function that rejects with InputError: `decodeImage "cat.jpg": Premature end of JPEG file.`,
 *   `decodeImage "cat.gif": a GIF file. Readable: PNG, JPEG and WebP.`
 */
export function createImageDecoder(codecs: ImageCodecs): ImageDecoder {
  const jpeg = codec(createJpegCodec, codecs.jpeg);
  const webp = codec(createWebpCodec, codecs.webp);
  return async (bytes, fileName) => {
    try {
      switch (kindOf(bytes)) {
        case 'PNG':
          return decodePng(bytes);
        case 'JPEG': {
          const { exif, nComponents } = jpegHeader(bytes);
          if (nComponents === 4) throw new InputError('a CMYK JPEG cannot be read. Save it as RGB.');
          return orient(await jpeg(bytes, false), orientationOf(exif));
        }
        case 'WebP':
          return orient(await webp(bytes), orientationOf(exifOfWebp(bytes)));
        default:
          throw new InputError(`${describe(bytes)}. Readable: PNG, JPEG and WebP.`);
      }
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`decodeImage "${fileName}": ${error.message}`);
      throw error;
    }
  };
}

const starts: readonly (readonly [kind: string, offset: number, text: string])[] = [
  ['PNG', 0, '\x89PNG\r\n\x1a\n'],
  ['JPEG', 0, '\xff\xd8\xff'],
  ['WebP', 8, 'WEBP'],
  ['GIF', 0, 'GIF8'],
  ['BMP', 0, 'BM'],
  ['TIFF', 0, 'II*\0'],
  ['TIFF', 0, 'MM\0*'],
  ['HEIF or AVIF', 4, 'ftyp'],
];

function kindOf(bytes: Uint8Array): string | undefined {
  return starts.find(([, offset, text]) => [...text].every((char, i) => bytes[offset + i] === char.charCodeAt(0)))?.[0];
}

function describe(bytes: Uint8Array): string {
  const kind = kindOf(bytes);
  return bytes.length === 0 ? 'the file is empty' : kind === undefined ? 'not a picture' : `a ${kind} file`;
}

/** What both factories of emscripten give. decode hands its pixels to the constructor that stands at globalThis.ImageData. */
interface Codec {
  decode(
    bytes: Uint8Array,
    ...options: boolean[]
  ): { readonly data: Uint8ClampedArray; readonly width: number; readonly height: number } | null;
}
type CodecFactory = (options: object) => Promise<Codec>;

class Pixels {
  constructor(
    readonly data: Uint8ClampedArray,
    readonly width: number,
    readonly height: number,
  ) {}
}

/**
 * libjpeg reports damage as a warning and goes on with grey; every warning is an error here, but for stray bytes between the
 * last pixel and the end marker (0xd9), which change nothing.
 */
const harmless = /extraneous bytes before marker 0xd9/;

function codec(factory: CodecFactory, module: WebAssembly.Module): (bytes: Uint8Array, ...options: boolean[]) => Promise<Image> {
  let instance: Promise<Codec> | undefined;
  let warnings: string[] = [];
  const start = () =>
    withPixels(() =>
      factory({
        noInitialRun: true,
        locateFile: (path: string) => path,
        print: () => {},
        printErr: (line: string) => warnings.push(line),
        instantiateWasm: (
          imports: ConstructorParameters<typeof WebAssembly.Instance>[1],
          done: (instance: WebAssembly.Instance) => void,
        ) => {
          const made = new WebAssembly.Instance(module, imports);
          done(made);
          return made.exports;
        },
      }),
    );
  return async (bytes, ...options) => {
    instance ??= start();
    const ready = await instance;
    warnings = [];
    let pixels: ReturnType<Codec['decode']>;
    try {
      pixels = withPixels(() => ready.decode(bytes, ...options));
    } catch {
      // The codec ends its program on a fatal error and leaves its memory as it was.
      instance = undefined;
      throw new InputError(`${warnings.at(-1) ?? 'the picture is damaged or too large'}.`);
    }
    const warning = warnings.find((line) => !harmless.test(line));
    if (warning !== undefined) throw new InputError(`${warning}.`);
    if (pixels === null) throw new InputError('the picture is damaged, or animated.');
    return overGrey(pixels.data, pixels.width, pixels.height);
  };
}

/** Runs with our own class as globalThis.ImageData, and puts back what stood there (in Node: nothing). */
function withPixels<T>(run: () => T): T {
  const scope = globalThis as { ImageData?: unknown };
  const before = Object.getOwnPropertyDescriptor(scope, 'ImageData');
  Object.defineProperty(scope, 'ImageData', { value: Pixels, configurable: true, writable: true });
  try {
    return run();
  } finally {
    if (before) Object.defineProperty(scope, 'ImageData', before);
    else delete scope.ImageData;
  }
}
