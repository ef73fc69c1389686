/**
 * @file Convolutions of x [n, c, …positions] over any number of axes: the plain one on the twin (conv2d.ts has the kernels),
 * and the transposed one, which is the plain one's input gradient.
 */
import { InputError } from '../errors.ts';
import { rowMajor, stridesOf } from '../tensor/layout.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import {
  asPicture,
  type Conv2dAttributes,
  type Conv2dGradientAttributes,
  conv2d,
  conv2dWeightGradient,
  lowerInputGradient,
} from './conv2d.ts';
import {
  type AxisReach,
  dOutput,
  type Gradients,
  needed,
  type Op,
  type Reach,
  tensorLike,
  type ValueType,
  wholeReach,
} from './op.ts';
import { dot, indices } from './pool-nd.ts';
import { placeWindow, type WindowNd, windowReach } from './window.ts';

/** Inputs: x, weight [o, c / groups, …kernel], bias?. */
export interface ConvNdAttributes extends Omit<WindowNd, 'kernel'> {
  readonly groups: number;
}

/** Inputs: x, weight [c, o / groups, …kernel], bias?. Lists that are empty stand for the usual value along every axis. */
export interface ConvTransposeAttributes extends Omit<WindowNd, 'kernel'> {
  readonly groups: number;
  /** Added to the end of each output axis. */
  readonly outputPadding: readonly number[];
  /** Output sizes; the padding is then worked out. */
  readonly outputShape?: readonly number[] | undefined;
}

type Shapes = readonly (Pick<ValueType, 'shape'> | undefined)[];

/** Checks what both convolutions ask of their inputs; the axis of the weight that meets the input's channels is given. */
function checkedShapes(inputs: Shapes, groups: number, transposed: boolean) {
  const x = needed(inputs, 0, 'x').shape;
  const weight = needed(inputs, 1, 'weight').shape;
  if (x.length < 3 || weight.length !== x.length) {
    throw new InputError(
      `needs x [n, c, …positions] and a weight of the same rank, got ${formatShape(x)} and ${formatShape(weight)}.`,
    );
  }
  const channels = transposed ? weight[0]! : weight[1]! * groups;
  const nOutputs = transposed ? weight[1]! * groups : weight[0]!;
  if (x[1] !== channels || channels % groups !== 0 || nOutputs % groups !== 0) {
    throw new InputError(
      `input has ${x[1]} channels but weight ${formatShape(weight)} with groups ${groups} needs ${channels} in equal groups. Check the layer before it.`,
    );
  }
  const bias = inputs[2];
  if (bias && sizeOf(bias.shape) !== nOutputs)
    throw new InputError(`bias ${formatShape(bias.shape)} does not match ${nOutputs} outputs.`);
  return { x, weight, nOutputs };
}

function windowOf(attributes: ConvNdAttributes, weight: readonly number[]): WindowNd {
  return { ...attributes, kernel: weight.slice(2) };
}

const weights = (inputs: readonly (ValueType | undefined)[]) =>
  inputs.slice(1).reduce((sum, input) => sum + (input ? sizeOf(input.shape) : 0), 0);

