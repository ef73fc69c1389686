/**
 * @file The backward pass: derivatives of the functions, gradients of convolutions with respect to weights and (where windows
 * move by more than one) to inputs, of pooling, of batch normalisation; scattered sums. Every sum has one fixed order. What a
 * plain convolution or matrix product can do is done by conv.ts, winograd.ts and gemm.ts.
 */
import { c, K } from './constants';
import { multiplyPanel, packedBytes, PANEL } from './gemm';
import { floats, loadPart, loadUpTo4, madd, narrow, storeUpTo4, widenHigh, widenLow } from './lanes';
import { cos4, exp4, geluDerivativeLanes, geluTanhDerivativeLanes, sigmoidLanes, sin4, tanh4 } from './math';

// @ts-ignore: decorator
@inline
function one(): v128 {
  return c(K.one);
}

/** one where the mask is set, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function flag(mask: v128): v128 {
  return v128.and(mask, one());
}

/** Derivative of the function at four values; codes as f32_unary. Functions that change in steps have none: NaN. */
function derivative4(code: i32, x: v128, alpha: f32, beta: f32): v128 {
  const zero = c(K.zero), a = f32x4.splat(alpha), b = f32x4.splat(beta);
  const isBelow = f32x4.lt(x, zero);
  switch (code) {
    case 0: return f32x4.sub(flag(f32x4.gt(x, zero)), flag(isBelow));
    case 1: return f32x4.splat(-1);
    case 2: return f32x4.div(c(K.half), f32x4.sqrt(x));
    case 3: return f32x4.neg(f32x4.div(one(), f32x4.mul(x, x)));
    case 4: return exp4(x);
    case 5: return f32x4.div(one(), x);
    case 6: return cos4(x);
    case 7: return f32x4.neg(sin4(x));
    case 8: {
      const t = tanh4(x);
      return f32x4.sub(one(), f32x4.mul(t, t));
    }
    case 9: return f32x4.mul(f32x4.splat(1.1283792), exp4(f32x4.neg(f32x4.mul(x, x))));
    case 14: return f32x4.add(x, x);
    case 15: return a;
    case 20: return flag(f32x4.gt(x, zero));
    case 21: return v128.bitselect(a, one(), isBelow);
    case 22: return v128.bitselect(f32x4.mul(a, exp4(x)), one(), isBelow);
    case 23: return f32x4.mul(b, v128.bitselect(f32x4.mul(a, exp4(x)), one(), isBelow));
    case 24: return v128.bitselect(exp4(f32x4.div(x, a)), one(), isBelow);
    case 25: {
      const s = sigmoidLanes(x);
      return f32x4.mul(s, f32x4.sub(one(), s));
    }
    case 26: {
      const y = f32x4.add(f32x4.mul(x, a), b);
      return v128.and(a, v128.and(f32x4.gt(y, zero), f32x4.lt(y, one())));
    }
    case 27: {
      const inside = f32x4.add(f32x4.mul(x, f32x4.splat(1.0 / 3.0)), c(K.half));
      return v128.bitselect(
        v128.bitselect(inside, one(), f32x4.lt(x, f32x4.splat(3))), zero, f32x4.gt(x, f32x4.splat(-3)),
      );
    }
    case 28: {
      const s = sigmoidLanes(x);
      return f32x4.mul(s, f32x4.add(one(), f32x4.mul(x, f32x4.sub(one(), s))));
    }
    case 29: return sigmoidLanes(x);
    case 30: {
      const d = f32x4.add(one(), f32x4.abs(x));
      return f32x4.div(one(), f32x4.mul(d, d));
    }
    case 31: return flag(f32x4.gt(x, a));
    case 32: {
      // t = tanh(log(1 + e)) = e(e + 2) / (e(e + 2) + 2), and t' = (1 − t²) σ(x)
      const e = exp4(f32x4.pmin(x, f32x4.splat(30)));
      const m = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
      const t = f32x4.div(m, f32x4.add(m, f32x4.splat(2)));
      return f32x4.add(t, f32x4.mul(x, f32x4.mul(f32x4.sub(one(), f32x4.mul(t, t)), sigmoidLanes(x))));
    }
    case 33: return geluDerivativeLanes(x);
    case 34: return geluTanhDerivativeLanes(x);
    case 35: return flag(v128.and(f32x4.gt(x, a), f32x4.lt(x, b)));
    default: return f32x4.splat(NaN);
  }
}

