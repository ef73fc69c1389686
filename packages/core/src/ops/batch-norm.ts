/**
 * @file Batch normalisation: y = (x − mean) / √(variance + ε) · scale + shift per channel (Ioffe & Szegedy 2015), by statistics known
 * at load, and while training by those of the batch.
 */
import { InputError } from '../errors.ts';
import { channelsLast, rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import {
  cropPositions,
  dOutput,
  identityReach,
  needed,
  type Op,
  packedValues,
  tensorLike,
  type ValueType,
  wholeReach,
} from './op.ts';
import { applyActivation, beforeActivation, clampOf, finishActivation, isClamp, type UnaryAttributes } from './unary.ts';

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
  crop: cropPositions,
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
  gradient(attributes, rule) {
    const [x, scale, shift, mean, variance] = rule.inputs as [string, string, string, string, string];
    const { shape } = rule.type(x);
    const dz = beforeActivation(attributes, rule);
    const { binary, unary } = rule;
    const perChannel = shape.map((n, axis) => (axis === 1 ? n : 1));
    const spread = (name: string) => rule.reshape(name, perChannel);
    const inverse = unary('reciprocal', unary('sqrt', unary('affine', spread(variance), 1, attributes.epsilon)));
    const normal = () => binary('mul', binary('sub', x, spread(mean)), inverse);
    const back = (value: string, name: string) => rule.reshape(rule.sumTo(value, perChannel), rule.type(name).shape);
    return [
      rule.wants(0) ? binary('mul', dz, binary('mul', spread(scale), inverse)) : undefined,
      rule.wants(1) ? back(binary('mul', dz, normal()), scale) : undefined,
      rule.wants(2) ? back(dz, shift) : undefined,
    ];
  },
};

/** Inputs: x [n, c, …], scale, shift [c]. Outputs: y, and the mean and population variance of each channel over the batch. */
export interface BatchNormTrainingAttributes {
  readonly epsilon: number;
  readonly activation?: UnaryAttributes | undefined;
}

/** What both training ops ask of x, scale and shift. */
function trainingSizes(inputs: readonly (Pick<ValueType, 'shape'> | undefined)[]) {
  const { shape } = needed(inputs, 0, 'x');
  const c = shape[1]!;
  return { shape, c, rows: sizeOf(shape) / c, inner: sizeOf(shape.slice(2)) };
}

/** Batch normalisation while training: by the mean and variance of the batch itself. */
export const batchNormTraining: Op<BatchNormTrainingAttributes> = {
  stage: ({ activation }) => (activation ? 'activation' : 'linear'),
  infer(_, inputs) {
    const { dtype } = needed(inputs, 0, 'x');
    const { shape, c } = trainingSizes(inputs);
    return [
      { dtype, shape },
      { dtype, shape: [c] },
      { dtype, shape: [c] },
    ];
  },
  reach: (_, inputs) => [
    {
      axes: identityReach(needed(inputs, 0, 'x').shape.length).axes,
      whole: [0, ...[...needed(inputs, 0, 'x').shape.keys()].slice(2)],
    },
    null,
    null,
  ],
  reference({ epsilon, activation }, inputs) {
    const [x, scale, shift] = inputs as [Tensor, Tensor, Tensor];
    const { shape, c, rows, inner } = trainingSizes(inputs);
    const channel = (i: number) => Math.floor(i / inner) % c;
    const sums = (value: (i: number) => number) => {
      const total = new Float64Array(c);
      for (let i = 0; i < x.data.length; i++) total[channel(i)]! += value(i);
      return total.map((sum) => sum / rows);
    };
    const mean = sums((i) => x.data[i]!);
    const variance = sums((i) => (x.data[i]! - mean[channel(i)]!) ** 2);
    const y = toFloat64(x).map((v, i) => {
      const at = channel(i);
      return ((v - mean[at]!) / Math.sqrt(variance[at]! + epsilon)) * scale.data[at]! + shift.data[at]!;
    });
    return [tensorLike(x, shape, applyActivation(activation, y)), tensorLike(x, [c], mean), tensorLike(x, [c], variance)];
  },
  lower({ epsilon, activation }, inputs) {
    const { shape, c, rows } = trainingSizes(inputs);
    const order = channelsLast(shape.length);
    const [lo, hi] = clampOf(activation);
    const finish = finishActivation(activation, rows * c);
    return {
      inputOrders: [order, rowMajor(1), rowMajor(1)],
      outputOrders: [order, rowMajor(1), rowMajor(1)],
      scratchBytes: (run) => 16 * c + run.f32_batch_norm_scratch(c),
      bind(kernels, at) {
        const { run } = kernels;
        const [x, scale, shift] = at.inputs as [number, number, number];
        const own = at.scratch + run.f32_batch_norm_scratch(c);
        const [factor, offset] = [own, own + 4 * c];
        const [y, mean = own + 8 * c, variance = own + 12 * c] = at.outputs as [number, number?, number?];
        return () => {
          run.f32_batch_statistics(x, rows, c, mean, variance, at.scratch);
          run.f32_batch_norm_factors(scale, shift, mean, variance, epsilon, factor, offset, c);
          run.f32_scale_shift(x, factor, offset, y, rows, c, lo, hi);
          finish?.(kernels, y);
        };
      },
    };
  },
  cost: (_, __, outputs) => ({ nMacs: sizeOf(outputs[0]!.shape), nParams: 0 }),
  gradient(attributes, rule) {
    const [x, scale, shift] = rule.inputs as [string, string, string];
    const [, mean, variance] = rule.outputs as [string, string, string];
    if (rule.dOutputs[1] || rule.dOutputs[2])
      throw new InputError('the loss depends on its mean or variance, for which there is no rule.');
    const { epsilon, activation } = attributes;
    const dy = activation && isClamp(activation) ? dOutput(rule) : beforeActivation(attributes, rule);
    const [lo, hi] = clampOf(activation);
    return rule.addAll(batchNormGradient, { epsilon, lo, hi }, [x, dy, scale, shift, mean, variance]);
  },
};

