/**
 * @file exp, log, log1p, sin, cos, tanh and erf of four float32 lanes. Only correctly rounded operations, so the same bits on
 * every machine; a tail goes through the same lanes, so the same bits at every position. Not for float64: see math64.ts.
 *
 * Range reduction after Cody & Waite (1980, Software Manual for the Elementary Functions); polynomials are Taylor series,
 * tanh Lambert's continued fraction, the tail of erf a Chebyshev fit. Largest error found over some 10^5 arguments each, in
 * units in the last place: exp 1, log 0.9, sin and cos 0.5, tanh 1.4, erf 1.5.
 */
import { c, K } from './constants';
import { narrow, widenHigh, widenLow } from './lanes';

// @ts-ignore: decorator
@inline
function f(x: f32): v128 {
  return f32x4.splat(x);
}

// @ts-ignore: decorator
@inline
function step(p: v128, x: v128, c: f32): v128 {
  return f32x4.add(f32x4.mul(p, x), f32x4.splat(c));
}

// @ts-ignore: decorator
@inline
function step64(p: v128, x: v128, c: f64): v128 {
  return f64x2.add(f64x2.mul(p, x), f64x2.splat(c));
}

/** a + b·x */
// @ts-ignore: decorator
@inline
function line(a: v128, b: v128, x: v128): v128 {
  return f32x4.add(a, f32x4.mul(b, x));
}

/**
 * exp(−s) of |s| ≤ ln 2 / 2: a polynomial with a largest relative error of 3e-9, fitted by Lawson's iteration. Its terms are
 * paired (Estrin 1960), so that they need not wait for one another.
 */
// @ts-ignore: decorator
@inline
function expRest(s: v128): v128 {
  const ss = f32x4.mul(s, s);
  const low = line(c(K.exp2), c(K.exp3), s), high = line(line(c(K.exp4), c(K.exp5), s), c(K.exp6), ss);
  return f32x4.add(f32x4.sub(f32x4.mul(ss, line(low, high, ss)), s), c(K.one));
}

export function exp4(value: v128): v128 {
  // pmin and pmax let a NaN through.
  const x = f32x4.pmin(f32x4.pmax(value, c(K.expLowest)), c(K.expHighest));
  // Adding 1.5 · 2^23 rounds to a whole number and leaves it in the low bits.
  const t = f32x4.add(f32x4.mul(x, c(K.log2e)), c(K.rounder));
  const n = f32x4.sub(t, c(K.rounder));
  const s = f32x4.add(f32x4.sub(f32x4.mul(n, c(K.ln2High)), x), f32x4.mul(n, c(K.ln2Low)));
  // Two factors, because 2^n alone leaves the range before the result does.
  const k = i32x4.sub(t, c(K.rounder)), half = i32x4.shr_s(k, 1);
  const a = i32x4.shl(i32x4.add(half, c(K.bias)), 23);
  const b = i32x4.shl(i32x4.add(i32x4.sub(k, half), c(K.bias)), 23);
  return f32x4.mul(f32x4.mul(expRest(s), a), b);
}

/** exp(−u) of |u| ≤ 87, where neither it nor its reciprocal is subnormal; NaN of NaN. */
// @ts-ignore: decorator
@inline
function expMinus(u: v128): v128 {
  const t = f32x4.sub(c(K.rounder), f32x4.mul(u, c(K.log2e)));
  const n = f32x4.sub(t, c(K.rounder));
  const s = f32x4.add(f32x4.add(u, f32x4.mul(n, c(K.ln2High))), f32x4.mul(n, c(K.ln2Low)));
  return i32x4.add(expRest(s), i32x4.shl(t, 23));
}

/** 1 / (1 + exp(−x)); 0 for x < −87, where less than 2e-38 is left of it. */
// @ts-ignore: decorator
@inline
export function sigmoidLanes(x: v128): v128 {
  const e = expMinus(f32x4.pmin(f32x4.pmax(x, c(K.minusEdge)), c(K.edge)));
  return v128.andnot(f32x4.div(c(K.one), f32x4.add(e, c(K.one))), f32x4.lt(x, c(K.minusEdge)));
}

