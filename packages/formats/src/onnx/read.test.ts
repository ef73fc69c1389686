import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { type Graph, InputError, sizeOf } from '@ventral/core';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { decode, type Encodable, encode, type graphProto, modelProto, type valueInfoProto } from './fields.ts';
import { readOnnx } from './read.ts';

type GraphProto = Encodable<typeof graphProto>;
type Dimension = number | string;

const value = (name: string, shape: readonly Dimension[] = [1], elemType = 1): Encodable<typeof valueInfoProto> => ({
  name,
  type: {
    tensorType: {
      elemType,
      shape: {
        dim: shape.map((size) => (typeof size === 'number' ? { dimValue: size } : size === '' ? {} : { dimParam: size })),
      },
    },
  },
});
const model = (graph: GraphProto, more: Encodable<typeof modelProto> = {}) =>
  encode(modelProto, { irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph, ...more });
const read = (graph: GraphProto, more?: Encodable<typeof modelProto>) => readOnnx(model(graph, more), 'nets/a.onnx');
const relu = (x: string, y: string, name = '') => ({ opType: 'Relu', name, input: [x], output: [y] });
const io = { input: [value('x')], output: [value('y')] };

const opCounts = (graph: Graph) => {
  const counts: Record<string, number> = {};
  for (const { op } of graph.nodes) counts[op] = (counts[op] ?? 0) + 1;
  return counts;
};
const checkSizes = (graph: Graph) => {
  for (const [name, { shape, data }] of graph.constants) expect([name, data.length]).toEqual([name, sizeOf(shape)]);
};

