/** @file Parts of graphs, by the float64 twins: a unit alone has the value that it has in the whole, from less. */
import { describe, expect, it } from 'vitest';
import { randomTensor, weight } from '../../test/describe-op.ts';
import { graphOf, node, twinValues } from '../../test/small-graph.ts';
import { createRandom } from '../rng.ts';
import { sizeOf, type Tensor } from '../tensor/tensor.ts';
import type { BoundGraph } from './bind.ts';
import { cropGraph, cutPart, type Part, type Place } from './crop.ts';
import type { Node } from './graph.ts';

const conv = { stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1 } as const;
const pool = {
  kernel: [3, 3],
  stride: [2, 2],
  dilation: [1, 1],
  padding: [0, 0, 0, 0],
  ceilMode: true,
  countPadding: false,
} as const;
const relu = { fn: 'relu', alpha: 0, beta: 0 } as const;

const shapeOf = (graph: BoundGraph, name: string) => graph.types.get(name)!.shape;

/** A part of a picture [1, c, h, w]. */
function cut({ shape, data, dtype }: Tensor, { row, column, heightUnits, widthUnits }: Part): Tensor {
  const [, c, h, w] = shape as [number, number, number, number];
  const inside = Float32Array.from({ length: c * heightUnits * widthUnits }, (_, i) => {
    const [channel, rest] = [Math.floor(i / (heightUnits * widthUnits)), i % (heightUnits * widthUnits)];
    return data[(channel * h + row + Math.floor(rest / widthUnits)) * w + column + (rest % widthUnits)]!;
  });
  return { shape: [1, c, heightUnits, widthUnits], data: inside, dtype } as Tensor;
}

/** The value of a unit of each channel in the whole graph and in its part, [channel][whole, part]. */
function bothWays(graph: BoundGraph, place: Place, seed: number): (readonly [number, number])[] {
  const { value, row, column } = place;
  const x = randomTensor(shapeOf(graph, 'x'), seed);
  const { graph: part, parts } = cropGraph(graph, [place]);
  const { row: top, column: left } = parts.get(value)!;
  const at = (from: BoundGraph, picture: Tensor, y: number, x_: number) => {
    const [, c, h, w] = shapeOf(from, value) as [number, number, number, number];
    const { data } = twinValues(from, picture).get(value)!;
    return Array.from({ length: c }, (_, channel) => data[(channel * h + y) * w + x_]!);
  };
  const alone = at(part, cut(x, parts.get('x')!), row - top, column - left);
  return at(graph, x, row, column).map((whole, channel) => [whole, alone[channel]!]);
}

describe('two convolutions of 3×3 over 9×9, by hand', () => {
  const graph = graphOf([1, 4, 9, 9], [node('conv2d', 'a', ['x', 'w'], conv), node('conv2d', 'b', ['a', 'w'], conv)], {
    w: weight(4, 4, 3, 3),
  });
  const sizesFor = (row: number, column: number) => {
    const { graph: part } = cropGraph(graph, [{ value: 'b', row, column }]);
    const [x, a, b] = ['x', 'a', 'b'].map((name) => shapeOf(part, name).slice(2));
    return { x, a, b, paddings: part.nodes.map((n) => (n as Node & { op: 'conv2d' }).attributes.padding) };
  };
  it('in the middle: 5×5 of the picture, 3×3 of the first, nothing padded', () => {
    const none = [0, 0, 0, 0];
    expect(sizesFor(4, 4)).toEqual({ x: [5, 5], a: [3, 3], b: [1, 1], paddings: [none, none] });
  });
  it('in the corner: 3×3 of the picture and 2×2 of the first, padded at two sides', () => {
    const padded = [1, 1, 0, 0];
    expect(sizesFor(0, 0)).toEqual({ x: [3, 3], a: [2, 2], b: [1, 1], paddings: [padded, padded] });
  });
  it('two places of different values: the box around what both read', () => {
    const { graph: part, parts } = cropGraph(graph, [
      { value: 'b', row: 4, column: 4 },
      { value: 'a', row: 4, column: 7 },
    ]);
    expect(parts.get('a')).toEqual({ row: 3, column: 3, heightUnits: 3, widthUnits: 5 });
    expect(parts.get('b')).toEqual({ row: 4, column: 4, heightUnits: 1, widthUnits: 1 });
    expect(part.outputs).toEqual(['b', 'a']);
    // Of the first layer's 3×5 the second reads 3×3.
    expect(part.nodes.map(({ op }) => op)).toEqual(['conv2d', 'slice', 'conv2d']);
  });
});

