/**
 * @file ∂loss/∂weight of convolutions: sums of outer products of inputs and ∂loss/∂y over all output positions. Every sum has
 * one fixed order: positions ascending within a block, then block by block.
 */
import { PANEL } from './gemm';
import { ceilDiv, floats, loadUpTo4, madd, storeUpTo4 } from './lanes';
import { cutPatch, PLACES, placeBytes, TILE_IN, TILE_OUT, transformInput } from './winograd';

/** Most output positions that take part in one turn over the sums: both their rows stay in the first-level cache. */
const BLOCK_POSITIONS: i32 = 64;

// @ts-ignore: decorator
@inline
function padded(n: i32): i32 {
  return (n + PANEL - 1) & ~(PANEL - 1);
}

// @ts-ignore: decorator
@inline
function padded4(n: i32): i32 {
  return (n + 3) & ~3;
}

/** To the 8 columns at p; `first`: nothing is there yet. */
// @ts-ignore: decorator
@inline
function addColumns(p: usize, low: v128, high: v128, first: bool): void {
  v128.store(p, first ? low : f32x4.add(v128.load(p), low));
  v128.store(p, first ? high : f32x4.add(v128.load(p, 16), high), 16);
}

/**
 * Adds Σ over `count` positions of 4 inputs × 8 outputs to four rows at sum (`first`: puts it there): position j has its inputs
 * at a + j · lda and its gradient at b + j · ldb. Laid out as multiplyPanel is, for the same reasons.
 */
// @ts-ignore: decorator
@inline
function outerTile(count: i32, a: usize, lda: usize, b: usize, ldb: usize, sum: usize, lds: usize, first: bool): void {
  let c00 = f32x4.splat(0), c01 = c00, c10 = c00, c11 = c00, c20 = c00, c21 = c00, c30 = c00, c31 = c00;
  for (let i = count; i > 0; i -= 4) {
    let b0 = v128.load(b), b1 = v128.load(b, 16);
    let x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (i == 1) break;
    a += lda; b += ldb;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (i == 2) break;
    a += lda; b += ldb;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    if (i == 3) break;
    a += lda; b += ldb;
    b0 = v128.load(b); b1 = v128.load(b, 16);
    x = v128.load32_splat(a); c00 = madd(x, b0, c00); c01 = madd(x, b1, c01);
    x = v128.load32_splat(a, 4); c10 = madd(x, b0, c10); c11 = madd(x, b1, c11);
    x = v128.load32_splat(a, 8); c20 = madd(x, b0, c20); c21 = madd(x, b1, c21);
    x = v128.load32_splat(a, 12); c30 = madd(x, b0, c30); c31 = madd(x, b1, c31);
    a += lda; b += ldb;
  }
  addColumns(sum, c00, c01, first);
  addColumns(sum + lds, c10, c11, first);
  addColumns(sum + 2 * lds, c20, c21, first);
  addColumns(sum + 3 * lds, c30, c31, first);
}

function clear(p: usize, bytes: usize): void {
  for (let i: usize = 0; i < bytes; i += 16) v128.store(p + i, f32x4.splat(0));
}

/**
 * What a window's row looks at lies side by side in a padded image if the window is not dilated and takes all channels: then it
 * is one run of kw · c inputs, else kw runs of c / groups.
 */
// @ts-ignore: decorator
@inline
function runsOf(kw: i32, dw: i32, groups: i32): i32 {
  return dw == 1 && groups == 1 ? 1 : kw;
}

// @ts-ignore: decorator
@inline
function blockRowsOf(ow: i32): i32 {
  return max(1, BLOCK_POSITIONS / ow);
}

