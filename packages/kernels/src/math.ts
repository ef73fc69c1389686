/**
 * @file exp, expm1, log, log1p, pow, sin, cos, tanh and erf in float64, with the same bits on every machine and engine.
 * Only + − * / (correctly rounded everywhere), Math.sqrt, abs, floor, comparisons and the bits of a float are used: Math.exp and
 * its family are not, because engines round them differently. For tables, seeded normals and stimuli; not for bulk data,
 * where the WASM kernels do the same in float32.
 *
 * Range reduction follows Cody & Waite (1980), Software Manual for the Elementary Functions; the way two parts of a number
 * are carried through follows Dekker (1971), doi:10.1007/BF01397083, and the design notes of fdlibm (Sun Microsystems, 1993).
 * The polynomials are plain Taylor series, long enough that cutting them costs less than 1e-17.
 *
 * Largest error seen against 60 digits, in units in the last place: exp 0.95, expm1 1.5, log 0.75, log1p 1.05, pow 1.15, sin and
 * cos 1, tanh 1.05, erf 1.5.
 */

export const pi = Math.PI;
export const tau = 6.283185307179586;
export const ln2 = Math.LN2;
export const ln10 = Math.LN10;
export const sqrt2 = Math.SQRT2;
/** √(2π), of the normal density. */
export const sqrtTau = 2.5066282746310002;

const log2e = Math.LOG2E;
// ln 2 in two parts; the first has 32 significant bits, so that its product with an exponent is exact.
const ln2High = 0.6931471803691238;
const ln2Low = 1.9082149292705877e-10;

// One float and its two words, the high one second (every JavaScript platform is little-endian).
const word = new Float64Array(1);
const halves = new Uint32Array(word.buffer);

/** 2^n for −1022 ≤ n ≤ 1023. */
function power2(n: number): number {
  halves[0] = 0;
  halves[1] = (n + 1023) << 20;
  return word[0]!;
}

function highWord(x: number): number {
  word[0] = x;
  return halves[1]! | 0;
}

/** exp(x + extra) for |extra| far below |x|. */
function expSum(x: number, extra: number): number {
  if (Number.isNaN(x)) return x;
  if (x > 709.782712893384) return Infinity;
  if (x < -745.1332191019412) return 0;
  // x = n·ln 2 + r with |r| ≤ ln 2 / 2
  const n = Math.floor(x * log2e + 0.5);
  const high = x - n * ln2High;
  const low = n * ln2Low - extra;
  const r = high - low;
  let p = 1 / 6227020800;
  p = p * r + 1 / 479001600;
  p = p * r + 1 / 39916800;
  p = p * r + 1 / 3628800;
  p = p * r + 1 / 362880;
  p = p * r + 1 / 40320;
  p = p * r + 1 / 5040;
  p = p * r + 1 / 720;
  p = p * r + 1 / 120;
  p = p * r + 1 / 24;
  p = p * r + 1 / 6;
  p = p * r + 0.5;
  const y = 1 + (high - (low - p * r * r));
  // In two steps: 2^n alone may lie outside the range where the result does not.
  const half = n >> 1;
  return y * power2(half) * power2(n - half);
}

/** e^x. Overflows to Infinity above 709.78, underflows to 0 below −745.13. Error below 1 ulp. */
export function exp(x: number): number {
  return expSum(x, 0);
}

/** e^x − 1, accurate near 0. Error below 2 ulp. */
export function expm1(x: number): number {
  if (x === 0) return x;
  if (!(Math.abs(x) < 0.5)) return exp(x) - 1;
  let p = 1 / 20922789888000;
  p = p * x + 1 / 1307674368000;
  p = p * x + 1 / 87178291200;
  p = p * x + 1 / 6227020800;
  p = p * x + 1 / 479001600;
  p = p * x + 1 / 39916800;
  p = p * x + 1 / 3628800;
  p = p * x + 1 / 362880;
  p = p * x + 1 / 40320;
  p = p * x + 1 / 5040;
  p = p * x + 1 / 720;
  p = p * x + 1 / 120;
  p = p * x + 1 / 24;
  p = p * x + 1 / 6;
  p = p * x + 0.5;
  return x + x * x * p;
}

/** Σ 2 z^i / (2i + 3), i = 0 … 10: the series of 2 artanh(s) / s after its first term, divided by z = s². */
function artanhSeries(z: number): number {
  let p = 2 / 23;
  p = p * z + 2 / 21;
  p = p * z + 2 / 19;
  p = p * z + 2 / 17;
  p = p * z + 2 / 15;
  p = p * z + 2 / 13;
  p = p * z + 2 / 11;
  p = p * z + 2 / 9;
  p = p * z + 2 / 7;
  p = p * z + 2 / 5;
  p = p * z + 2 / 3;
  return p;
}

/** log(1 + f) + n·ln 2 for 1 + f in [√½, √2): log(1 + f) = 2 artanh(f / (2 + f)), arranged so that f enters exactly. */
function logSum(f: number, n: number): number {
  const s = f / (2 + f);
  const z = s * s;
  const h = 0.5 * f * f;
  return n * ln2High - (h - (s * (h + artanhSeries(z) * z) + n * ln2Low) - f);
}

