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
export const TILE_OUT: i32 = 4;
export const TILE_IN: i32 = 6;
export const PLACES: i32 = 36;
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
export function placeBytes(tiles: i32, channels: i32): usize {
  return (((<usize>tiles * floats(channels) + 63) >> 6) | 1) << 6;
}

/** Bytes of one packed matrix; twin of winogradBytes in src/abi.ts. */
// @ts-ignore: decorator
@inline
function packedPlace(c: i32, oc: i32): usize {
  return placeBytes(c, padded(oc));
}

export function f32_winograd_pack(srcPtr: usize, dstPtr: usize, c: i32, oc: i32, sc: i32, so: i32, turned: i32): void {
  const place = packedPlace(c, oc);
  // A filter turned by half a circle is the same nine numbers read backwards.
  const t = turned ? <usize>-4 : <usize>4, start = turned ? <usize>32 : <usize>0;
  for (let panel = 0; panel < oc; panel += PANEL) {
    let dst = dstPtr + floats(panel * c);
    for (let i = 0; i < c; i++, dst += 32) {
      for (let j = panel; j < min(panel + PANEL, oc); j += 2) {
        // Two neighbouring outputs at a time: in float64, rounded once.
        const second = j + 1 < oc ? floats(so) : 0;
        const g = srcPtr + floats(j * so + i * sc) + start;
        const g0 = pair(g, second), g1 = pair(g + t, second), g2 = pair(g + 2 * t, second);
        const g3 = pair(g + 3 * t, second), g4 = pair(g + 4 * t, second), g5 = pair(g + 5 * t, second);
        const g6 = pair(g + 6 * t, second), g7 = pair(g + 7 * t, second), g8 = pair(g + 8 * t, second);
        // G · g, column by column, then each row times Gᵀ.
        const a0 = near(g0, g3, g6), a1 = near(g1, g4, g7), a2 = near(g2, g5, g8);
        const b0 = near(g0, f64x2.neg(g3), g6), b1 = near(g1, f64x2.neg(g4), g7), b2 = near(g2, f64x2.neg(g5), g8);
        const e0 = far(g0, g6), e1 = far(g1, g7), e2 = far(g2, g8), f0 = farOdd(g3), f1 = farOdd(g4), f2 = farOdd(g5);
        const quarter = f64x2.splat(0.25), step = <usize>6 * place, o = dst + floats(j - panel);
        putRow(o, place, f64x2.mul(g0, quarter), f64x2.mul(g1, quarter), f64x2.mul(g2, quarter));
        putRow(o + step, place, a0, a1, a2);
        putRow(o + 2 * step, place, b0, b1, b2);
        putRow(o + 3 * step, place, f64x2.add(e0, f0), f64x2.add(e1, f1), f64x2.add(e2, f2));
        putRow(o + 4 * step, place, f64x2.sub(e0, f0), f64x2.sub(e1, f1), f64x2.sub(e2, f2));
        putRow(o + 5 * step, place, g6, g7, g8);
      }
    }
  }
  // Columns that fill up the last panel.
  for (let j = oc; j < padded(oc); j++) {
    for (let i = 0; i < c; i++) {
      let dst = dstPtr + floats((j / PANEL) * c * PANEL + i * PANEL + (j % PANEL));
      for (let q = 0; q < PLACES; q++, dst += place) store<f32>(dst, 0);
    }
  }
}

/** Two floats, `second` bytes apart, as float64. */
// @ts-ignore: decorator
@inline
function pair(p: usize, second: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load32_lane(p + second, v128.load32_zero(p), 1));
}

// @ts-ignore: decorator
@inline
function putPair(p: usize, v: v128): void {
  v128.store64_lane(p, f32x4.demote_f64x2_zero(v), 0);
}

/** The filter polynomial at 1 and (with its middle negated) −1, with the scale that makes the other two transforms whole numbers. */
// @ts-ignore: decorator
@inline
function near(g0: v128, g1: v128, g2: v128): v128 {
  return f64x2.mul(f64x2.add(f64x2.add(g0, g2), g1), f64x2.splat(-1.0 / 6));
}

/** Even and odd part of the same at 2 and −2. */
// @ts-ignore: decorator
@inline
function far(g0: v128, g2: v128): v128 {
  return f64x2.add(f64x2.mul(g0, f64x2.splat(1.0 / 24)), f64x2.mul(g2, f64x2.splat(1.0 / 6)));
}

// @ts-ignore: decorator
@inline
function farOdd(g1: v128): v128 {
  return f64x2.mul(g1, f64x2.splat(1.0 / 12));
}

