/**
 * @file Depthwise convolution: one filter per channel, channels in the lanes. Strips of the image are copied into planes of four
 * channels with the padding around them, so that every output runs through the same loop, whose distances are known when it
 * is compiled. Terms are added over (kh, kw) in ascending order from 0, then the bias, then the clamp. A position in the
 * padding contributes 0 · weight.
 */
import { clamp, floats, loadPart, loadUpTo4, madd, storeUpTo4 } from './lanes';

/** Planes that are copied together: 16 channels are a cache line of the image. */
const PLANES: i32 = 4;
/** Bytes that the planes of a strip should stay within, so that they live in the second-level cache. */
const STRIP_BYTES: i32 = 131072;
/** Outputs of a turn. */
const COLUMNS: i32 = 4;

/** Columns of a plane: what the outputs of whole turns read. */
// @ts-ignore: decorator
@inline
function planeWidth(ow: i32, kw: i32, sw: i32, dw: i32): i32 {
  return ((ow + COLUMNS - 1) & ~(COLUMNS - 1)) * sw - sw + dw * (kw - 1) + 1;
}

// @ts-ignore: decorator
@inline
function planeHeight(rows: i32, kh: i32, sh: i32, dh: i32): i32 {
  return (rows - 1) * sh + dh * (kh - 1) + 1;
}

/** Output rows of a strip. */
function stripRows(oh: i32, kh: i32, sh: i32, dh: i32, width: i32): i32 {
  const fit = STRIP_BYTES / (PLANES * 16 * width) - dh * (kh - 1) - 1;
  return min(oh, max(1, fit / sh + 1));
}

/** Filters [c, places] as [ceil(c / 4), places, 4]; turned: each read backwards. */
export function f32_depthwise_pack(srcPtr: usize, dstPtr: usize, c: i32, places: i32, turned: i32): void {
  const step = floats(places);
  for (let ci = 0; ci < c; ci += 4) {
    for (let k = 0; k < places; k++, dstPtr += 16) {
      const source = srcPtr + <usize>ci * step + floats(turned ? places - 1 - k : k);
      for (let lane = 0; lane < 4; lane++) {
        store<f32>(dstPtr + floats(lane), ci + lane < c ? load<f32>(source + <usize>lane * step) : 0);
      }
    }
  }
}

export function f32_depthwise2d_scratch(oh: i32, ow: i32, kh: i32, kw: i32, sh: i32, sw: i32, dh: i32, dw: i32): i32 {
  const width = planeWidth(ow, kw, sw, dw);
  return PLANES * 16 * width * planeHeight(stripRows(oh, kh, sh, dh, width), kh, sh, dh);
}

// @ts-ignore: decorator
@inline
function clear(dst: usize, columns: i32): usize {
  for (let i = 0; i < columns; i++, dst += 16) v128.store(dst, f32x4.splat(0));
  return dst;
}

/** Copies rows top … of channels 0 … c − 1 (at most 16) into planes [c / 4, height, width, 4]; what lies outside the image is 0. */
function cutPlanes(x: usize, dst: usize, plane: usize, top: i32, left: i32, height: i32, width: i32, h: i32, w: i32, c: i32, pixel: usize): void {
  const before = min(width, max(0, -left)), end = max(before, min(width, w - left));
  for (let y = top; y < top + height; y++, dst += <usize>width << 4) {
    let target = dst;
    for (let ci = 0; ci < c; ci += 4, target += plane) {
      if (<u32>y >= <u32>h) {
        clear(target, width);
        continue;
      }
      let q = clear(target, before), p = x + <usize>(y * w + left + before) * pixel + floats(ci);
      if (c - ci >= 4) {
        for (let i = before; i < end; i++, p += pixel, q += 16) v128.store(q, v128.load(p));
      } else {
        for (let i = before; i < end; i++, p += pixel, q += 16) v128.store(q, loadPart(p, c - ci));
      }
      clear(q, width - end);
    }
  }
}

// @ts-ignore: decorator
@inline
function put4(
  y: usize, ldy: usize, columns: i32, lanes: i32, c0: v128, c1: v128, c2: v128, c3: v128, bias: v128, lo: v128, hi: v128,
): void {
  storeUpTo4(y, clamp(f32x4.add(c0, bias), lo, hi), lanes);
  if (columns > 1) storeUpTo4(y + ldy, clamp(f32x4.add(c1, bias), lo, hi), lanes);
  if (columns > 2) storeUpTo4(y + 2 * ldy, clamp(f32x4.add(c2, bias), lo, hi), lanes);
  if (columns > 3) storeUpTo4(y + 3 * ldy, clamp(f32x4.add(c3, bias), lo, hi), lanes);
}

