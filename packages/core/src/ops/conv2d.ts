/** @file 2-D convolution, as in ONNX Conv: cross-correlation of x [n, c, h, w] with weight [o, c / groups, kh, kw] plus bias [o]. */
import { type KernelExports, type Kernels, panelWidth, reference, winogradBytes } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { channelsLast, rowMajor } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor, toFloat32, toFloat64 } from '../tensor/tensor.ts';
import {
  isWhole,
  type Lowered,
  type LoweredValue,
  needed,
  type Op,
  type PackedConstant,
  tensorLike,
  type ValueType,
  wholeReach,
} from './op.ts';
import { applyActivation, beforeActivation, clampOf, finishActivation, type UnaryAttributes } from './unary.ts';
import {
  croppedPadding,
  type Padding,
  type PlacedWindow,
  placeWindow,
  positionsOf,
  type Window2d,
  windowReach,
} from './window.ts';

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
export function asPicture(shape: readonly number[]): [number, number, number, number] {
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

  crop(attributes, inputs, output, box) {
    const { window, placed } = place(attributes, inputs);
    if (!isWhole(box, output, 1) || placed.outputSize.length + 2 !== box.length) return undefined;
    const [, , h, w] = asPicture(needed(inputs, 0, 'x').shape);
    const padding = croppedPadding(window, placed, [h, w], box.slice(2)) as [number, number, number, number];
    return { ...attributes, padding };
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
    const [n, c, h, w] = asPicture(x.shape);
    const [, oc, oh, ow] = asPicture(outputs[0]!.shape);
    const { window, placed } = place(attributes, inputs);
    const { padding } = placed;
    return lowerConvolution(
      { ...window, padding, groups: attributes.groups, sizes: [n, c, h, w, oc, oh, ow], rank: x.shape.length, turned: false },
      needed(inputs, 1, 'weight'),
      inputs[2],
      attributes.activation,
      exact,
    );
  },

  cost(_, inputs, outputs) {
    const weight = needed(inputs, 1, 'weight').shape;
    const perOutput = sizeOf(weight.slice(1));
    const nBias = inputs[2] ? sizeOf(inputs[2].shape) : 0;
    return { nMacs: sizeOf(outputs[0]!.shape) * perOutput, nParams: sizeOf(weight) + nBias };
  },

  gradient(attributes, rule) {
    const [x, weight, bias] = rule.inputs as [string, string, string | undefined];
    const dz = beforeActivation(attributes, rule);
    const { activation: _, ...linear } = attributes;
    const { padding } = place(
      attributes,
      rule.inputs.map((name) => (name ? rule.type(name) : undefined)),
    ).placed;
    const window = { ...linear, padding };
    const axes = rule
      .type(dz)
      .shape.map((_, axis) => axis)
      .filter((axis) => axis !== 1);
    return [
      rule.wants(0) ? rule.add(conv2dInputGradient, { ...window, shape: rule.type(x).shape }, [dz, weight]) : undefined,
      rule.wants(1) ? rule.add(conv2dWeightGradient, { ...window, shape: rule.type(weight).shape }, [x, dz]) : undefined,
      bias && rule.wants(2) ? rule.reshape(rule.reduce('sum', dz, axes), rule.type(bias).shape) : undefined,
    ];
  },
};

/** Of the convolution that is differentiated; `shape` is that of the gradient. */
export interface Conv2dGradientAttributes extends Omit<Conv2dAttributes, 'activation'> {
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  readonly shape: readonly number[];
}

/** ∂loss/∂x of conv2d. Inputs: ∂loss/∂y, weight. */
export const conv2dInputGradient: Op<Conv2dGradientAttributes> = {
  stage: () => 'linear',
  infer: ({ shape }, inputs) => [{ dtype: needed(inputs, 0, 'dy').dtype, shape }],
  reach: (_, inputs, output) => inputs.map((input) => (input && !input.constant ? wholeReach(input, output) : null)),
  reference({ shape, ...window }, inputs) {
    const [dy, weight] = inputs as [Tensor, Tensor];
    const [xShape, yShape, weightShape] = [shape, dy.shape, weight.shape].map(asPicture);
    const dx = reference.conv2dInputGradient(toFloat64(dy), yShape!, toFloat64(weight), weightShape!, xShape!, window);
    return [tensorLike(dy, shape, dx.data)];
  },
  lower({ shape, ...window }, inputs, _, { exact }) {
    const weight = needed(inputs, 1, 'weight');
    return lowerInputGradient(window, asPicture(shape), needed(inputs, 0, 'dy'), weight, undefined, exact);
  },
  cost: (_, inputs) => ({
    nMacs: sizeOf(needed(inputs, 0, 'dy').shape) * sizeOf(needed(inputs, 1, 'weight').shape.slice(1)),
    nParams: 0,
  }),
};

