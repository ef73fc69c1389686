/**
 * @file The backward pass: derivatives of the functions; gradients of convolutions with respect to inputs where windows move by
 * more than one, of pooling, of batch normalisation; scattered sums. Every sum has one fixed order. Gradients with respect to
 * weights are weight-gradient.ts; what a plain convolution or matrix product can do is done by conv.ts, winograd.ts and gemm.ts.
 */
import { c, K } from './constants';
import { multiplyPanel, packedBytes, PANEL } from './gemm';
import { ceilDiv, floats, loadPart, loadUpTo4, madd, narrow, storeUpTo4, widenHigh, widenLow } from './lanes';
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
  // Windows side by side: every input is in one of them, and nothing is added up.
  const isTiled = kh == sh && kw == sw && dh == 1 && dw == 1 && padTop == 0 && padLeft == 0 && oh * sh == h && ow * sw == w;
  if (!isTiled) for (let i = 0; i < total; i += 4) storeUpTo4(dxPtr + floats(i), f32x4.splat(0), total - i);
  const down = <usize>(dh * w) * pixel, across = <usize>dw * pixel;
  for (let image = 0; image < n; image++) {
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * sh - padTop, ky0 = ceilDiv(-top, dh), ky1 = min(kh, ceilDiv(h - top, dh));
      for (let ox = 0; ox < ow; ox++) {
        const left = ox * sw - padLeft, kx0 = ceilDiv(-left, dw), kx1 = min(kw, ceilDiv(w - left, dw));
        const corner = <usize>((image * h + top + ky0 * dh) * w + left + kx0 * dw) * pixel;
        const out = <usize>((image * oh + oy) * ow + ox) * pixel;
        for (let ci = 0; ci < c; ci += 4) {
          const lanes = c - ci, y = loadUpTo4(yPtr + out + floats(ci), lanes), dy = loadUpTo4(dyPtr + out + floats(ci), lanes);
          // The first position that holds the maximum gets everything.
          let open = i32x4.splat(-1), row = corner + floats(ci);
          for (let ky = ky0; ky < ky1; ky++, row += down) {
            for (let kx = kx0, at = row; kx < kx1; kx++, at += across) {
              const wins = v128.and(open, f32x4.eq(loadUpTo4(xPtr + at, lanes), y)), share = v128.and(dy, wins);
              open = v128.andnot(open, wins);
              storeUpTo4(dxPtr + at, isTiled ? share : f32x4.add(loadUpTo4(dxPtr + at, lanes), share), lanes);
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


/** Rows whose values are summed up channel by channel in one turn: they stay in the first-level cache. */
// @ts-ignore: decorator
@inline
function turnRows(c: i32): i32 {
  return max(4, 4096 / c);
}

/** Bytes for four channels' sums in float64: of one quantity, and of another. */
const SUMS: usize = 64;

/** Bytes for four channels' columns of the gradient: factor, offset, mean, share and slope. */
const COLUMNS: usize = 80;

export function f32_batch_norm_scratch(c: i32): i32 {
  return ((c + 3) >> 2) * <i32>(SUMS + COLUMNS);
}

export function f32_batch_statistics(
  xPtr: usize, rows: i32, c: i32, meanPtr: usize, variancePtr: usize, scratchPtr: usize,
): void {
  const step = floats(c), n = f64x2.splat(<f64>rows), turn = turnRows(c);
  for (let ci = 0, sums = scratchPtr; ci < c; ci += 4, sums += SUMS) clearSums(sums);
  for (let first = 0; first < rows; first += turn) {
    const here = min(turn, rows - first);
    for (let ci = 0, sums = scratchPtr; ci < c; ci += 4, sums += SUMS) {
      const lanes = c - ci;
      // Deviations from the first value, so that a large mean costs no digits.
      const origin = loadUpTo4(xPtr + floats(ci), lanes), shift0 = widenLow(origin), shift1 = widenHigh(origin);
      let s0 = v128.load(sums), s1 = v128.load(sums, 16), q0 = v128.load(sums, 32), q1 = v128.load(sums, 48);
      let p = xPtr + floats(first * c + ci);
      for (let r = 0; r < here; r++, p += step) {
        const v = loadUpTo4(p, lanes);
        const d = f64x2.sub(widenLow(v), shift0), e = f64x2.sub(widenHigh(v), shift1);
        s0 = f64x2.add(s0, d); s1 = f64x2.add(s1, e);
        q0 = f64x2.add(q0, f64x2.mul(d, d)); q1 = f64x2.add(q1, f64x2.mul(e, e));
      }
      storeSums(sums, s0, s1, q0, q1);
    }
  }
  for (let ci = 0, sums = scratchPtr; ci < c; ci += 4, sums += SUMS) {
    const lanes = c - ci, origin = loadUpTo4(xPtr + floats(ci), lanes);
    const m0 = f64x2.div(v128.load(sums), n), m1 = f64x2.div(v128.load(sums, 16), n);
    const v0 = f64x2.sub(f64x2.div(v128.load(sums, 32), n), f64x2.mul(m0, m0));
    const v1 = f64x2.sub(f64x2.div(v128.load(sums, 48), n), f64x2.mul(m1, m1));
    storeUpTo4(meanPtr + floats(ci), narrow(f64x2.add(widenLow(origin), m0), f64x2.add(widenHigh(origin), m1)), lanes);
    storeUpTo4(variancePtr + floats(ci), f32x4.max(narrow(v0, v1), f32x4.splat(0)), lanes);
  }
}

// @ts-ignore: decorator
@inline
function clearSums(p: usize): void {
  storeSums(p, f64x2.splat(0), f64x2.splat(0), f64x2.splat(0), f64x2.splat(0));
}

// @ts-ignore: decorator
@inline
function storeSums(p: usize, s0: v128, s1: v128, q0: v128, q1: v128): void {
  v128.store(p, s0); v128.store(p, s1, 16); v128.store(p, q0, 32); v128.store(p, q1, 48);
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
  xPtr: usize, dyPtr: usize, scalePtr: usize, shiftPtr: usize, meanPtr: usize, variancePtr: usize, epsilon: f64, lo: f32, hi: f32,
  dxPtr: usize, dScalePtr: usize, dShiftPtr: usize, scratchPtr: usize, rows: i32, c: i32,
): void {
  const step = floats(c), n = f64x2.splat(<f64>rows), eps = f64x2.splat(epsilon), one = f64x2.splat(1), turn = turnRows(c);
  const l = f32x4.splat(lo), h = f32x4.splat(hi), columns = scratchPtr + <usize>((c + 3) >> 2) * SUMS;
  // As they were in the forward pass, so that each value is on the same side of the bounds.
  f32_batch_norm_factors(scalePtr, shiftPtr, meanPtr, variancePtr, epsilon, dScalePtr, dShiftPtr, c);
  for (let ci = 0, sums = scratchPtr, column = columns; ci < c; ci += 4, sums += SUMS, column += COLUMNS) {
    const lanes = c - ci, at = floats(ci);
    clearSums(sums);
    v128.store(column, loadUpTo4(dScalePtr + at, lanes));
    v128.store(column, loadUpTo4(dShiftPtr + at, lanes), 16);
    v128.store(column, loadUpTo4(meanPtr + at, lanes), 32);
  }
  for (let first = 0; first < rows; first += turn) {
    const here = min(turn, rows - first);
    for (let ci = 0, sums = scratchPtr, column = columns; ci < c; ci += 4, sums += SUMS, column += COLUMNS) {
      const lanes = c - ci, factor = v128.load(column), offset = v128.load(column, 16);
      const mean = v128.load(column, 32), mean0 = widenLow(mean), mean1 = widenHigh(mean);
      let s0 = v128.load(sums), s1 = v128.load(sums, 16), q0 = v128.load(sums, 32), q1 = v128.load(sums, 48);
      let p = xPtr + floats(first * c + ci), g = dyPtr + floats(first * c + ci);
      for (let r = 0; r < here; r++, p += step, g += step) {
        const x = loadUpTo4(p, lanes), dy = within(x, factor, offset, l, h, loadUpTo4(g, lanes));
        const dy0 = widenLow(dy), dy1 = widenHigh(dy);
        s0 = f64x2.add(s0, dy0); s1 = f64x2.add(s1, dy1);
        q0 = f64x2.add(q0, f64x2.mul(dy0, f64x2.sub(widenLow(x), mean0)));
        q1 = f64x2.add(q1, f64x2.mul(dy1, f64x2.sub(widenHigh(x), mean1)));
      }
      storeSums(sums, s0, s1, q0, q1);
    }
  }
  // dx = factor · (dy − share − (x − mean) · slope)
  for (let ci = 0, sums = scratchPtr, column = columns; ci < c; ci += 4, sums += SUMS, column += COLUMNS) {
    const lanes = c - ci, at = floats(ci), variance = loadUpTo4(variancePtr + at, lanes);
    const i0 = f64x2.div(one, f64x2.sqrt(f64x2.add(widenLow(variance), eps)));
    const i1 = f64x2.div(one, f64x2.sqrt(f64x2.add(widenHigh(variance), eps)));
    const s0 = v128.load(sums), s1 = v128.load(sums, 16);
    // Σ dy · (x − mean) / σ
    const t0 = f64x2.mul(v128.load(sums, 32), i0), t1 = f64x2.mul(v128.load(sums, 48), i1);
    storeUpTo4(dShiftPtr + at, narrow(s0, s1), lanes);
    storeUpTo4(dScalePtr + at, narrow(t0, t1), lanes);
    v128.store(column, narrow(f64x2.div(s0, n), f64x2.div(s1, n)), 48);
    v128.store(column, narrow(f64x2.div(f64x2.mul(t0, i0), n), f64x2.div(f64x2.mul(t1, i1), n)), 64);
  }
  for (let r = 0, p = xPtr, g = dyPtr, d = dxPtr; r < rows; r++, p += step, g += step, d += step) {
    for (let ci = 0, column = columns; ci < c; ci += 4, column += COLUMNS) {
      const lanes = c - ci, at = floats(ci), x = loadUpTo4(p + at, lanes), factor = v128.load(column);
      const dy = within(x, factor, v128.load(column, 16), l, h, loadUpTo4(g + at, lanes));
      const away = f32x4.mul(f32x4.sub(x, v128.load(column, 32)), v128.load(column, 64));
      storeUpTo4(d + at, f32x4.mul(factor, f32x4.sub(f32x4.sub(dy, v128.load(column, 48)), away)), lanes);
    }
  }
}

/** dy where x · factor + offset lies between the bounds, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function within(x: v128, factor: v128, offset: v128, lo: v128, hi: v128, dy: v128): v128 {
  const y = f32x4.add(f32x4.mul(x, factor), offset);
  return v128.and(dy, v128.and(f32x4.gt(y, lo), f32x4.lt(y, hi)));
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
