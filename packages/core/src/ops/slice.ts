/** @file Strided slice. */
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { gatherStrided } from '../tensor/strided.ts';
import { formatShape, integers, type Tensor } from '../tensor/tensor.ts';
import { stridedCopies } from './copy.ts';
import { asConstants, constantIntegers, dOutput, needed, normalizedAxis, type Op, tensorLike, type ValueType } from './op.ts';
import { pad } from './pad.ts';
import { movedBack } from './scatter-add.ts';

/** Inputs: x, starts, ends, axes?, steps? (constants). */
export type SliceAttributes = Readonly<Record<never, never>>;

/** First index, step and count per axis, by ONNX's (numpy's) rules for negative and overshooting bounds. */
function ranges(inputs: readonly (ValueType | undefined)[]): { start: number; step: number; size: number }[] {
  const { shape } = needed(inputs, 0, 'x');
  const starts = constantIntegers(inputs, 1, 'starts');
  const ends = constantIntegers(inputs, 2, 'ends');
  const axes = inputs[3] ? constantIntegers(inputs, 3, 'axes') : starts.map((_, i) => i);
  const steps = inputs[4] ? constantIntegers(inputs, 4, 'steps') : starts.map(() => 1);
  const result = shape.map((size) => ({ start: 0, step: 1, size }));
  for (const [i, axis] of axes.entries()) {
    const along = normalizedAxis(axis, shape.length);
    const n = shape[along]!;
    const step = steps[i]!;
    if (step === 0) throw new InputError(`step 0 along axis ${axis} of ${formatShape(shape)} leads nowhere.`);
    const bound = (v: number, low: number, high: number) => Math.min(Math.max(v < 0 ? v + n : v, low), high);
    const start = step > 0 ? bound(starts[i]!, 0, n) : bound(starts[i]!, 0, n - 1);
    const end = step > 0 ? bound(ends[i]!, 0, n) : bound(ends[i]!, -1, n - 1);
    result[along] = { start, step, size: Math.max(0, Math.ceil((end - start) / step)) };
  }
  return result;
}

export const slice: Op<SliceAttributes> = {
  stage: () => 'view',
  infer: (_, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape: ranges(inputs).map((range) => range.size) }],
  reach: (_, inputs) => [
    { axes: ranges(inputs).map(({ start, step }, axis) => ({ axis, stride: step, start, size: 1 })), whole: [] },
  ],
  reference(_, inputs) {
    const x = inputs[0] as Tensor;
    const parts = ranges(asConstants(inputs));
    const strides = stridesOf(x.shape, rowMajor(x.shape.length));
    const offset = parts.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0);
    const shape = parts.map((range) => range.size);
    return [
      tensorLike(
        x,
        shape,
        gatherStrided(
          x.data,
          shape,
          parts.map(({ step }, axis) => step * strides[axis]!),
          offset,
        ),
      ),
    ];
  },
  lower(_, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const parts = ranges(inputs);
    const { shape } = outputs[0]!;
    const strides = stridesOf(x.shape, x.order);
    const copy = {
      input: 0,
      shape,
      source: parts.map(({ step }, axis) => step * strides[axis]!),
      sourceOffset: parts.reduce((sum, { start }, axis) => sum + start * strides[axis]!, 0),
      target: stridesOf(shape, x.order),
      targetOffset: 0,
    };
    return {
      inputOrders: [x.order, undefined, undefined, undefined, undefined],
      outputOrders: [x.order],
      ...stridedCopies(x.order, [copy]),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(attributes, rule) {
    const parts = ranges(rule.inputs.map((input) => (input ? rule.type(input) : undefined)));
    if (parts.some(({ step }) => step !== 1)) return movedBack(slice.reference)(attributes, rule);
    const { shape } = rule.type(rule.inputs[0]!);
    const after = parts.map(({ start, size }, axis) => shape[axis]! - start - size);
    const pads = rule.constant(integers([...parts.map(({ start }) => start), ...after]));
    return [rule.add(pad, { mode: 'constant' }, [dOutput(rule), pads])];
  },
};
