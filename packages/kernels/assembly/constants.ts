/**
 * @file Constants of the functions as vectors in memory. V8 builds a literal vector anew in every turn of a loop, with four
 * instructions; a load is one, and halves the time of exp and what is made of it. They lie in the first 64 KiB, which no allocator hands
 * out; two instances on one shared memory write the same values.
 */

/** One vector each, in the order of their addresses. */
export const enum K {
  zero, one, half, expLowest, expHighest, log2e, rounder, ln2High, ln2Low, exp2, exp3, exp4, exp5, exp6, bias, edge, minusEdge,
  tailEnd, tailSlope, tail1, tail2, tail3, tail4, tail5, tail6, tail7, tail8, cubic, root8,
  magnitude, fineLast, fineFirst, fineZero, fineBins, fineNan, coarseLast, coarseFirst, coarseBins, coarseNan,
}

/** Twins of fineGrid and coarseGrid in src/abi.ts. */
export const FINE_BITS: i32 = 6;
const FINE_EXPONENT: i32 = -40;
const FINE_BINS: i32 = 5120;
export const COARSE_BITS: i32 = 1;
const COARSE_EXPONENT: i32 = -16;
export const COARSE_BINS: i32 = 63;

const TABLE: usize = 1024;

// @ts-ignore: decorator
@inline
export function c(constant: K): v128 {
  return v128.load(TABLE + ((<usize>constant) << 4));
}

function put(constant: K, value: f32): void {
  v128.store(TABLE + ((<usize>constant) << 4), f32x4.splat(value));
}

function putWord(constant: K, value: i32): void {
  v128.store(TABLE + ((<usize>constant) << 4), i32x4.splat(value));
}

export function f32_constants(): void {
  put(K.zero, 0);
  put(K.one, 1);
  put(K.half, 0.5);
  // exp: beyond these limits the result is 0 or Infinity anyway
  put(K.expLowest, -104);
  put(K.expHighest, 89);
  put(K.log2e, 1.44269504);
  put(K.rounder, 12582912);
  put(K.ln2High, 0.693359375);
  put(K.ln2Low, -0.00021219444);
  put(K.exp2, 0.499999934);
  put(K.exp3, -0.166665204);
  put(K.exp4, 0.0416683908);
  put(K.exp5, -0.00836874513);
  put(K.exp6, 0.00138145399);
  putWord(K.bias, 127);
  // exp without subnormal numbers
  put(K.edge, 87);
  put(K.minusEdge, -87);
  // The tail of the normal distribution
  put(K.tailEnd, 13.19);
  put(K.tailSlope, 0.3);
  put(K.tail1, 0.119624541);
  put(K.tail2, 0.120826314);
  put(K.tail3, 0.0994650688);
  put(K.tail4, 0.130032594);
  put(K.tail5, -0.0564500371);
  put(K.tail6, 0.209346312);
  put(K.tail7, -0.158933676);
  put(K.tail8, 0.0360888239);
  // The argument of GELU's logistic form: √(8/π) · (x + 0.044715 x³)
  put(K.cubic, 0.044715);
  put(K.root8, 1.59576912);
  // The grids of the histograms, as in src/abi.ts: a bin's number on the endless grid is its float's upper bits.
  const fine = (FINE_EXPONENT + 127) << FINE_BITS, coarse = (COARSE_EXPONENT + 127) << COARSE_BITS;
  putWord(K.magnitude, 0x7fffffff);
  putWord(K.fineLast, (fine + FINE_BINS - 1) << (23 - FINE_BITS));
  putWord(K.fineFirst, fine - 4);
  v128.store(TABLE + ((<usize>K.fineZero) << 4), i32x4(0, 1, 2, 3));
  putWord(K.fineBins, FINE_BINS);
  putWord(K.fineNan, 4 + 2 * FINE_BINS);
  putWord(K.coarseLast, (coarse + COARSE_BINS - 1) << (23 - COARSE_BITS));
  putWord(K.coarseFirst, coarse - 1);
  putWord(K.coarseBins, COARSE_BINS);
  putWord(K.coarseNan, 1 + 2 * COARSE_BINS);
}