/** One plane of a strip, windows that do not overlap pixel by pixel: any stride and dilation. */
function plane(
  x: usize, weight: usize, bias: v128, y: usize, rows: i32, ow: i32, lanes: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, dh: i32, dw: i32, line: usize, ldy: usize, lo: v128, hi: v128,
): void {
  const step = <usize>sw << 4, move = <usize>dw << 4;
  for (let row = 0; row < rows; row++, x += <usize>sh * line, y += <usize>ow * ldy) {
    for (let ox = 0; ox < ow; ox += COLUMNS) {
      let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
      let q = weight, source = x + <usize>ox * step;
      for (let ky = 0; ky < kh; ky++, source += <usize>dh * line) {
        let p0 = source, p1 = p0 + step, p2 = p1 + step, p3 = p2 + step;
        for (let kx = 0; kx < kw; kx++) {
          const w = v128.load(q);
          c0 = madd(v128.load(p0), w, c0); c1 = madd(v128.load(p1), w, c1);
          c2 = madd(v128.load(p2), w, c2); c3 = madd(v128.load(p3), w, c3);
          p0 += move; p1 += move; p2 += move; p3 += move;
          q += 16;
        }
      }
      put4(y + <usize>ox * ldy, ldy, ow - ox, lanes, c0, c1, c2, c3, bias, lo, hi);
    }
  }
}

/**
 * {@link plane} for stride and dilation 1 across: each pixel of a row is loaded once for the four outputs that read it. Four places of
 * the window a turn, with a way out after each: the pixels change roles, not registers.
 */
function slidingPlane(
  x: usize, weight: usize, bias: v128, y: usize, rows: i32, ow: i32, lanes: i32,
  kh: i32, kw: i32, sh: i32, dh: i32, line: usize, ldy: usize, lo: v128, hi: v128,
): void {
  for (let row = 0; row < rows; row++, x += <usize>sh * line, y += <usize>ow * ldy) {
    for (let ox = 0; ox < ow; ox += COLUMNS) {
      let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
      let weights = weight, source = x + (<usize>ox << 4);
      for (let ky = 0; ky < kh; ky++, source += <usize>dh * line, weights += <usize>kw << 4) {
        let p = source, q = weights;
        let x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = x2;
        for (let i = kw; i > 0; i -= 4, p += 64, q += 64) {
          let w = v128.load(q);
          x3 = v128.load(p, 48);
          c0 = madd(x0, w, c0); c1 = madd(x1, w, c1); c2 = madd(x2, w, c2); c3 = madd(x3, w, c3);
          if (i == 1) break;
          w = v128.load(q, 16);
          x0 = v128.load(p, 64);
          c0 = madd(x1, w, c0); c1 = madd(x2, w, c1); c2 = madd(x3, w, c2); c3 = madd(x0, w, c3);
          if (i == 2) break;
          w = v128.load(q, 32);
          x1 = v128.load(p, 80);
          c0 = madd(x2, w, c0); c1 = madd(x3, w, c1); c2 = madd(x0, w, c2); c3 = madd(x1, w, c3);
          if (i == 3) break;
          w = v128.load(q, 48);
          x2 = v128.load(p, 96);
          c0 = madd(x3, w, c0); c1 = madd(x0, w, c1); c2 = madd(x1, w, c2); c3 = madd(x2, w, c3);
        }
      }
      put4(y + <usize>ox * ldy, ldy, ow - ox, lanes, c0, c1, c2, c3, bias, lo, hi);
    }
  }
}

/** {@link slidingPlane} of a window 3 wide. */
function slidingPlane3(
  x: usize, weight: usize, bias: v128, y: usize, rows: i32, ow: i32, lanes: i32,
  kh: i32, sh: i32, dh: i32, line: usize, ldy: usize, lo: v128, hi: v128,
): void {
  for (let row = 0; row < rows; row++, x += <usize>sh * line, y += <usize>ow * ldy) {
    for (let ox = 0; ox < ow; ox += COLUMNS) {
      let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
      let q = weight, p = x + (<usize>ox << 4);
      for (let ky = 0; ky < kh; ky++, p += <usize>dh * line, q += 48) {
        const w0 = v128.load(q), x0 = v128.load(p), x1 = v128.load(p, 16), x2 = v128.load(p, 32), x3 = v128.load(p, 48);
        c0 = madd(x0, w0, c0); c1 = madd(x1, w0, c1); c2 = madd(x2, w0, c2); c3 = madd(x3, w0, c3);
        const w1 = v128.load(q, 16), x4 = v128.load(p, 64);
        c0 = madd(x1, w1, c0); c1 = madd(x2, w1, c1); c2 = madd(x3, w1, c2); c3 = madd(x4, w1, c3);
        const w2 = v128.load(q, 32), x5 = v128.load(p, 80);
        c0 = madd(x2, w2, c0); c1 = madd(x3, w2, c1); c2 = madd(x4, w2, c2); c3 = madd(x5, w2, c3);
      }
      put4(y + <usize>ox * ldy, ldy, ow - ox, lanes, c0, c1, c2, c3, bias, lo, hi);
    }
  }
}

