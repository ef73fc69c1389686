/** @file Shape arithmetic: these run at load, on values known before any picture is seen. Cast between float types is nothing at run time. */
import { type DType, integers, isFloat, sizeOf, type Tensor, tensorOf, toFloat64 } from '../tensor/tensor.ts';
import { asConstants, constantIntegers, dOutput, identityReach, needed, type Op, type ValueType } from './op.ts';

/** Inputs: x. The sizes of axes start … end − 1. */
export interface ShapeAttributes {
  readonly start: number;
  readonly end?: number | undefined;
}
/** Inputs: shape (constant). */
export interface ConstantOfShapeAttributes {
  readonly value: Tensor;
}
/** Inputs: x. */
export interface CastAttributes {
  readonly to: DType;
}
/** Inputs: start, limit, delta (constants). */
export type RangeAttributes = Readonly<Record<never, never>>;

/** An op that exists at load only. */
function atLoad<A>(infer: Op<A>['infer'], evaluate: Op<A>['reference']): Op<A> {
  return {
    stage: () => 'view',
    infer,
    reach: (_, inputs) => inputs.map(() => null),
    reference: evaluate,
    cost: () => ({ nMacs: 0, nParams: 0 }),
    gradient: () => [],
  };
}

export const shape: Op<ShapeAttributes> = atLoad(
  ({ start, end }, inputs) => [{ dtype: 'int64', shape: [needed(inputs, 0, 'x').shape.slice(start, end).length] }],
  ({ start, end }, inputs) => [integers((inputs[0] as Tensor).shape.slice(start, end))],
);

export const constantOfShape: Op<ConstantOfShapeAttributes> = atLoad(
  ({ value }, inputs) => [{ dtype: value.dtype, shape: constantIntegers(inputs, 0, 'shape') }],
  ({ value }, inputs) => {
    const sizes = Array.from((inputs[0] as Tensor).data);
    const data = value.dtype === 'float32' ? new Float32Array(sizeOf(sizes)) : new Float64Array(sizeOf(sizes));
    return [{ dtype: value.dtype, shape: sizes, data: data.fill(value.data[0] ?? 0) }];
  },
);

function steps(inputs: readonly (ValueType | undefined)[]): { start: number; delta: number; size: number } {
  const [start, limit, delta] = ['start', 'limit', 'delta'].map((what, i) => constantIntegers(inputs, i, what)[0]!) as [
    number,
    number,
    number,
  ];
  return { start, delta, size: Math.max(0, Math.ceil((limit - start) / delta)) };
}

export const range: Op<RangeAttributes> = atLoad(
  (_, inputs) => [{ dtype: needed(inputs, 0, 'start').dtype, shape: [steps(inputs).size] }],
  (_, inputs) => {
    const { start, delta, size } = steps(asConstants(inputs));
    const data = Float64Array.from({ length: size }, (_, i) => start + i * delta);
    return [tensorOf((inputs[0] as Tensor).dtype, [size], data)];
  },
);

export const cast: Op<CastAttributes> = {
  stage: () => 'view',
  runsOnTwin: 'from floats to booleans',
  infer: ({ to }, inputs) => [{ dtype: to, shape: needed(inputs, 0, 'x').shape }],
  reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length)],
  reference({ to }, inputs) {
    const x = inputs[0] as Tensor;
    return [tensorOf(to, x.shape, to === 'bool' ? toFloat64(x).map((v) => (v !== 0 ? 1 : 0)) : x.data)];
  },
  lower({ to }, inputs) {
    const x = needed(inputs, 0, 'x');
    if (to === 'bool' && x.dtype !== 'bool') return undefined;
    return { inputOrders: [x.order], outputOrders: [x.order], alias: 0 };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: ({ to }, rule) => (isFloat(to) ? [dOutput(rule)] : []),
};
