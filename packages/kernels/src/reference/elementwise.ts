/** @file Twins of unary, binary and where, on any rank with numpy's broadcasting. Strided copies are shape.ts's transpose. */
import type { BinaryFn, UnaryFn } from '../abi.ts';
import { cos, erf, exp, expm1, log, log1p, pow, sin, tanh } from '../math.ts';
import { broadcastShape, broadcastStrides, checkSize, type Shaped, sizeOf, type Values, walk } from './shape.ts';

/** x limited to lo … hi; NaN stays NaN. */
const clip = (x: number, lo: number, hi: number): number => Math.min(Math.max(x, lo), hi);

/** Nearest whole number, halves to the even one. */
function roundHalfEven(x: number): number {
  const low = Math.floor(x);
  if (low === x || !(Math.abs(x) < Infinity)) return x;
  const rest = x - low;
  const y = rest > 0.5 || (rest === 0.5 && low % 2 !== 0) ? low + 1 : low;
  return y === 0 && x < 0 ? -0 : y;
}

const sigmoid = (x: number): number => (x < 0 ? exp(x) : 1) / (1 + exp(-Math.abs(x)));
const softplus = (x: number): number => Math.max(x, 0) + log1p(exp(-Math.abs(x)));

/** fn(x, alpha, beta); the roles of alpha and beta stand in each line. The defaults are the caller's. */
const unaryTable: { readonly [K in UnaryFn]: (x: number, alpha: number, beta: number) => number } = {
  abs: (x) => Math.abs(x),
  neg: (x) => -x,
  sqrt: (x) => Math.sqrt(x),
  reciprocal: (x) => 1 / x,
  exp: (x) => exp(x),
  log: (x) => log(x),
  sin: (x) => sin(x),
  cos: (x) => cos(x),
  tanh: (x) => tanh(x),
  erf: (x) => erf(x),
  floor: (x) => Math.floor(x),
  ceil: (x) => -Math.floor(-x),
  round: (x) => roundHalfEven(x),
  sign: (x) => (x > 0 ? 1 : x < 0 ? -1 : x),
  square: (x) => x * x,
  affine: (x, alpha, beta) => alpha * x + beta,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x, alpha) => (x < 0 ? alpha * x : x),
  elu: (x, alpha) => (x < 0 ? alpha * expm1(x) : x),
  selu: (x, alpha, gamma) => gamma * (x < 0 ? alpha * expm1(x) : x),
  celu: (x, alpha) => (x < 0 ? alpha * expm1(x / alpha) : x),
  sigmoid,
  hardSigmoid: (x, alpha, beta) => clip(alpha * x + beta, 0, 1),
  hardSwish: (x) => x * clip(x / 6 + 0.5, 0, 1),
  silu: (x) => x * sigmoid(x),
  softplus,
  softsign: (x) => x / (1 + Math.abs(x)),
  thresholdedRelu: (x, alpha) => (x <= alpha ? 0 : x),
  mish: (x) => x * tanh(softplus(x)),
  gelu: (x) => (x === -Infinity ? -0 : 0.5 * x * (1 + erf(x * Math.SQRT1_2))),
  geluTanh: (x) => 0.5 * x * (1 + tanh(0.7978845608028654 * (x + 0.044715 * x * x * x))),
  clip: (x, alpha, beta) => clip(x, alpha, beta),
};

/** fn′(x, alpha, beta); undefined for functions that change in steps. At a kink: the slope of the flatter side, 0 of abs. */
const derivatives: { readonly [K in UnaryFn]: ((x: number, alpha: number, beta: number) => number) | undefined } = {
  abs: (x) => Math.sign(x),
  neg: () => -1,
  sqrt: (x) => 0.5 / Math.sqrt(x),
  reciprocal: (x) => -1 / (x * x),
  exp: (x) => exp(x),
  log: (x) => 1 / x,
  sin: (x) => cos(x),
  cos: (x) => -sin(x),
  tanh: (x) => 1 - tanh(x) ** 2,
  erf: (x) => 1.1283791670955126 * exp(-x * x),
  floor: undefined,
  ceil: undefined,
  round: undefined,
  sign: undefined,
  square: (x) => 2 * x,
  affine: (_, alpha) => alpha,
  relu: (x) => (x > 0 ? 1 : 0),
  leakyRelu: (x, alpha) => (x < 0 ? alpha : 1),
  elu: (x, alpha) => (x < 0 ? alpha * exp(x) : 1),
  selu: (x, alpha, gamma) => gamma * (x < 0 ? alpha * exp(x) : 1),
  celu: (x, alpha) => (x < 0 ? exp(x / alpha) : 1),
  sigmoid: (x) => sigmoid(x) * (1 - sigmoid(x)),
  hardSigmoid: (x, alpha, beta) => (alpha * x + beta > 0 && alpha * x + beta < 1 ? alpha : 0),
  hardSwish: (x) => (x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5),
  silu: (x) => sigmoid(x) * (1 + x * (1 - sigmoid(x))),
  softplus: sigmoid,
  softsign: (x) => 1 / (1 + Math.abs(x)) ** 2,
  thresholdedRelu: (x, alpha) => (x > alpha ? 1 : 0),
  mish(x) {
    const t = tanh(softplus(x));
    return t + x * (1 - t * t) * sigmoid(x);
  },
  gelu: (x) => 0.5 * (1 + erf(x * Math.SQRT1_2)) + x * 0.3989422804014327 * exp(-0.5 * x * x),
  geluTanh(x) {
    const s = sigmoid(1.5957691216057308 * (x + 0.044715 * x * x * x));
    return s + x * s * (1 - s) * 1.5957691216057308 * (1 + 0.134145 * x * x);
  },
  clip: (x, alpha, beta) => (x > alpha && x < beta ? 1 : 0),
};