export function f32_unary_gradient(code: i32, xPtr: usize, dyPtr: usize, dxPtr: usize, n: i32, alpha: f32, beta: f32): void {
  const bulk = n & ~3;
  let i = 0;
  if (code == 20) {
    // The commonest has a loop of its own.
    for (; i < bulk; i += 4) {
      const isAbove = f32x4.gt(v128.load(xPtr + floats(i)), c(K.zero));
      v128.store(dxPtr + floats(i), v128.and(v128.load(dyPtr + floats(i)), isAbove));
    }
  } else {
    for (; i < bulk; i += 4) {
      const slope = derivative4(code, v128.load(xPtr + floats(i)), alpha, beta);
      v128.store(dxPtr + floats(i), f32x4.mul(v128.load(dyPtr + floats(i)), slope));
    }
  }
  const rest = n - bulk;
  if (rest > 0) {
    const slope = derivative4(code, loadPart(xPtr + floats(i), rest), alpha, beta);
    const dy = loadPart(dyPtr + floats(i), rest);
    const dx = code == 20 ? v128.and(dy, f32x4.gt(slope, c(K.zero))) : f32x4.mul(dy, slope);
    storeUpTo4(dxPtr + floats(i), dx, rest);
  }
}

/** Most output positions whose pixels take part in one turn over the tiles: both their rows stay in the first-level cache. */
const BLOCK_POSITIONS: i32 = 64;

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b;
}

// @ts-ignore: decorator
@inline
function padded(n: i32): i32 {
  return (n + PANEL - 1) & ~(PANEL - 1);
}

/** Adds `add` to the first n columns at p. */
// @ts-ignore: decorator
@inline
function addColumns(p: usize, low: v128, high: v128): void {
  v128.store(p, f32x4.add(v128.load(p), low));
  v128.store(p, f32x4.add(v128.load(p, 16), high), 16);
}

/**
 * Adds Σ over `count` positions of 4 input channels × 8 output channels to four rows at sum: position j has its input at
 * a + j · lda and its gradient at b + j · ldb.
 */
// @ts-ignore: decorator
@inline
function outerTile(count: i32, a: usize, lda: usize, b: usize, ldb: usize, sum: usize, lds: usize): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let i = count; i > 0; i -= 2) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    a += lda;
    b += ldb;
    if (i == 1) break;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a);
    c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4);
    c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8);
    c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12);
    c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    a += lda;
    b += ldb;
  }
  addColumns(sum, c00, c01);
  addColumns(sum + lds, c10, c11);
  addColumns(sum + 2 * lds, c20, c21);
  addColumns(sum + 3 * lds, c30, c31);
}

/** {@link outerTile} at the edges: fewer input or output channels. */
function outerEdge(count: i32, a: usize, lda: usize, b: usize, ldb: usize, sum: usize, lds: usize, rows: i32, columns: i32): void {
  for (let r = 0; r < rows; r++, a += 4, sum += lds) {
    for (let j = 0; j < columns; j += 4) {
      let s = f32x4.splat(0);
      let p = a, q = b + floats(j);
      for (let i = 0; i < count; i++, p += lda, q += ldb) s = madd(v128.load32_splat(p), loadUpTo4(q, columns - j), s);
      v128.store(sum + floats(j), f32x4.add(v128.load(sum + floats(j)), s));
    }
  }
}

