/** @file What writeOnnx writes: read back here, and run by onnxruntime. Real files first, then forms and errors by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  bindGraph,
  buildNetwork,
  canonicalForm,
  type DType,
  type Graph,
  InputError,
  integers,
  type NetworkMetadata,
  type NodeOf,
  type OpAttributes,
  type OpName,
  ops,
  sizeOf,
  type Tensor,
} from '@ventral/core';
import { binaryCodes, reduceCodes, unaryCodes } from '@ventral/kernels';
import { hasShared, shared } from '@ventral/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { recorded, run, runInOnnxruntime, worstError } from '../../test/run.ts';
import { decode, modelProto } from './fields.ts';
import { readOnnx } from './read.ts';
import { writeOnnx } from './write.ts';

const again = (graph: Graph, options?: Parameters<typeof writeOnnx>[1]) =>
  readOnnx(writeOnnx(graph, options), `${graph.name}.onnx`);

/** Errors of the outputs of what is written, here against the original's own, and in onnxruntime against those. */
async function errorsOf(graph: Graph, inputs: readonly Tensor[]) {
  const bytes = writeOnnx(graph);
  const [before, after] = [graph, readOnnx(bytes, graph.name)].map((one) => run(one, inputs)) as [Tensor[], Tensor[]];
  const peer = await runInOnnxruntime(bytes, graph, inputs);
  return {
    after,
    peer,
    here: Math.max(...before.map((tensor, i) => worstError(after[i]!, tensor))),
    there: Math.max(...before.map((tensor, i) => worstError(peer[i]!, tensor))),
  };
}

/** 0, 1/n, … below 1, less a shift: a picture for networks whose outputs nobody recorded. */
const ramp = (shape: readonly number[], shift = 0.5): Tensor => {
  const size = sizeOf(shape);
  return { dtype: 'float32', shape, data: Float32Array.from({ length: size }, (_, i) => i / size - shift) };
};

describe.skipIf(!hasShared)('operator tests of the standard', () => {
  const folder = hasShared ? shared('onnx-node-tests/node') : '';
  const names = hasShared ? readdirSync(folder) : [];
  /** Tests whose operator cannot be written, and why: none. */
  const leftOut: Readonly<Record<string, string>> = {};
  /** Tests that onnxruntime itself does not pass. */
  const beyondOnnxruntime: Readonly<Record<string, string>> = {
    test_resize_downsample_scales_linear_align_corners: 'counts with the rounded size, the standard with the exact one',
  };
  const tolerances: Partial<Record<DType, number>> = { float16: 2 ** -10, bfloat16: 2 ** -7 };

  test('those left out are among them', () => {
    expect(names.length).toBeGreaterThan(380);
    const listed = [...Object.keys(leftOut), ...Object.keys(beyondOnnxruntime)];
    expect(listed.filter((name) => !names.includes(name))).toEqual([]);
  });

  test.each(names.filter((name) => !(name in leftOut)))('%s: the same bits, and as recorded', async (name) => {
    const graph = readOnnx(readFileSync(`${folder}/${name}/model.onnx`), name);
    const inputs = recorded(`${folder}/${name}`, 'input').map(({ tensor }) => tensor);
    const { here, after, peer } = await errorsOf(graph, inputs);
    expect(here).toBe(0);
    for (const [i, { tensor, stored }] of recorded(`${folder}/${name}`, 'output').entries()) {
      const allowed = tolerances[stored] ?? 1e-4;
      expect(worstError(after[i]!, tensor)).toBeLessThanOrEqual(allowed);
      if (name in beyondOnnxruntime) expect(worstError(peer[i]!, tensor)).toBeGreaterThan(allowed);
      else expect(worstError(peer[i]!, tensor)).toBeLessThanOrEqual(allowed);
    }
  });
});

