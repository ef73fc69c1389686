/** @file Local response normalisation across channels (Krizhevsky et al. 2012): y = x / (bias + alpha / size · Σ x²)^beta. */
import { reference } from '@ventral/kernels';
import { channelsLast } from '../tensor/layout.ts';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { cropPositions, dOutput, identityReach, needed, type Op, tensorLike } from './op.ts';

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
  crop: cropPositions,
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
  gradient({ size, alpha, beta, bias }, rule) {
    // With d = bias + α / size · W x² (W sums over the window): dx = dy · d^−β − 2αβ / size · x · Wᵀ (dy · x · d^(−β−1)).
    const [x] = rule.inputs as [string];
    const { shape } = rule.type(x);
    const c = shape[1]!;
    const before = Math.floor((size - 1) / 2);
    const isInside = (from: number, to: number) => to >= from - before && to < from - before + size;
    const window: Tensor = {
      dtype: 'float32',
      shape: [c, c],
      data: Float32Array.from({ length: c * c }, (_, i) => (isInside(i % c, Math.floor(i / c)) ? 1 : 0)),
    };
    const last = [0, ...[...shape.keys()].slice(2), 1];
    const { binary, unary } = rule;
    const [xLast, dy] = [x, dOutput(rule)].map((value) => rule.transpose(value, last)) as [string, string];
    const sums = (value: string, matrix: string) => rule.matmul(value, matrix);
    const w = rule.constant(window);
    const d = unary('affine', sums(unary('square', xLast), w), alpha / size, bias);
    const power = (exponent: number) =>
      binary('pow', d, rule.constant({ dtype: 'float32', shape: [], data: Float32Array.of(exponent) }));
    const through = sums(binary('mul', binary('mul', dy, xLast), power(-beta - 1)), rule.transpose(w, [1, 0]));
    const slope = unary('affine', binary('mul', xLast, through), (2 * alpha * beta) / size);
    const dx = binary('sub', binary('mul', dy, power(-beta)), slope);
    return [
      rule.transpose(
        dx,
        [...shape.keys()].map((axis) => last.indexOf(axis)),
      ),
    ];
  },
};
