/** @file Pooling over all positions: x [n, c, …] to [n, c, 1, …]. */
import { reduceCodes, reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { channelsLast } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { needed, type Op, tensorLike } from './op.ts';

/** Inputs: x. */
export interface GlobalPoolAttributes {
  readonly kind: 'max' | 'average';
}

const reduceOf = { max: 'max', average: 'mean' } as const;

export const globalPool: Op<GlobalPoolAttributes> = {
  stage: () => 'pool',
  infer(_, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    if (shape.length < 3) throw new InputError(`needs x [n, c, …positions], got ${formatShape(shape)}.`);
    return [{ dtype, shape: shape.map((size, axis) => (axis < 2 ? size : 1)) }];
  },
  reach(_, inputs) {
    const rank = needed(inputs, 0, 'x').shape.length;
    const axes = Array.from({ length: rank }, (_, axis) =>
      axis < 2 ? { axis, stride: 1, start: 0, size: 1 } : { axis, whole: true as const },
    );
    return [{ axes, whole: [] }];
  },
  reference({ kind }, inputs) {
    const x = inputs[0] as Tensor;
    const axes = x.shape.map((_, axis) => axis).slice(2);
    const y = reference.reduce(reduceOf[kind], toFloat64(x), x.shape, axes);
    return [
      tensorLike(
        x,
        x.shape.map((size, axis) => (axis < 2 ? size : 1)),
        y.data,
      ),
    ];
  },
  lower({ kind }, inputs, outputs) {
    const { shape } = needed(inputs, 0, 'x');
    const order = channelsLast(shape.length);
    const [n, c] = shape as [number, number];
    const positions = sizeOf(shape.slice(2));
    return {
      inputOrders: [order],
      outputOrders: [channelsLast(outputs[0]!.shape.length)],
      bind: (kernels, at) => () =>
        kernels.run.f32_reduce(reduceCodes[reduceOf[kind]], at.inputs[0]!, at.outputs[0]!, n, positions, c),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
};