export function f32_conv2d_weight_gradient_scratch(c: i32, oc: i32, kh: i32, kw: i32, groups: i32): i32 {
  return groups * kh * kw * (c / groups) * padded(oc / groups) * 4;
}

export function f32_conv2d_weight_gradient(
  xPtr: usize, dyPtr: usize, dwPtr: usize, scratchPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, oc: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32, groups: i32,
): void {
  const cg = c / groups, og = oc / groups, wide = padded(og), lds = floats(wide);
  const pixel = floats(c), ldy = floats(oc), lda = <usize>sw * pixel;
  const sumBytes = <usize>(groups * kh * kw * cg) * lds;
  for (let i: usize = 0; i < sumBytes; i += 16) v128.store(scratchPtr + i, f32x4.splat(0));
  // Rows of outputs, whole ones, over all images: as many as a block holds.
  const rows = n * oh, blockRows = max(1, BLOCK_POSITIONS / ow);
  for (let first = 0; first < rows; first += blockRows) {
    const end = min(rows, first + blockRows);
    for (let g = 0; g < groups; g++) {
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++) {
          // Outputs whose window has this place inside the image.
          const shift = kx * dw - padLeft;
          const ox0 = min(ow, ceilDiv(-shift, sw)), ox1 = max(ox0, min(ow, ceilDiv(w - shift, sw)));
          const sums = scratchPtr + <usize>(((g * kh + ky) * kw + kx) * cg) * lds;
          for (let ci = 0; ci < cg; ci += 4) {
            for (let j = 0; j < og; j += PANEL) {
              const sum = sums + <usize>ci * lds + floats(j);
              for (let row = first; row < end; row++) {
                const image = row / oh, iy = (row - image * oh) * sh + ky * dh - padTop;
                if (<u32>iy >= <u32>h) continue;
                const a = xPtr + <usize>((image * h + iy) * w + ox0 * sw + shift) * pixel + floats(g * cg + ci);
                const b = dyPtr + <usize>(row * ow + ox0) * ldy + floats(g * og + j);
                if (cg - ci >= 4 && og - j >= PANEL) outerTile(ox1 - ox0, a, lda, b, ldy, sum, lds);
                else outerEdge(ox1 - ox0, a, lda, b, ldy, sum, lds, min(4, cg - ci), min(PANEL, og - j));
              }
            }
          }
        }
      }
    }
  }
  // [g, kh, kw, c, o] → [o, c, kh, kw]
  for (let o = 0; o < oc; o++) {
    const g = o / og, column = scratchPtr + <usize>(g * kh * kw * cg) * lds + floats(o - g * og);
    for (let ci = 0; ci < cg; ci++) {
      for (let k = 0; k < kh * kw; k++) {
        store<f32>(dwPtr + floats((o * cg + ci) * kh * kw + k), load<f32>(column + <usize>(k * cg + ci) * lds));
      }
    }
  }
}

export function f32_depthwise2d_weight_gradient(
  xPtr: usize, dyPtr: usize, dwPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32,
): void {
  const pixel = floats(c), places = kh * kw;
  for (let ci = 0; ci < c; ci += 4) {
    const lanes = c - ci;
    for (let k = 0; k < places; k++) {
      const ky = k / kw, shift = (k - ky * kw) * dw - padLeft;
      const ox0 = min(ow, ceilDiv(-shift, sw)), ox1 = max(ox0, min(ow, ceilDiv(w - shift, sw)));
      let total = f32x4.splat(0);
      for (let row = 0; row < n * oh; row++) {
        const image = row / oh, iy = (row - image * oh) * sh + ky * dh - padTop;
        if (<u32>iy >= <u32>h) continue;
        let a = xPtr + <usize>((image * h + iy) * w + ox0 * sw + shift) * pixel + floats(ci);
        let b = dyPtr + <usize>(row * ow + ox0) * pixel + floats(ci);
        let sum = f32x4.splat(0);
        for (let i = ox0; i < ox1; i++, a += <usize>sw * pixel, b += pixel) sum = madd(loadUpTo4(a, lanes), loadUpTo4(b, lanes), sum);
        total = f32x4.add(total, sum);
      }
      store<f32>(dwPtr + floats(ci * places + k), f32x4.extract_lane(total, 0));
      if (lanes > 1) store<f32>(dwPtr + floats((ci + 1) * places + k), f32x4.extract_lane(total, 1));
      if (lanes > 2) store<f32>(dwPtr + floats((ci + 2) * places + k), f32x4.extract_lane(total, 2));
      if (lanes > 3) store<f32>(dwPtr + floats((ci + 3) * places + k), f32x4.extract_lane(total, 3));
    }
  }
}

