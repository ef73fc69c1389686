/**
 * @file The one table from ONNX operators to ops of the graph: which opset brought them, how many inputs they take, what is
 * supported of them, and how they are translated. Defaults and rules: the ONNX operator specification, opsets 1 to 28.
 * Adding an operator: one entry here, one case in operators.test.ts.
 */
import { formatShape, InputError, integers, type OpAttributes, type Tensor } from '@ventral/core';
import type { Operator, Step } from './operator.ts';
import { dtypeOf } from './tensor.ts';

type ResizeAttributes = OpAttributes['resize'];

interface Entry {
  /** First opset that has the operator. */
  readonly since: number;
  readonly inputs: readonly [least: number, most: number];
  /** What of the operator is not supported, as it stands in the documentation. */
  readonly limits?: string;
  /** Outputs past the first are kept (Split); otherwise they must not be used. */
  readonly manyOutputs?: boolean;
  readonly translate: (n: Operator) => Step | readonly Step[];
}

/** Newest opset whose changes this table knows. */
export const newestOpset = 28;

const unary = (fn: OpAttributes['unary']['fn'], alpha = 0, beta = 0): Step => ({ op: 'unary', attributes: { fn, alpha, beta } });
const identity = (x: string): Step => ({ op: 'identity', attributes: {}, inputs: [x] });

function simple(fn: OpAttributes['unary']['fn'], since = 1): Entry {
  return { since, inputs: [1, 1], translate: () => unary(fn) };
}

