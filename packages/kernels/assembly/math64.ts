/**
 * @file Scalar float64 exp and log for the kernels that sum in float64 (logSumExp, pow, general LRN). The same operations in
 * the same order as src/math.ts, so both give the same bits; src/math.ts explains the formulas.
 */

/** 2^n for −1022 ≤ n ≤ 1023. */
// @ts-ignore: decorator
@inline
function power2(n: i32): f64 {
  return reinterpret<f64>(<i64>(n + 1023) << 52);
}

export function exp64(x: f64): f64 {
  if (x != x) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  const n = floor(x * 1.4426950408889634 + 0.5);
  const hi = x - n * 0.6931471803691238, lo = n * 1.9082149292705877e-10;
  const r = hi - lo;
  let p: f64 = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  const y = 1.0 + (hi - (lo - p * r * r));
  const k = <i32>n, half = k >> 1;
  return y * power2(half) * power2(k - half);
}

export function log64(x: f64): f64 {
  if (x != x || x < 0) return NaN;
  if (x == 0) return -Infinity;
  if (x == Infinity) return x;
  let e: i32 = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;
    e = -54;
  }
  const high = <i32>(reinterpret<u64>(x) >> 32);
  const k = (high - 0x3fe6a09e) >> 20;
  e += k;
  const f = x * power2(-(k >> 1)) * power2(-(k - (k >> 1))) - 1.0;
  const s = f / (2.0 + f), z = s * s;
  let p: f64 = 2.0 / 23.0;
  p = p * z + 2.0 / 21.0;
  p = p * z + 2.0 / 19.0;
  p = p * z + 2.0 / 17.0;
  p = p * z + 2.0 / 15.0;
  p = p * z + 2.0 / 13.0;
  p = p * z + 2.0 / 11.0;
  p = p * z + 2.0 / 9.0;
  p = p * z + 2.0 / 7.0;
  p = p * z + 2.0 / 5.0;
  p = p * z + 2.0 / 3.0;
  const h = 0.5 * f * f, n = <f64>e;
  return n * 0.6931471803691238 - (h - (s * (h + p * z) + n * 1.9082149292705877e-10) - f);
}

/** x^y for results that are rounded to float32: exp(y · log|x|), about 1e-13 relative; IEEE 754 special cases. */
export function pow64(x: f64, y: f64): f64 {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return NaN;
  const a = abs(x);
  if (a == 1 && abs(y) == Infinity) return 1;
  const r = exp64(y * log64(a));
  if (x > 0 || (x == 0 && reinterpret<i64>(x) >= 0)) return r;
  const integer = floor(y) == y;
  const odd = integer && abs(y) < 9007199254740992.0 && floor(y * 0.5) * 2.0 != y;
  if (x != 0 && !integer && a != Infinity) return NaN;
  return odd ? -r : r;
}