describe('readOnnx', () => {
  test('names: the graph from the file, a nameless node from its output', () => {
    const graph = read({ node: [relu('x', 'y')], ...io });
    expect([graph.name, graph.nodes[0]!.name, graph.outputs]).toEqual(['a', 'y', ['y']]);
  });

  test('sizes: numbers, names, nameless ones and −1', () => {
    const graph = read({ node: [relu('x', 'y')], input: [value('x', ['N', 3, '', -1])], output: [value('y')] });
    expect(graph.inputs).toEqual([{ name: 'x', dtype: 'float32', shape: ['N', 3, 'x.2', 'x.3'] }]);
  });

  test('float16 inputs are float32, int64 stay', () => {
    const graph = read({ node: [relu('x', 'y')], input: [value('x', [1], 10), value('i', [1], 7)], output: [value('y')] });
    expect(graph.inputs.map(({ dtype }) => dtype)).toEqual(['float32', 'int64']);
  });

  test('an input that is also an initialiser is a constant', () => {
    const initializer = [{ name: 'b', dims: [1], dataType: 1, floatData: [2] }];
    const graph = read({
      node: [{ opType: 'Add', input: ['x', 'b'], output: ['y'] }],
      initializer,
      input: [value('x'), value('b')],
      output: [value('y')],
    });
    expect([graph.inputs.map(({ name }) => name), [...graph.constants.keys()]]).toEqual([['x'], ['b']]);
  });

  test.each([
    [
      'value',
      { type: 4, t: { dims: [2], dataType: 1, floatData: [1, 2] } },
      { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) },
    ],
    ['value_float', { type: 1, f: 0.5 }, { dtype: 'float32', shape: [], data: Float32Array.of(0.5) }],
    ['value_int', { type: 2, i: 3 }, { dtype: 'int64', shape: [], data: Float64Array.of(3) }],
    ['value_floats', { type: 6, floats: [1, 2] }, { dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) }],
    ['value_ints', { type: 7, ints: [1, 2] }, { dtype: 'int64', shape: [2], data: Float64Array.of(1, 2) }],
  ])('Constant with %s becomes a constant', (name, attribute, tensor) => {
    const node = [
      { opType: 'Constant', output: ['c'], attribute: [{ name, ...attribute }] },
      { opType: 'Add', input: ['x', 'c'], output: ['y'] },
    ];
    const graph = read({ node, ...io });
    expect([graph.nodes.length, graph.constants.get('c')]).toEqual([1, tensor]);
  });

  test('a bound of Clip behind Identity nodes is a constant', () => {
    const node = [
      { opType: 'Constant', output: ['c'], attribute: [{ name: 'value_float', type: 1, f: 6 }] },
      { opType: 'Identity', input: ['c'], output: ['d'] },
      { opType: 'Clip', input: ['x', '', 'd'], output: ['y'] },
    ];
    expect(read({ node, ...io }).nodes[1]!.attributes).toEqual({ fn: 'clip', alpha: Number.NEGATIVE_INFINITY, beta: 6 });
  });

  test('nodes out of order are sorted, ones in order stay', () => {
    const node = [relu('b', 'y'), relu('a', 'b'), relu('x', 'a'), relu('x', 'c')];
    expect(read({ node, ...io }).nodes.map(({ outputs }) => outputs[0])).toEqual(['a', 'b', 'y', 'c']);
    const inOrder = [relu('x', 'c'), relu('x', 'a'), relu('a', 'b'), relu('b', 'y')];
    expect(read({ node: inOrder, ...io }).nodes.map(({ outputs }) => outputs[0])).toEqual(['c', 'a', 'b', 'y']);
  });

  test('a reversed chain of 20,000 nodes is sorted without running out of stack', () => {
    const node = Array.from({ length: 20_000 }, (_, i) => relu(`v${i + 1}`, i === 0 ? 'y' : `v${i}`));
    const graph = read({ node, input: [value('v20000')], output: [value('y')] });
    expect([graph.nodes[0]!.inputs, graph.nodes.at(-1)!.outputs]).toEqual([['v20000'], ['y']]);
  });

  test('a name that a translation wants but the file has is kept apart', () => {
    const node = [{ opType: 'Squeeze', input: ['x'], output: ['y'], attribute: [{ name: 'axes', type: 7, ints: [0] }] }];
    const initializer = [{ name: 'y#axes', dims: [], dataType: 1, floatData: [9] }];
    const graph = read({ node, initializer, ...io }, { opsetImport: [{ version: 11 }] });
    expect([graph.nodes[0]!.inputs[1], [...graph.constants.get('y#axes2')!.data]]).toEqual(['y#axes2', [0]]);
  });

  describe('weights in another file', () => {
    const entry = (key: string, text: string) => ({ key, value: text });
    const given = (...externalData: { key: string; value: string }[]) => ({
      node: [{ opType: 'Add', input: ['x', 'w'], output: ['y'] }],
      initializer: [{ name: 'w', dims: [2], dataType: 1, dataLocation: 1, externalData }],
      ...io,
    });
    const file = new Uint8Array(Float32Array.of(7, 1.5, -2, 9).buffer);
    const readWith = (graph: GraphProto) => {
      const asked: string[] = [];
      const options = {
        readExternal: (location: string) => {
          asked.push(location);
          return file;
        },
      };
      return { asked, w: [...readOnnx(model(graph), 'a.onnx', options).constants.get('w')!.data] };
    };

    test('offset and length, or from the start', () => {
      const location = entry('location', 'w.bin');
      expect(readWith(given(location, entry('offset', '4'), entry('length', '8')))).toEqual({ asked: ['w.bin'], w: [1.5, -2] });
      expect(readWith(given(location))).toEqual({ asked: ['w.bin'], w: [7, 1.5] });
    });

    test.each([
      [[entry('offset', '12')], 'tensor "w" [2] lies at 12 … 20 of "w.bin", which has 16 bytes.'],
      [[entry('offset', '-4')], 'lies at -4 … 4 of "w.bin"'],
      [[entry('offset', 'x')], 'lies at NaN'],
      [[entry('length', '4')], 'tensor "w" [2] needs 8 bytes of float32 data, got 4.'],
    ])('%j is refused', (entries, message) => {
      expect(() => readWith(given(entry('location', 'w.bin'), ...entries))).toThrow(message);
    });
  });

  test('metadata of ours is read, other keys are not', () => {
    const preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0, 0, 0], std: [1, 1, 1], crop: [32, 16] };
    const props = { preprocess, classes: ['cat', 'dog'], fov_deg: 8, designed_for: { 'block 1': 'V1' }, notice: 'untrained' };
    const metadataProps = [
      ...Object.entries(props).map(([key, json]) => ({ key: `ventral.${key}`, value: JSON.stringify(json) })),
      { key: 'author', value: '{' },
    ];
    expect(read({ node: [relu('x', 'y')], ...io }, { metadataProps }).metadata).toEqual({
      preprocess,
      classes: ['cat', 'dog'],
      fovDeg: 8,
      designedFor: { 'block 1': 'V1' },
      notice: 'untrained',
    });
  });

  const add = { opType: 'Add', name: 'n', input: ['x', 'z'], output: ['y'] };
  test.each<[string, GraphProto, Encodable<typeof modelProto>?]>([
    [
      'readOnnx nets/a.onnx: unknown operator "Foo" (domain "ai.onnx", opset 17) at nodes[1] "f". Known operators: Abs, Add,',
      { node: [relu('x', 'a'), { opType: 'Foo', name: 'f', input: ['a'], output: ['y'] }], ...io },
    ],
    [
      'unknown operator "Relu" (domain "com.example", opset 17) at nodes[0] "y".',
      { node: [{ ...relu('x', 'y'), domain: 'com.example' }], ...io },
    ],
    ['unknown operator "constructor"', { node: [{ ...relu('x', 'y'), opType: 'constructor' }], ...io }],
    ['Add "n" (nodes[0]) reads "z", which nothing makes.', { node: [add], ...io }],
    ['a circle of nodes runs through Add "n" (nodes[0]).', { node: [add, relu('y', 'z')], ...io }],
    ['a circle of nodes runs through Relu "y" (nodes[0]).', { node: [relu('y', 'y')], ...io }],
    ['two makers of value "y"; the second is Relu "y" (nodes[1]).', { node: [relu('x', 'y'), relu('x', 'y')], ...io }],
    ['two makers of value "x"', { node: [relu('x', 'x')], ...io }],
    ['output "y" of the graph is made by nothing.', { node: [relu('x', 'q')], ...io }],
    ['the graph has no output.', { node: [relu('x', 'y')], input: [value('x')] }],
    [
      'its output "mean" is used; only the first output is supported.',
      { node: [{ opType: 'Softmax', input: ['x'], output: ['d', 'mean'] }, relu('mean', 'y')], ...io },
    ],
    [
      'initialiser "b" stands twice.',
      {
        node: [relu('x', 'y')],
        initializer: [
          { name: 'b', dims: [0], dataType: 1 },
          { name: 'b', dims: [0], dataType: 1 },
        ],
        ...io,
      },
    ],
    [
      'input "x" of the graph must be a tensor with a shape.',
      { node: [relu('x', 'y')], input: [{ name: 'x' }], output: [value('y')] },
    ],
    [
      'Constant "c" (nodes[0]): unknown attribute "value_string".',
      {
        node: [{ opType: 'Constant', output: ['c'], attribute: [{ name: 'value_string', type: 3, s: 'a' }] }, relu('x', 'y')],
        ...io,
      },
    ],
    ['opset 29 is not known; opsets 1 to 28 are.', { node: [relu('x', 'y')], ...io }, { opsetImport: [{ version: 29 }] }],
    ['no opset is given for the standard operators.', { node: [relu('x', 'y')], ...io }, { opsetImport: [] }],
    [
      'metadata ventral.fov_deg: must be above 0.',
      { node: [relu('x', 'y')], ...io },
      { metadataProps: [{ key: 'ventral.fov_deg', value: '-1' }] },
    ],
    [
      'metadata ventral.notice: not JSON',
      { node: [relu('x', 'y')], ...io },
      { metadataProps: [{ key: 'ventral.notice', value: 'untrained' }] },
    ],
  ])('refused: %s', (message, graph, more) => {
    expect(() => read(graph, more)).toThrow(message);
    expect(() => read(graph, more)).toThrow(InputError);
  });

  test.each([
    ['empty', new Uint8Array(0), 'readOnnx a.onnx: the file is empty.'],
    ['gzip', Uint8Array.of(0x1f, 0x8b, 8), 'readOnnx a.onnx: the file is compressed with gzip. Unpack it first.'],
    ['text', new TextEncoder().encode('<!doctype html>\n<title>Not found</title>'), 'readOnnx a.onnx: not an ONNX model'],
    ['a model without graph', encode(modelProto, { irVersion: 8 }), 'readOnnx a.onnx: not an ONNX model: it holds no graph.'],
  ])('%s file is refused in one line', (_, bytes, message) => {
    expect(() => readOnnx(bytes, 'a.onnx')).toThrow(message);
    expect(() => readOnnx(bytes, 'a.onnx')).toThrow(/^[^\n]*$/);
  });
});