/** Two values with numpy's broadcasting; before opset 7 `broadcast` had to be asked for and could be aligned to an axis. */
function binary(fn: OpAttributes['binary']['fn'], since = 1): Entry {
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

function reduce(fn: OpAttributes['reduce']['fn'], lastAttributeOpset = 17): Entry {
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

/** A pair of window numbers; anything but two of them is a 1-D or 3-D window. */
function pair(n: Operator, name: string, values: readonly number[], least: number): readonly [h: number, w: number] {
  const [h, w] = values;
  if (values.length !== 2 || h === undefined || w === undefined) {
    throw new InputError(
      `${name} ${formatShape(values)} is ${values.length}-D; only 2-D ${n.opType} on [n, c, h, w] is supported.`,
    );
  }
  if (h < least || w < least) throw new InputError(`${name} must be at least ${least}, got ${formatShape(values)}.`);
  return [h, w];
}

const autoPads = { NOTSET: 'explicit', VALID: [0, 0, 0, 0], SAME_UPPER: 'sameUpper', SAME_LOWER: 'sameLower' } as const;

function window(n: Operator): Pick<OpAttributes['conv2d'], 'stride' | 'dilation' | 'padding'> {
  const mode = n.choice<(typeof autoPads)[keyof typeof autoPads]>('auto_pad', 'NOTSET', autoPads);
  const pads = n.ints('pads');
  const [top, left, bottom, right] = pads ?? [0, 0, 0, 0];
  if (top === undefined || left === undefined || bottom === undefined || right === undefined || (pads?.length ?? 4) !== 4) {
    throw new InputError(
      `pads ${formatShape(pads ?? [])} are not [top, left, bottom, right]; only 2-D ${n.opType} on [n, c, h, w] is supported.`,
    );
  }
  if (Math.min(top, left, bottom, right) < 0) throw new InputError(`pads must be at least 0, got ${formatShape(pads ?? [])}.`);
  if (mode !== 'explicit' && top + left + bottom + right > 0)
    throw new InputError('auto_pad and pads are both given. Keep one of them.');
  return {
    stride: pair(n, 'strides', n.ints('strides') ?? [1, 1], 1),
    dilation: pair(n, 'dilations', n.ints('dilations') ?? [1, 1], 1),
    padding: mode === 'explicit' ? [top, left, bottom, right] : mode,
  };
}

function conv(n: Operator): Step {
  const kernel = n.ints('kernel_shape');
  const weight = n.constant(1)?.shape;
  if (kernel) pair(n, 'kernel_shape', kernel, 1);
  if (weight && weight.length !== 4) pair(n, 'weight', weight.slice(2), 1);
  if (kernel && weight && (weight[2] !== kernel[0] || weight[3] !== kernel[1])) {
    throw new InputError(`kernel_shape ${formatShape(kernel)} differs from its weight ${formatShape(weight)}.`);
  }
  const groups = n.int('group', 1);
  if (groups < 1) throw new InputError(`group must be at least 1, got ${groups}.`);
  return { op: 'conv2d', attributes: { ...window(n), groups } };
}

function pool(kind: 'max' | 'average'): Entry {
  return {
    since: 1,
    inputs: [1, 1],
    limits: kind === 'max' ? '2-D; no Indices output' : '2-D',
    translate: (n) => {
      const kernel = n.ints('kernel_shape');
      if (!kernel) throw new InputError('attribute "kernel_shape" is missing.');
      n.ignore('storage_order');
      const size = pair(n, 'kernel_shape', kernel, 1);
      return {
        op: 'pool2d',
        attributes: {
          kind,
          kernel: size,
          ...window(n),
          ceilMode: n.flag('ceil_mode', false),
          countPadding: n.flag('count_include_pad', false),
        },
      };
    },
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
  const mode = n.choice<ResizeAttributes['mode']>('mode', 'nearest', {
    nearest: 'nearest',
    linear: 'linear',
    bilinear: 'linear',
  });
  const [x] = n.inputs;
  if (n.opType === 'Upsample' || n.opset < 11) {
    const scales = legacyScales(n);
    const values = n.constant(1)?.data ?? scales.values;
    const mixed = values === undefined ? n.opType === 'Resize' : values.some((s) => s < 1) && values.some((s) => s > 1);
    if (mode === 'nearest' && mixed)
      throw new InputError('nearest of opset < 11 needs constant scales, all at least 1 or all at most 1.');
    // Before opset 11 the rounding was left to the runtime: onnxruntime takes floor going up and ceil going down.
    return {
      op: 'resize',
      attributes: { mode, coordinates: 'asymmetric', nearest: values?.some((s) => s < 1) ? 'ceil' : 'floor' },
      inputs: [x!, scales.name],
    };
  }
  const coordinates = n.choice<ResizeAttributes['coordinates']>('coordinate_transformation_mode', 'half_pixel', {
    half_pixel: 'halfPixel',
    pytorch_half_pixel: 'pytorchHalfPixel',
    align_corners: 'alignCorners',
    asymmetric: 'asymmetric',
    half_pixel_symmetric: 'halfPixelSymmetric',
  });
  const nearest = n.choice<ResizeAttributes['nearest']>('nearest_mode', 'round_prefer_floor', {
    round_prefer_floor: 'roundPreferFloor',
    round_prefer_ceil: 'roundPreferCeil',
    floor: 'floor',
    ceil: 'ceil',
  });
  n.require('antialias', 0, 0, 'filtering while shrinking is not supported');
  n.require('exclude_outside', 0, 0, 'it belongs to cubic interpolation');
  n.choice('keep_aspect_ratio_policy', 'stretch', { stretch: true });
  n.ignore('cubic_coeff_a', 'extrapolation_value');
  const given = (index: number) => (n.inputs[index] && n.constant(index)?.data.length !== 0 ? n.inputs[index] : '');
  const scales = given(2);
  const sizes = given(3);
  if ((scales === '') === (sizes === '')) throw new InputError('needs either scales or sizes.');
  const axes = n.ints('axes');
  if (axes !== undefined) return { op: 'resize', attributes: { mode, coordinates, nearest }, inputs: [x!, allScales(n, axes)] };
  return { op: 'resize', attributes: { mode, coordinates, nearest }, inputs: scales ? [x!, scales] : [x!, '', sizes!] };
}

/** Scales of some axes of [n, c, h, w] as scales of all four. */
function allScales(n: Operator, axes: readonly number[]): string {
  const values = n.constant(2)?.data;
  const all = new Float32Array([1, 1, 1, 1]);
  if (!values?.length) throw new InputError('attribute "axes" is supported with constant scales only.');
  if (axes.length !== values.length || axes.some((axis) => axis < -4 || axis > 3)) {
    throw new InputError(`axes ${formatShape(axes)} do not fit ${values.length} scales of [n, c, h, w].`);
  }
  axes.forEach((axis, i) => {
    all[axis < 0 ? axis + 4 : axis] = values[i]!;
  });
  return n.addConstant('scales', { dtype: 'float32', shape: [4], data: all });
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

function dropout(n: Operator): Step {
  n.ignore('ratio', 'seed', 'is_test');
  const training = n.inputs[2];
  if (training && n.scalar(2, 0) !== 0)
    throw new InputError(`training_mode ("${training}") must be false: it is inference that is run.`);
  return identity(n.inputs[0]!);
}

function layerNorm(n: Operator): Step {
  n.require('stash_type', 1, 1, 'means are taken in float32');
  return { op: 'layerNorm', attributes: { axis: n.int('axis', -1), epsilon: n.float('epsilon', 1e-5) } };
}

function pad(n: Operator): Step {
  const mode = n.choice<OpAttributes['pad']['mode']>('mode', 'constant', {
    constant: 'constant',
    reflect: 'reflect',
    edge: 'edge',
    wrap: 'wrap',
  });
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
  Abs: simple('abs'),
  Add: binary('add'),
  And: binary('and'),
  AveragePool: pool('average'),
  BatchNormalization: { since: 1, inputs: [5, 5], limits: 'inference; spatial = 1', translate: batchNorm },
  Cast: {
    since: 6,
    inputs: [1, 1],
    limits: 'no text, complex or 8-bit float types',
    translate: (n) => {
      n.ignore('saturate', 'round_mode');
      return { op: 'cast', attributes: { to: dtypeOf(n.int('to', 0)) } };
    },
  },
  Ceil: simple('ceil'),
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
  Conv: { since: 1, inputs: [2, 3], limits: '2-D', translate: conv },
  Cos: simple('cos', 7),
  Div: binary('div'),
  Dropout: { since: 1, inputs: [1, 3], limits: 'inference; no mask output', translate: dropout },
  Elu: { since: 1, inputs: [1, 1], translate: (n) => unary('elu', n.float('alpha', 1)) },
  Equal: binary('equal'),
  Erf: simple('erf', 9),
  Exp: simple('exp'),
  Expand: { since: 8, inputs: [2, 2], limits: 'constant shape', translate: () => ({ op: 'expand', attributes: {} }) },
  Flatten: { since: 1, inputs: [1, 1], translate: (n) => ({ op: 'flatten', attributes: { axis: n.int('axis', 1) } }) },
  Floor: simple('floor'),
  Gather: {
    since: 1,
    inputs: [2, 2],
    limits: 'constant indices',
    translate: (n) => ({ op: 'gather', attributes: { axis: n.int('axis', 0) } }),
  },
  Gelu: {
    since: 20,
    inputs: [1, 1],
    translate: (n) => unary(n.choice<'gelu' | 'geluTanh'>('approximate', 'none', { none: 'gelu', tanh: 'geluTanh' })),
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
  GlobalAveragePool: { since: 1, inputs: [1, 1], translate: () => ({ op: 'globalPool', attributes: { kind: 'average' } }) },
  GlobalMaxPool: { since: 1, inputs: [1, 1], translate: () => ({ op: 'globalPool', attributes: { kind: 'max' } }) },
  Greater: binary('greater'),
  GreaterOrEqual: binary('greaterOrEqual', 12),
  HardSigmoid: { since: 1, inputs: [1, 1], translate: (n) => unary('hardSigmoid', n.float('alpha', 0.2), n.float('beta', 0.5)) },
  HardSwish: simple('hardSwish', 14),
  Identity: { since: 1, inputs: [1, 1], translate: (n) => identity(n.inputs[0]!) },
  LRN: {
    since: 1,
    inputs: [1, 1],
    translate: (n) => ({
      op: 'lrn',
      attributes: { size: lrnSize(n), alpha: n.float('alpha', 1e-4), beta: n.float('beta', 0.75), bias: n.float('bias', 1) },
    }),
  },
  LayerNormalization: { since: 17, inputs: [2, 3], limits: 'no Mean and InvStdDev outputs', translate: layerNorm },
  LeakyRelu: { since: 1, inputs: [1, 1], translate: (n) => unary('leakyRelu', n.float('alpha', 0.01)) },
  Less: binary('less'),
  LessOrEqual: binary('lessOrEqual', 12),
  Log: simple('log'),
  LogSoftmax: softmax(true),
  MatMul: { since: 1, inputs: [2, 2], translate: () => ({ op: 'matmul', attributes: {} }) },
  Max: variadic('max'),
  MaxPool: pool('max'),
  Mean: variadic('add', true),
  Min: variadic('min'),
  Mish: simple('mish', 18),
  Mod: { since: 10, inputs: [2, 2], translate: mod },
  Mul: binary('mul'),
  Neg: simple('neg'),
  Or: binary('or'),
  PRelu: { since: 1, inputs: [2, 2], translate: prelu },
  Pad: { since: 1, inputs: [1, 4], limits: 'constant pads', translate: pad },
  Pow: binary('pow'),
  Range: { since: 11, inputs: [3, 3], limits: 'constant inputs', translate: () => ({ op: 'range', attributes: {} }) },
  Reciprocal: simple('reciprocal'),
  ReduceL1: reduce('l1'),
  ReduceL2: reduce('l2'),
  ReduceLogSum: reduce('logSum'),
  ReduceLogSumExp: reduce('logSumExp'),
  ReduceMax: reduce('max'),
  ReduceMean: reduce('mean'),
  ReduceMin: reduce('min'),
  ReduceProd: reduce('prod'),
  ReduceSum: reduce('sum', 12),
  ReduceSumSquare: reduce('sumSquare'),
  Relu: simple('relu'),
  Reshape: { since: 1, inputs: [1, 2], limits: 'constant shape', translate: reshape },
  Resize: { since: 10, inputs: [1, 4], limits: 'nearest and linear; no antialias, no tf_crop_and_resize', translate: resize },
  Round: simple('round', 11),
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
  Sigmoid: simple('sigmoid'),
  Sign: simple('sign', 9),
  Sin: simple('sin', 7),
  Slice: { since: 1, inputs: [1, 5], limits: 'constant starts, ends, axes and steps', translate: slice },
  Softmax: softmax(false),
  Softplus: simple('softplus'),
  Softsign: simple('softsign'),
  Split: { since: 1, inputs: [1, 2], limits: 'constant sizes', manyOutputs: true, translate: split },
  Sqrt: simple('sqrt'),
  Squeeze: {
    since: 1,
    inputs: [1, 2],
    limits: 'constant axes',
    translate: (n) => ({ op: 'squeeze', attributes: {}, inputs: withAxes(n, 12) }),
  },
  Sub: binary('sub'),
  Sum: variadic('add'),
  Swish: { since: 24, inputs: [1, 1], translate: swish },
  Tanh: simple('tanh'),
  ThresholdedRelu: { since: 10, inputs: [1, 1], translate: (n) => unary('thresholdedRelu', n.float('alpha', 1)) },
  Tile: { since: 6, inputs: [2, 2], limits: 'constant repeats', translate: () => ({ op: 'tile', attributes: {} }) },
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
  Xor: binary('xor'),
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
