/**
 * @file The one table from ONNX operators to ops of the graph: which opset brought them, how many inputs they take, what is
 * supported of them, and how they are translated. Defaults and rules: the ONNX operator specification, opsets 1 to 28.
 * Adding an operator: one entry here, one case in operators.test.ts. The way back is write-operators.ts.
 */
import { formatShape, InputError, integers, type OpAttributes, type Tensor } from '@ventral/core';
import { widened } from '../numbers.ts';
import type { Operator, Step } from './operator.ts';
import { dtypeOf } from './tensor.ts';

type ResizeAttributes = OpAttributes['resize'];

interface Entry {
  /** First opset that has the operator. */
  readonly since: number;
  readonly inputs: readonly [least: number, most: number];
  /** What of the operator is not supported, as it stands in the documentation. */
  readonly limits?: string;
  /** How many outputs are known; default 1. Those past them must not be used. */
  readonly outputs?: number;
  readonly translate: (n: Operator) => Step | readonly Step[];
}

/** Newest opset whose changes this table knows. */
export const newestOpset = 28;

/** Operators that are one function, and the first opset that has each. Read here, written by write-operators.ts. */
export const unaryOperators = {
  Abs: ['abs', 1],
  Ceil: ['ceil', 1],
  Cos: ['cos', 7],
  Erf: ['erf', 9],
  Exp: ['exp', 1],
  Floor: ['floor', 1],
  HardSwish: ['hardSwish', 14],
  Log: ['log', 1],
  Mish: ['mish', 18],
  Neg: ['neg', 1],
  Reciprocal: ['reciprocal', 1],
  Relu: ['relu', 1],
  Round: ['round', 11],
  Sigmoid: ['sigmoid', 1],
  Sign: ['sign', 9],
  Sin: ['sin', 7],
  Softplus: ['softplus', 1],
  Softsign: ['softsign', 1],
  Sqrt: ['sqrt', 1],
  Tanh: ['tanh', 1],
} as const satisfies Record<string, readonly [fn: OpAttributes['unary']['fn'], since: number]>;
export const binaryOperators = {
  Add: ['add', 1],
  And: ['and', 1],
  Div: ['div', 1],
  Equal: ['equal', 1],
  Greater: ['greater', 1],
  GreaterOrEqual: ['greaterOrEqual', 12],
  Less: ['less', 1],
  LessOrEqual: ['lessOrEqual', 12],
  Mul: ['mul', 1],
  Or: ['or', 1],
  Pow: ['pow', 1],
  Sub: ['sub', 1],
  Xor: ['xor', 1],
} as const satisfies Record<string, readonly [fn: OpAttributes['binary']['fn'], since: number]>;
/** Reductions, and the last opset that takes the axes as an attribute. */
export const reduceOperators = {
  ReduceL1: ['l1', 17],
  ReduceL2: ['l2', 17],
  ReduceLogSum: ['logSum', 17],
  ReduceLogSumExp: ['logSumExp', 17],
  ReduceMax: ['max', 17],
  ReduceMean: ['mean', 17],
  ReduceMin: ['min', 17],
  ReduceProd: ['prod', 17],
  ReduceSum: ['sum', 12],
  ReduceSumSquare: ['sumSquare', 17],
} as const satisfies Record<string, readonly [fn: OpAttributes['reduce']['fn'], lastAttributeOpset: number]>;

/** An entry for each line of a table. */
function entries<F>(table: Readonly<Record<string, readonly [fn: F, opset: number]>>, entry: (fn: F, opset: number) => Entry) {
  return Object.fromEntries(Object.entries(table).map(([name, [fn, opset]]) => [name, entry(fn, opset)]));
}

const unary = (fn: OpAttributes['unary']['fn'], alpha = 0, beta = 0): Step => ({ op: 'unary', attributes: { fn, alpha, beta } });
const identity = (x: string): Step => ({ op: 'identity', attributes: {}, inputs: [x] });

function simple(fn: OpAttributes['unary']['fn'], since: number): Entry {
  return { since, inputs: [1, 1], translate: () => unary(fn) };
}

/** Two values with numpy's broadcasting; before opset 7 `broadcast` had to be asked for and could be aligned to an axis. */
function binary(fn: OpAttributes['binary']['fn'], since: number): Entry {
  return {
    since,
    inputs: [2, 2],
    translate: (n) => {
      legacyBroadcast(n);
      return { op: 'binary', attributes: { fn } };
    },
  };
}

function legacyBroadcast(n: Operator): void {
  if (n.opset >= 7) return;
  n.ignore('broadcast');
  if (n.has('axis'))
    throw new InputError('broadcasting along an axis (opset < 7) is not supported. Convert the model to opset 7 or later.');
}

/** Sum, Max, Min, Mean of any number of values, from left to right. */
function variadic(fn: 'add' | 'max' | 'min', mean = false): Entry {
  return {
    since: 1,
    inputs: [1, Number.POSITIVE_INFINITY],
    translate: (n) => {
      const [first, ...rest] = n.inputs;
      const result = n.outputs[0]!;
      if (rest.length === 0) return identity(first!);
      const nSteps = rest.length + (mean ? 1 : 0);
      const target = (step: number) => (step === nSteps ? result : n.between(step));
      const steps: Step[] = rest.map((input, i) => ({
        op: 'binary',
        attributes: { fn },
        inputs: [i === 0 ? first! : target(i), input],
        outputs: [target(i + 1)],
      }));
      if (mean) steps.push({ ...unary('affine', 1 / n.inputs.length), inputs: [target(nSteps - 1)], outputs: [result] });
      return steps;
    },
  };
}

