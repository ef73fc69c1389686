/** @file Axis permutation: axis i of the result is axis perm[i] of the source. In memory nothing moves. */
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf, transposedOrder } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { dOutput, needed, type Op, tensorLike } from './op.ts';

/** Inputs: x. Without perm the axes are reversed. */
export interface TransposeAttributes {
  readonly perm?: readonly number[] | undefined;
}

function permutation({ perm }: TransposeAttributes, rank: number): readonly number[] {
  const axes = perm ?? rowMajor(rank).toReversed();
  if (axes.length !== rank || rowMajor(rank).some((axis) => !axes.includes(axis))) {
    throw new InputError(`perm [${axes.join(', ')}] is not a permutation of the ${rank} axes.`);
  }
  return axes;
}

export const transpose: Op<TransposeAttributes> = {
  stage: () => 'view',
  infer(attributes, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    return [{ dtype, shape: permutation(attributes, shape.length).map((axis) => shape[axis]!) }];
  },
  reach(attributes, inputs) {
    const perm = permutation(attributes, needed(inputs, 0, 'x').shape.length);
    return [{ axes: perm.map((axis) => ({ axis, stride: 1, start: 0, size: 1 })), whole: [] }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const perm = permutation(attributes, x.shape.length);
    const strides = stridesOf(x.shape, rowMajor(x.shape.length));
    const shape = perm.map((axis) => x.shape[axis]!);
    return [
      tensorLike(
        x,
        shape,
        gatherStrided(
          x.data,
          shape,
          perm.map((axis) => strides[axis]!),
        ),
      ),
    ];
  },
  lower(attributes, inputs) {
    const { order, shape } = needed(inputs, 0, 'x');
    return { inputOrders: [order], outputOrders: [transposedOrder(order, permutation(attributes, shape.length))], alias: 0 };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(attributes, rule) {
    const perm = permutation(attributes, rule.type(rule.inputs[0]!).shape.length);
    return [
      rule.transpose(
        dOutput(rule),
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    ];
  },
};
