/**
 * @file Softmax, reductions over one axis, layer and local response normalisation. Sums over an axis run in float64, for
 * softmax and f32_reduce in ascending order, so that no layout or lane reaches a result's bits.
 */
import { floats, loadUpTo4, narrow, storeUpTo4, widenHigh, widenLow } from './lanes';
import { exp4 } from './math';
import { exp64, log64, pow64 } from './math64';

/** Softmax of one contiguous row. */
function softmaxRow(x: usize, y: usize, n: i32, log: i32): void {
  let m = f32x4.splat(-Infinity);
  let i = 0;
  for (; i + 4 <= n; i += 4) m = f32x4.max(m, v128.load(x + floats(i)));
  m = f32x4.max(m, v128.shuffle<f32>(m, m, 2, 3, 0, 1));
  let top: f32 = max(f32x4.extract_lane(m, 0), f32x4.extract_lane(m, 1));
  for (; i < n; i++) top = max(top, load<f32>(x + floats(i)));
  const shift = f32x4.splat(top);
  let sum: f64 = 0;
  for (i = 0; i < n; i += 4) {
    const rest = n - i;
    const difference = f32x4.sub(loadUpTo4(x + floats(i), rest), shift);
    const e = exp4(difference);
    storeUpTo4(y + floats(i), log ? difference : e, rest);
    sum += <f64>f32x4.extract_lane(e, 0);
    if (rest > 1) sum += <f64>f32x4.extract_lane(e, 1);
    if (rest > 2) sum += <f64>f32x4.extract_lane(e, 2);
    if (rest > 3) sum += <f64>f32x4.extract_lane(e, 3);
  }
  const divisor = f32x4.splat(<f32>sum), minus = f32x4.splat(<f32>log64(sum));
  for (i = 0; i < n; i += 4) {
    const rest = n - i;
    const v = loadUpTo4(y + floats(i), rest);
    storeUpTo4(y + floats(i), log ? f32x4.sub(v, minus) : f32x4.div(v, divisor), rest);
  }
}

/** Softmax over an axis with `step` bytes between its elements, for `lanes` (1 … 4) neighbours at once. */
function softmaxLanes(x: usize, y: usize, n: i32, step: usize, lanes: i32, log: i32): void {
  let top = f32x4.splat(-Infinity);
  let at: usize = 0;
  for (let i = 0; i < n; i++, at += step) top = f32x4.max(top, loadUpTo4(x + at, lanes));
  let low = f64x2.splat(0), high = low;
  at = 0;
  for (let i = 0; i < n; i++, at += step) {
    const difference = f32x4.sub(loadUpTo4(x + at, lanes), top);
    const e = exp4(difference);
    storeUpTo4(y + at, log ? difference : e, lanes);
    low = f64x2.add(low, widenLow(e));
    high = f64x2.add(high, widenHigh(e));
  }
  let divisor = narrow(low, high);
  if (log) {
    low = f64x2.replace_lane(f64x2.splat(log64(f64x2.extract_lane(low, 0))), 1, log64(f64x2.extract_lane(low, 1)));
    high = f64x2.replace_lane(f64x2.splat(log64(f64x2.extract_lane(high, 0))), 1, log64(f64x2.extract_lane(high, 1)));
    divisor = narrow(low, high);
  }
  at = 0;
  for (let i = 0; i < n; i++, at += step) {
    const v = loadUpTo4(y + at, lanes);
    storeUpTo4(y + at, log ? f32x4.sub(v, divisor) : f32x4.div(v, divisor), lanes);
  }
}

export function f32_softmax(xPtr: usize, yPtr: usize, outer: i32, axis: i32, inner: i32, log: i32): void {
  if (axis == 0) return;
  for (let o = 0; o < outer; o++) {
    const at = floats(o * axis * inner);
    if (inner == 1) softmaxRow(xPtr + at, yPtr + at, axis, log);
    else {
      for (let i = 0; i < inner; i += 4) {
        softmaxLanes(xPtr + at + floats(i), yPtr + at + floats(i), axis, floats(inner), min(4, inner - i), log);
      }
    }
  }
}

/** One more value into a float64 accumulator; the codes are reduceCodes of src/abi.ts. */
// @ts-ignore: decorator
@inline
function accumulate(code: i32, sum: f64, v: f64): f64 {
  switch (code) {
    case 2: return max(sum, v);
    case 3: return min(sum, v);
    case 4: return sum * v;
    case 5: return sum + abs(v);
    case 6:
    case 7: return sum + v * v;
    default: return sum + v;
  }
}