/**
 * Q(z) = 1 − Φ(z) = exp(−z²/2) · t · P(t) with t = 1 / (1 + 0.3 z) for z ≥ 0, P fitted to 1.2e-7 by Lawson's iteration; `e` is
 * exp(−z²/2).
 */
// @ts-ignore: decorator
@inline
function tailOf(z: v128, e: v128): v128 {
  const t = f32x4.div(c(K.one), f32x4.add(f32x4.mul(z, c(K.tailSlope)), c(K.one)));
  const tt = f32x4.mul(t, t);
  const low = line(line(c(K.tail1), c(K.tail2), t), line(c(K.tail3), c(K.tail4), t), tt);
  const high = line(line(c(K.tail5), c(K.tail6), t), line(c(K.tail7), c(K.tail8), t), tt);
  return f32x4.mul(f32x4.mul(e, t), line(low, high, f32x4.mul(tt, tt)));
}

/** x · Φ(x) as max(x, 0) − |x| · Q(|x|): small results keep their digits, which x/2 · (1 + erf) loses for negative x. */
// @ts-ignore: decorator
@inline
export function geluLanes(x: v128): v128 {
  const z = f32x4.pmin(f32x4.abs(x), c(K.tailEnd));
  const e = expMinus(f32x4.mul(f32x4.mul(z, z), c(K.half)));
  return f32x4.sub(f32x4.pmax(x, c(K.zero)), f32x4.mul(z, tailOf(z, e)));
}

/** Φ(x) + x · φ(x) */
export function geluDerivativeLanes(x: v128): v128 {
  const z = f32x4.pmin(f32x4.abs(x), c(K.tailEnd));
  const e = expMinus(f32x4.mul(f32x4.mul(z, z), c(K.half))), q = tailOf(z, e);
  const share = v128.bitselect(q, f32x4.sub(c(K.one), q), f32x4.lt(x, c(K.zero)));
  return f32x4.add(share, f32x4.mul(f32x4.mul(x, e), f32x4.splat(0.3989422804)));
}

/** GELU by tanh is x · σ(√(8/π) (x + 0.044715 x³)), because (1 + tanh u) / 2 = σ(2u). */
// @ts-ignore: decorator
@inline
export function geluTanhLanes(x: v128): v128 {
  const cubic = f32x4.mul(f32x4.mul(f32x4.mul(x, x), x), c(K.cubic));
  return f32x4.mul(x, sigmoidLanes(f32x4.mul(f32x4.add(x, cubic), c(K.root8))));
}

/** With u = √(8/π) (x + 0.044715 x³): σ(u) + x · σ(u) (1 − σ(u)) · u′ */
export function geluTanhDerivativeLanes(x: v128): v128 {
  const xx = f32x4.mul(x, x), cubic = f32x4.mul(xx, c(K.cubic));
  const s = sigmoidLanes(f32x4.mul(f32x4.mul(x, f32x4.add(c(K.one), cubic)), c(K.root8)));
  const slope = f32x4.mul(f32x4.add(c(K.one), f32x4.mul(cubic, f32x4.splat(3))), c(K.root8));
  return f32x4.add(s, f32x4.mul(f32x4.mul(x, slope), f32x4.mul(s, f32x4.sub(c(K.one), s))));
}

export function log4(value: v128): v128 {
  const small = f32x4.lt(value, f(1.17549435e-38));
  const x = v128.bitselect(f32x4.mul(value, f(8388608)), value, small);
  // x = m · 2^e with m in [√½, √2)
  const e = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const u = f32x4.sub(i32x4.sub(x, i32x4.shl(e, 23)), f(1));
  const n = f32x4.convert_i32x4_s(i32x4.sub(e, v128.and(small, i32x4.splat(23))));
  // log(1 + u) = 2 artanh(s), arranged so that u enters exactly
  const s = f32x4.div(u, f32x4.add(f(2), u)), z = f32x4.mul(s, s);
  let p = f(2.0 / 9.0);
  p = step(p, z, 2.0 / 7.0);
  p = step(p, z, 2.0 / 5.0);
  p = step(p, z, 2.0 / 3.0);
  const h = f32x4.mul(f32x4.mul(f(0.5), u), u);
  const inner = f32x4.add(f32x4.mul(s, f32x4.add(h, f32x4.mul(p, z))), f32x4.mul(n, f(-0.00021219444)));
  let y = f32x4.sub(f32x4.mul(n, f(0.693359375)), f32x4.sub(f32x4.sub(h, inner), u));
  y = v128.bitselect(f(-Infinity), y, f32x4.eq(value, f(0)));
  y = v128.bitselect(value, y, f32x4.eq(value, f(Infinity)));
  // Negative or NaN
  return v128.bitselect(y, f(NaN), f32x4.ge(value, f(0)));
}

