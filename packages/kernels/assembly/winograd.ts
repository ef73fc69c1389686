/**
 * @file 3×3 convolution with stride 1 by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray 2016, doi:10.1109/CVPR.2016.435):
 * 36 products where the definition takes 144. Points 0, ±1, ±2, ∞; images channels-last, c a multiple of 4. Its rounding
 * error is larger than that of conv.ts and is stated in docs/numerics.md.
 *
 * A block of output tiles is brought into the transformed space (V), multiplied there by the transformed weight (U), one
 * matrix product for each of the 36 places, and the products (M) are brought back.
 */
import { multiplyPanel, PANEL, ROWS } from './gemm';
import { clamp, floats, loadUpTo4, storeUpTo4 } from './lanes';

/** Output pixels of a tile along each side, input pixels, and places of the transformed space. */
const OUT: i32 = 4;
const IN: i32 = 6;
const PLACES: i32 = 36;
/** Bytes that V and M of one block should stay within, so that they live in the second-level cache. */
const BLOCK_BYTES: i32 = 786432;
const MIN_TILES: i32 = 16;
const MAX_TILES: i32 = 64;

// @ts-ignore: decorator
@inline
function padded(n: i32): i32 {
  return (n + PANEL - 1) & ~(PANEL - 1);
}

/** Tiles of one block. */
function blockTiles(c: i32, oc: i32): i32 {
  const fit = BLOCK_BYTES / (PLACES * 4 * (c + padded(oc)));
  return min(MAX_TILES, max(MIN_TILES, fit & ~(ROWS - 1)));
}

/** Bytes from one place of V or M to the next: an odd number of cache lines, so that 36 of them do not fall into one set. */
// @ts-ignore: decorator
@inline
function placeBytes(tiles: i32, channels: i32): usize {
  return (((<usize>tiles * floats(channels) + 63) >> 6) | 1) << 6;
}

export function f32_winograd_pack(srcPtr: usize, dstPtr: usize, c: i32, oc: i32, sc: i32, so: i32, turned: i32): void {
  const place = floats(padded(oc) * c);
  for (let j = 0; j < padded(oc); j++) {
    for (let i = 0; i < c; i++) {
      let dst = dstPtr + floats((j / PANEL) * c * PANEL + i * PANEL + (j % PANEL));
      if (j >= oc) {
        for (let q = 0; q < PLACES; q++, dst += place) store<f32>(dst, 0);
        continue;
      }
      // A filter turned by half a circle is the same nine numbers read backwards.
      const g = srcPtr + floats(j * so + i * sc) + (turned ? 32 : 0), t = turned ? <usize>-4 : <usize>4;
      for (let y = 0; y < IN; y++) {
        // One row of G · g, then times Gᵀ: in float64, rounded once.
        const r0 = filterPoint(y, load<f32>(g), load<f32>(g + 3 * t), load<f32>(g + 6 * t));
        const r1 = filterPoint(y, load<f32>(g + t), load<f32>(g + 4 * t), load<f32>(g + 7 * t));
        const r2 = filterPoint(y, load<f32>(g + 2 * t), load<f32>(g + 5 * t), load<f32>(g + 8 * t));
        for (let x = 0; x < IN; x++, dst += place) store<f32>(dst, <f32>filterPoint(x, r0, r1, r2));
      }
    }
  }
}

/** The filter polynomial at the point of index i, with the scale that makes the other two transforms whole numbers. */
function filterPoint(i: i32, g0: f64, g1: f64, g2: f64): f64 {
  if (i == 0) return g0 / 4;
  if (i == 1) return -(g0 + g1 + g2) / 6;
  if (i == 2) return (g1 - g0 - g2) / 6;
  if (i == 3) return (g0 + 2 * g1 + 4 * g2) / 24;
  if (i == 4) return (g0 - 2 * g1 + 4 * g2) / 24;
  return g2;
}

export function f32_winograd_scratch(c: i32, oc: i32): i32 {
  const tiles = blockTiles(c, oc);
  const patch = <usize>(PLACES * 16) + floats(PLACES * c) + 64;
  return <i32>(patch + <usize>PLACES * (placeBytes(tiles, c) + placeBytes(tiles, padded(oc))));
}