describe.skipIf(!hasShared)('real networks', () => {
  const folders = hasShared
    ? ['models', 'networks'].flatMap((set) =>
        readdirSync(shared(set), { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? `${set}/${entry.name}` : [])),
      )
    : [];

  test.each(folders)('%s: the same bits here, 1e-5 of the largest in onnxruntime, the same file twice', async (folder) => {
    const name = folder.slice(folder.indexOf('/') + 1);
    const graph = readOnnx(readFileSync(shared(`${folder}/${name}.onnx`)), `${name}.onnx`);
    const { here, there } = await errorsOf(
      graph,
      recorded(shared(folder), 'input').map(({ tensor }) => tensor),
    );
    expect([here, there < 1e-5]).toEqual([0, true]);
    const back = again(graph);
    expect(back.nodes).toEqual(graph.nodes);
    expect([back.name, back.inputs, back.outputs]).toEqual([graph.name, graph.inputs, graph.outputs]);
    expect(Buffer.compare(writeOnnx(back), writeOnnx(graph))).toBe(0);
  });

  const light = hasShared ? readdirSync(shared('onnx-node-tests/light')).filter((name) => name.endsWith('.onnx')) : [];
  test.each(light)('light/%s: the same bits', (name) => {
    const graph = readOnnx(readFileSync(shared(`onnx-node-tests/light/${name}`)), name);
    const inputs = graph.inputs.map(({ shape }) => ramp(shape as number[], 0));
    expect(isDeepStrictEqual(run(again(graph), inputs), run(graph, inputs))).toBe(true);
  });
});

type AnyNode = Graph['nodes'][number];
const node = <K extends OpName>(op: K, inputs: readonly string[], attributes: OpAttributes[K], outputs = ['y'], name = 'n') =>
  ({ op, name, attributes, inputs, outputs }) as NodeOf<K> as AnyNode;
const floats = (shape: readonly number[], ...values: number[]): Tensor => ({
  dtype: 'float32',
  shape,
  data: values.length > 0 ? Float32Array.from(values) : (ramp(shape).data as Float32Array),
});
const bytes = (dtype: DType, ...values: number[]): Tensor => ({ dtype, shape: [values.length], data: Float64Array.from(values) });

/** A graph over "x", with output "y" unless others are named. */
const graphOf = (
  nodes: readonly AnyNode[],
  constants: Readonly<Record<string, Tensor>> = {},
  shape: readonly (number | string)[] = [2, 4, 6, 6],
  outputs: readonly string[] = ['y'],
): Graph => ({
  name: 'net',
  inputs: [{ name: 'x', dtype: 'float32', shape }],
  outputs,
  nodes,
  constants: new Map(Object.entries(constants)),
  metadata: {},
});
const operatorsOf = (graph: Graph) => decode(modelProto, writeOnnx(graph), '').graph!.node.map(({ opType }) => opType);

describe('every function', () => {
  const x = floats([2, 4, 6, 6], ...ramp([288]).data.map((v) => 5 * v));
  const expectSame = async (graph: Graph) => {
    const { here, there } = await errorsOf(graph, [x]);
    expect(here).toBeLessThan(1e-6);
    expect(there).toBeLessThan(1e-5);
  };

  test.each(Object.keys(unaryCodes) as (keyof typeof unaryCodes)[])('of one value: %s', (fn) =>
    expectSame(graphOf([node('unary', ['x'], { fn, alpha: 0.3, beta: 0.7 })])),
  );

  const logic = ['and', 'or', 'xor'];
  test.each(Object.keys(binaryCodes) as (keyof typeof binaryCodes)[])('of two values: %s', (fn) => {
    const isLogic = logic.includes(fn);
    const operands = isLogic ? ['p', 'q'] : ['x', 'c'];
    const nodes = [
      node('binary', ['x', 'c'], { fn: 'greater' }, ['p']),
      node('binary', ['x', 'd'], { fn: 'less' }, ['q']),
      node('binary', operands, { fn }),
    ];
    return expectSame(graphOf(isLogic ? nodes : nodes.slice(2), { c: floats([1, 4, 1, 1], 2, -1, 0.5, 1.25), d: floats([], 1) }));
  });

  test.each(Object.keys(reduceCodes) as (keyof typeof reduceCodes)[])('over axes: %s', (fn) =>
    expectSame(
      graphOf(
        [
          node('unary', ['x'], { fn: 'abs', alpha: 0, beta: 0 }, ['a']),
          node('reduce', ['a', 'axes'], { fn, keepDims: false, noopWithoutAxes: false }),
        ],
        {
          axes: integers([1, -1]),
        },
      ),
    ),
  );
});

