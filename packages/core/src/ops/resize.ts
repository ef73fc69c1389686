/** @file Resampling of the last two axes of x [n, c, h, w] by nearest neighbour or linear interpolation, as ONNX Resize defines it. */
import { InputError } from '../errors.ts';
import { channelsLast } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { type AxisReach, needed, type Op, packedValues, tensorLike, type ValueType } from './op.ts';

/** Inputs: x, then scales or sizes (constant; the other left out). */
export interface ResizeAttributes {
  readonly mode: 'nearest' | 'linear';
  readonly coordinates: 'halfPixel' | 'pytorchHalfPixel' | 'alignCorners' | 'asymmetric' | 'halfPixelSymmetric';
  readonly nearest: 'roundPreferFloor' | 'roundPreferCeil' | 'floor' | 'ceil';
}

interface Resampling {
  readonly size: number;
  readonly scale: number;
}

function resampling(inputs: readonly (ValueType | undefined)[]): Resampling[] {
  const { shape } = needed(inputs, 0, 'x');
  if (shape.length !== 4) throw new InputError(`needs x [n, c, h, w], got ${formatShape(shape)}.`);
  const scales = inputs[1]?.constant?.data;
  const sizes = inputs[2]?.constant?.data;
  const given = scales?.length ? scales : sizes;
  if (!given?.length) throw new InputError('needs scales or sizes that are known at load.');
  return shape.map((n, axis) => {
    // ONNX: the output size is floor(n · scale), and that very scale maps coordinates; given sizes, the scale is their ratio.
    const value = given[axis + given.length - shape.length] ?? (scales?.length ? 1 : n);
    return scales?.length ? { size: Math.floor(n * value), scale: value } : { size: value, scale: value / n };
  });
}

/** Source coordinate of output position o. */
function coordinate(mode: ResizeAttributes['coordinates'], o: number, { size, scale }: Resampling, n: number): number {
  switch (mode) {
    case 'asymmetric':
      return o / scale;
    case 'alignCorners':
      return size === 1 ? 0 : (o * (n - 1)) / (size - 1);
    case 'pytorchHalfPixel':
      return size === 1 ? 0 : (o + 0.5) / scale - 0.5;
    case 'halfPixel':
      return (o + 0.5) / scale - 0.5;
    case 'halfPixelSymmetric': {
      // The output is laid centred on the input even where floor cut its size (ONNX half_pixel_symmetric).
      const adjustment = size / (scale * n);
      return (n / 2) * (1 - adjustment) + (o + 0.5) / scale - 0.5;
    }
  }
}

const roundings: Record<ResizeAttributes['nearest'], (x: number) => number> = {
  floor: Math.floor,
  ceil: Math.ceil,
  roundPreferFloor: (x) => Math.ceil(x - 0.5),
  roundPreferCeil: (x) => Math.floor(x + 0.5),
};

/** The two source positions of each output position along one axis and the weight of the second. */
function taps(
  attributes: ResizeAttributes,
  along: Resampling,
  n: number,
): { first: Int32Array; second: Int32Array; weight: Float32Array } {
  const first = new Int32Array(along.size);
  const second = new Int32Array(along.size);
  const weight = new Float32Array(along.size);
  for (let o = 0; o < along.size; o++) {
    const x = coordinate(attributes.coordinates, o, along, n);
    if (attributes.mode === 'nearest') {
      first[o] = second[o] = Math.min(Math.max(roundings[attributes.nearest](x), 0), n - 1);
    } else {
      const inside = Math.min(Math.max(x, 0), n - 1);
      first[o] = Math.floor(inside);
      second[o] = Math.min(first[o]! + 1, n - 1);
      weight[o] = inside - first[o]!;
    }
  }
  return { first, second, weight };
}

/** The smallest window that holds both taps of every output position: positions fall between those of the source. */
function tapReach(attributes: ResizeAttributes, along: Resampling, n: number): { stride: number; start: number; size: number } {
  const { first, second, weight } = taps(attributes, along, n);
  const stride = attributes.coordinates === 'alignCorners' ? (n - 1) / Math.max(along.size - 1, 1) : 1 / along.scale;
  let start = Infinity;
  let end = -Infinity;
  for (let o = 0; o < along.size; o++) {
    start = Math.min(start, first[o]! - o * stride);
    end = Math.max(end, (weight[o]! > 0 ? second[o]! : first[o]!) - o * stride);
  }
  return { stride, start, size: end - start + 1 };
}

export const resize: Op<ResizeAttributes> = {
  stage: () => 'linear',
  infer(_, inputs) {
    const { dtype, shape } = needed(inputs, 0, 'x');
    const axes = resampling(inputs);
    if (axes[0]!.size !== shape[0] || axes[1]!.size !== shape[1])
      throw new InputError('resamples height and width only, but a scale of n or c is not 1.');
    return [{ dtype, shape: axes.map(({ size }) => size) }];
  },
  reach(attributes, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const axes = resampling(inputs).map((along, axis): AxisReach => {
      if (axis < 2) return { axis, stride: 1, start: 0, size: 1 };
      return { axis, ...tapReach(attributes, along, shape[axis]!) };
    });
    return [{ axes, whole: [] }, null, null];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const axes = resampling(inputs.map((tensor) => tensor && { ...tensor, constant: tensor }));
    const shape = axes.map(({ size }) => size);
    const [ty, tx] = [taps(attributes, axes[2]!, h), taps(attributes, axes[3]!, w)];
    const data = new Float64Array(sizeOf(shape));
    let at = 0;
    for (let plane = 0; plane < n * c; plane++) {
      for (let y = 0; y < shape[2]!; y++) {
        for (let column = 0; column < shape[3]!; column++) {
          const value = (row: number, col: number) => x.data[plane * h * w + row * w + col]!;
          const [y0, y1, wy] = [ty.first[y]!, ty.second[y]!, ty.weight[y]!];
          const [x0, x1, wx] = [tx.first[column]!, tx.second[column]!, tx.weight[column]!];
          data[at++] =
            (value(y0, x0) * (1 - wx) + value(y0, x1) * wx) * (1 - wy) + (value(y1, x0) * (1 - wx) + value(y1, x1) * wx) * wy;
        }
      }
    }
    return [tensorLike(x, shape, data)];
  },
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const [, , oh, ow] = outputs[0]!.shape as [number, number, number, number];
    const [, , alongY, alongX] = resampling(inputs);
    const [ty, tx] = [taps(attributes, alongY!, h), taps(attributes, alongX!, w)];
    const order = channelsLast(4);
    return {
      inputOrders: [order, undefined, undefined],
      outputOrders: [order],
      packed: [ty.first, ty.second, ty.weight, tx.first, tx.second, tx.weight].map(packedValues),
      bind(kernels, at) {
        const [y0, y1, wy, x0, x1, wx] = at.packed as [number, number, number, number, number, number];
        return () => kernels.run.f32_resize2d(at.inputs[0]!, at.outputs[0]!, n, h, w, c, oh, ow, y0, y1, wy, x0, x1, wx);
      },
    };
  },
  cost: (_, __, outputs) => ({ nMacs: 4 * sizeOf(outputs[0]!.shape), nParams: 0 }),
};
