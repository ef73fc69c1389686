/** @file PNG → Image: fast-png undoes the compression; colour types, depths and transparency are brought to RGB here. */
import { type Image, InputError } from '@ventral/core';
import { type DecodedPng, decode } from 'fast-png';
import { overGrey } from './rgb.ts';

/** Deflate never shrinks data to less than 1/1032. */
const maxRatio = 1032;

const samplesPerPixel: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/**
 * Any PNG: grey, colour and palette of 1 to 16 bits, with alpha or a transparent colour, also interlaced from 8 bits on.
 * 16-bit samples keep their high byte, fewer than 8 are spread over 0…255. Checksums are checked.
 * @throws InputError without a head.
 */
export function decodePng(bytes: Uint8Array): Image {
  if (bytes.length < 33) throw new InputError('the PNG ends too early.');
  const header = new DataView(bytes.buffer, bytes.byteOffset, 33);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  const [depth, colourType, interlaced] = [header.getUint8(24), header.getUint8(25), header.getUint8(28) !== 0];
  const samples = samplesPerPixel[colourType];
  if (width === 0 || height === 0 || samples === undefined)
    throw new InputError(`the PNG has size ${width}×${height} and colour type ${colourType}.`);
  if (height * Math.ceil((width * samples * depth) / 8) > bytes.length * maxRatio) {
    throw new InputError(`the PNG says it holds ${width}×${height} pixels, more than its ${bytes.length} bytes can.`);
  }
  if (interlaced && depth < 8)
    throw new InputError(`an interlaced PNG of ${depth} bits cannot be read. Save it without interlacing.`);
  let png: DecodedPng;
  try {
    png = decode(bytes, { checkCrc: true });
  } catch (error) {
    throw new InputError(`the PNG is damaged: ${(error as Error).message}.`);
  }
  return overGrey(toRgba(png, colourType, samples), width, height);
}

function toRgba(png: DecodedPng, colourType: number, samples: number): Uint8Array {
  const { width, height, depth, palette, transparency } = png;
  const rgba = new Uint8Array(width * height * 4);
  const sample = samplesOf(png, samples);
  const scale = depth < 8 && colourType !== 3 ? 255 / (2 ** depth - 1) : 1;
  const byte = (value: number) => (depth === 16 ? value >> 8 : value * scale);
  const isColour = colourType === 2 || colourType === 6;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const first = pixel * samples;
    const to = pixel * 4;
    if (colourType === 3) {
      const colour = palette?.[sample(first)];
      if (colour === undefined) throw new InputError(`the PNG is damaged: palette has no colour ${sample(first)}.`);
      rgba.set([colour[0]!, colour[1]!, colour[2]!, colour[3] ?? 255], to);
      continue;
    }
    const values = isColour
      ? [sample(first), sample(first + 1), sample(first + 2)]
      : [sample(first), sample(first), sample(first)];
    const clear = transparency !== undefined && values.every((value, i) => value === transparency[isColour ? i : 0]);
    const alpha = samples % 2 === 0 ? byte(sample(first + samples - 1)) : clear ? 0 : 255;
    rgba.set([byte(values[0]!), byte(values[1]!), byte(values[2]!), alpha], to);
  }
  return rgba;
}

/** Reads sample i, counted over the whole picture. Below 8 bits several share a byte, the first in the high bits, and a row starts a new byte. */
function samplesOf({ data, width, depth }: DecodedPng, samples: number): (index: number) => number {
  if (depth >= 8) return (index) => data[index]!;
  const perRow = width * samples;
  const bytesPerRow = Math.ceil((perRow * depth) / 8);
  return (index) => {
    const bit = (index % perRow) * depth;
    return (data[Math.floor(index / perRow) * bytesPerRow + (bit >> 3)]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
  };
}
