/** @file Local response normalisation across channels (Krizhevsky et al. 2012): y = x / (bias + alpha / size · Σ x²)^beta. */
import { reference } from '@ventral/kernels';
import { channelsLast } from '../tensor/layout.ts';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { identityReach, needed, type Op, tensorLike } from './op.ts';

/** Inputs: x [n, c, …]. */
export interface LrnAttributes {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}

export const lrn: Op<LrnAttributes> = {
  stage: () => 'activation',
  infer: (_, inputs) => {
    const { dtype, shape } = needed(inputs, 0, 'x');
    return [{ dtype, shape }];
  },
  reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length)],
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const [n, c, ...positions] = x.shape as [number, number, ...number[]];
    return [tensorLike(x, x.shape, reference.lrn(toFloat64(x), [n, c, 1, sizeOf(positions)], attributes))];
  },
  lower({ size, alpha, beta, bias }, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const order = channelsLast(shape.length);
    const c = shape[1]!;
    const rows = sizeOf(shape) / c;
    return {
      inputOrders: [order],
      outputOrders: [order],
      bind: (kernels, at) => () => kernels.run.f32_lrn(at.inputs[0]!, at.outputs[0]!, rows, c, size, alpha, beta, bias),
    };
  },
  cost: ({ size }, _, outputs) => ({ nMacs: sizeOf(outputs[0]!.shape) * size, nParams: 0 }),
};
