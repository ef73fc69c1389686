/**
 * @file The one description of what the compiled module exports. Written by hand; build.mjs refuses a module whose
 * exports differ. Every address is in bytes from the start of linear memory and ends in `Ptr`; every size and stride is
 * in elements (float32 unless said). Nothing here checks its arguments: sizes are the caller's duty, an address outside
 * memory traps. Images are channels-last: [n, h, w, c] with c contiguous; `*Stride` of an image is the distance between
 * two neighbouring pixels and is at least its number of channels.
 */

/**
 * `code` of {@link KernelExports.f32_unary}: y = fn(x, alpha, beta). alpha is the factor of affine (beta is added), the slope of
 * leakyRelu, the scale of elu, selu (beta: gamma) and celu, the slope of hardSigmoid (beta is added), the threshold of
 * thresholdedRelu, the lower limit of clip (beta: the upper); others ignore both. A NaN stays a NaN; `round` takes halves to
 * the even number.
 */
export const unaryCodes = {
  abs: 0,
  neg: 1,
  sqrt: 2,
  reciprocal: 3,
  exp: 4,
  log: 5,
  sin: 6,
  cos: 7,
  tanh: 8,
  erf: 9,
  floor: 10,
  ceil: 11,
  round: 12,
  sign: 13,
  square: 14,
  affine: 15,
  relu: 20,
  leakyRelu: 21,
  elu: 22,
  selu: 23,
  celu: 24,
  sigmoid: 25,
  hardSigmoid: 26,
  hardSwish: 27,
  silu: 28,
  softplus: 29,
  softsign: 30,
  thresholdedRelu: 31,
  mish: 32,
  gelu: 33,
  geluTanh: 34,
  clip: 35,
} as const;
export type UnaryFn = keyof typeof unaryCodes;

/**
 * `code` of {@link KernelExports.f32_binary}. Comparisons and logic give 0 or 1, anything but 0 counts as true. `prelu` is
 * a < 0 ? a * b : a; `mod` has the sign of a (C's fmod, ONNX fmod = 1); min and max of a NaN are NaN; `pow` as IEEE 754.
 */
export const binaryCodes = {
  add: 0,
  sub: 1,
  mul: 2,
  div: 3,
  pow: 4,
  min: 5,
  max: 6,
  prelu: 7,
  equal: 8,
  less: 9,
  lessOrEqual: 10,
  greater: 11,
  greaterOrEqual: 12,
  mod: 13,
  and: 14,
  or: 15,
  xor: 16,
} as const;
export type BinaryFn = keyof typeof binaryCodes;

/** `code` of {@link KernelExports.f32_reduce}. */
export const reduceCodes = {
  sum: 0,
  mean: 1,
  max: 2,
  min: 3,
  prod: 4,
  l1: 5,
  l2: 6,
  sumSquare: 7,
  logSum: 8,
  logSumExp: 9,
} as const;
export type ReduceFn = keyof typeof reduceCodes;

/**
 * A logarithmic grid on the bits of float32: 2^mantissaBits bins an octave from 2^minExponent upwards, nBins for each sign. Counters
 * are [nZeros | nBins positive | nBins negative | NaN]. Smaller magnitudes count as zero (the nZeros counters are to be added up),
 * larger ones and infinities in the last bin.
 */
export interface LogGrid {
  readonly mantissaBits: number;
  readonly minExponent: number;
  readonly nBins: number;
  readonly nZeros: number;
}
/** Of a layer: 64 bins an octave from 2^−40 to 2^40. */
export const fineGrid: LogGrid = { mantissaBits: 6, minExponent: -40, nBins: 80 * 64, nZeros: 4 };
/** Of a channel: 2 bins an octave from 2^−16 to 2^15.5, 512 bytes of u32. */
export const coarseGrid: LogGrid = { mantissaBits: 1, minExponent: -16, nBins: 63, nZeros: 1 };

export function countersOf({ nZeros, nBins }: LogGrid): number {
  return nZeros + 2 * nBins + 1;
}

