/**
 * @file 2-D convolution as an implicit matrix product: the windows of some outputs are laid out as rows just before use, never
 * the whole im2col matrix. Depthwise convolution lives in depthwise.ts, Winograd in winograd.ts, the micro-kernel in gemm.ts.
 * Terms are added over (kh, kw, c) in ascending order from 0, then the bias, then the clamp. A position in the padding
 * contributes 0 · weight, as the definition says (so an infinite weight there gives NaN).
 */
import { BLOCK_ROWS, blockRows, f32_dense, KBLOCK, multiplyPanel, packedBytes, PANEL } from './gemm';
import { floats } from './lanes';

export function f32_conv2d_scratch(c: i32, kh: i32, kw: i32, groups: i32): i32 {
  return BLOCK_ROWS * min((c / groups) * kh * kw, KBLOCK) * 4;
}

/** Copies n floats. */
// @ts-ignore: decorator
@inline
function copyRun(dst: usize, src: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(dst + floats(i), v128.load(src + floats(i)));
  for (; i < n; i++) store<u32>(dst + floats(i), load<u32>(src + floats(i)));
}

// @ts-ignore: decorator
@inline
function clearRun(dst: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) v128.store(dst + floats(i), f32x4.splat(0));
  for (; i < n; i++) store<u32>(dst + floats(i), 0);
}

export function f32_conv2d(
  xPtr: usize, packedPtr: usize, biasPtr: usize, yPtr: usize, scratchPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, oc: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32, groups: i32,
  xStride: i32, yStride: i32, lo: f32, hi: f32,
): void {
  const cg = c / groups, og = oc / groups, pixels = oh * ow, outputs = n * pixels, k = cg * kh * kw;
  const pixel = floats(xStride), ldy = floats(yStride);
  const groupBytes = packedBytes(k, og);
  if (kh == 1 && kw == 1 && sh == 1 && sw == 1 && padTop == 0 && padLeft == 0 && oh == h && ow == w) {
    for (let g = 0; g < groups; g++) {
      f32_dense(
        xPtr + floats(g * cg), packedPtr + <usize>g * groupBytes, biasPtr ? biasPtr + floats(g * og) : 0, yPtr + floats(g * og),
        outputs, cg, og, xStride, yStride, lo, hi,
      );
    }
    return;
  }
  // With neighbouring pixels adjacent in memory, one row of the window is one run of kw · c floats.
  const runs = dw == 1 && groups == 1 && xStride == c;
  const row = floats(min(k, KBLOCK));

  const block = blockRows(outputs);
  for (let start = 0; start < outputs; start += block) {
    const end = min(outputs, start + block);
    for (let g = 0; g < groups; g++) {
      const packed = packedPtr + <usize>g * groupBytes;
      for (let k0 = 0; k0 < k; k0 += KBLOCK) {
        const terms = min(k - k0, KBLOCK);
        for (let o = start, dst = scratchPtr; o < end; o++, dst += row) {
          const image = o / pixels, rest = o - image * pixels, oy = rest / ow, ox = rest - oy * ow;
          const top = oy * sh - padTop, left = ox * sw - padLeft;
          const inside = runs && left >= 0 && left + kw <= w;
          const x = xPtr + <usize>(image * h * w) * pixel + floats(g * cg);
          layWindow(dst, x, k0, k0 + terms, top, left, h, w, kw, cg, dh, dw, pixel, inside);
        }
        for (let j = 0; j < og; j += PANEL) {
          const b = packed + <usize>(j >> 3) * <usize>k * 32 + <usize>k0 * 32;
          const bias = biasPtr ? biasPtr + floats(g * og + j) : 0;
          const y = yPtr + <usize>start * ldy + floats(g * og + j);
          multiplyPanel(terms, scratchPtr, row, b, y, ldy, end - start, min(PANEL, og - j), k0 == 0, k0 + terms == k, bias, lo, hi);
        }
      }
    }
  }
}

/** Terms k0 … k1 of one window, in (kh, kw, c) order, contiguous at dst; `inside`: no column leaves the image. */
function layWindow(
  dst: usize, x: usize, k0: i32, k1: i32, top: i32, left: i32, h: i32, w: i32, kw: i32, cg: i32, dh: i32, dw: i32, pixel: usize, inside: bool,
): void {
  const line = kw * cg, end = dst + floats(k1 - k0);
  let ky = k0 / line, at = k0 - ky * line;
  for (; dst < end; ky++, at = 0) {
    const iy = top + ky * dh, last = min(line, at + <i32>((end - dst) >> 2));
    const source = x + <usize>(iy * w + left) * pixel;
    if (<u32>iy >= <u32>h) {
      clearRun(dst, last - at);
      dst += floats(last - at);
    } else if (inside) {
      copyRun(dst, source + floats(at), last - at);
      dst += floats(last - at);
    } else {
      for (let kx = at / cg, ci = at - kx * cg; at < last; kx++, ci = 0) {
        const terms = min(cg - ci, last - at), ix = left + kx * dw;
        if (<u32>ix < <u32>w) copyRun(dst, source + <usize>(kx * dw) * pixel + floats(ci), terms);
        else clearRun(dst, terms);
        dst += floats(terms);
        at += terms;
      }
    }
  }
}
