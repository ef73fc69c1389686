/**
 * @file Element by element: unary and binary functions, where, copies and fills over strided index spaces, scale and shift.
 * The codes are those of src/abi.ts. Tails pass through the same lanes, so a value's bits do not depend on its position.
 */
import { clamp, floats, gather4, loadPart, loadUpTo4, narrow, storeUpTo4, widenHigh, widenLow } from './lanes';
import { cos4, erf4, exp4, geluLanes, geluTanhLanes, log1p4, log4, sigmoidLanes, sin4, tanh4 } from './math';
import { pow64 } from './math64';

// @ts-ignore: decorator
@inline
function one(): v128 {
  return f32x4.splat(1);
}

/** y where the mask is set, 0 elsewhere. */
// @ts-ignore: decorator
@inline
function flag(mask: v128): v128 {
  return v128.and(mask, f32x4.splat(1));
}

/** exp(x) − 1 without the cancellation near 0: there it is 2·tanh(x/2) / (1 − tanh(x/2)). */
function expm14(x: v128): v128 {
  const t = tanh4(f32x4.mul(x, f32x4.splat(0.5)));
  const small = f32x4.div(f32x4.add(t, t), f32x4.sub(one(), t));
  return v128.bitselect(small, f32x4.sub(exp4(x), one()), f32x4.lt(f32x4.abs(x), f32x4.splat(0.5)));
}

/** fn of four lanes. An unknown code gives NaN. */
function unary4(code: i32, x: v128, alpha: f32, beta: f32): v128 {
  const zero = f32x4.splat(0), a = f32x4.splat(alpha), b = f32x4.splat(beta);
  switch (code) {
    case 0: return f32x4.abs(x);
    case 1: return f32x4.neg(x);
    case 2: return f32x4.sqrt(x);
    case 3: return f32x4.div(one(), x);
    case 4: return exp4(x);
    case 5: return log4(x);
    case 6: return sin4(x);
    case 7: return cos4(x);
    case 8: return tanh4(x);
    case 9: return erf4(x);
    case 10: return f32x4.floor(x);
    case 11: return f32x4.ceil(x);
    case 12: return f32x4.nearest(x);
    // sign: ±0 and NaN stay what they are
    case 13: return v128.bitselect(v128.or(v128.and(x, i32x4.splat(0x80000000)), one()), x, f32x4.gt(f32x4.abs(x), zero));
    case 14: return f32x4.mul(x, x);
    case 15: return f32x4.add(f32x4.mul(x, a), b);
    case 20: return f32x4.pmax(x, zero);
    case 21: return v128.bitselect(f32x4.mul(x, a), x, f32x4.lt(x, zero));
    case 22: return v128.bitselect(f32x4.mul(a, expm14(x)), x, f32x4.lt(x, zero));
    case 23: return f32x4.mul(b, v128.bitselect(f32x4.mul(a, expm14(x)), x, f32x4.lt(x, zero)));
    case 24: return v128.bitselect(f32x4.mul(a, expm14(f32x4.div(x, a))), x, f32x4.lt(x, zero));
    case 25: return sigmoidLanes(x);
    case 26: return clamp(f32x4.add(f32x4.mul(x, a), b), zero, one());
    case 27: return f32x4.mul(x, clamp(f32x4.add(f32x4.mul(x, f32x4.splat(1.0 / 6.0)), f32x4.splat(0.5)), zero, one()));
    case 28: return f32x4.mul(x, sigmoidLanes(x));
    case 29: return f32x4.add(f32x4.pmax(x, zero), log1p4(exp4(f32x4.neg(f32x4.abs(x)))));
    case 30: return f32x4.div(x, f32x4.add(one(), f32x4.abs(x)));
    case 31: return v128.bitselect(zero, x, f32x4.le(x, a));
    case 32: {
      // tanh(log(1 + e)) = e(e + 2) / (e(e + 2) + 2)
      const e = exp4(f32x4.pmin(x, f32x4.splat(30)));
      const m = f32x4.mul(e, f32x4.add(e, f32x4.splat(2)));
      return f32x4.mul(x, f32x4.div(m, f32x4.add(m, f32x4.splat(2))));
    }
    case 33: return geluLanes(x);
    case 34: return geluTanhLanes(x);
    case 35: return clamp(x, a, b);
    default: return f32x4.splat(NaN);
  }
}

