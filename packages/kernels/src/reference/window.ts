/**
 * @file Twins of what slides a window over images n c h w: conv2d, pooling, resampling; and the matrix products. Padding is
 * [top, left, bottom, right] (ONNX order). One function, outputSize, owns the rule for the size of the result.
 */
import { broadcastShape, broadcastStrides, checkRank, checkSize, type Shaped, sizeOf, type Values, walk } from './shape.ts';

export interface WindowOptions {
  readonly stride?: readonly [h: number, w: number];
  readonly padding?: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation?: readonly [h: number, w: number];
}

export interface ConvOptions extends WindowOptions {
  readonly groups?: number;
}

export interface PoolOptions extends WindowOptions {
  readonly kernel: readonly [h: number, w: number];
  /** Round the output size up: a last window may hang over the padded image, but must begin inside image or left padding. */
  readonly ceil?: boolean;
}

/** floor((size + padBefore + padAfter − dilation·(kernel − 1) − 1) / stride) + 1, or with ceil (ONNX ceil_mode). */
export function outputSize(
  size: number,
  kernel: number,
  stride: number,
  padBefore: number,
  padAfter: number,
  dilation: number,
  ceil = false,
): number {
  const room = size + padBefore + padAfter - dilation * (kernel - 1) - 1;
  if (room < 0) return 0;
  if (!ceil) return Math.floor(room / stride) + 1;
  const n = Math.ceil(room / stride) + 1;
  return (n - 1) * stride >= size + padBefore ? n - 1 : n;
}

/**
 * Cross-correlation of images with a weight, as ONNX Conv: padding counts as 0.
 *
 * @param x [n, c, h, w]
 * @param weight [o, c / groups, kh, kw]
 * @param bias [o] or undefined
 * @returns [n, o, oh, ow]
 * @throws {RangeError} `conv2d: weight [8, 3, 3, 3] with groups 1 needs 3 input channels, got x [1, 4, 9, 9]. …`
 */
export function conv2d(
  x: Values,
  xShape: readonly number[],
  weight: Values,
  weightShape: readonly number[],
  bias: Values | undefined,
  options: ConvOptions = {},
): Shaped {
  checkRank('conv2d', 'x', xShape, 4, 'n c h w');
  checkRank('conv2d', 'weight', weightShape, 4, 'o c kh kw');
  checkSize('conv2d', 'x', x, xShape);
  checkSize('conv2d', 'weight', weight, weightShape);
  const [n, c, h, w] = xShape as [number, number, number, number];
  const [o, cg, kh, kw] = weightShape as [number, number, number, number];
  const {
    stride: [sh, sw] = [1, 1],
    padding: [top, left, bottom, right] = [0, 0, 0, 0],
    dilation: [dh, dw] = [1, 1],
    groups = 1,
  } = options;
  if (cg * groups !== c || o % groups !== 0) {
    throw new RangeError(
      `conv2d: weight [${weightShape.join(', ')}] with groups ${groups} needs ${cg * groups} input channels and outputs in ${groups} equal parts, ` +
        `got x [${xShape.join(', ')}]. Check groups or the layer before.`,
    );
  }
  if (bias) checkSize('conv2d', 'bias', bias, [o]);
  const oh = outputSize(h, kh, sh, top, bottom, dh);
  const ow = outputSize(w, kw, sw, left, right, dw);
  const og = o / groups;
  const data = new Float64Array(n * o * oh * ow);
  let at = 0;
  for (let i = 0; i < n; i++) {
    for (let oc = 0; oc < o; oc++) {
      const c0 = Math.floor(oc / og) * cg;
      for (let oy = 0; oy < oh; oy++) {
        for (let ox = 0; ox < ow; ox++) {
          let sum = 0;
          for (let ky = 0; ky < kh; ky++) {
            const y = oy * sh - top + ky * dh;
            for (let kx = 0; kx < kw; kx++) {
              const xx = ox * sw - left + kx * dw;
              const inside = y >= 0 && y < h && xx >= 0 && xx < w;
              for (let ci = 0; ci < cg; ci++) {
                const value = inside ? x[((i * c + c0 + ci) * h + y) * w + xx]! : 0;
                sum += value * weight[((oc * cg + ci) * kh + ky) * kw + kx]!;
              }
            }
          }
          data[at++] = sum + (bias ? bias[oc]! : 0);
        }
      }
    }
  }
  return { data, shape: [n, o, oh, ow] };
}

