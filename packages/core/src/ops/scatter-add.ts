/**
 * @file Sums scattered by index: the gradient of whatever only moves values. Where each came from is known at load, found by
 * moving the numbers 1, 2, 3 … in place of the values.
 */
import { InputError } from '../errors.ts';
import { rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { dOutput, type Gradients, needed, type Op, packedValues, tensorLike, wholeReach } from './op.ts';

/** Inputs: values, indices (constant, one for each value, into the row-major result; −1: it goes nowhere). */
export interface ScatterAddAttributes {
  readonly shape: readonly number[];
}

export const scatterAdd: Op<ScatterAddAttributes> = {
  stage: () => 'view',
  infer({ shape }, inputs) {
    const values = needed(inputs, 0, 'values');
    const indices = needed(inputs, 1, 'indices');
    if (!indices.constant || sizeOf(indices.shape) !== sizeOf(values.shape))
      throw new InputError(`needs one index known at load for each value of ${formatShape(values.shape)}.`);
    return [{ dtype: values.dtype, shape }];
  },
  reach: (_, inputs, output) => [wholeReach(needed(inputs, 0, 'values'), output), null],
  reference({ shape }, inputs) {
    const [values, indices] = inputs as [Tensor, Tensor];
    const data = new Float64Array(sizeOf(shape));
    for (const [i, index] of indices.data.entries()) if (index >= 0) data[index]! += values.data[i]!;
    return [tensorLike(values, shape, data)];
  },
  lower({ shape }, inputs) {
    const values = needed(inputs, 0, 'values');
    const [n, size] = [sizeOf(values.shape), sizeOf(shape)];
    return {
      inputOrders: [rowMajor(values.shape.length), undefined],
      outputOrders: [rowMajor(shape.length)],
      packed: [packedValues(Int32Array.from(needed(inputs, 1, 'indices').constant!.data))],
      bind:
        ({ run }, at) =>
        () =>
          run.f32_scatter_add(at.inputs[0]!, at.packed[0]!, n, at.outputs[0]!, size),
    };
  },
  cost: (_, inputs) => ({ nMacs: sizeOf(needed(inputs, 0, 'values').shape), nParams: 0 }),
};

/** The rule of an op whose first output holds values of its first input, moved, repeated or left out; other inputs are known at load. */
export function movedBack<A>(reference: Op<A>['reference']): NonNullable<Op<A>['gradient']> {
  return (attributes: A, rule: Gradients) => {
    const { shape } = rule.type(rule.inputs[0]!);
    const numbers: Tensor = { dtype: 'float64', shape, data: Float64Array.from({ length: sizeOf(shape) }, (_, i) => i + 1) };
    const others = rule.inputs.slice(1).map((name) => name && rule.type(name).constant);
    const moved = reference(attributes, [numbers, ...others.map((tensor) => tensor || undefined)])[0]!;
    const indices: Tensor = { dtype: 'int64', shape: moved.shape, data: Float64Array.from(moved.data, (number) => number - 1) };
    return [rule.add(scatterAdd, { shape }, [dOutput(rule), rule.constant(indices)])];
  };
}
