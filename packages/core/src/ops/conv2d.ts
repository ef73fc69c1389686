/** @file 2-D convolution, as in ONNX Conv: cross-correlation of x [n, c, h, w] with weight [o, c / groups, kh, kw] plus bias [o]. */
import { type KernelExports, type Kernels, panelWidth, reference } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { channelsLast, rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat32, toFloat64 } from '../tensor/tensor.ts';
import { type Lowered, needed, type Op, type PackedConstant, tensorLike, type ValueType } from './op.ts';
import { applyActivation, clampOf, finishActivation, type UnaryAttributes } from './unary.ts';
import { type Padding, type PlacedWindow, placeWindow, positionsOf, type Window2d, windowReach } from './window.ts';

/** Inputs: x, weight, bias?. */
export interface Conv2dAttributes {
  readonly stride: readonly [h: number, w: number];
  readonly padding: Padding;
  readonly dilation: readonly [h: number, w: number];
  readonly groups: number;
  /** Applied to the result; set by the canonical form when an activation follows. */
  readonly activation?: UnaryAttributes | undefined;
}

type Inputs = readonly (Pick<ValueType, 'shape'> | undefined)[];

/** [n, c, l] seen as a picture [n, c, 1, l]: a 1-D convolution is a 2-D one over a single row. */
function asPicture(shape: readonly number[]): [number, number, number, number] {
  const [h, w] = positionsOf(shape, 2) as [number, number];
  return [shape[0]!, shape[1]!, h, w];
}

function place(attributes: Conv2dAttributes, inputs: Inputs): { window: Window2d; placed: PlacedWindow } {
  const [, , h, w] = asPicture(needed(inputs, 0, 'x').shape);
  const [, , kh, kw] = asPicture(needed(inputs, 1, 'weight').shape);
  const window: Window2d = { ...attributes, kernel: [kh, kw] };
  return { window, placed: placeWindow(window, [h, w]) };
}

