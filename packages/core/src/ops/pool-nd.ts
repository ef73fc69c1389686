/** @file Pooling of x [n, c, …positions] over a sliding window of any number of axes. What has kernels is pool2d.ts. */
import { math } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { formatShape, integers, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { dOutput, isWhole, needed, type Op, tensorLike, type ValueType, wholeReach } from './op.ts';
import { croppedPadding, type PlacedWindowNd, placeWindow, positionsOf, type WindowNd, windowReach } from './window.ts';

/** Inputs: x. Outputs: y, and for max the indices of what won, counted over the whole of x. */
export interface PoolNdAttributes extends WindowNd {
  readonly kind: 'max' | 'average' | 'lp';
  /** Round the output size up instead of down. */
  readonly ceilMode: boolean;
  /** average only: padding counts in the divisor. */
  readonly countPadding: boolean;
  /** lp only: y = (Σ |x|^p)^(1/p). Default 2. */
  readonly p?: number | undefined;
  /** Indices count the positions of an image column by column. Default false. */
  readonly columnMajor?: boolean | undefined;
}

export function placePool(attributes: PoolNdAttributes, x: Pick<ValueType, 'shape'>): PlacedWindowNd {
  return placeWindow(attributes, positionsOf(x.shape, attributes.kernel.length), attributes.ceilMode);
}

/** (Σ |x|^p)^(1/p) */
export function lpNorm(values: readonly number[], p: number): number {
  if (p === 1) return values.reduce((sum, v) => sum + Math.abs(v), 0);
  if (p === 2) return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0));
  return math.pow(
    values.reduce((sum, v) => sum + math.pow(Math.abs(v), p), 0),
    1 / p,
  );
}

