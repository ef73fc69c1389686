/**
 * @file Two-tap resampling (bilinear, nearest) of channels-last images inside a network, from index and weight lists that the
 * caller makes. Images on their way into a network are resized elsewhere, in integers. A tap of weight 0 is not read, so
 * nearest copies its values, infinities too.
 */
import { floats, loadUpTo4, storeUpTo4 } from './lanes';

/** a + (b − a)·t would lose b at t = 1; this form gives a and b exactly. */
// @ts-ignore: decorator
@inline
function blend(a: v128, b: v128, t: v128): v128 {
  return f32x4.add(f32x4.mul(a, f32x4.sub(f32x4.splat(1), t)), f32x4.mul(b, t));
}

export function f32_resize2d(
  xPtr: usize, yPtr: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  y0Ptr: usize, y1Ptr: usize, wyPtr: usize, x0Ptr: usize, x1Ptr: usize, wxPtr: usize,
): void {
  const pixel = floats(c);
  let y = yPtr;
  for (let i = 0; i < n; i++) {
    const image = xPtr + <usize>(i * h * w) * pixel;
    for (let oy = 0; oy < oh; oy++) {
      const top = image + <usize>(load<i32>(y0Ptr + floats(oy)) * w) * pixel;
      const bottom = image + <usize>(load<i32>(y1Ptr + floats(oy)) * w) * pixel;
      const fy = load<f32>(wyPtr + floats(oy)), wy = f32x4.splat(fy);
      for (let ox = 0; ox < ow; ox++) {
        const left = <usize>load<i32>(x0Ptr + floats(ox)) * pixel, right = <usize>load<i32>(x1Ptr + floats(ox)) * pixel;
        const fx = load<f32>(wxPtr + floats(ox)), wx = f32x4.splat(fx);
        for (let ci = 0; ci < c; ci += 4) {
          const at = floats(ci), lanes = c - ci;
          let v = loadUpTo4(top + left + at, lanes);
          if (fx != 0) v = blend(v, loadUpTo4(top + right + at, lanes), wx);
          if (fy != 0) {
            let u = loadUpTo4(bottom + left + at, lanes);
            if (fx != 0) u = blend(u, loadUpTo4(bottom + right + at, lanes), wx);
            v = blend(v, u, wy);
          }
          storeUpTo4(y + at, v, lanes);
        }
        y += pixel;
      }
    }
  }
}