/** Of the normalisation that is differentiated, and of the clamp after it: −∞ and ∞ for none. */
export interface BatchNormGradientAttributes {
  readonly epsilon: number;
  readonly lo: number;
  readonly hi: number;
}

/** Gradients of batchNormTraining with respect to x, scale and shift. Inputs: x, ∂loss/∂y, scale, shift, mean, variance. */
export const batchNormGradient: Op<BatchNormGradientAttributes> = {
  stage: () => 'linear',
  infer(_, inputs) {
    const { dtype } = needed(inputs, 0, 'x');
    const { shape, c } = trainingSizes(inputs);
    return [
      { dtype, shape },
      { dtype, shape: [c] },
      { dtype, shape: [c] },
    ];
  },
  reach: (_, inputs, output) => inputs.map((input) => (input && !input.constant ? wholeReach(input, output) : null)),
  reference({ epsilon, lo, hi }, inputs) {
    const [x, given, scale, shift, mean, variance] = inputs as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
    const { shape, c, rows, inner } = trainingSizes(inputs);
    const channel = (i: number) => Math.floor(i / inner) % c;
    const inverse = Float64Array.from(variance.data, (v) => 1 / Math.sqrt(v + epsilon));
    const normal = toFloat64(x).map((v, i) => (v - mean.data[channel(i)]!) * inverse[channel(i)]!);
    const dy = toFloat64(given).map((g, i) => {
      const y = normal[i]! * scale.data[channel(i)]! + shift.data[channel(i)]!;
      return y > lo && y < hi ? g : 0;
    });
    const [dScale, dShift] = [new Float64Array(c), new Float64Array(c)];
    for (let i = 0; i < dy.length; i++) {
      dScale[channel(i)]! += dy[i]! * normal[i]!;
      dShift[channel(i)]! += dy[i]!;
    }
    const dx = dy.map((g, i) => {
      const at = channel(i);
      return scale.data[at]! * inverse[at]! * (g - dShift[at]! / rows - (normal[i]! * dScale[at]!) / rows);
    });
    return [tensorLike(x, shape, dx), tensorLike(x, [c], dScale), tensorLike(x, [c], dShift)];
  },
  lower({ epsilon, lo, hi }, inputs) {
    const { shape, c, rows } = trainingSizes(inputs);
    const order = channelsLast(shape.length);
    const list = rowMajor(1);
    return {
      inputOrders: [order, order, list, list, list, list],
      inPlace: 1,
      outputOrders: [order, list, list],
      scratchBytes: (run) => run.f32_batch_norm_scratch(c),
      bind({ run }, at) {
        const given = at.inputs as readonly [x: number, dy: number, scale: number, shift: number, mean: number, variance: number];
        const made = at.outputs as readonly [dx: number, dScale: number, dShift: number];
        return () => run.f32_batch_norm_gradient(...given, epsilon, lo, hi, ...made, at.scratch, rows, c);
      },
    };
  },
  cost: (_, __, outputs) => ({ nMacs: 2 * sizeOf(outputs[0]!.shape), nParams: 0 }),
};