describe('every unit has the value that it has in the whole', () => {
  const weights = { w: weight(4, 4, 3, 3), w2: weight(4, 4, 2, 2), d: weight(4, 1, 3, 3), one: weight(4) };
  const nets: Record<string, readonly Node[]> = {
    'strides and uneven padding': [
      node('conv2d', 'a', ['x', 'w'], { ...conv, stride: [2, 1], padding: [0, 2, 1, 1] }),
      node('conv2d', 'y', ['a', 'w2'], { ...conv, padding: [1, 0, 0, 1] }),
    ],
    'dilation, groups and «same»': [
      node('conv2d', 'a', ['x', 'd'], { ...conv, dilation: [2, 1], groups: 4, padding: [2, 1, 2, 1], activation: relu }),
      node('conv2d', 'y', ['a', 'w'], { ...conv, stride: [2, 2], padding: 'sameUpper' }),
    ],
    'maxima beyond the border': [node('pool2d', 'a', ['x'], { ...pool, kind: 'max' }), node('conv2d', 'y', ['a', 'w'], conv)],
    'means of what is there': [
      node('conv2d', 'a', ['x', 'w'], conv),
      node('pool2d', 'y', ['a'], { ...pool, kind: 'average', padding: [1, 1, 1, 1] }),
    ],
    'means that count padding, beyond it too': [
      node('conv2d', 'a', ['x', 'w'], conv),
      node('pool2d', 'y', ['a'], { ...pool, kind: 'average', padding: [1, 1, 0, 0], countPadding: true }),
    ],
    'a block with a way past it': [
      node('conv2d', 'a', ['x', 'w'], { ...conv, activation: relu }),
      node('conv2d', 'b', ['a', 'w'], conv),
      node('binary', 'sum', ['b', 'x'], { fn: 'add' }),
      node('unary', 'y', ['sum'], relu),
    ],
    'branches of different width, joined': [
      node('conv2d', 'a', ['x', 'w'], conv),
      node('conv2d', 'b', ['x', 'w'], { ...conv, dilation: [2, 2], padding: [2, 2, 2, 2] }),
      node('concat', 'y', ['a', 'x', 'b'], { axis: 1 }),
    ],
    'a gate that sees all': [
      node('conv2d', 'a', ['x', 'w'], conv),
      node('globalPool', 'g', ['a'], { kind: 'average' }),
      node('binary', 'y', ['a', 'g'], { fn: 'mul' }),
    ],
    normalisations: [
      node('lrn', 'a', ['x'], { size: 3, alpha: 1, beta: 0.75, bias: 1 }),
      node('batchNorm', 'b', ['a', 'one', 'one', 'one', 'one'], { epsilon: 10 }),
      node('conv2d', 'y', ['b', 'w'], conv),
    ],
    'what cannot be made in parts, between what can': [
      node('conv2d', 'a', ['x', 'w'], conv),
      node('transpose', 't', ['a'], { perm: [0, 1, 3, 2] }),
      node('transpose', 'u', ['t'], { perm: [0, 1, 3, 2] }),
      node('conv2d', 'y', ['u', 'w'], conv),
    ],
  };
  it.each(Object.entries(nets))('%s', (_, nodes) => {
    const graph = graphOf([1, 4, 9, 8], nodes, weights);
    const [, , h, w] = shapeOf(graph, 'y') as [number, number, number, number];
    for (let row = 0; row < h; row++)
      for (let column = 0; column < w; column++)
        for (const [whole, part] of bothWays(graph, { value: 'y', row, column }, 3)) expect(part).toBeCloseTo(whole, 12);
  });

  it('a row of positions: 1-D convolutions run whole', () => {
    const graph = graphOf([1, 4, 9], [node('conv2d', 'y', ['x', 'w'], { ...conv, padding: [0, 1, 0, 1] })], {
      w: weight(4, 4, 3),
    });
    const { graph: same } = cropGraph(graph, [{ value: 'y', row: 0, column: 0 }]);
    expect(same.nodes).toEqual(graph.nodes);
  });

  it('the control: another place has other values', () => {
    const graph = graphOf([1, 4, 9, 8], nets.normalisations!, weights);
    const [here] = bothWays(graph, { value: 'y', row: 4, column: 4 }, 3);
    const [there] = bothWays(graph, { value: 'y', row: 4, column: 5 }, 3);
    expect(Math.abs(there![1] - here![0])).toBeGreaterThan(1e-6);
  });
});