export function f32_conv2d_winograd(
  xPtr: usize, packedPtr: usize, biasPtr: usize, yPtr: usize, scratchPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, oc: i32, padTop: i32, padLeft: i32,
  xStride: i32, yStride: i32, lo: f32, hi: f32,
): void {
  const down = (oh + OUT - 1) / OUT, across = (ow + OUT - 1) / OUT, total = n * down * across;
  const tiles = blockTiles(c, oc), wide = padded(oc);
  const vPlace = placeBytes(tiles, c), mPlace = placeBytes(tiles, wide);
  const turn = scratchPtr, patch = turn + PLACES * 16;
  const v = (patch + floats(PLACES * c) + 63) & ~(<usize>63), m = v + <usize>PLACES * vPlace;
  const uPlace = floats(wide * c), uPanel = floats(c * PANEL);

  for (let first = 0; first < total; first += tiles) {
    const here = min(tiles, total - first);
    for (let t = 0; t < here; t++) {
      const image = (first + t) / (down * across), rest = (first + t) % (down * across);
      const top = (rest / across) * OUT - padTop, left = (rest % across) * OUT - padLeft;
      const pixels = xPtr + floats(image * h * w * xStride);
      const target = v + floats(t * c);
      if (top >= 0 && left >= 0 && top + IN <= h && left + IN <= w) {
        transformInput(pixels + floats((top * w + left) * xStride), floats(w * xStride), floats(xStride), c, target, vPlace, turn);
      } else {
        cutPatch(pixels, top, left, h, w, c, floats(xStride), patch);
        transformInput(patch, floats(IN * c), floats(c), c, target, vPlace, turn);
      }
    }
    for (let q = 0; q < PLACES; q++) {
      const a = v + <usize>q * vPlace, b = packedPtr + <usize>q * uPlace, y = m + <usize>q * mPlace;
      for (let j = 0; j < wide; j += PANEL) {
        const panel = b + <usize>(j / PANEL) * uPanel;
        multiplyPanel(c, a, floats(c), panel, y + floats(j), floats(wide), here, PANEL, true, false, 0, 0, 0);
      }
    }
    for (let t = 0; t < here; t++) {
      const image = (first + t) / (down * across), rest = (first + t) % (down * across);
      const top = (rest / across) * OUT, left = (rest % across) * OUT;
      const target = yPtr + floats(((image * oh + top) * ow + left) * yStride);
      transformOutput(m + floats(t * wide), mPlace, oc, biasPtr, target, floats(ow * yStride), floats(yStride), min(OUT, oh - top), min(OUT, ow - left), lo, hi, turn);
    }
  }
}

/** Copies 6 × 6 pixels of c channels; what lies outside the image is 0. */
function cutPatch(pixels: usize, top: i32, left: i32, h: i32, w: i32, c: i32, pixel: usize, patch: usize): void {
  const bytes = floats(c);
  for (let y = top; y < top + IN; y++) {
    for (let x = left; x < left + IN; x++, patch += bytes) {
      if (<u32>y < <u32>h && <u32>x < <u32>w) {
        const source = pixels + <usize>(y * w + x) * pixel;
        for (let i: usize = 0; i < bytes; i += 16) v128.store(patch + i, v128.load(source + i));
      } else {
        for (let i: usize = 0; i < bytes; i += 16) v128.store(patch + i, f32x4.splat(0));
      }
    }
  }
}

