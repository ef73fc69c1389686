/**
 * @file What the probes ask of a layer's values: dot products, moments, histograms on a logarithmic grid, the responses of
 * chosen units. Sums are float64 in an order that depends on nothing but the values' order. No probe's formula
 * is here: these are its sufficient statistics.
 */
import { c, COARSE_BINS, COARSE_BITS, FINE_BITS, K } from './constants';
import { floats, loadPart, loadUpTo4, widenHigh, widenLow } from './lanes';

export function f32_dot(aPtr: usize, bPtr: usize, n: i32): f64 {
  // Eight interleaved sums (value i to sum i mod 8), joined as ((0+4)+(2+6)) + ((1+5)+(3+7)); then the tail in order.
  let s0 = f64x2.splat(0), s1 = s0, s2 = s0, s3 = s0;
  let i = 0;
  for (; i + 8 <= n; i += 8) {
    const a = v128.load(aPtr + floats(i)), b = v128.load(bPtr + floats(i));
    const c = v128.load(aPtr + floats(i), 16), d = v128.load(bPtr + floats(i), 16);
    s0 = f64x2.add(s0, f64x2.mul(widenLow(a), widenLow(b)));
    s1 = f64x2.add(s1, f64x2.mul(widenHigh(a), widenHigh(b)));
    s2 = f64x2.add(s2, f64x2.mul(widenLow(c), widenLow(d)));
    s3 = f64x2.add(s3, f64x2.mul(widenHigh(c), widenHigh(d)));
  }
  const s = f64x2.add(f64x2.add(s0, s2), f64x2.add(s1, s3));
  let sum = f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1);
  for (; i < n; i++) sum += <f64>load<f32>(aPtr + floats(i)) * <f64>load<f32>(bPtr + floats(i));
  return sum;
}

/** Rows per block of the moments: 256 cache lines, a third of a first-level cache. Changing it changes results' last bits. */
const MOMENT_ROWS: i32 = 256;

/**
 * Joins a block's shifted power sums s1 … s4 of n values to one channel's state: first to central sums, then by the pairwise
 * formulas of Pébay (2008), SAND2008-6212, doi:10.2172/1028931.
 */
function join(state: usize, n: f64, shift: f64, s1: f64, s2: f64, s3: f64, s4: f64, low: f64, high: f64, positive: f64): void {
  const m = s1 / n, mm = m * m;
  const mean = shift + m;
  // Sums of powers of deviations are not negative; rounding may leave −0.0…1.
  const m2 = max(s2 - s1 * m, 0);
  const m3 = s3 - 3.0 * m * s2 + 2.0 * s1 * mm;
  const m4 = max(s4 - 4.0 * m * s3 + 6.0 * mm * s2 - 3.0 * s1 * m * mm, 0);
  const before = load<f64>(state);
  if (before == 0) {
    store<f64>(state, n);
    store<f64>(state, mean, 8);
    store<f64>(state, m2, 16);
    store<f64>(state, m3, 24);
    store<f64>(state, m4, 32);
    store<f64>(state, low, 40);
    store<f64>(state, high, 48);
    store<f64>(state, positive, 56);
    return;
  }
  const a2 = load<f64>(state, 16), a3 = load<f64>(state, 24), a4 = load<f64>(state, 32);
  const count = before + n, d = mean - load<f64>(state, 8), r = d / count, ra = before * r, rb = n * r;
  store<f64>(state, count);
  store<f64>(state, load<f64>(state, 8) + rb, 8);
  store<f64>(state, a2 + m2 + ra * n * d, 16);
  store<f64>(state, a3 + m3 + ra * n * d * (ra - rb) + 3.0 * (ra * m2 - rb * a2), 24);
  store<f64>(
    state,
    a4 + m4 + ra * n * d * (ra * ra - ra * rb + rb * rb) + 6.0 * (ra * ra * m2 + rb * rb * a2) + 4.0 * (ra * m3 - rb * a3),
    32,
  );
  store<f64>(state, min(load<f64>(state, 40), low), 40);
  store<f64>(state, max(load<f64>(state, 48), high), 48);
  store<f64>(state, load<f64>(state, 56) + positive, 56);
}

/** Whether one of n values `step` bytes apart is NaN. */
function anyNaN(p: usize, step: usize, n: i32): bool {
  for (let i = 0; i < n; i++, p += step) {
    const v = load<f32>(p);
    if (v != v) return true;
  }
  return false;
}

/** Joins one channel of a block; its values begin at x. */
function joinLane(
  x: usize, step: usize, state: usize, rows: i32, shift: f64, s1: f64, s2: f64, s3: f64, s4: f64,
  low: f32, high: f32, positive: i32,
): void {
  // An infinity leaves a mean that depends on where it stood; pmin and pmax pass over NaN. Both are seen in s1, so look then.
  const finite = abs(s1) < Infinity;
  const hole = !finite && anyNaN(x, step, rows);
  if (!finite) s1 = NaN; // and with it mean and every power sum
  join(state, <f64>rows, shift, s1, s2, s3, s4, hole ? NaN : <f64>low, hole ? NaN : <f64>high, <f64>positive);
}