// @ts-ignore: decorator
@inline
function start(code: i32): f64 {
  return code == 2 ? -Infinity : code == 3 ? Infinity : code == 4 ? 1 : 0;
}

function finish(code: i32, sum: f64, n: i32): f32 {
  if (code == 1) sum /= <f64>n;
  else if (code == 6) sum = sqrt(sum);
  else if (code == 8) sum = log64(sum);
  return <f32>sum;
}

function reduceOne(code: i32, x: usize, n: i32, step: usize): f32 {
  let sum = start(code);
  if (code == 9) {
    let top: f64 = -Infinity;
    for (let i = 0, p = x; i < n; i++, p += step) top = max(top, <f64>load<f32>(p));
    // All −Infinity, an Infinity or a NaN: the maximum is the answer (and x − top would be NaN).
    if (!(abs(top) < Infinity)) return <f32>top;
    for (let i = 0, p = x; i < n; i++, p += step) sum += exp64(<f64>load<f32>(p) - top);
    return <f32>(top + log64(sum));
  }
  for (let i = 0, p = x; i < n; i++, p += step) sum = accumulate(code, sum, <f64>load<f32>(p));
  return finish(code, sum, n);
}

/** The same for four neighbours. */
function reduceFour(code: i32, x: usize, y: usize, n: i32, step: usize): void {
  let low = f64x2.splat(start(code)), high = low;
  let p = x;
  for (let i = 0; i < n; i++, p += step) {
    const v = v128.load(p);
    let a = widenLow(v), b = widenHigh(v);
    switch (code) {
      case 2: low = f64x2.max(low, a); high = f64x2.max(high, b); break;
      case 3: low = f64x2.min(low, a); high = f64x2.min(high, b); break;
      case 4: low = f64x2.mul(low, a); high = f64x2.mul(high, b); break;
      case 5: low = f64x2.add(low, f64x2.abs(a)); high = f64x2.add(high, f64x2.abs(b)); break;
      case 6:
      case 7: low = f64x2.add(low, f64x2.mul(a, a)); high = f64x2.add(high, f64x2.mul(b, b)); break;
      default: low = f64x2.add(low, a); high = f64x2.add(high, b);
    }
  }
  store<f32>(y, finish(code, f64x2.extract_lane(low, 0), n));
  store<f32>(y, finish(code, f64x2.extract_lane(low, 1), n), 4);
  store<f32>(y, finish(code, f64x2.extract_lane(high, 0), n), 8);
  store<f32>(y, finish(code, f64x2.extract_lane(high, 1), n), 12);
}

export function f32_reduce(code: i32, xPtr: usize, yPtr: usize, outer: i32, axis: i32, inner: i32): void {
  const step = floats(inner);
  for (let o = 0; o < outer; o++) {
    const x = xPtr + floats(o * axis * inner), y = yPtr + floats(o * inner);
    let i = 0;
    if (code != 9) for (; i + 4 <= inner; i += 4) reduceFour(code, x + floats(i), y + floats(i), axis, step);
    for (; i < inner; i++) store<f32>(y + floats(i), reduceOne(code, x + floats(i), axis, step));
  }
}

// @ts-ignore: decorator
@inline
function total(a: v128, b: v128): f64 {
  const s = f64x2.add(a, b);
  return f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
}

