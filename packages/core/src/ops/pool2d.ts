/** @file Maximum and average pooling of x [n, c, h, w] over a sliding window. */
import { reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { channelsLast } from '../tensor/layout.ts';
import { formatShape, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { needed, type Op, tensorLike, type ValueType } from './op.ts';
import { type Padding, type PlacedWindow, placeWindow, windowReach } from './window.ts';

/** Inputs: x. */
export interface Pool2dAttributes {
  readonly kind: 'max' | 'average';
  readonly kernel: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  readonly padding: Padding;
  readonly dilation: readonly [h: number, w: number];
  /** Round the output size up instead of down. */
  readonly ceilMode: boolean;
  /** average only: padding counts in the divisor. */
  readonly countPadding: boolean;
}

function place(attributes: Pool2dAttributes, x: Pick<ValueType, 'shape'>): PlacedWindow {
  return placeWindow(attributes, [x.shape[2]!, x.shape[3]!], attributes.ceilMode);
}

export const pool2d: Op<Pool2dAttributes> = {
  stage: () => 'pool',
  infer(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    if (x.shape.length !== 4) throw new InputError(`needs x [n, c, h, w], got ${formatShape(x.shape)}.`);
    return [{ dtype: x.dtype, shape: [x.shape[0]!, x.shape[1]!, ...place(attributes, x).outputSize] }];
  },
  reach(attributes, inputs) {
    const same = [0, 1].map((axis) => ({ axis, stride: 1, start: 0, size: 1 }));
    return [{ axes: [...same, ...windowReach(attributes, place(attributes, needed(inputs, 0, 'x')))], whole: [] }];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const window = { ...attributes, padding: place(attributes, x).padding, ceil: attributes.ceilMode };
    const y =
      attributes.kind === 'max'
        ? reference.maxPool2d(toFloat64(x), x.shape, window)
        : reference.averagePool2d(toFloat64(x), x.shape, window);
    return [tensorLike(x, y.shape, y.data)];
  },
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const [, , oh, ow] = outputs[0]!.shape as [number, number, number, number];
    const [top, left, bottom, right] = place(attributes, x).padding;
    const [[kh, kw], [sh, sw], [dh, dw]] = [attributes.kernel, attributes.stride, attributes.dilation];
    const order = channelsLast(4);
    return {
      inputOrders: [order],
      outputOrders: [order],
      bind(kernels, at) {
        const [xPtr, yPtr] = [at.inputs[0]!, at.outputs[0]!];
        if (attributes.kind === 'max') {
          return () => kernels.run.f32_max_pool2d(xPtr, yPtr, n, h, w, c, oh, ow, kh, kw, sh, sw, top, left, dh, dw, c, c);
        }
        const count = attributes.countPadding ? 1 : 0;
        return () =>
          kernels.run.f32_average_pool2d(
            xPtr,
            yPtr,
            n,
            h,
            w,
            c,
            oh,
            ow,
            kh,
            kw,
            sh,
            sw,
            top,
            left,
            bottom,
            right,
            dh,
            dw,
            count,
            c,
            c,
          );
      },
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
};
