/** @file Maximum and average over windows, channels in the lanes. A pooling over the whole image is f32_reduce or this, alike. */
import { floats, loadUpTo4, storeUpTo4 } from './lanes';

export function f32_max_pool2d(
  xPtr: usize, yPtr: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, dh: i32, dw: i32,
  xStride: i32, yStride: i32,
): void {
  const pixel = floats(xStride), ldy = floats(yStride), move = <usize>dw * pixel;
  for (let i = 0; i < n; i++) {
    const image = xPtr + <usize>(i * h * w) * pixel;
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * sh - padTop;
      const ky0 = top < 0 ? (-top + dh - 1) / dh : 0, ky1 = min(kh, top >= h ? 0 : (h - top + dh - 1) / dh);
      for (let ox = 0; ox < ow; ox++) {
        const left = ox * sw - padLeft;
        const kx0 = left < 0 ? (-left + dw - 1) / dw : 0, kx1 = min(kw, left >= w ? 0 : (w - left + dw - 1) / dw);
        const window = image + <usize>((top + ky0 * dh) * w + left + kx0 * dw) * pixel;
        const y = yPtr + <usize>((i * oh + oy) * ow + ox) * ldy;
        let ci = 0;
        for (; ci + 8 <= c; ci += 8) {
          let m0 = f32x4.splat(-Infinity), m1 = m0;
          let row = window + floats(ci);
          for (let ky = ky0; ky < ky1; ky++) {
            let p = row;
            for (let kx = kx0; kx < kx1; kx++) {
              m0 = f32x4.max(m0, v128.load(p));
              m1 = f32x4.max(m1, v128.load(p, 16));
              p += move;
            }
            row += <usize>(dh * w) * pixel;
          }
          v128.store(y + floats(ci), m0);
          v128.store(y + floats(ci), m1, 16);
        }
        for (; ci < c; ci += 4) {
          const lanes = c - ci;
          let m = f32x4.splat(-Infinity);
          let row = window + floats(ci);
          for (let ky = ky0; ky < ky1; ky++) {
            let p = row;
            for (let kx = kx0; kx < kx1; kx++) {
              m = f32x4.max(m, loadUpTo4(p, lanes));
              p += move;
            }
            row += <usize>(dh * w) * pixel;
          }
          storeUpTo4(y + floats(ci), m, lanes);
        }
      }
    }
  }
}

export function f32_average_pool2d(
  xPtr: usize, yPtr: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, sh: i32, sw: i32, padTop: i32, padLeft: i32, padBottom: i32, padRight: i32,
  dh: i32, dw: i32, countPadding: i32, xStride: i32, yStride: i32,
): void {
  const pixel = floats(xStride), ldy = floats(yStride), move = <usize>dw * pixel;
  for (let i = 0; i < n; i++) {
    const image = xPtr + <usize>(i * h * w) * pixel;
    for (let oy = 0; oy < oh; oy++) {
      const top = oy * sh - padTop;
      const ky0 = top < 0 ? (-top + dh - 1) / dh : 0, ky1 = min(kh, top >= h ? 0 : (h - top + dh - 1) / dh);
      const padded = min(kh, (h + padBottom - top + dh - 1) / dh);
      for (let ox = 0; ox < ow; ox++) {
        const left = ox * sw - padLeft;
        const kx0 = left < 0 ? (-left + dw - 1) / dw : 0, kx1 = min(kw, left >= w ? 0 : (w - left + dw - 1) / dw);
        const count = countPadding
          ? padded * min(kw, (w + padRight - left + dw - 1) / dw)
          : max(0, ky1 - ky0) * max(0, kx1 - kx0);
        const divisor = f32x4.splat(<f32>count);
        const window = image + <usize>((top + ky0 * dh) * w + left + kx0 * dw) * pixel;
        const y = yPtr + <usize>((i * oh + oy) * ow + ox) * ldy;
        let ci = 0;
        for (; ci + 8 <= c; ci += 8) {
          let m0 = f32x4.splat(0), m1 = m0;
          let row = window + floats(ci);
          for (let ky = ky0; ky < ky1; ky++) {
            let p = row;
            for (let kx = kx0; kx < kx1; kx++) {
              m0 = f32x4.add(m0, v128.load(p));
              m1 = f32x4.add(m1, v128.load(p, 16));
              p += move;
            }
            row += <usize>(dh * w) * pixel;
          }
          v128.store(y + floats(ci), f32x4.div(m0, divisor));
          v128.store(y + floats(ci), f32x4.div(m1, divisor), 16);
        }
        for (; ci < c; ci += 4) {
          const lanes = c - ci;
          let m = f32x4.splat(0);
          let row = window + floats(ci);
          for (let ky = ky0; ky < ky1; ky++) {
            let p = row;
            for (let kx = kx0; kx < kx1; kx++) {
              m = f32x4.add(m, loadUpTo4(p, lanes));
              p += move;
            }
            row += <usize>(dh * w) * pixel;
          }
          storeUpTo4(y + floats(ci), f32x4.div(m, divisor), lanes);
        }
      }
    }
  }
}
