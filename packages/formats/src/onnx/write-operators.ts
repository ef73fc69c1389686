/**
 * @file The one table from ops of the graph to ONNX operators, in the forms of one opset: the reverse of operators.ts, whose
 * tables of names it turns round. An op that ONNX has not is an error. Collecting the steps into a file is write.ts.
 */
import { type DType, InputError, type OpAttributes, type OpName, sizeOf, type Tensor } from '@ventral/core';
import type { attributeProto, Encodable } from './fields.ts';
import { attributeTypes } from './operator.ts';
import {
  aspectPolicies,
  autoPads,
  binaryOperators,
  coordinateModes,
  depthModes,
  geluForms,
  nearestModes,
  padModes,
  reduceOperators,
  resizeModes,
  unaryOperators,
} from './operators.ts';
import { codeOf, protoOf } from './tensor.ts';

/**
 * Opset of every file written, and the IR version that came with it: the lowest that has every form the ops need (group
 * normalisation by a scale per channel, quantisation in blocks and to 16 bits; opset 20 would lack these).
 */
export const writtenOpset = 21;
export const writtenIrVersion = 10;

type Attribute = Omit<Encodable<typeof attributeProto>, 'name'>;

/** One ONNX node. Inputs and outputs are those of the graph's node unless given. */
export interface OnnxStep {
  readonly opType: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
}

/** A node of the graph as its entry sees it, with what is known of its inputs and a place for what the entry adds. */
export interface Site {
  /** '' for an optional input left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Element type that an input has in the file; undefined where nothing is known. */
  dtype(index: number): DType | undefined;
  /** Shape of an input; sizes that the graph leaves open are some number. undefined where nothing is known. */
  shape(index: number): readonly number[] | undefined;
  constant(index: number): Tensor | undefined;
  /** Adds a constant named after the first output: `y#axes`. Gives its name. */
  addConstant(suffix: string, tensor: Tensor): string;
  /** A new name for a value between two steps: `y#1`, `y#2`, … */
  between(): string;
}

type Steps = OnnxStep | readonly OnnxStep[];

const attribute = (type: (typeof attributeTypes)[number], value: Attribute): Attribute => ({
  type: attributeTypes.indexOf(type),
  ...value,
});
const int = (i: number) => {
  if (!Number.isSafeInteger(i)) throw new InputError(`${i} must be a whole number to be written.`);
  return attribute('int', { i });
};
const flag = (on: boolean) => int(on ? 1 : 0);
const ints = (values: readonly number[]) => attribute('ints', { ints: values });
const float = (f: number) => attribute('float', { f });
const string = (s: string) => attribute('string', { s });

/** The first key of a value. */
function keyOf<T>(table: Readonly<Record<string, T>>, value: T): Attribute {
  return string(Object.keys(table).find((key) => table[key] === value)!);
}

/** The operator that is a function. */
function operatorOf(table: Readonly<Record<string, readonly [fn: string, ...unknown[]]>>, fn: string): string {
  return Object.keys(table).find((name) => table[name]![0] === fn)!;
}

const notInOnnx = () => {
  throw new InputError('ONNX has no such operator: it belongs to training. Write the network without its backward pass.');
};

/** One number of the type of the first input. */
function scalar(n: Site, name: string, value: number): string {
  const dtype = n.dtype(0) ?? 'float32';
  return n.addConstant(name, { dtype, shape: [], data: (dtype === 'float32' ? Float32Array : Float64Array).of(value) });
}

type UnaryFn = OpAttributes['unary']['fn'];
type PlainFn = (typeof unaryOperators)[keyof typeof unaryOperators][0];