/** ∂loss/∂weight of conv2d. Inputs: x, ∂loss/∂y. */
export const conv2dWeightGradient: Op<Conv2dGradientAttributes> = {
  stage: () => 'linear',
  infer: ({ shape }, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape }],
  reach: (_, inputs, output) => inputs.map((input) => (input && !input.constant ? wholeReach(input, output) : null)),
  reference({ shape, ...window }, inputs) {
    const [x, dy] = inputs as [Tensor, Tensor];
    const [xShape, yShape, weightShape] = [x.shape, dy.shape, shape].map(asPicture);
    const dw = reference.conv2dWeightGradient(toFloat64(x), xShape!, toFloat64(dy), yShape!, weightShape!, window);
    return [tensorLike(x, shape, dw.data)];
  },
  lower({ shape, stride, padding, dilation, groups }, inputs, _, { exact }) {
    const [x, dy] = [needed(inputs, 0, 'x'), needed(inputs, 1, 'dy')];
    const order = channelsLast(x.shape.length);
    const [n, c, h, w] = asPicture(x.shape);
    const [, oc, oh, ow] = asPicture(dy.shape);
    const [, , kh, kw] = asPicture(shape);
    const [top, left] = padding;
    const [dh, dw] = dilation;
    const lowered = (
      scratchBytes: (run: KernelExports) => number,
      call: (run: KernelExports, ...ptrs: readonly [x: number, dy: number, dw: number, scratch: number]) => void,
    ): Lowered => ({
      inputOrders: [order, order],
      outputOrders: [rowMajor(shape.length)],
      scratchBytes,
      bind({ run }, at) {
        const [xPtr, dyPtr, dwPtr] = [at.inputs[0]!, at.inputs[1]!, at.outputs[0]!];
        return () => call(run, xPtr, dyPtr, dwPtr, at.scratch);
      },
    });
    if (groups === c && oc === c && groups > 1) {
      return lowered(
        () => 0,
        (run, xPtr, dyPtr, dwPtr) =>
          run.f32_depthwise2d_weight_gradient(xPtr, dyPtr, dwPtr, n, h, w, c, oh, ow, kh, kw, ...stride, top, left, dh, dw),
      );
    }
    const window: Window2d = { kernel: [kh, kw], stride, padding, dilation };
    if (!exact && winogradPays(window, groups, c, oc, oh, ow)) {
      return lowered(
        (run) => run.f32_winograd_weight_gradient_scratch(c, oc),
        (run, ...ptrs) => run.f32_winograd_weight_gradient(...ptrs, n, h, w, c, oh, ow, oc, top, left),
      );
    }
    return lowered(
      (run) => run.f32_conv2d_weight_gradient_scratch(h, w, c, ow, oc, kh, kw, ...padding, dw, groups),
      (run, ...ptrs) =>
        run.f32_conv2d_weight_gradient(...ptrs, n, h, w, c, oh, ow, oc, kh, kw, ...stride, ...padding, dh, dw, groups),
    );
  },
  cost: ({ shape }, inputs) => ({ nMacs: sizeOf(needed(inputs, 1, 'dy').shape) * sizeOf(shape.slice(1)), nParams: 0 }),
};

/** A convolution as the kernels see it. */
interface Convolution {
  readonly kernel: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  readonly padding: readonly [top: number, left: number, bottom: number, right: number];
  readonly dilation: readonly [h: number, w: number];
  readonly groups: number;
  readonly sizes: readonly [n: number, c: number, h: number, w: number, oc: number, oh: number, ow: number];
  /** Axes of x and y in the graph: 3 or 4. */
  readonly rank: number;
  /** The weight is that of the convolution whose input gradient this is: [c, oc / groups, kh, kw], to be turned by half a circle. */
  readonly turned: boolean;
}

/** How a kernel wants its weight, and how it is brought there from [o, c / groups, kh, kw] in memory. */
interface WeightForm {
  readonly bytes: number;
  pack(run: KernelExports, weightPtr: number, packedPtr: number): void;
}

