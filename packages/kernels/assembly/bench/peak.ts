/**
 * @file AssemblyScript of what gemm.mjs and conv.mjs compare with: twelve chains of multiply-adds in registers (the ceiling), and
 * a matrix product of 6 × 8 tiles whose both sides are packed already. The latter does more products per load than our 4 × 8
 * tiles, but needs more registers than x64 has; it is here to see whether engines learn to order it. Not part of the module.
 */

// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(c, f32x4.mul(a, b));
}

/**
 * n rounds of twelve independent multiply-adds of four lanes: 96 n operations. Each chain goes through its own product, so that
 * none can be taken out of the loop.
 */
export function registers(n: i32): f32 {
  const x = f32x4.splat(0.5), y = f32x4.splat(0.25);
  let s0 = f32x4.splat(0), s1 = f32x4.splat(1), s2 = f32x4.splat(2), s3 = f32x4.splat(3), s4 = f32x4.splat(4);
  let s5 = f32x4.splat(5), s6 = f32x4.splat(6), s7 = f32x4.splat(7), s8 = f32x4.splat(8), s9 = f32x4.splat(9);
  let sa = f32x4.splat(10), sb = f32x4.splat(11);
  for (let i = 0; i < n; i++) {
    s0 = madd(s0, x, y); s1 = madd(s1, x, y); s2 = madd(s2, x, y); s3 = madd(s3, x, y);
    s4 = madd(s4, x, y); s5 = madd(s5, x, y); s6 = madd(s6, x, y); s7 = madd(s7, x, y);
    s8 = madd(s8, x, y); s9 = madd(s9, x, y); sa = madd(sa, x, y); sb = madd(sb, x, y);
  }
  const left = f32x4.add(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)), f32x4.add(s4, s5));
  const right = f32x4.add(f32x4.add(f32x4.add(s6, s7), f32x4.add(s8, s9)), f32x4.add(sa, sb));
  return f32x4.extract_lane(f32x4.add(left, right), 0);
}

/** One 6 × 8 tile from a [k][6] panel and a [k][8] panel, stored as it is. */
function tile(k: i32, a: usize, b: usize, y: usize, ldy: usize): void {
  let s00 = f32x4.splat(0), s01 = s00, s10 = s00, s11 = s00, s20 = s00, s21 = s00;
  let s30 = s00, s31 = s00, s40 = s00, s41 = s00, s50 = s00, s51 = s00;
  for (let i = 0; i < k; i++) {
    const low = v128.load(b), high = v128.load(b, 16);
    let x = v128.load32_splat(a);
    s00 = madd(x, low, s00); s01 = madd(x, high, s01);
    x = v128.load32_splat(a, 4);
    s10 = madd(x, low, s10); s11 = madd(x, high, s11);
    x = v128.load32_splat(a, 8);
    s20 = madd(x, low, s20); s21 = madd(x, high, s21);
    x = v128.load32_splat(a, 12);
    s30 = madd(x, low, s30); s31 = madd(x, high, s31);
    x = v128.load32_splat(a, 16);
    s40 = madd(x, low, s40); s41 = madd(x, high, s41);
    x = v128.load32_splat(a, 20);
    s50 = madd(x, low, s50); s51 = madd(x, high, s51);
    a += 24;
    b += 32;
  }
  v128.store(y, s00); v128.store(y, s01, 16); y += ldy;
  v128.store(y, s10); v128.store(y, s11, 16); y += ldy;
  v128.store(y, s20); v128.store(y, s21, 16); y += ldy;
  v128.store(y, s30); v128.store(y, s31, 16); y += ldy;
  v128.store(y, s40); v128.store(y, s41, 16); y += ldy;
  v128.store(y, s50); v128.store(y, s51, 16);
}

/** Matrix product of rowTiles · 6 rows and panels · 8 columns. */
export function packed(rowTiles: i32, panels: i32, k: i32, a: usize, b: usize, y: usize): void {
  const ldy = <usize>panels * 32;
  for (let j = 0; j < panels; j++) {
    for (let i = 0; i < rowTiles; i++) {
      tile(k, a + <usize>(i * k) * 24, b + <usize>(j * k) * 32, y + <usize>i * 6 * ldy + <usize>j * 32, ldy);
    }
  }
}
