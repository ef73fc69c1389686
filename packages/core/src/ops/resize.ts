/**
 * @file Resampling of any axes by nearest neighbour, linear or cubic interpolation, as ONNX Resize defines it (Keys 1981,
 * doi:10.1109/TASSP.1981.1163711, for the cubic kernel).
 */
import { InputError } from '../errors.ts';
import { channelsLast, rowMajor, stridesOf } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import {
  type AxisReach,
  asConstants,
  dOutput,
  needed,
  normalizedAxis,
  type Op,
  packedValues,
  tensorLike,
  type ValueType,
} from './op.ts';

/** Inputs: x, then scales or sizes (the other left out), then for cropAndResize the region: all beginnings, all ends. All constant. */
export interface ResizeAttributes {
  readonly mode: 'nearest' | 'linear' | 'cubic';
  readonly coordinates: 'halfPixel' | 'pytorchHalfPixel' | 'alignCorners' | 'asymmetric' | 'halfPixelSymmetric' | 'cropAndResize';
  readonly nearest: 'roundPreferFloor' | 'roundPreferCeil' | 'floor' | 'ceil';
  /** The axes that scales, sizes and region speak of; absent: all. */
  readonly axes?: readonly number[] | undefined;
  /** Sizes as limits of one scale for all axes; absent: each axis gets its size. */
  readonly keepAspect?: 'notLarger' | 'notSmaller' | undefined;
  /** The cubic kernel's parameter. Default −0.75. */
  readonly cubicA?: number | undefined;
  /** Positions outside get no weight, and the others all of it; otherwise the edge stands for them. */
  readonly excludeOutside?: boolean | undefined;
  /** Shrinking widens the kernel to all that an output position covers. */
  readonly antialias?: boolean | undefined;
  /** cropAndResize: the value of what lies outside of x. Default 0. */
  readonly outsideValue?: number | undefined;
}

/** One axis: its size, its scale, and the size before it was rounded, which coordinates are worked out from. */
interface Resampling {
  readonly size: number;
  readonly scale: number;
  readonly exactSize: number;
  /** First and last position of the region, as shares of the axis. */
  readonly region: readonly [start: number, end: number];
}

function resampling(attributes: ResizeAttributes, inputs: readonly (ValueType | undefined)[]): Resampling[] {
  const { shape } = needed(inputs, 0, 'x');
  const scales = inputs[1]?.constant?.data;
  const sizes = inputs[2]?.constant?.data;
  const region = inputs[3]?.constant?.data;
  const given = scales?.length ? scales : sizes;
  if (!given?.length) throw new InputError('needs scales or sizes that are known at load.');
  const axes = (attributes.axes ?? shape.map((_, axis) => axis)).map((axis) => normalizedAxis(axis, shape.length));
  if (axes.length !== given.length)
    throw new InputError(`has ${given.length} scales or sizes for ${axes.length} axes of ${formatShape(shape)}.`);
  if (attributes.coordinates === 'cropAndResize' && region?.length !== 2 * axes.length)
    throw new InputError(
      `needs a region (roi) of ${2 * axes.length} numbers that are known at load, has ${region?.length ?? 'none'}.`,
    );
  const ratios = axes.map((axis, i) => (sizes?.[i] ?? 0) / shape[axis]!);
  const { keepAspect } = attributes;
  const common = keepAspect === 'notLarger' ? Math.min(...ratios) : Math.max(...ratios);
  return shape.map((n, axis) => {
    const i = axes.indexOf(axis);
    if (i < 0) return { size: n, scale: 1, exactSize: n, region: [0, 1] };
    const ends = [region?.[i] ?? 0, region?.[i + axes.length] ?? 1] as const;
    if (scales?.length) {
      // ONNX: the output size is floor(n · scale), and that very scale maps coordinates.
      const scale = scales[i]!;
      const span = attributes.coordinates === 'cropAndResize' ? n * (ends[1] - ends[0]) : n;
      return { size: Math.floor(span * scale), scale, exactSize: span * scale, region: ends };
    }
    if (keepAspect) return { size: Math.floor(common * n + 0.5), scale: common, exactSize: common * n, region: ends };
    return { size: sizes![i]!, scale: ratios[i]!, exactSize: sizes![i]!, region: ends };
  });
}