export function f32_unary(code: i32, xPtr: usize, yPtr: usize, n: i32, alpha: f32, beta: f32): void {
  const bulk = n & ~3;
  let i = 0;
  // The commonest have a loop of their own: four lanes a step are too few to pay for calls.
  if (code == 20) {
    const zero = f32x4.splat(0);
    for (; i < bulk; i += 4) v128.store(yPtr + floats(i), f32x4.pmax(v128.load(xPtr + floats(i)), zero));
  } else if (code == 35) {
    const a = f32x4.splat(alpha), b = f32x4.splat(beta);
    for (; i < bulk; i += 4) v128.store(yPtr + floats(i), clamp(v128.load(xPtr + floats(i)), a, b));
  } else if (code == 25) {
    for (; i < bulk; i += 4) v128.store(yPtr + floats(i), sigmoidLanes(v128.load(xPtr + floats(i))));
  } else if (code == 28) {
    for (; i < bulk; i += 4) {
      const x = v128.load(xPtr + floats(i));
      v128.store(yPtr + floats(i), f32x4.mul(x, sigmoidLanes(x)));
    }
  } else if (code == 33) {
    for (; i < bulk; i += 4) v128.store(yPtr + floats(i), geluLanes(v128.load(xPtr + floats(i))));
  } else {
    for (; i < bulk; i += 4) v128.store(yPtr + floats(i), unary4(code, v128.load(xPtr + floats(i)), alpha, beta));
  }
  const rest = n - bulk;
  if (rest > 0) storeUpTo4(yPtr + floats(i), unary4(code, loadPart(xPtr + floats(i), rest), alpha, beta), rest);
}

// @ts-ignore: decorator
@inline
function pow2(x: v128, y: v128): v128 {
  return f64x2.replace_lane(
    f64x2.splat(pow64(f64x2.extract_lane(x, 0), f64x2.extract_lane(y, 0))), 1,
    pow64(f64x2.extract_lane(x, 1), f64x2.extract_lane(y, 1)),
  );
}

function pow4(x: v128, y: v128): v128 {
  return narrow(pow2(widenLow(x), widenLow(y)), pow2(widenHigh(x), widenHigh(y)));
}

/** Remainder with the sign of a (C fmod), exact. */
function mod1(a: f32, b: f32): f32 {
  return a % b;
}

function mod4(a: v128, b: v128): v128 {
  let y = f32x4.splat(mod1(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)));
  y = f32x4.replace_lane(y, 1, mod1(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)));
  y = f32x4.replace_lane(y, 2, mod1(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)));
  return f32x4.replace_lane(y, 3, mod1(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)));
}

/** fn of four pairs. Unused lanes of a tail hold 0; an unknown code gives NaN. */
function binary4(code: i32, a: v128, b: v128): v128 {
  const zero = f32x4.splat(0);
  switch (code) {
    case 0: return f32x4.add(a, b);
    case 1: return f32x4.sub(a, b);
    case 2: return f32x4.mul(a, b);
    case 3: return f32x4.div(a, b);
    case 4: return pow4(a, b);
    case 5: return f32x4.min(a, b);
    case 6: return f32x4.max(a, b);
    case 7: return v128.bitselect(f32x4.mul(a, b), a, f32x4.lt(a, zero));
    case 8: return flag(f32x4.eq(a, b));
    case 9: return flag(f32x4.lt(a, b));
    case 10: return flag(f32x4.le(a, b));
    case 11: return flag(f32x4.gt(a, b));
    case 12: return flag(f32x4.ge(a, b));
    case 13: return mod4(a, b);
    case 14: return flag(v128.and(f32x4.ne(a, zero), f32x4.ne(b, zero)));
    case 15: return flag(v128.or(f32x4.ne(a, zero), f32x4.ne(b, zero)));
    case 16: return flag(v128.xor(f32x4.ne(a, zero), f32x4.ne(b, zero)));
    default: return f32x4.splat(NaN);
  }
}

/** n floats from p, `step` bytes apart (0: the same one), n ≥ 4 as one register. */
// @ts-ignore: decorator
@inline
function loadStrided(p: usize, step: usize, n: i32): v128 {
  if (step == 4) return loadUpTo4(p, n);
  if (step == 0) return v128.load32_splat(p);
  if (n >= 4) return gather4(p, step);
  let v = v128.load32_zero(p);
  if (n > 1) v = v128.load32_lane(p + step, v, 1);
  if (n > 2) v = v128.load32_lane(p + 2 * step, v, 2);
  return v;
}

function binaryRun(code: i32, a: usize, sa: usize, b: usize, sb: usize, y: usize, n: i32): void {
  let i = 0;
  if (sa == 4 && sb == 4 && code == 0) {
    for (; i + 4 <= n; i += 4) v128.store(y + floats(i), f32x4.add(v128.load(a + floats(i)), v128.load(b + floats(i))));
  } else if (sa == 4 && sb == 4 && code == 2) {
    for (; i + 4 <= n; i += 4) v128.store(y + floats(i), f32x4.mul(v128.load(a + floats(i)), v128.load(b + floats(i))));
  }
  for (; i < n; i += 4) {
    const rest = n - i;
    const u = loadStrided(a + <usize>i * sa, sa, rest), v = loadStrided(b + <usize>i * sb, sb, rest);
    storeUpTo4(y + floats(i), binary4(code, u, v), rest);
  }
}

