/** @file Padding of any axis; negative pads crop. */
import { InputError } from '../errors.ts';
import { type AxisOrder, rowMajor, stridesOf } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { type StridedCopy, stridedCopies } from './copy.ts';
import { asConstants, constantIntegers, dOutput, needed, normalizedAxis, type Op, tensorLike, type ValueType } from './op.ts';
import { movedBack } from './scatter-add.ts';

/** Inputs: x, pads (constant: begins then ends), value?, axes?. */
export interface PadAttributes {
  readonly mode: 'constant' | 'reflect' | 'edge' | 'wrap';
}

/** Inputs: x, shape (constant; of all axes, or of `axes`). Each axis is cropped or padded with zeros, evenly at both ends. */
export interface CenterCropPadAttributes {
  readonly axes?: readonly number[] | undefined;
}

/** What is added before and after each axis; negative: cut off. */
type Pads = readonly { readonly before: number; readonly after: number }[];

/** The odd position is cut off at the end, or added at the end (ONNX CenterCropPad). */
function centredPads({ axes }: CenterCropPadAttributes, inputs: readonly (ValueType | undefined)[]): Pads {
  const { shape } = needed(inputs, 0, 'x');
  const sizes = constantIntegers(inputs, 1, 'shape');
  const along = (axes ?? shape.map((_, axis) => axis)).map((axis) => normalizedAxis(axis, shape.length));
  if (sizes.length !== along.length)
    throw new InputError(`shape [${sizes.join(', ')}] needs one size for each of ${along.length} axes.`);
  return shape.map((n, axis) => {
    const missing = (sizes[along.indexOf(axis)] ?? n) - n;
    const before = Math.trunc(missing / 2);
    return { before, after: missing - before };
  });
}

function padsOf(inputs: readonly (ValueType | undefined)[]): Pads {
  const { shape } = needed(inputs, 0, 'x');
  const pads = constantIntegers(inputs, 1, 'pads');
  const axes = inputs[3]
    ? constantIntegers(inputs, 3, 'axes').map((axis) => normalizedAxis(axis, shape.length))
    : shape.map((_, axis) => axis);
  if (pads.length !== 2 * axes.length)
    throw new InputError(`pads [${pads.join(', ')}] need two numbers for each of ${axes.length} axes.`);
  const result = shape.map(() => ({ before: 0, after: 0 }));
  for (const [i, axis] of axes.entries()) result[axis] = { before: pads[i]!, after: pads[i + axes.length]! };
  return result;
}

/** Runs of output positions along one axis with the source positions they read: start, count, first source, step. */
function segments(
  mode: PadAttributes['mode'],
  n: number,
  before: number,
  after: number,
): { at: number; size: number; from: number; step: number }[] {
  const inside = {
    at: Math.max(before, 0),
    size: n + Math.min(before, 0) + Math.min(after, 0),
    from: Math.max(-before, 0),
    step: 1,
  };
  const list = [inside];
  const edge = (at: number, size: number, from: number, step: number) => {
    if (size > 0) list.push({ at, size, from, step });
  };
  if (mode === 'reflect') {
    if (Math.max(before, after) >= n)
      throw new InputError(`cannot reflect ${Math.max(before, after)} positions of an axis of ${n}.`);
    edge(0, before, before, -1);
    edge(before + n, after, n - 2, -1);
  } else if (mode === 'edge') {
    edge(0, before, 0, 0);
    edge(before + n, after, n - 1, 0);
  } else if (mode === 'wrap') {
    if (Math.max(before, after) > n) throw new InputError(`cannot wrap ${Math.max(before, after)} positions of an axis of ${n}.`);
    edge(0, before, n - before, 1);
    edge(before + n, after, 0, 1);
  }
  return list;
}

/** All blocks of the result, one for each combination of segments. */
function blocks(
  mode: PadAttributes['mode'],
  shape: readonly number[],
  pads: readonly { before: number; after: number }[],
  order: AxisOrder,
  outShape: readonly number[],
): StridedCopy[] {
  const source = stridesOf(shape, order);
  const target = stridesOf(outShape, order);
  let copies: StridedCopy[] = [{ input: 0, shape: [], source: [], sourceOffset: 0, target: [], targetOffset: 0 }];
  for (const [axis, { before, after }] of pads.entries()) {
    const parts = segments(mode, shape[axis]!, before, after);
    copies = copies.flatMap((copy) =>
      parts.map(({ at, size, from, step }) => ({
        ...copy,
        shape: [...copy.shape, size],
        source: [...copy.source, source[axis]! * step],
        sourceOffset: copy.sourceOffset + from * source[axis]!,
        target: [...copy.target, target[axis]!],
        targetOffset: copy.targetOffset + at * target[axis]!,
      })),
    );
  }
  return copies;
}