export function f32_conv2d_weight_gradient_scratch(
  h: i32, w: i32, c: i32, ow: i32, oc: i32, kh: i32, kw: i32, padTop: i32, padLeft: i32, padBottom: i32, padRight: i32, dw: i32, groups: i32,
): i32 {
  const runs = runsOf(kw, dw, groups), width = padded4(kw * (c / groups) / runs), wide = padded(oc / groups);
  const image = (max(0, h + padTop + padBottom) * max(0, w + padLeft + padRight) * c + 3) & ~3;
  return <i32>floats(groups * kh * runs * width * wide + image + 4 + blockRowsOf(ow) * ow * groups * wide);
}

export function f32_conv2d_weight_gradient(
  xPtr: usize, dyPtr: usize, dwPtr: usize, scratchPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, oc: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, padBottom: i32, padRight: i32, dh: i32, dw: i32, groups: i32,
): void {
  const cg = c / groups, og = oc / groups, wide = padded(og), lds = floats(wide);
  const runs = runsOf(kw, dw, groups), length = kw * cg / runs, width = padded4(length);
  const ph = max(0, h + padTop + padBottom), pw = max(0, w + padLeft + padRight), row = floats(pw * c), lda = floats(sw * c);
  const sumBytes = <usize>(groups * kh * runs * width) * lds;
  const image = scratchPtr + sumBytes, gradients = image + floats(((ph * pw * c + 3) & ~3) + 4);
  const blockRows = blockRowsOf(ow), block = <usize>(blockRows * ow) * lds;
  clear(scratchPtr, sumBytes);
  clear(image, gradients - image);
  clear(gradients, block * groups);
  for (let i = 0; i < n; i++) {
    copyImage(xPtr + floats(i * h * w * c), h, w, floats(c), image, ph, pw, padTop, padLeft);
    for (let first = 0; first < oh; first += blockRows) {
      const rows = min(blockRows, oh - first);
      copyGroups(dyPtr + floats((i * oh + first) * ow * oc), rows * ow, og, groups, gradients, lds, block);
      for (let g = 0; g < groups; g++) {
        const dy = gradients + <usize>g * block;
        for (let ky = 0; ky < kh; ky++) {
          for (let run = 0; run < runs; run++) {
            const sums = scratchPtr + <usize>(((g * kh + ky) * runs + run) * width) * lds;
            const corner = image + <usize>(first * sh + ky * dh) * row + floats(run * dw * c + g * cg);
            for (let m = 0; m < width; m += 4) {
              for (let j = 0; j < wide; j += PANEL) {
                let a = corner + floats(m), b = dy + floats(j);
                for (let r = 0; r < rows; r++) {
                  outerTile(ow, a, lda, b, lds, sums + <usize>m * lds + floats(j), lds, false);
                  a += <usize>sh * row;
                  b += <usize>ow * lds;
                }
              }
            }
          }
        }
      }
    }
  }
  // [g, ky, run, place in the run, o] → [o, c, ky, kx]
  for (let o = 0; o < oc; o++) {
    const g = o / og, column = scratchPtr + <usize>(g * kh * runs * width) * lds + floats(o - g * og);
    for (let ci = 0; ci < cg; ci++) {
      for (let ky = 0; ky < kh; ky++) {
        for (let kx = 0; kx < kw; kx++) {
          const at = runs == 1 ? ky * width + kx * cg + ci : (ky * runs + kx) * width + ci;
          store<f32>(dwPtr + floats(((o * cg + ci) * kh + ky) * kw + kx), load<f32>(column + <usize>at * lds));
        }
      }
    }
  }
}

/** An image into the middle of a padded one, or (with negative padding) its middle into a smaller one; the padding is not touched. */
function copyImage(source: usize, h: i32, w: i32, pixel: usize, target: usize, ph: i32, pw: i32, top: i32, left: i32): void {
  const y0 = max(0, -top), y1 = min(h, ph - top), x0 = max(0, -left), x1 = min(w, pw - left);
  if (x1 <= x0) return;
  for (let y = y0; y < y1; y++) {
    memory.copy(target + <usize>((y + top) * pw + x0 + left) * pixel, source + <usize>(y * w + x0) * pixel, <usize>(x1 - x0) * pixel);
  }
}