/** Exponent n of a positive, finite, normal x such that x / 2^n lies in [√½, √2). */
function exponent(x: number): number {
  return (highWord(x) - 0x3fe6a09e) >> 20;
}

/** x / 2^n, exactly, for x normal. */
function scaled(x: number, n: number): number {
  const half = n >> 1;
  return x * power2(-half) * power2(-(n - half));
}

/** Natural logarithm; −Infinity at 0, NaN below. Error below 1 ulp. */
export function log(x: number): number {
  if (Number.isNaN(x) || x < 0) return NaN;
  if (x === 0) return -Infinity;
  if (x === Infinity) return x;
  const small = x < 2.2250738585072014e-308;
  const normal = small ? x * 18014398509481984 : x;
  const n = exponent(normal);
  return logSum(scaled(normal, n) - 1, small ? n - 54 : n);
}

/** log(1 + x), accurate near 0. Error below 1.5 ulp. */
export function log1p(x: number): number {
  if (x > -0.2928932188134524 && x < 0.41421356237309503) return x === 0 ? x : logSum(x, 0);
  const u = 1 + x;
  if (!(u > 0) || u === Infinity) return log(u);
  // What 1 + x lost in rounding, as a first-order correction.
  const lost = x > 1 ? 1 - (u - x) : x - (u - 1);
  return log(u) + lost / u;
}

/** Rounding error of the product p = a·b, by Dekker's splitting. */
function productError(a: number, b: number, p: number): number {
  const ta = 134217729 * a;
  const ah = ta - (ta - a);
  const al = a - ah;
  const tb = 134217729 * b;
  const bh = tb - (tb - b);
  const bl = b - bh;
  return al * bl - (p - ah * bh - al * bh - ah * bl);
}

/** Rounding error of the sum s = a + b. */
function sumError(a: number, b: number, s: number): number {
  const bb = s - a;
  return a - (s - bb) + (b - bb);
}

/**
 * x^y. Special cases as IEEE 754: pow(1, anything) = pow(anything, 0) = 1, even with NaN (Math.pow gives NaN for the former),
 * pow(−1, ±Infinity) = 1; a negative x needs an integer y. The logarithm is carried to some 65 bits; error below 1.2 ulp.
 */
export function pow(x: number, y: number): number {
  if (y === 0 || x === 1) return 1;
  if (Number.isNaN(x) || Number.isNaN(y)) return NaN;
  const a = Math.abs(x);
  const integer = Math.floor(y) === y;
  const odd = integer && Math.abs(y) < 9007199254740992 && Math.floor(y / 2) * 2 !== y;
  const negative = x < 0 || (x === 0 && 1 / x < 0);
  if (y === Infinity || y === -Infinity) return a === 1 ? 1 : a > 1 === y > 0 ? Infinity : 0;
  if (a === 0 || a === Infinity) {
    const size = (a === 0) === y > 0 ? 0 : Infinity;
    return negative && odd ? -size : size;
  }
  if (x < 0 && !integer) return NaN;
  const sign = negative && odd ? -1 : 1;
  if (a === 1) return sign;

  const small = a < 2.2250738585072014e-308;
  const normal = small ? a * 18014398509481984 : a;
  const k = exponent(normal);
  const m = scaled(normal, k);
  const n = small ? k - 54 : k;
  // s = (m − 1) / (m + 1) in two parts; log m = s·(2 + z·(2/3 + z·tail)), z = s²
  const f = m - 1;
  const g = m + 1;
  const s = f / g;
  const sg = s * g;
  const sLow = (f - sg - productError(s, g, sg) - s * sumError(m, 1, g)) / g;
  const z = s * s;
  const zLow = productError(s, s, z) + 2 * s * sLow;
  const tail = artanhSeries(z) - 2 / 3;
  const w = 2 / 3 + tail;
  const wLow = sumError(2 / 3, tail, w) + 3.700743415417188e-17;
  const v = z * w;
  const vLow = productError(z, w, v) + z * wLow + zLow * w;
  const u = 2 + v;
  const uLow = sumError(2, v, u) + vLow;
  const q = s * u;
  const qLow = productError(s, u, q) + s * uLow + sLow * u;
  // + n·ln 2
  const nHigh = n * ln2High;
  const t = nHigh + q;
  const rest = sumError(nHigh, q, t) + (n * ln2Low + qLow);
  const logHigh = t + rest;
  const logLow = rest - (logHigh - t);

  const product = y * logHigh;
  if (product > 710) return sign * Infinity;
  if (product < -746) return sign * 0;
  const lost = productError(y, logHigh, product) + y * logLow;
  return sign * expSum(product, lost);
}

// π/2 in three parts of 33, 33 and 53 bits: their products with a whole number below 2^20 are exact but for the last.
const halfPi1 = 1.5707963267341256;
const halfPi2 = 6.077100506303966e-11;
const halfPi3 = 2.0222662487959506e-21;

