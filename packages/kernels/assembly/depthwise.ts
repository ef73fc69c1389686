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

/** Runs of four neighbouring output pixels whose windows lie between the left and right edge, four channels. */
function pixelRuns(
  x: usize, weight: usize, bias: usize, y: usize, runs: i32, top: i32, step: usize,
  h: i32, kh: i32, kw: i32, dh: i32, move: usize, line: usize, weightStep: usize, ldy: usize, lo: v128, hi: v128,
): void {
  const first = max(0, ceilDiv(-top, dh)), end = min(kh, ceilDiv(h - top, dh));
  const s = bias ? v128.load(bias) : f32x4.splat(0);
  const weights = weight + <usize>(first * kw) * weightStep;
  x += <usize>(top + first * dh) * line;
  for (; runs > 0; runs--, x += 4 * step, y += 4 * ldy) {
    let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
    let q = weights, source = x;
    for (let ky = first; ky < end; ky++, source += <usize>dh * line) {
      let p0 = source, p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
      for (let kx = 0; kx < kw; kx++) {
        const f = v128.load(q);
        c0 = madd(v128.load(p0), f, c0);
        c1 = madd(v128.load(p1), f, c1);
        c2 = madd(v128.load(p2), f, c2);
        c3 = madd(v128.load(p3), f, c3);
        p0 += move; p1 += move; p2 += move; p3 += move;
        q += weightStep;
      }
    }
    if (bias) {
      c0 = f32x4.add(c0, s); c1 = f32x4.add(c1, s); c2 = f32x4.add(c2, s); c3 = f32x4.add(c3, s);
    }
    v128.store(y, clamp(c0, lo, hi));
    v128.store(y + ldy, clamp(c1, lo, hi));
    v128.store(y + 2 * ldy, clamp(c2, lo, hi));
    v128.store(y + 3 * ldy, clamp(c3, lo, hi));
  }
}

/** {@link pixelRuns} for a 3×3 window wholly inside the image, its nine weights loaded once. */
function pixelRuns3x3(
  x: usize, weight: usize, bias: usize, y: usize, pixels: i32, step: usize, pixel: usize, line: usize, weightStep: usize, ldy: usize, lo: v128, hi: v128,
): void {
  const w0 = v128.load(weight), w1 = v128.load(weight + weightStep), w2 = v128.load(weight + 2 * weightStep);
  weight += 3 * weightStep;
  const w3 = v128.load(weight), w4 = v128.load(weight + weightStep), w5 = v128.load(weight + 2 * weightStep);
  weight += 3 * weightStep;
  const w6 = v128.load(weight), w7 = v128.load(weight + weightStep), w8 = v128.load(weight + 2 * weightStep);
  const s = bias ? v128.load(bias) : f32x4.splat(0);
  for (; pixels > 0; pixels--, x += step, y += ldy) {
    let c = f32x4.mul(v128.load(x), w0);
    c = madd(v128.load(x + pixel), w1, c);
    c = madd(v128.load(x + 2 * pixel), w2, c);
    let p = x + line;
    c = madd(v128.load(p), w3, c);
    c = madd(v128.load(p + pixel), w4, c);
    c = madd(v128.load(p + 2 * pixel), w5, c);
    p += line;
    c = madd(v128.load(p), w6, c);
    c = madd(v128.load(p + pixel), w7, c);
    c = madd(v128.load(p + 2 * pixel), w8, c);
    if (bias) c = f32x4.add(c, s);
    v128.store(y, clamp(c, lo, hi));
  }
}

export function f32_depthwise2d(
  xPtr: usize, weightPtr: usize, biasPtr: usize, yPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32,
  xStride: i32, yStride: i32, lo: f32, hi: f32,
): void {
  const pixel = floats(xStride), ldy = floats(yStride), weightStep = floats(c);
  const step = <usize>sw * pixel, move = <usize>dw * pixel;
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
      for (let ci = 0; ci < c; ci += 4) {
        const lanes = min(4, c - ci);
        const at = floats(ci);
        const bias = biasPtr ? biasPtr + at : 0;
        let ox = 0;
        for (; ox < (lanes == 4 ? inner : ow); ox++) {
          onePixel(x + at, weightPtr + at, bias, row + <usize>ox * ldy + at, lanes, top, ox * sw - padLeft, h, w, kh, kw, dh, dw, pixel, weightStep, l, u);
        }
        if (lanes < 4) continue;
        const source = x + at + <usize>(ox * sw - padLeft) * pixel, line = <usize>w * pixel;
        if (kh == 3 && kw == 3 && dh == 1 && dw == 1 && top >= 0 && top + 3 <= h) {
          pixelRuns3x3(source + <usize>top * line, weightPtr + at, bias, row + <usize>ox * ldy + at, outer - ox, step, pixel, line, weightStep, ldy, l, u);
          ox = outer;
        } else {
          const runs = (outer - ox) >> 2;
          pixelRuns(source, weightPtr + at, bias, row + <usize>ox * ldy + at, runs, top, step, h, kh, kw, dh, move, line, weightStep, ldy, l, u);
          ox += runs << 2;
        }
        for (; ox < ow; ox++) {
          onePixel(x + at, weightPtr + at, bias, row + <usize>ox * ldy + at, lanes, top, ox * sw - padLeft, h, w, kh, kw, dh, dw, pixel, weightStep, l, u);
        }
      }
    }
  }
}