/** One row of G g, times Gᵀ, to six places. */
// @ts-ignore: decorator
@inline
function putRow(o: usize, place: usize, r0: v128, r1: v128, r2: v128): void {
  const even = f64x2.mul(f64x2.add(r0, r2), f64x2.splat(-1.0 / 6)), odd = f64x2.mul(r1, f64x2.splat(-1.0 / 6));
  const e = far(r0, r2), f = farOdd(r1);
  putPair(o, f64x2.mul(r0, f64x2.splat(0.25)));
  putPair(o + place, f64x2.add(even, odd));
  putPair(o + 2 * place, f64x2.sub(even, odd));
  putPair(o + 3 * place, f64x2.add(e, f));
  putPair(o + 4 * place, f64x2.sub(e, f));
  putPair(o + 5 * place, r2);
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
  const down = (oh + TILE_OUT - 1) / TILE_OUT, across = (ow + TILE_OUT - 1) / TILE_OUT, total = n * down * across;
  const tiles = blockTiles(c, oc), wide = padded(oc);
  const vPlace = placeBytes(tiles, c), mPlace = placeBytes(tiles, wide);
  const turn = scratchPtr, patch = turn + PLACES * 16;
  const v = (patch + floats(PLACES * c) + 63) & ~(<usize>63), m = v + <usize>PLACES * vPlace;
  const uPlace = packedPlace(c, oc), uPanel = floats(c * PANEL);

  for (let first = 0; first < total; first += tiles) {
    const here = min(tiles, total - first);
    for (let t = 0; t < here; t++) {
      const image = (first + t) / (down * across), rest = (first + t) % (down * across);
      const top = (rest / across) * TILE_OUT - padTop, left = (rest % across) * TILE_OUT - padLeft;
      const pixels = xPtr + floats(image * h * w * xStride);
      const target = v + floats(t * c);
      if (top >= 0 && left >= 0 && top + TILE_IN <= h && left + TILE_IN <= w) {
        transformInput(pixels + floats((top * w + left) * xStride), floats(w * xStride), floats(xStride), c, target, 16, vPlace, turn);
      } else {
        cutPatch(pixels, top, left, h, w, c, floats(xStride), patch);
        transformInput(patch, floats(TILE_IN * c), floats(c), c, target, 16, vPlace, turn);
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
      const top = (rest / across) * TILE_OUT, left = (rest % across) * TILE_OUT;
      const target = yPtr + floats(((image * oh + top) * ow + left) * yStride);
      transformOutput(m + floats(t * wide), mPlace, oc, biasPtr, target, floats(ow * yStride), floats(yStride), min(TILE_OUT, oh - top), min(TILE_OUT, ow - left), lo, hi, turn);
    }
  }
}

/** Copies 6 × 6 pixels of c channels; what lies outside the image is 0. */
export function cutPatch(pixels: usize, top: i32, left: i32, h: i32, w: i32, c: i32, pixel: usize, patch: usize): void {
  const bytes = floats(c);
  for (let y = top; y < top + TILE_IN; y++) {
    for (let x = left; x < left + TILE_IN; x++, patch += bytes) {
      if (<u32>y < <u32>h && <u32>x < <u32>w) {
        const source = pixels + <usize>(y * w + x) * pixel;
        for (let i: usize = 0; i < bytes; i += 16) v128.store(patch + i, v128.load(source + i));
      } else {
        for (let i: usize = 0; i < bytes; i += 16) v128.store(patch + i, f32x4.splat(0));
      }
    }
  }
}

/** Bᵀ d B of one tile, four channels at a time; place q of channels k … k + 3 goes to target + q · place + (k / 4) · column. */
export function transformInput(
  d: usize, row: usize, pixel: usize, c: i32, target: usize, column: usize, place: usize, turn: usize,
): void {
  const c2 = f32x4.splat(2), c4 = f32x4.splat(4), c5 = f32x4.splat(5);
  for (let k = 0; k < c; k += 4, d += 16, target += column) {
    for (let x = 0, s = d, p = turn; x < TILE_IN; x++, s += pixel, p += 16) {
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
    for (let y = 0, p = turn, o = target; y < TILE_IN; y++, p += 96, o += 6 * place) {
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
  const step = place * <usize>TILE_IN;
  const c2 = f32x4.splat(2), c4 = f32x4.splat(4), c8 = f32x4.splat(8), l = f32x4.splat(lo), u = f32x4.splat(hi);
  for (let k = 0; k < oc; k += 4, m += 16, y += 16) {
    const left = oc - k;
    const b = bias ? loadUpTo4(bias + floats(k), left) : f32x4.splat(0);
    for (let x = 0, s = m, p = turn; x < TILE_IN; x++, s += place, p += 16) {
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