/** The first 1216 bits of 2/π (from Machin's formula). */
const twoOverPi =
  'a2f9836e4e441529fc2757d1f534ddc0db6295993c439041fe5163abdebbc561b7246e3a424dd2e006492eea09d1921cfe1deb1cb129a73ee88235f52ebb4484' +
  'e99c7026b45f7e413991d639835339f49c845f8bbdf9283b1ff897ffde05980fef2f118b5a0a6d1f6d367ecf27cb09b74f463f669e5fea2d7527bac7ebe5f17b' +
  '3d0739f78a5292ea6bfb5fb11f8d5d0856033046fc7b6bab';

/**
 * Quarter turns and the rest of |x| ≥ 2^20, exactly, in integers: slow and rare. After Payne & Hanek (1983),
 * doi:10.1145/1057600.1057602.
 */
function reduceLarge(x: number): readonly [quarter: number, rest: number, restLow: number] {
  const a = Math.abs(x);
  const e = ((highWord(a) >> 20) & 2047) - 1075;
  const mantissa = BigInt(scaled(a, e));
  const table = BigInt(`0x${twoOverPi}`);
  const fractionBits = BigInt(1216 - e);
  const turns = mantissa * table;
  const quarter = (turns + (1n << (fractionBits - 1n))) >> fractionBits;
  const fraction = turns - (quarter << fractionBits);
  const halfPi = (1n << 1472n) / table; // · 2^256
  const rest = (fraction * halfPi) >> (fractionBits + 56n); // · 2^200
  const high = Number(rest);
  const low = Number(rest - BigInt(high));
  const unit = power2(-200);
  const q = Number(quarter & 3n);
  return x < 0 ? [-q, -high * unit, -low * unit] : [q, high * unit, low * unit];
}

/** sin(x + quarter·π/2). */
function sine(x: number, shift: number): number {
  if (!(Math.abs(x) < Infinity)) return NaN;
  let quarter: number;
  let r: number;
  let rLow: number;
  if (Math.abs(x) < 1048576) {
    quarter = Math.floor(x * 0.6366197723675814 + 0.5);
    const first = x - quarter * halfPi1;
    const second = quarter * halfPi2;
    const high = first - second;
    const low = sumError(first, -second, high) - quarter * halfPi3;
    r = high + low;
    rLow = sumError(high, low, r);
  } else {
    [quarter, r, rLow] = reduceLarge(x);
  }
  const z = r * r;
  const q = (quarter + shift) & 3;
  let y: number;
  if (q & 1) {
    let c = -1 / 6402373705728000;
    c = c * z + 1 / 20922789888000;
    c = c * z - 1 / 87178291200;
    c = c * z + 1 / 479001600;
    c = c * z - 1 / 3628800;
    c = c * z + 1 / 40320;
    c = c * z - 1 / 720;
    c = c * z + 1 / 24;
    const h = 0.5 * z;
    const w = 1 - h;
    y = w + (1 - w - h + (z * z * c - r * rLow));
  } else {
    let s = -1 / 121645100408832000;
    s = s * z + 1 / 355687428096000;
    s = s * z - 1 / 1307674368000;
    s = s * z + 1 / 6227020800;
    s = s * z - 1 / 39916800;
    s = s * z + 1 / 362880;
    s = s * z - 1 / 5040;
    s = s * z + 1 / 120;
    s = s * z - 1 / 6;
    y = r + (r * z * s + rLow * (1 - 0.5 * z));
  }
  return q & 2 ? -y : y;
}

/** Sine of x radians, of any size. Error below 1 ulp. */
export function sin(x: number): number {
  return x === 0 ? x : sine(x, 0);
}

/** Cosine of x radians, of any size. Error below 1 ulp. */
export function cos(x: number): number {
  return sine(x, 1);
}

/** Hyperbolic tangent. Near 0 Lambert's continued fraction x / (1 + x²/(3 + x²/(5 + …))). Error below 1.5 ulp. */
export function tanh(x: number): number {
  const a = Math.abs(x);
  if (a === 0) return x;
  if (a < 0.6) {
    const z = x * x;
    let d = 19;
    for (let i = 17; i >= 3; i -= 2) d = i + z / d;
    return x - x * (z / (d + z));
  }
  const y = 1 - 2 / (exp(2 * a) + 1);
  return x < 0 ? -y : y;
}

/**
 * Error function 2/√π ∫₀ˣ exp(−t²) dt. Below 1 the Maclaurin series, above it 1 minus the continued fraction of erfc
 * (Abramowitz & Stegun 7.1.5 and 7.1.14), with x² carried in two parts. Error below 2 ulp.
 */
export function erf(x: number): number {
  const a = Math.abs(x);
  if (a < 1) {
    const z = x * x;
    let p = 1 / 41;
    for (let n = 19; n >= 0; n--) p = 1 / (2 * n + 1) - (z / (n + 1)) * p;
    return x * p * 1.1283791670955126;
  }
  if (Number.isNaN(x)) return x;
  let y = 1;
  if (a < 6) {
    const z = a * a;
    let d = a;
    for (let n = Math.floor(200 / z) + 10; n > 0; n--) d = a + (0.5 * n) / d;
    y = 1 - expSum(-z, -productError(a, a, z)) / (d * 1.772453850905516);
  }
  return x < 0 ? -y : y;
}
