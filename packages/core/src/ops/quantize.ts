/**
 * @file Linear quantisation and its reverse. A quantised value is held as float32 whole numbers, exactly, so that the network
 * between the two runs on float32 kernels; its dtype only says how far the numbers reach.
 */
import { binaryCodes, reference, unaryCodes } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { type AxisOrder, rowMajor, stridesOf } from '../tensor/layout.ts';
import { collapse, gatherStrided, spaceBlock } from '../tensor/strided.ts';
import { type DType, formatShape, sizeOf, type Tensor, tensorOf, toFloat64 } from '../tensor/tensor.ts';
import { dOutput, identityReach, needed, type Op, packedValues, type ValueType } from './op.ts';

/** Inputs: x, scale, zero point? (one number, one per position of `axis`, or one per block along it). */
export interface DequantizeAttributes {
  readonly axis: number;
  /** Positions along `axis` that share a scale; 0: not in blocks. */
  readonly blockSize: number;
}
/** Inputs: as dequantize. y = saturate(round(x / scale) + zero point), halves to even. */
export interface QuantizeAttributes extends DequantizeAttributes {
  /** What the result is, where there is no zero point to say so. */
  readonly to: DType;
}

const limits: Partial<Record<DType, readonly [lowest: number, highest: number]>> = {
  uint8: [0, 255],
  int8: [-128, 127],
  uint16: [0, 65535],
  int16: [-32768, 32767],
};

/** Strides that walk a parameter along with x; blocks take their position's parameter from a full-size copy. */
function strideOf(
  { axis, blockSize }: DequantizeAttributes,
  shape: readonly number[],
  scale: Pick<ValueType, 'shape'>,
): readonly number[] | undefined {
  if (sizeOf(scale.shape) === 1) return shape.map(() => 0);
  if (blockSize > 0) return undefined;
  const along = axis < 0 ? axis + shape.length : axis;
  if (scale.shape.length !== 1 || scale.shape[0] !== shape[along])
    throw new InputError(`scale ${formatShape(scale.shape)} does not fit axis ${axis} of ${formatShape(shape)}.`);
  return shape.map((_, i) => (i === along ? 1 : 0));
}

/** A parameter for every value of x. */
function spread(attributes: DequantizeAttributes, shape: readonly number[], values: Tensor): Float64Array {
  const strides = strideOf(attributes, shape, values);
  if (strides) return gatherStrided(toFloat64(values), shape, strides);
  const along = attributes.axis < 0 ? attributes.axis + shape.length : attributes.axis;
  const fits = shape.every((n, i) => values.shape[i] === (i === along ? Math.ceil(n / attributes.blockSize) : n));
  if (!fits)
    throw new InputError(
      `scale ${formatShape(values.shape)} does not fit blocks of ${attributes.blockSize} of ${formatShape(shape)}.`,
    );
  const own = stridesOf(values.shape, rowMajor(shape.length));
  const full = stridesOf(shape, rowMajor(shape.length));
  return Float64Array.from({ length: sizeOf(shape) }, (_, i) => {
    const offset = shape.reduce((sum, n, axis) => {
      const index = Math.floor(i / full[axis]!) % n;
      return sum + own[axis]! * (axis === along ? Math.floor(index / attributes.blockSize) : index);
    }, 0);
    return values.data[offset]!;
  });
}