/** {@link plane} of a window 3 wide that moves two columns at a time. */
function stridedPlane3(
  x: usize, weight: usize, bias: v128, y: usize, rows: i32, ow: i32, lanes: i32,
  kh: i32, sh: i32, dh: i32, line: usize, ldy: usize, lo: v128, hi: v128,
): void {
  for (let row = 0; row < rows; row++, x += <usize>sh * line, y += <usize>ow * ldy) {
    for (let ox = 0; ox < ow; ox += COLUMNS) {
      let c0 = f32x4.splat(0), c1 = c0, c2 = c0, c3 = c0;
      let q = weight, p = x + (<usize>ox << 5);
      for (let ky = 0; ky < kh; ky++, p += <usize>dh * line, q += 48) {
        const w0 = v128.load(q), w1 = v128.load(q, 16), w2 = v128.load(q, 32);
        const x2 = v128.load(p, 32), x4 = v128.load(p, 64), x6 = v128.load(p, 96);
        c0 = madd(v128.load(p), w0, c0); c1 = madd(x2, w0, c1); c2 = madd(x4, w0, c2); c3 = madd(x6, w0, c3);
        c0 = madd(v128.load(p, 16), w1, c0); c1 = madd(v128.load(p, 48), w1, c1); c2 = madd(v128.load(p, 80), w1, c2); c3 = madd(v128.load(p, 112), w1, c3);
        c0 = madd(x2, w2, c0); c1 = madd(x4, w2, c1); c2 = madd(x6, w2, c2); c3 = madd(v128.load(p, 128), w2, c3);
      }
      put4(y + <usize>ox * ldy, ldy, ow - ox, lanes, c0, c1, c2, c3, bias, lo, hi);
    }
  }
}

export function f32_depthwise2d(
  xPtr: usize, weightPtr: usize, biasPtr: usize, yPtr: usize, scratchPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32,
  xStride: i32, yStride: i32, lo: f32, hi: f32,
): void {
  const pixel = floats(xStride), ldy = floats(yStride), filter = <usize>(kh * kw) << 4;
  const width = planeWidth(ow, kw, sw, dw), line = <usize>width << 4;
  const strip = stripRows(oh, kh, sh, dh, width);
  const l = f32x4.splat(lo), u = f32x4.splat(hi);
  for (let i = 0; i < n; i++) {
    for (let oy = 0; oy < oh; oy += strip) {
      const rows = min(strip, oh - oy), height = planeHeight(rows, kh, sh, dh), bytes = <usize>height * line;
      for (let first = 0; first < c; first += 4 * PLANES) {
        const channels = min(4 * PLANES, c - first);
        cutPlanes(xPtr + <usize>(i * h * w) * pixel + floats(first), scratchPtr, bytes, oy * sh - padTop, -padLeft, height, width, h, w, channels, pixel);
        for (let ci = 0, x = scratchPtr; ci < channels; ci += 4, x += bytes) {
          const at = first + ci, lanes = channels - ci;
          const weight = weightPtr + <usize>(at >> 2) * filter, y = yPtr + <usize>((i * oh + oy) * ow) * ldy + floats(at);
          const bias = biasPtr ? loadUpTo4(biasPtr + floats(at), lanes) : f32x4.splat(0);
          if (kw == 3 && sw == 1 && dw == 1) slidingPlane3(x, weight, bias, y, rows, ow, lanes, kh, sh, dh, line, ldy, l, u);
          else if (kw == 3 && sw == 2 && dw == 1) stridedPlane3(x, weight, bias, y, rows, ow, lanes, kh, sh, dh, line, ldy, l, u);
          else if (sw == 1 && dw == 1) slidingPlane(x, weight, bias, y, rows, ow, lanes, kh, kw, sh, dh, line, ldy, l, u);
          else plane(x, weight, bias, y, rows, ow, lanes, kh, kw, sh, sw, dh, dw, line, ldy, l, u);
        }
      }
    }
  }
}