export function f32_conv2d_input_gradient(
  dyPtr: usize, packedPtr: usize, dxPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, oc: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32, groups: i32,
): void {
  const cg = c / groups, og = oc / groups;
  const pixel = floats(c), ldy = floats(oc), place = packedBytes(og, cg);
  const total = n * h * w * c;
  for (let i = 0; i < total; i += 4) storeUpTo4(dxPtr + floats(i), f32x4.splat(0), total - i);
  for (let image = 0; image < n; image++) {
    for (let g = 0; g < groups; g++) {
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++) {
          const shift = kx * dw - padLeft;
          const ox0 = min(ow, ceilDiv(-shift, sw)), ox1 = max(ox0, min(ow, ceilDiv(w - shift, sw)));
          if (ox1 == ox0) continue;
          const packed = packedPtr + <usize>((g * kh + ky) * kw + kx) * place;
          for (let j = 0; j < cg; j += PANEL) {
            const panel = packed + <usize>(j >> 3) * <usize>og * 32;
            for (let oy = 0; oy < oh; oy++) {
              const iy = oy * sh + ky * dh - padTop;
              if (<u32>iy >= <u32>h) continue;
              multiplyPanel(
                og, dyPtr + <usize>((image * oh + oy) * ow + ox0) * ldy + floats(g * og), ldy, panel,
                dxPtr + <usize>((image * h + iy) * w + ox0 * sw + shift) * pixel + floats(g * cg + j), <usize>sw * pixel,
                ox1 - ox0, min(PANEL, cg - j), false, false, 0, 0, 0,
              );
            }
          }
        }
      }
    }
  }
}

export function f32_max_pool2d_gradient(
  xPtr: usize, yPtr: usize, dyPtr: usize, dxPtr: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32,
): void {
  const pixel = floats(c), total = n * h * w * c;
  for (let i = 0; i < total; i += 4) storeUpTo4(dxPtr + floats(i), f32x4.splat(0), total - i);
  for (let image = 0; image < n; image++) {
    const first = <usize>(image * h * w) * pixel;
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        const out = <usize>((image * oh + oy) * ow + ox) * pixel;
        for (let ci = 0; ci < c; ci += 4) {
          const lanes = c - ci, y = loadUpTo4(yPtr + out + floats(ci), lanes), dy = loadUpTo4(dyPtr + out + floats(ci), lanes);
          // The first position that holds the maximum gets everything.
          let open = i32x4.splat(-1);
          for (let ky = 0; ky < kh; ky++) {
            const iy = oy * sh + ky * dh - padTop;
            if (<u32>iy >= <u32>h) continue;
            for (let kx = 0; kx < kw; kx++) {
              const ix = ox * sw + kx * dw - padLeft;
              if (<u32>ix >= <u32>w) continue;
              const at = first + <usize>(iy * w + ix) * pixel + floats(ci);
              const wins = v128.and(open, f32x4.eq(loadUpTo4(xPtr + at, lanes), y));
              open = v128.andnot(open, wins);
              storeUpTo4(dxPtr + at, f32x4.add(loadUpTo4(dxPtr + at, lanes), v128.and(dy, wins)), lanes);
            }
          }
        }
      }
    }
  }
}

