/** @file Choice by a mask, with broadcasting: mask ≠ 0 takes a, else b. */
import { reference } from '@ventral/kernels';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { broadcastBlock, broadcastOrder, broadcastReach, cropBroadcast, inferBroadcast } from './binary.ts';
import { dOutput, needed, type Op, packedValues, tensorLike } from './op.ts';

/** Inputs: condition, a, b. */
export type WhereAttributes = Readonly<Record<never, never>>;

export const where: Op<WhereAttributes> = {
  stage: () => 'merge',
  infer(_, inputs) {
    const a = needed(inputs, 1, 'a');
    return [{ dtype: a.dtype, shape: inferBroadcast(needed(inputs, 0, 'condition'), a, needed(inputs, 2, 'b')) }];
  },
  reach: (_, inputs, output) => [0, 1, 2].map((i) => broadcastReach(needed(inputs, i, 'an operand'), output)),
  crop: cropBroadcast,
  reference(_, inputs) {
    const [mask, a, b] = inputs as [Tensor, Tensor, Tensor];
    const y = reference.where(toFloat64(mask), mask.shape, toFloat64(a), a.shape, toFloat64(b), b.shape);
    return [tensorLike(a, y.shape, y.data)];
  },
  lower(_, inputs, outputs) {
    const operands = [0, 1, 2].map((i) => needed(inputs, i, 'an operand'));
    const { shape } = outputs[0]!;
    const order = broadcastOrder(shape, operands.slice(1));
    const { rank, block } = broadcastBlock(shape, order, operands);
    return {
      inputOrders: operands.map((operand) => operand.order),
      outputOrders: [order],
      packed: [packedValues(block)],
      bind: (kernels, at) => () =>
        kernels.run.f32_where(at.inputs[0]!, at.inputs[1]!, at.inputs[2]!, at.outputs[0]!, rank, at.packed[0]!),
    };
  },
  cost: (_, __, outputs) => ({ nMacs: sizeOf(outputs[0]!.shape), nParams: 0 }),
  gradient(_, rule) {
    const [mask] = rule.inputs as [string];
    const dy = dOutput(rule);
    const zero = () => rule.constant({ dtype: 'float32', shape: [], data: Float32Array.of(0) });
    const part = (i: number, chosen: () => string) =>
      rule.wants(i) ? rule.sumTo(chosen(), rule.type(rule.inputs[i]!).shape) : undefined;
    return [undefined, part(1, () => rule.where(mask, dy, zero())), part(2, () => rule.where(mask, zero(), dy))];
  },
};
