import { describe, expect, test } from 'vitest';
import ventralnet from '../../../../data/models/ventralnet.json' with { type: 'json' };
import { bindGraph } from '../graph/bind.ts';
import { conv2d } from '../ops/conv2d.ts';
import { sizeOf } from '../tensor/tensor.ts';
import { buildNetwork } from './build.ts';

const tiny = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  layers: [
    { type: 'conv', name: 'a.conv', channels: 4, kernel: 3 },
    { type: 'norm', name: 'a.norm' },
    { type: 'activation', name: 'a.relu', fn: 'relu' },
    { type: 'averagePool', name: 'a.pool', kernel: 3, stride: 2, padding: 1 },
    { type: 'conv', name: 'b.conv', channels: 5, kernel: 2, stride: 2, padding: 'valid' },
    { type: 'dropout', name: 'b.drop', rate: 0.5 },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'logits', units: 7 },
    { type: 'softmax', name: 'prob' },
  ],
};
/** tiny with its layer `index` replaced (or, without one, removed). */
const tinyWith = (index: number, ...layers: object[]) => ({
  ...tiny,
  layers: (tiny.layers as object[]).toSpliced(index, 1, ...layers),
});
const build = (description: unknown, seed = 1) => buildNetwork(description, { seed });

describe('graph', () => {
  test('tiny: nodes, shapes of weights, outputs', () => {
    const graph = build(tiny);
    expect(
      graph.nodes.map(({ op, name, inputs, outputs }) => `${op} ${name}: ${inputs.join(' ')} -> ${outputs.join(' ')}`),
    ).toEqual([
      'conv2d a.conv: data a.conv.weight -> a.conv',
      'batchNorm a.norm: a.conv a.norm.scale a.norm.shift a.norm.mean a.norm.variance -> a.norm',
      'unary a.relu: a.norm -> a.relu',
      'pool2d a.pool: a.relu -> a.pool',
      'conv2d b.conv: a.pool b.conv.weight b.conv.bias -> b.conv',
      'identity b.drop: b.conv -> b.drop',
      'flatten flat: b.drop -> flat',
      'dense logits: flat logits.weight logits.bias -> logits',
      'softmax prob: logits -> prob',
    ]);
    const shapes = [...graph.constants].map(([name, { shape }]) => `${name} ${shape.join('x')}`);
    // 8 → 8 (same) → floor((8 + 2 − 3) / 2) + 1 = 4 → (4 − 2) / 2 + 1 = 2: 5 · 2 · 2 = 20 values
    expect(shapes).toContain('a.conv.weight 4x3x3x3');
    expect(shapes).toContain('b.conv.weight 5x4x2x2');
    expect(shapes).toContain('logits.weight 7x20');
    expect(graph.inputs).toEqual([{ name: 'data', dtype: 'float32', shape: ['N', 3, 8, 8] }]);
    expect(graph.outputs).toEqual(['logits', 'prob']);
    expect(graph.metadata.notice).toBe('untrained: seeded random weights, nothing was learned');
    expect(graph.nodes[0]!.attributes).toEqual({
      kernel: [3, 3],
      stride: [1, 1],
      dilation: [1, 1],
      padding: [1, 1, 1, 1],
      groups: 1,
    });
    expect(graph.nodes[3]!.attributes).toMatchObject({ kind: 'average', kernel: [3, 3], stride: [2, 2], padding: [1, 1, 1, 1] });
  });
  test('it is plain data', () => expect(structuredClone(build(tiny))).toEqual(build(tiny)));
});

describe('weights', () => {
  test('He-normal: 36,864 weights of block2.conv2 have mean 0 and variance 2 / 576 within 5 standard errors', () => {
    const data = Array.from(build(ventralnet).constants.get('block2.conv2.weight')!.data);
    const variance = 2 / (64 * 9);
    const mean = data.reduce((s, x) => s + x, 0) / data.length;
    const square = data.reduce((s, x) => s + x * x, 0) / data.length;
    expect(data).toHaveLength(36_864);
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / data.length));
    expect(Math.abs(square / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / data.length));
  });
  test('a layer more or less changes no other layer’s weights; a seed changes them all', () => {
    const weights = (description: unknown, seed?: number) => [...build(description, seed).constants.get('b.conv.weight')!.data];
    const longer = tinyWith(2, tiny.layers[2]!, { type: 'conv', name: 'a.extra', channels: 4, kernel: 3 });
    expect(weights(longer)).toEqual(weights(tiny));
    expect(weights(tiny, 2)).not.toEqual(weights(tiny));
  });
});

