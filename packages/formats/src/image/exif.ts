/** @file The orientation of a photograph: where EXIF keeps it in JPEG and WebP files, and turning the picture upright. */
import { type Image, InputError } from '@ventral/core';

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const ascii = (bytes: Uint8Array, offset: number, length: number) =>
  String.fromCharCode(...bytes.subarray(offset, offset + length));

/**
 * What the segments before the first scan tell: the EXIF block (TIFF format), if any, and the number of colour components.
 * @throws InputError without a head: `a segment of the JPEG runs past its end.`
 */
export function jpegHeader(bytes: Uint8Array): { readonly exif?: Uint8Array; readonly nComponents?: number } {
  const data = view(bytes);
  let exif: Uint8Array | undefined;
  for (let offset = 2; offset + 4 <= bytes.length; ) {
    const marker = bytes[offset + 1]!;
    if (bytes[offset] !== 0xff) break;
    // Any number of 0xff may stand before a marker; some markers have no length.
    if (marker === 0xff) offset += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) offset += 2;
    else if (marker === 0xda || marker === 0xd9) break;
    else {
      const length = data.getUint16(offset + 2);
      if (length < 2 || offset + 2 + length > bytes.length) throw new InputError('a segment of the JPEG runs past its end.');
      const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
      if (isFrame) return { ...(exif && { exif }), ...(length >= 8 && { nComponents: bytes[offset + 9]! }) };
      if (marker === 0xe1 && length >= 8 && ascii(bytes, offset + 4, 6) === 'Exif\0\0')
        exif ??= bytes.subarray(offset + 10, offset + 2 + length);
      offset += 2 + length;
    }
  }
  return exif ? { exif } : {};
}

/** The EXIF chunk of a WebP file (RIFF container), if any. */
export function exifOfWebp(bytes: Uint8Array): Uint8Array | undefined {
  const data = view(bytes);
  for (let offset = 12; offset + 8 <= bytes.length; ) {
    const length = data.getUint32(offset + 4, true);
    if (ascii(bytes, offset, 4) === 'EXIF') {
      const block = bytes.subarray(offset + 8, offset + 8 + length);
      return ascii(block, 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
    }
    offset += 8 + length + (length % 2);
  }
  return undefined;
}

/** Orientation 1 … 8 of an EXIF block (tag 0x0112 of its first directory); 1 where it says nothing sensible. */
export function orientationOf(exif: Uint8Array | undefined): number {
  if (exif === undefined || exif.length < 8) return 1;
  const data = view(exif);
  const little = ascii(exif, 0, 2) === 'II';
  if (!little && ascii(exif, 0, 2) !== 'MM') return 1;
  const directory = data.getUint32(4, little);
  if (directory + 2 > exif.length) return 1;
  const nEntries = data.getUint16(directory, little);
  for (let i = 0, at = directory + 2; i < nEntries && at + 12 <= exif.length; i++, at += 12) {
    if (data.getUint16(at, little) !== 0x0112) continue;
    const value = data.getUint16(at + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/**
 * Turns a picture upright. 1 as it is, 2 mirrored left–right, 3 turned by 180°, 4 mirrored top–bottom, 5 transposed, 6 turned
 * by 90° clockwise, 7 transposed along the other diagonal, 8 turned by 90° counter-clockwise (EXIF 2.32, tag Orientation).
 */
export function orient(image: Image, orientation: number): Image {
  if (orientation === 1) return image;
  const { heightPx: h, widthPx: w, data } = image;
  const swapped = orientation >= 5;
  const [height, width] = swapped ? [w, h] : [h, w];
  const flipY = [3, 4, 6, 7].includes(orientation);
  const flipX = [2, 3, 7, 8].includes(orientation);
  const result = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [row, column] = swapped ? [x, y] : [y, x];
      const from = ((flipY ? h - 1 - row : row) * w + (flipX ? w - 1 - column : column)) * 3;
      for (let channel = 0; channel < 3; channel++) result[to++] = data[from + channel]!;
    }
  }
  return { heightPx: height, widthPx: width, data: result };
}