// An index space is walked by recursion over its axes; neighbouring axes that step evenly in every operand count as one.
// List l (0: sizes, 1 …: strides) of axis d stands at shapePtr + 4 · (l · rank + d).

// @ts-ignore: decorator
@inline
function entry(shapePtr: usize, rank: i32, list: i32, axis: i32): i32 {
  return load<i32>(shapePtr + floats(list * rank + axis));
}

/** Whether axes axis … rank − 1 form one even run in each of `lists` operands. */
function even(shapePtr: usize, rank: i32, axis: i32, lists: i32): bool {
  for (let d = axis; d < rank - 1; d++) {
    const inner = entry(shapePtr, rank, 0, d + 1);
    for (let l = 1; l <= lists; l++) {
      if (entry(shapePtr, rank, l, d) != inner * entry(shapePtr, rank, l, d + 1)) return false;
    }
  }
  return true;
}

/** Elements of axes axis … rank − 1. */
function volume(shapePtr: usize, rank: i32, axis: i32): i32 {
  let n = 1;
  for (let d = axis; d < rank; d++) n *= entry(shapePtr, rank, 0, d);
  return n;
}

/** Bytes between neighbours of the last axis. */
// @ts-ignore: decorator
@inline
function lastStep(shapePtr: usize, rank: i32, list: i32): usize {
  return rank > 0 ? floats(entry(shapePtr, rank, list, rank - 1)) : 0;
}

function binaryWalk(code: i32, a: usize, b: usize, y: usize, rank: i32, shapePtr: usize, axis: i32): void {
  if (even(shapePtr, rank, axis, 2)) {
    binaryRun(code, a, lastStep(shapePtr, rank, 1), b, lastStep(shapePtr, rank, 2), y, volume(shapePtr, rank, axis));
    return;
  }
  const n = entry(shapePtr, rank, 0, axis), block = floats(volume(shapePtr, rank, axis + 1));
  const sa = floats(entry(shapePtr, rank, 1, axis)), sb = floats(entry(shapePtr, rank, 2, axis));
  for (let i = 0; i < n; i++) {
    binaryWalk(code, a, b, y, rank, shapePtr, axis + 1);
    a += sa;
    b += sb;
    y += block;
  }
}

export function f32_binary(code: i32, aPtr: usize, bPtr: usize, yPtr: usize, rank: i32, shapePtr: usize): void {
  if (volume(shapePtr, rank, 0) > 0) binaryWalk(code, aPtr, bPtr, yPtr, rank, shapePtr, 0);
}

function whereWalk(m: usize, a: usize, b: usize, y: usize, rank: i32, shapePtr: usize, axis: i32): void {
  if (even(shapePtr, rank, axis, 3)) {
    const sm = lastStep(shapePtr, rank, 1), sa = lastStep(shapePtr, rank, 2), sb = lastStep(shapePtr, rank, 3);
    const n = volume(shapePtr, rank, axis);
    for (let i = 0; i < n; i += 4) {
      const rest = n - i, at = <usize>i;
      const mask = f32x4.ne(loadStrided(m + at * sm, sm, rest), f32x4.splat(0));
      const chosen = v128.bitselect(loadStrided(a + at * sa, sa, rest), loadStrided(b + at * sb, sb, rest), mask);
      storeUpTo4(y + floats(i), chosen, rest);
    }
    return;
  }
  const n = entry(shapePtr, rank, 0, axis), block = floats(volume(shapePtr, rank, axis + 1));
  const sm = floats(entry(shapePtr, rank, 1, axis));
  const sa = floats(entry(shapePtr, rank, 2, axis)), sb = floats(entry(shapePtr, rank, 3, axis));
  for (let i = 0; i < n; i++) {
    whereWalk(m, a, b, y, rank, shapePtr, axis + 1);
    m += sm;
    a += sa;
    b += sb;
    y += block;
  }
}

export function f32_where(maskPtr: usize, aPtr: usize, bPtr: usize, yPtr: usize, rank: i32, shapePtr: usize): void {
  if (volume(shapePtr, rank, 0) > 0) whereWalk(maskPtr, aPtr, bPtr, yPtr, rank, shapePtr, 0);
}