/** What pad and centerCropPad share: they differ in where their pads come from. */
function padding<A>(
  padsOf: (attributes: A, inputs: readonly (ValueType | undefined)[]) => Pads,
  modeOf: (attributes: A) => PadAttributes['mode'],
): Op<A> {
  const op: Op<A> = {
    stage: () => 'view',
    infer(attributes, inputs) {
      const { dtype, shape } = needed(inputs, 0, 'x');
      const pads = padsOf(attributes, inputs);
      const out = shape.map((n, axis) => n + pads[axis]!.before + pads[axis]!.after);
      if (out.some((n) => n < 0)) throw new InputError(`pads leave nothing of ${formatShape(shape)}.`);
      for (const [axis, { before, after }] of pads.entries()) segments(modeOf(attributes), shape[axis]!, before, after);
      return [{ dtype, shape: out }];
    },
    reach: (attributes, inputs) => [
      { axes: padsOf(attributes, inputs).map(({ before }, axis) => ({ axis, stride: 1, start: -before, size: 1 })), whole: [] },
      null,
    ],
    reference(attributes, inputs) {
      const x = inputs[0] as Tensor;
      const mode = modeOf(attributes);
      const pads = padsOf(attributes, asConstants(inputs));
      const shape = x.shape.map((n, axis) => n + pads[axis]!.before + pads[axis]!.after);
      const data = new Float64Array(sizeOf(shape)).fill(mode === 'constant' ? (inputs[2]?.data[0] ?? 0) : 0);
      for (const copy of blocks(mode, x.shape, pads, rowMajor(x.shape.length), shape)) {
        const size = sizeOf(copy.shape);
        for (let i = 0; i < size; i++) {
          let rest = i;
          let from = copy.sourceOffset;
          let to = copy.targetOffset;
          for (let axis = copy.shape.length - 1; axis >= 0; axis--) {
            const index = rest % copy.shape[axis]!;
            rest = (rest - index) / copy.shape[axis]!;
            from += index * copy.source[axis]!;
            to += index * copy.target[axis]!;
          }
          data[to] = x.data[from]!;
        }
      }
      return [tensorLike(x, shape, data)];
    },
    lower(attributes, inputs, outputs) {
      const x = needed(inputs, 0, 'x');
      const mode = modeOf(attributes);
      const { shape } = outputs[0]!;
      const value = inputs[2] ? inputs[2].constant?.data[0] : 0;
      if (value === undefined) return undefined;
      const fill = mode === 'constant' ? { value, size: sizeOf(shape) } : undefined;
      const copies = blocks(mode, x.shape, padsOf(attributes, inputs), x.order, shape);
      return {
        inputOrders: [x.order, undefined, undefined, undefined],
        outputOrders: [x.order],
        ...stridedCopies(x.order, copies, fill),
      };
    },
    cost: () => ({ nMacs: 0, nParams: 0 }),
    gradient(attributes, rule) {
      const types = rule.inputs.map((input) => (input ? rule.type(input) : undefined));
      const { shape } = types[0]!;
      const pads = padsOf(attributes, types);
      if (modeOf(attributes) === 'constant' && pads.every(({ before, after }) => before >= 0 && after >= 0))
        return [
          rule.slice(
            dOutput(rule),
            pads.map(({ before }) => before),
            shape,
          ),
        ];
      return movedBack(op.reference)(attributes, rule);
    },
  };
  return op;
}

export const pad: Op<PadAttributes> = {
  ...padding<PadAttributes>(
    (_, inputs) => padsOf(inputs),
    ({ mode }) => mode,
  ),
  runsOnTwin: 'a padding value that depends on the picture',
};
export const centerCropPad: Op<CenterCropPadAttributes> = padding(centredPads, () => 'constant');
