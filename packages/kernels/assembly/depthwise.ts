/**
 * @file Depthwise convolution: one filter per channel, channels in the lanes. Terms are added over (kh, kw) in ascending
 * order from 0; positions in the padding are left out (they would add ±0 to a sum that is never −0), then bias, then clamp.
 */
import { clamp, floats, loadUpTo4, madd, storeUpTo4 } from './lanes';

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b;
}

/** One output pixel, `lanes` (1 … 4) channels. Taps outside the image are skipped. */
function onePixel(
  x: usize, weight: usize, bias: usize, y: usize, lanes: i32, top: i32, left: i32,
  h: i32, w: i32, kh: i32, kw: i32, dh: i32, dw: i32, pixel: usize, weightStep: usize, lo: v128, hi: v128,
): void {
  let sum = f32x4.splat(0);
  for (let ky = 0; ky < kh; ky++) {
    const iy = top + ky * dh;
    if (<u32>iy >= <u32>h) continue;
    for (let kx = 0; kx < kw; kx++) {
      const ix = left + kx * dw;
      if (<u32>ix >= <u32>w) continue;
      const p = x + <usize>(iy * w + ix) * pixel, q = weight + <usize>(ky * kw + kx) * weightStep;
      sum = madd(loadUpTo4(p, lanes), loadUpTo4(q, lanes), sum);
    }
  }
  if (bias) sum = f32x4.add(sum, loadUpTo4(bias, lanes));
  storeUpTo4(y, clamp(sum, lo, hi), lanes);
}

/** Four neighbouring output pixels whose windows lie between the left and right edge, 8 channels. */
function fourPixels(
  x: usize, weight: usize, bias: usize, y: usize, top: i32, left: i32, step: usize,
  h: i32, w: i32, kh: i32, kw: i32, dh: i32, dw: i32, pixel: usize, weightStep: usize, ldy: usize, lo: v128, hi: v128,
): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let ky = 0; ky < kh; ky++) {
    const iy = top + ky * dh;
    if (<u32>iy >= <u32>h) continue;
    let p0 = x + <usize>(iy * w + left) * pixel, q = weight + <usize>(ky * kw) * weightStep;
    let p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
    const move = <usize>dw * pixel;
    for (let kx = 0; kx < kw; kx++) {
      const w0 = v128.load(q), w1 = v128.load(q, 16);
      c00 = madd(v128.load(p0), w0, c00); c01 = madd(v128.load(p0, 16), w1, c01);
      c10 = madd(v128.load(p1), w0, c10); c11 = madd(v128.load(p1, 16), w1, c11);
      c20 = madd(v128.load(p2), w0, c20); c21 = madd(v128.load(p2, 16), w1, c21);
      c30 = madd(v128.load(p3), w0, c30); c31 = madd(v128.load(p3, 16), w1, c31);
      p0 += move; p1 += move; p2 += move; p3 += move;
      q += weightStep;
    }
  }
  if (bias) {
    const s0 = v128.load(bias), s1 = v128.load(bias, 16);
    c00 = f32x4.add(c00, s0); c01 = f32x4.add(c01, s1);
    c10 = f32x4.add(c10, s0); c11 = f32x4.add(c11, s1);
    c20 = f32x4.add(c20, s0); c21 = f32x4.add(c21, s1);
    c30 = f32x4.add(c30, s0); c31 = f32x4.add(c31, s1);
  }
  v128.store(y, clamp(c00, lo, hi)); v128.store(y, clamp(c01, lo, hi), 16);
  y += ldy;
  v128.store(y, clamp(c10, lo, hi)); v128.store(y, clamp(c11, lo, hi), 16);
  y += ldy;
  v128.store(y, clamp(c20, lo, hi)); v128.store(y, clamp(c21, lo, hi), 16);
  y += ldy;
  v128.store(y, clamp(c30, lo, hi)); v128.store(y, clamp(c31, lo, hi), 16);
}

export function f32_depthwise2d(
  xPtr: usize, weightPtr: usize, biasPtr: usize, yPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32,
  xStride: i32, yStride: i32, lo: f32, hi: f32,
): void {
  const pixel = floats(xStride), ldy = floats(yStride), weightStep = floats(c), step = <usize>sw * pixel;
  const l = f32x4.splat(lo), u = f32x4.splat(hi);
  // Output columns [inner, outer) have their whole window between the left and right edge.
  const inner = min(ow, ceilDiv(padLeft, sw));
  const span = w + padLeft - (dw * (kw - 1) + 1);
  const outer = span < 0 ? inner : max(inner, min(ow, span / sw + 1));
  for (let i = 0; i < n; i++) {
    const x = xPtr + <usize>(i * h * w) * pixel;
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * sh - padTop;
      const row = yPtr + <usize>((i * oh + oy) * ow) * ldy;
      for (let ci = 0; ci < c;) {
        const wide = c - ci >= 8;
        const lanes = min(4, c - ci);
        const at = floats(ci);
        const bias = biasPtr ? biasPtr + at : 0;
        let ox = 0;
        while (ox < ow) {
          const left = ox * sw - padLeft;
          if (wide) {
            if (ox >= inner && ox + 4 <= outer) {
              fourPixels(x + at, weightPtr + at, bias, row + <usize>ox * ldy + at, top, left, step, h, w, kh, kw, dh, dw, pixel, weightStep, ldy, l, u);
              ox += 4;
              continue;
            }
            const bias1 = bias ? bias + 16 : 0;
            onePixel(x + at + 16, weightPtr + at + 16, bias1, row + <usize>ox * ldy + at + 16, 4, top, left, h, w, kh, kw, dh, dw, pixel, weightStep, l, u);
          }
          onePixel(x + at, weightPtr + at, bias, row + <usize>ox * ldy + at, lanes, top, left, h, w, kh, kw, dh, dw, pixel, weightStep, l, u);
          ox++;
        }
        ci += wide ? 8 : lanes;
      }
    }
  }
}