const onnxOf = (folder: string) =>
  hasShared
    ? readdirSync(shared(folder))
        .map((name) => `${folder}/${name}/${name}.onnx`)
        .filter((path) => existsSync(shared(path)))
    : [];
const load = (path: string) => (path.endsWith('.gz') ? gunzipSync(readFileSync(shared(path))) : readFileSync(shared(path)));

describe.skipIf(!hasShared)('real files', () => {
  // Numbers of operators counted in the files with a wire-format dump independent of this reader.
  test.each<[string, Record<string, number>]>([
    ['models/squeezenet1_1', { conv2d: 26, unary: 26, pool2d: 3, concat: 8, globalPool: 1, flatten: 1, softmax: 1 }],
    [
      'models/resnet20_cifar10',
      { conv2d: 19, batchNorm: 19, unary: 19, binary: 9, slice: 2, pad: 2, globalPool: 1, flatten: 1, dense: 1 },
    ],
    ['models/mobilenet_v2_100_224', { conv2d: 53, unary: 35, binary: 10, globalPool: 1, flatten: 1, softmax: 1 }],
    ['models/tiny_vgg', { conv2d: 4, unary: 4, pool2d: 2, transpose: 1, flatten: 1, dense: 1, softmax: 1 }],
    [
      'networks/narrow_resnet18_bn',
      { conv2d: 20, batchNorm: 20, unary: 17, pool2d: 1, binary: 8, globalPool: 1, flatten: 1, dense: 1 },
    ],
  ])('%s: %j', (folder, counts) => {
    expect(opCounts(readOnnx(load(`${folder}/${folder.split('/')[1]}.onnx`), folder))).toEqual(counts);
  });

  test.each([...onnxOf('models'), ...onnxOf('networks')])('%s: constants have their sizes, every tap is a value', (path) => {
    const graph = readOnnx(load(path), path);
    checkSizes(graph);
    const names = new Set(graph.nodes.flatMap(({ outputs }) => outputs));
    const taps = JSON.parse(readFileSync(shared(path.replace(/[^/]*$/, 'taps.json')), 'utf8')) as {
      tensors: Record<string, unknown>;
    };
    expect(Object.keys(taps.tensors).filter((name) => !names.has(name))).toEqual([]);
  });

  test.each(['squeezenet1_1', 'mobilenet_v2', 'densenet121', 'efficientnet_b0', 'resnet18', 'convnext_tiny'])(
    'bench-networks/%s: constants have their sizes, no node is lost',
    (name) => {
      const bytes = load(`bench-networks/${name}.onnx.gz`);
      const graph = readOnnx(bytes, name);
      checkSizes(graph);
      const nodes = decode(modelProto, bytes, '').graph!.node;
      expect(graph.nodes.length).toBe(nodes.filter(({ opType }) => opType !== 'Constant').length);
    },
  );

  const nParams = (folder: string) =>
    [...readOnnx(load(`${folder}/${folder.split('/')[1]}.onnx`), folder).constants.values()]
      .filter(({ dtype }) => dtype === 'float32')
      .reduce((sum, { data }) => sum + data.length, 0);
  // Published counts: torchvision's model table, and the sidecars.
  test.each([
    ['models/squeezenet1_1', 1235496],
    ['models/mobilenet_v1_025_128', 467595],
    ['models/tiny_vgg', 19920],
  ])('%s has %d parameters', (folder, n) => {
    expect(nParams(folder)).toBe(n);
  });

  test.each(hasShared ? readdirSync(shared('onnx-node-tests/light')).filter((name) => name.endsWith('.onnx')) : [])(
    'light/%s: constants have their sizes',
    (name) => {
      const graph = readOnnx(load(`onnx-node-tests/light/${name}`), name);
      checkSizes(graph);
      expect(opCounts(graph).conv2d).toBeGreaterThan(4);
    },
  );
});