/** Adds Σ max(x, 0) and Σ max(x, 0)² of a block of rows of `lanes` channels at sums; a NaN stays one. */
function rectifiedBlock(x: usize, step: usize, rows: i32, lanes: i32, sums: usize): void {
  let s0 = f64x2.splat(0), s1 = s0, q0 = s0, q1 = s0;
  for (let r = 0; r < rows; r++, x += step) {
    // pmax with the value first: max(x, 0) with a NaN kept. Lanes beyond the last hold 0 and add nothing.
    const v = f32x4.pmax(lanes == 4 ? v128.load(x) : loadPart(x, lanes), c(K.zero)), low = widenLow(v), high = widenHigh(v);
    s0 = f64x2.add(s0, low); s1 = f64x2.add(s1, high);
    q0 = f64x2.add(q0, f64x2.mul(low, low)); q1 = f64x2.add(q1, f64x2.mul(high, high));
  }
  addSums(sums, f64x2.add(s0, s1), f64x2.add(q0, q1));
}

// @ts-ignore: decorator
@inline
function addSums(sums: usize, s: v128, q: v128): void {
  store<f64>(sums, load<f64>(sums) + (f64x2.extract_lane(s, 0) + f64x2.extract_lane(s, 1)));
  store<f64>(sums, load<f64>(sums, 8) + (f64x2.extract_lane(q, 0) + f64x2.extract_lane(q, 1)), 8);
}

/** One block of rows (at most MOMENT_ROWS) of `lanes` (1 … 4) channels. */
function momentBlock(x: usize, step: usize, rows: i32, lanes: i32, state: usize, sums: usize): void {
  const first = loadUpTo4(x, lanes);
  const shift0 = widenLow(first), shift1 = widenHigh(first);
  const zero = f32x4.splat(0);
  let low = f32x4.splat(Infinity), high = f32x4.splat(-Infinity), positive = i32x4.splat(0);
  let a1 = f64x2.splat(0), a2 = a1, a3 = a1, a4 = a1, b1 = a1, b2 = a1, b3 = a1, b4 = a1;
  let p = x;
  for (let r = 0; r < rows; r++, p += step) {
    const v = lanes == 4 ? v128.load(p) : loadPart(p, lanes);
    low = f32x4.pmin(low, v);
    high = f32x4.pmax(high, v);
    positive = i32x4.sub(positive, f32x4.gt(v, zero));
    const d = f64x2.sub(widenLow(v), shift0), dd = f64x2.mul(d, d);
    a1 = f64x2.add(a1, d);
    a2 = f64x2.add(a2, dd);
    a3 = f64x2.add(a3, f64x2.mul(dd, d));
    a4 = f64x2.add(a4, f64x2.mul(dd, dd));
    const e = f64x2.sub(widenHigh(v), shift1), ee = f64x2.mul(e, e);
    b1 = f64x2.add(b1, e);
    b2 = f64x2.add(b2, ee);
    b3 = f64x2.add(b3, f64x2.mul(ee, e));
    b4 = f64x2.add(b4, f64x2.mul(ee, ee));
  }
  // Where nothing lies below 0 the rectified sums follow from those of the deviations. Lanes beyond the last hold 0.
  const n = f64x2.splat(<f64>rows);
  const s0 = f64x2.add(a1, f64x2.mul(n, shift0)), s1 = f64x2.add(b1, f64x2.mul(n, shift1));
  const sum = f64x2.add(s0, s1);
  const isFinite = f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1) < Infinity;
  if (isFinite && i32x4.all_true(f32x4.ge(low, zero))) {
    // Σ x² = Σ d² + shift · (Σ d + Σ x)
    const q0 = f64x2.add(a2, f64x2.mul(shift0, f64x2.add(a1, s0))), q1 = f64x2.add(b2, f64x2.mul(shift1, f64x2.add(b1, s1)));
    addSums(sums, sum, f64x2.add(q0, q1));
  } else rectifiedBlock(x, step, rows, lanes, sums);
  joinLane(
    x, step, state, rows, f64x2.extract_lane(shift0, 0),
    f64x2.extract_lane(a1, 0), f64x2.extract_lane(a2, 0), f64x2.extract_lane(a3, 0), f64x2.extract_lane(a4, 0),
    f32x4.extract_lane(low, 0), f32x4.extract_lane(high, 0), i32x4.extract_lane(positive, 0),
  );
  if (lanes > 1) {
    joinLane(
      x + 4, step, state + 64, rows, f64x2.extract_lane(shift0, 1),
      f64x2.extract_lane(a1, 1), f64x2.extract_lane(a2, 1), f64x2.extract_lane(a3, 1), f64x2.extract_lane(a4, 1),
      f32x4.extract_lane(low, 1), f32x4.extract_lane(high, 1), i32x4.extract_lane(positive, 1),
    );
  }
  if (lanes > 2) {
    joinLane(
      x + 8, step, state + 128, rows, f64x2.extract_lane(shift1, 0),
      f64x2.extract_lane(b1, 0), f64x2.extract_lane(b2, 0), f64x2.extract_lane(b3, 0), f64x2.extract_lane(b4, 0),
      f32x4.extract_lane(low, 2), f32x4.extract_lane(high, 2), i32x4.extract_lane(positive, 2),
    );
  }
  if (lanes > 3) {
    joinLane(
      x + 12, step, state + 192, rows, f64x2.extract_lane(shift1, 1),
      f64x2.extract_lane(b1, 1), f64x2.extract_lane(b2, 1), f64x2.extract_lane(b3, 1), f64x2.extract_lane(b4, 1),
      f32x4.extract_lane(low, 3), f32x4.extract_lane(high, 3), i32x4.extract_lane(positive, 3),
    );
  }
}

