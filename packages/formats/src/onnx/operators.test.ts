import type { Graph, Node } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { type attributeProto, type Encodable, encode, modelProto, type tensorProto } from './fields.ts';
import { operators, supportedOperators } from './operators.ts';
import { readOnnx } from './read.ts';

type Attribute = Encodable<typeof attributeProto>;
type TensorProto = Encodable<typeof tensorProto>;

const int = (name: string, i: number): Attribute => ({ name, type: 2, i });
const ints = (name: string, ...values: number[]): Attribute => ({ name, type: 7, ints: values });
const float = (name: string, f: number): Attribute => ({ name, type: 1, f });
const floats = (name: string, ...values: number[]): Attribute => ({ name, type: 6, floats: values });
const string = (name: string, s: string): Attribute => ({ name, type: 3, s });
const scalar = (name: string, value: number): TensorProto => ({ name, dims: [], dataType: 1, floatData: [value] });
const list = (name: string, dataType: 1 | 7, ...values: number[]): TensorProto =>
  dataType === 1
    ? { name, dims: [values.length], dataType, floatData: values }
    : { name, dims: [values.length], dataType, int64Data: values };
const weight = (name: string, ...dims: number[]): TensorProto => ({
  name,
  dims,
  dataType: 1,
  floatData: new Float32Array(dims.reduce((a, b) => a * b, 1)),
});

interface Case {
  readonly op: string;
  readonly opset?: number;
  readonly attributes?: readonly Attribute[];
  /** Inputs that are not constants are inputs of the graph. */
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly constants?: readonly TensorProto[];
}

/** One node "n" of a model, read. */
function read({ op, opset = 17, attributes = [], inputs = ['x'], outputs = ['y'], constants = [] }: Case): Graph {
  const given = new Set(constants.map(({ name }) => name));
  const model = encode(modelProto, {
    irVersion: 8,
    opsetImport: [{ domain: '', version: opset }],
    graph: {
      node: [{ opType: op, name: 'n', input: inputs, output: outputs, attribute: attributes }],
      initializer: constants,
      input: [...new Set(inputs)]
        .filter((name) => name !== '' && !given.has(name))
        .map((name) => ({ name, type: { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }] } } } })),
      output: outputs.slice(0, 1).map((name) => ({ name })),
    },
  });
  return readOnnx(model, 'a.onnx');
}

const only = (graph: Graph): Node => {
  expect(graph.nodes).toHaveLength(1);
  return graph.nodes[0]!;
};
const constant = (graph: Graph, name: string) => [...graph.constants.get(name)!.data];

