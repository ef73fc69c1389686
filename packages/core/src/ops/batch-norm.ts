/** @file Batch normalisation at inference: y = (x − mean) / √(variance + ε) · scale + shift per channel (Ioffe & Szegedy 2015). */
import { InputError } from '../errors.ts';
import { channelsLast } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { identityReach, needed, type Op, packedValues, tensorLike, type ValueType } from './op.ts';
import { applyActivation, clampOf, finishActivation, type UnaryAttributes } from './unary.ts';

/** Inputs: x [n, c, …], scale, shift, mean, variance (each [c]). */
export interface BatchNormAttributes {
  readonly epsilon: number;
  readonly activation?: UnaryAttributes | undefined;
}

/**
 * The normalisation as y = x · factor + offset, per channel in float64.
 * @throws InputError if a statistic is not known at load.
 */
export function affineOf(
  { epsilon }: BatchNormAttributes,
  inputs: readonly (Pick<ValueType, 'constant'> | undefined)[],
): { factor: Float64Array; offset: Float64Array } {
  const [scale, shift, mean, variance] = ['scale', 'shift', 'mean', 'variance'].map((what, i) => {
    const constant = needed(inputs, i + 1, what).constant;
    if (!constant)
      throw new InputError(`needs ${what} to be known at load, but it depends on the picture (a network in training mode?).`);
    return toFloat64(constant);
  }) as [Float64Array, Float64Array, Float64Array, Float64Array];
  const factor = scale.map((s, c) => s / Math.sqrt(variance[c]! + epsilon));
  return { factor, offset: shift.map((b, c) => b - mean[c]! * factor[c]!) };
}

export const batchNorm: Op<BatchNormAttributes> = {
  stage: ({ activation }) => (activation ? 'activation' : 'linear'),
  runsOnTwin: 'a statistic that depends on the picture',
  infer(_, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    for (const [i, what] of ['scale', 'shift', 'mean', 'variance'].entries()) {
      const size = sizeOf(needed(inputs, i + 1, what).shape);
      if (size !== shape[1])
        throw new InputError(`${what} has ${size} values but the input ${formatShape(shape)} has ${shape[1]} channels.`);
    }
    return [{ dtype, shape }];
  },
  reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length), null, null, null, null],
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const { factor, offset } = affineOf(
      attributes,
      inputs.map((tensor) => tensor && { constant: tensor }),
    );
    const inner = sizeOf(x.shape.slice(2));
    const c = factor.length;
    const y = toFloat64(x).map((v, i) => {
      const channel = Math.floor(i / inner) % c;
      return v * factor[channel]! + offset[channel]!;
    });
    return [tensorLike(x, x.shape, applyActivation(attributes.activation, y))];
  },
  lower(attributes, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    if (inputs.slice(1).some((input) => !input?.constant)) return undefined;
    const { factor, offset } = affineOf(attributes, inputs);
    const order = channelsLast(shape.length);
    const c = factor.length;
    const size = sizeOf(shape);
    const [lo, hi] = clampOf(attributes.activation);
    const finish = finishActivation(attributes.activation, size);
    return {
      inputOrders: [order, undefined, undefined, undefined, undefined],
      outputOrders: [order],
      inPlace: 0,
      packed: [packedValues(Float32Array.from(factor)), packedValues(Float32Array.from(offset))],
      bind: (kernels, at) => () => {
        kernels.run.f32_scale_shift(at.inputs[0]!, at.packed[0]!, at.packed[1]!, at.outputs[0]!, size / c, c, lo, hi);
        finish?.(kernels, at.outputs[0]!);
      },
    };
  },
  cost: (_, inputs, outputs) => ({ nMacs: sizeOf(outputs[0]!.shape), nParams: 4 * sizeOf(needed(inputs, 1, 'scale').shape) }),
};