/** log(1 + u) for u ≥ 0, corrected for the rounding of 1 + u. */
export function log1p4(u: v128): v128 {
  const w = f32x4.add(f(1), u);
  const rest = f32x4.div(f32x4.sub(u, f32x4.sub(w, f(1))), w);
  // At Infinity the correction is NaN and not wanted.
  return f32x4.add(log4(w), v128.bitselect(rest, f(0), f32x4.lt(u, f(1e30))));
}

export function tanh4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const a = f32x4.abs(x);
  // Lambert's continued fraction cut after x²/9: x − x·x²·(315 + 14x²) / (945 + 420x² + 15x⁴)
  const z = f32x4.mul(a, a);
  const top = f32x4.mul(z, step(f(14), z, 315));
  const bottom = step(step(f(15), z, 420), z, 945);
  const small = f32x4.sub(a, f32x4.mul(a, f32x4.div(top, bottom)));
  const large = f32x4.sub(f(1), f32x4.div(f(2), f32x4.add(exp4(f32x4.add(a, a)), f(1))));
  // «not greater» so that a NaN takes the branch that keeps it
  const y = v128.bitselect(large, small, f32x4.gt(a, f(0.6)));
  return v128.or(y, sign);
}

export function erf4(x: v128): v128 {
  const sign = v128.and(x, i32x4.splat(0x80000000));
  const a = f32x4.abs(x);
  const z = f32x4.mul(a, a);
  // |x| ≤ 1: Maclaurin series, the factor 2/√π split as 1 + 0.128…
  let p = f(1.48071928e-8);
  p = step(p, z, -1.63658447e-7);
  p = step(p, z, 1.64621144e-6);
  p = step(p, z, -1.49256504e-5);
  p = step(p, z, 0.000120553330);
  p = step(p, z, -0.000854832702);
  p = step(p, z, 0.00522397763);
  p = step(p, z, -0.0268661706);
  p = step(p, z, 0.112837917);
  p = step(p, z, -0.376126389);
  p = step(p, z, 0.128379167);
  const small = f32x4.add(a, f32x4.mul(a, p));
  const isLarge = f32x4.gt(a, f(1));
  if (!v128.any_true(isLarge)) return v128.or(small, sign);
  // |x| > 1: 1 − exp(−x²) · t · P(t), t = 1 / (1 + x/2), P fitted on 1 … 4.2 to 5e-9
  const t = f32x4.div(f(1), step(a, f(0.5), 1));
  let q = f(0.0925876143);
  q = step(q, t, -0.378662378);
  q = step(q, t, 0.427505854);
  q = step(q, t, 0.00590293520);
  q = step(q, t, 0.295357172);
  q = step(q, t, 0.274595353);
  q = step(q, t, 0.282583919);
  const large = f32x4.sub(f(1), f32x4.mul(exp4(f32x4.neg(z)), f32x4.mul(t, q)));
  return v128.or(v128.bitselect(large, small, isLarge), sign);
}

/** 32 bits of 2/π after the binary point, word 1 the first; word 0 is what stands before it. */
function twoOverPi(word: i32): u64 {
  switch (word) {
    case 1: return 0xa2f9836e;
    case 2: return 0x4e441529;
    case 3: return 0xfc2757d1;
    case 4: return 0xf534ddc0;
    case 5: return 0xdb629599;
    case 6: return 0x3c439041;
    case 7: return 0xfe5163ab;
    default: return 0;
  }
}

/** 32 bits of 2/π that begin `shift` bits after the start of a word. */
// @ts-ignore: decorator
@inline
function window(word: i32, shift: i32): u64 {
  return (((twoOverPi(word) << 32) | twoOverPi(word + 1)) << (<u64>shift)) >> 32;
}