/** mulberry32: 32 bits of state are plenty to choose bytes by. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe.skipIf(!hasShared)('damaged files give an InputError or a graph, in under 2 s', () => {
  const attempt = (bytes: Uint8Array, name: string): 'graph' | 'refused' => {
    const start = performance.now();
    try {
      checkSizes(readOnnx(bytes, name));
      return 'graph';
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      expect(error.message).toMatch(/^readOnnx [^\n]*$/);
      return 'refused';
    } finally {
      expect(performance.now() - start).toBeLessThan(2000);
    }
  };

  test('tiny_vgg cut at 200 places (seed 1): always refused', () => {
    const bytes = load('models/tiny_vgg/tiny_vgg.onnx');
    const next = random(1);
    const outcomes = Array.from({ length: 200 }, () => attempt(bytes.subarray(0, Math.floor(next() * bytes.length)), 'cut.onnx'));
    expect(outcomes.filter((outcome) => outcome === 'graph')).toEqual([]);
  });

  test('500 byte flips in four small files (seed 2)', () => {
    const files = [
      'onnx-node-tests/light/light_zfnet512.onnx',
      ...['clip_example', 'resize_upsample_scales_nearest', 'basic_conv_with_padding'].map(
        (name) => `onnx-node-tests/node/test_${name}/model.onnx`,
      ),
    ].map(load);
    const next = random(2);
    const outcomes = Array.from({ length: 500 }, (_, i) => {
      const bytes = Uint8Array.from(files[i % files.length]!);
      bytes[Math.floor(next() * bytes.length)]! ^= 1 + Math.floor(next() * 255);
      return attempt(bytes, 'flip.onnx');
    });
    expect(outcomes.filter((outcome) => outcome === 'refused').length).toBeGreaterThan(50);
    expect(outcomes.filter((outcome) => outcome === 'graph').length).toBeGreaterThan(50);
  });
});