export const convNd: Op<ConvNdAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'always (windows over three axes)',
  infer(attributes, inputs) {
    const { x, weight, nOutputs } = checkedShapes(inputs, attributes.groups, false);
    const { outputSize } = placeWindow(windowOf(attributes, weight), x.slice(2));
    return [{ dtype: needed(inputs, 0, 'x').dtype, shape: [x[0]!, nOutputs, ...outputSize] }];
  },
  reach(attributes, inputs) {
    const { x, weight } = checkedShapes(inputs, attributes.groups, false);
    const window = windowOf(attributes, weight);
    const axes = [
      { axis: 0, stride: 1, start: 0, size: 1 },
      null,
      ...windowReach(window, placeWindow(window, x.slice(2)), x.length),
    ];
    return [{ axes, whole: [1] }, null, null];
  },
  reference(attributes, inputs) {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { nOutputs } = checkedShapes(inputs, attributes.groups, false);
    const { stride, dilation, groups } = attributes;
    const [n, c, ...sizes] = x.shape as [number, number, ...number[]];
    const window = windowOf(attributes, weight.shape);
    const { padding, outputSize } = placeWindow(window, sizes);
    const strides = stridesOf(sizes, rowMajor(sizes.length));
    const [plane, kernelSize] = [sizeOf(sizes), sizeOf(window.kernel)];
    const [windowPositions, outPositions] = [indices(window.kernel), indices(outputSize)];
    const channels = c / groups;
    const y = new Float64Array(n * nOutputs * outPositions.length);
    for (const [p, out] of outPositions.entries()) {
      for (const [k, at] of windowPositions.entries()) {
        const position = at.map((index, axis) => out[axis]! * stride[axis]! - padding[axis]! + index * dilation[axis]!);
        if (!position.every((v, axis) => v >= 0 && v < sizes[axis]!)) continue;
        const offset = dot(position, strides);
        for (let i = 0; i < n; i++) {
          for (let o = 0; o < nOutputs; o++) {
            const first = Math.floor(o / (nOutputs / groups)) * channels;
            for (let j = 0; j < channels; j++) {
              y[(i * nOutputs + o) * outPositions.length + p]! +=
                x.data[(i * c + first + j) * plane + offset]! * weight.data[(o * channels + j) * kernelSize + k]!;
            }
          }
        }
      }
    }
    return [tensorLike(x, [n, nOutputs, ...outputSize], biased(y, bias, outPositions.length))];
  },
  cost: (_, inputs, outputs) => ({
    nMacs: sizeOf(outputs[0]!.shape) * sizeOf(needed(inputs, 1, 'weight').shape.slice(1)),
    nParams: weights(inputs),
  }),
  gradient(attributes, rule) {
    const [x, weight, bias] = rule.inputs as [string, string, string | undefined];
    const dy = dOutput(rule);
    const { shape } = rule.type(x);
    const { shape: weightShape } = rule.type(weight);
    const window = windowOf(attributes, weightShape);
    const { padding } = placeWindow(window, shape.slice(2));
    // What the transposed convolution must add at the end of each axis to come back to the size of x.
    const outputPadding = shape.slice(2).map((n, i) => {
      const out = rule.type(dy).shape[i + 2]!;
      const full = window.stride[i]! * (out - 1) + window.dilation[i]! * (window.kernel[i]! - 1) + 1;
      return n - full + padding[i]! + padding[i + window.kernel.length]!;
    });
    const back = { ...attributes, padding, outputPadding };
    return [
      rule.wants(0) ? rule.add(convTranspose, back, [dy, weight]) : undefined,
      rule.wants(1) ? rule.add(convNdWeightGradient, { ...attributes, padding, shape: weightShape }, [x, dy]) : undefined,
      bias && rule.wants(2) ? biasGradient(rule, bias) : undefined,
    ];
  },
};

/** ∂loss/∂bias: the sum over images and positions. */
function biasGradient(rule: Gradients, bias: string): string {
  const dy = dOutput(rule);
  const axes = rule
    .type(dy)
    .shape.map((_, axis) => axis)
    .filter((axis) => axis !== 1);
  return rule.reshape(rule.reduce('sum', dy, axes), rule.type(bias).shape);
}

/** Of the convolution whose weight gradient it is; `shape` is the weight's. */
export interface ConvNdWeightGradientAttributes extends ConvNdAttributes {
  readonly padding: readonly number[];
  readonly shape: readonly number[];
}

/** ∂loss/∂weight of convNd. Inputs: x, ∂loss/∂y. */
export const convNdWeightGradient: Op<ConvNdWeightGradientAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'always (windows over three axes)',
  infer: ({ shape }, inputs) => [{ dtype: needed(inputs, 0, 'x').dtype, shape }],
  reach: (_, inputs, output) => inputs.map((input) => (input && !input.constant ? wholeReach(input, output) : null)),
  reference({ shape, stride, dilation, padding, groups }, inputs) {
    const [x, dy] = inputs as [Tensor, Tensor];
    const [n, c, ...sizes] = x.shape as [number, number, ...number[]];
    const [o, channels, ...kernel] = shape as [number, number, ...number[]];
    const strides = stridesOf(sizes, rowMajor(sizes.length));
    const [plane, kernelSize, outPlane] = [sizeOf(sizes), sizeOf(kernel), sizeOf(dy.shape.slice(2))];
    const dw = new Float64Array(sizeOf(shape));
    for (const [p, out] of indices(dy.shape.slice(2)).entries()) {
      for (const [k, at] of indices(kernel).entries()) {
        const position = at.map((index, axis) => out[axis]! * stride[axis]! - padding[axis]! + index * dilation[axis]!);
        if (!position.every((v, axis) => v >= 0 && v < sizes[axis]!)) continue;
        const offset = dot(position, strides);
        for (let i = 0; i < n; i++) {
          for (let oc = 0; oc < o; oc++) {
            const first = Math.floor(oc / (o / groups)) * channels;
            const d = dy.data[(i * o + oc) * outPlane + p]!;
            for (let j = 0; j < channels; j++)
              dw[(oc * channels + j) * kernelSize + k]! += d * x.data[(i * c + first + j) * plane + offset]!;
          }
        }
      }
    }
    return [tensorLike(x, shape, dw)];
  },
  cost: ({ shape }, inputs) => ({ nMacs: sizeOf(needed(inputs, 1, 'dy').shape) * sizeOf(shape.slice(1)), nParams: 0 }),
};