/** Output channels of one packed weight panel. */
export const panelWidth = 8;
/** Output rows of one tile of the matrix kernel. */
export const tileRows = 4;

/** Bytes of a weight as {@link KernelExports.f32_winograd_pack} makes it: 36 matrices, each an odd number of cache lines. */
export function winogradBytes(c: number, oc: number): number {
  const matrix = c * Math.ceil(oc / panelWidth) * panelWidth * 4;
  return 36 * (Math.ceil(matrix / 64) | 1) * 64;
}

export interface KernelExports {
  /** Writes the constants of the functions into the first 64 KiB of memory: once, before anything else is called. */
  f32_constants(): void;
  /**
   * Packs a matrix B [k, n] into panels [ceil(n / 8), k, 8], missing columns zero. k is walked as three nested axes
   * (k0, k1, k2), the last fastest; element (i0, i1, i2, j) is read at src + i0·s0 + i1·s1 + i2·s2 + j·sn.
   * A convolution weight [o, c, kh, kw] is k0 = kh, k1 = kw, k2 = c; a matrix [k, n] is k0 = k1 = 1, k2 = k.
   */
  f32_pack(
    srcPtr: number,
    dstPtr: number,
    k0: number,
    k1: number,
    k2: number,
    n: number,
    s0: number,
    s1: number,
    s2: number,
    sn: number,
  ): void;
  /**
   * y[rows, n] = clamp(x[rows, k] · B + bias, lo, hi), B packed by f32_pack; biasPtr 0 = none. Sums run over k in
   * ascending order in every lane from 0, then the bias is added, so no result depends on how rows are split. lo = −Infinity,
   * hi = Infinity: no clamp; a NaN passes any clamp.
   */
  f32_dense(
    xPtr: number,
    packedPtr: number,
    biasPtr: number,
    yPtr: number,
    rows: number,
    k: number,
    n: number,
    xStride: number,
    yStride: number,
    lo: number,
    hi: number,
  ): void;
  /**
   * 2-D convolution of n images as an implicit matrix product, any kernel, stride, dilation, padding and groups; the
   * weight packed by f32_pack per group (k order kh, kw, c), groups one after the other. Bottom and right padding follow
   * from the output size. y = clamp(conv + bias, lo, hi). Sums run over (kh, kw, c) in ascending order.
   * scratchPtr: f32_conv2d_scratch(...) bytes.
   */
  f32_conv2d(
    xPtr: number,
    packedPtr: number,
    biasPtr: number,
    yPtr: number,
    scratchPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    oc: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    dh: number,
    dw: number,
    groups: number,
    xStride: number,
    yStride: number,
    lo: number,
    hi: number,
  ): void;
  /** Bytes that f32_conv2d needs at scratchPtr. */
  f32_conv2d_scratch(c: number, kh: number, kw: number, groups: number): number;
  /**
   * Brings filters of 3×3 contiguous numbers into Winograd's space for f32_conv2d_winograd: 36 packed matrices [c, oc], each as
   * f32_pack makes it, {@link winogradBytes} in all. The filter from channel i to channel j begins at src + j·so + i·sc; a weight [oc, c, 3, 3]
   * has so = 9·c, sc = 9. turned 1: each filter by half a circle.
   */
  f32_winograd_pack(srcPtr: number, dstPtr: number, c: number, oc: number, sc: number, so: number, turned: number): void;
  /**
   * 3×3 convolution with stride 1, dilation 1 and one group by Winograd's F(4×4, 3×3); c a multiple of 4. Otherwise as
   * f32_conv2d, with a larger rounding error (docs/numerics.md). scratchPtr: f32_winograd_scratch(...) bytes.
   */
  f32_conv2d_winograd(
    xPtr: number,
    packedPtr: number,
    biasPtr: number,
    yPtr: number,
    scratchPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    oc: number,
    padTop: number,
    padLeft: number,
    xStride: number,
    yStride: number,
    lo: number,
    hi: number,
  ): void;
  /** Bytes that f32_conv2d_winograd needs at scratchPtr. */
  f32_winograd_scratch(c: number, oc: number): number;
  /** Packs filters [c, kh, kw] (places = kh·kw) for f32_depthwise2d; turned 1: each by half a circle. */
  f32_depthwise_pack(srcPtr: number, dstPtr: number, c: number, places: number, turned: number): void;
  /**
   * Depthwise convolution (groups = channels, one filter each); weight as f32_depthwise_pack makes it: [ceil(c / 4), kh, kw, 4].
   * scratchPtr: f32_depthwise2d_scratch(...) bytes.
   */
  f32_depthwise2d(
    xPtr: number,
    weightPtr: number,
    biasPtr: number,
    yPtr: number,
    scratchPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    dh: number,
    dw: number,
    xStride: number,
    yStride: number,
    lo: number,
    hi: number,
  ): void;
  /** Bytes that f32_depthwise2d needs at scratchPtr. */
  f32_depthwise2d_scratch(oh: number, ow: number, kh: number, kw: number, sh: number, sw: number, dh: number, dw: number): number;
  /** Maximum over the window; padding never wins; NaN in the window gives NaN. */
  f32_max_pool2d(
    xPtr: number,
    yPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    dh: number,
    dw: number,
    xStride: number,
    yStride: number,
  ): void;
  /**
   * Mean over the window. The divisor counts positions inside the image, or inside image and padding when
   * countPadding is 1 (a window hanging over the padded image never counts the overhang).
   */
  f32_average_pool2d(
    xPtr: number,
    yPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    padBottom: number,
    padRight: number,
    dh: number,
    dw: number,
    countPadding: number,
    xStride: number,
    yStride: number,
  ): void;
  /** y[i] = fn(x[i], alpha, beta) for n elements; code from {@link unaryCodes}; in place allowed. */
  f32_unary(code: number, xPtr: number, yPtr: number, n: number, alpha: number, beta: number): void;
  /**
   * y = fn(a, b) over an index space of up to 8 axes. shapePtr: rank × i32 sizes, then rank × i32 strides of a, then of b
   * (0 = broadcast); y is written contiguously in index order.
   */
  f32_binary(code: number, aPtr: number, bPtr: number, yPtr: number, rank: number, shapePtr: number): void;
  /** y = mask ≠ 0 ? a : b, indexed as f32_binary with three stride lists (mask, a, b). */
  f32_where(maskPtr: number, aPtr: number, bPtr: number, yPtr: number, rank: number, shapePtr: number): void;
  /**
   * Copies an index space of up to 8 axes. shapePtr: rank × i32 sizes, source strides, destination strides (may be negative or
   * 0 at the source).
   */
  f32_copy(srcPtr: number, dstPtr: number, rank: number, shapePtr: number): void;
  /** Sets n elements. */
  f32_fill(dstPtr: number, n: number, value: number): void;
  /** y = clamp(x · scale[c] + shift[c], lo, hi) over [rows, c]. */
  f32_scale_shift(
    xPtr: number,
    scalePtr: number,
    shiftPtr: number,
    yPtr: number,
    rows: number,
    c: number,
    lo: number,
    hi: number,
  ): void;
  /** Softmax (log = 1: its logarithm) over the middle axis of [outer, axis, inner]. */
  f32_softmax(xPtr: number, yPtr: number, outer: number, axis: number, inner: number, log: number): void;
  /** Reduction over the middle axis of [outer, axis, inner] to [outer, inner]; sums in float64, ascending. */
  f32_reduce(code: number, xPtr: number, yPtr: number, outer: number, axis: number, inner: number): void;
  /**
   * y = (x − mean) / sqrt(variance + epsilon) · scale + shift over the last axis of [rows, size] (population variance, sums
   * in float64); scalePtr and shiftPtr [size], 0 = none.
   */
  f32_layer_norm(
    xPtr: number,
    scalePtr: number,
    shiftPtr: number,
    yPtr: number,
    rows: number,
    size: number,
    epsilon: number,
  ): void;
  /**
   * Local response normalisation across channels of [rows, c]: y = x / (bias + alpha / size · Σ x²) ^ beta, window as in ONNX
   * LRN, in float64. beta 0.5, 0.75 and 1 are fast.
   */
  f32_lrn(xPtr: number, yPtr: number, rows: number, c: number, size: number, alpha: number, beta: number, bias: number): void;
  /**
   * Resamples [n, h, w, c] to [n, oh, ow, c] by two taps an axis: index lists y0Ptr, y1Ptr (i32 [oh]), weights wyPtr (f32 [oh],
   * of the second tap; one of weight 0 is not read), and the same in x.
   */
  f32_resize2d(
    xPtr: number,
    yPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    y0Ptr: number,
    y1Ptr: number,
    wyPtr: number,
    x0Ptr: number,
    x1Ptr: number,
    wxPtr: number,
  ): void;

