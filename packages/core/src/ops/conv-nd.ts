/**
 * @file Convolutions of x [n, c, …positions] over any number of axes: the plain one on the twin (conv2d.ts has the kernels),
 * and the transposed one, whose kernel form is a plain convolution over the input with zeros between its positions.
 */
import { InputError } from '../errors.ts';
import { channelsLast, rowMajor, stridesOf } from '../tensor/layout.ts';
import { collapse, spaceBlock } from '../tensor/strided.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { groupedPanels } from './conv2d.ts';
import { type AxisReach, needed, type Op, packedValues, type Reach, tensorLike, type ValueType } from './op.ts';
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
  runsOnTwin: 'windows over three axes; a weight that depends on the picture',
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
  lower(attributes, inputs, outputs) {
    const x = needed(inputs, 0, 'x');
    const weight = needed(inputs, 1, 'weight');
    const bias = inputs[2];
    if (!weight.constant || x.shape.length > 4) return undefined;
    const [n, c] = x.shape as [number, number];
    const { groups } = attributes;
    const axes = transposedAxes(attributes, x.shape, weight.shape);
    // A 1-D convolution is one over a single row.
    if (axes.length === 1) axes.unshift({ size: 1, kernel: 1, stride: 1, dilation: 1, before: 0, out: 1 });
    const [ay, ax] = axes as [TransposedAxis, TransposedAxis];
    const [, oc] = outputs[0]!.shape as [number, number];
    const order = channelsLast(x.shape.length);
    // The spread picture: what the windows of all outputs cover, input position i at stride·i + dilation·(kernel − 1) − before.
    const spread = axes.map((along) => {
      const extent = along.dilation * (along.kernel - 1);
      const shift = extent - along.before;
      const first = Math.max(0, Math.ceil(-shift / along.stride));
      const end = Math.min(along.size, Math.floor((along.out + extent - 1 - shift) / along.stride) + 1);
      return { length: along.out + extent, first, count: Math.max(0, end - first), at: shift + first * along.stride };
    });
    const [sy, sx] = spread as [(typeof spread)[0], (typeof spread)[0]];
    const spreadSize = n * sy.length * sx.length * c;
    const shape = [n, sy.count, sx.count, c];
    const space = collapse(shape, rowMajor(4), [
      [ay.size * ax.size * c, ax.size * c, c, 1],
      [sy.length * sx.length * c, ay.stride * sx.length * c, ax.stride * c, 1],
    ]);
    const source = (sy.first * ax.size + sx.first) * c * 4;
    const target = (sy.at * sx.length + sx.at) * c * 4;
    const isEmpty = sy.count === 0 || sx.count === 0;
    return {
      inputOrders: [order, undefined, bias && rowMajor(bias.shape.length)],
      outputOrders: [order],
      packed: [groupedPanels(flipped(weight.constant, groups), groups), packedValues(spaceBlock(space))],
      scratchBytes: (run) => spreadSize * 4 + run.f32_conv2d_scratch(c, ay.kernel, ax.kernel, groups),
      bind({ run }, at) {
        const [xPtr, , biasPtr] = at.inputs as [number, number, number | undefined];
        const [panels, block] = at.packed as [number, number];
        const convScratch = at.scratch + spreadSize * 4;
        return () => {
          run.f32_fill(at.scratch, spreadSize, 0);
          if (!isEmpty) run.f32_copy(xPtr + source, at.scratch + target, space.sizes.length, block);
          run.f32_conv2d(
            at.scratch,
            panels,
            biasPtr ?? 0,
            at.outputs[0]!,
            convScratch,
            n,
            sy.length,
            sx.length,
            c,
            ay.out,
            ax.out,
            oc,
            ay.kernel,
            ax.kernel,
            1,
            1,
            0,
            0,
            ay.dilation,
            ax.dilation,
            groups,
            c,
            oc,
            -Infinity,
            Infinity,
          );
        };
      },
    };
  },
  cost: (_, inputs) => ({
    nMacs: sizeOf(needed(inputs, 0, 'x').shape) * sizeOf(needed(inputs, 1, 'weight').shape.slice(1)),
    nParams: weights(inputs),
  }),
};

/** Weight [c, o / groups, …kernel] as that of the plain convolution [o, c / groups, …kernel], turned by half a circle. */
function flipped(weight: Tensor, groups: number): Tensor {
  const [c, perGroup, ...kernel] = weight.shape as [number, number, ...number[]];
  const channels = c / groups;
  const size = sizeOf(kernel);
  const data = new Float32Array(weight.data.length);
  for (let j = 0; j < c; j++) {
    const group = Math.floor(j / channels);
    for (let o = 0; o < perGroup; o++) {
      const target = ((group * perGroup + o) * channels + (j % channels)) * size;
      for (let k = 0; k < size; k++) data[target + size - 1 - k] = weight.data[(j * perGroup + o) * size + k]!;
    }
  }
  return { dtype: 'float32', shape: [perGroup * groups, channels, ...kernel], data };
}
