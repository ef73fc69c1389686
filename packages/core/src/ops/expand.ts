/** @file Broadcast to a shape, and tiling. */
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { broadcastStrides, gatherStrided } from '../tensor/strided.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { broadcastReach, inferBroadcast } from './binary.ts';
import { stridedCopies } from './copy.ts';
import { asConstants, constantIntegers, dOutput, needed, type Op, tensorLike, type ValueType } from './op.ts';

/** Inputs: x, shape (constant). */
export type ExpandAttributes = Readonly<Record<never, never>>;
/** Inputs: x, repeats (constant). */
export type TileAttributes = Readonly<Record<never, never>>;

function expandedShape(inputs: readonly (ValueType | undefined)[]): number[] {
  return inferBroadcast(needed(inputs, 0, 'x'), { shape: constantIntegers(inputs, 1, 'shape') });
}

export const expand: Op<ExpandAttributes> = {
  stage: () => 'view',
  infer: (_, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape: expandedShape(inputs) }],
  reach: (_, inputs, output) => [broadcastReach(needed(inputs, 0, 'x'), output), null],
  reference(_, inputs) {
    const x = inputs[0] as Tensor;
    const shape = expandedShape(asConstants(inputs));
    return [
      tensorLike(
        x,
        shape,
        gatherStrided(x.data, shape, broadcastStrides(shape, x.shape, stridesOf(x.shape, rowMajor(x.shape.length)))),
      ),
    ];
  },
  lower(_, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const { shape } = outputs[0]!;
    const order = shape.length === x.shape.length ? x.order : rowMajor(shape.length);
    const copy = {
      input: 0,
      shape,
      source: broadcastStrides(shape, x.shape, stridesOf(x.shape, x.order)),
      sourceOffset: 0,
      target: stridesOf(shape, order),
      targetOffset: 0,
    };
    return { inputOrders: [x.order, undefined], outputOrders: [order], ...stridedCopies(order, [copy]) };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: (_, rule) => [rule.sumTo(dOutput(rule), rule.type(rule.inputs[0]!).shape)],
};

/** Tiling walks every axis as (repeat, position): the repeat axis has stride 0 at the source. */
function tiling(shape: readonly number[], repeats: readonly number[], strides: readonly number[]) {
  return {
    shape: repeats.flatMap((repeat, axis) => [repeat, shape[axis]!]),
    source: strides.flatMap((stride) => [0, stride]),
    result: shape.map((n, axis) => n * repeats[axis]!),
  };
}

export const tile: Op<TileAttributes> = {
  stage: () => 'view',
  infer(_, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    return [{ dtype, shape: tiling(shape, constantIntegers(inputs, 1, 'repeats'), shape).result }];
  },
  reach(_, inputs) {
    const repeats = constantIntegers(inputs, 1, 'repeats');
    return [
      {
        axes: repeats.map((repeat, axis) =>
          repeat === 1 ? { axis, stride: 1, start: 0, size: 1 } : { axis, whole: true as const },
        ),
        whole: [],
      },
      null,
    ];
  },
  reference(_, inputs) {
    const [x, repeats] = inputs as [Tensor, Tensor];
    const { shape, source, result } = tiling(x.shape, Array.from(repeats.data), stridesOf(x.shape, rowMajor(x.shape.length)));
    return [tensorLike(x, result, gatherStrided(x.data, shape, source))];
  },
  lower(_, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const order = rowMajor(x.shape.length);
    const { shape, source } = tiling(x.shape, constantIntegers(inputs, 1, 'repeats'), stridesOf(x.shape, order));
    const walk = rowMajor(shape.length);
    const copy = { input: 0, shape, source, sourceOffset: 0, target: stridesOf(shape, walk), targetOffset: 0 };
    return {
      inputOrders: [order, undefined],
      outputOrders: [rowMajor(outputs[0]!.shape.length)],
      ...stridedCopies(walk, [copy]),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(_, rule) {
    const [x, repeats] = rule.inputs as [string, string];
    const { shape } = rule.type(x);
    const walked = tiling(shape, Array.from(rule.type(repeats).constant!.data), shape).shape;
    const apart = rule.reshape(dOutput(rule), walked);
    return [
      rule.reshape(
        rule.reduce(
          'sum',
          apart,
          shape.map((_, axis) => 2 * axis),
        ),
        shape,
      ),
    ];
  },
};
