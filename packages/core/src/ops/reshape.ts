/** @file Ops that change the shape and move nothing: reshape, flatten, squeeze, unsqueeze, and identity. */
import { InputError } from '../errors.ts';
import { channelsLast, reshapedOrder, rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import {
  type AxisReach,
  asConstants,
  constantIntegers,
  dOutput,
  identityReach,
  needed,
  normalizedAxis,
  type Op,
  type Reach,
  tensorLike,
  type ValueType,
} from './op.ts';

/** Inputs: x, shape (constant). 0 keeps a size unless allowZero, −1 is worked out. */
export interface ReshapeAttributes {
  readonly allowZero: boolean;
}
/** Inputs: x. Result [product of axes before `axis`, product of the rest]. */
export interface FlattenAttributes {
  readonly axis: number;
}
/** Inputs: x, axes? (constant; without: every axis of size 1). */
export type SqueezeAttributes = Readonly<Record<never, never>>;
/** Inputs: x, axes (constant, positions in the result). */
export type UnsqueezeAttributes = Readonly<Record<never, never>>;
/** Inputs: x. Also Dropout at inference. */
export type IdentityAttributes = Readonly<Record<never, never>>;

/**
 * Reach of a reshape. Axes are matched in groups of equal product. One axis to one: itself. One axis split into several: the
 * slowest part covers a block of it. Several joined into one: the joined axes are read in full, because no window along one
 * axis describes positions of two.
 */
export function reshapeReach(from: readonly number[], to: readonly number[]): Reach {
  const axes: (AxisReach | null)[] = to.map(() => null);
  const whole: number[] = [];
  if (from.includes(0)) return { axes, whole };
  let i = 0;
  let j = 0;
  while (i < from.length && j < to.length) {
    const sources = [i];
    const targets = [j];
    let a = from[i++]!;
    let b = to[j++]!;
    while (a !== b) {
      if (a < b) {
        a *= from[i]!;
        sources.push(i++);
      } else {
        b *= to[j]!;
        targets.push(j++);
      }
    }
    const wide = sources.filter((axis) => from[axis]! > 1);
    if (wide.length > 1) whole.push(...wide);
    else {
      const axis = wide[0] ?? sources[0]!;
      const slowest = targets.find((target) => to[target]! > 1) ?? targets[0]!;
      const block = from[axis]! / to[slowest]!;
      axes[slowest] = { axis, stride: block, start: 0, size: block };
    }
  }
  return { axes, whole };
}

/** Everything these ops share; `shapeOf` is their only difference. */
function relabelling<A>(shapeOf: (attributes: A, inputs: readonly (ValueType | undefined)[]) => readonly number[]): Op<A> {
  return {
    stage: () => 'view',
    infer: (attributes, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape: shapeOf(attributes, inputs) }],
    reach: (_, inputs, output) => [reshapeReach(needed(inputs, 0, 'x').shape, output.shape), null],
    reference(attributes, inputs) {
      const x = inputs[0] as Tensor;
      return [tensorLike(x, shapeOf(attributes, asConstants(inputs)), x.data)];
    },
    lower(_, inputs, outputs) {
      const x = needed(inputs, 0, 'x');
      const { shape } = outputs[0]!;
      const free = reshapedOrder(x.shape, x.order, shape);
      if (free) return { inputOrders: [x.order, undefined], outputOrders: [free], alias: 0 };
      // One copy is due. It brings a picture straight into the order that what follows wants.
      const wanted = shape.length === 4 ? channelsLast(4) : rowMajor(shape.length);
      const before = reshapedOrder(shape, wanted, x.shape);
      if (before) return { inputOrders: [before, undefined], outputOrders: [wanted], alias: 0 };
      return { inputOrders: [rowMajor(x.shape.length), undefined], outputOrders: [rowMajor(shape.length)], alias: 0 };
    },
    cost: () => ({ nMacs: 0, nParams: 0 }),
    gradient: (_, rule) => [rule.reshape(dOutput(rule), rule.type(rule.inputs[0]!).shape)],
  };
}

export const reshape: Op<ReshapeAttributes> = relabelling(({ allowZero }, inputs) => {
  const from = needed(inputs, 0, 'x').shape;
  const asked = constantIntegers(inputs, 1, 'shape');
  const kept = asked.map((n, axis) => (n === 0 && !allowZero ? (from[axis] ?? 0) : n));
  const known = sizeOf(kept.filter((n) => n !== -1));
  const shape = kept.map((n) => (n === -1 ? sizeOf(from) / known : n));
  if (sizeOf(shape) !== sizeOf(from) || shape.some((n) => !Number.isInteger(n) || n < 0)) {
    throw new InputError(
      `cannot give ${formatShape(from)} the shape ${formatShape(asked)}: ${sizeOf(from)} values against ${sizeOf(shape)}.`,
    );
  }
  return shape;
});

export const flatten: Op<FlattenAttributes> = relabelling(({ axis }, inputs) => {
  const { shape } = needed(inputs, 0, 'x');
  const first = axis === shape.length ? axis : normalizedAxis(axis, shape.length);
  return [sizeOf(shape.slice(0, first)), sizeOf(shape.slice(first))];
});

export const squeeze: Op<SqueezeAttributes> = relabelling((_, inputs) => {
  const { shape } = needed(inputs, 0, 'x');
  if (!inputs[1]) return shape.filter((n) => n !== 1);
  const axes = constantIntegers(inputs, 1, 'axes').map((axis) => normalizedAxis(axis, shape.length));
  for (const axis of axes)
    if (shape[axis] !== 1)
      throw new InputError(`axis ${axis} of ${formatShape(shape)} has ${shape[axis]} positions and cannot be dropped.`);
  return shape.filter((_, axis) => !axes.includes(axis));
});

export const unsqueeze: Op<UnsqueezeAttributes> = relabelling((_, inputs) => {
  const { shape } = needed(inputs, 0, 'x');
  const asked = constantIntegers(inputs, 1, 'axes');
  const rank = shape.length + asked.length;
  const axes = asked.map((axis) => normalizedAxis(axis, rank));
  const rest = shape[Symbol.iterator]();
  return Array.from({ length: rank }, (_, axis) => (axes.includes(axis) ? 1 : rest.next().value!));
});

export const identity: Op<IdentityAttributes> = {
  ...relabelling<IdentityAttributes>((_, inputs) => needed(inputs, 0, 'x').shape),
  reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length)],
};