/** Positions [count, groups, og] as one block [count, padded og] for each group. */
function copyGroups(source: usize, count: i32, og: i32, groups: i32, target: usize, lds: usize, block: usize): void {
  const bytes = floats(og);
  for (let i = 0; i < count; i++) {
    for (let g = 0; g < groups; g++, source += bytes) memory.copy(target + <usize>g * block + <usize>i * lds, source, bytes);
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

/** Bytes from one group of channels of V (4) or M (8) to the next: the tiles of one stand side by side. */
// @ts-ignore: decorator
@inline
function columnBytes(tiles: i32, lanes: i32): usize {
  return floats(tiles * lanes);
}

/** Tiles of one block: as many as a turn over the sums has positions elsewhere. Fewer cost more turns over 36 · c · oc sums. */
const BLOCK_TILES: i32 = BLOCK_POSITIONS;

export function f32_winograd_weight_gradient_scratch(c: i32, oc: i32): i32 {
  const tiles = BLOCK_TILES, wide = padded(oc);
  const patch = <usize>(PLACES * 16) + floats(PLACES * max(c, wide)) + 64;
  return <i32>(patch + <usize>PLACES * (placeBytes(tiles, c) + placeBytes(tiles, wide) + placeBytes(c, wide)));
}

/**
 * The gradient of f32_conv2d_winograd as it is computed: with y = Aᵀ (G g Gᵀ ⊙ Bᵀ d B) A, ∂/∂g = Gᵀ (Σ A ∂y Aᵀ ⊙ Bᵀ d B) G over the
 * tiles, 36 sums of outer products.
 */
export function f32_winograd_weight_gradient(
  xPtr: usize, dyPtr: usize, dwPtr: usize, scratchPtr: usize,
  n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, oc: i32, padTop: i32, padLeft: i32,
): void {
  const down = (oh + TILE_OUT - 1) / TILE_OUT, across = (ow + TILE_OUT - 1) / TILE_OUT, total = n * down * across;
  const tiles = BLOCK_TILES, wide = padded(oc), lds = floats(wide);
  const vPlace = placeBytes(tiles, c), mPlace = placeBytes(tiles, wide), uPlace = placeBytes(c, wide);
  const vColumn = columnBytes(tiles, 4), mColumn = columnBytes(tiles, PANEL);
  const turn = scratchPtr, patch = turn + PLACES * 16;
  const v = (patch + floats(PLACES * max(c, wide)) + 63) & ~(<usize>63);
  const m = v + <usize>PLACES * vPlace, u = m + <usize>PLACES * mPlace;
  // Columns of the last panel that no output fills.
  if (wide - oc > 3) clear(m, <usize>PLACES * mPlace);
  for (let first = 0; first < total; first += tiles) {
    const here = min(tiles, total - first);
    for (let t = 0; t < here; t++) {
      const image = (first + t) / (down * across), rest = (first + t) % (down * across);
      const oy = (rest / across) * TILE_OUT, ox = (rest % across) * TILE_OUT, top = oy - padTop, left = ox - padLeft;
      const pixels = xPtr + floats(image * h * w * c);
      const target = v + <usize>t * 16;
      if (top >= 0 && left >= 0 && top + TILE_IN <= h && left + TILE_IN <= w) {
        transformInput(pixels + floats((top * w + left) * c), floats(w * c), floats(c), c, target, vColumn, vPlace, turn);
      } else {
        cutPatch(pixels, top, left, h, w, c, floats(c), patch);
        transformInput(patch, floats(TILE_IN * c), floats(c), c, target, vColumn, vPlace, turn);
      }
      const gradient = dyPtr + floats(((image * oh + oy) * ow + ox) * oc);
      transformGradient(
        gradient, floats(ow * oc), floats(oc), oc, min(TILE_OUT, oh - oy), min(TILE_OUT, ow - ox), m + <usize>t * 32, mColumn, mPlace, turn,
      );
    }
    for (let q = 0; q < PLACES; q++) {
      for (let i = 0; i < c; i += 4) {
        const a = v + <usize>q * vPlace + <usize>(i >> 2) * vColumn, sum = u + <usize>q * uPlace + <usize>i * lds;
        for (let j = 0; j < wide; j += PANEL) {
          outerTile(here, a, 16, m + <usize>q * mPlace + <usize>(j >> 3) * mColumn, 32, sum + floats(j), lds, first == 0);
        }
      }
    }
  }
  // One cache line of u after the other, and filters of few outputs in turn: those of neighbouring inputs share their lines.
  for (let line = 0; line < oc; line += 16) {
    for (let i = 0; i < c; i++) {
      for (let j = line; j < min(line + 16, oc); j += 4) {
        transformBack(u + <usize>i * lds + floats(j), uPlace, dwPtr + floats((j * c + i) * 9), floats(9 * c), oc - j, turn);
      }
    }
  }
}

/** A ∂y Aᵀ of one tile, four channels at a time; what lies outside the result is 0. */
function transformGradient(
  source: usize, row: usize, pixel: usize, oc: i32, rows: i32, columns: i32, target: usize, column: usize, place: usize, turn: usize,
): void {
  const two = f32x4.splat(2), four = f32x4.splat(4), eight = f32x4.splat(8), zero = f32x4.splat(0);
  for (let k = 0; k < oc; k += 4, source += 16) {
    const left = oc - k;
    for (let x = 0, s = source, p = turn; x < TILE_OUT; x++, s += pixel, p += 16) {
      const isIn = x < columns;
      const y0 = isIn ? loadUpTo4(s, left) : zero;
      const y1 = isIn && rows > 1 ? loadUpTo4(s + row, left) : zero;
      const y2 = isIn && rows > 2 ? loadUpTo4(s + 2 * row, left) : zero;
      const y3 = isIn && rows > 3 ? loadUpTo4(s + 3 * row, left) : zero;
      const even = f32x4.add(y0, y2), odd = f32x4.add(y1, y3);
      const even2 = f32x4.add(y0, f32x4.mul(four, y2)), odd2 = f32x4.add(f32x4.mul(two, y1), f32x4.mul(eight, y3));
      v128.store(p, y0);
      v128.store(p, f32x4.add(even, odd), 64);
      v128.store(p, f32x4.sub(even, odd), 128);
      v128.store(p, f32x4.add(even2, odd2), 192);
      v128.store(p, f32x4.sub(even2, odd2), 256);
      v128.store(p, y3, 320);
    }
    for (let y = 0, p = turn, o = target + <usize>(k >> 3) * column + <usize>(k & 4) * 4; y < TILE_IN; y++, p += 64, o += 6 * place) {
      const y0 = v128.load(p), y1 = v128.load(p, 16), y2 = v128.load(p, 32), y3 = v128.load(p, 48);
      const even = f32x4.add(y0, y2), odd = f32x4.add(y1, y3);
      const even2 = f32x4.add(y0, f32x4.mul(four, y2)), odd2 = f32x4.add(f32x4.mul(two, y1), f32x4.mul(eight, y3));
      v128.store(o, y0);
      v128.store(o + place, f32x4.add(even, odd));
      v128.store(o + 2 * place, f32x4.sub(even, odd));
      v128.store(o + 3 * place, f32x4.add(even2, odd2));
      v128.store(o + 4 * place, f32x4.sub(even2, odd2));
      v128.store(o + 5 * place, y3);
    }
  }
}

/** Gᵀ u G for up to four neighbouring output channels; each filter's nine numbers go `filter` bytes after those of the one before. */
function transformBack(u: usize, place: usize, target: usize, filter: usize, lanes: i32, turn: usize): void {
  const step = <usize>6 * place;
  for (let x = 0, s = u, p = turn; x < TILE_IN; x++, s += place, p += 16) {
    const u0 = v128.load(s), u1 = v128.load(s + step), u2 = v128.load(s + 2 * step);
    const u3 = v128.load(s + 3 * step), u4 = v128.load(s + 4 * step), u5 = v128.load(s + 5 * step);
    v128.store(p, backFirst(u0, u1, u2, u3, u4));
    v128.store(p, backMiddle(u1, u2, u3, u4), 96);
    v128.store(p, backLast(u1, u2, u3, u4, u5), 192);
  }
  for (let y = 0, p = turn, o = turn; y < 3; y++, p += 96, o += 48) {
    const u0 = v128.load(p), u1 = v128.load(p, 16), u2 = v128.load(p, 32);
    const u3 = v128.load(p, 48), u4 = v128.load(p, 64), u5 = v128.load(p, 80);
    v128.store(o, backFirst(u0, u1, u2, u3, u4));
    v128.store(o, backMiddle(u1, u2, u3, u4), 16);
    v128.store(o, backLast(u1, u2, u3, u4, u5), 32);
  }
  // Nine numbers of four filters, side by side in turn, to nine numbers of each.
  putQuads(target, filter, lanes, v128.load(turn), v128.load(turn, 16), v128.load(turn, 32), v128.load(turn, 48));
  putQuads(target + 16, filter, lanes, v128.load(turn, 64), v128.load(turn, 80), v128.load(turn, 96), v128.load(turn, 112));
  const last = v128.load(turn, 128), p = target + 32;
  v128.store32_lane(p, last, 0);
  if (lanes > 1) v128.store32_lane(p + filter, last, 1);
  if (lanes > 2) v128.store32_lane(p + 2 * filter, last, 2);
  if (lanes > 3) v128.store32_lane(p + 3 * filter, last, 3);
}

/** The three rows of Gᵀ on a column of six. */
// @ts-ignore: decorator
@inline
function backFirst(u0: v128, u1: v128, u2: v128, u3: v128, u4: v128): v128 {
  const near = f32x4.mul(f32x4.splat(-1.0 / 6), f32x4.add(u1, u2));
  return f32x4.add(f32x4.add(f32x4.mul(f32x4.splat(0.25), u0), near), f32x4.mul(f32x4.splat(1.0 / 24), f32x4.add(u3, u4)));
}

// @ts-ignore: decorator
@inline
function backMiddle(u1: v128, u2: v128, u3: v128, u4: v128): v128 {
  return f32x4.add(f32x4.mul(f32x4.splat(-1.0 / 6), f32x4.sub(u1, u2)), f32x4.mul(f32x4.splat(1.0 / 12), f32x4.sub(u3, u4)));
}

// @ts-ignore: decorator
@inline
function backLast(u1: v128, u2: v128, u3: v128, u4: v128, u5: v128): v128 {
  const sixth = f32x4.splat(-1.0 / 6);
  return f32x4.add(f32x4.sub(f32x4.mul(sixth, f32x4.add(u1, u2)), f32x4.mul(sixth, f32x4.add(u3, u4))), u5);
}

/** Four numbers of up to four filters, each number a vector over the filters: as four neighbouring numbers of each filter. */
// @ts-ignore: decorator
@inline
function putQuads(p: usize, filter: usize, lanes: i32, a: v128, b: v128, c: v128, d: v128): void {
  const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5), cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
  const ab2 = v128.shuffle<f32>(a, b, 2, 6, 3, 7), cd2 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
  v128.store(p, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
  if (lanes > 1) v128.store(p + filter, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
  if (lanes > 2) v128.store(p + 2 * filter, v128.shuffle<f32>(ab2, cd2, 0, 1, 4, 5));
  if (lanes > 3) v128.store(p + 3 * filter, v128.shuffle<f32>(ab2, cd2, 2, 3, 6, 7));
}
