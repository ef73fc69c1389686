/** @file Layer normalisation over the axes from `axis` to the last (Ba, Kiros & Hinton 2016). */
import { reference } from '@ventral/kernels';
import { rowMajor } from '../tensor/layout.ts';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { identityReach, needed, normalizedAxis, type Op, tensorLike } from './op.ts';

/** Inputs: x, scale?, shift? (shapes of the normalised axes). */
export interface LayerNormAttributes {
  /** First normalised axis; may be negative. */
  readonly axis: number;
  readonly epsilon: number;
}

export const layerNorm: Op<LayerNormAttributes> = {
  stage: () => 'linear',
  infer({ axis }, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    normalizedAxis(axis, shape.length);
    return [{ dtype, shape }];
  },
  reach({ axis }, inputs) {
    const rank = needed(inputs, 0, 'x').shape.length;
    const first = normalizedAxis(axis, rank);
    const whole = Array.from({ length: rank - first }, (_, i) => first + i);
    return [{ axes: identityReach(rank).axes, whole }, null, null];
  },
  reference({ axis, epsilon }, inputs) {
    const [x, scale, shift] = inputs as [Tensor, Tensor | undefined, Tensor | undefined];
    const first = normalizedAxis(axis, x.shape.length);
    const size = sizeOf(x.shape.slice(first));
    const y = reference.layerNorm(
      toFloat64(x),
      [x.data.length / size, size],
      scale && toFloat64(scale),
      shift && toFloat64(shift),
      epsilon,
    );
    return [tensorLike(x, x.shape, y)];
  },
  lower({ axis, epsilon }, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const size = sizeOf(shape.slice(normalizedAxis(axis, shape.length)));
    const rows = sizeOf(shape) / size;
    const order = rowMajor(shape.length);
    return {
      inputOrders: [order, inputs[1] && rowMajor(inputs[1].shape.length), inputs[2] && rowMajor(inputs[2].shape.length)],
      outputOrders: [order],
      bind: (kernels, at) => () => {
        const [x, scale, shift] = at.inputs as [number, number | undefined, number | undefined];
        kernels.run.f32_layer_norm(x, scale ?? 0, shift ?? 0, at.outputs[0]!, rows, size, epsilon);
      },
    };
  },
  cost: (_, inputs, outputs) => ({
    nMacs: sizeOf(outputs[0]!.shape),
    nParams: (inputs[1] ? sizeOf(inputs[1].shape) : 0) + (inputs[2] ? sizeOf(inputs[2].shape) : 0),
  }),
};