/** Axes as an attribute up to `lastOpset`, as an input afterwards. */
function withAxes(n: Operator, lastOpset: number): readonly string[] {
  if (n.opset > lastOpset) return n.inputs;
  const axes = n.ints('axes');
  return axes === undefined || axes.length === 0 ? [n.inputs[0]!] : [n.inputs[0]!, n.addConstant('axes', integers(axes))];
}

function reduce(fn: OpAttributes['reduce']['fn'], lastAttributeOpset: number): Entry {
  return {
    since: 1,
    inputs: [1, 2],
    translate: (n) => ({
      op: 'reduce',
      attributes: { fn, keepDims: n.flag('keepdims', true), noopWithoutAxes: n.flag('noop_with_empty_axes', false) },
      inputs: withAxes(n, lastAttributeOpset),
    }),
  };
}

function softmax(log: boolean): Entry {
  return {
    since: 1,
    inputs: [1, 1],
    translate: (n) => {
      const flattened = n.opset < 13;
      return { op: 'softmax', attributes: { axis: n.int('axis', flattened ? 1 : -1), log, flattened } };
    },
  };
}

/** Values of string attributes and what they are here; the first of two that mean the same is the one written. */
export const autoPads = { NOTSET: 'explicit', VALID: 'none', SAME_UPPER: 'sameUpper', SAME_LOWER: 'sameLower' } as const;
export const padModes = { constant: 'constant', reflect: 'reflect', edge: 'edge', wrap: 'wrap' } as const;
export const depthModes = { DCR: 'depthColumnRow', CRD: 'columnRowDepth' } as const;
export const geluForms = { none: 'gelu', tanh: 'geluTanh' } as const;
export const resizeModes = { nearest: 'nearest', linear: 'linear', bilinear: 'linear', cubic: 'cubic' } as const;
export const coordinateModes = {
  half_pixel: 'halfPixel',
  pytorch_half_pixel: 'pytorchHalfPixel',
  align_corners: 'alignCorners',
  asymmetric: 'asymmetric',
  half_pixel_symmetric: 'halfPixelSymmetric',
  tf_crop_and_resize: 'cropAndResize',
} as const;
export const nearestModes = {
  round_prefer_floor: 'roundPreferFloor',
  round_prefer_ceil: 'roundPreferCeil',
  floor: 'floor',
  ceil: 'ceil',
} as const;
export const aspectPolicies = { stretch: undefined, not_larger: 'notLarger', not_smaller: 'notSmaller' } as const;

type Pair = readonly [h: number, w: number];
type Quad = readonly [top: number, left: number, bottom: number, right: number];

/** The window attributes of a node, one number per axis; a 1-D window becomes one over a single row. */
interface WindowLists {
  readonly nAxes: number;
  readonly kernel: readonly number[] | undefined;
  readonly stride: readonly number[];
  readonly dilation: readonly number[];
  readonly padding: readonly number[] | 'sameUpper' | 'sameLower';
}

/** @param weight index of the weight among the inputs, whose rank tells the number of axes where no attribute does */
function window(n: Operator, weight?: number): WindowLists {
  const mode = n.choice<(typeof autoPads)[keyof typeof autoPads]>('auto_pad', 'NOTSET', autoPads);
  const [kernel, strides, dilations, pads] = ['kernel_shape', 'strides', 'dilations', 'pads'].map((name) => n.ints(name));
  const fromRank = weight === undefined ? undefined : (n.rank(weight) ?? n.rank(0));
  const nAxes =
    kernel?.length ?? strides?.length ?? dilations?.length ?? (pads && pads.length / 2) ?? (fromRank ? fromRank - 2 : 2);
  const list = (name: string, values: readonly number[] | undefined, fallback: number, least: number, length = nAxes) => {
    const given = values ?? new Array<number>(length).fill(fallback);
    if (given.length !== length) throw new InputError(`${name} ${formatShape(given)} do not fit ${nAxes} axes.`);
    if (given.some((value) => value < least))
      throw new InputError(`${name} must be at least ${least}, got ${formatShape(given)}.`);
    return given;
  };
  if (nAxes < 1) throw new InputError('has a window without axes.');
  const padding = list('pads', pads, 0, 0, 2 * nAxes);
  if (mode !== 'explicit' && padding.some((value) => value > 0))
    throw new InputError('auto_pad and pads are both given. Keep one of them.');
  const row = (values: readonly number[], one: number) => (nAxes === 1 ? [one, ...values] : values);
  const [before, after] = [padding.slice(0, nAxes), padding.slice(nAxes)];
  return {
    nAxes: Math.max(nAxes, 2),
    kernel: kernel && row(list('kernel_shape', kernel, 1, 1), 1),
    stride: row(list('strides', strides, 1, 1), 1),
    dilation: row(list('dilations', dilations, 1, 1), 1),
    padding: mode === 'sameUpper' || mode === 'sameLower' ? mode : [...row(before, 0), ...row(after, 0)],
  };
}