export const conv2d: Op<Conv2dAttributes> = {
  stage: ({ activation }) => (activation ? 'activation' : 'linear'),
  runsOnTwin: 'a weight that depends on the picture',

  infer(attributes, inputs) {
    const x = needed(inputs, 0, 'x');
    const weight = needed(inputs, 1, 'weight');
    const rank = x.shape.length;
    if ((rank !== 4 && rank !== 3) || weight.shape.length !== rank) {
      throw new InputError(
        `needs x [n, c, h, w] and weight [o, c, kh, kw] (or [n, c, l] and [o, c, k]), got ${formatShape(x.shape)} and ${formatShape(weight.shape)}.`,
      );
    }
    const { groups } = attributes;
    const channels = weight.shape[1]! * groups;
    if (x.shape[1] !== channels) {
      throw new InputError(
        `input has ${x.shape[1]} channels but weight ${formatShape(weight.shape)} with groups ${groups} needs ${channels}. Check the input's channels or the layer before it.`,
      );
    }
    if (weight.shape[0]! % groups !== 0) {
      throw new InputError(
        `weight ${formatShape(weight.shape)} has ${weight.shape[0]} outputs, which ${groups} groups do not divide.`,
      );
    }
    const bias = inputs[2];
    if (bias && sizeOf(bias.shape) !== weight.shape[0]) {
      throw new InputError(
        `bias ${formatShape(bias.shape)} does not match the ${weight.shape[0]} outputs of weight ${formatShape(weight.shape)}.`,
      );
    }
    const { outputSize } = place(attributes, inputs).placed;
    return [{ dtype: x.dtype, shape: [x.shape[0]!, weight.shape[0]!, ...outputSize.slice(4 - rank)] }];
  },

  reach(attributes, inputs) {
    const { window, placed } = place(attributes, inputs);
    const { shape } = needed(inputs, 0, 'x');
    const depthwise = attributes.groups === shape[1] && attributes.groups > 1;
    const channel = depthwise ? { axis: 1, stride: 1, start: 0, size: 1 } : null;
    return [
      {
        axes: [{ axis: 0, stride: 1, start: 0, size: 1 }, channel, ...windowReach(window, placed, shape.length)],
        whole: depthwise ? [] : [1],
      },
      null,
      null,
    ];
  },

  reference(attributes, inputs) {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { padding } = place(attributes, inputs).placed;
    const [xShape, weightShape] = [asPicture(x.shape), asPicture(weight.shape)];
    const y = reference.conv2d(toFloat64(x), xShape, toFloat64(weight), weightShape, bias && toFloat64(bias), {
      ...attributes,
      padding,
    });
    const shape = [...y.shape.slice(0, 2), ...y.shape.slice(2 + 4 - x.shape.length)];
    return [tensorLike(x, shape, applyActivation(attributes.activation, y.data))];
  },

  lower(attributes, inputs, outputs, { exact }) {
    const x = needed(inputs, 0, 'x');
    const weight = needed(inputs, 1, 'weight');
    const bias = inputs[2];
    if (!weight.constant) return undefined;
    const [n, c, h, w] = asPicture(x.shape);
    const [, oc, oh, ow] = asPicture(outputs[0]!.shape);
    const { window, placed } = place(attributes, inputs);
    const { groups } = attributes;
    const [[kh, kw], [sh, sw], [dh, dw], [padTop, padLeft]] = [window.kernel, window.stride, window.dilation, placed.padding];
    const order = channelsLast(x.shape.length);
    const [lo, hi] = clampOf(attributes.activation);
    const finish = finishActivation(attributes.activation, sizeOf(outputs[0]!.shape));
    const layout = { inputOrders: [order, undefined, bias && rowMajor(bias.shape.length)], outputOrders: [order] };

    const window2d = [kh, kw, sh, sw, padTop, padLeft, dh, dw] as const;
    /** Lowered with one packed weight and scratch memory; `call` is given x, weight, bias, y and scratch. */
    const lowered = (
      weights: PackedConstant,
      scratchBytes: (run: KernelExports) => number,
      call: (run: KernelExports, ptrs: readonly [x: number, weight: number, bias: number, y: number, scratch: number]) => void,
    ): Lowered => ({
      ...layout,
      packed: [weights],
      scratchBytes,
      bind(kernels, at) {
        const yPtr = at.outputs[0]!;
        const ptrs = [at.inputs[0]!, at.packed[0]!, at.inputs[2] ?? 0, yPtr, at.scratch] as const;
        return () => {
          call(kernels.run, ptrs);
          finish?.(kernels, yPtr);
        };
      },
    });

    if (groups === c && oc === c && groups > 1) {
      return lowered(
        depthwiseWeight(weight.constant, c, kh, kw),
        (run) => run.f32_depthwise2d_scratch(oh, ow, kh, kw, sh, sw, dh, dw),
        (run, ptrs) => run.f32_depthwise2d(...ptrs, n, h, w, c, oh, ow, ...window2d, c, c, lo, hi),
      );
    }
    const isPlain3x3 = kh === 3 && kw === 3 && sh === 1 && sw === 1 && dh === 1 && dw === 1 && groups === 1;
    if (!exact && isPlain3x3 && winogradPays(c, oc, oh, ow)) {
      return lowered(
        winogradWeight(weight.constant, c, oc),
        (run) => run.f32_winograd_scratch(c, oc),
        (run, ptrs) => run.f32_conv2d_winograd(...ptrs, n, h, w, c, oh, ow, oc, padTop, padLeft, c, oc, lo, hi),
      );
    }
    return lowered(
      groupedPanels(weight.constant, groups),
      (run) => run.f32_conv2d_scratch(c, kh, kw, groups),
      (run, ptrs) => run.f32_conv2d(...ptrs, n, h, w, c, oh, ow, oc, ...window2d, groups, c, oc, lo, hi),
    );
  },

  cost(_, inputs, outputs) {
    const weight = needed(inputs, 1, 'weight').shape;
    const perOutput = sizeOf(weight.slice(1));
    const nBias = inputs[2] ? sizeOf(inputs[2].shape) : 0;
    return { nMacs: sizeOf(outputs[0]!.shape) * perOutput, nParams: sizeOf(weight) + nBias };
  },
};

