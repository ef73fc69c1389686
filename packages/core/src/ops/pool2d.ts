/** @file Maximum, average and Lp pooling of x [n, c, h, w] or [n, c, l] over a sliding window. */
import { unaryCodes } from '@ventral/kernels';
import { channelsLast } from '../tensor/layout.ts';
import { sizeOf } from '../tensor/tensor.ts';
import { dOutput, type LoweredValue, needed, type Op } from './op.ts';
import { type PoolNdAttributes, placePool, poolNd, poolNdGradient } from './pool-nd.ts';
import { type Padding, positionsOf, type Window2d } from './window.ts';

/** Inputs and outputs: as poolNd. A window over [n, c, l] is one of a single row. */
export interface Pool2dAttributes extends Omit<PoolNdAttributes, keyof Window2d>, Window2d {
  readonly padding: Padding;
}

export const pool2d: Op<Pool2dAttributes> = {
  // Over two axes, what it cuts down to is over two axes.
  ...(poolNd as Op<Pool2dAttributes>),
  runsOnTwin: 'with an output of indices; Lp with p other than 1 and 2, or with ceil_mode',
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const { kind, p = 2, ceilMode, countPadding } = attributes;
    if (outputs.length > 1 || (kind === 'lp' && (ceilMode || (p !== 1 && p !== 2)))) return undefined;
    const [n, c] = x.shape as [number, number];
    const [h, w] = positionsOf(x.shape, 2) as [number, number];
    const [oh, ow] = positionsOf(outputs[0]!.shape, 2) as [number, number];
    const [top, left, bottom, right] = placePool(attributes, x).padding as [number, number, number, number];
    const [[kh, kw], [sh, sw], [dh, dw]] = [attributes.kernel, attributes.stride, attributes.dilation];
    const order = channelsLast(x.shape.length);
    const size = sizeOf(x.shape);
    const outSize = sizeOf(outputs[0]!.shape);
    return {
      inputOrders: [order],
      outputOrders: [order],
      scratchBytes: () => (kind === 'lp' ? size * 4 : 0),
      bind({ run }, at) {
        const [xPtr, yPtr] = [at.inputs[0]!, at.outputs[0]!];
        const average = (from: number, count: number) =>
          run.f32_average_pool2d(from, yPtr, n, h, w, c, oh, ow, kh, kw, sh, sw, top, left, bottom, right, dh, dw, count, c, c);
        if (kind === 'max')
          return () => run.f32_max_pool2d(xPtr, yPtr, n, h, w, c, oh, ow, kh, kw, sh, sw, top, left, dh, dw, c, c);
        if (kind === 'average') return () => average(xPtr, countPadding ? 1 : 0);
        // Σ |x|^p is the mean over the whole window, padding counted, times the window's size.
        return () => {
          run.f32_unary(p === 1 ? unaryCodes.abs : unaryCodes.square, xPtr, at.scratch, size, 0, 0);
          average(at.scratch, 1);
          run.f32_unary(unaryCodes.affine, yPtr, yPtr, outSize, kh * kw, 0);
          if (p === 2) run.f32_unary(unaryCodes.sqrt, yPtr, yPtr, outSize, 0, 0);
        };
      },
    };
  },
  gradient: (attributes, rule) => [rule.add(pool2dGradient, attributes, [rule.inputs[0], rule.outputs[0], dOutput(rule)])],
};

/** ∂loss/∂x of pool2d. Inputs: x, y, ∂loss/∂y. */
export const pool2dGradient: Op<Pool2dAttributes> = {
  ...(poolNdGradient as Op<Pool2dAttributes>),
  runsOnTwin: 'Lp',
  lower(attributes, inputs) {
    const [x, , dy] = [0, 1, 2].map((i) => needed(inputs, i, 'x, y and ∂loss/∂y')) as [LoweredValue, LoweredValue, LoweredValue];
    const { kind, kernel, stride, dilation, countPadding } = attributes;
    if (kind === 'lp') return undefined;
    const [n, c] = x.shape as [number, number];
    const [h, w] = positionsOf(x.shape, 2) as [number, number];
    const [oh, ow] = positionsOf(dy.shape, 2) as [number, number];
    const [top, left, bottom, right] = placePool(attributes, x).padding as [number, number, number, number];
    const order = channelsLast(x.shape.length);
    const isMax = kind === 'max';
    return {
      inputOrders: isMax ? [order, order, order] : [undefined, undefined, order],
      outputOrders: [order],
      bind({ run }, at) {
        const [xPtr, yPtr, dyPtr] = at.inputs as [number, number, number];
        const dxPtr = at.outputs[0]!;
        const sizes = [n, h, w, c, oh, ow, ...kernel, ...stride] as const;
        if (isMax) return () => run.f32_max_pool2d_gradient(xPtr, yPtr, dyPtr, dxPtr, ...sizes, top, left, ...dilation);
        const count = countPadding ? 1 : 0;
        return () => run.f32_average_pool2d_gradient(dyPtr, dxPtr, ...sizes, top, left, bottom, right, ...dilation, count);
      },
    };
  },
};