/** Source coordinate of output position o. */
function coordinate(mode: ResizeAttributes['coordinates'], o: number, along: Resampling, n: number): number {
  const { size, scale, exactSize, region } = along;
  switch (mode) {
    case 'asymmetric':
      return o / scale;
    case 'alignCorners':
      // The exact size, 2.4 for 4 positions at 0.6: so the reference of the standard has it; onnxruntime takes the whole one.
      return exactSize === 1 ? 0 : (o * (n - 1)) / (exactSize - 1);
    case 'pytorchHalfPixel':
      return exactSize === 1 ? 0 : (o + 0.5) / scale - 0.5;
    case 'halfPixel':
      return (o + 0.5) / scale - 0.5;
    case 'halfPixelSymmetric':
      // The output is laid centred on the input even where floor cut its size (ONNX half_pixel_symmetric).
      return (n / 2) * (1 - size / exactSize) + (o + 0.5) / scale - 0.5;
    case 'cropAndResize': {
      const [start, end] = region;
      if (exactSize === 1) return ((start + end) * (n - 1)) / 2;
      return start * (n - 1) + (o * (end - start) * (n - 1)) / (exactSize - 1);
    }
  }
}

const roundings: Record<ResizeAttributes['nearest'], (x: number) => number> = {
  floor: Math.floor,
  ceil: Math.ceil,
  roundPreferFloor: (x) => Math.ceil(x - 0.5),
  roundPreferCeil: (x) => Math.floor(x + 0.5),
};