type Call = (run: KernelExports, ...ptrs: readonly [x: number, weight: number, bias: number, y: number, scratch: number]) => void;

function lowerConvolution(
  convolution: Convolution,
  weight: LoweredValue,
  bias: LoweredValue | undefined,
  activation: UnaryAttributes | undefined,
  exact: boolean,
): Lowered {
  const { groups, turned, rank } = convolution;
  const [n, c, h, w, oc, oh, ow] = convolution.sizes;
  const [[kh, kw], [sh, sw], [dh, dw], [padTop, padLeft]] = [
    convolution.kernel,
    convolution.stride,
    convolution.dilation,
    convolution.padding,
  ];
  const window = [kh, kw, sh, sw, padTop, padLeft, dh, dw] as const;
  const places = kh * kw;
  const [lo, hi] = clampOf(activation);
  const turn = turned ? 1 : 0;
  const [cg, og] = [c / groups, oc / groups];
  // Distances between filters of neighbouring inputs and outputs.
  const [sc, so] = turned ? [og * places, places] : [places, cg * places];

  let form: WeightForm;
  let scratchBytes: (run: KernelExports) => number;
  let call: Call;
  if (groups === c && oc === c && groups > 1) {
    form = {
      bytes: Math.ceil(c / 4) * 16 * places,
      pack: (run, from, to) => run.f32_depthwise_pack(from, to, c, places, turn),
    };
    scratchBytes = (run) => run.f32_depthwise2d_scratch(oh, ow, kh, kw, sh, sw, dh, dw);
    call = (run, ...ptrs) => run.f32_depthwise2d(...ptrs, n, h, w, c, oh, ow, ...window, c, c, lo, hi);
  } else if (!exact && winogradPays(convolution, groups, c, oc, oh, ow)) {
    form = { bytes: winogradBytes(c, oc), pack: (run, from, to) => run.f32_winograd_pack(from, to, c, oc, sc, so, turn) };
    scratchBytes = (run) => run.f32_winograd_scratch(c, oc);
    call = (run, ...ptrs) => run.f32_conv2d_winograd(...ptrs, n, h, w, c, oh, ow, oc, padTop, padLeft, c, oc, lo, hi);
  } else {
    const bytes = panelBytes(cg * places, og);
    const [first, sy, sx] = turned ? [places - 1, -kw, -1] : [0, kw, 1];
    form = {
      bytes: bytes * groups,
      pack(run, from, to) {
        for (let g = 0; g < groups; g++)
          run.f32_pack(from + (g * cg * og * places + first) * 4, to + g * bytes, kh, kw, cg, og, sy, sx, sc, so);
      },
    };
    scratchBytes = (run) => run.f32_conv2d_scratch(c, kh, kw, groups);
    call = (run, ...ptrs) => run.f32_conv2d(...ptrs, n, h, w, c, oh, ow, oc, ...window, groups, c, oc, lo, hi);
  }
  const finish = finishActivation(activation, n * oc * oh * ow);
  return withWeight(form, weight, bias, rank, scratchBytes, (kernels, x, packed, biasPtr, y, scratch) => {
    call(kernels.run, x, packed, biasPtr, y, scratch);
    finish?.(kernels, y);
  });
}

/** A weight that is known at load is packed then; another one each time, into the scratch memory. */
function withWeight(
  form: WeightForm,
  weight: LoweredValue,
  bias: LoweredValue | undefined,
  rank: number,
  scratchBytes: (run: KernelExports) => number,
  call: (kernels: Kernels, x: number, packed: number, bias: number, y: number, scratch: number) => void,
): Lowered {
  const order = channelsLast(rank);
  const { constant } = weight;
  const packedBytes = constant ? 0 : Math.ceil(form.bytes / 64) * 64;
  return {
    inputOrders: [order, constant ? undefined : rowMajor(rank), bias && rowMajor(bias.shape.length)],
    outputOrders: [order],
    packed: constant ? [packedWeight(form, constant)] : [],
    scratchBytes: (run) => packedBytes + scratchBytes(run),
    bind(kernels, at) {
      const [x, weightPtr, biasPtr = 0] = at.inputs as [number, number, number | undefined];
      const y = at.outputs[0]!;
      if (constant) {
        const packed = at.packed[0]!;
        return () => call(kernels, x, packed, biasPtr, y, at.scratch);
      }
      return () => {
        form.pack(kernels.run, weightPtr, at.scratch);
        call(kernels, x, at.scratch, biasPtr, y, at.scratch + packedBytes);
      };
    },
  };
}