/** Calls `visit` for every product x · weight that an output of {@link conv2d} adds up, with the three offsets. */
function eachProduct(
  xShape: readonly number[],
  weightShape: readonly number[],
  yShape: readonly number[],
  { stride: [sh, sw] = [1, 1], padding: [top, left] = [0, 0, 0, 0], dilation: [dh, dw] = [1, 1], groups = 1 }: ConvOptions,
  visit: (xAt: number, weightAt: number, yAt: number) => void,
): void {
  const [n, c, h, w] = xShape as [number, number, number, number];
  const [o, cg, kh, kw] = weightShape as [number, number, number, number];
  const [, , oh, ow] = yShape as [number, number, number, number];
  for (let i = 0; i < n; i++) {
    for (let oc = 0; oc < o; oc++) {
      const c0 = Math.floor(oc / (o / groups)) * cg;
      for (let oy = 0; oy < oh; oy++) {
        for (let ox = 0; ox < ow; ox++) {
          const yAt = ((i * o + oc) * oh + oy) * ow + ox;
          for (let ky = 0; ky < kh; ky++) {
            const y = oy * sh - top + ky * dh;
            if (y < 0 || y >= h) continue;
            for (let kx = 0; kx < kw; kx++) {
              const xx = ox * sw - left + kx * dw;
              if (xx < 0 || xx >= w) continue;
              for (let ci = 0; ci < cg; ci++) {
                visit(((i * c + c0 + ci) * h + y) * w + xx, ((oc * cg + ci) * kh + ky) * kw + kx, yAt);
              }
            }
          }
        }
      }
    }
  }
}

/** ∂loss/∂x of {@link conv2d} from ∂loss/∂y [n, o, oh, ow]. */
export function conv2dInputGradient(
  dy: Values,
  yShape: readonly number[],
  weight: Values,
  weightShape: readonly number[],
  xShape: readonly number[],
  options: ConvOptions = {},
): Shaped {
  const data = new Float64Array(sizeOf(xShape));
  eachProduct(xShape, weightShape, yShape, options, (xAt, weightAt, yAt) => {
    data[xAt]! += dy[yAt]! * weight[weightAt]!;
  });
  return { data, shape: xShape };
}

/** ∂loss/∂weight of {@link conv2d}. */
export function conv2dWeightGradient(
  x: Values,
  xShape: readonly number[],
  dy: Values,
  yShape: readonly number[],
  weightShape: readonly number[],
  options: ConvOptions = {},
): Shaped {
  const data = new Float64Array(sizeOf(weightShape));
  eachProduct(xShape, weightShape, yShape, options, (xAt, weightAt, yAt) => {
    data[weightAt]! += dy[yAt]! * x[xAt]!;
  });
  return { data, shape: weightShape };
}

/** Calls `visit` for every output of a pooling with the offsets inside the image that its window covers. */
function pool(
  fn: string,
  x: Values,
  shape: readonly number[],
  options: PoolOptions,
  value: (inside: readonly number[], counted: number) => number,
): Shaped {
  checkRank(fn, 'x', shape, 4, 'n c h w');
  checkSize(fn, 'x', x, shape);
  const [n, c, h, w] = shape as [number, number, number, number];
  const {
    kernel: [kh, kw],
    stride: [sh, sw] = [1, 1],
    padding: [top, left, bottom, right] = [0, 0, 0, 0],
    dilation: [dh, dw] = [1, 1],
  } = options;
  const oh = outputSize(h, kh, sh, top, bottom, dh, options.ceil);
  const ow = outputSize(w, kw, sw, left, right, dw, options.ceil);
  const data = new Float64Array(n * c * oh * ow);
  let at = 0;
  for (let plane = 0; plane < n * c; plane++) {
    for (let oy = 0; oy < oh; oy++) {
      for (let ox = 0; ox < ow; ox++) {
        const inside: number[] = [];
        let counted = 0;
        for (let ky = 0; ky < kh; ky++) {
          for (let kx = 0; kx < kw; kx++) {
            const y = oy * sh - top + ky * dh;
            const xx = ox * sw - left + kx * dw;
            if (y < h + bottom && xx < w + right) counted++;
            if (y >= 0 && y < h && xx >= 0 && xx < w) inside.push(x[(plane * h + y) * w + xx]!);
          }
        }
        data[at++] = value(inside, counted);
      }
    }
  }
  return { data, shape: [n, c, oh, ow] };
}

/** Maximum over each window of [n, c, h, w]; padding never wins (a window of nothing else gives −Infinity); NaN gives NaN. */
export function maxPool2d(x: Values, shape: readonly number[], options: PoolOptions): Shaped {
  return pool('maxPool2d', x, shape, options, (inside) => {
    let top = -Infinity;
    for (const value of inside) top = Math.max(top, value);
    return top;
  });
}

