/** @file Element-wise functions of two values with numpy broadcasting. */
import { type BinaryFn, binaryCodes, reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { type AxisOrder, channelsLast, rowMajor, stridesOf } from '../tensor/layout.ts';
import { broadcastShape, broadcastStrides, collapse, spaceBlock } from '../tensor/strided.ts';
import { type DType, sizeOf, type Tensor, tensorOf, toFloat64 } from '../tensor/tensor.ts';
import {
  type Box,
  dOutput,
  type Gradients,
  isWhole,
  type LoweredValue,
  needed,
  type Op,
  packedValues,
  type Reach,
  type ValueType,
} from './op.ts';

/** Inputs: a, b. */
export interface BinaryAttributes {
  readonly fn: BinaryFn;
}

/** Shape of broadcast operands, as an InputError where they do not fit. */
export function inferBroadcast(...operands: readonly Pick<ValueType, 'shape'>[]): number[] {
  try {
    return operands.reduce<number[]>((shape, operand) => broadcastShape(shape, operand.shape), []);
  } catch (error) {
    throw new InputError(`${(error as Error).message}.`);
  }
}

/** An operand under broadcasting: its own axes, aligned to the right; an axis it has once is read by every output position. */
export function broadcastReach(operand: ValueType, output: ValueType): Reach | null {
  if (operand.constant) return null;
  const missing = output.shape.length - operand.shape.length;
  return {
    axes: output.shape.map((size, axis) => {
      const own = axis - missing;
      if (own < 0) return null;
      if (operand.shape[own] === 1 && size !== 1) return { axis: own, whole: true };
      return { axis: own, stride: 1, start: 0, size: 1 };
    }),
    whole: [],
  };
}

/** Parts of a result need nothing else, unless a constant differs along an axis of which only a part is made. */
export function cropBroadcast<A>(
  attributes: A,
  operands: readonly (ValueType | undefined)[],
  output: ValueType,
  box: Box,
): A | undefined {
  const differs = (operand: ValueType, axis: number) => (operand.shape[axis - box.length + operand.shape.length] ?? 1) > 1;
  const isFixed = operands.some(
    (operand) => operand?.constant && box.some((_, axis) => differs(operand, axis) && !isWhole(box, output, axis)),
  );
  return isFixed ? undefined : attributes;
}

/** The order of the largest operand that has the output's shape: then nothing is copied. */
export function broadcastOrder(shape: readonly number[], operands: readonly LoweredValue[]): AxisOrder {
  const same = operands.find((operand) => operand.shape.length === shape.length && operand.shape.every((n, i) => n === shape[i]));
  return same?.order ?? (shape.length === 4 ? channelsLast(4) : rowMajor(shape.length));
}

/** Index block that walks the output contiguously and each operand by its own strides. */
export function broadcastBlock(
  shape: readonly number[],
  order: AxisOrder,
  operands: readonly LoweredValue[],
): { rank: number; block: Int32Array } {
  const strides = operands.map((operand) => broadcastStrides(shape, operand.shape, stridesOf(operand.shape, operand.order)));
  // The output takes part in joining axes, because it is written without gaps in this order.
  const space = collapse(shape, order, [...strides, stridesOf(shape, order)]);
  return { rank: space.sizes.length, block: spaceBlock({ sizes: space.sizes, strides: space.strides.slice(0, -1) }) };
}

/** Functions whose result is a truth value. */
const predicates: ReadonlySet<BinaryFn> = new Set<BinaryFn>([
  'equal',
  'less',
  'lessOrEqual',
  'greater',
  'greaterOrEqual',
  'and',
  'or',
  'xor',
]);

const resultType = (fn: BinaryFn, a: DType): DType => (predicates.has(fn) ? 'bool' : a);

export const binary: Op<BinaryAttributes> = {
  stage: ({ fn }, inputs) => (fn === 'prelu' ? 'activation' : inputs.some((input) => input?.constant) ? 'linear' : 'merge'),
  infer({ fn }, inputs) {
    const a = needed(inputs, 0, 'a');
    return [{ dtype: resultType(fn, a.dtype), shape: inferBroadcast(a, needed(inputs, 1, 'b')) }];
  },
  reach: (_, inputs, output) => [broadcastReach(needed(inputs, 0, 'a'), output), broadcastReach(needed(inputs, 1, 'b'), output)],
  crop: cropBroadcast,
  reference({ fn }, inputs) {
    const [a, b] = inputs as [Tensor, Tensor];
    const y = reference.binary(fn, toFloat64(a), a.shape, toFloat64(b), b.shape);
    return [tensorOf(resultType(fn, a.dtype), y.shape, y.data)];
  },
  lower({ fn }, inputs, outputs) {
    const operands = [needed(inputs, 0, 'a'), needed(inputs, 1, 'b')];
    const { shape } = outputs[0]!;
    const order = broadcastOrder(shape, operands);
    const { rank, block } = broadcastBlock(shape, order, operands);
    return {
      inputOrders: operands.map((operand) => operand.order),
      outputOrders: [order],
      packed: [packedValues(block)],
      bind: (kernels, at) => () =>
        kernels.run.f32_binary(binaryCodes[fn], at.inputs[0]!, at.inputs[1]!, at.outputs[0]!, rank, at.packed[0]!),
    };
  },
  cost: (_, inputs, outputs) => ({
    nMacs: sizeOf(outputs[0]!.shape),
    nParams: inputs.reduce((sum, input) => sum + (input?.constant ? sizeOf(input.shape) : 0), 0),
  }),
  gradient({ fn }, rule) {
    const [a, b] = rule.inputs as [string, string];
    if (predicates.has(fn)) return [];
    return slopes(fn, a, b, rule).map((slope, i) => {
      const input = rule.inputs[i]!;
      return slope && rule.wants(i) ? rule.sumTo(slope(dOutput(rule)), rule.type(input).shape) : undefined;
    });
  },
};

type Slope = ((dy: string) => string) | undefined;

/** For each operand, ∂loss/∂operand before it is summed over what was broadcast, from dy. */
function slopes(fn: BinaryFn, a: string, b: string, rule: Gradients): readonly [Slope, Slope] {
  const { binary: op, unary } = rule;
  const y = rule.outputs[0]!;
  const zero = () => rule.constant({ dtype: 'float32', shape: [], data: Float32Array.of(0) });
  const times = (factor: () => string) => (dy: string) => op('mul', dy, factor());
  const where = (fnOfMask: BinaryFn) => times(() => rule.where(op(fnOfMask, a, b), one(), zero()));
  const one = () => rule.constant({ dtype: 'float32', shape: [], data: Float32Array.of(1) });
  switch (fn) {
    case 'add':
      return [(dy) => dy, (dy) => dy];
    case 'sub':
      return [(dy) => dy, (dy) => unary('neg', dy)];
    case 'mul':
      return [times(() => b), times(() => a)];
    case 'div':
      return [(dy) => op('div', dy, b), (dy) => unary('neg', op('div', op('mul', dy, y), b))];
    case 'pow':
      // y = aᵇ: b · aᵇ⁻¹ and y · log a (0 where a is not positive)
      return [
        times(() => op('mul', b, op('pow', a, unary('affine', b, 1, -1)))),
        times(() => {
          const isPositive = op('greater', a, zero());
          return rule.where(isPositive, op('mul', y, unary('log', rule.where(isPositive, a, one()))), zero());
        }),
      ];
    // Of equal operands the first gets everything.
    case 'max':
      return [where('greaterOrEqual'), where('less')];
    case 'min':
      return [where('lessOrEqual'), where('greater')];
    case 'prelu': {
      const isBelow = () => op('less', a, zero());
      return [times(() => rule.where(isBelow(), b, one())), times(() => rule.where(isBelow(), a, zero()))];
    }
    case 'mod':
      // a − b · trunc(a / b)
      return [(dy) => dy, (dy) => op('mul', dy, op('div', op('sub', y, a), b))];
    default:
      return [undefined, undefined];
  }
}