/** Functions with parameters, and those that take several operators, of the value `x`. */
const unaryForms: {
  readonly [F in Exclude<UnaryFn, PlainFn>]: (attributes: OpAttributes['unary'], x: string, n: Site) => Steps;
} = {
  leakyRelu: ({ alpha }) => ({ opType: 'LeakyRelu', attributes: { alpha: float(alpha) } }),
  elu: ({ alpha }) => ({ opType: 'Elu', attributes: { alpha: float(alpha) } }),
  celu: ({ alpha }) => ({ opType: 'Celu', attributes: { alpha: float(alpha) } }),
  selu: ({ alpha, beta }) => ({ opType: 'Selu', attributes: { alpha: float(alpha), gamma: float(beta) } }),
  hardSigmoid: ({ alpha, beta }) => ({ opType: 'HardSigmoid', attributes: { alpha: float(alpha), beta: float(beta) } }),
  thresholdedRelu: ({ alpha }) => ({ opType: 'ThresholdedRelu', attributes: { alpha: float(alpha) } }),
  gelu: ({ fn }) => ({ opType: 'Gelu', attributes: { approximate: keyOf<string>(geluForms, fn) } }),
  geluTanh: ({ fn }) => ({ opType: 'Gelu', attributes: { approximate: keyOf<string>(geluForms, fn) } }),
  clip: ({ alpha, beta }, x, n) => {
    const lower = alpha === Number.NEGATIVE_INFINITY ? '' : scalar(n, 'min', alpha);
    const upper = beta === Number.POSITIVE_INFINITY ? '' : scalar(n, 'max', beta);
    return { opType: 'Clip', inputs: [x, lower, upper] };
  },
  square: (_, x) => ({ opType: 'Mul', inputs: [x, x] }),
  affine: ({ alpha, beta }, x, n) => {
    if (beta === 0) return { opType: 'Mul', inputs: [x, scalar(n, 'factor', alpha)] };
    const product = alpha === 1 ? x : n.between();
    const sum = { opType: 'Add', inputs: [product, scalar(n, 'added', beta)] };
    return alpha === 1 ? sum : [{ opType: 'Mul', inputs: [x, scalar(n, 'factor', alpha)], outputs: [product] }, sum];
  },
  silu: (_, x, n) => {
    const gate = n.between();
    return [
      { opType: 'Sigmoid', inputs: [x], outputs: [gate] },
      { opType: 'Mul', inputs: [x, gate] },
    ];
  },
};

function unary(attributes: OpAttributes['unary'], x: string, n: Site): readonly OnnxStep[] {
  const { fn } = attributes;
  const steps =
    fn in unaryForms ? unaryForms[fn as keyof typeof unaryForms](attributes, x, n) : { opType: operatorOf(unaryOperators, fn) };
  return [steps].flat().map((step) => ({ inputs: [x], ...step }));
}

/** A linear layer, and the activation that the canonical form made a part of it. */
function activated(
  activation: OpAttributes['unary'] | undefined,
  n: Site,
  linear: (output: string) => readonly OnnxStep[],
): readonly OnnxStep[] {
  if (!activation) return linear(n.outputs[0]!);
  const z = n.between();
  return [...linear(z), ...unary(activation, z, n)];
}

interface Window {
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[] | 'sameUpper' | 'sameLower';
}

/** The lists of a window, but for `skipped` axes at the beginning; those that are empty are left out. */
function lists({ stride, dilation, padding }: Window, kernel: readonly number[] = [], skipped = 0) {
  const half = padding.length / 2;
  const given = {
    kernel_shape: kernel.slice(skipped),
    strides: stride.slice(skipped),
    dilations: dilation.slice(skipped),
    pads: typeof padding === 'string' ? [] : padding.filter((_, i) => i % half >= skipped),
  };
  return {
    ...Object.fromEntries(Object.entries(given).flatMap(([name, list]) => (list.length > 0 ? [[name, ints(list)]] : []))),
    ...(typeof padding === 'string' ? { auto_pad: keyOf<string>(autoPads, padding) } : {}),
  };
}

/**
 * 1 if a window over two axes is one over the single row of x [n, c, l], which ONNX has not.
 * @throws InputError without a head if that cannot be told.
 */
function rowsAdded(n: Site, { stride, dilation, padding }: Window, kernel: readonly number[] = []): 0 | 1 {
  const rank = (n.shape(0) ?? n.shape(1))?.length;
  if (rank !== undefined) return rank === 3 ? 1 : 0;
  const isRow = [kernel[0], stride[0], dilation[0]].every((size) => size === undefined || size === 1);
  if (!isRow || (typeof padding !== 'string' && (padding[0] !== 0 || padding[2] !== 0))) return 0;
  throw new InputError('it is not known whether its input has one or two axes of positions. Bind the sizes of the graph first.');
}