function copyRun(src: usize, ss: usize, dst: usize, ds: usize, n: i32): void {
  let i = 0;
  if (ds == 4) {
    if (ss == 4) {
      for (; i + 4 <= n; i += 4) v128.store(dst + floats(i), v128.load(src + floats(i)));
    } else {
      for (; i + 4 <= n; i += 4) {
        const p = src + <usize>i * ss;
        v128.store(dst + floats(i), gather4(p, ss));
      }
    }
  }
  for (; i < n; i++) store<u32>(dst + <usize>i * ds, load<u32>(src + <usize>i * ss));
}

/**
 * A plane whose source runs along its first axis and whose destination runs along its second, in 4 × 4 tiles:
 * src[i + j · sj], dst[i · di + j].
 */
function transpose(src: usize, sj: usize, dst: usize, di: usize, ni: i32, nj: i32): void {
  const bi = ni & ~3, bj = nj & ~3;
  for (let j = 0; j < bj; j += 4) {
    let p = src + <usize>j * sj, q = dst + floats(j);
    for (let i = 0; i < bi; i += 4) {
      const r0 = v128.load(p), r1 = v128.load(p + sj), r2 = v128.load(p + 2 * sj), r3 = v128.load(p + 3 * sj);
      const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5), b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7), d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(q, v128.shuffle<i64>(a, b, 0, 2));
      v128.store(q + di, v128.shuffle<i64>(a, b, 1, 3));
      v128.store(q + 2 * di, v128.shuffle<i64>(c, d, 0, 2));
      v128.store(q + 3 * di, v128.shuffle<i64>(c, d, 1, 3));
      p += 16;
      q += 4 * di;
    }
  }
  for (let i = 0; i < ni; i++) {
    const p = src + floats(i), q = dst + <usize>i * di;
    for (let j = i < bi ? bj : 0; j < nj; j++) store<u32>(q + floats(j), load<u32>(p + <usize>j * sj));
  }
}

function copyWalk(src: usize, dst: usize, rank: i32, shapePtr: usize, axis: i32): void {
  if (even(shapePtr, rank, axis, 2)) {
    copyRun(src, lastStep(shapePtr, rank, 1), dst, lastStep(shapePtr, rank, 2), volume(shapePtr, rank, axis));
    return;
  }
  const n = entry(shapePtr, rank, 0, axis);
  const ss = floats(entry(shapePtr, rank, 1, axis)), ds = floats(entry(shapePtr, rank, 2, axis));
  // The rest may be one run along which only the destination is contiguous, while the source is so along this axis.
  if (even(shapePtr, rank, axis + 1, 2)) {
    const sn = lastStep(shapePtr, rank, 1), dn = lastStep(shapePtr, rank, 2), m = volume(shapePtr, rank, axis + 1);
    if (ss == 4 && dn == 4) {
      transpose(src, sn, dst, ds, n, m);
      return;
    }
    if (sn == 4 && ds == 4) {
      transpose(src, ss, dst, dn, m, n);
      return;
    }
  }
  for (let i = 0; i < n; i++) {
    copyWalk(src, dst, rank, shapePtr, axis + 1);
    src += ss;
    dst += ds;
  }
}

export function f32_copy(srcPtr: usize, dstPtr: usize, rank: i32, shapePtr: usize): void {
  if (volume(shapePtr, rank, 0) > 0) copyWalk(srcPtr, dstPtr, rank, shapePtr, 0);
}

export function f32_fill(dstPtr: usize, n: i32, value: f32): void {
  const v = f32x4.splat(value);
  for (let i = 0; i < n; i += 4) storeUpTo4(dstPtr + floats(i), v, n - i);
}

export function f32_scale_shift(
  xPtr: usize, scalePtr: usize, shiftPtr: usize, yPtr: usize, rows: i32, c: i32, lo: f32, hi: f32,
): void {
  const l = f32x4.splat(lo), h = f32x4.splat(hi);
  let at: usize = 0;
  for (let r = 0; r < rows; r++) {
    let i = 0;
    for (; i + 4 <= c; i += 4) {
      const y = f32x4.mul(v128.load(xPtr + at + floats(i)), v128.load(scalePtr + floats(i)));
      v128.store(yPtr + at + floats(i), clamp(f32x4.add(y, v128.load(shiftPtr + floats(i))), l, h));
    }
    if (i < c) {
      const rest = c - i;
      const y = f32x4.mul(loadPart(xPtr + at + floats(i), rest), loadPart(scalePtr + floats(i), rest));
      storeUpTo4(yPtr + at + floats(i), clamp(f32x4.add(y, loadPart(shiftPtr + floats(i), rest)), l, h), rest);
    }
    at += floats(c);
  }
}
