/** @file Split along one axis. */
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { concat } from './concat.ts';
import { stridedCopies } from './copy.ts';
import { asConstants, constantIntegers, needed, normalizedAxis, type Op, tensorLike, type ValueType } from './op.ts';

/** Inputs: x, sizes? (constant); without sizes, equal parts, the last one smaller. */
export interface SplitAttributes {
  readonly axis: number;
  readonly nOutputs: number;
}

function parts({ axis, nOutputs }: SplitAttributes, inputs: readonly (ValueType | undefined)[]) {
  const { shape } = needed(inputs, 0, 'x');
  const along = normalizedAxis(axis, shape.length);
  const n = shape[along]!;
  const each = Math.ceil(n / nOutputs);
  const sizes = inputs[1]
    ? constantIntegers(inputs, 1, 'sizes')
    : Array.from({ length: nOutputs }, (_, i) => Math.max(0, Math.min(each, n - i * each)));
  if (sizes.reduce((a, b) => a + b, 0) !== n || sizes.length !== nOutputs) {
    throw new InputError(
      `sizes [${sizes.join(', ')}] do not make up the ${n} positions of axis ${axis} of ${formatShape(shape)} in ${nOutputs} outputs.`,
    );
  }
  let offset = 0;
  return sizes.map((size) => {
    const start = offset;
    offset += size;
    return { start, along, shape: shape.map((length, i) => (i === along ? size : length)) };
  });
}

export const split: Op<SplitAttributes> = {
  stage: () => 'view',
  infer(attributes, inputs) {
    const { dtype } = needed(inputs, 0, 'x');
    return parts(attributes, inputs).map(({ shape }) => ({ dtype, shape }));
  },
  // The parts differ only in where they begin along the axis; its channels or positions are read one by one all the same.
  reach: (_, inputs) => [
    { axes: needed(inputs, 0, 'x').shape.map((_, axis) => ({ axis, stride: 1, start: 0, size: 1 })), whole: [] },
    null,
  ],
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const strides = stridesOf(x.shape, rowMajor(x.shape.length));
    return parts(attributes, asConstants(inputs)).map(({ shape, start, along }) =>
      tensorLike(x, shape, gatherStrided(x.data, shape, strides, start * strides[along]!)),
    );
  },
  lower(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const source = stridesOf(x.shape, x.order);
    const pieces = parts(attributes, inputs);
    const copies = pieces.map(({ shape, start, along }, output) => ({
      input: 0,
      output,
      shape,
      source,
      sourceOffset: start * source[along]!,
      target: stridesOf(shape, x.order),
      targetOffset: 0,
    }));
    return { inputOrders: [x.order, undefined], outputOrders: pieces.map(() => x.order), ...stridedCopies(x.order, copies) };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(attributes, rule) {
    const [x, sizes] = rule.inputs as [string, string | undefined];
    const { shape } = rule.type(x);
    const pieces = parts(attributes, [rule.type(x), sizes === undefined ? undefined : rule.type(sizes)]);
    const gradients = pieces.map(
      (piece, i) =>
        rule.dOutputs[i] ?? rule.constant({ dtype: 'float32', shape: piece.shape, data: new Float32Array(sizeOf(piece.shape)) }),
    );
    return [rule.add(concat, { axis: normalizedAxis(attributes.axis, shape.length) }, gradients)];
  },
};
