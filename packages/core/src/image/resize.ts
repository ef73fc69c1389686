/**
 * @file Resizing in whole numbers, equal to Pillow's uint8 bilinear resize in every byte, and the same on every machine. Not
 * the resampling op inside networks: that is ops/resize.ts.
 */
import { InputError } from '../errors.ts';
import type { Image, PixelBox } from './image.ts';

/** Fraction bits of the fixed-point weights: 32 − 8 (a byte) − 2 (sign and headroom), as in Pillow's Resample.c. */
const precisionBits = 32 - 8 - 2;
const half = 1 << (precisionBits - 1);

/** Weights of one axis: output i reads inputs first[i] … first[i] + count[i] − 1 with weights[i · size + …]. */
interface Axis {
  readonly size: number;
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
}

/** Weights for outputs begin … begin + n − 1 of an axis resized from inputSize to outputSize. */
function axisWeights(inputSize: number, outputSize: number, begin: number, n: number): Axis {
  const scale = inputSize / outputSize;
  // The triangle spans one output pixel on each side when shrinking (antialiasing), one input pixel when enlarging.
  const support = Math.max(scale, 1);
  const size = Math.ceil(support) * 2 + 1;
  const axis = { size, first: new Int32Array(n), count: new Int32Array(n), weights: new Int32Array(n * size) };
  const triangle = new Float64Array(size);
  for (let i = 0; i < n; i++) {
    const centre = (begin + i + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const count = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let k = 0; k < count; k++) {
      triangle[k] = Math.max(0, 1 - Math.abs((k + first - centre + 0.5) * (1 / support)));
      sum += triangle[k]!;
    }
    axis.first[i] = first;
    axis.count[i] = count;
    for (let k = 0; k < count; k++) axis.weights[i * size + k] = Math.trunc(0.5 + (triangle[k]! / sum) * (1 << precisionBits));
  }
  return axis;
}

/**
 * The picture at another size: bilinear with antialiasing, equal to `PIL.Image.resize(size, BILINEAR)` on 8-bit RGB in every
 * byte. Weights are triangles of half-width max(1, scale), normalised, in 22-bit fixed point; rows are resized first, then
 * columns; each pass rounds half up to bytes. The sides may scale differently.
 *
 * Costs about 6 multiply-adds a source pixel; 1024×768 to 341×256 takes some 10 ms. Pure.
 *
 * @param box part of the resized picture to compute (default: all of it); the rest is never worked out
 * @throws InputError `resize: the new size must be whole numbers of at least 1 px, got 0×32.`
 * @see Pillow, src/libImaging/Resample.c (HPND licence): the definition that networks trained with torchvision were fed by.
 */
export function resizeBilinear(
  image: Image,
  heightPx: number,
  widthPx: number,
  box: PixelBox = { topPx: 0, leftPx: 0, heightPx, widthPx },
): Image {
  if (!(Number.isInteger(heightPx) && Number.isInteger(widthPx) && heightPx >= 1 && widthPx >= 1)) {
    throw new InputError(`resize: the new size must be whole numbers of at least 1 px, got ${heightPx}×${widthPx}.`);
  }
  const rows = axisWeights(image.heightPx, heightPx, box.topPx, box.heightPx);
  const last = box.heightPx - 1;
  const firstRow = rows.first[0]!;
  const nRows = rows.first[last]! + rows.count[last]! - firstRow;
  const across = resizeRows(image, firstRow, nRows, axisWeights(image.widthPx, widthPx, box.leftPx, box.widthPx));
  return { heightPx: box.heightPx, widthPx: box.widthPx, data: resizeColumns(across, firstRow, box.widthPx * 3, rows) };
}

/** Rows first … first + n − 1 of a picture, each resized along x. */
function resizeRows(image: Image, first: number, n: number, axis: Axis): Uint8ClampedArray {
  const width = axis.first.length;
  const out = new Uint8ClampedArray(n * width * 3);
  const { data } = image;
  let at = 0;
  for (let y = 0; y < n; y++) {
    const row = (first + y) * image.widthPx;
    for (let x = 0; x < width; x++) {
      let from = (row + axis.first[x]!) * 3;
      let k = x * axis.size;
      const end = k + axis.count[x]!;
      let r = half;
      let g = half;
      let b = half;
      for (; k < end; k++, from += 3) {
        const weight = axis.weights[k]!;
        r = (r + data[from]! * weight) | 0;
        g = (g + data[from + 1]! * weight) | 0;
        b = (b + data[from + 2]! * weight) | 0;
      }
      out[at] = r >> precisionBits;
      out[at + 1] = g >> precisionBits;
      out[at + 2] = b >> precisionBits;
      at += 3;
    }
  }
  return out;
}

/** The same along y; `data` holds rows of `stride` bytes, its first being row `firstRow` of the picture. */
function resizeColumns(data: Uint8ClampedArray, firstRow: number, stride: number, axis: Axis): Uint8ClampedArray {
  const height = axis.first.length;
  const out = new Uint8ClampedArray(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    for (let k = 0; k < axis.count[y]!; k++) {
      const weight = axis.weights[y * axis.size + k]!;
      const row = (axis.first[y]! - firstRow + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] = (sums[x]! + data[row + x]! * weight) | 0;
    }
    for (let x = 0; x < stride; x++) out[y * stride + x] = sums[x]! >> precisionBits;
  }
  return out;
}