  /** Σ a·b of n elements in float64, in a fixed order. */
  f32_dot(aPtr: number, bPtr: number, n: number): number;
  /**
   * Adds one image's values [rows, c] to per-channel moments. statePtr: c × 8 f64 = count, mean, M2, M3, M4 (central power
   * sums), min, max, count of values > 0; all zero before the first. Every 256 rows are summed in one pass, shifted by their
   * first value, then joined to the state by the pairwise formulas of Pébay (2008), SAND2008-6212, doi:10.2172/1028931. A channel's
   * bits depend on its own values and their order alone. NaN or an infinity makes mean, M2, M3, M4 of its channel NaN; NaN also
   * min and max. Writes f64 Σ max(x, 0), Σ max(x, 0)² of the image at sumsPtr.
   */
  f32_moments(xPtr: number, rows: number, c: number, xStride: number, statePtr: number, sumsPtr: number): void;
  /**
   * Counts values [rows, c] on two log grids at once: the layer's ({@link fineGrid}, u64 counters) and each channel's
   * ({@link coarseGrid}, c × u32 counters).
   */
  f32_log_histograms(xPtr: number, rows: number, c: number, xStride: number, layerPtr: number, channelsPtr: number): void;
  /**
   * One image's responses of chosen units. offsetsPtr: nUnits i32 element offsets. statePtr: nUnits × 4 f64 = Σ r, Σ r²,
   * max r, count of r > 0, with r = max(x, 0). windowPtr: nUnits × nBins u32, a histogram of r > 0 on the grid of 2^windowBits
   * bins an octave (bin = bits >> (23 − windowBits)) that slides up with the running maximum: what falls out below is dropped,
   * so all nBins counts, from the maximum's bin down, are exact, and count − Σ window responses lie below. topPtr: nUnits i32,
   * the bin that the window's last counter stands for (−1: none yet). NaN makes sums and maximum NaN and is counted nowhere.
   */
  f32_unit_responses(
    xPtr: number,
    offsetsPtr: number,
    nUnits: number,
    statePtr: number,
    windowPtr: number,
    topPtr: number,
    nBins: number,
    windowBits: number,
  ): void;