export const poolNd: Op<PoolNdAttributes> = {
  stage: () => 'pool',
  runsOnTwin: 'always (windows over three axes)',
  infer(attributes, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    const nAxes = attributes.kernel.length;
    const fits = shape.length === nAxes + 2 || (nAxes === 2 && shape.length === 3);
    if (!fits) throw new InputError(`needs x [n, c, …${nAxes} positions], got ${formatShape(shape)}.`);
    const out = [shape[0]!, shape[1]!, ...placePool(attributes, { shape }).outputSize.slice(nAxes + 2 - shape.length)];
    return [
      { dtype, shape: out },
      { dtype: 'int64', shape: out },
    ];
  },
  reach(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const same = [0, 1].map((axis) => ({ axis, stride: 1, start: 0, size: 1 }));
    return [{ axes: [...same, ...windowReach(attributes, placePool(attributes, x), x.shape.length)], whole: [] }];
  },
  crop(attributes, inputs, output, box) {
    const x = needed(inputs, 0, 'x');
    const { kernel, kind, countPadding } = attributes;
    if (!isWhole(box, output, 1) || kernel.length + 2 !== box.length) return undefined;
    const placed = placePool(attributes, x);
    const padding = croppedPadding(attributes, placed, x.shape.slice(2), box.slice(2));
    // Where ceilMode lets a window go on beyond the padding, nothing is counted there.
    const isBeyond = padding.some((n, side) => n > placed.padding[side]!);
    return kind === 'average' && countPadding && isBeyond ? undefined : { ...attributes, padding, ceilMode: false };
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const { kind, kernel, stride, dilation, countPadding, p = 2, columnMajor } = attributes;
    const { padding, outputSize } = placePool(attributes, x);
    const sizes = positionsOf(x.shape, kernel.length);
    const strides = stridesOf(sizes, rowMajor(sizes.length));
    const indexStrides = columnMajor ? stridesOf(sizes, rowMajor(sizes.length).toReversed()) : strides;
    const plane = sizeOf(sizes);
    const windowPositions = indices(kernel);
    const outPositions = indices(outputSize);
    const nPlanes = x.shape[0]! * x.shape[1]!;
    const y = new Float64Array(nPlanes * outPositions.length);
    const winners = new Float64Array(y.length);
    for (let i = 0; i < y.length; i++) {
      const base = Math.floor(i / outPositions.length) * plane;
      const out = outPositions[i % outPositions.length]!;
      const inside: number[] = [];
      let counted = 0;
      let top = -Infinity;
      let winner = -1;
      for (const at of windowPositions) {
        const position = at.map((k, axis) => out[axis]! * stride[axis]! - padding[axis]! + k * dilation[axis]!);
        if (position.every((v, axis) => v < sizes[axis]! + padding[axis + sizes.length]!)) counted++;
        if (!position.every((v, axis) => v >= 0 && v < sizes[axis]!)) continue;
        const value = x.data[base + dot(position, strides)]!;
        inside.push(value);
        if (winner < 0 || value > top || Number.isNaN(value)) {
          if (!Number.isNaN(top)) [top, winner] = [value, base + dot(position, indexStrides)];
        }
      }
      if (kind === 'max') [y[i], winners[i]] = [top, winner];
      else if (kind === 'lp') y[i] = lpNorm(inside, p);
      else y[i] = inside.reduce((sum, v) => sum + v, 0) / (countPadding ? counted : inside.length);
    }
    const shape = [...x.shape.slice(0, 2), ...outputSize.slice(kernel.length + 2 - x.shape.length)];
    return [tensorLike(x, shape, y), integers([...winners], shape)];
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: (attributes, rule) => [rule.add(poolNdGradient, attributes, [rule.inputs[0], rule.outputs[0], dOutput(rule)])],
};

/** ∂loss/∂x of a pooling. Inputs: x, y, ∂loss/∂y. Of equal values the first of a window gets everything. */
export const poolNdGradient: Op<PoolNdAttributes> = {
  stage: () => 'pool',
  runsOnTwin: 'always (windows over three axes, Lp)',
  infer: (_, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape: needed(inputs, 0, 'x').shape }],
  reach: (_, inputs, output) => inputs.map((input) => (input && !input.constant ? wholeReach(input, output) : null)),
  reference(attributes, inputs) {
    const [x, y, dy] = inputs as [Tensor, Tensor, Tensor];
    const { kind, kernel, countPadding, p = 2 } = attributes;
    const { padding, outputSize } = placePool(attributes, x);
    const sizes = positionsOf(x.shape, kernel.length);
    const strides = stridesOf(sizes, rowMajor(sizes.length));
    const plane = sizeOf(sizes);
    const [windowPositions, outPositions] = [indices(kernel), indices(outputSize)];
    const dx = new Float64Array(x.data.length);
    for (let i = 0; i < dy.data.length; i++) {
      const base = Math.floor(i / outPositions.length) * plane;
      const out = outPositions[i % outPositions.length]!;
      const places = windowPositions.map((at) =>
        at.map((k, axis) => out[axis]! * attributes.stride[axis]! - padding[axis]! + k * attributes.dilation[axis]!),
      );
      const counted = places.filter((place) => place.every((v, axis) => v < sizes[axis]! + padding[axis + sizes.length]!));
      const inside = places
        .filter((place) => place.every((v, axis) => v >= 0 && v < sizes[axis]!))
        .map((place) => base + dot(place, strides));
      const [value, gradient] = [y.data[i]!, dy.data[i]!];
      if (kind === 'max') {
        const winner = inside.find((at) => x.data[at] === value);
        if (winner !== undefined) dx[winner]! += gradient;
      } else if (kind === 'average') {
        for (const at of inside) dx[at]! += gradient / (countPadding ? counted.length : inside.length);
      } else {
        // y = (Σ |x|ᵖ)^(1/p): ∂y/∂x = sign(x) · (|x| / y)^(p − 1)
        for (const at of inside) {
          const v = x.data[at]!;
          if (v !== 0) dx[at]! += gradient * Math.sign(v) * (p === 1 ? 1 : math.pow(Math.abs(v) / value, p - 1));
        }
      }
    }
    return [tensorLike(x, x.shape, dx)];
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
};

/** All positions of an index space, the last axis fastest. */
export function indices(sizes: readonly number[]): readonly (readonly number[])[] {
  return sizes.reduce<number[][]>(
    (all, size) => all.flatMap((head) => Array.from({ length: size }, (_, i) => [...head, i])),
    [[]],
  );
}

/** Offset of a position. */
export function dot(position: readonly number[], strides: readonly number[]): number {
  return position.reduce((sum, index, axis) => sum + index * strides[axis]!, 0);
}