/**
 * Mean over each window of [n, c, h, w]. The divisor is the number of positions inside the image, or with `countPadding`
 * inside image and padding; the part of a window that hangs over both is never counted.
 */
export function averagePool2d(
  x: Values,
  shape: readonly number[],
  options: PoolOptions & { readonly countPadding?: boolean },
): Shaped {
  return pool('averagePool2d', x, shape, options, (inside, counted) => {
    let sum = 0;
    for (const value of inside) sum += value;
    return sum / (options.countPadding ? counted : inside.length);
  });
}

/** Where each output of a resampled axis reads: first[i]·(1 − weight[i]) + second[i]·weight[i]. */
export interface Taps {
  readonly first: readonly number[];
  readonly second: readonly number[];
  readonly weight: readonly number[];
}

/** Two-tap resampling of [n, c, h, w] along h by `rows`, along w by `columns`; a tap of weight 0 is not read. */
export function resize2d(x: Values, shape: readonly number[], rows: Taps, columns: Taps): Shaped {
  checkRank('resize2d', 'x', shape, 4, 'n c h w');
  checkSize('resize2d', 'x', x, shape);
  const [n, c, h, w] = shape as [number, number, number, number];
  const blend = (a: number, b: number, t: number) => (t === 0 ? a : a * (1 - t) + b * t);
  const data = new Float64Array(n * c * rows.first.length * columns.first.length);
  let at = 0;
  for (let plane = 0; plane < n * c; plane++) {
    const line = (y: number, i: number) => {
      const base = (plane * h + y) * w;
      return blend(x[base + columns.first[i]!]!, x[base + columns.second[i]!]!, columns.weight[i]!);
    };
    for (let oy = 0; oy < rows.first.length; oy++) {
      for (let ox = 0; ox < columns.first.length; ox++) {
        data[at++] = blend(line(rows.first[oy]!, ox), line(rows.second[oy]!, ox), rows.weight[oy]!);
      }
    }
  }
  return { data, shape: [n, c, rows.first.length, columns.first.length] };
}

/**
 * Matrix product over the last two axes, the others broadcast: a [..., m, k] · b [..., k, n] → [..., m, n]. As numpy.matmul, a
 * vector counts as one row (a) or one column (b) and its axis is dropped from the result.
 *
 * @throws {RangeError} `matmul: columns of a must equal rows of b, got [2, 3] and [4, 5]. …`
 */
export function matmul(a: Values, aShape: readonly number[], b: Values, bShape: readonly number[]): Shaped {
  checkSize('matmul', 'a', a, aShape);
  checkSize('matmul', 'b', b, bShape);
  const aFull = aShape.length === 1 ? [1, aShape[0]!] : aShape;
  const bFull = bShape.length === 1 ? [bShape[0]!, 1] : bShape;
  const [m, k] = aFull.slice(-2) as [number, number];
  const [rows, n] = bFull.slice(-2) as [number, number];
  if (aShape.length === 0 || bShape.length === 0 || k !== rows) {
    throw new RangeError(
      `matmul: columns of a must equal rows of b, got [${aShape.join(', ')}] and [${bShape.join(', ')}]. Transpose one of them.`,
    );
  }
  const batch = broadcastShape(aFull.slice(0, -2), bFull.slice(0, -2));
  const data = new Float64Array(sizeOf(batch) * m * n);
  const strides = [broadcastStrides(aFull.slice(0, -2), batch), broadcastStrides(bFull.slice(0, -2), batch)];
  walk(batch, strides, (index, [ia, ib]) => {
    for (let i = 0; i < m; i++) {
      for (let j = 0; j < n; j++) {
        let sum = 0;
        for (let q = 0; q < k; q++) sum += a[ia! * m * k + i * k + q]! * b[ib! * k * n + q * n + j]!;
        data[(index * m + i) * n + j] = sum;
      }
    }
  });
  return { data, shape: [...batch, ...(aShape.length === 1 ? [] : [m]), ...(bShape.length === 1 ? [] : [n])] };
}

/** x [rows, k] · weight [k, n] + bias [n] → [rows, n]. @throws {RangeError} as {@link matmul}. */
export function dense(
  x: Values,
  xShape: readonly number[],
  weight: Values,
  weightShape: readonly number[],
  bias: Values | undefined,
): Shaped {
  checkRank('dense', 'x', xShape, 2, 'rows k');
  checkRank('dense', 'weight', weightShape, 2, 'k n');
  const product = matmul(x, xShape, weight, weightShape);
  if (bias) {
    checkSize('dense', 'bias', bias, [weightShape[1]!]);
    for (let i = 0; i < product.data.length; i++) product.data[i]! += bias[i % bias.length]!;
  }
  return product;
}