export function f32_moments(xPtr: usize, rows: i32, c: i32, xStride: i32, statePtr: usize, sumsPtr: usize): void {
  const step = floats(xStride);
  store<f64>(sumsPtr, 0);
  store<f64>(sumsPtr, 0, 8);
  for (let row = 0; row < rows; row += MOMENT_ROWS) {
    const count = min(MOMENT_ROWS, rows - row);
    const x = xPtr + <usize>row * step;
    for (let ci = 0; ci < c; ci += 4) momentBlock(x + floats(ci), step, count, min(4, c - ci), statePtr + (<usize>ci << 6), sumsPtr);
  }
}

/**
 * Counters of four values on the layer's and on the channels' grid. As integers the magnitudes of floats keep their order, so shifting
 * the bits right is a logarithmic grid. Zero and what lies below the grid has a counter a lane in the layer's table: stores to
 * one address would wait for one another.
 */
// @ts-ignore: decorator
@inline
function fine4(magnitude: v128): v128 {
  const bin = i32x4.shr_u(i32x4.min_s(magnitude, c(K.fineLast)), 23 - FINE_BITS);
  return i32x4.max_s(i32x4.sub(bin, c(K.fineFirst)), c(K.fineZero));
}

// @ts-ignore: decorator
@inline
function coarse4(magnitude: v128): v128 {
  const bin = i32x4.shr_u(i32x4.min_s(magnitude, c(K.coarseLast)), 23 - COARSE_BITS);
  return i32x4.max_s(i32x4.sub(bin, c(K.coarseFirst)), c(K.zero));
}

/** Moves the counter of a negative value to the bins behind the positive ones, and that of a NaN to the last. */
// @ts-ignore: decorator
@inline
function signed4(counter: v128, v: v128, zeros: v128, bins: v128, nan: v128): v128 {
  const isBelow = v128.and(i32x4.shr_s(v, 31), i32x4.gt_s(counter, zeros));
  return v128.bitselect(nan, i32x4.add(counter, v128.and(isBelow, bins)), f32x4.ne(v, v));
}

// @ts-ignore: decorator
@inline
function count64(counts: usize, counter: i32): void {
  const p = counts + (<usize>counter << 3);
  store<u64>(p, load<u64>(p) + 1);
}

// @ts-ignore: decorator
@inline
function count32(counts: usize, counter: i32): void {
  const p = counts + (<usize>counter << 2);
  store<u32>(p, load<u32>(p) + 1);
}

/** Bytes of a channel's table: zero | positive bins | negative bins | NaN. */
const TABLE_BYTES: usize = <usize>(2 + 2 * COARSE_BINS) << 2;
/** Rows of values that stay in the first-level cache while their channels are counted four at a time. */
const HISTOGRAM_ROWS: i32 = 128;

/** Whether a value of these rows of four channels has its sign bit set or is NaN. */
function anyBelowZero(p: usize, step: usize, rows: i32): bool {
  let top = i32x4.splat(0);
  for (let r = 0; r < rows; r++, p += step) top = i32x4.max_u(top, v128.load(p));
  return v128.any_true(i32x4.gt_u(top, i32x4.splat(0x7f800000)));
}

// @ts-ignore: decorator
@inline
function countRow(k: v128, q: v128, layer: usize, channels: usize): void {
  count64(layer, i32x4.extract_lane(k, 0));
  count32(channels, i32x4.extract_lane(q, 0));
  count64(layer, i32x4.extract_lane(k, 1));
  count32(channels + TABLE_BYTES, i32x4.extract_lane(q, 1));
  count64(layer, i32x4.extract_lane(k, 2));
  count32(channels + 2 * TABLE_BYTES, i32x4.extract_lane(q, 2));
  count64(layer, i32x4.extract_lane(k, 3));
  count32(channels + 3 * TABLE_BYTES, i32x4.extract_lane(q, 3));
}