/** The lists of a window over two axes as what they are. */
function pairs({ stride, dilation, padding }: WindowLists): Pick<OpAttributes['conv2d'], 'stride' | 'dilation' | 'padding'> {
  return {
    stride: stride as Pair,
    dilation: dilation as Pair,
    padding: typeof padding === 'string' ? padding : (padding as readonly number[] as Quad),
  };
}

function groupsOf(n: Operator): number {
  const groups = n.int('group', 1);
  if (groups < 1) throw new InputError(`group must be at least 1, got ${groups}.`);
  return groups;
}

/** @param weight index of the weight among the node's inputs */
function conv(n: Operator, weight = 1): Step {
  const lists = window(n, weight);
  const { nAxes, kernel, stride, dilation, padding } = lists;
  const shape = n.constant(weight)?.shape.slice(2);
  if (kernel && shape && formatShape(kernel.slice(-shape.length)) !== formatShape(shape)) {
    throw new InputError(
      `kernel_shape ${formatShape(kernel.slice(-shape.length))} differs from its weight ${formatShape(n.constant(weight)!.shape)}.`,
    );
  }
  const groups = groupsOf(n);
  if (nAxes > 2) return { op: 'convNd', attributes: { stride, dilation, padding, groups } };
  return { op: 'conv2d', attributes: { ...pairs(lists), groups } };
}

function convTranspose(n: Operator): Step {
  const mode = n.choice<(typeof autoPads)[keyof typeof autoPads]>('auto_pad', 'NOTSET', autoPads);
  const outputShape = n.ints('output_shape');
  // Lists that are left out stay empty: only the input's rank tells their length.
  n.ignore('kernel_shape');
  const atLeastOne = (name: string) => {
    const values = n.ints(name) ?? [];
    if (values.some((value) => value < 1)) throw new InputError(`${name} must be at least 1, got ${formatShape(values)}.`);
    return values;
  };
  const attributes = {
    stride: atLeastOne('strides'),
    dilation: atLeastOne('dilations'),
    padding: mode === 'sameUpper' || mode === 'sameLower' ? mode : (n.ints('pads') ?? []),
    groups: groupsOf(n),
    outputPadding: n.ints('output_padding') ?? [],
    ...(outputShape ? { outputShape } : {}),
  };
  if (mode !== 'explicit') n.ignore('pads');
  return { op: 'convTranspose', attributes };
}

function pool(kind: OpAttributes['poolNd']['kind']): Entry {
  return {
    since: 1,
    inputs: [1, 1],
    outputs: kind === 'max' ? 2 : 1,
    translate: (n) => {
      if (kind === 'lp' && n.opset < 2) throw new InputError('is supported from opset 2 on. Convert the model.');
      const lists = window(n);
      const { nAxes, kernel, stride, dilation, padding } = lists;
      if (!kernel) throw new InputError('attribute "kernel_shape" is missing.');
      const columnMajor = n.flag('storage_order', false);
      const p = kind === 'lp' ? n.int('p', 2) : 2;
      if (p < 1) throw new InputError(`p must be at least 1, got ${p}.`);
      const attributes = {
        kind,
        ceilMode: n.flag('ceil_mode', false),
        countPadding: n.flag('count_include_pad', false),
        ...(kind === 'lp' ? { p } : {}),
        ...(columnMajor ? { columnMajor } : {}),
      };
      if (nAxes > 2) return { op: 'poolNd', attributes: { ...attributes, kernel, stride, dilation, padding } };
      return { op: 'pool2d', attributes: { ...attributes, kernel: kernel as Pair, ...pairs(lists) } };
    },
  };
}

function globalPool(kind: OpAttributes['globalPool']['kind']): Entry {
  return {
    since: 1,
    inputs: [1, 1],
    translate: (n) => ({
      op: 'globalPool',
      attributes: kind === 'lp' ? { kind, p: n.opset < 2 ? n.float('p', 2) : n.int('p', 2) } : { kind },
    }),
  };
}

/** Bounds that are constants become the parameters of one op; computed ones a minimum of a maximum. */
function clip(n: Operator): Step | readonly Step[] {
  const unbounded = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] as const;
  if (n.opset < 11) return unary('clip', n.float('min', unbounded[0]), n.float('max', unbounded[1]));
  const lower = n.scalar(1, unbounded[0]);
  const upper = n.scalar(2, unbounded[1]);
  if (lower !== undefined && upper !== undefined) return { ...unary('clip', lower, upper), inputs: [n.inputs[0]!] };
  const bounds = [
    [1, 'max'],
    [2, 'min'],
  ] as const;
  const given = bounds.filter(([index]) => n.inputs[index]);
  return given.map(([index, fn], i) => ({
    op: 'binary',
    attributes: { fn },
    inputs: [i === 0 ? n.inputs[0]! : n.between(1), n.inputs[index]!],
    outputs: [i === given.length - 1 ? n.outputs[0]! : n.between(1)],
  }));
}

/** The list an older opset kept as an attribute, as a constant input; undefined if the attribute is missing. */
function listInput(n: Operator, name: string): string | undefined {
  const values = n.ints(name);
  return values && n.addConstant(name, integers(values));
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new InputError(`attribute "${name}" is missing.`);
  return value;
}

