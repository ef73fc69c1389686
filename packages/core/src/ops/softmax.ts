/** @file Softmax and its logarithm. */
import { reference } from '@ventral/kernels';
import { rowMajor } from '../tensor/layout.ts';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { dOutput, identityReach, needed, normalizedAxis, type Op, tensorLike } from './op.ts';

/** Inputs: x. */
export interface SoftmaxAttributes {
  readonly axis: number;
  readonly log: boolean;
  /** Before opset 13: all axes from `axis` on are one. */
  readonly flattened: boolean;
}

/** The shape in which one axis is normalised, and that axis. */
function view({ axis, flattened }: SoftmaxAttributes, shape: readonly number[]): { shape: readonly number[]; axis: number } {
  const first = normalizedAxis(axis, shape.length);
  if (!flattened) return { shape, axis: first };
  return { shape: [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first))], axis: 1 };
}

export const softmax: Op<SoftmaxAttributes> = {
  stage: () => 'dense',
  infer(attributes, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    view(attributes, shape);
    return [{ dtype, shape }];
  },
  reach(attributes, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const first = normalizedAxis(attributes.axis, shape.length);
    const whole = attributes.flattened ? shape.map((_, axis) => axis).slice(first) : [first];
    return [{ axes: identityReach(shape.length).axes, whole }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const { shape, axis } = view(attributes, x.shape);
    return [tensorLike(x, x.shape, reference.softmax(toFloat64(x), shape, axis, attributes.log))];
  },
  lower(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const { shape, axis } = view(attributes, x.shape);
    const order = attributes.flattened ? rowMajor(x.shape.length) : x.order;
    const physical = attributes.flattened ? shape : order.map((logical) => shape[logical]!);
    const position = attributes.flattened ? axis : order.indexOf(axis);
    const [outer, size, inner] = [sizeOf(physical.slice(0, position)), physical[position]!, sizeOf(physical.slice(position + 1))];
    return {
      inputOrders: [order],
      outputOrders: [order],
      bind: (kernels, at) => () =>
        kernels.run.f32_softmax(at.inputs[0]!, at.outputs[0]!, outer, size, inner, attributes.log ? 1 : 0),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(attributes, rule) {
    const { shape: own } = rule.type(rule.inputs[0]!);
    const { shape, axis } = view(attributes, own);
    const { binary } = rule;
    const [y, dy] = [rule.outputs[0]!, dOutput(rule)].map((value) => rule.reshape(value, shape)) as [string, string];
    const dx = attributes.log
      ? binary('sub', dy, binary('mul', rule.unary('exp', y), rule.reduce('sum', dy, [axis])))
      : binary('mul', y, binary('sub', dy, rule.reduce('sum', binary('mul', y, dy), [axis])));
    return [rule.reshape(dx, own)];
  },
};
