/**
 * @file Packed matrix product: f32_pack, f32_dense, and the 4 × 8 micro-kernel that conv.ts and winograd.ts share. No shapes are checked.
 * Every output is one chain of multiply-adds over k in ascending order that starts at 0; the bias is added after the last
 * term, then the result is clamped. A chain may be parked in y between two blocks of k (a float32 store and load, which
 * changes nothing), so neither blocking nor the split of rows reaches a result's bits.
 *
 * Why 4 × 8 and not more: an engine may move all loads of a loop to its top, so accumulators, loaded values and one product
 * must fit 15 registers together (8 + 6 + 1). Measured on x64, two more rows halve the speed (58 → 33 GFLOP/s), because
 * accumulators are then spilled to the stack; bench/gemm.mjs times both.
 */
import { clamp, floats, gather4, loadPart, loadUpTo4, madd, storePart } from './lanes';

/** Output channels of a panel; twin of panelWidth in src/abi.ts. */
export const PANEL: i32 = 8;
/** Output rows of a tile; twin of tileRows in src/abi.ts. */
export const ROWS: i32 = 4;
/**
 * Terms of k per turn of the inner loops. A turn is laid out term by term with a way out after each: one turn moves the
 * addresses once, and the branches keep an engine from moving all its loads to the top. A fifth to a third faster than one
 * term a turn on x64; more where the other half of a core is busy (bench/gemm.mjs).
 */
const STEPS: i32 = 4;
/** Terms of k per block: a panel's block (8 KiB) and a tile's rows (4 KiB) stay in the first-level cache together. */
export const KBLOCK: i32 = 256;
/** Most rows of A that share one pass over the panels: 256 × 1 KiB stay in the second-level cache. */
export const BLOCK_ROWS: i32 = 256;

/** Rows of one block so that all blocks are about equal: 196 rows are one block, 784 are four of 196. */
export function blockRows(rows: i32): i32 {
  const blocks = (rows + BLOCK_ROWS - 1) / BLOCK_ROWS;
  return ((rows + blocks - 1) / blocks + ROWS - 1) & ~(ROWS - 1);
}

/** Bytes of one packed matrix [k, n]. */
// @ts-ignore: decorator
@inline
export function packedBytes(k: i32, n: i32): usize {
  return <usize>((n + PANEL - 1) / PANEL) * <usize>k * 32;
}

export function f32_pack(
  srcPtr: usize, dstPtr: usize, k0: i32, k1: i32, k2: i32, n: i32, s0: i32, s1: i32, s2: i32, sn: i32,
): void {
  const lane = <usize>(sn << 2);
  let dst = dstPtr;
  for (let j = 0; j < n; j += PANEL) {
    const cols = min(PANEL, n - j);
    const column = srcPtr + <usize>((j * sn) << 2);
    for (let i0 = 0; i0 < k0; i0++) {
      for (let i1 = 0; i1 < k1; i1++) {
        let p = column + <usize>((i0 * s0 + i1 * s1) << 2);
        for (let i2 = 0; i2 < k2; i2++) {
          if (cols == PANEL) {
            if (sn == 1) {
              v128.store(dst, v128.load(p));
              v128.store(dst, v128.load(p, 16), 16);
            } else {
              v128.store(dst, gather4(p, lane));
              v128.store(dst, gather4(p + 4 * lane, lane), 16);
            }
          } else {
            for (let q = 0; q < PANEL; q++) {
              store<f32>(dst + floats(q), q < cols ? load<f32>(p + <usize>q * lane) : 0);
            }
          }
          p += <usize>(s2 << 2);
          dst += 32;
        }
      }
    }
  }
}

/** Low and high half of the first n (1 … 7) columns at p. */
// @ts-ignore: decorator
@inline
function loadLow(p: usize, n: i32): v128 {
  return loadUpTo4(p, n);
}

// @ts-ignore: decorator
@inline
function loadHigh(p: usize, n: i32): v128 {
  return n >= 8 ? v128.load(p, 16) : n > 4 ? loadPart(p + 16, n - 4) : f32x4.splat(0);
}

function storeColumns(p: usize, low: v128, high: v128, n: i32): void {
  if (n >= 4) {
    v128.store(p, low);
    if (n > 4) storePart(p + 16, high, n - 4);
  } else storePart(p, low, n);
}