function resize(n: Operator): Step {
  const { cubic: _, ...withoutCubic } = resizeModes;
  const isOld = n.opType === 'Upsample' || n.opset < 11;
  const mode = n.choice<ResizeAttributes['mode']>('mode', 'nearest', isOld ? withoutCubic : resizeModes);
  const [x] = n.inputs;
  if (isOld) {
    const scales = legacyScales(n);
    const values = n.constant(1)?.data ?? scales.values;
    const mixed = values?.some((s) => s < 1) && values.some((s) => s > 1);
    if (mode === 'nearest' && mixed) throw new InputError('nearest of opset < 11 needs scales all at least 1 or all at most 1.');
    // Before opset 11 the rounding was left to the runtime: onnxruntime takes floor going up and ceil going down.
    return {
      op: 'resize',
      attributes: { mode, coordinates: 'asymmetric', nearest: values?.some((s) => s < 1) ? 'ceil' : 'floor' },
      inputs: [x!, scales.name],
    };
  }
  const coordinates = n.choice<ResizeAttributes['coordinates']>('coordinate_transformation_mode', 'half_pixel', coordinateModes);
  const nearest = n.choice<ResizeAttributes['nearest']>('nearest_mode', 'round_prefer_floor', nearestModes);
  const keepAspect = n.choice<ResizeAttributes['keepAspect']>('keep_aspect_ratio_policy', 'stretch', aspectPolicies);
  const axes = n.ints('axes');
  const cubicA = n.float('cubic_coeff_a', -0.75);
  const excludeOutside = n.flag('exclude_outside', false);
  const antialias = n.flag('antialias', false);
  const outsideValue = n.float('extrapolation_value', 0);
  const given = (index: number) => (n.inputs[index] && n.constant(index)?.data.length !== 0 ? n.inputs[index] : '');
  const [region, scales, sizes] = [given(1), given(2), given(3)];
  if ((scales === '') === (sizes === '')) throw new InputError('needs either scales or sizes.');
  const isCrop = coordinates === 'cropAndResize';
  return {
    op: 'resize',
    attributes: {
      mode,
      coordinates,
      nearest,
      ...(axes ? { axes } : {}),
      ...(keepAspect ? { keepAspect } : {}),
      ...(mode === 'cubic' ? { cubicA } : {}),
      ...(mode === 'cubic' && excludeOutside ? { excludeOutside } : {}),
      ...(antialias ? { antialias } : {}),
      ...(isCrop ? { outsideValue } : {}),
    },
    inputs: [x!, scales!, ...(sizes || isCrop ? [sizes!] : []), ...(isCrop ? [region!] : [])],
  };
}

function legacyScales(n: Operator): { readonly name: string; readonly values?: Float32Array } {
  if (n.inputs[1]) return { name: n.inputs[1] };
  const both = n.has('height_scale') || n.has('width_scale');
  const values = both
    ? Float32Array.of(1, 1, n.float('height_scale', 1), n.float('width_scale', 1))
    : needed(n.floats('scales'), 'scales');
  return { name: n.addConstant('scales', { dtype: 'float32', shape: [values.length], data: values }), values };
}

function batchNorm(n: Operator): Step {
  n.ignore('momentum');
  n.require('training_mode', 0, 0, 'it is inference that is run');
  n.require('spatial', 1, 1, 'one mean per channel');
  if (n.opset < 7) n.require('is_test', 1, 0, 'it is inference that is run');
  return { op: 'batchNorm', attributes: { epsilon: n.float('epsilon', 1e-5) } };
}

function dropout(n: Operator): readonly Step[] {
  n.ignore('ratio', 'seed', 'is_test');
  const training = n.inputs[2];
  if (training && n.scalar(2, 0) !== 0)
    throw new InputError(`training_mode ("${training}") must be false: it is inference that is run.`);
  const [y, mask] = n.outputs;
  const [x] = n.inputs;
  if (!mask) return [identity(x!)];
  // Nothing is dropped: the mask is true everywhere.
  const value: Tensor = { dtype: 'bool', shape: [1], data: Float64Array.of(1) };
  return [
    { op: 'shape', attributes: { start: 0 }, inputs: [x!], outputs: [n.between(1)] },
    { op: 'constantOfShape', attributes: { value }, inputs: [n.between(1)], outputs: [mask] },
    { ...identity(x!), outputs: [y!] },
  ];
}

/** Each group of channels gets mean 0 and variance 1; before opset 21 scale and bias are one per group. */
function groupNorm(n: Operator): Step {
  n.require('stash_type', 1, 1, 'means are taken in float32');
  const groups = n.int('num_groups', 0);
  if (groups < 1) throw new InputError(`num_groups must be at least 1, got ${groups}.`);
  return { op: 'groupNorm', attributes: { groups, epsilon: n.float('epsilon', 1e-5) } };
}

