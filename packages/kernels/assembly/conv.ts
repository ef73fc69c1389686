/**
 * @file 2-D convolution as an implicit matrix product: small tiles of the input are laid out as [k][4] panels just before
 * use, never the whole im2col matrix. Depthwise convolution lives in depthwise.ts, the micro-kernels in gemm.ts.
 * Terms are added over (kh, kw, c) in ascending order from 0, then the bias, then the clamp. A position in the padding
 * contributes 0 · weight, as the definition says (so an infinite weight there gives NaN).
 */
import { f32_dense, KBLOCK, microPanel, packedBytes, PANEL, ROWS, TILES } from './gemm';
import { floats } from './lanes';

// Layout of the scratch space: a row of zeros, then one note per tile, then the panels.
const ZERO_BYTES: usize = 1024; // KBLOCK floats
const NOTE_BYTES: usize = 64; // four times (image address, top, left), then «no column of this tile leaves the image»

export function f32_conv2d_scratch(c: i32, kh: i32, kw: i32, groups: i32): i32 {
  const k = (c / groups) * kh * kw;
  return <i32>(ZERO_BYTES + <usize>TILES * (NOTE_BYTES + <usize>min(k, KBLOCK) * 16));
}

/** dst[k][4] = four rows of n floats, interleaved. */
function interleave(dst: usize, p0: usize, p1: usize, p2: usize, p3: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const r0 = v128.load(p0), r1 = v128.load(p1), r2 = v128.load(p2), r3 = v128.load(p3);
    const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(dst, v128.shuffle<i64>(a, b, 0, 2));
    v128.store(dst, v128.shuffle<i64>(a, b, 1, 3), 16);
    v128.store(dst, v128.shuffle<i64>(c, d, 0, 2), 32);
    v128.store(dst, v128.shuffle<i64>(c, d, 1, 3), 48);
    p0 += 16; p1 += 16; p2 += 16; p3 += 16;
    dst += 64;
  }
  for (; i < n; i++) {
    store<u32>(dst, load<u32>(p0));
    store<u32>(dst, load<u32>(p1), 4);
    store<u32>(dst, load<u32>(p2), 8);
    store<u32>(dst, load<u32>(p3), 12);
    p0 += 4; p1 += 4; p2 += 4; p3 += 4;
    dst += 16;
  }
}

/** Address of pixel (top + dy, left + dx) of one row of a tile, or the zero row outside the image. */
// @ts-ignore: decorator
@inline
function source(note: usize, row: i32, dy: i32, dx: i32, h: i32, w: i32, pixel: usize, offset: usize, zero: usize): usize {
  const at = note + <usize>row * 12;
  const y = load<i32>(at, 4) + dy, x = load<i32>(at, 8) + dx;
  return <u32>y < <u32>h && <u32>x < <u32>w ? <usize>load<u32>(at) + <usize>(y * w + x) * pixel + offset : zero;
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
  const zero = scratchPtr, notes = zero + ZERO_BYTES, panels = notes + <usize>TILES * NOTE_BYTES;
  for (let i: usize = 0; i < ZERO_BYTES; i += 16) v128.store(zero + i, f32x4.splat(0));
  // With neighbouring pixels adjacent in memory, one row of the window is one run of kw · c floats.
  const runs = dw == 1 && groups == 1 && xStride == c;
  const tileBytes = <usize>min(k, KBLOCK) * 16;

  for (let start = 0; start < outputs; start += TILES * ROWS) {
    const end = min(outputs, start + TILES * ROWS);
    // Where each output's window begins; surplus rows of the last tile repeat its last valid output.
    for (let t = start, note = notes; t < end; t += ROWS, note += NOTE_BYTES) {
      let inside = 1;
      for (let r = 0; r < ROWS; r++) {
        const o = min(t + r, end - 1);
        const image = o / pixels, rest = o - image * pixels, oy = rest / ow, ox = rest - oy * ow;
        const left = ox * sw - padLeft;
        const at = note + <usize>r * 12;
        store<u32>(at, xPtr + <usize>(image * h * w) * pixel);
        store<i32>(at, oy * sh - padTop, 4);
        store<i32>(at, left, 8);
        if (left < 0 || left + kw > w) inside = 0;
      }
      store<i32>(note, runs ? inside : 0, 48);
    }
    for (let g = 0; g < groups; g++) {
      const groupOffset = floats(g * cg);
      const packed = packedPtr + <usize>g * groupBytes;
      for (let k0 = 0; k0 < k; k0 += KBLOCK) {
        const k1 = min(k, k0 + KBLOCK);
        for (let t = start, note = notes, dst = panels; t < end; t += ROWS, note += NOTE_BYTES, dst += tileBytes) {
          const inside = load<i32>(note, 48);
          let out = dst;
          for (let kk = k0; kk < k1;) {
            const tap = kk / cg, ci = kk - tap * cg, ky = tap / kw, kx = tap - ky * kw;
            const terms = min(k1 - kk, (inside ? (kw - kx) * cg : cg) - ci);
            const offset = groupOffset + floats(ci), dy = ky * dh, dx = kx * dw;
            interleave(
              out,
              source(note, 0, dy, dx, h, w, pixel, offset, zero), source(note, 1, dy, dx, h, w, pixel, offset, zero),
              source(note, 2, dy, dx, h, w, pixel, offset, zero), source(note, 3, dy, dx, h, w, pixel, offset, zero),
              terms,
            );
            out += <usize>terms * 16;
            kk += terms;
          }
        }
        const terms = k1 - k0, first = k0 == 0, last = k1 == k;
        for (let j = 0; j < og; j += PANEL) {
          const b = packed + <usize>(j >> 3) * <usize>k * 32 + <usize>k0 * 32;
          const bias = biasPtr ? biasPtr + floats(g * og + j) : 0;
          const cols = min(PANEL, og - j);
          let y = yPtr + <usize>start * ldy + floats(g * og + j);
          for (let t = start, a = panels; t < end; t += ROWS, a += tileBytes) {
            microPanel(terms, a, b, y, ldy, min(ROWS, end - t), cols, first, last, bias, lo, hi);
            y += <usize>ROWS * ldy;
          }
        }
      }
    }
  }
}