describe('forms', () => {
  const silu = { fn: 'silu', alpha: 0, beta: 0 } as const;
  const window = { stride: [2, 1], dilation: [1, 2], padding: [1, 0, 2, 1] } as const;
  const row = { stride: [1, 2], dilation: [1, 1], padding: [0, 1, 0, 1] } as const;
  const stats = {
    s: floats([4], 1, 2, 3, 4),
    b: floats([4], 0, 1, 0, 1),
    m: floats([4], 0.1, 0, 0, 0),
    v: floats([4], 1, 2, 1, 2),
  };
  const byte = { scale: floats([], 0.05), zero: bytes('uint8', 120) };
  const whole = { scale: floats([4], 0.05, 0.1, 0.2, 0.3), zero: bytes('int8', 0, 1, -1, 2) };
  const cases: readonly (readonly [title: string, graph: Graph, operators: string])[] = [
    [
      'conv2d with an activation',
      graphOf([node('conv2d', ['x', 'w', 'b'], { ...window, groups: 2, activation: silu })], {
        w: floats([4, 2, 3, 2]),
        b: stats.b,
      }),
      'Conv Sigmoid Mul',
    ],
    [
      'conv2d of [n, c, l]',
      graphOf([node('conv2d', ['x', 'w'], { ...row, groups: 1 })], { w: floats([3, 4, 3]) }, [1, 4, 9]),
      'Conv',
    ],
    [
      'conv2d, sameLower',
      graphOf([node('conv2d', ['x', 'w'], { ...row, padding: 'sameLower', groups: 1 })], { w: floats([3, 4, 3, 2]) }),
      'Conv',
    ],
    [
      'pool2d of [n, c, l]',
      graphOf([node('pool2d', ['x'], { ...row, kernel: [1, 3], kind: 'average', ceilMode: true, countPadding: true })], {}, [
        'N',
        4,
        9,
      ]),
      'AveragePool',
    ],
    [
      'dense with an activation',
      graphOf(
        [node('dense', ['x', 'w', 'b'], { alpha: 2, beta: 0.5, transA: false, transB: true, activation: silu })],
        { w: floats([4, 6]), b: stats.b },
        [2, 6],
      ),
      'Gemm Sigmoid Mul',
    ],
    [
      'matmul with bias and activation',
      graphOf([node('matmul', ['x', 'w', 'b'], { activation: silu })], { w: floats([6, 4]), b: stats.b }, [2, 3, 6]),
      'MatMul Add Sigmoid Mul',
    ],
    [
      'batchNorm with an activation',
      graphOf(
        [node('batchNorm', ['x', 's', 'b', 'm', 'v'], { epsilon: 1e-3, activation: { fn: 'relu', alpha: 0, beta: 0 } })],
        stats,
      ),
      'BatchNormalization Relu',
    ],
    [
      'groupNorm, one scale per group',
      graphOf([node('groupNorm', ['x', 's', 'b'], { groups: 2, epsilon: 1e-5 })], {
        s: floats([2], 1, 2),
        b: floats([2], 0, -1),
      }),
      'GroupNormalization',
    ],
    ['layerNorm without a scale', graphOf([node('layerNorm', ['x'], { axis: 2, epsilon: 1e-5 })]), 'LayerNormalization'],
    [
      'layerNorm, shift alone',
      graphOf([node('layerNorm', ['x', '', 'b'], { axis: -1, epsilon: 1e-5 })], { b: floats([6]) }),
      'LayerNormalization',
    ],
    [
      'softmax over all from axis 1',
      graphOf([node('softmax', ['x'], { axis: 1, log: false, flattened: true })]),
      'Shape Flatten Softmax Reshape',
    ],
    [
      'softmax over the last of two axes',
      graphOf([node('softmax', ['x'], { axis: 1, log: true, flattened: true })], {}, [2, 6]),
      'LogSoftmax',
    ],
    [
      'hardmax over all from axis -2',
      graphOf([node('hardmax', ['x'], { axis: -2, flattened: true })]),
      'Shape Flatten Hardmax Reshape',
    ],
    ['clip without an upper bound', graphOf([node('unary', ['x'], { fn: 'clip', alpha: 0.1, beta: Infinity })]), 'Clip'],
    ['clip without a lower bound', graphOf([node('unary', ['x'], { fn: 'clip', alpha: -Infinity, beta: 0.1 })]), 'Clip'],
    ['a sum alone', graphOf([node('unary', ['x'], { fn: 'affine', alpha: 1, beta: 2 })]), 'Add'],
    ['a product alone', graphOf([node('unary', ['x'], { fn: 'affine', alpha: 3, beta: 0 })]), 'Mul'],
    ['topK without its positions', graphOf([node('topK', ['x', 'k'], { axis: 1, largest: true })], { k: integers([2]) }), 'TopK'],
    [
      'resize of a region',
      graphOf(
        [
          node('resize', ['x', '', 'sizes', 'roi'], {
            mode: 'linear',
            coordinates: 'cropAndResize',
            nearest: 'floor',
            axes: [2, 3],
            outsideValue: 7,
          }),
        ],
        {
          sizes: integers([4, 5]),
          roi: floats([4], 0.2, 0.1, 1.1, 0.8),
        },
      ),
      'Resize',
    ],
    [
      'quantised values, as an output too',
      graphOf(
        [
          node('quantize', ['x', 'scale', 'zero'], { axis: 1, blockSize: 0, to: 'uint8' }, ['q']),
          node('transpose', ['q'], { perm: [0, 2, 3, 1] }, ['t']),
          node('dequantize', ['t', 'scale', 'zero'], { axis: 1, blockSize: 0 }),
        ],
        { ...byte, zero: { ...byte.zero, shape: [] } },
        [2, 4, 6, 6],
        ['t', 'y'],
      ),
      'QuantizeLinear Transpose DequantizeLinear',
    ],
    [
      'quantised by channel',
      graphOf(
        [
          node('quantize', ['x', 'scale', 'zero'], { axis: 1, blockSize: 0, to: 'uint8' }, ['q']),
          node('dequantize', ['q', 'scale', 'zero'], { axis: 1, blockSize: 0 }),
        ],
        whole,
      ),
      'QuantizeLinear DequantizeLinear',
    ],
    [
      'quantised without a zero point',
      graphOf([node('quantize', ['x', 'scale'], { axis: 1, blockSize: 0, to: 'int8' })], byte),
      'QuantizeLinear',
    ],
  ];

  test.each(cases)('%s', async (_, graph, operators) => {
    expect(operatorsOf(graph).join(' ')).toBe(operators);
    const shape = graph.inputs[0]!.shape.map((size) => (typeof size === 'number' ? size : 2));
    const { here, there } = await errorsOf(graph, [ramp(shape)]);
    expect(here).toBeLessThan(1e-6);
    expect(there).toBeLessThan(1e-5);
  });

  test('what lies between and beside keeps its name where that is free, and gets another where not', () => {
    const nodes = [
      node('unary', ['x'], { fn: 'clip', alpha: 0, beta: 6 }, ['a#1'], 'same'),
      node('conv2d', ['a#1', 'w'], { ...window, groups: 1, activation: silu }, ['a'], 'same'),
      node('unary', ['a'], { fn: 'clip', alpha: 0, beta: 6 }, ['y'], 'same'),
    ];
    const { graph } = decode(modelProto, writeOnnx(graphOf(nodes, { w: floats([3, 4, 3, 2]) })), '');
    expect(graph!.node.map(({ name, input, output }) => `${name}: ${input.join(' ')} → ${output.join(' ')}`)).toEqual([
      'same: x a#1#min a#1#max → a#1',
      'same#1: a#1 w → a#1#2',
      'same#2: a#1#2 → a#2',
      'same#3: a#1#2 a#2 → a',
      'same#4: a y#min y#max → y',
    ]);
  });
});