/** Bytes of one packed matrix of k rows and n columns. */
export function panelBytes(k: number, n: number): number {
  return Math.ceil(n / panelWidth) * panelWidth * k * 4;
}

/**
 * Packs a matrix whose column j is `row(j)` of k contiguous values, some columns at a time, so that no second copy of a large
 * weight (VGG-16's first dense layer: 411 MB) ever stands in memory.
 */
export function packColumns(
  kernels: Kernels,
  ptr: number,
  data: Float32Array,
  first: number,
  n: number,
  k0: number,
  k1: number,
  k2: number,
  strides: readonly [number, number, number],
): void {
  const k = k0 * k1 * k2;
  const block = Math.max(panelWidth, Math.floor(1_000_000 / k / panelWidth) * panelWidth);
  const mark = kernels.mark();
  const temporary = kernels.allocate(Math.min(block, n) * k * 4);
  for (let j = 0; j < n; j += block) {
    const columns = Math.min(block, n - j);
    kernels.f32(temporary, columns * k).set(data.subarray((first + j) * k, (first + j + columns) * k));
    kernels.run.f32_pack(temporary, ptr + (j / panelWidth) * k * panelWidth * 4, k0, k1, k2, columns, ...strides, k);
  }
  kernels.release(mark);
}

/** Weight [o, c, kh, kw] as packed panels with k in (kh, kw, c) order, group after group. */
export function groupedPanels(weight: Tensor, groups: number): PackedConstant {
  const [o, c, kh, kw] = asPicture(weight.shape);
  const perGroup = o / groups;
  const bytes = panelBytes(c * kh * kw, perGroup);
  return {
    bytes: bytes * groups,
    write(kernels, ptr) {
      const data = toFloat32(weight);
      for (let g = 0; g < groups; g++)
        packColumns(kernels, ptr + g * bytes, data, g * perGroup, perGroup, kh, kw, c, [kw, 1, kh * kw]);
    },
  };
}

/**
 * Whether F(4×4, 3×3) beats the plain matrix product: enough channels that the products outweigh the transforms, and not
 * only a corner of a tile (measured: bench/conv.mjs of kernels).
 */
function winogradPays(c: number, oc: number, oh: number, ow: number): boolean {
  return c % 4 === 0 && c >= 16 && oc >= 16 && oh >= 4 && ow >= 4;
}

/** Weight [o, c, 3, 3] in Winograd's space: 36 packed matrices. */
function winogradWeight(weight: Tensor, c: number, oc: number): PackedConstant {
  return {
    bytes: 36 * panelBytes(c, oc),
    write(kernels, ptr) {
      const data = toFloat32(weight);
      const mark = kernels.mark();
      const temporary = kernels.allocate(data.byteLength);
      kernels.f32(temporary, data.length).set(data);
      kernels.run.f32_winograd_pack(temporary, ptr, c, oc);
      kernels.release(mark);
    },
  };
}

/** Weight [c, 1, kh, kw] as [ceil(c / 4), kh, kw, 4]. */
function depthwiseWeight(weight: Tensor, c: number, kh: number, kw: number): PackedConstant {
  const size = Math.ceil(c / 4) * 4 * kh * kw;
  return {
    bytes: size * 4,
    write(kernels, ptr) {
      const target = kernels.f32(ptr, size);
      for (let i = 0; i < c; i++)
        for (let k = 0; k < kh * kw; k++) target[((i >> 2) * kh * kw + k) * 4 + (i & 3)] = weight.data[i * kh * kw + k]!;
    },
  };
}