describe('unary', () => {
  test.each([
    ['Abs', 'abs'],
    ['Ceil', 'ceil'],
    ['Cos', 'cos'],
    ['Erf', 'erf'],
    ['Exp', 'exp'],
    ['Floor', 'floor'],
    ['HardSwish', 'hardSwish'],
    ['Log', 'log'],
    ['Neg', 'neg'],
    ['Reciprocal', 'reciprocal'],
    ['Relu', 'relu'],
    ['Round', 'round'],
    ['Sigmoid', 'sigmoid'],
    ['Sign', 'sign'],
    ['Sin', 'sin'],
    ['Softplus', 'softplus'],
    ['Softsign', 'softsign'],
    ['Sqrt', 'sqrt'],
    ['Tanh', 'tanh'],
  ])('%s → %s', (op, fn) => {
    expect(only(read({ op }))).toEqual({
      op: 'unary',
      name: 'n',
      inputs: ['x'],
      outputs: ['y'],
      attributes: { fn, alpha: 0, beta: 0 },
    });
  });

  test.each([
    ['Celu', [], 'celu', 1, 0],
    ['Elu', [], 'elu', 1, 0],
    ['Elu', [float('alpha', 2)], 'elu', 2, 0],
    ['HardSigmoid', [], 'hardSigmoid', Math.fround(0.2), 0.5],
    ['LeakyRelu', [], 'leakyRelu', Math.fround(0.01), 0],
    ['Selu', [], 'selu', Math.fround(1.6732632423543772), Math.fround(1.0507009873554805)],
    ['ThresholdedRelu', [], 'thresholdedRelu', 1, 0],
    ['HardSigmoid', [float('alpha', 0.5), float('beta', 0.25)], 'hardSigmoid', 0.5, 0.25],
  ] as const)('%s %j → %s %d %d', (op, attributes, fn, alpha, beta) => {
    expect(only(read({ op, attributes })).attributes).toEqual({ fn, alpha, beta });
  });

  test.each([
    ['none', 'gelu'],
    ['tanh', 'geluTanh'],
  ])('Gelu approximate=%s → %s', (approximate, fn) => {
    expect(only(read({ op: 'Gelu', opset: 20, attributes: [string('approximate', approximate)] })).attributes).toMatchObject({
      fn,
    });
  });

  test('Mish, Swish', () => {
    expect(only(read({ op: 'Mish', opset: 18 })).attributes).toMatchObject({ fn: 'mish' });
    expect(only(read({ op: 'Swish', opset: 24 })).attributes).toEqual({ fn: 'silu', alpha: 0, beta: 0 });
  });

  test('Swish alpha=2 is x · sigmoid(2 x)', () => {
    const { nodes } = read({ op: 'Swish', opset: 24, attributes: [float('alpha', 2)] });
    expect(nodes.map(({ op, name, inputs, outputs, attributes }) => [op, name, inputs, outputs, attributes])).toEqual([
      ['unary', 'n#1', ['x'], ['y#1'], { fn: 'affine', alpha: 2, beta: 0 }],
      ['unary', 'n#2', ['y#1'], ['y#2'], { fn: 'sigmoid', alpha: 0, beta: 0 }],
      ['binary', 'n', ['x', 'y#2'], ['y'], { fn: 'mul' }],
    ]);
  });

  test.each([
    ['opset 6 attributes', { opset: 6, attributes: [float('min', 0), float('max', 6)] }, 0, 6],
    ['opset 6 without', { opset: 6 }, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['constant inputs', { inputs: ['x', 'lo', 'hi'], constants: [scalar('lo', 0), scalar('hi', 6)] }, 0, 6],
    ['max alone', { inputs: ['x', '', 'hi'], constants: [scalar('hi', 6)] }, Number.NEGATIVE_INFINITY, 6],
    ['none', {}, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  ])('Clip, %s', (_, given, alpha, beta) => {
    const node = only(read({ op: 'Clip', ...given }));
    expect([node.attributes, node.inputs]).toEqual([{ fn: 'clip', alpha, beta }, ['x']]);
  });

  test('Clip with computed bounds is min(max(x, lo), hi)', () => {
    const { nodes } = read({ op: 'Clip', inputs: ['x', 'lo', 'hi'] });
    expect(nodes.map(({ attributes, inputs, outputs }) => [attributes, inputs, outputs])).toEqual([
      [{ fn: 'max' }, ['x', 'lo'], ['y#1']],
      [{ fn: 'min' }, ['y#1', 'hi'], ['y']],
    ]);
  });
});

describe('binary', () => {
  test.each([
    ['Add', 'add'],
    ['And', 'and'],
    ['Div', 'div'],
    ['Equal', 'equal'],
    ['Greater', 'greater'],
    ['GreaterOrEqual', 'greaterOrEqual'],
    ['Less', 'less'],
    ['LessOrEqual', 'lessOrEqual'],
    ['Mul', 'mul'],
    ['Or', 'or'],
    ['PRelu', 'prelu'],
    ['Pow', 'pow'],
    ['Sub', 'sub'],
    ['Xor', 'xor'],
  ])('%s → %s', (op, fn) => {
    expect(only(read({ op, inputs: ['a', 'b'] }))).toMatchObject({ op: 'binary', inputs: ['a', 'b'], attributes: { fn } });
  });

  test.each([
    ['Sum', 'add'],
    ['Max', 'max'],
    ['Min', 'min'],
  ])('%s of three is a chain', (op, fn) => {
    const { nodes } = read({ op, inputs: ['a', 'b', 'c'] });
    expect(nodes.map(({ name, attributes, inputs, outputs }) => [name, attributes, inputs, outputs])).toEqual([
      ['n#1', { fn }, ['a', 'b'], ['y#1']],
      ['n', { fn }, ['y#1', 'c'], ['y']],
    ]);
  });

  test('Mean of two ends with a half; of one is the value', () => {
    const { nodes } = read({ op: 'Mean', inputs: ['a', 'b'] });
    expect(nodes.map(({ op, attributes, inputs, outputs }) => [op, attributes, inputs, outputs])).toEqual([
      ['binary', { fn: 'add' }, ['a', 'b'], ['y#1']],
      ['unary', { fn: 'affine', alpha: 0.5, beta: 0 }, ['y#1'], ['y']],
    ]);
    expect(only(read({ op: 'Mean' })).op).toBe('identity');
  });

  test('Mod: fmod=1 is the remainder, fmod=0 takes the sign of b', () => {
    const inputs = ['a', 'b'];
    expect(only(read({ op: 'Mod', inputs, attributes: [int('fmod', 1)] }))).toMatchObject({
      op: 'binary',
      inputs,
      attributes: { fn: 'mod' },
    });
    const { nodes } = read({ op: 'Mod', inputs });
    expect(nodes.map((node) => [node.attributes, node.inputs, node.outputs])).toEqual([
      [{ fn: 'mod' }, ['a', 'b'], ['y#1']],
      [{ fn: 'add' }, ['y#1', 'b'], ['y#2']],
      [{ fn: 'mod' }, ['y#2', 'b'], ['y']],
    ]);
  });

  test('Where', () => {
    expect(only(read({ op: 'Where', inputs: ['m', 'a', 'b'] }))).toMatchObject({ op: 'where', inputs: ['m', 'a', 'b'] });
  });
});

describe('windows', () => {
  test('Conv without attributes', () => {
    const node = only(read({ op: 'Conv', inputs: ['x', 'w'], constants: [weight('w', 4, 3, 3, 3)] }));
    expect(node).toMatchObject({
      op: 'conv2d',
      attributes: { stride: [1, 1], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1 },
    });
  });

  test('Conv with all of them', () => {
    const attributes = [
      ints('kernel_shape', 3, 2),
      ints('strides', 2, 1),
      ints('pads', 1, 2, 3, 4),
      ints('dilations', 1, 2),
      int('group', 2),
    ];
    const node = only(read({ op: 'Conv', attributes, inputs: ['x', 'w', 'b'], constants: [weight('w', 4, 2, 3, 2)] }));
    expect(node.attributes).toEqual({ stride: [2, 1], padding: [1, 2, 3, 4], dilation: [1, 2], groups: 2 });
    expect(node.inputs).toEqual(['x', 'w', 'b']);
  });

  test.each([
    ['SAME_UPPER', 'sameUpper'],
    ['SAME_LOWER', 'sameLower'],
    ['VALID', [0, 0, 0, 0]],
    ['NOTSET', [0, 0, 0, 0]],
  ])('auto_pad=%s → %j', (mode, padding) => {
    expect(
      only(read({ op: 'Conv', attributes: [string('auto_pad', mode)], inputs: ['x', 'w'], constants: [weight('w', 4, 3, 3, 3)] }))
        .attributes,
    ).toMatchObject({
      padding,
    });
  });

  test('Conv 1-D is a window over one row', () => {
    const attributes = [ints('kernel_shape', 3), ints('strides', 2), ints('pads', 1, 0), ints('dilations', 2)];
    expect(only(read({ op: 'Conv', attributes, inputs: ['x', 'w'] }))).toMatchObject({
      op: 'conv2d',
      attributes: { stride: [1, 2], padding: [0, 1, 0, 0], dilation: [1, 2], groups: 1 },
    });
  });

  test('Conv 3-D is convNd, also where only the weight tells', () => {
    expect(only(read({ op: 'Conv', inputs: ['x', 'w'], constants: [weight('w', 1, 1, 3, 3, 3)] }))).toMatchObject({
      op: 'convNd',
      attributes: { stride: [1, 1, 1], padding: [0, 0, 0, 0, 0, 0], dilation: [1, 1, 1], groups: 1 },
    });
  });

  test('ConvTranspose', () => {
    const attributes = [ints('strides', 2, 3), ints('output_padding', 1, 0), ints('output_shape', 10, 8), int('group', 2)];
    expect(only(read({ op: 'ConvTranspose', attributes, inputs: ['x', 'w'] })).attributes).toEqual({
      stride: [2, 3],
      dilation: [],
      padding: [],
      groups: 2,
      outputPadding: [1, 0],
      outputShape: [10, 8],
    });
  });

  test('MaxPool keeps its indices only if they are read', () => {
    const attributes = [ints('kernel_shape', 2), int('storage_order', 1)];
    const given = { op: 'MaxPool', attributes, outputs: ['y', 'indices'] };
    expect(only(read(given)).outputs).toEqual(['y']);
    expect(only(read(given)).attributes).toMatchObject({ kernel: [1, 2], columnMajor: true });
  });

  test('LpPool, GlobalLpPool', () => {
    expect(only(read({ op: 'LpPool', attributes: [ints('kernel_shape', 2, 2, 2), int('p', 3)] }))).toMatchObject({
      op: 'poolNd',
      attributes: { kind: 'lp', p: 3, kernel: [2, 2, 2] },
    });
    expect(only(read({ op: 'GlobalLpPool' })).attributes).toEqual({ kind: 'lp', p: 2 });
  });

  test('MaxPool, AveragePool', () => {
    const attributes = [ints('kernel_shape', 3, 3), ints('strides', 2, 2), int('ceil_mode', 1)];
    const shared = { kernel: [3, 3], stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], ceilMode: true };
    expect(only(read({ op: 'MaxPool', attributes, outputs: ['y', 'unused'] }))).toMatchObject({
      op: 'pool2d',
      outputs: ['y'],
      attributes: { ...shared, kind: 'max', countPadding: false },
    });
    expect(only(read({ op: 'AveragePool', attributes: [...attributes, int('count_include_pad', 1)] })).attributes).toEqual({
      ...shared,
      kind: 'average',
      countPadding: true,
    });
  });

  test.each([
    ['GlobalAveragePool', 'average'],
    ['GlobalMaxPool', 'max'],
  ])('%s', (op, kind) => {
    expect(only(read({ op }))).toMatchObject({ op: 'globalPool', attributes: { kind } });
  });
});

describe('linear and normalisation', () => {
  test('Gemm', () => {
    const attributes = [float('alpha', 0.5), float('beta', 2), int('transA', 1), int('transB', 1)];
    expect(only(read({ op: 'Gemm', attributes, inputs: ['a', 'b', 'c'] }))).toMatchObject({
      op: 'dense',
      attributes: { alpha: 0.5, beta: 2, transA: true, transB: true },
    });
    expect(only(read({ op: 'Gemm', opset: 6, attributes: [int('broadcast', 1)], inputs: ['a', 'b', 'c'] })).attributes).toEqual({
      alpha: 1,
      beta: 1,
      transA: false,
      transB: false,
    });
  });

  test('MatMul', () => {
    expect(only(read({ op: 'MatMul', inputs: ['a', 'b'] }))).toMatchObject({ op: 'matmul', attributes: {} });
  });

  const five = ['x', 's', 'b', 'm', 'v'];
  test('BatchNormalization', () => {
    expect(
      only(read({ op: 'BatchNormalization', attributes: [float('epsilon', 0.5), float('momentum', 0.1)], inputs: five })),
    ).toMatchObject({ op: 'batchNorm', inputs: five, attributes: { epsilon: 0.5 } });
    expect(only(read({ op: 'BatchNormalization', opset: 6, attributes: [int('is_test', 1)], inputs: five })).attributes).toEqual({
      epsilon: Math.fround(1e-5),
    });
  });

  test('LayerNormalization, LRN', () => {
    expect(only(read({ op: 'LayerNormalization', inputs: ['x', 's', 'b'] })).attributes).toEqual({
      axis: -1,
      epsilon: Math.fround(1e-5),
    });
    expect(only(read({ op: 'LRN', attributes: [int('size', 5)] })).attributes).toEqual({
      size: 5,
      alpha: Math.fround(1e-4),
      beta: 0.75,
      bias: 1,
    });
  });

  test.each([
    [12, 1, true],
    [13, -1, false],
  ])('Softmax and LogSoftmax at opset %d: axis %d, flattened %s', (opset, axis, flattened) => {
    expect(only(read({ op: 'Softmax', opset })).attributes).toEqual({ axis, log: false, flattened });
    expect(only(read({ op: 'LogSoftmax', opset })).attributes).toEqual({ axis, log: true, flattened });
  });
});

describe('shape', () => {
  test('Concat, Flatten, Gather, Transpose, Identity, Dropout, Expand, Tile, Range, Shape', () => {
    expect(only(read({ op: 'Concat', attributes: [int('axis', 1)], inputs: ['a', 'b', 'c'] }))).toMatchObject({
      op: 'concat',
      inputs: ['a', 'b', 'c'],
      attributes: { axis: 1 },
    });
    expect(only(read({ op: 'Flatten' })).attributes).toEqual({ axis: 1 });
    expect(only(read({ op: 'Gather', inputs: ['x', 'i'] })).attributes).toEqual({ axis: 0 });
    expect(only(read({ op: 'Transpose', attributes: [ints('perm', 0, 2, 1)] })).attributes).toEqual({ perm: [0, 2, 1] });
    expect(only(read({ op: 'Transpose' })).attributes).toEqual({});
    expect(only(read({ op: 'Identity' })).op).toBe('identity');
    expect(only(read({ op: 'Dropout', inputs: ['x', 'ratio'], outputs: ['y', 'mask'] }))).toMatchObject({
      op: 'identity',
      inputs: ['x'],
      outputs: ['y'],
    });
    expect(only(read({ op: 'Expand', inputs: ['x', 's'] })).inputs).toEqual(['x', 's']);
    expect(only(read({ op: 'Tile', inputs: ['x', 's'] })).inputs).toEqual(['x', 's']);
    expect(only(read({ op: 'Range', inputs: ['a', 'b', 'c'] })).op).toBe('range');
    expect(only(read({ op: 'Shape', attributes: [int('start', 1), int('end', -1)] })).attributes).toEqual({ start: 1, end: -1 });
    expect(only(read({ op: 'Shape' })).attributes).toEqual({ start: 0 });
  });

  test('Cast, ConstantOfShape', () => {
    expect(only(read({ op: 'Cast', attributes: [int('to', 7)] })).attributes).toEqual({ to: 'int64' });
    expect(only(read({ op: 'ConstantOfShape' })).attributes).toEqual({
      value: { dtype: 'float32', shape: [1], data: Float32Array.of(0) },
    });
    const value = { name: 'value', type: 4, t: { dims: [1], dataType: 7, int64Data: [3] } };
    expect(only(read({ op: 'ConstantOfShape', attributes: [value] })).attributes).toEqual({
      value: { dtype: 'int64', shape: [1], data: Float64Array.of(3) },
    });
  });

  test('Slice before opset 10: attributes become constants', () => {
    const graph = read({
      op: 'Slice',
      opset: 9,
      attributes: [ints('starts', 1, 0), ints('ends', 3, 2 ** 53 - 1), ints('axes', 0, 1)],
    });
    expect(only(graph).inputs).toEqual(['x', 'y#starts', 'y#ends', 'y#axes']);
    expect(constant(graph, 'y#ends')).toEqual([3, 2 ** 53 - 1]);
    expect(only(read({ op: 'Slice', inputs: ['x', 's', 'e', '', 'k'] })).inputs).toEqual(['x', 's', 'e', '', 'k']);
  });

  test('Split by attribute, by input, into equal parts', () => {
    const graph = read({ op: 'Split', opset: 11, attributes: [ints('split', 1, 2), int('axis', 1)], outputs: ['y', 'z'] });
    expect(only(graph)).toMatchObject({
      op: 'split',
      inputs: ['x', 'y#split'],
      outputs: ['y', 'z'],
      attributes: { axis: 1, nOutputs: 2 },
    });
    expect(only(read({ op: 'Split', opset: 13, inputs: ['x', 's'], outputs: ['y', 'z'] })).inputs).toEqual(['x', 's']);
    expect(
      only(read({ op: 'Split', opset: 18, attributes: [int('num_outputs', 3)], outputs: ['a', 'b', 'c'] })).attributes,
    ).toEqual({ axis: 0, nOutputs: 3 });
  });

  test('Pad by attributes and by inputs', () => {
    const graph = read({
      op: 'Pad',
      opset: 2,
      attributes: [ints('pads', 0, 1, 0, 1), float('value', 2), string('mode', 'edge')],
    });
    expect(only(graph)).toMatchObject({ op: 'pad', inputs: ['x', 'y#pads', 'y#value'], attributes: { mode: 'edge' } });
    expect([constant(graph, 'y#pads'), constant(graph, 'y#value')]).toEqual([[0, 1, 0, 1], [2]]);
    expect(only(read({ op: 'Pad', inputs: ['x', 'p', '', 'axes'] })).inputs).toEqual(['x', 'p', '', 'axes']);
  });

  test('Reshape by attribute and by input', () => {
    const graph = read({ op: 'Reshape', opset: 4, attributes: [ints('shape', 0, -1)] });
    expect([only(graph).inputs, constant(graph, 'y#shape')]).toEqual([
      ['x', 'y#shape'],
      [0, -1],
    ]);
    expect(only(read({ op: 'Reshape', inputs: ['x', 's'], attributes: [int('allowzero', 1)] })).attributes).toEqual({
      allowZero: true,
    });
  });

  test.each([
    ['Squeeze', 'squeeze'],
    ['Unsqueeze', 'unsqueeze'],
  ])('%s: axes by attribute until opset 12, by input after', (op, ir) => {
    const graph = read({ op, opset: 12, attributes: [ints('axes', 1, 2)] });
    expect([only(graph).op, only(graph).inputs, constant(graph, 'y#axes')]).toEqual([ir, ['x', 'y#axes'], [1, 2]]);
    expect(only(read({ op, opset: 13, inputs: ['x', 'axes'] })).inputs).toEqual(['x', 'axes']);
  });

  test.each([
    ['ReduceL1', 'l1'],
    ['ReduceL2', 'l2'],
    ['ReduceLogSum', 'logSum'],
    ['ReduceLogSumExp', 'logSumExp'],
    ['ReduceMax', 'max'],
    ['ReduceMean', 'mean'],
    ['ReduceMin', 'min'],
    ['ReduceProd', 'prod'],
    ['ReduceSum', 'sum'],
    ['ReduceSumSquare', 'sumSquare'],
  ])('%s → %s', (op, fn) => {
    const graph = read({ op, opset: 11, attributes: [ints('axes', -1), int('keepdims', 0)] });
    expect([only(graph).attributes, only(graph).inputs, constant(graph, 'y#axes')]).toEqual([
      { fn, keepDims: false, noopWithoutAxes: false },
      ['x', 'y#axes'],
      [-1],
    ]);
    const late = only(read({ op, opset: 18, attributes: [int('noop_with_empty_axes', 1)], inputs: ['x', 'axes'] }));
    expect([late.attributes, late.inputs]).toEqual([{ fn, keepDims: true, noopWithoutAxes: true }, ['x', 'axes']]);
  });
});

describe('Resize and Upsample', () => {
  test.each([
    ['defaults', [], { mode: 'nearest', coordinates: 'halfPixel', nearest: 'roundPreferFloor' }],
    [
      'align_corners',
      [string('mode', 'linear'), string('coordinate_transformation_mode', 'align_corners')],
      { mode: 'linear', coordinates: 'alignCorners', nearest: 'roundPreferFloor' },
    ],
    [
      'asymmetric floor',
      [string('coordinate_transformation_mode', 'asymmetric'), string('nearest_mode', 'floor')],
      { mode: 'nearest', coordinates: 'asymmetric', nearest: 'floor' },
    ],
  ])('Resize %s', (_, attributes, expected) => {
    expect(only(read({ op: 'Resize', attributes, inputs: ['x', '', 'scales'] }))).toMatchObject({
      op: 'resize',
      inputs: ['x', 'scales'],
      attributes: expected,
    });
  });

  test('Resize: an empty constant is an input left out', () => {
    const constants = [list('roi', 1), list('scales', 1), list('sizes', 7, 1, 3, 8, 8)];
    expect(only(read({ op: 'Resize', inputs: ['x', 'roi', 'scales', 'sizes'], constants })).inputs).toEqual(['x', '', 'sizes']);
  });

  test('Resize, everything but the defaults', () => {
    const attributes = [
      string('mode', 'cubic'),
      string('coordinate_transformation_mode', 'tf_crop_and_resize'),
      string('keep_aspect_ratio_policy', 'not_larger'),
      float('cubic_coeff_a', -0.5),
      float('extrapolation_value', 10),
      int('antialias', 1),
      int('exclude_outside', 1),
      ints('axes', 3, -2),
    ];
    const node = only(read({ op: 'Resize', opset: 18, attributes, inputs: ['x', 'roi', '', 'sizes'] }));
    expect([node.inputs, node.attributes]).toEqual([
      ['x', '', 'sizes', 'roi'],
      {
        mode: 'cubic',
        coordinates: 'cropAndResize',
        nearest: 'roundPreferFloor',
        keepAspect: 'notLarger',
        cubicA: -0.5,
        outsideValue: 10,
        antialias: true,
        excludeOutside: true,
        axes: [3, -2],
      },
    ]);
  });

  test.each([
    [[1, 1, 2, 2], 'floor'],
    [[1, 1, 0.5, 0.5], 'ceil'],
  ])('Upsample 9 and Resize 10, scales %j → %s', (scales, nearest) => {
    for (const [op, opset] of [
      ['Upsample', 9],
      ['Resize', 10],
    ] as const) {
      const node = only(read({ op, opset, inputs: ['x', 's'], constants: [list('s', 1, ...scales)] }));
      expect([node.attributes, node.inputs]).toEqual([{ mode: 'nearest', coordinates: 'asymmetric', nearest }, ['x', 's']]);
    }
  });

  test('Upsample 7: scales by attribute', () => {
    const graph = read({ op: 'Upsample', opset: 7, attributes: [floats('scales', 1, 1, 2, 2), string('mode', 'linear')] });
    expect([only(graph).attributes, constant(graph, 'y#scales')]).toEqual([
      { mode: 'linear', coordinates: 'asymmetric', nearest: 'floor' },
      [1, 1, 2, 2],
    ]);
  });
});

describe('refused', () => {
  test.each<[string, Case]>([
    [
      'Conv "n" (nodes[0]): strides [1] do not fit 2 axes.',
      { op: 'Conv', inputs: ['x', 'w'], attributes: [ints('kernel_shape', 3, 3), ints('strides', 1)] },
    ],
    [
      'kernel_shape [5, 5] differs from its weight [4, 3, 3, 3].',
      { op: 'Conv', inputs: ['x', 'w'], attributes: [ints('kernel_shape', 5, 5)], constants: [weight('w', 4, 3, 3, 3)] },
    ],
    [
      'auto_pad and pads are both given.',
      { op: 'Conv', inputs: ['x', 'w'], attributes: [string('auto_pad', 'VALID'), ints('pads', 1, 1, 1, 1)] },
    ],
    [
      'auto_pad "SAME" is not supported. Supported: NOTSET, VALID, SAME_UPPER, SAME_LOWER.',
      { op: 'Conv', inputs: ['x', 'w'], attributes: [string('auto_pad', 'SAME')] },
    ],
    ['strides must be at least 1, got [0, 1].', { op: 'Conv', inputs: ['x', 'w'], attributes: [ints('strides', 0, 1)] }],
    ['attribute "kernel_shape" is missing.', { op: 'MaxPool' }],
    [
      'training_mode 1 is not supported, only 0: it is inference that is run.',
      { op: 'BatchNormalization', attributes: [int('training_mode', 1)], inputs: ['x', 's', 'b', 'm', 'v'] },
    ],
    ['training_mode ("t") must be false', { op: 'Dropout', inputs: ['x', '', 't'] }],
    ['unknown attribute "colour".', { op: 'Relu', attributes: [int('colour', 1)] }],
    ['attribute "alpha" must be of type float, got int.', { op: 'Elu', attributes: [int('alpha', 1)] }],
    ['attribute "alpha" stands twice.', { op: 'Elu', attributes: [float('alpha', 1), float('alpha', 2)] }],
    ['needs 2 inputs, got ["x"].', { op: 'Add' }],
    ['needs 2 to 3 inputs, got ["a", "b", "c", "d"].', { op: 'Gemm', inputs: ['a', 'b', 'c', 'd'] }],
    [
      'broadcasting along an axis (opset < 7) is not supported.',
      { op: 'Add', opset: 6, inputs: ['a', 'b'], attributes: [int('broadcast', 1), int('axis', 1)] },
    ],
    [
      'mode "quintic" is not supported. Supported: nearest, linear, bilinear, cubic.',
      { op: 'Resize', attributes: [string('mode', 'quintic')], inputs: ['x', '', 's'] },
    ],
    ['needs either scales or sizes.', { op: 'Resize' }],
    ['input 1 ("lo") must be one number, got [2].', { op: 'Clip', inputs: ['x', 'lo'], constants: [list('lo', 1, 0, 1)] }],
    ['element type string cannot be read', { op: 'Cast', attributes: [int('to', 8)] }],
    [
      'num_outputs 3 is not supported, only 2',
      { op: 'Split', opset: 18, attributes: [int('num_outputs', 3)], outputs: ['a', 'b'] },
    ],
    ['It exists since opset 20.', { op: 'Gelu', opset: 17 }],
  ])('%s', (message, given) => {
    expect(() => read(given)).toThrow(message);
  });
});

test('supportedOperators: every operator once, in order, Constant among them', () => {
  const names = supportedOperators.map(({ operator }) => operator);
  expect(names).toEqual([...new Set([...Object.keys(operators), 'Constant'])].sort());
  expect(supportedOperators.find(({ operator }) => operator === 'Pad')).toEqual({
    operator: 'Pad',
    sinceOpset: 1,
    limits: 'constant pads',
  });
});