/** (x − mean) / (√(mean of x² − mean²) + 1e-9) over the axes, in the steps of the standard's own definition. */
function meanVarianceNorm(n: Operator): readonly Step[] {
  const axes = n.addConstant('axes', integers(n.ints('axes') ?? [0, 2, 3]));
  const [x] = n.inputs;
  const v = (index: number) => n.between(index);
  const mean = (input: string, output: string): Step => ({
    op: 'reduce',
    attributes: { fn: 'mean', keepDims: true, noopWithoutAxes: false },
    inputs: [input, axes],
    outputs: [output],
  });
  return [
    mean(x!, v(1)),
    { op: 'binary', attributes: { fn: 'sub' }, inputs: [x!, v(1)], outputs: [v(2)] },
    { ...unary('square'), inputs: [v(2)], outputs: [v(3)] },
    mean(v(3), v(4)),
    { ...unary('sqrt'), inputs: [v(4)], outputs: [v(5)] },
    { ...unary('affine', 1, 1e-9), inputs: [v(5)], outputs: [v(6)] },
    { op: 'binary', attributes: { fn: 'div' }, inputs: [v(2), v(6)] },
  ];
}

/** x − bias above lambd, x + bias below −lambd, 0 between: (x − sign(x) · bias) where |x| > lambd. */
function shrink(n: Operator): readonly Step[] {
  const [x] = n.inputs;
  const number = (name: string, value: number) =>
    n.addConstant(name, { dtype: 'float32', shape: [], data: Float32Array.of(value) });
  const v = (index: number) => n.between(index);
  const lambd = number('lambd', n.float('lambd', 0.5));
  return [
    { ...unary('sign'), inputs: [x!], outputs: [v(1)] },
    { ...unary('affine', -n.float('bias', 0)), inputs: [v(1)], outputs: [v(2)] },
    { op: 'binary', attributes: { fn: 'add' }, inputs: [x!, v(2)], outputs: [v(3)] },
    { ...unary('abs'), inputs: [x!], outputs: [v(4)] },
    { op: 'binary', attributes: { fn: 'greater' }, inputs: [v(4), lambd], outputs: [v(5)] },
    { op: 'where', attributes: {}, inputs: [v(5), v(3), number('zero', 0)] },
  ];
}

/** NaN alone is not equal to itself. */
function isNotNumber(n: Operator): readonly Step[] {
  const [x] = n.inputs;
  return [{ op: 'binary', attributes: { fn: 'equal' }, inputs: [x!, x!], outputs: [n.between(1)] }, not(n.between(1), n)];
}

function not(x: string, n: Operator): Step {
  const zero: Tensor = { dtype: 'bool', shape: [], data: Float64Array.of(0) };
  return { op: 'binary', attributes: { fn: 'equal' }, inputs: [x, n.addConstant('zero', zero)] };
}

function isInf(n: Operator): readonly Step[] {
  const [positive, negative] = [n.flag('detect_positive', true), n.flag('detect_negative', true)];
  const [x] = n.inputs;
  const infinity = n.addConstant('infinity', {
    dtype: 'float32',
    shape: [],
    data: Float32Array.of(positive ? Infinity : -Infinity),
  });
  if (positive && negative) {
    return [
      { ...unary('abs'), outputs: [n.between(1)] },
      { op: 'binary', attributes: { fn: 'equal' }, inputs: [n.between(1), infinity] },
    ];
  }
  if (positive || negative) return [{ op: 'binary', attributes: { fn: 'equal' }, inputs: [x!, infinity] }];
  return [{ op: 'binary', attributes: { fn: 'xor' }, inputs: [x!, x!] }];
}

function argMax(smallest: boolean): Entry {
  return {
    since: 1,
    inputs: [1, 1],
    translate: (n) => ({
      op: 'argMax',
      attributes: {
        axis: n.int('axis', 0),
        keepDims: n.flag('keepdims', true),
        lastIndex: n.flag('select_last_index', false),
        smallest,
      },
    }),
  };
}

function depthBlocks(n: Operator): OpAttributes['depthToSpace'] {
  const mode = n.choice<'depthColumnRow' | 'columnRowDepth'>('mode', 'DCR', depthModes);
  return { blockSize: n.int('blocksize', 0), mode };
}

function topK(n: Operator): Step {
  n.ignore('sorted');
  const attributes = { axis: n.int('axis', -1), largest: n.flag('largest', true) };
  if (n.opset >= 10) return { op: 'topK', attributes };
  return { op: 'topK', attributes, inputs: [n.inputs[0]!, n.addConstant('k', integers([n.int('k', 0)]))] };
}

/** Quantised values are numbers of float32 (core/ops/quantize.ts); the type of the zero point says how far they reach. */
function quantization(n: Operator): OpAttributes['dequantize'] {
  n.ignore('saturate');
  if (n.int('precision', 0) > 1) throw new InputError('precision is supported as float32 only.');
  return { axis: n.int('axis', 1), blockSize: n.int('block_size', 0) };
}

function quantizeLinear(n: Operator): Step {
  const to = n.int('output_dtype', 0);
  return { op: 'quantize', attributes: { ...quantization(n), to: to === 0 ? 'uint8' : dtypeOf(to) } };
}

function dequantizeLinear(n: Operator): Step {
  n.ignore('output_dtype');
  return { op: 'dequantize', attributes: quantization(n) };
}