/** Bᵀ d B of one tile, four channels at a time; place q of channel k goes to target + q · place + 4k. */
function transformInput(d: usize, row: usize, pixel: usize, c: i32, target: usize, place: usize, turn: usize): void {
  const c2 = f32x4.splat(2), c4 = f32x4.splat(4), c5 = f32x4.splat(5);
  for (let k = 0; k < c; k += 4, d += 16, target += 16) {
    for (let x = 0, s = d, p = turn; x < IN; x++, s += pixel, p += 16) {
      const d0 = v128.load(s), d1 = v128.load(s + row), d2 = v128.load(s + 2 * row);
      const d3 = v128.load(s + 3 * row), d4 = v128.load(s + 4 * row), d5 = v128.load(s + 5 * row);
      const a = f32x4.sub(d4, f32x4.mul(c4, d2)), b = f32x4.sub(d3, f32x4.mul(c4, d1));
      const e = f32x4.sub(d4, d2), f = f32x4.mul(c2, f32x4.sub(d3, d1));
      v128.store(p, f32x4.add(f32x4.sub(f32x4.mul(c4, d0), f32x4.mul(c5, d2)), d4));
      v128.store(p, f32x4.add(a, b), 96);
      v128.store(p, f32x4.sub(a, b), 192);
      v128.store(p, f32x4.add(e, f), 288);
      v128.store(p, f32x4.sub(e, f), 384);
      v128.store(p, f32x4.add(f32x4.sub(f32x4.mul(c4, d1), f32x4.mul(c5, d3)), d5), 480);
    }
    for (let y = 0, p = turn, o = target; y < IN; y++, p += 96, o += 6 * place) {
      const d0 = v128.load(p), d1 = v128.load(p, 16), d2 = v128.load(p, 32);
      const d3 = v128.load(p, 48), d4 = v128.load(p, 64), d5 = v128.load(p, 80);
      const a = f32x4.sub(d4, f32x4.mul(c4, d2)), b = f32x4.sub(d3, f32x4.mul(c4, d1));
      const e = f32x4.sub(d4, d2), f = f32x4.mul(c2, f32x4.sub(d3, d1));
      v128.store(o, f32x4.add(f32x4.sub(f32x4.mul(c4, d0), f32x4.mul(c5, d2)), d4));
      v128.store(o + place, f32x4.add(a, b));
      v128.store(o + 2 * place, f32x4.sub(a, b));
      v128.store(o + 3 * place, f32x4.add(e, f));
      v128.store(o + 4 * place, f32x4.sub(e, f));
      v128.store(o + 5 * place, f32x4.add(f32x4.sub(f32x4.mul(c4, d1), f32x4.mul(c5, d3)), d5));
    }
  }
}

/** Aᵀ m A of one tile with bias and clamp; writes the `rows` × `cols` pixels that lie inside the result. */
function transformOutput(
  m: usize, place: usize, oc: i32, bias: usize, y: usize, row: usize, pixel: usize, rows: i32, cols: i32, lo: f32, hi: f32, turn: usize,
): void {
  const step = place * <usize>IN;
  const c2 = f32x4.splat(2), c4 = f32x4.splat(4), c8 = f32x4.splat(8), l = f32x4.splat(lo), u = f32x4.splat(hi);
  for (let k = 0; k < oc; k += 4, m += 16, y += 16) {
    const left = oc - k;
    const b = bias ? loadUpTo4(bias + floats(k), left) : f32x4.splat(0);
    for (let x = 0, s = m, p = turn; x < IN; x++, s += place, p += 16) {
      const m0 = v128.load(s), m1 = v128.load(s + step), m2 = v128.load(s + 2 * step);
      const m3 = v128.load(s + 3 * step), m4 = v128.load(s + 4 * step), m5 = v128.load(s + 5 * step);
      const s12 = f32x4.add(m1, m2), d12 = f32x4.sub(m1, m2), s34 = f32x4.add(m3, m4), d34 = f32x4.sub(m3, m4);
      v128.store(p, f32x4.add(m0, f32x4.add(s12, s34)));
      v128.store(p, f32x4.add(d12, f32x4.mul(c2, d34)), 96);
      v128.store(p, f32x4.add(s12, f32x4.mul(c4, s34)), 192);
      v128.store(p, f32x4.add(f32x4.add(d12, f32x4.mul(c8, d34)), m5), 288);
    }
    for (let i = 0, p = turn, o = y; i < rows; i++, p += 96, o += row) {
      const m0 = v128.load(p), m1 = v128.load(p, 16), m2 = v128.load(p, 32);
      const m3 = v128.load(p, 48), m4 = v128.load(p, 64), m5 = v128.load(p, 80);
      const s12 = f32x4.add(m1, m2), d12 = f32x4.sub(m1, m2), s34 = f32x4.add(m3, m4), d34 = f32x4.sub(m3, m4);
      storeUpTo4(o, clamp(f32x4.add(f32x4.add(m0, f32x4.add(s12, s34)), b), l, u), left);
      if (cols > 1) storeUpTo4(o + pixel, clamp(f32x4.add(f32x4.add(d12, f32x4.mul(c2, d34)), b), l, u), left);
      if (cols > 2) storeUpTo4(o + 2 * pixel, clamp(f32x4.add(f32x4.add(s12, f32x4.mul(c4, s34)), b), l, u), left);
      if (cols > 3) storeUpTo4(o + 3 * pixel, clamp(f32x4.add(f32x4.add(f32x4.add(d12, f32x4.mul(c8, d34)), m5), b), l, u), left);
    }
  }
}
