/** @file Picks slices by index along one axis. */
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { stridedCopies } from './copy.ts';
import { asConstants, needed, normalizedAxis, type Op, tensorLike, type ValueType } from './op.ts';
import { movedBack } from './scatter-add.ts';

/** Inputs: x, indices. */
export interface GatherAttributes {
  readonly axis: number;
}

function resolve({ axis }: GatherAttributes, inputs: readonly (ValueType | undefined)[]) {
  const { shape } = needed(inputs, 0, 'x');
  const along = normalizedAxis(axis, shape.length);
  const n = shape[along]!;
  const given = needed(inputs, 1, 'indices');
  const indices = Array.from(given.constant?.data ?? [], (index) => (index < 0 ? index + n : index));
  for (const index of indices)
    if (!(index >= 0 && index < n)) throw new InputError(`index ${index} is outside axis ${axis} of ${formatShape(shape)}.`);
  return { along, indices, shape: [...shape.slice(0, along), ...given.shape, ...shape.slice(along + 1)] };
}

export const gather: Op<GatherAttributes> = {
  stage: () => 'view',
  runsOnTwin: 'indices that depend on the picture',
  infer: (attributes, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape: resolve(attributes, inputs).shape }],
  reach(attributes, inputs) {
    const { along } = resolve(attributes, inputs);
    const rankOfIndices = needed(inputs, 1, 'indices').shape.length;
    const axes = needed(inputs, 0, 'x').shape.flatMap((_, axis) =>
      axis === along ? new Array<null>(rankOfIndices).fill(null) : [{ axis, stride: 1, start: 0, size: 1 }],
    );
    // Which index an output position stands for is no window: the axis counts as read in full.
    const given = needed(inputs, 1, 'indices');
    const ofIndices = axes.map((_, i) =>
      i >= along && i < along + rankOfIndices ? { axis: i - along, stride: 1, start: 0, size: 1 } : null,
    );
    return [{ axes, whole: [along] }, given.constant ? null : { axes: ofIndices, whole: [] }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const { along, indices, shape } = resolve(attributes, asConstants(inputs));
    const strides = stridesOf(x.shape, rowMajor(x.shape.length));
    const inner = sizeOf(x.shape.slice(along + 1));
    const outer = sizeOf(x.shape.slice(0, along));
    const data = new Float64Array(outer * indices.length * inner);
    for (let o = 0; o < outer; o++) {
      for (const [i, index] of indices.entries()) {
        const from = o * x.shape[along]! * inner + index * strides[along]!;
        data.set(gatherStrided(x.data, [inner], [1], from), (o * indices.length + i) * inner);
      }
    }
    return [tensorLike(x, shape, data)];
  },
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    if (!inputs[1]?.constant) return undefined;
    const { along, indices } = resolve(attributes, inputs);
    const order = rowMajor(x.shape.length);
    const source = stridesOf(x.shape, order);
    const block = x.shape.map((n, axis) => (axis === along ? indices.length : n));
    const target = stridesOf(block, order);
    const copies = indices.map((index, i) => ({
      input: 0,
      shape: x.shape.map((n, axis) => (axis === along ? 1 : n)),
      source,
      sourceOffset: index * source[along]!,
      target,
      targetOffset: i * target[along]!,
    }));
    return {
      inputOrders: [order, undefined],
      outputOrders: [rowMajor(outputs[0]!.shape.length)],
      ...stridedCopies(order, copies),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: (attributes, rule) => movedBack(gather.reference)(attributes, rule),
};