// @ts-ignore: decorator
@inline
function putRow(p: usize, low: v128, high: v128, n: i32): void {
  if (n >= 8) {
    v128.store(p, low);
    v128.store(p, high, 16);
  } else storeColumns(p, low, high, n);
}

/**
 * `rows` rows of A (row i at a + i · lda bytes) times one panel over k terms, four rows at a time.
 * `first`: sums start at 0, otherwise at y; `last`: bias and clamp follow. Only `rows` × `cols` of y are touched; surplus rows
 * of the last tile read its first row and are dropped.
 */
export function multiplyPanel(
  k: i32, a: usize, lda: usize, b: usize, y: usize, ldy: usize, rows: i32, cols: i32,
  first: bool, last: bool, bias: usize, lo: f32, hi: f32,
): void {
  const l = f32x4.splat(lo), h = f32x4.splat(hi);
  const s0 = bias ? loadLow(bias, cols) : f32x4.splat(0), s1 = bias ? loadHigh(bias, cols) : f32x4.splat(0);
  for (let r = 0; r < rows; r += ROWS, a += <usize>ROWS * lda, y += <usize>ROWS * ldy) {
    const left = rows - r;
    const y1 = left > 1 ? y + ldy : y, y2 = left > 2 ? y + 2 * ldy : y, y3 = left > 3 ? y + 3 * ldy : y;
    let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
    if (!first) {
      c00 = loadLow(y, cols); c01 = loadHigh(y, cols);
      c10 = loadLow(y1, cols); c11 = loadHigh(y1, cols);
      c20 = loadLow(y2, cols); c21 = loadHigh(y2, cols);
      c30 = loadLow(y3, cols); c31 = loadHigh(y3, cols);
    }
    let p0 = a, p1 = left > 1 ? a + lda : a, p2 = left > 2 ? a + 2 * lda : a, p3 = left > 3 ? a + 3 * lda : a, q = b;
    for (let i = k; i > 0; i -= STEPS) {
      let b0 = v128.load(q), b1 = v128.load(q, 16);
      let x = v128.load32_splat(p0); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      x = v128.load32_splat(p1); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      x = v128.load32_splat(p2); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      x = v128.load32_splat(p3); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      if (i == 1) break;
      b0 = v128.load(q, 32); b1 = v128.load(q, 48);
      x = v128.load32_splat(p0, 4); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      x = v128.load32_splat(p1, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      x = v128.load32_splat(p2, 4); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      x = v128.load32_splat(p3, 4); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      if (i == 2) break;
      b0 = v128.load(q, 64); b1 = v128.load(q, 80);
      x = v128.load32_splat(p0, 8); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      x = v128.load32_splat(p1, 8); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      x = v128.load32_splat(p2, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      x = v128.load32_splat(p3, 8); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      if (i == 3) break;
      b0 = v128.load(q, 96); b1 = v128.load(q, 112);
      x = v128.load32_splat(p0, 12); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
      x = v128.load32_splat(p1, 12); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
      x = v128.load32_splat(p2, 12); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
      x = v128.load32_splat(p3, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
      p0 += 4 * STEPS; p1 += 4 * STEPS; p2 += 4 * STEPS; p3 += 4 * STEPS;
      q += 32 * STEPS;
    }
    if (last) {
      if (bias) {
        c00 = f32x4.add(c00, s0); c01 = f32x4.add(c01, s1);
        c10 = f32x4.add(c10, s0); c11 = f32x4.add(c11, s1);
        c20 = f32x4.add(c20, s0); c21 = f32x4.add(c21, s1);
        c30 = f32x4.add(c30, s0); c31 = f32x4.add(c31, s1);
      }
      c00 = clamp(c00, l, h); c01 = clamp(c01, l, h);
      c10 = clamp(c10, l, h); c11 = clamp(c11, l, h);
      c20 = clamp(c20, l, h); c21 = clamp(c21, l, h);
      c30 = clamp(c30, l, h); c31 = clamp(c31, l, h);
    }
    putRow(y, c00, c01, cols);
    if (left > 1) putRow(y1, c10, c11, cols);
    if (left > 2) putRow(y2, c20, c21, cols);
    if (left > 3) putRow(y3, c30, c31, cols);
  }
}

// @ts-ignore: decorator
@inline
function finish(y: usize, low: v128, high: v128, cols: i32, bias: usize, lo: v128, hi: v128): void {
  if (bias) {
    low = f32x4.add(low, loadLow(bias, cols));
    high = f32x4.add(high, loadHigh(bias, cols));
  }
  putRow(y, clamp(low, lo, hi), clamp(high, lo, hi), cols);
}

/**
 * One row times up to three panels at once (24 columns), so that six chains hide each other's latency where there is only
 * one row: the classifier of a single image. Surplus panels read the last valid one.
 */
function rowPanels(k: i32, a: usize, b: usize, panel: usize, y: usize, n: i32, bias: usize, lo: f32, hi: f32): void {
  const panels = min(3, (n + PANEL - 1) / PANEL);
  let b1 = panels > 1 ? b + panel : b;
  let b2 = panels > 2 ? b1 + panel : b;
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00;
  for (let i = k; i > 0; i -= STEPS) {
    let x = v128.load32_splat(a);
    c00 = madd(x, v128.load(b), c00); c01 = madd(x, v128.load(b, 16), c01);
    c10 = madd(x, v128.load(b1), c10); c11 = madd(x, v128.load(b1, 16), c11);
    c20 = madd(x, v128.load(b2), c20); c21 = madd(x, v128.load(b2, 16), c21);
    if (i == 1) break;
    x = v128.load32_splat(a, 4);
    c00 = madd(x, v128.load(b, 32), c00); c01 = madd(x, v128.load(b, 48), c01);
    c10 = madd(x, v128.load(b1, 32), c10); c11 = madd(x, v128.load(b1, 48), c11);
    c20 = madd(x, v128.load(b2, 32), c20); c21 = madd(x, v128.load(b2, 48), c21);
    if (i == 2) break;
    x = v128.load32_splat(a, 8);
    c00 = madd(x, v128.load(b, 64), c00); c01 = madd(x, v128.load(b, 80), c01);
    c10 = madd(x, v128.load(b1, 64), c10); c11 = madd(x, v128.load(b1, 80), c11);
    c20 = madd(x, v128.load(b2, 64), c20); c21 = madd(x, v128.load(b2, 80), c21);
    if (i == 3) break;
    x = v128.load32_splat(a, 12);
    c00 = madd(x, v128.load(b, 96), c00); c01 = madd(x, v128.load(b, 112), c01);
    c10 = madd(x, v128.load(b1, 96), c10); c11 = madd(x, v128.load(b1, 112), c11);
    c20 = madd(x, v128.load(b2, 96), c20); c21 = madd(x, v128.load(b2, 112), c21);
    a += 4 * STEPS;
    b += 32 * STEPS; b1 += 32 * STEPS; b2 += 32 * STEPS;
  }
  const l = f32x4.splat(lo), h = f32x4.splat(hi);
  const step: usize = bias ? 32 : 0;
  finish(y, c00, c01, n, bias, l, h);
  if (panels > 1) finish(y + 32, c10, c11, n - 8, bias + step, l, h);
  if (panels > 2) finish(y + 64, c20, c21, n - 16, bias + 2 * step, l, h);
}

export function f32_dense(
  xPtr: usize, packedPtr: usize, biasPtr: usize, yPtr: usize, rows: i32, k: i32, n: i32, xStride: i32, yStride: i32,
  lo: f32, hi: f32,
): void {
  const panel = <usize>k * 32;
  const lda = floats(xStride), ldy = floats(yStride);
  if (rows == 1) {
    for (let j = 0; j < n; j += 3 * PANEL) {
      const bias = biasPtr ? biasPtr + floats(j) : 0;
      rowPanels(k, xPtr, packedPtr + <usize>(j >> 3) * panel, panel, yPtr + floats(j), n - j, bias, lo, hi);
    }
    return;
  }
  const block = blockRows(rows);
  for (let row = 0; row < rows; row += block) {
    const rowEnd = min(rows, row + block);
    let kk = 0;
    do {
      const terms = min(KBLOCK, k - kk);
      const first = kk == 0, last = kk + terms >= k;
      for (let j = 0; j < n; j += PANEL) {
        const b = packedPtr + <usize>(j >> 3) * panel + <usize>kk * 32;
        const bias = biasPtr ? biasPtr + floats(j) : 0;
        multiplyPanel(
          terms, xPtr + <usize>row * lda + floats(kk), lda, b, yPtr + <usize>row * ldy + floats(j), ldy,
          rowEnd - row, min(PANEL, n - j), first, last, bias, lo, hi,
        );
      }
      kk += KBLOCK;
    } while (kk < k);
  }
}