export function f32_average_pool2d_gradient(
  dyPtr: usize, dxPtr: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, padBottom: i32, padRight: i32, dh: i32, dw: i32, countPadding: i32,
): void {
  const pixel = floats(c), total = n * h * w * c;
  for (let i = 0; i < total; i += 4) storeUpTo4(dxPtr + floats(i), f32x4.splat(0), total - i);
  for (let image = 0; image < n; image++) {
    const first = <usize>(image * h * w) * pixel;
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * sh - padTop;
      const ky0 = ceilDiv(-top, dh), ky1 = min(kh, ceilDiv(h - top, dh)), rows = min(kh, ceilDiv(h + padBottom - top, dh));
      for (let ox = 0; ox < ow; ox++) {
        const left = ox * sw - padLeft;
        const kx0 = ceilDiv(-left, dw), kx1 = min(kw, ceilDiv(w - left, dw)), columns = min(kw, ceilDiv(w + padRight - left, dw));
        const count = countPadding ? rows * columns : max(0, ky1 - ky0) * max(0, kx1 - kx0);
        const out = dyPtr + <usize>((image * oh + oy) * ow + ox) * pixel, divisor = f32x4.splat(<f32>count);
        for (let ci = 0; ci < c; ci += 4) {
          const lanes = c - ci, share = f32x4.div(loadUpTo4(out + floats(ci), lanes), divisor);
          for (let ky = ky0; ky < ky1; ky++) {
            for (let kx = kx0; kx < kx1; kx++) {
              const at = dxPtr + first + <usize>((top + ky * dh) * w + left + kx * dw) * pixel + floats(ci);
              storeUpTo4(at, f32x4.add(loadUpTo4(at, lanes), share), lanes);
            }
          }
        }
      }
    }
  }
}


export function f32_batch_statistics(xPtr: usize, rows: i32, c: i32, meanPtr: usize, variancePtr: usize): void {
  const step = floats(c), n = f64x2.splat(<f64>rows);
  for (let ci = 0; ci < c; ci += 4) {
    const lanes = c - ci;
    // Deviations from the first value, so that a large mean costs no digits.
    const first = loadUpTo4(xPtr + floats(ci), lanes), shift0 = widenLow(first), shift1 = widenHigh(first);
    let s0 = f64x2.splat(0), s1 = s0, q0 = s0, q1 = s0;
    let p = xPtr + floats(ci);
    for (let r = 0; r < rows; r++, p += step) {
      const v = lanes >= 4 ? v128.load(p) : loadPart(p, lanes);
      const d = f64x2.sub(widenLow(v), shift0), e = f64x2.sub(widenHigh(v), shift1);
      s0 = f64x2.add(s0, d); s1 = f64x2.add(s1, e);
      q0 = f64x2.add(q0, f64x2.mul(d, d)); q1 = f64x2.add(q1, f64x2.mul(e, e));
    }
    const m0 = f64x2.div(s0, n), m1 = f64x2.div(s1, n);
    const v0 = f64x2.sub(f64x2.div(q0, n), f64x2.mul(m0, m0)), v1 = f64x2.sub(f64x2.div(q1, n), f64x2.mul(m1, m1));
    storeUpTo4(meanPtr + floats(ci), narrow(f64x2.add(shift0, m0), f64x2.add(shift1, m1)), lanes);
    storeUpTo4(variancePtr + floats(ci), f32x4.max(narrow(v0, v1), f32x4.splat(0)), lanes);
  }
}

/** y = x · factor + offset is the normalisation: factor = scale / √(variance + ε), offset = shift − mean · factor. */
export function f32_batch_norm_factors(
  scalePtr: usize, shiftPtr: usize, meanPtr: usize, variancePtr: usize, epsilon: f64, factorPtr: usize, offsetPtr: usize, c: i32,
): void {
  for (let i = 0; i < c; i++) {
    const at = floats(i), factor = <f64>load<f32>(scalePtr + at) / sqrt(<f64>load<f32>(variancePtr + at) + epsilon);
    store<f32>(factorPtr + at, <f32>factor);
    store<f32>(offsetPtr + at, <f32>(<f64>load<f32>(shiftPtr + at) - <f64>load<f32>(meanPtr + at) * factor));
  }
}

