/** @file Shape arithmetic: these run at load, on values known before any picture is seen. Cast between float types is nothing at run time. */
import { InputError } from '../errors.ts';
import { type DType, integers, sizeOf, type Tensor, toFloat32, toFloat64 } from '../tensor/tensor.ts';
import { constantIntegers, identityReach, needed, type Op, type ValueType } from './op.ts';

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
    lower() {
      throw new InputError('runs at load only, but its input depends on the picture.');
    },
    cost: () => ({ nMacs: 0, nParams: 0 }),
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
    const { start, delta, size } = steps(inputs.map((tensor) => tensor && { ...tensor, constant: tensor }));
    const data = Float64Array.from({ length: size }, (_, i) => start + i * delta);
    const { dtype } = inputs[0] as Tensor;
    return [{ dtype, shape: [size], data: dtype === 'float32' ? Float32Array.from(data) : data }];
  },
);

const floats: ReadonlySet<DType> = new Set<DType>(['float32', 'float64', 'float16', 'bfloat16']);

export const cast: Op<CastAttributes> = {
  stage: () => 'view',
  infer: ({ to }, inputs) => [{ dtype: to, shape: needed(inputs, 0, 'x').shape }],
  reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length)],
  reference({ to }, inputs) {
    const x = inputs[0] as Tensor;
    if (to === 'float32') return [{ dtype: to, shape: x.shape, data: toFloat32(x) }];
    const data = toFloat64(x);
    if (to === 'bool') return [{ dtype: to, shape: x.shape, data: data.map((v) => (v !== 0 ? 1 : 0)) }];
    return [{ dtype: to, shape: x.shape, data: floats.has(to) ? data : data.map(Math.trunc) }];
  },
  lower({ to }, inputs) {
    const x = needed(inputs, 0, 'x');
    if (!floats.has(to) || !floats.has(x.dtype))
      throw new InputError(`casts ${x.dtype} to ${to} while the network runs, which is not supported: only float types are.`);
    return { inputOrders: [x.order], outputOrders: [x.order], alias: 0 };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
};
