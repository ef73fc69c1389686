/** @file Layer normalisation over the axes from `axis` to the last (Ba, Kiros & Hinton 2016). */
import { reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { rowMajor } from '../tensor/layout.ts';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { type Gradients, identityReach, needed, normalizedAxis, type Op, tensorLike } from './op.ts';

/** Inputs: x, scale?, shift? (shapes of the normalised axes). Outputs: y, mean, 1 / √(variance + ε), the last two with axes of 1. */
export interface LayerNormAttributes {
  /** First normalised axis; may be negative. */
  readonly axis: number;
  readonly epsilon: number;
}

export const layerNorm: Op<LayerNormAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'with outputs of mean and deviation',
  infer({ axis }, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    const first = normalizedAxis(axis, shape.length);
    const statistic = { dtype, shape: shape.map((n, i) => (i < first ? n : 1)) };
    return [{ dtype, shape }, statistic, statistic];
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
    const rows = [x.data.length / size, size];
    const mean = reference.reduce('mean', toFloat64(x), rows, [1]).data;
    const deviation = toFloat64(x).map((v, i) => v - mean[Math.floor(i / size)]!);
    const inverse = reference.reduce('sumSquare', deviation, rows, [1]).data.map((sum) => 1 / Math.sqrt(sum / size + epsilon));
    const shape = x.shape.map((n, i) => (i < first ? n : 1));
    return [tensorLike(x, x.shape, y), tensorLike(x, shape, mean), tensorLike(x, shape, inverse)];
  },
  lower({ axis, epsilon }, inputs, outputs) {
    if (outputs.length > 1) return undefined;
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
  gradient({ axis, epsilon }, rule) {
    const [x, scale, shift] = rule.inputs as [string, string | undefined, string | undefined];
    const { shape } = rule.type(x);
    const first = normalizedAxis(axis, shape.length);
    const axes = [...shape.keys()].slice(first);
    const dy = rule.dOutputs[0];
    if (rule.dOutputs.slice(1).some((other) => other !== undefined) || !dy)
      throw new InputError('the loss depends on the mean or the deviation it gives, for which there is no rule.');
    const { normal, dx } = throughNormalisation(rule, x, axes, epsilon, scale ? rule.binary('mul', dy, scale) : dy);
    return [
      rule.wants(0) ? dx() : undefined,
      scale && rule.wants(1) ? rule.sumTo(rule.binary('mul', dy, normal), rule.type(scale).shape) : undefined,
      shift && rule.wants(2) ? rule.sumTo(dy, rule.type(shift).shape) : undefined,
    ];
  },
};

/**
 * x̂ = (x − mean) / √(variance + ε) over `axes`, and ∂loss/∂x from g = ∂loss/∂x̂: (g − mean(g) − x̂ · mean(g · x̂)) / √(variance + ε).
 */
export function throughNormalisation(rule: Gradients, x: string, axes: readonly number[], epsilon: number, g: string) {
  const { binary, unary, reduce } = rule;
  const centred = binary('sub', x, reduce('mean', x, axes));
  const inverse = unary('reciprocal', unary('sqrt', unary('affine', reduce('mean', unary('square', centred), axes), 1, epsilon)));
  const normal = binary('mul', centred, inverse);
  return {
    normal,
    dx() {
      const along = binary('mul', normal, reduce('mean', binary('mul', g, normal), axes));
      return binary('mul', binary('sub', binary('sub', g, reduce('mean', g, axes)), along), inverse);
    },
  };
}