function conv(attributes: Window & { readonly groups: number }, output: string, skipped = 0): OnnxStep {
  const { groups } = attributes;
  return { opType: 'Conv', attributes: { ...lists(attributes, [], skipped), group: int(groups) }, outputs: [output] };
}

function pool(attributes: OpAttributes['poolNd'], skipped = 0): OnnxStep {
  const { kind, kernel, ceilMode, countPadding, p = 2, columnMajor = false } = attributes;
  const own = {
    max: { storage_order: flag(columnMajor) },
    average: { count_include_pad: flag(countPadding) },
    lp: { p: int(p) },
  };
  return {
    opType: { max: 'MaxPool', average: 'AveragePool', lp: 'LpPool' }[kind],
    attributes: { ...lists(attributes, kernel, skipped), ceil_mode: flag(ceilMode), ...own[kind] },
  };
}

/** Until opset 12 these took all axes from `axis` on as one: a matrix, and back to the shape it had. */
function alongAxis(opType: string, { axis, flattened }: { axis: number; flattened: boolean }, n: Site): Steps {
  const isLast = axis === -1 || axis + 1 === n.shape(0)?.length;
  if (!flattened || isLast) return { opType, attributes: { axis: int(axis) } };
  const [x] = n.inputs as [string];
  const [shape, matrix, result] = [n.between(), n.between(), n.between()];
  return [
    { opType: 'Shape', outputs: [shape] },
    { opType: 'Flatten', attributes: { axis: int(axis) }, inputs: [x], outputs: [matrix] },
    { opType, attributes: { axis: int(1) }, inputs: [matrix], outputs: [result] },
    { opType: 'Reshape', attributes: { allowzero: int(1) }, inputs: [result, shape] },
  ];
}

/** Before opset 21 scale and shift could be one per group. */
function perChannel(n: Site, index: number, what: string): string {
  const [, c = 0] = n.shape(0) ?? [];
  const tensor = n.constant(index);
  const size = tensor?.data.length ?? n.shape(index)?.[0];
  if (size === undefined || size === c || c === 0) return n.inputs[index]!;
  if (!tensor) throw new InputError(`${what} has ${size} values for ${c} channels, and ONNX needs one per channel.`);
  const data = Float32Array.from({ length: c }, (_, i) => tensor.data[Math.floor((i * size) / c)]!);
  return n.addConstant(what, { dtype: 'float32', shape: [c], data });
}

function layerNorm({ axis, epsilon }: OpAttributes['layerNorm'], n: Site): OnnxStep {
  const [x, scale, ...rest] = n.inputs as [string, ...string[]];
  const ones = (): Tensor => {
    const shape = n.shape(0)?.slice(axis);
    if (!shape) throw new InputError('ONNX needs a scale here, whose size is not known. Bind the sizes of the graph first.');
    return { dtype: 'float32', shape, data: new Float32Array(sizeOf(shape)).fill(1) };
  };
  return {
    opType: 'LayerNormalization',
    attributes: { axis: int(axis), epsilon: float(epsilon) },
    inputs: [x, scale || n.addConstant('scale', ones()), ...rest],
  };
}

function binary({ fn }: OpAttributes['binary'], n: Site): OnnxStep {
  const [a, b] = [n.dtype(0), n.dtype(1)];
  const isLogic = fn === 'and' || fn === 'or' || fn === 'xor';
  if (a && b && fn !== 'pow' && (a !== b || (isLogic && a !== 'bool')))
    throw new InputError(`${fn} of ${a} and ${b} is not in ONNX, which needs ${isLogic ? 'booleans' : 'one type for both'}.`);
  if (fn === 'mod') return { opType: 'Mod', attributes: { fmod: int(1) } };
  if (fn === 'prelu') return { opType: 'PRelu' };
  if (fn === 'min' || fn === 'max') return { opType: fn === 'min' ? 'Min' : 'Max' };
  return { opType: operatorOf(binaryOperators, fn) };
}

