/** @file Twins of softmax, reductions over axes, layer normalisation, local response normalisation. */
import type { ReduceFn } from '../abi.ts';
import { exp, log, pow } from '../math.ts';
import { checkAxis, checkRank, checkSize, type Shaped, sizeOf, stridesOf, type Values, walk } from './shape.ts';

/** Shape seen as [outer, axis, inner]. */
function around(shape: readonly number[], axis: number): [outer: number, size: number, inner: number] {
  return [sizeOf(shape.slice(0, axis)), shape[axis]!, sizeOf(shape.slice(axis + 1))];
}

/**
 * exp(x) / Σ exp(x) over one axis, shifted by the maximum first; with `logarithm` its natural logarithm.
 *
 * @param axis counted from 0, negative from the end
 */
export function softmax(x: Values, shape: readonly number[], axis: number, logarithm = false): Float64Array {
  checkSize('softmax', 'x', x, shape);
  const [outer, size, inner] = around(shape, checkAxis('softmax', axis, shape.length));
  const y = new Float64Array(x.length);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const at = (a: number) => (o * size + a) * inner + i;
      let top = -Infinity;
      for (let a = 0; a < size; a++) top = Math.max(top, x[at(a)]!);
      let sum = 0;
      for (let a = 0; a < size; a++) sum += exp(x[at(a)]! - top);
      for (let a = 0; a < size; a++) y[at(a)] = logarithm ? x[at(a)]! - top - log(sum) : exp(x[at(a)]! - top) / sum;
    }
  }
  return y;
}

function reduceValues(fn: ReduceFn, values: readonly number[]): number {
  const sum = (f: (value: number) => number) => values.reduce((total, value) => total + f(value), 0);
  switch (fn) {
    case 'sum':
      return sum((v) => v);
    case 'mean':
      return sum((v) => v) / values.length;
    case 'max':
      return values.reduce((a, b) => Math.max(a, b), -Infinity);
    case 'min':
      return values.reduce((a, b) => Math.min(a, b), Infinity);
    case 'prod':
      return values.reduce((a, b) => a * b, 1);
    case 'l1':
      return sum((v) => Math.abs(v));
    case 'l2':
      return Math.sqrt(sum((v) => v * v));
    case 'sumSquare':
      return sum((v) => v * v);
    case 'logSum':
      return log(sum((v) => v));
    case 'logSumExp': {
      const top = values.reduce((a, b) => Math.max(a, b), -Infinity);
      return Math.abs(top) < Infinity ? top + log(sum((v) => exp(v - top))) : top;
    }
  }
}

/**
 * Reduction over any axes (negative from the end; none given: all). A reduced axis has size 1 in the result with keepDims, and
 * is dropped otherwise. Of nothing: sum 0, prod 1, max −Infinity, min Infinity, mean NaN.
 */
export function reduce(fn: ReduceFn, x: Values, shape: readonly number[], axes?: readonly number[], keepDims = false): Shaped {
  checkSize('reduce', 'x', x, shape);
  const gone = new Set((axes ?? shape.map((_, axis) => axis)).map((axis) => checkAxis('reduce', axis, shape.length)));
  const strides = stridesOf(shape);
  const all = shape.map((_, axis) => axis);
  const kept = all.filter((axis) => !gone.has(axis));
  const reduced = all.filter((axis) => gone.has(axis));
  const data = new Float64Array(sizeOf(kept.map((axis) => shape[axis]!)));
  walk(
    kept.map((axis) => shape[axis]!),
    [kept.map((axis) => strides[axis]!)],
    (index, [base]) => {
      const values: number[] = [];
      const start = base!;
      walk(
        reduced.map((axis) => shape[axis]!),
        [reduced.map((axis) => strides[axis]!)],
        (_, [offset]) => values.push(x[start + offset!]!),
      );
      data[index] = reduceValues(fn, values);
    },
  );
  return { data, shape: keepDims ? shape.map((size, axis) => (gone.has(axis) ? 1 : size)) : kept.map((axis) => shape[axis]!) };
}

/**
 * (x − mean) / √(variance + epsilon) · scale + shift over the last axis; population variance; scale and shift [size] or
 * undefined.
 */
export function layerNorm(
  x: Values,
  shape: readonly number[],
  scale: Values | undefined,
  shift: Values | undefined,
  epsilon: number,
): Float64Array {
  checkSize('layerNorm', 'x', x, shape);
  const size = shape.at(-1) ?? 1;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += size) {
    let mean = 0;
    for (let i = 0; i < size; i++) mean += x[row + i]! / size;
    let variance = 0;
    for (let i = 0; i < size; i++) variance += (x[row + i]! - mean) ** 2 / size;
    for (let i = 0; i < size; i++) {
      y[row + i] = ((x[row + i]! - mean) / Math.sqrt(variance + epsilon)) * (scale ? scale[i]! : 1) + (shift ? shift[i]! : 0);
    }
  }
  return y;
}

export interface LrnOptions {
  /** Channels in the window: floor((size − 1) / 2) before, ceil((size − 1) / 2) after. */
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

/**
 * Local response normalisation across the channels of [n, c, h, w]: x / (bias + alpha / size · Σ x²)^beta, as ONNX LRN.
 * Krizhevsky, Sutskever & Hinton (2012), doi:10.1145/3065386.
 */
export function lrn(x: Values, shape: readonly number[], options: LrnOptions): Float64Array {
  checkRank('lrn', 'x', shape, 4, 'n c h w');
  checkSize('lrn', 'x', x, shape);
  const { size, alpha, beta, bias } = options;
  const [n, c, h, w] = shape as [number, number, number, number];
  const before = Math.floor((size - 1) / 2);
  const y = new Float64Array(x.length);
  for (let i = 0; i < n; i++) {
    for (let ci = 0; ci < c; ci++) {
      for (let p = 0; p < h * w; p++) {
        let sum = 0;
        for (let j = Math.max(0, ci - before); j < Math.min(c, ci - before + size); j++) sum += x[(i * c + j) * h * w + p]! ** 2;
        const at = (i * c + ci) * h * w + p;
        y[at] = x[at]! / pow(bias + (alpha / size) * sum, beta);
      }
    }
  }
  return y;
}