/** Adds bias[c] to [n, c, positions]. */
function biased(y: Float64Array, bias: Tensor | undefined, nPositions: number): Float64Array {
  if (!bias) return y;
  return y.map((v, i) => v + bias.data[Math.floor(i / nPositions) % bias.data.length]!);
}

interface TransposedAxis {
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** What is cut off before the first output position; negative: zeros are added. */
  readonly before: number;
  readonly out: number;
}

/**
 * Each axis of a transposed convolution: out = stride·(size − 1) + dilation·(kernel − 1) + 1 + outputPadding − before − after.
 * With an output shape or `same`, the padding is what remains, the odd position at the end (sameUpper: at the end as well,
 * sameLower: at the beginning, ONNX ConvTranspose).
 */
function transposedAxes(attributes: ConvTransposeAttributes, x: readonly number[], weight: readonly number[]): TransposedAxis[] {
  const sizes = x.slice(2);
  const { padding, outputShape } = attributes;
  const lists = { stride: 1, dilation: 1, padding: 2, outputPadding: 1 } as const;
  for (const [name, perAxis] of Object.entries(lists) as [keyof typeof lists, number][]) {
    const list = attributes[name];
    if (typeof list !== 'string' && list.length !== 0 && list.length !== perAxis * sizes.length)
      throw new InputError(`${name} [${list.join(', ')}] needs ${perAxis * sizes.length} numbers for x ${formatShape(x)}.`);
  }
  return sizes.map((size, i) => {
    const kernel = weight[i + 2]!;
    const stride = attributes.stride[i] ?? 1;
    const dilation = attributes.dilation[i] ?? 1;
    const extra = attributes.outputPadding[i] ?? 0;
    const full = stride * (size - 1) + dilation * (kernel - 1) + 1 + extra;
    if (typeof padding !== 'string' && !outputShape) {
      const before = padding[i] ?? 0;
      const out = full - before - (padding[i + sizes.length] ?? 0);
      if (out < 1) throw new InputError(`padding [${padding.join(', ')}] leaves nothing of an output of ${full} positions.`);
      return { size, kernel, stride, dilation, before, out };
    }
    const out = outputShape?.[i + outputShape.length - sizes.length] ?? size * stride;
    const total = Math.max(0, full - out);
    const small = Math.floor(total / 2);
    return { size, kernel, stride, dilation, before: padding === 'sameUpper' ? small : total - small, out };
  });
}