function packedWeight(form: WeightForm, weight: Tensor): PackedConstant {
  return {
    bytes: form.bytes,
    write(kernels, ptr) {
      const data = toFloat32(weight);
      const mark = kernels.mark();
      const temporary = kernels.allocate(data.byteLength);
      kernels.f32(temporary, data.length).set(data);
      form.pack(kernels.run, temporary, ptr);
      kernels.release(mark);
    },
  };
}

/**
 * The input gradient of a convolution, which is also the transposed convolution: x is ∂loss/∂y [n, o, oh, ow], weight
 * [o, c / groups, kh, kw], the result `shape` [n, c, h, w]. With stride 1 it is a plain convolution by the turned weight.
 */
export function lowerInputGradient(
  window: Omit<Convolution, 'kernel' | 'sizes' | 'rank' | 'turned'>,
  [n, c, h, w]: readonly [n: number, c: number, h: number, w: number],
  dy: LoweredValue,
  weight: LoweredValue,
  bias: LoweredValue | undefined,
  exact: boolean,
): Lowered {
  const [, o, oh, ow] = asPicture(dy.shape);
  const [, , kh, kw] = asPicture(weight.shape);
  const { stride, dilation, padding, groups } = window;
  const [[sh, sw], [dh, dw], [top, left]] = [stride, dilation, padding];
  const isFast = !exact && winogradPays({ ...window, kernel: [kh, kw] }, groups, o, c, h, w);
  // A convolution visits every place of x. Where those of y are many fewer (large kernels, no padding), adding up what each gives is
  // cheaper; not by single channels.
  if (sh === 1 && sw === 1 && (isFast || groups > 1 || 2 * h * w <= 3 * oh * ow)) {
    const before = [dh * (kh - 1) - top, dw * (kw - 1) - left] as const;
    const convolution: Convolution = {
      ...window,
      kernel: [kh, kw],
      padding: [...before, 0, 0],
      sizes: [n, o, oh, ow, c, h, w],
      rank: dy.shape.length,
      turned: true,
    };
    return lowerConvolution(convolution, weight, bias, undefined, exact);
  }
  const [og, cg, places] = [o / groups, c / groups, kh * kw];
  const bytes = panelBytes(og, cg);
  const form: WeightForm = {
    bytes: groups * places * bytes,
    pack(run, from, to) {
      for (let g = 0; g < groups; g++)
        for (let k = 0; k < places; k++)
          run.f32_pack(
            from + (g * og * cg * places + k) * 4,
            to + (g * places + k) * bytes,
            1,
            1,
            og,
            cg,
            0,
            0,
            cg * places,
            places,
          );
    },
  };
  const sizes = [n, h, w, c, oh, ow, o, kh, kw, sh, sw, top, left, dh, dw, groups] as const;
  const ones = bias ? c * 4 : 0;
  return withWeight(
    form,
    weight,
    bias,
    dy.shape.length,
    () => ones,
    ({ run }, dyPtr, packed, biasPtr, dxPtr, scratch) => {
      run.f32_conv2d_input_gradient(dyPtr, packed, dxPtr, ...sizes);
      if (!bias) return;
      run.f32_fill(scratch, c, 1);
      run.f32_scale_shift(dxPtr, scratch, biasPtr, dxPtr, n * h * w, c, -Infinity, Infinity);
    },
  );
}

/**
 * Whether F(4×4, 3×3) can be used and beats the plain matrix product: 3×3 at stride 1, enough channels that the products outweigh
 * the transforms, and not only a corner of a tile (measured: bench/conv.mjs of kernels).
 */
function winogradPays(
  { kernel, stride, dilation }: Pick<Window2d, 'kernel' | 'stride' | 'dilation'>,
  groups: number,
  c: number,
  oc: number,
  oh: number,
  ow: number,
): boolean {
  const isPlain3x3 = groups === 1 && kernel.every((n) => n === 3) && [...stride, ...dilation].every((n) => n === 1);
  return isPlain3x3 && c % 4 === 0 && c >= 16 && oc >= 16 && oh >= 4 && ow >= 4;
}

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