/** The kernel of an interpolation at distance d. */
function weightAt(mode: 'linear' | 'cubic', a: number, distance: number): number {
  const d = Math.abs(distance);
  if (mode === 'linear') return Math.max(0, 1 - d);
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

/** What one output position reads along an axis: source positions and their weights; undefined: it lies outside of x. */
type Taps = readonly (readonly [position: number, weight: number])[] | undefined;

function tapsAt(attributes: ResizeAttributes, o: number, along: Resampling, n: number): Taps {
  const { mode, coordinates, cubicA = -0.75, excludeOutside, antialias } = attributes;
  const x = coordinate(coordinates, o, along, n);
  if (coordinates === 'cropAndResize' && (x < 0 || x > n - 1)) return undefined;
  const inside = (position: number) => Math.min(Math.max(position, 0), n - 1);
  if (mode === 'nearest') return [[inside(roundings[attributes.nearest](x)), 1]];
  const narrow = antialias ? Math.min(along.scale, 1) : 1;
  const support = (mode === 'linear' ? 1 : 2) / narrow;
  const weights = new Map<number, number>();
  let sum = 0;
  for (let i = Math.ceil(x - support); i <= Math.floor(x + support); i++) {
    const weight = weightAt(mode, cubicA, (i - x) * narrow);
    if (weight === 0 || (excludeOutside && i !== inside(i))) continue;
    weights.set(inside(i), (weights.get(inside(i)) ?? 0) + weight);
    sum += weight;
  }
  return [...weights].map(([position, weight]) => [position, weight / sum]);
}

const allTaps = (attributes: ResizeAttributes, along: Resampling, n: number): Taps[] =>
  Array.from({ length: along.size }, (_, o) => tapsAt(attributes, o, along, n));

/** The smallest window that holds all taps of every output position: positions fall between those of the source. */
function tapReach(attributes: ResizeAttributes, along: Resampling, n: number): { stride: number; start: number; size: number } {
  const stride = coordinate(attributes.coordinates, 1, along, n) - coordinate(attributes.coordinates, 0, along, n);
  let start = Infinity;
  let end = -Infinity;
  for (const [o, taps] of allTaps(attributes, along, n).entries()) {
    for (const [position] of taps ?? []) {
      start = Math.min(start, position - o * stride);
      end = Math.max(end, position - o * stride);
    }
  }
  return end < start ? { stride, start: 0, size: 0 } : { stride, start, size: end - start + 1 };
}

/** Two taps per output position as the kernel wants them; undefined where some have more, or none. */
function twoTaps(list: readonly Taps[]): readonly (Int32Array | Float32Array)[] | undefined {
  if (list.some((taps) => !taps || taps.length > 2)) return undefined;
  const first = Int32Array.from(list, (taps) => taps![0]![0]);
  const second = Int32Array.from(list, (taps) => (taps![1] ?? taps![0]!)[0]);
  return [first, second, Float32Array.from(list, (taps) => taps![1]?.[1] ?? 0)];
}

export const resize: Op<ResizeAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'cubic, antialias, tf_crop_and_resize beyond the edge; any axes but the last two of four',
  infer(attributes, inputs) {
    const { dtype } = needed(inputs, 0, 'x');
    return [{ dtype, shape: resampling(attributes, inputs).map(({ size }) => size) }];
  },
  reach(attributes, inputs) {
    const { shape } = needed(inputs, 0, 'x');
    const axes = resampling(attributes, inputs).map((along, axis): AxisReach => {
      if (along.scale === 1 && along.size === shape[axis]) return { axis, stride: 1, start: 0, size: 1 };
      return { axis, ...tapReach(attributes, along, shape[axis]!) };
    });
    return [{ axes, whole: [] }, null, null, null];
  },
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    const axes = resampling(attributes, asConstants(inputs));
    let data = Float64Array.from(x.data);
    let shape = x.shape;
    const outside = new Set<string>();
    // One axis after the other: each pass leaves the rest as it is.
    for (const [axis, along] of axes.entries()) {
      const n = shape[axis]!;
      if (isUnchanged(attributes, along, n)) continue;
      const [outer, inner] = [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis + 1))];
      const next = new Float64Array(outer * along.size * inner);
      for (const [o, taps] of allTaps(attributes, along, n).entries()) {
        if (!taps) outside.add(`${axis} ${o}`);
        for (const [position, weight] of taps ?? []) {
          for (let i = 0; i < outer; i++) {
            const [from, to] = [(i * n + position) * inner, (i * along.size + o) * inner];
            for (let j = 0; j < inner; j++) next[to + j]! += weight * data[from + j]!;
          }
        }
      }
      data = next;
      shape = shape.with(axis, along.size);
    }
    if (outside.size > 0) {
      const strides = stridesOf(shape, rowMajor(shape.length));
      const isOutside = (i: number) => shape.some((n, axis) => outside.has(`${axis} ${Math.floor(i / strides[axis]!) % n}`));
      data = data.map((v, i) => (isOutside(i) ? (attributes.outsideValue ?? 0) : v));
    }
    return [tensorLike(x, shape, data)];
  },
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    if (x.shape.length !== 4 || [0, 1].some((axis) => x.shape[axis] !== outputs[0]!.shape[axis])) return undefined;
    const [n, c, h, w] = x.shape as [number, number, number, number];
    const [, , oh, ow] = outputs[0]!.shape as [number, number, number, number];
    const [, , alongY, alongX] = resampling(attributes, inputs);
    const rows = twoTaps(allTaps(attributes, alongY!, h));
    const columns = twoTaps(allTaps(attributes, alongX!, w));
    if (!rows || !columns) return undefined;
    const order = channelsLast(4);
    return {
      inputOrders: [order, undefined, undefined, undefined],
      outputOrders: [order],
      packed: [...rows, ...columns].map(packedValues),
      bind(kernels, at) {
        const [y0, y1, wy, x0, x1, wx] = at.packed as [number, number, number, number, number, number];
        return () => kernels.run.f32_resize2d(at.inputs[0]!, at.outputs[0]!, n, h, w, c, oh, ow, y0, y1, wy, x0, x1, wx);
      },
    };
  },
  cost: (_, __, outputs) => ({ nMacs: 4 * sizeOf(outputs[0]!.shape), nParams: 0 }),
  gradient(attributes, rule) {
    // Each axis is a matrix [out, n] of taps; back goes the transposed one, with the axis brought to the end for the product.
    const { shape } = rule.type(rule.inputs[0]!);
    const types = rule.inputs.map((input) => (input ? rule.type(input) : undefined));
    let dx = dOutput(rule);
    for (const [axis, along] of resampling(attributes, types).entries()) {
      const n = shape[axis]!;
      if (isUnchanged(attributes, along, n)) continue;
      const matrix = new Float64Array(along.size * n);
      for (const [o, taps] of allTaps(attributes, along, n).entries()) {
        for (const [position, weight] of taps ?? []) matrix[o * n + position]! += weight;
      }
      const perm = [...shape.keys()].filter((other) => other !== axis).concat(axis);
      const back = rule.constant({ dtype: 'float32', shape: [along.size, n], data: Float32Array.from(matrix) });
      const product = rule.matmul(rule.transpose(dx, perm), back);
      dx = rule.transpose(
        product,
        perm.map((_, i) => perm.indexOf(i)),
      );
    }
    return [dx];
  },
};

/** Whether an axis stays as it is. */
function isUnchanged({ coordinates }: ResizeAttributes, { scale, size, region }: Resampling, n: number): boolean {
  return scale === 1 && size === n && !(coordinates === 'cropAndResize' && (region[0] !== 0 || region[1] !== 1));
}