it('a constant that differs from place to place is not cut: the node is made whole', () => {
  const graph = graphOf([1, 2, 6, 6], [node('binary', 'y', ['x', 'map'], { fn: 'add' })], { map: weight(1, 1, 6, 6) });
  const { parts } = cropGraph(graph, [{ value: 'y', row: 3, column: 3 }]);
  expect(parts.get('y')).toEqual({ row: 0, column: 0, heightUnits: 6, widthUnits: 6 });
});

it('the part of a picture [h, w, channels]', () => {
  const picture = Float32Array.from({ length: 3 * 4 * 2 }, (_, i) => i);
  const part = { row: 1, column: 2, heightUnits: 2, widthUnits: 2 };
  expect([...cutPart(picture, [3, 4], part)]).toEqual([12, 13, 14, 15, 20, 21, 22, 23]);
});

it('what no place needs is left out', () => {
  const graph = graphOf([1, 4, 6, 6], [node('unary', 'a', ['x'], relu), node('unary', 'b', ['x'], relu)]);
  const { graph: part, parts } = cropGraph(graph, [{ value: 'a', row: 2, column: 0 }]);
  expect(part.nodes.map(({ name }) => name)).toEqual(['a']);
  expect(parts.get('x')).toEqual({ row: 2, column: 0, heightUnits: 1, widthUnits: 1 });
});

it.each([1, 2, 3, 4, 5, 6])('random nets (%d)', (seed) => {
  const random = createRandom(seed);
  const nodes: Node[] = [];
  const values = ['x'];
  const pick = () => values[random.integer(values.length)]!;
  const between = (most: number) => random.integer(most + 1);
  for (let i = 0; i < 8; i++) {
    const name = `v${i}`;
    // The size stays: k' − 1 in padding, shared out at random.
    const dilation = [1 + between(1), 1 + between(1)] as const;
    const [top, left] = dilation.map((n) => between(2 * n)) as [number, number];
    const padding = [top, left, 2 * dilation[0] - top, 2 * dilation[1] - left] as const;
    const window = {
      kernel: [3, 3],
      stride: [1, 1],
      dilation,
      padding,
      ceilMode: false,
      countPadding: between(1) === 1,
    } as const;
    nodes.push(
      [
        () => node('conv2d', name, [pick(), 'w'], { ...conv, dilation, padding }),
        () => node('pool2d', name, [pick()], { ...window, kind: between(1) ? 'max' : 'average' }),
        () => node('binary', name, [pick(), pick()], { fn: 'add' }),
        () => node('unary', name, [pick()], { fn: 'tanh', alpha: 0, beta: 0 }),
      ][between(3)]!(),
    );
    values.push(name);
  }
  const graph = graphOf([1, 4, 11, 10], nodes, { w: weight(4, 4, 3, 3) });
  const value = nodes.at(-1)!.name;
  for (let i = 0; i < 10; i++) {
    const place = { value, row: random.integer(11), column: random.integer(10) };
    for (const [whole, part] of bothWays(graph, place, seed)) expect(part).toBeCloseTo(whole, 10);
  }
  expect(sizeOf(shapeOf(cropGraph(graph, [{ value, row: 5, column: 5 }]).graph, value))).toBe(4);
});
