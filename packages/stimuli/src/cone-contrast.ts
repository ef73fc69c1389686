/**
 * @file Light as the cones of the human eye catch it, from a picture's bytes and back. Bytes are sRGB; networks see the bytes,
 * eyes what a monitor would make of them.
 */
import { math } from '@ventral/kernels';

export type Triple = readonly [number, number, number];
export type Matrix3 = readonly [Triple, Triple, Triple];

/** Linear sRGB → CIE 1931 XYZ, D65 (IEC 61966-2-1:1999). */
const xyzOfRgb: Matrix3 = [
  [0.4124, 0.3576, 0.1805],
  [0.2126, 0.7152, 0.0722],
  [0.0193, 0.1192, 0.9505],
];

/**
 * CIE 1931 XYZ → L, M, S: the fundamentals of Hunt, Pointer & Estévez, each 1 for the equal-energy white (Hunt & Pointer 1985,
 * A colour-appearance transform for the CIE 1931 standard colorimetric observer, Color Research & Application 10, 165; the
 * matrix as printed in CIE 159:2004). They are taken because they are linear in the very XYZ that sRGB is defined by, and
 * because luminance Y is then a sum of L and M alone (0.371 L + 0.629 M).
 */
const lmsOfXyz: Matrix3 = [
  [0.38971, 0.68898, -0.07868],
  [-0.22981, 1.1834, 0.04641],
  [0, 0, 1],
];

/** Linear sRGB → L, M, S. */
const lmsOfRgb = product(lmsOfXyz, xyzOfRgb);
const rgbOfLms = inverse(lmsOfRgb);

/** Light 0…1 of a byte 0…255 (IEC 61966-2-1:1999). */
export function linearOfByte(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : math.pow((value + 0.055) / 1.055, 2.4);
}

/** Light at the borders between bytes: entry i lies between i and i + 1. */
const borders = Array.from({ length: 255 }, (_, i) => linearOfByte(i + 0.5));

/** Equal steps of light from 0 to 1, each shorter than the 1/3295 between the nearest two borders: none holds two. */
const nSteps = 4096;
/** The byte with which each step begins. */
const bytesOfSteps = ((byte) =>
  Uint8Array.from({ length: nSteps + 1 }, (_, step) => {
    while (step / nSteps >= borders[byte]!) byte++;
    return byte;
  }))(0);

/** The byte 0…255 for an amount of light, the inverse of {@link linearOfByte}; below 0 it is 0, above 1 it is 255. */
export function byteOfLinear(linear: number): number {
  const byte = bytesOfSteps[Math.floor(nSteps * Math.max(0, Math.min(1, linear)))]!;
  return linear >= borders[byte]! ? byte + 1 : byte;
}

/** Catches of the cones for linear sRGB. */
export function conesOfLinear(rgb: Triple): Triple {
  return times(lmsOfRgb, rgb);
}

/** The change of linear sRGB that changes each cone's catch by a share of what it catches from `ground`. */
export function linearStep(ground: Triple, [l, m, s]: Triple): Triple {
  const [groundL, groundM, groundS] = conesOfLinear(ground);
  return times(rgbOfLms, [l * groundL, m * groundM, s * groundS]);
}

/** Luminance Y of linear sRGB. */
export function luminanceOfLinear(rgb: Triple): number {
  return times(xyzOfRgb, rgb)[1];
}

/** Y = weightL · L + weightM · M. */
export const luminanceWeights = ((): readonly [l: number, m: number] => {
  const [[lx, ly], [mx, my]] = lmsOfXyz;
  const determinant = lx * my - ly * mx;
  return [-mx / determinant, lx / determinant];
})();

function times(matrix: Matrix3, [x, y, z]: Triple): Triple {
  const [a, b, c] = matrix.map((row) => row[0] * x + row[1] * y + row[2] * z);
  return [a!, b!, c!];
}

function product(left: Matrix3, right: Matrix3): Matrix3 {
  const column = (i: 0 | 1 | 2) => times(left, [right[0][i], right[1][i], right[2][i]]);
  return transposed([column(0), column(1), column(2)]);
}

function transposed([a, b, c]: Matrix3): Matrix3 {
  return [
    [a[0], b[0], c[0]],
    [a[1], b[1], c[1]],
    [a[2], b[2], c[2]],
  ];
}

/** By Cramer's rule: cross products of the rows over the determinant. */
function inverse([a, b, c]: Matrix3): Matrix3 {
  const cross = (u: Triple, v: Triple): Triple => [
    u[1] * v[2] - u[2] * v[1],
    u[2] * v[0] - u[0] * v[2],
    u[0] * v[1] - u[1] * v[0],
  ];
  const [bc, ca, ab] = [cross(b, c), cross(c, a), cross(a, b)];
  const determinant = a[0] * bc[0] + a[1] * bc[1] + a[2] * bc[2];
  const scaled = (v: Triple): Triple => [v[0] / determinant, v[1] / determinant, v[2] / determinant];
  return transposed([scaled(bc), scaled(ca), scaled(ab)]);
}