/** Counts rows of four channels without a negative value or NaN: after a rectifier whole groups are zero. */
function countPositive(p: usize, step: usize, rows: i32, layer: usize, channels: usize): void {
  let zeros = 0;
  for (let r = 0; r < rows; r++, p += step) {
    const v = v128.load(p);
    if (!v128.any_true(v)) {
      zeros++;
      continue;
    }
    countRow(fine4(v), coarse4(v), layer, channels);
  }
  store<u64>(layer, load<u64>(layer) + 4 * <u64>zeros);
  for (let lane: usize = 0; lane < 4; lane++, channels += TABLE_BYTES) store<u32>(channels, load<u32>(channels) + zeros);
}

function countSigned(p: usize, step: usize, rows: i32, layer: usize, channels: usize): void {
  for (let r = 0; r < rows; r++, p += step) {
    const v = v128.load(p), magnitude = v128.and(v, c(K.magnitude));
    const k = signed4(fine4(magnitude), v, c(K.fineZero), c(K.fineBins), c(K.fineNan));
    countRow(k, signed4(coarse4(magnitude), v, c(K.zero), c(K.coarseBins), c(K.coarseNan)), layer, channels);
  }
}

/** The last 1 … 3 channels. */
function countTail(p: usize, step: usize, rows: i32, lanes: i32, layer: usize, channels: usize): void {
  for (let r = 0; r < rows; r++, p += step) {
    for (let lane = 0; lane < lanes; lane++) {
      const v = v128.load32_zero(p + floats(lane)), magnitude = v128.and(v, c(K.magnitude));
      count64(layer, i32x4.extract_lane(signed4(fine4(magnitude), v, c(K.fineZero), c(K.fineBins), c(K.fineNan)), 0));
      const q = signed4(coarse4(magnitude), v, c(K.zero), c(K.coarseBins), c(K.coarseNan));
      count32(channels + <usize>lane * TABLE_BYTES, i32x4.extract_lane(q, 0));
    }
  }
}

export function f32_log_histograms(xPtr: usize, rows: i32, c: i32, xStride: i32, layerPtr: usize, channelsPtr: usize): void {
  const step = floats(xStride);
  for (let row = 0; row < rows; row += HISTOGRAM_ROWS) {
    const here = min(HISTOGRAM_ROWS, rows - row);
    for (let ci = 0; ci < c; ci += 4) {
      const p = xPtr + <usize>row * step + floats(ci), channels = channelsPtr + <usize>ci * TABLE_BYTES;
      if (c - ci < 4) countTail(p, step, here, c - ci, layerPtr, channels);
      else if (anyBelowZero(p, step, here)) countSigned(p, step, here, layerPtr, channels);
      else countPositive(p, step, here, layerPtr, channels);
    }
  }
}

/** Moves a window of counters up by `by` bins: the lowest fall out, zeros come in at the top. */
function slide(window: usize, nBins: i32, by: i32): void {
  const kept = max(0, nBins - by);
  for (let i = 0; i < kept; i++) store<u32>(window + floats(i), load<u32>(window + floats(i + by)));
  for (let i = kept; i < nBins; i++) store<u32>(window + floats(i), 0);
}

export function f32_unit_responses(
  xPtr: usize, offsetsPtr: usize, nUnits: i32, statePtr: usize, windowPtr: usize, topPtr: usize, nBins: i32, windowBits: i32,
): void {
  const shift = 23 - windowBits;
  for (let u = 0; u < nUnits; u++) {
    const x = load<f32>(xPtr + floats(load<i32>(offsetsPtr + floats(u))));
    if (x <= 0) continue;
    // x > 0, or NaN: a NaN makes the sums and the maximum NaN and is counted nowhere
    const r = <f64>x, state = statePtr + (<usize>u << 5);
    store<f64>(state, load<f64>(state) + r);
    store<f64>(state, load<f64>(state, 8) + r * r, 8);
    store<f64>(state, max(load<f64>(state, 16), r), 16);
    if (x != x) continue;
    store<f64>(state, load<f64>(state, 24) + 1, 24);
    const window = windowPtr + <usize>u * floats(nBins), bin = <i32>(reinterpret<u32>(x) >> shift);
    let top = load<i32>(topPtr + floats(u));
    if (bin > top) {
      if (top >= 0) slide(window, nBins, bin - top);
      top = bin;
      store<i32>(topPtr + floats(u), top);
    }
    const at = nBins - 1 - (top - bin);
    if (at >= 0) store<u32>(window + floats(at), load<u32>(window + floats(at)) + 1);
  }
}