/** The angle in −π … π of a float32 |x| ≥ 2^20: its product with the 96 bits of 2/π that matter (Payne & Hanek, 1983). */
function reduceLarge(x: f32): f64 {
  const bits = reinterpret<u32>(x), exponent = <i32>((bits >> 23) & 255);
  if (exponent == 255) return NaN;
  const m = <u64>((bits & 0x7fffff) | 0x800000);
  const start = exponent - 150 - 2 + 32;
  const word = start >> 5, shift = start & 31;
  const c = m * window(word + 2, shift);
  const b = m * window(word + 1, shift) + (c >> 32);
  const a = m * window(word, shift) + (b >> 32);
  // Quarter turns, modulo 4, as a signed fixed-point number with 30 bits after the point
  const turns = <f64>(<i32>a) * 9.313225746154785e-10 // 2^−30, 2^−62, 2^−94
    + <f64>(<u32>b) * 2.168404344971009e-19 + <f64>(<u32>c) * 5.048709793414476e-29;
  const angle = turns * 1.5707963267948966;
  return x < 0 ? -angle : angle;
}

/** sin(x + quarter · π/2) of two float64 lanes with |x| < 2^20, to float32 accuracy. */
function sine2(x: v128, quarter: i64): v128 {
  const magic = f64x2.splat(6755399441055744.0); // 1.5 · 2^52: adding it rounds to an integer
  const t = f64x2.add(f64x2.mul(x, f64x2.splat(0.6366197723675814)), magic);
  const n = f64x2.sub(t, magic);
  const r = f64x2.sub(
    f64x2.sub(x, f64x2.mul(n, f64x2.splat(1.57079632673412561417))),
    f64x2.mul(n, f64x2.splat(6.0771005065061922e-11)),
  );
  const z = f64x2.mul(r, r);
  let s = f64x2.splat(-1.0 / 39916800.0);
  s = step64(s, z, 1.0 / 362880.0);
  s = step64(s, z, -1.0 / 5040.0);
  s = step64(s, z, 1.0 / 120.0);
  s = step64(s, z, -1.0 / 6.0);
  s = f64x2.add(r, f64x2.mul(f64x2.mul(r, z), s));
  let c = f64x2.splat(1.0 / 479001600.0);
  c = step64(c, z, -1.0 / 3628800.0);
  c = step64(c, z, 1.0 / 40320.0);
  c = step64(c, z, -1.0 / 720.0);
  c = step64(c, z, 1.0 / 24.0);
  c = step64(c, z, -0.5);
  c = step64(c, z, 1.0);
  const q = i64x2.add(t, i64x2.splat(quarter));
  const odd = i64x2.neg(v128.and(q, i64x2.splat(1)));
  const sign = i64x2.shl(v128.and(q, i64x2.splat(2)), 62);
  return v128.xor(v128.bitselect(c, s, odd), sign);
}

function sine4(x: v128, quarter: i64): v128 {
  let low = widenLow(x), high = widenHigh(x);
  if (!i32x4.all_true(f32x4.lt(f32x4.abs(x), f(1048576)))) {
    // Lane by lane, so that a lane's bits do not depend on its neighbours.
    if (!(abs(f32x4.extract_lane(x, 0)) < 1048576)) low = f64x2.replace_lane(low, 0, reduceLarge(f32x4.extract_lane(x, 0)));
    if (!(abs(f32x4.extract_lane(x, 1)) < 1048576)) low = f64x2.replace_lane(low, 1, reduceLarge(f32x4.extract_lane(x, 1)));
    if (!(abs(f32x4.extract_lane(x, 2)) < 1048576)) high = f64x2.replace_lane(high, 0, reduceLarge(f32x4.extract_lane(x, 2)));
    if (!(abs(f32x4.extract_lane(x, 3)) < 1048576)) high = f64x2.replace_lane(high, 1, reduceLarge(f32x4.extract_lane(x, 3)));
  }
  return narrow(sine2(low, quarter), sine2(high, quarter));
}

export function sin4(x: v128): v128 {
  // −0 comes back as −0
  return v128.bitselect(x, sine4(x, 0), f32x4.eq(x, f(0)));
}

export function cos4(x: v128): v128 {
  return sine4(x, 1);
}