/** Whether a function has a derivative. */
export const hasDerivative = (fn: UnaryFn): boolean => derivatives[fn] !== undefined;

/** dy · fn′(x) of every value. @throws {RangeError} `unaryGradient: "floor" changes in steps and has no derivative.` */
export function unaryGradient(fn: UnaryFn, x: Values, dy: Values, alpha = 0, beta = 0): Float64Array {
  const derivative = derivatives[fn];
  if (!derivative) throw new RangeError(`unaryGradient: "${fn}" changes in steps and has no derivative.`);
  return Float64Array.from(x, (value, i) => dy[i]! * derivative(value, alpha, beta));
}

const binaryTable: { readonly [K in BinaryFn]: (a: number, b: number) => number } = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow,
  min: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.min(a, b)),
  max: (a, b) => (Number.isNaN(a) || Number.isNaN(b) ? NaN : Math.max(a, b)),
  prelu: (a, b) => (a < 0 ? a * b : a),
  equal: (a, b) => (a === b ? 1 : 0),
  less: (a, b) => (a < b ? 1 : 0),
  lessOrEqual: (a, b) => (a <= b ? 1 : 0),
  greater: (a, b) => (a > b ? 1 : 0),
  greaterOrEqual: (a, b) => (a >= b ? 1 : 0),
  mod: (a, b) => a % b,
  and: (a, b) => (a !== 0 && b !== 0 ? 1 : 0),
  or: (a, b) => (a !== 0 || b !== 0 ? 1 : 0),
  xor: (a, b) => ((a !== 0) !== (b !== 0) ? 1 : 0),
};

/**
 * fn of every value. NaN gives NaN (relu included), `round` takes halves to the even number, `sign(±0)` is ±0.
 *
 * | fn                                   | alpha          | beta  |
 * | ------------------------------------ | -------------- | ----- |
 * | affine                               | factor         | added |
 * | leakyRelu, elu, celu                 | negative slope, scale | – |
 * | selu                                 | alpha          | gamma |
 * | hardSigmoid                          | slope          | added |
 * | thresholdedRelu                      | threshold      | –     |
 * | clip                                 | lowest         | highest |
 */
export function unary(fn: UnaryFn, x: Values, alpha = 0, beta = 0): Float64Array {
  const apply = unaryTable[fn];
  return Float64Array.from(x, (value) => apply(value, alpha, beta));
}

/**
 * fn of every pair, broadcast as numpy does. Comparisons and logic give 0 or 1, anything but 0 counts as true; `mod` has the
 * sign of a (C's fmod, ONNX fmod = 1); `prelu` is a < 0 ? a·b : a; min and max of a NaN are NaN.
 *
 * @throws {RangeError} if the shapes do not broadcast or the values do not fill them.
 */
export function binary(fn: BinaryFn, a: Values, aShape: readonly number[], b: Values, bShape: readonly number[]): Shaped {
  checkSize('binary', 'a', a, aShape);
  checkSize('binary', 'b', b, bShape);
  const apply = binaryTable[fn];
  const shape = broadcastShape(aShape, bShape);
  const data = new Float64Array(sizeOf(shape));
  walk(shape, [broadcastStrides(aShape, shape), broadcastStrides(bShape, shape)], (index, [ia, ib]) => {
    data[index] = apply(a[ia!]!, b[ib!]!);
  });
  return { data, shape };
}

/** mask ≠ 0 ? a : b, broadcast as numpy does. @throws {RangeError} as {@link binary}. */
export function where(
  mask: Values,
  maskShape: readonly number[],
  a: Values,
  aShape: readonly number[],
  b: Values,
  bShape: readonly number[],
): Shaped {
  checkSize('where', 'mask', mask, maskShape);
  checkSize('where', 'a', a, aShape);
  checkSize('where', 'b', b, bShape);
  const shape = broadcastShape(maskShape, aShape, bShape);
  const data = new Float64Array(sizeOf(shape));
  const strides = [maskShape, aShape, bShape].map((each) => broadcastStrides(each, shape));
  walk(shape, strides, (index, [im, ia, ib]) => {
    data[index] = mask[im!] !== 0 ? a[ia!]! : b[ib!]!;
  });
  return { data, shape };
}

/** x · scale[c] + shift[c] over the last axis, limited to lo … hi. */
export function scaleShift(x: Values, scale: Values, shift: Values, lo = -Infinity, hi = Infinity): Float64Array {
  const c = scale.length;
  if (shift.length !== c || c === 0 || x.length % c !== 0) {
    throw new RangeError(
      `scaleShift: scale and shift must have one value per channel, got ${c} and ${shift.length} for ${x.length} values. Put channels last.`,
    );
  }
  return Float64Array.from(x, (value, i) => clip(value * scale[i % c]! + shift[i % c]!, lo, hi));
}