function resize(attributes: OpAttributes['resize'], n: Site): OnnxStep {
  const { mode, coordinates, nearest, axes, keepAspect, cubicA, excludeOutside, antialias, outsideValue } = attributes;
  const [x, scales, sizes = '', region = ''] = n.inputs as [string, string, string?, string?];
  return {
    opType: 'Resize',
    attributes: {
      mode: keyOf(resizeModes, mode),
      coordinate_transformation_mode: keyOf(coordinateModes, coordinates),
      nearest_mode: keyOf(nearestModes, nearest),
      ...(axes ? { axes: ints(axes) } : {}),
      ...(keepAspect ? { keep_aspect_ratio_policy: keyOf(aspectPolicies, keepAspect) } : {}),
      ...(cubicA === undefined ? {} : { cubic_coeff_a: float(cubicA) }),
      ...(excludeOutside ? { exclude_outside: int(1) } : {}),
      ...(antialias ? { antialias: int(1) } : {}),
      ...(outsideValue === undefined ? {} : { extrapolation_value: float(outsideValue) }),
    },
    inputs: [x, region, scales, sizes],
  };
}

const byAxis =
  (opType: string) =>
  ({ axis }: { readonly axis: number }) => ({ opType, attributes: { axis: int(axis) } });
const plain = (opType: string) => () => ({ opType });