/** What both directions share; `steps` are the kernels that run, each on the result of the one before. */
function quantisation<A extends DequantizeAttributes>(
  evaluate: (attributes: A, x: Float64Array, scale: Float64Array, zero: Float64Array, dtype: DType | undefined) => Float64Array,
  steps: (attributes: A, zero: ValueType | undefined) => readonly Step[],
): Op<A> {
  return {
    stage: () => 'linear',
    runsOnTwin: 'scales in blocks, or that depend on the picture',
    infer(attributes, inputs) {
      const { shape } = needed(inputs, 0, 'x');
      strideOf(attributes, shape, needed(inputs, 1, 'scale'));
      return [{ dtype: 'float32', shape }];
    },
    reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length), null, null],
    reference(attributes, inputs) {
      const [x, scale, zero] = inputs as [Tensor, Tensor, Tensor | undefined];
      const shift = zero ? spread(attributes, x.shape, zero) : new Float64Array(x.data.length);
      const y = evaluate(attributes, toFloat64(x), spread(attributes, x.shape, scale), shift, zero?.dtype);
      return [tensorOf(x.dtype === 'float64' ? x.dtype : 'float32', x.shape, y)];
    },
    lower(attributes, inputs) {
      const x = needed(inputs, 0, 'x');
      const scale = needed(inputs, 1, 'scale');
      const zero = inputs[2];
      const strides = strideOf(attributes, x.shape, scale);
      if (!strides || !scale.constant || (zero && !zero.constant)) return undefined;
      const size = sizeOf(x.shape);
      const { rank, block } = parameterBlock(x.shape, x.order, strides);
      const parameter = (type: ValueType) => packedValues(Float32Array.from(type.constant!.data));
      return {
        inputOrders: [x.order, undefined, undefined],
        outputOrders: [x.order],
        packed: [packedValues(block), parameter(scale), ...(zero ? [parameter(zero)] : [])],
        bind({ run }, at) {
          const [blockPtr, scalePtr, zeroPtr] = at.packed as [number, number, number | undefined];
          const yPtr = at.outputs[0]!;
          return () => {
            let from = at.inputs[0]!;
            for (const step of steps(attributes, zero)) {
              if (step.op === 'binary')
                run.f32_binary(binaryCodes[step.fn], from, step.by === 'scale' ? scalePtr : zeroPtr!, yPtr, rank, blockPtr);
              else run.f32_unary(unaryCodes[step.fn], from, yPtr, size, step.alpha, step.beta);
              from = yPtr;
            }
          };
        },
      };
    },
    cost: (_, inputs, outputs) => ({ nMacs: sizeOf(outputs[0]!.shape), nParams: sizeOf(needed(inputs, 1, 'scale').shape) }),
    // A quantised value changes in steps.
    gradient: () => [],
  };
}

type Step =
  | { readonly op: 'binary'; readonly fn: 'add' | 'sub' | 'mul' | 'div'; readonly by: 'scale' | 'zero' }
  | { readonly op: 'unary'; readonly fn: 'round' | 'clip'; readonly alpha: number; readonly beta: number };

/** Index block that walks x contiguously beside a parameter. */
function parameterBlock(shape: readonly number[], order: AxisOrder, strides: readonly number[]) {
  const own = stridesOf(shape, order);
  const space = collapse(shape, order, [own, strides]);
  return { rank: space.sizes.length, block: spaceBlock(space) };
}

/** Lowest and highest value of a quantised type. */
function limitsOf(dtype: DType): readonly [number, number] {
  const found = limits[dtype];
  if (!found)
    throw new InputError(`quantises to ${dtype}, which is not supported. Supported: ${Object.keys(limits).join(', ')}.`);
  return found;
}

export const dequantize: Op<DequantizeAttributes> = {
  ...quantisation<DequantizeAttributes>(
    (_, x, scale, zero) => x.map((v, i) => (v - zero[i]!) * scale[i]!),
    (_, zero) => [
      ...(zero ? [{ op: 'binary', fn: 'sub', by: 'zero' } as const] : []),
      { op: 'binary', fn: 'mul', by: 'scale' } as const,
    ],
  ),
  gradient(attributes, rule) {
    const [{ shape }, scale] = rule.inputs.map((name) => rule.type(name!)) as [ValueType, ValueType];
    const strides = strideOf(attributes, shape, scale);
    if (!strides) throw new InputError('has scales in blocks, for which there is no rule.');
    const along = rule.reshape(
      rule.inputs[1]!,
      shape.map((n, axis) => (strides[axis] ? n : 1)),
    );
    return [rule.binary('mul', dOutput(rule), along)];
  },
};

export const quantize: Op<QuantizeAttributes> = quantisation(
  ({ to }, x, scale, zero, dtype) => {
    const [lowest, highest] = limitsOf(dtype ?? to);
    // Divided as float32, as every runtime does: a half more or less would round to another number.
    const rounded = reference.unary(
      'round',
      x.map((v, i) => Math.fround(Math.fround(v) / Math.fround(scale[i]!))),
    );
    return rounded.map((v, i) => Math.min(Math.max(v + zero[i]!, lowest), highest));
  },
  ({ to }, zero) => {
    const [alpha, beta] = limitsOf(zero?.dtype ?? to);
    return [
      { op: 'binary', fn: 'div', by: 'scale' } as const,
      { op: 'unary', fn: 'round', alpha: 0, beta: 0 } as const,
      ...(zero ? [{ op: 'binary', fn: 'add', by: 'zero' } as const] : []),
      { op: 'unary', fn: 'clip', alpha, beta } as const,
    ];
  },
);