describe('a built network', () => {
  const description = JSON.parse(readFileSync(new URL('../../../../data/models/ventralnet.json', import.meta.url), 'utf8'));
  const network = buildNetwork(description, { seed: 1 });
  const picture = ramp([2, 3, 32, 32]);

  test('gives the same in onnxruntime, and comes back with its names, weights and metadata', async () => {
    const { here, there } = await errorsOf(network, [picture]);
    // Its ε = 1e-5 is float32 in the file.
    expect(here).toBeLessThan(1e-6);
    expect(there).toBeLessThan(1e-5);
    const back = again(network);
    const parts = ({ name, op, inputs, outputs }: AnyNode) => ({ name, op, inputs, outputs });
    expect(back.nodes.map(parts)).toEqual(network.nodes.map(parts));
    expect([back.inputs, back.outputs]).toEqual([network.inputs, network.outputs]);
    expect(isDeepStrictEqual(back.constants, network.constants)).toBe(true);
    expect(back.metadata).toEqual(network.metadata);
  });

  test('bound and in canonical form: sizes are bound, layers are spelled out', async () => {
    const layers = canonicalForm(bindGraph(network, { batch: 2 }));
    const { here, there } = await errorsOf(layers, [picture]);
    expect(here).toBe(0);
    expect(there).toBeLessThan(1e-5);
    const { graph } = decode(modelProto, writeOnnx(layers), '');
    const shapes = [...graph!.input, ...graph!.output].map(({ type }) =>
      type!.tensorType!.shape!.dim.map(({ dimValue }) => dimValue),
    );
    expect(shapes).toEqual([
      [2, 3, 32, 32],
      [2, 10],
      [2, 10],
    ]);
    expect(operatorsOf(layers).slice(0, 4)).toEqual(['Conv', 'Relu', 'Conv', 'Relu']);
  });

  test('half weights: half the file, read as what float16 holds, and so by onnxruntime', async () => {
    const bytes = writeOnnx(network, { halfWeights: true });
    expect(bytes.length / writeOnnx(network).length).toBeLessThan(0.52);
    const back = readOnnx(bytes, 'half.onnx');
    const [name, weight] = [...network.constants].find(([, { data }]) => data.length >= 1024)!;
    const half = back.constants.get(`${name}#half`)!;
    expect(half.dtype).toBe('float32');
    expect(worstError(half, weight)).toBeLessThan(2 ** -11);
    expect(back.constants.get(network.nodes[0]!.inputs[2] ?? 'block1.norm1.scale')?.dtype).toBe('float32');
    const [ours, full] = [run(back, [picture]), run(network, [picture])];
    for (const [i, tensor] of (await runInOnnxruntime(bytes, back, [picture])).entries()) {
      expect(worstError(tensor, ours[i]!)).toBeLessThan(1e-5);
      expect(worstError(ours[i]!, full[i]!)).toBeLessThan(1e-2);
    }
  });
});