export const convTranspose: Op<ConvTransposeAttributes> = {
  stage: () => 'linear',
  runsOnTwin: 'windows over three axes',
  infer(attributes, inputs) {
    const { x, weight, nOutputs } = checkedShapes(inputs, attributes.groups, true);
    const axes = transposedAxes(attributes, x, weight);
    return [{ dtype: needed(inputs, 0, 'x').dtype, shape: [x[0]!, nOutputs, ...axes.map(({ out }) => out)] }];
  },
  reach(attributes, inputs) {
    const { x, weight } = checkedShapes(inputs, attributes.groups, true);
    const positions = transposedAxes(attributes, x, weight).map((along, i): AxisReach => {
      // Output o reads input i where o + before = stride·i + dilation·k, 0 ≤ k < kernel: from (o + before − extent) / stride on.
      const extent = along.dilation * (along.kernel - 1);
      const stride = 1 / along.stride;
      return { axis: i + 2, stride, start: (along.before - extent) * stride, size: extent * stride + 1 };
    });
    const reach: Reach = { axes: [{ axis: 0, stride: 1, start: 0, size: 1 }, null, ...positions], whole: [1] };
    return [reach, null, null];
  },
  reference(attributes, inputs) {
    const [x, weight, bias] = inputs as [Tensor, Tensor, Tensor | undefined];
    const { nOutputs } = checkedShapes(inputs, attributes.groups, true);
    const { groups } = attributes;
    const axes = transposedAxes(attributes, x.shape, weight.shape);
    const [n, c, ...sizes] = x.shape as [number, number, ...number[]];
    const outputSize = axes.map(({ out }) => out);
    const strides = stridesOf(outputSize, rowMajor(sizes.length));
    const [plane, kernelSize, outPlane] = [sizeOf(sizes), sizeOf(weight.shape.slice(2)), sizeOf(outputSize)];
    const perGroup = nOutputs / groups;
    const y = new Float64Array(n * nOutputs * outPlane);
    for (const [p, from] of indices(sizes).entries()) {
      for (const [k, at] of indices(weight.shape.slice(2)).entries()) {
        const position = axes.map(({ stride, dilation, before }, i) => from[i]! * stride + at[i]! * dilation - before);
        if (!position.every((v, i) => v >= 0 && v < outputSize[i]!)) continue;
        const offset = dot(position, strides);
        for (let i = 0; i < n; i++) {
          for (let j = 0; j < c; j++) {
            const first = Math.floor(j / (c / groups)) * perGroup;
            for (let o = 0; o < perGroup; o++) {
              y[(i * nOutputs + first + o) * outPlane + offset]! +=
                x.data[(i * c + j) * plane + p]! * weight.data[(j * perGroup + o) * kernelSize + k]!;
            }
          }
        }
      }
    }
    return [tensorLike(x, [n, nOutputs, ...outputSize], biased(y, bias, outPlane))];
  },
  lower(attributes, inputs, outputs, { exact }) {
    const x = needed(inputs, 0, 'x');
    const weight = needed(inputs, 1, 'weight');
    if (x.shape.length > 4) return undefined;
    const axes = transposedAxes(attributes, x.shape, weight.shape);
    // A 1-D convolution is one over a single row.
    if (axes.length === 1) axes.unshift({ size: 1, kernel: 1, stride: 1, dilation: 1, before: 0, out: 1 });
    const [y, along] = axes as [TransposedAxis, TransposedAxis];
    const window = {
      stride: [y.stride, along.stride],
      dilation: [y.dilation, along.dilation],
      padding: [y.before, along.before, 0, 0],
      groups: attributes.groups,
    } as const;
    return lowerInputGradient(window, asPicture(outputs[0]!.shape), x, weight, inputs[2], exact);
  },
  cost: (_, inputs) => ({
    nMacs: sizeOf(needed(inputs, 0, 'x').shape) * sizeOf(needed(inputs, 1, 'weight').shape.slice(1)),
    nParams: weights(inputs),
  }),
  gradient(attributes, rule) {
    // The transposed convolution is the input gradient of a plain one, so its own input gradient is that one.
    const [x, weight, bias] = rule.inputs as [string, string, string | undefined];
    const dy = dOutput(rule);
    const axes = transposedAxes(attributes, rule.type(x).shape, rule.type(weight).shape);
    const before = axes.map((along) => along.before);
    const after = axes.map(
      ({ size, kernel, stride, dilation, before, out }) => stride * (size - 1) + dilation * (kernel - 1) + 1 - out - before,
    );
    const window = {
      stride: axes.map(({ stride }) => stride),
      dilation: axes.map(({ dilation }) => dilation),
      padding: [...before, ...after],
      groups: attributes.groups,
    };
    const { shape } = rule.type(weight);
    const isPicture = axes.length === 2 && window.padding.every((n) => n >= 0);
    const picture = window as unknown as Omit<Conv2dAttributes, 'padding'> & Pick<Conv2dGradientAttributes, 'padding'>;
    return [
      !rule.wants(0) ? undefined : isPicture ? rule.add(conv2d, picture, [dy, weight]) : rule.add(convNd, window, [dy, weight]),
      !rule.wants(1)
        ? undefined
        : isPicture
          ? rule.add(conv2dWeightGradient, { ...picture, shape }, [dy, x])
          : rule.add(convNdWeightGradient, { ...window, shape }, [dy, x]),
      bias && rule.wants(2) ? biasGradient(rule, bias) : undefined,
    ];
  },
};
