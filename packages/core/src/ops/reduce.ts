/** @file Reductions over axes. */
import { type ReduceFn, reduceCodes, reference } from '@ventral/kernels';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import {
  type AxisReach,
  asConstants,
  constantIntegers,
  dOutput,
  needed,
  normalizedAxis,
  type Op,
  tensorLike,
  type ValueType,
} from './op.ts';

/** Inputs: x, axes? (constant; without: all axes, or none if noopWithoutAxes). */
export interface ReduceAttributes {
  readonly fn: ReduceFn;
  readonly keepDims: boolean;
  readonly noopWithoutAxes: boolean;
}

function axesOf({ noopWithoutAxes }: ReduceAttributes, inputs: readonly (ValueType | undefined)[]): number[] {
  const rank = needed(inputs, 0, 'x').shape.length;
  const axes = inputs[1] ? constantIntegers(inputs, 1, 'axes') : [];
  if (axes.length === 0) return noopWithoutAxes ? [] : Array.from({ length: rank }, (_, axis) => axis);
  return axes.map((axis) => normalizedAxis(axis, rank)).toSorted((a, b) => a - b);
}

function reducedShape(shape: readonly number[], axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((n, axis) => (axes.includes(axis) ? 1 : n)) : shape.filter((_, axis) => !axes.includes(axis));
}

export const reduce: Op<ReduceAttributes> = {
  stage: () => 'pool',
  infer(attributes, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    return [{ dtype, shape: reducedShape(shape, axesOf(attributes, inputs), attributes.keepDims) }];
  },
  reach(attributes, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const reduced = axesOf(attributes, inputs);
    const axes = shape.flatMap((_, axis): AxisReach[] => {
      if (!reduced.includes(axis)) return [{ axis, stride: 1, start: 0, size: 1 }];
      return attributes.keepDims ? [{ axis, whole: true }] : [];
    });
    return [{ axes, whole: attributes.keepDims ? [] : reduced }, null];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const axes = axesOf(attributes, asConstants(inputs));
    const y = reference.reduce(attributes.fn, toFloat64(x), x.shape, axes);
    return [tensorLike(x, reducedShape(x.shape, axes, attributes.keepDims), y.data)];
  },
  lower(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const reduced = axesOf(attributes, inputs);
    // The kernel reduces one run of neighbouring axes; where they do not lie together, the plan's copy brings them to the end.
    const positions = reduced.map((axis) => x.order.indexOf(axis)).toSorted((a, b) => a - b);
    const together = positions.every((position, i) => position === positions[0]! + i);
    const order = together ? x.order : [...x.order.filter((axis) => !reduced.includes(axis)), ...reduced];
    const first = reduced.length === 0 ? order.length : together ? positions[0]! : order.length - reduced.length;
    const sizes = order.map((axis) => x.shape[axis]!);
    const [outer, size, inner] = [
      sizeOf(sizes.slice(0, first)),
      sizeOf(sizes.slice(first, first + reduced.length)),
      sizeOf(sizes.slice(first + reduced.length)),
    ];
    const kept = order.filter((axis) => !reduced.includes(axis));
    const outputOrder = attributes.keepDims ? order : kept.map((axis) => axis - reduced.filter((other) => other < axis).length);
    return {
      inputOrders: [order, undefined],
      outputOrders: [outputOrder],
      bind: (kernels, at) => () =>
        kernels.run.f32_reduce(reduceCodes[attributes.fn], at.inputs[0]!, at.outputs[0]!, outer, size, inner),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient(attributes, rule) {
    const [x] = rule.inputs as [string];
    const { shape } = rule.type(x);
    const axes = axesOf(
      attributes,
      rule.inputs.map((input) => (input ? rule.type(input) : undefined)),
    );
    const kept = reducedShape(shape, axes, true);
    const [y, dy] = [rule.outputs[0]!, dOutput(rule)].map((value) => rule.reshape(value, kept)) as [string, string];
    const { binary, unary } = rule;
    const spread = () => rule.expand(dy, shape);
    switch (attributes.fn) {
      case 'sum':
        return [spread()];
      case 'mean':
        return [rule.expand(unary('affine', dy, 1 / sizeOf(axes.map((axis) => shape[axis]!))), shape)];
      case 'max':
      case 'min': {
        // Equal values share.
        const wins = rule.where(binary('equal', x, y), rule.constant(scalar(1)), rule.constant(scalar(0)));
        return [binary('mul', binary('div', dy, rule.reduce('sum', wins, axes)), wins)];
      }
      case 'l1':
        return [binary('mul', dy, unary('sign', x))];
      case 'l2':
        return [binary('mul', binary('div', dy, y), x)];
      case 'sumSquare':
        return [binary('mul', dy, unary('affine', x, 2))];
      case 'logSum':
        return [rule.expand(binary('mul', dy, unary('exp', unary('neg', y))), shape)];
      case 'logSumExp':
        return [binary('mul', dy, unary('exp', binary('sub', x, y)))];
      case 'prod':
        // NaN where a factor is 0.
        return [binary('div', binary('mul', dy, y), x)];
    }
  },
};

const scalar = (value: number): Tensor => ({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