/** A convolution of dequantised values, quantised again; its bias counts in units of x_scale · w_scale. */
function qLinearConv(n: Operator): readonly Step[] {
  const [x, xScale, xZero, w, wScale, wZero, yScale, yZero, bias] = n.inputs as string[];
  const v = (index: number) => n.between(index);
  const ofValue = { axis: 1, blockSize: 0 };
  const ofWeight = { axis: 0, blockSize: 0 };
  const biasSteps: readonly Step[] = bias
    ? [
        { op: 'binary', attributes: { fn: 'mul' }, inputs: [xScale!, wScale!], outputs: [v(3)] },
        { op: 'cast', attributes: { to: 'float32' }, inputs: [bias], outputs: [v(4)] },
        { op: 'binary', attributes: { fn: 'mul' }, inputs: [v(4), v(3)], outputs: [v(5)] },
      ]
    : [];
  return [
    { op: 'dequantize', attributes: ofValue, inputs: [x!, xScale!, xZero!], outputs: [v(1)] },
    { op: 'dequantize', attributes: ofWeight, inputs: [w!, wScale!, wZero!], outputs: [v(2)] },
    ...biasSteps,
    { ...conv(n, 3), inputs: [v(1), v(2), ...(bias ? [v(5)] : [])], outputs: [v(6)] },
    { op: 'quantize', attributes: { ...ofValue, to: 'uint8' }, inputs: [v(6), yScale!, yZero!] },
  ];
}

function layerNorm(n: Operator): Step {
  n.require('stash_type', 1, 1, 'means are taken in float32');
  return { op: 'layerNorm', attributes: { axis: n.int('axis', -1), epsilon: n.float('epsilon', 1e-5) } };
}

function pad(n: Operator): Step {
  const mode = n.choice<OpAttributes['pad']['mode']>('mode', 'constant', padModes);
  if (n.opset >= 11) return { op: 'pad', attributes: { mode } };
  const value: Tensor = { dtype: 'float32', shape: [], data: Float32Array.of(n.float('value', 0)) };
  const pads = needed(listInput(n, n.opset < 2 ? 'paddings' : 'pads'), 'pads');
  return { op: 'pad', attributes: { mode }, inputs: [n.inputs[0]!, pads, n.addConstant('value', value)] };
}

function slice(n: Operator): Step {
  if (n.opset >= 10) {
    if (n.inputs.length < 3) throw new InputError('needs inputs starts and ends.');
    return { op: 'slice', attributes: {} };
  }
  const starts = needed(listInput(n, 'starts'), 'starts');
  const ends = needed(listInput(n, 'ends'), 'ends');
  const axes = listInput(n, 'axes');
  return { op: 'slice', attributes: {}, inputs: [n.inputs[0]!, starts, ends, ...(axes === undefined ? [] : [axes])] };
}

function split(n: Operator): Step {
  const nOutputs = n.outputs.length;
  n.require('num_outputs', nOutputs, nOutputs, 'it must be the number of outputs');
  const sizes = n.opset < 13 && n.inputs.length < 2 ? listInput(n, 'split') : undefined;
  return {
    op: 'split',
    attributes: { axis: n.int('axis', 0), nOutputs },
    inputs: sizes === undefined ? n.inputs : [n.inputs[0]!, sizes],
  };
}

function reshape(n: Operator): Step {
  const attributes = { allowZero: n.flag('allowzero', false) };
  if (n.opset >= 5) {
    if (n.inputs.length < 2) throw new InputError('needs the input shape.');
    return { op: 'reshape', attributes };
  }
  return { op: 'reshape', attributes, inputs: [n.inputs[0]!, needed(listInput(n, 'shape'), 'shape')] };
}

function swish(n: Operator): Step | readonly Step[] {
  const alpha = n.float('alpha', 1);
  if (alpha === 1) return unary('silu');
  const [x] = n.inputs;
  return [
    { ...unary('affine', alpha), outputs: [n.between(1)] },
    { ...unary('sigmoid'), inputs: [n.between(1)], outputs: [n.between(2)] },
    { op: 'binary', attributes: { fn: 'mul' }, inputs: [x!, n.between(2)] },
  ];
}

/**
 * fmod = 1: the remainder has the sign of a, as the op's. fmod = 0 (whole numbers only): the sign of b, which is
 * ((a rem b) + b) rem b, exact.
 */
function mod(n: Operator): readonly Step[] {
  const remainder = { op: 'binary', attributes: { fn: 'mod' } } as const;
  if (n.flag('fmod', false)) return [remainder];
  const b = n.inputs[1]!;
  return [
    { ...remainder, outputs: [n.between(1)] },
    { op: 'binary', attributes: { fn: 'add' }, inputs: [n.between(1), b], outputs: [n.between(2)] },
    { ...remainder, inputs: [n.between(2), b] },
  ];
}

function prelu(n: Operator): Step {
  const slope = n.constant(1);
  if (n.opset < 7 && slope?.data.length !== 1)
    throw new InputError('one slope per channel is supported from opset 7 on. Convert the model.');
  return { op: 'binary', attributes: { fn: 'prelu' } };
}

