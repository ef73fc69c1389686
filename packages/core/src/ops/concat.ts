/** @file Concatenation along one axis. */
import { InputError } from '../errors.ts';
import { stridesOf } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { stridedCopies } from './copy.ts';
import { dOutput, isWhole, needed, normalizedAxis, type Op, tensorLike } from './op.ts';

/** Inputs: one or more values. */
export interface ConcatAttributes {
  readonly axis: number;
}

export const concat: Op<ConcatAttributes> = {
  stage: (_, inputs) => (inputs.filter((input) => input && !input.constant).length > 1 ? 'merge' : 'view'),
  infer({ axis }, inputs) {
    const first = needed(inputs, 0, 'a value');
    const along = normalizedAxis(axis, first.shape.length);
    let total = 0;
    for (const input of inputs) {
      if (
        !input ||
        input.shape.length !== first.shape.length ||
        input.shape.some((n, i) => i !== along && n !== first.shape[i])
      ) {
        throw new InputError(
          `cannot join ${inputs.map((other) => formatShape(other?.shape ?? [])).join(' and ')} along axis ${axis}: other sizes differ.`,
        );
      }
      total += input.shape[along]!;
    }
    return [{ dtype: first.dtype, shape: first.shape.map((n, i) => (i === along ? total : n)) }];
  },
  reach({ axis }, inputs, output) {
    const along = normalizedAxis(axis, output.shape.length);
    let offset = 0;
    return inputs.map((input) => {
      const start = -offset;
      offset += input?.shape[along] ?? 0;
      if (!input || input.constant) return null;
      return { axes: output.shape.map((_, i) => ({ axis: i, stride: 1, start: i === along ? start : 0, size: 1 })), whole: [] };
    });
  },
  crop(attributes, inputs, output, box) {
    const isAlong = isWhole(box, output, normalizedAxis(attributes.axis, output.shape.length));
    return isAlong && inputs.every((input) => !input?.constant) ? attributes : undefined;
  },
  reference({ axis }, inputs) {
    const tensors = inputs as Tensor[];
    const first = tensors[0]!;
    const along = normalizedAxis(axis, first.shape.length);
    const outer = sizeOf(first.shape.slice(0, along));
    const total = tensors.reduce((sum, tensor) => sum + tensor.shape[along]!, 0);
    const inner = sizeOf(first.shape.slice(along + 1));
    const data = new Float64Array(outer * total * inner);
    let offset = 0;
    for (const tensor of tensors) {
      const run = tensor.shape[along]! * inner;
      for (let o = 0; o < outer; o++) data.set(tensor.data.subarray(o * run, (o + 1) * run), o * total * inner + offset);
      offset += run;
    }
    return [
      tensorLike(
        first,
        first.shape.map((n, i) => (i === along ? total : n)),
        data,
      ),
    ];
  },
  lower({ axis }, inputs, outputs) {
    const operands = inputs.map((_, i) => needed(inputs, i, 'a value'));
    const { shape } = outputs[0]!;
    const along = normalizedAxis(axis, shape.length);
    // Constants come row-major; the first value that is computed says how the result lies in memory.
    const { order } = operands.find((operand) => !operand.constant) ?? operands[0]!;
    const target = stridesOf(shape, order);
    let offset = 0;
    const copies = operands.map((operand, i) => {
      const start = offset;
      offset += operand.shape[along]! * target[along]!;
      return {
        input: i,
        shape: operand.shape,
        source: stridesOf(operand.shape, operand.order),
        sourceOffset: 0,
        target,
        targetOffset: start,
      };
    });
    return { inputOrders: operands.map((operand) => operand.order), outputOrders: [order], ...stridedCopies(order, copies) };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient({ axis }, rule) {
    let offset = 0;
    return rule.inputs.map((input, i) => {
      const { shape } = rule.type(input!);
      const along = normalizedAxis(axis, shape.length);
      const start = shape.map((_, a) => (a === along ? offset : 0));
      offset += shape[along]!;
      return rule.wants(i) ? rule.slice(dOutput(rule), start, shape) : undefined;
    });
  },
};