describe('the file', () => {
  const identity = node('identity', ['x'], {});

  test('says opset and IR version; open sizes by name; the type of the output', () => {
    const model = decode(modelProto, writeOnnx(graphOf([identity], {}, ['N', 3, 'H', 8])), '');
    expect([model.irVersion, model.opsetImport, model.producerName]).toEqual([10, [{ domain: '', version: 21 }], 'ventral']);
    expect(model.graph!.name).toBe('net');
    const [input, output] = [...model.graph!.input, ...model.graph!.output];
    const sizes = input!.type!.tensorType!.shape!.dim.map(({ dimValue, dimParam }) => dimValue ?? dimParam);
    expect(sizes).toEqual(['N', 3, 'H', 8]);
    expect(output).toEqual({ name: 'y', type: { tensorType: { elemType: 1, shape: undefined } } });
  });

  test('without nodes: an input or a constant is the output', async () => {
    for (const [outputs, expected] of [
      [['x'], ramp([2])],
      [['c'], floats([], 7)],
    ] as const) {
      const graph = graphOf([], { c: floats([], 7), unread: floats([1], 1) }, [2], outputs);
      expect(again(graph)).toEqual({ ...graph, constants: new Map(outputs[0] === 'c' ? [['c', expected]] : []) });
      expect((await runInOnnxruntime(writeOnnx(graph), graph, [ramp([2])]))[0]!.data[0]).toBe(expected.data[0]);
    }
  });

  test('metadata: each fact alone and all together; other properties of the original are not kept', () => {
    const facts: NetworkMetadata = {
      preprocess: {
        channels: 'BGR',
        scale: 1 / 255,
        mean: [0.1, 0.2, 0.3],
        std: [1, 2, 3],
        resize: { short: 256, filter: 'bilinear' },
        crop: [224, 200],
      },
      classes: ['고양이', '"dog"', ''],
      fovDeg: 8.5,
      designedFor: { block1: 'V1' },
      notice: 'untrained',
    };
    const all = [facts, {}, ...Object.entries(facts).map(([name, fact]) => ({ [name]: fact }))];
    for (const metadata of all) expect(again({ ...graphOf([identity]), metadata }).metadata).toEqual(metadata);
  });

  test('20,000 nodes of one name are numbered in time', () => {
    const nodes = Array.from({ length: 20_000 }, (_, i) => node('identity', [i === 0 ? 'x' : `v${i}`], {}, [`v${i + 1}`]));
    const { graph } = decode(modelProto, writeOnnx(graphOf(nodes, {}, [1], ['v20000'])), '');
    expect([graph!.node[1]!.name, graph!.node.at(-1)!.name]).toEqual(['n#2', 'n#20000']);
  });

  test('any names come back', () => {
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }).map((text) => text.replace(/\p{Cc}/gu, ''));
    const names = fc.uniqueArray(fc.oneof(name, fc.constantFrom('y', 'y#1', 'y#2', 'y#1#2', 'y#factor', 'y#added')), {
      minLength: 6,
      maxLength: 6,
    });
    fc.assert(
      fc.property(
        names.filter((list) => !list.includes('')),
        names,
        ([x, a, b, y, w, size], nodeNames) => {
          const nodes = [
            node('unary', [x!], { fn: 'silu', alpha: 0, beta: 0 }, [a!], nodeNames[0]),
            node('unary', [a!], { fn: 'affine', alpha: 2, beta: 1 }, [b!], nodeNames[1]),
            node('binary', [b!, w!], { fn: 'add' }, [y!], nodeNames[2]),
          ];
          const graph: Graph = {
            ...graphOf(nodes, { [w!]: floats([1], 3) }, [], [y!, a!]),
            inputs: [{ name: x!, dtype: 'float32', shape: [size!] }],
          };
          const back = again(graph);
          expect([back.inputs, back.outputs]).toEqual([graph.inputs, graph.outputs]);
          const made = back.nodes.flatMap(({ outputs }) => outputs);
          expect(made).toEqual(expect.arrayContaining([a, b, y]));
          expect(back.constants.get(w!)).toEqual(floats([1], 3));
          expect(new Set([...made, ...back.constants.keys(), x]).size).toBe(made.length + back.constants.size + 1);
          expect(new Set(back.nodes.map((each) => each.name)).size).toBe(back.nodes.length);
          expect(run(back, [ramp([5])])).toEqual(run(graph, [ramp([5])]));
        },
      ),
      { seed: 1, numRuns: 200 },
    );
  });

  test('any tensor comes back: types, scalars, empty axes', () => {
    const ranges: Partial<Record<DType, fc.Arbitrary<number>>> = {
      float32: fc.float(),
      float64: fc.double(),
      bool: fc.integer({ min: 0, max: 1 }),
      int8: fc.integer({ min: -128, max: 127 }),
      uint8: fc.integer({ min: 0, max: 255 }),
      int16: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
      uint16: fc.integer({ min: 0, max: 2 ** 16 - 1 }),
      int32: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
      uint32: fc.nat().map((n) => n * 2),
      int64: fc.maxSafeInteger(),
      uint64: fc.maxSafeNat(),
    };
    const tensor = fc.constantFrom(...(Object.keys(ranges) as DType[])).chain((dtype) =>
      fc.array(fc.nat(3), { maxLength: 4 }).chain((shape) =>
        fc
          .array(
            ranges[dtype]!.map((v) => (v === 0 ? 0 : v)),
            { minLength: sizeOf(shape), maxLength: sizeOf(shape) },
          )
          .map(
            (values): Tensor => ({
              dtype,
              shape,
              data: dtype === 'float32' ? Float32Array.from(values) : Float64Array.from(values),
            }),
          ),
      ),
    );
    fc.assert(
      fc.property(tensor, (given) => {
        expect(again(graphOf([], { c: given }, [1], ['c'])).constants.get('c')).toEqual(given);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test('float16 and bfloat16 constants are stored as such and read as float32', () => {
    for (const dtype of ['float16', 'bfloat16'] as const) {
      const c: Tensor = { dtype, shape: [3], data: Float64Array.of(1.5, -0.25, Infinity) };
      const graph = graphOf([], { c }, [1], ['c']);
      expect(again(graph).constants.get('c')).toEqual(floats([3], 1.5, -0.25, Infinity));
      expect(decode(modelProto, writeOnnx(graph), '').graph!.initializer[0]).toMatchObject({
        dataType: dtype === 'float16' ? 10 : 16,
        rawData: { length: 6 },
      });
    }
  });

  test('a weight of 128 MB is copied once', () => {
    const size = 2 ** 25;
    const graph = graphOf([], { c: { dtype: 'float32', shape: [size], data: new Float32Array(size).fill(1) } }, [1], ['c']);
    const before = process.resourceUsage().maxRSS;
    expect(writeOnnx(graph).length).toBeGreaterThan(4 * size);
    expect((process.resourceUsage().maxRSS - before) * 1024).toBeLessThan(1.5 * 4 * size);
  });
});

describe('what cannot be written names op and node', () => {
  const isOfTraining = (op: OpName) => /Gradient|Training|scatterAdd/.test(op);
  test.each((Object.keys(ops) as OpName[]).filter(isOfTraining))('%s', (op) => {
    const graph = graphOf([{ op, name: 'd 1', attributes: { shape: [1] }, inputs: ['x'], outputs: ['y'] } as unknown as AnyNode]);
    expect(() => writeOnnx(graph)).toThrow(
      new InputError(
        `writeOnnx "net": ${op} "d 1": ONNX has no such operator: it belongs to training. Write the network without its backward pass.`,
      ),
    );
  });

  const open = graphOf(
    [
      node('reshape', ['x', 'shape'], { allowZero: false }, ['r']),
      node('pool2d', ['r'], {
        kind: 'max',
        kernel: [1, 2],
        stride: [1, 2],
        dilation: [1, 1],
        padding: [0, 0, 0, 0],
        ceilMode: false,
        countPadding: false,
      }),
    ],
    { shape: integers([1, 3, 32]) },
    ['N', 3, 'L'],
  );
  const large = { w: floats([1024], ...new Array<number>(1023).fill(1), 65520) };
  test.each<[string, Graph, string, boolean?]>([
    [
      'a mode that the opset has not',
      graphOf([node('spaceToDepth', ['x'], { blockSize: 2, mode: 'columnRowDepth' })]),
      'spaceToDepth "n": mode columnRowDepth is not in ONNX up to opset 21.',
    ],
    [
      'a norm that is no whole number',
      graphOf([node('globalPool', ['x'], { kind: 'lp', p: 2.5 })]),
      'globalPool "n": 2.5 must be a whole number to be written.',
    ],
    [
      'logic of numbers',
      graphOf([node('binary', ['x', 'x'], { fn: 'xor' })]),
      'binary "n": xor of float32 and float32 is not in ONNX, which needs booleans.',
    ],
    [
      'operands of two types',
      graphOf([node('binary', ['x', 'c'], { fn: 'add' })], { c: integers([1]) }),
      'binary "n": add of float32 and int64 is not in ONNX, which needs one type for both.',
    ],
    [
      'a bound that its type cannot hold',
      graphOf([node('cast', ['x'], { to: 'int8' }, ['i']), node('unary', ['i'], { fn: 'clip', alpha: 0, beta: 0.5 })]),
      'tensor "y#max" []: value 0.5 at 0 does not fit int8.',
    ],
    [
      'a constant beyond its type',
      graphOf([node('binary', ['x', 'c'], { fn: 'add' })], { c: { dtype: 'uint8', shape: [2], data: Float64Array.of(1, 256) } }),
      'binary "n": add of float32 and uint8',
    ],
    [
      'a constant of another size',
      graphOf([], { c: { dtype: 'float32', shape: [2], data: new Float32Array(1) } }, [1], ['c']),
      'tensor "c" [2] needs 2 values, got 1.',
    ],
    [
      'a window of unknown rank',
      open,
      'pool2d "n": it is not known whether its input has one or two axes of positions. Bind the sizes of the graph first.',
    ],
    [
      'a weight beyond float16',
      graphOf([], large, [1], ['w']),
      'tensor "w#half" [1024]: value 65520 at 1023 does not fit float16.',
      true,
    ],
    [
      'metadata that would not be read again',
      { ...graphOf([]), metadata: { fovDeg: 0 } },
      'metadata ventral.fov_deg: must be above 0.',
    ],
  ])('%s', (_, graph, line, halfWeights = false) => {
    expect(() => writeOnnx(graph, { halfWeights })).toThrow(`writeOnnx "net": ${line}`);
    expect(() => writeOnnx(graph, { halfWeights })).toThrow(InputError);
  });
});