describe('errors name the layer', () => {
  test.each([
    [
      'network "tiny", layer "a.conv": layers[0].kernel: Invalid type: Expected number but received "3".',
      tinyWith(0, { ...tiny.layers[0], kernel: '3' }),
    ],
    [
      'network "tiny", layer "a.conv": layers[0].kernels: Invalid key: Expected never but received "kernels".',
      tinyWith(0, { ...tiny.layers[0], kernels: 3 }),
    ],
    [
      'network "tiny", layer "a.relu": layers[2].fn: Invalid type: Expected ("relu" |',
      tinyWith(2, { type: 'activation', name: 'a.relu', fn: 'eval' }),
    ],
    [
      'network "tiny", layer "b.conv": layers[4].type: Invalid type: Expected ("conv" |',
      tinyWith(4, { type: 'conv3d', name: 'b.conv' }),
    ],
    [
      'network "tiny", layer "a.conv": padding "same" needs an odd kernel, got 4. Give the padding in pixels.',
      tinyWith(0, { ...tiny.layers[0], kernel: 4 }),
    ],
    ['network "tiny", layer "b.conv": a window of 5×5', tinyWith(4, { ...tiny.layers[4], kernel: 5 })],
    [
      'network "tiny", layer "logits": dense needs flat values but gets [5, 2, 2] from "b.drop". Put a flatten before it.',
      tinyWith(6),
    ],
    [
      'network "tiny", layer "x": globalAveragePool needs maps [channels, height, width] but gets 7 flat values from "logits".',
      tinyWith(8, { type: 'globalAveragePool', name: 'x' }),
    ],
    ['network "tiny", layer "a.conv": the name is taken.', tinyWith(1, { type: 'norm', name: 'a.conv' })],
    ['network "tiny": classes has 1 names but the last layer "prob" gives 7 values.', { ...tiny, classes: ['cat'] }],
    ['network "tiny": designedFor names "c", but no layer\'s name begins with "c.".', { ...tiny, designedFor: { c: 'V1' } }],
    [
      'network "tiny": preprocess gives grey but input.channels is 3.',
      { ...tiny, preprocess: { channels: 'grey', scale: 1, mean: [0], std: [1] } },
    ],
    [
      'network "tiny": input.channels: Invalid key: Expected "channels" but received undefined.',
      { ...tiny, input: { height: 8, width: 8 } },
    ],
    ['network description: Invalid type: Expected Object but received "tiny".', 'tiny'],
  ])('%s', (message, description) => {
    expect(() => build(description)).toThrow(message);
  });
});

describe('ventralnet', () => {
  const graph = build(ventralnet);
  test('outputs logits and prob, ten classes, 16 px per degree', () => {
    expect(graph.outputs).toEqual(['logits', 'prob']);
    expect(graph.metadata.classes).toHaveLength(10);
    expect(ventralnet.input.width / graph.metadata.fovDeg!).toBe(16);
  });
  test('1,179,626 learned parameters, as counted by hand', () => {
    const convs =
      3 * 49 * 32 + 32 * 9 * 32 + 32 * 9 * 64 + 64 * 9 * 64 + 64 * 9 * 128 + 128 * 9 * 128 + 128 * 9 * 256 + 256 * 9 * 256;
    const norms = 2 * 2 * (32 + 64 + 128 + 256);
    const learned = [...graph.constants].filter(([name]) => !/\.(mean|variance)$/.test(name));
    expect(learned.reduce((n, [, { shape }]) => n + sizeOf(shape), 0)).toBe(convs + norms + 2570);
    expect(convs + norms + 2570).toBe(1_179_626);
  });
  test('blocks halve the picture; convolutions cost 56,721,408 multiply-adds, as counted by hand', () => {
    const { types, nodes } = bindGraph(graph);
    const shape = (value: string) => types.get(value)!.shape;
    expect(['block1.pool', 'block2.pool', 'block3.pool', 'block4.relu2', 'logits', 'prob'].map(shape)).toEqual([
      [1, 32, 16, 16],
      [1, 64, 8, 8],
      [1, 128, 4, 4],
      [1, 256, 4, 4],
      [1, 10],
      [1, 10],
    ]);
    const costs = nodes.flatMap((node) => {
      const typesOf = (values: readonly string[]) => values.map((value) => types.get(value)!);
      return node.op === 'conv2d' ? [conv2d.cost(node.attributes, typesOf(node.inputs), typesOf(node.outputs)).nMacs] : [];
    });
    // 7×7 · 3 · 32 at 32×32; then every pair of 3×3 costs the same, as channels double where the picture halves.
    expect(costs.reduce((sum, n) => sum + n)).toBe(147 * 32 * 1024 + 4 * (288 * 32 * 1024) + 3 * (288 * 64 * 256));
    expect(costs.reduce((sum, n) => sum + n)).toBe(56_721_408);
  });
});