/** Operator (domain ai.onnx) → its entry. Constant is not here: read.ts turns it into constants before anything else. */
export const operators: Readonly<Record<string, Entry>> = {
  ...entries(unaryOperators, simple),
  ...entries(binaryOperators, binary),
  ...entries(reduceOperators, reduce),
  ArgMax: argMax(false),
  ArgMin: argMax(true),
  AveragePool: pool('average'),
  BatchNormalization: { since: 1, inputs: [5, 5], limits: 'inference; spatial = 1', translate: batchNorm },
  Cast: {
    since: 6,
    inputs: [1, 1],
    limits: 'no text, complex or 8-bit float types; float16 and bfloat16 are float32 and round nothing',
    translate: (n) => {
      n.ignore('saturate', 'round_mode');
      return { op: 'cast', attributes: { to: widened(dtypeOf(n.int('to', 0))) } };
    },
  },
  CenterCropPad: {
    since: 18,
    inputs: [2, 2],
    limits: 'constant shape',
    translate: (n) => {
      const axes = n.ints('axes');
      return { op: 'centerCropPad', attributes: axes ? { axes } : {} };
    },
  },
  Celu: { since: 12, inputs: [1, 1], translate: (n) => unary('celu', n.float('alpha', 1)) },
  Clip: { since: 1, inputs: [1, 3], translate: clip },
  Concat: {
    since: 1,
    inputs: [1, Number.POSITIVE_INFINITY],
    translate: (n) => ({ op: 'concat', attributes: { axis: concatAxis(n) } }),
  },
  ConstantOfShape: {
    since: 9,
    inputs: [1, 1],
    translate: (n) => {
      const value = n.tensor('value') ?? { dtype: 'float32', shape: [1], data: Float32Array.of(0) };
      if (value.data.length !== 1) throw new InputError(`value must be one number, got ${formatShape(value.shape)}.`);
      return { op: 'constantOfShape', attributes: { value } };
    },
  },
  Conv: { since: 1, inputs: [2, 3], translate: (n) => conv(n) },
  ConvTranspose: { since: 1, inputs: [2, 3], translate: convTranspose },
  DepthToSpace: { since: 1, inputs: [1, 1], translate: (n) => ({ op: 'depthToSpace', attributes: depthBlocks(n) }) },
  DequantizeLinear: { since: 10, inputs: [2, 3], limits: '8-, 16- and 32-bit integers', translate: dequantizeLinear },
  Dropout: { since: 1, inputs: [1, 3], outputs: 2, limits: 'inference', translate: dropout },
  Einsum: {
    since: 12,
    inputs: [1, Number.POSITIVE_INFINITY],
    translate: (n) => ({ op: 'einsum', attributes: { equation: n.string('equation', '') } }),
  },
  Elu: { since: 1, inputs: [1, 1], translate: (n) => unary('elu', n.float('alpha', 1)) },
  Expand: { since: 8, inputs: [2, 2], limits: 'constant shape', translate: () => ({ op: 'expand', attributes: {} }) },
  Flatten: { since: 1, inputs: [1, 1], translate: (n) => ({ op: 'flatten', attributes: { axis: n.int('axis', 1) } }) },
  Gather: {
    since: 1,
    inputs: [2, 2],
    translate: (n) => ({ op: 'gather', attributes: { axis: n.int('axis', 0) } }),
  },
  Gelu: {
    since: 20,
    inputs: [1, 1],
    translate: (n) => unary(n.choice<'gelu' | 'geluTanh'>('approximate', 'none', geluForms)),
  },
  Gemm: {
    since: 1,
    inputs: [2, 3],
    translate: (n) => {
      n.ignore('broadcast');
      const attributes = {
        alpha: n.float('alpha', 1),
        beta: n.float('beta', 1),
        transA: n.flag('transA', false),
        transB: n.flag('transB', false),
      };
      return { op: 'dense', attributes };
    },
  },
  GlobalAveragePool: globalPool('average'),
  GlobalLpPool: globalPool('lp'),
  GlobalMaxPool: globalPool('max'),
  GroupNormalization: { since: 18, inputs: [3, 3], translate: groupNorm },
  HardSigmoid: { since: 1, inputs: [1, 1], translate: (n) => unary('hardSigmoid', n.float('alpha', 0.2), n.float('beta', 0.5)) },
  Hardmax: {
    since: 1,
    inputs: [1, 1],
    translate: (n) => ({ op: 'hardmax', attributes: { axis: n.int('axis', n.opset < 13 ? 1 : -1), flattened: n.opset < 13 } }),
  },
  Identity: { since: 1, inputs: [1, 1], translate: (n) => identity(n.inputs[0]!) },
  InstanceNormalization: {
    since: 1,
    inputs: [3, 3],
    translate: (n) => ({ op: 'groupNorm', attributes: { epsilon: n.float('epsilon', 1e-5) } }),
  },
  IsInf: { since: 10, inputs: [1, 1], translate: isInf },
  IsNaN: { since: 9, inputs: [1, 1], translate: isNotNumber },
  LRN: {
    since: 1,
    inputs: [1, 1],
    translate: (n) => ({
      op: 'lrn',
      attributes: { size: lrnSize(n), alpha: n.float('alpha', 1e-4), beta: n.float('beta', 0.75), bias: n.float('bias', 1) },
    }),
  },
  LayerNormalization: { since: 17, inputs: [2, 3], outputs: 3, translate: layerNorm },
  LeakyRelu: { since: 1, inputs: [1, 1], translate: (n) => unary('leakyRelu', n.float('alpha', 0.01)) },
  LogSoftmax: softmax(true),
  LpPool: pool('lp'),
  MatMul: { since: 1, inputs: [2, 2], translate: () => ({ op: 'matmul', attributes: {} }) },
  Max: variadic('max'),
  MaxPool: pool('max'),
  Mean: variadic('add', true),
  MeanVarianceNormalization: { since: 9, inputs: [1, 1], translate: meanVarianceNorm },
  Min: variadic('min'),
  Mod: { since: 10, inputs: [2, 2], translate: mod },
  Not: { since: 1, inputs: [1, 1], translate: (n) => not(n.inputs[0]!, n) },
  PRelu: { since: 1, inputs: [2, 2], translate: prelu },
  Pad: { since: 1, inputs: [1, 4], limits: 'constant pads', translate: pad },
  QLinearConv: { since: 10, inputs: [8, 9], limits: 'by dequantising; 8-bit', translate: qLinearConv },
  QuantizeLinear: { since: 10, inputs: [2, 3], limits: 'to 8- and 16-bit integers', translate: quantizeLinear },
  Range: { since: 11, inputs: [3, 3], limits: 'constant inputs', translate: () => ({ op: 'range', attributes: {} }) },
  Reshape: { since: 1, inputs: [1, 2], limits: 'constant shape', translate: reshape },
  Resize: { since: 10, inputs: [1, 4], limits: 'constant scales or sizes', translate: resize },
  Selu: {
    since: 1,
    inputs: [1, 1],
    // Defaults as float32 numbers (Klambauer et al. 2017, Self-normalizing neural networks, arXiv:1706.02515).
    translate: (n) => unary('selu', n.float('alpha', 1.6732631921768188), n.float('gamma', 1.0507010221481323)),
  },
  Shape: {
    since: 1,
    inputs: [1, 1],
    translate: (n) => ({
      op: 'shape',
      attributes: { start: n.int('start', 0), ...(n.has('end') ? { end: n.int('end', 0) } : {}) },
    }),
  },
  Shrink: { since: 9, inputs: [1, 1], translate: shrink },
  Size: {
    since: 1,
    inputs: [1, 1],
    translate: (n) => [
      { op: 'shape', attributes: { start: 0 }, outputs: [n.between(1)] },
      { op: 'reduce', attributes: { fn: 'prod', keepDims: false, noopWithoutAxes: false }, inputs: [n.between(1)] },
    ],
  },
  Slice: { since: 1, inputs: [1, 5], limits: 'constant starts, ends, axes and steps', translate: slice },
  Softmax: softmax(false),
  SpaceToDepth: { since: 1, inputs: [1, 1], translate: (n) => ({ op: 'spaceToDepth', attributes: depthBlocks(n) }) },
  Split: { since: 1, inputs: [1, 2], limits: 'constant sizes', outputs: Number.POSITIVE_INFINITY, translate: split },
  Squeeze: {
    since: 1,
    inputs: [1, 2],
    limits: 'constant axes',
    translate: (n) => ({ op: 'squeeze', attributes: {}, inputs: withAxes(n, 12) }),
  },
  Sum: variadic('add'),
  Swish: { since: 24, inputs: [1, 1], translate: swish },
  ThresholdedRelu: { since: 10, inputs: [1, 1], translate: (n) => unary('thresholdedRelu', n.float('alpha', 1)) },
  Tile: { since: 6, inputs: [2, 2], limits: 'constant repeats', translate: () => ({ op: 'tile', attributes: {} }) },
  TopK: { since: 1, inputs: [1, 2], outputs: 2, limits: 'constant k', translate: topK },
  Transpose: {
    since: 1,
    inputs: [1, 1],
    translate: (n) => {
      const perm = n.ints('perm');
      return { op: 'transpose', attributes: perm === undefined ? {} : { perm } };
    },
  },
  Unsqueeze: {
    since: 1,
    inputs: [1, 2],
    limits: 'constant axes',
    translate: (n) => {
      const inputs = withAxes(n, 12);
      if (inputs.length < 2) throw new InputError('needs axes.');
      return { op: 'unsqueeze', attributes: {}, inputs };
    },
  },
  Upsample: { since: 7, inputs: [1, 2], limits: 'nearest and linear', translate: resize },
  Where: { since: 9, inputs: [3, 3], translate: () => ({ op: 'where', attributes: {} }) },
};

function concatAxis(n: Operator): number {
  if (n.opset >= 4 && !n.has('axis')) throw new InputError('attribute "axis" is missing.');
  return n.int('axis', 1);
}

function lrnSize(n: Operator): number {
  const size = n.int('size', 0);
  if (size < 1) throw new InputError(`size must be at least 1, got ${size}.`);
  return size;
}

/** One line of the documentation of what can be read. */
export interface SupportedOperator {
  readonly operator: string;
  readonly sinceOpset: number;
  readonly limits: string;
}

/** Every operator that can be read, by name. */
export const supportedOperators: readonly SupportedOperator[] = [
  ...Object.entries(operators).map(([operator, { since, limits }]) => ({ operator, sinceOpset: since, limits: limits ?? '' })),
  { operator: 'Constant', sinceOpset: 1, limits: 'no text, no sparse values' },
].sort((a, b) => (a.operator < b.operator ? -1 : 1));