  /** dx[i] = dy[i] · fn′(x[i], alpha, beta); code from {@link unaryCodes}, NaN for functions that change in steps; in place allowed. */
  f32_unary_gradient(code: number, xPtr: number, dyPtr: number, dxPtr: number, n: number, alpha: number, beta: number): void;
  /**
   * ∂loss/∂weight [oc, c / groups, kh, kw] of f32_conv2d from x [n, h, w, c] and ∂loss/∂y [n, oh, ow, oc], both without gaps. Output
   * positions are added up in ascending order within blocks, then block by block. All four paddings count. scratchPtr:
   * f32_conv2d_weight_gradient_scratch(...) bytes.
   */
  f32_conv2d_weight_gradient(
    xPtr: number,
    dyPtr: number,
    dwPtr: number,
    scratchPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    oc: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    padBottom: number,
    padRight: number,
    dh: number,
    dw: number,
    groups: number,
  ): void;
  /** Bytes that f32_conv2d_weight_gradient needs at scratchPtr. */
  f32_conv2d_weight_gradient_scratch(
    h: number,
    w: number,
    c: number,
    ow: number,
    oc: number,
    kh: number,
    kw: number,
    padTop: number,
    padLeft: number,
    padBottom: number,
    padRight: number,
    dw: number,
    groups: number,
  ): number;
  /**
   * ∂loss/∂weight [oc, c, 3, 3] of f32_conv2d_winograd, in Winograd's space too; c a multiple of 4. Otherwise as
   * f32_conv2d_weight_gradient, with a larger rounding error. scratchPtr: f32_winograd_weight_gradient_scratch(...) bytes.
   */
  f32_winograd_weight_gradient(
    xPtr: number,
    dyPtr: number,
    dwPtr: number,
    scratchPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    oc: number,
    padTop: number,
    padLeft: number,
  ): void;
  /** Bytes that f32_winograd_weight_gradient needs at scratchPtr. */
  f32_winograd_weight_gradient_scratch(c: number, oc: number): number;
  /** ∂loss/∂weight [c, kh, kw] of f32_depthwise2d. */
  f32_depthwise2d_weight_gradient(
    xPtr: number,
    dyPtr: number,
    dwPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    dh: number,
    dw: number,
  ): void;
  /**
   * ∂loss/∂x [n, h, w, c] of f32_conv2d from ∂loss/∂y [n, oh, ow, oc]: for strides above 1 (else it is a plain convolution by the
   * turned weight). packedPtr: for each group, ky and kx a matrix [oc / groups, c / groups] as f32_pack makes it.
   */
  f32_conv2d_input_gradient(
    dyPtr: number,
    packedPtr: number,
    dxPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    oc: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    dh: number,
    dw: number,
    groups: number,
  ): void;
  /** ∂loss/∂x of f32_max_pool2d without gaps: the first position of a window that holds its maximum gets everything. */
  f32_max_pool2d_gradient(
    xPtr: number,
    yPtr: number,
    dyPtr: number,
    dxPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    dh: number,
    dw: number,
  ): void;
  /** ∂loss/∂x of f32_average_pool2d without gaps. */
  f32_average_pool2d_gradient(
    dyPtr: number,
    dxPtr: number,
    n: number,
    h: number,
    w: number,
    c: number,
    oh: number,
    ow: number,
    kh: number,
    kw: number,
    sh: number,
    sw: number,
    padTop: number,
    padLeft: number,
    padBottom: number,
    padRight: number,
    dh: number,
    dw: number,
    countPadding: number,
  ): void;
  /** Bytes that f32_batch_statistics and f32_batch_norm_gradient need at scratchPtr. */
  f32_batch_norm_scratch(c: number): number;
  /** Mean and population variance of each channel of [rows, c], sums in float64 from the first value's deviations. */
  f32_batch_statistics(xPtr: number, rows: number, c: number, meanPtr: number, variancePtr: number, scratchPtr: number): void;
  /** factor = scale / √(variance + epsilon), offset = shift − mean · factor, each [c]: what f32_scale_shift takes. */
  f32_batch_norm_factors(
    scalePtr: number,
    shiftPtr: number,
    meanPtr: number,
    variancePtr: number,
    epsilon: number,
    factorPtr: number,
    offsetPtr: number,
    c: number,
  ): void;
  /**
   * Gradients of batch normalisation by the batch's own mean and variance, and of the clamp to lo … hi after it (−∞, ∞: none):
   * ∂loss/∂x [rows, c], ∂loss/∂scale and ∂loss/∂shift [c]; sums in float64.
   */
  f32_batch_norm_gradient(
    xPtr: number,
    dyPtr: number,
    scalePtr: number,
    shiftPtr: number,
    meanPtr: number,
    variancePtr: number,
    epsilon: number,
    lo: number,
    hi: number,
    dxPtr: number,
    dScalePtr: number,
    dShiftPtr: number,
    scratchPtr: number,
    rows: number,
    c: number,
  ): void;
  /** dst [size] = 0, then dst[indices[i]] += src[i] for i = 0 … n − 1; negative indices (i32) are passed over. */
  f32_scatter_add(srcPtr: number, indicesPtr: number, n: number, dstPtr: number, size: number): void;
}