/** Op → the operators that stand for it. A missing op is a compile error. */
export const onnxOperators: { readonly [K in OpName]: (attributes: OpAttributes[K], n: Site) => Steps } = {
  conv2d: (attributes, n) => activated(attributes.activation, n, (y) => [conv(attributes, y, rowsAdded(n, attributes))]),
  convNd: (attributes, n) => conv(attributes, n.outputs[0]!),
  convTranspose: (attributes) => ({
    opType: 'ConvTranspose',
    attributes: {
      ...lists(attributes),
      group: int(attributes.groups),
      ...(attributes.outputPadding.length > 0 ? { output_padding: ints(attributes.outputPadding) } : {}),
      ...(attributes.outputShape ? { output_shape: ints(attributes.outputShape) } : {}),
    },
  }),
  pool2d: (attributes, n) => pool(attributes, rowsAdded(n, attributes, attributes.kernel)),
  poolNd: (attributes) => pool(attributes),
  globalPool: ({ kind, p = 2 }) => ({
    opType: { max: 'GlobalMaxPool', average: 'GlobalAveragePool', lp: 'GlobalLpPool' }[kind],
    attributes: kind === 'lp' ? { p: int(p) } : {},
  }),
  dense: ({ activation, alpha, beta, transA, transB }, n) => {
    const attributes = { alpha: float(alpha), beta: float(beta), transA: flag(transA), transB: flag(transB) };
    return activated(activation, n, (y) => [{ opType: 'Gemm', attributes, outputs: [y] }]);
  },
  matmul: ({ activation }, n) => {
    const [a, b, bias] = n.inputs as [string, string, string?];
    return activated(activation, n, (y) => {
      if (!bias) return [{ opType: 'MatMul', inputs: [a, b], outputs: [y] }];
      const product = n.between();
      return [
        { opType: 'MatMul', inputs: [a, b], outputs: [product] },
        { opType: 'Add', inputs: [product, bias], outputs: [y] },
      ];
    });
  },
  einsum: ({ equation }) => ({ opType: 'Einsum', attributes: { equation: string(equation) } }),
  batchNorm: ({ activation, epsilon }, n) =>
    activated(activation, n, (y) => [{ opType: 'BatchNormalization', attributes: { epsilon: float(epsilon) }, outputs: [y] }]),
  layerNorm,
  groupNorm: ({ groups, epsilon }, n) => {
    if (groups === undefined) return { opType: 'InstanceNormalization', attributes: { epsilon: float(epsilon) } };
    return {
      opType: 'GroupNormalization',
      attributes: { num_groups: int(groups), epsilon: float(epsilon) },
      inputs: [n.inputs[0]!, perChannel(n, 1, 'scale'), perChannel(n, 2, 'shift')],
    };
  },
  lrn: ({ size, alpha, beta, bias }) => ({
    opType: 'LRN',
    attributes: { size: int(size), alpha: float(alpha), beta: float(beta), bias: float(bias) },
  }),
  unary: (attributes, n) => unary(attributes, n.inputs[0]!, n),
  binary,
  where: plain('Where'),
  softmax: (attributes, n) => alongAxis(attributes.log ? 'LogSoftmax' : 'Softmax', attributes, n),
  hardmax: (attributes, n) => alongAxis('Hardmax', attributes, n),
  argMax: ({ axis, keepDims, lastIndex, smallest }) => ({
    opType: smallest ? 'ArgMin' : 'ArgMax',
    attributes: { axis: int(axis), keepdims: flag(keepDims), select_last_index: flag(lastIndex) },
  }),
  topK: ({ axis, largest }, n) => ({
    opType: 'TopK',
    attributes: { axis: int(axis), largest: flag(largest) },
    outputs: [n.outputs[0]!, n.outputs[1] || n.between()],
  }),
  concat: byAxis('Concat'),
  slice: plain('Slice'),
  split: ({ axis, nOutputs }, n) => ({
    opType: 'Split',
    attributes: { axis: int(axis), ...(n.inputs[1] ? {} : { num_outputs: int(nOutputs) }) },
  }),
  pad: ({ mode }) => ({ opType: 'Pad', attributes: { mode: keyOf(padModes, mode) } }),
  centerCropPad: ({ axes }) => ({ opType: 'CenterCropPad', attributes: axes ? { axes: ints(axes) } : {} }),
  reshape: ({ allowZero }) => ({ opType: 'Reshape', attributes: { allowzero: flag(allowZero) } }),
  flatten: byAxis('Flatten'),
  squeeze: plain('Squeeze'),
  unsqueeze: plain('Unsqueeze'),
  identity: plain('Identity'),
  transpose: ({ perm }) => ({ opType: 'Transpose', attributes: perm ? { perm: ints(perm) } : {} }),
  depthToSpace: ({ blockSize, mode }) => ({
    opType: 'DepthToSpace',
    attributes: { blocksize: int(blockSize), mode: keyOf(depthModes, mode) },
  }),
  spaceToDepth: ({ blockSize, mode }) => {
    if (mode !== 'depthColumnRow') throw new InputError(`mode ${mode} is not in ONNX up to opset ${writtenOpset}.`);
    return { opType: 'SpaceToDepth', attributes: { blocksize: int(blockSize) } };
  },
  gather: byAxis('Gather'),
  expand: plain('Expand'),
  tile: plain('Tile'),
  reduce: ({ fn, keepDims, noopWithoutAxes }) => ({
    opType: operatorOf(reduceOperators, fn),
    attributes: { keepdims: flag(keepDims), noop_with_empty_axes: flag(noopWithoutAxes) },
  }),
  resize,
  shape: ({ start, end }) => ({
    opType: 'Shape',
    attributes: { start: int(start), ...(end === undefined ? {} : { end: int(end) }) },
  }),
  constantOfShape: ({ value }) => ({
    opType: 'ConstantOfShape',
    attributes: { value: attribute('tensor', { t: protoOf('', { ...value, shape: [1] }) }) },
  }),
  cast: ({ to }) => ({ opType: 'Cast', attributes: { to: int(codeOf(to)) } }),
  range: plain('Range'),
  quantize: ({ axis, blockSize, to }, n) => ({
    opType: 'QuantizeLinear',
    attributes: {
      axis: int(axis),
      block_size: int(blockSize),
      ...(n.inputs[2] ? {} : { output_dtype: int(codeOf(to)) }),
    },
  }),
  dequantize: ({ axis, blockSize }) => ({
    opType: 'DequantizeLinear',
    attributes: { axis: int(axis), block_size: int(blockSize) },
  }),
  batchNormTraining: notInOnnx,
  batchNormGradient: notInOnnx,
  conv2dInputGradient: notInOnnx,
  conv2dWeightGradient: notInOnnx,
  convNdWeightGradient: notInOnnx,
  pool2dGradient: notInOnnx,
  poolNdGradient: notInOnnx,
  unaryGradient: notInOnnx,
  scatterAdd: notInOnnx,
};