export function f32_batch_norm_gradient(
  xPtr: usize, dyPtr: usize, scalePtr: usize, meanPtr: usize, variancePtr: usize, epsilon: f64,
  dxPtr: usize, dScalePtr: usize, dShiftPtr: usize, rows: i32, c: i32,
): void {
  const step = floats(c), n = f64x2.splat(<f64>rows), eps = f64x2.splat(epsilon), one = f64x2.splat(1);
  for (let ci = 0; ci < c; ci += 4) {
    const lanes = c - ci, at = floats(ci);
    const mean = loadUpTo4(meanPtr + at, lanes), mean0 = widenLow(mean), mean1 = widenHigh(mean);
    let s0 = f64x2.splat(0), s1 = s0, q0 = s0, q1 = s0;
    let p = xPtr + at, g = dyPtr + at;
    for (let r = 0; r < rows; r++, p += step, g += step) {
      const x = lanes >= 4 ? v128.load(p) : loadPart(p, lanes), dy = lanes >= 4 ? v128.load(g) : loadPart(g, lanes);
      const dy0 = widenLow(dy), dy1 = widenHigh(dy);
      s0 = f64x2.add(s0, dy0); s1 = f64x2.add(s1, dy1);
      q0 = f64x2.add(q0, f64x2.mul(dy0, f64x2.sub(widenLow(x), mean0)));
      q1 = f64x2.add(q1, f64x2.mul(dy1, f64x2.sub(widenHigh(x), mean1)));
    }
    const variance = loadUpTo4(variancePtr + at, lanes), scale = loadUpTo4(scalePtr + at, lanes);
    const i0 = f64x2.div(one, f64x2.sqrt(f64x2.add(widenLow(variance), eps)));
    const i1 = f64x2.div(one, f64x2.sqrt(f64x2.add(widenHigh(variance), eps)));
    // Σ dy · (x − mean) / σ
    const t0 = f64x2.mul(q0, i0), t1 = f64x2.mul(q1, i1);
    storeUpTo4(dShiftPtr + at, narrow(s0, s1), lanes);
    storeUpTo4(dScalePtr + at, narrow(t0, t1), lanes);
    // dx = scale / σ · (dy − Σ dy / n − (x − mean) / σ · t / n)
    const f0 = f64x2.mul(widenLow(scale), i0), f1 = f64x2.mul(widenHigh(scale), i1);
    const factor = narrow(f0, f1), share = narrow(f64x2.div(s0, n), f64x2.div(s1, n));
    const slope = narrow(f64x2.div(f64x2.mul(t0, i0), n), f64x2.div(f64x2.mul(t1, i1), n));
    p = xPtr + at;
    g = dyPtr + at;
    let d = dxPtr + at;
    for (let r = 0; r < rows; r++, p += step, g += step, d += step) {
      const x = lanes >= 4 ? v128.load(p) : loadPart(p, lanes), dy = lanes >= 4 ? v128.load(g) : loadPart(g, lanes);
      const inner = f32x4.sub(f32x4.sub(dy, share), f32x4.mul(f32x4.sub(x, mean), slope));
      storeUpTo4(d, f32x4.mul(factor, inner), lanes);
    }
  }
}

export function f32_scatter_add(srcPtr: usize, indicesPtr: usize, n: i32, dstPtr: usize, size: i32): void {
  for (let i = 0; i < size; i += 4) storeUpTo4(dstPtr + floats(i), f32x4.splat(0), size - i);
  for (let i = 0; i < n; i++) {
    const index = load<i32>(indicesPtr + floats(i));
    if (index < 0) continue;
    const p = dstPtr + floats(index);
    store<f32>(p, load<f32>(p) + load<f32>(srcPtr + floats(i)));
  }
}
