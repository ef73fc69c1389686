/** @file Pooling over all positions: x [n, c, …] to [n, c, 1, …]. */
import { type ReduceFn, reduceCodes, reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { channelsLast } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { dOutput, needed, type Op, tensorLike } from './op.ts';
import { lpNorm, poolNdGradient } from './pool-nd.ts';
import { type Pool2dAttributes, pool2dGradient } from './pool2d.ts';

/** Inputs: x. */
export interface GlobalPoolAttributes {
  readonly kind: 'max' | 'average' | 'lp';
  /** lp only: y = (Σ |x|^p)^(1/p). Default 2. */
  readonly p?: number | undefined;
}

/** The reduction it is; undefined for an Lp norm that has no kernel. */
function reduction({ kind, p = 2 }: GlobalPoolAttributes): ReduceFn | undefined {
  if (kind !== 'lp') return kind === 'max' ? 'max' : 'mean';
  return p === 1 ? 'l1' : p === 2 ? 'l2' : undefined;
}

export const globalPool: Op<GlobalPoolAttributes> = {
  stage: () => 'pool',
  runsOnTwin: 'Lp with p other than 1 and 2',
  infer(_, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    if (shape.length < 3) throw new InputError(`needs x [n, c, …positions], got ${formatShape(shape)}.`);
    return [{ dtype, shape: shape.map((size, axis) => (axis < 2 ? size : 1)) }];
  },
  reach(_, inputs) {
    const rank = needed(inputs, 0, 'x').shape.length;
    const axes = Array.from({ length: rank }, (_, axis) =>
      axis < 2 ? { axis, stride: 1, start: 0, size: 1 } : { axis, whole: true as const },
    );
    return [{ axes, whole: [] }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const fn = reduction(attributes);
    const shape = x.shape.map((size, axis) => (axis < 2 ? size : 1));
    const size = sizeOf(x.shape.slice(2));
    const plane = (i: number) => Array.from(x.data.subarray(i * size, (i + 1) * size));
    const y = fn
      ? reference.reduce(fn, toFloat64(x), [x.data.length / size, size], [1]).data
      : Float64Array.from({ length: x.data.length / size }, (_, i) => lpNorm(plane(i), attributes.p ?? 2));
    return [tensorLike(x, shape, y)];
  },
  lower(attributes, inputs, outputs) {
    const fn = reduction(attributes);
    if (!fn) return undefined;
    const { shape } = needed(inputs, 0, 'x');
    const order = channelsLast(shape.length);
    const [n, c] = shape as [number, number];
    const positions = sizeOf(shape.slice(2));
    return {
      inputOrders: [order],
      outputOrders: [channelsLast(outputs[0]!.shape.length)],
      bind: (kernels, at) => () => kernels.run.f32_reduce(reduceCodes[fn], at.inputs[0]!, at.outputs[0]!, n, positions, c),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient({ kind, p }, rule) {
    const { shape } = rule.type(rule.inputs[0]!);
    const sizes = shape.slice(2);
    const dy = dOutput(rule);
    if (kind === 'average') return [rule.expand(rule.unary('affine', dy, 1 / sizeOf(sizes)), shape)];
    // A window over the whole of each plane.
    const each = (value: number) => sizes.map(() => value);
    const window = { kernel: sizes, stride: each(1), dilation: each(1), padding: [...each(0), ...each(0)], ceilMode: false };
    const attributes = { ...window, kind, p, countPadding: false };
    const values = [rule.inputs[0], rule.outputs[0], dy];
    if (sizes.length !== 2) return [rule.add(poolNdGradient, attributes, values)];
    return [rule.add(pool2dGradient, attributes as unknown as Pool2dAttributes, values)];
  },
};