export function f32_layer_norm(
  xPtr: usize, scalePtr: usize, shiftPtr: usize, yPtr: usize, rows: i32, size: i32, epsilon: f32,
): void {
  const n = <f64>size;
  for (let r = 0; r < rows; r++) {
    const x = xPtr + floats(r * size), y = yPtr + floats(r * size);
    // Eight interleaved sums, always joined alike; the second pass squares deviations, so nothing cancels.
    let a = f64x2.splat(0), b = a, c = a, d = a;
    let i = 0;
    for (; i + 8 <= size; i += 8) {
      const v = v128.load(x + floats(i)), u = v128.load(x + floats(i), 16);
      a = f64x2.add(a, widenLow(v)); b = f64x2.add(b, widenHigh(v));
      c = f64x2.add(c, widenLow(u)); d = f64x2.add(d, widenHigh(u));
    }
    let sum = total(f64x2.add(a, c), f64x2.add(b, d));
    for (; i < size; i++) sum += <f64>load<f32>(x + floats(i));
    const mean = sum / n, m = f64x2.splat(mean);
    a = f64x2.splat(0); b = a; c = a; d = a;
    for (i = 0; i + 8 <= size; i += 8) {
      const v = v128.load(x + floats(i)), u = v128.load(x + floats(i), 16);
      const e0 = f64x2.sub(widenLow(v), m), e1 = f64x2.sub(widenHigh(v), m);
      const e2 = f64x2.sub(widenLow(u), m), e3 = f64x2.sub(widenHigh(u), m);
      a = f64x2.add(a, f64x2.mul(e0, e0)); b = f64x2.add(b, f64x2.mul(e1, e1));
      c = f64x2.add(c, f64x2.mul(e2, e2)); d = f64x2.add(d, f64x2.mul(e3, e3));
    }
    sum = total(f64x2.add(a, c), f64x2.add(b, d));
    for (; i < size; i++) {
      const e = <f64>load<f32>(x + floats(i)) - mean;
      sum += e * e;
    }
    const factor = f64x2.splat(1.0 / sqrt(sum / n + <f64>epsilon));
    for (i = 0; i < size; i += 4) {
      const rest = size - i;
      const v = loadUpTo4(x + floats(i), rest);
      let z = narrow(f64x2.mul(f64x2.sub(widenLow(v), m), factor), f64x2.mul(f64x2.sub(widenHigh(v), m), factor));
      if (scalePtr) z = f32x4.mul(z, loadUpTo4(scalePtr + floats(i), rest));
      if (shiftPtr) z = f32x4.add(z, loadUpTo4(shiftPtr + floats(i), rest));
      storeUpTo4(y + floats(i), z, rest);
    }
  }
}

// @ts-ignore: decorator
@inline
function powerOf(v: v128, beta: f64): v128 {
  return f64x2.replace_lane(f64x2.splat(pow64(f64x2.extract_lane(v, 0), beta)), 1, pow64(f64x2.extract_lane(v, 1), beta));
}

/** x^beta of two float64; the exponents that networks use need only square roots. */
function power(v: v128, beta: f32): v128 {
  if (beta == 0.75) {
    const r = f64x2.sqrt(v);
    return f64x2.mul(r, f64x2.sqrt(r));
  }
  if (beta == 0.5) return f64x2.sqrt(v);
  if (beta == 1) return v;
  return powerOf(v, <f64>beta);
}

export function f32_lrn(xPtr: usize, yPtr: usize, rows: i32, c: i32, size: i32, alpha: f32, beta: f32, bias: f32): void {
  const before = (size - 1) / 2, after = size - 1 - before;
  const a = f64x2.splat(<f64>alpha / <f64>size), k = f64x2.splat(<f64>bias);
  for (let r = 0; r < rows; r++) {
    const x = xPtr + floats(r * c), y = yPtr + floats(r * c);
    for (let i = 0; i < c; i += 4) {
      const lanes = min(4, c - i);
      let low = f64x2.splat(0), high = low;
      for (let j = i - before; j <= i + after; j++) {
        let v: v128;
        if (j >= 0 && j + 4 <= c) v = v128.load(x + floats(j));
        else {
          // Channels beyond the ends count as 0.
          v = f32x4.splat(0);
          if (<u32>j < <u32>c) v = f32x4.replace_lane(v, 0, load<f32>(x + floats(j)));
          if (<u32>(j + 1) < <u32>c) v = f32x4.replace_lane(v, 1, load<f32>(x + floats(j + 1)));
          if (<u32>(j + 2) < <u32>c) v = f32x4.replace_lane(v, 2, load<f32>(x + floats(j + 2)));
          if (<u32>(j + 3) < <u32>c) v = f32x4.replace_lane(v, 3, load<f32>(x + floats(j + 3)));
        }
        const p = widenLow(v), q = widenHigh(v);
        low = f64x2.add(low, f64x2.mul(p, p));
        high = f64x2.add(high, f64x2.mul(q, q));
      }
      const v = loadUpTo4(x + floats(i), lanes);
      low = f64x2.div(widenLow(v), power(f64x2.add(k, f64x2.mul(a, low)), beta));
      high = f64x2.div(widenHigh(v), power(f64x2.add(k, f64x2.mul(a, high)), beta));
      storeUpTo4(y + floats(i), narrow(low, high), lanes);
    }
  }
}
