/** @file Small graphs for tests of this room, written by hand: each method adds a node and gives the name of its output. */
import { type BoundGraph, bindGraph, type Graph, type Node, type OpAttributes, type Tensor } from '@ventral/core';

type Pair = readonly [h: number, w: number];

export interface Window {
  readonly k: number | Pair;
  readonly s?: number | Pair;
  /** One number: all sides. */
  readonly p?: number | OpAttributes['conv2d']['padding'];
  readonly d?: number | Pair;
}

const pair = (n: number | Pair): Pair => (typeof n === 'number' ? [n, n] : n);

function attributesOf({ s = 1, p = 0, d = 1 }: Window) {
  return { stride: pair(s), padding: typeof p === 'number' ? ([p, p, p, p] as const) : p, dilation: pair(d) };
}

/** A graph over one picture `data` [1, channels, h, w]. Weights default to 1, so that every path counts. */
export function testGraph(size: Pair, channels = 1, dtype: 'float32' | 'float64' = 'float32') {
  const nodes: Node[] = [];
  const constants = new Map<string, Tensor>();
  const nChannels = new Map([['data', channels]]);
  let weightAt = (_: number) => 1;

  function push(node: Omit<Node, 'name' | 'outputs'>, nOut: number, name = `v${nodes.length}`): string {
    nodes.push({ ...node, name, outputs: [name] } as Node);
    nChannels.set(name, nOut);
    return name;
  }
  function constant(name: string, shape: readonly number[], values: ArrayLike<number>, type: Tensor['dtype'] = dtype): string {
    constants.set(name, { dtype: type, shape, data: type === 'float32' ? Float32Array.from(values) : Float64Array.from(values) });
    return name;
  }
  const of = (x: string) => nChannels.get(x)!;

  const graph = {
    /** Weights of the convolutions and dense layers that follow. */
    weights(at: (i: number) => number) {
      weightAt = at;
    },
    conv(x: string, window: Window & { out?: number; depthwise?: boolean; activation?: 'relu' }, name?: string) {
      const [kh, kw] = pair(window.k);
      const groups = window.depthwise ? of(x) : 1;
      const out = window.depthwise ? of(x) : (window.out ?? 1);
      const shape = [out, of(x) / groups, kh, kw];
      const weight = constant(
        `w${nodes.length}`,
        shape,
        Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => weightAt(i)),
      );
      const activation = window.activation && { fn: window.activation, alpha: 0, beta: 0 };
      return push({ op: 'conv2d', inputs: [x, weight], attributes: { ...attributesOf(window), groups, activation } }, out, name);
    },
    pool(x: string, window: Window & { kind?: 'max' | 'average'; ceil?: boolean }, name?: string) {
      const attributes = {
        ...attributesOf(window),
        kernel: pair(window.k),
        kind: window.kind ?? 'max',
        ceilMode: window.ceil ?? false,
        countPadding: false,
      } as const;
      return push({ op: 'pool2d', inputs: [x], attributes }, of(x), name);
    },
    add: (a: string, b: string, name?: string) => push({ op: 'binary', inputs: [a, b], attributes: { fn: 'add' } }, of(a), name),
    mul: (a: string, b: string, name?: string) => push({ op: 'binary', inputs: [a, b], attributes: { fn: 'mul' } }, of(a), name),
    div: (a: string, b: string, name?: string) => push({ op: 'binary', inputs: [a, b], attributes: { fn: 'div' } }, of(a), name),
    /** x + a number. */
    offset: (x: string, by: number, name?: string) =>
      push({ op: 'binary', inputs: [x, constant(`c${nodes.length}`, [1], [by])], attributes: { fn: 'add' } }, of(x), name),
    relu: (x: string, name?: string) =>
      push({ op: 'unary', inputs: [x], attributes: { fn: 'relu', alpha: 0, beta: 0 } }, of(x), name),
    concat: (parts: readonly string[], name?: string) =>
      push(
        { op: 'concat', inputs: parts, attributes: { axis: 1 } },
        parts.reduce((n, x) => n + of(x), 0),
        name,
      ),
    globalPool: (x: string, name?: string) =>
      push({ op: 'globalPool', inputs: [x], attributes: { kind: 'average' } }, of(x), name),
    flatten: (x: string, nFlat: number) => push({ op: 'flatten', inputs: [x], attributes: { axis: 1 } }, nFlat),
    dense(x: string, out: number, name?: string) {
      const weight = constant(
        `w${nodes.length}`,
        [out, of(x)],
        Array.from({ length: out * of(x) }, (_, i) => weightAt(i)),
      );
      return push(
        { op: 'dense', inputs: [x, weight], attributes: { alpha: 1, beta: 1, transA: false, transB: true } },
        out,
        name,
      );
    },
    transpose: (x: string, perm: readonly number[], name?: string) =>
      push({ op: 'transpose', inputs: [x], attributes: { perm } }, of(x), name),
    reshape: (x: string, shape: readonly number[], name?: string) =>
      push(
        {
          op: 'reshape',
          inputs: [x, constant(`c${nodes.length}`, [shape.length], shape, 'int64')],
          attributes: { allowZero: false },
        },
        shape[1]!,
        name,
      ),
    /** One channel of x as a map of its own. */
    channel(x: string, index: number) {
      const picked = push(
        { op: 'gather', inputs: [x, constant(`c${nodes.length}`, [], [index], 'int64')], attributes: { axis: 1 } },
        1,
      );
      return push({ op: 'unsqueeze', inputs: [picked, constant(`c${nodes.length}`, [1], [1], 'int64')], attributes: {} }, 1);
    },
    /** h and w cut by [top, left, bottom, right]. */
    crop(x: string, [top, left, bottom, right]: readonly [number, number, number, number], step: Pair = [1, 1]) {
      const at = (what: string, values: readonly number[]) => constant(`c${nodes.length}${what}`, [2], values, 'int64');
      const end = (cut: number) => (cut === 0 ? 2 ** 31 - 1 : -cut);
      const inputs = [x, at('s', [top, left]), at('e', [end(bottom), end(right)]), at('a', [2, 3]), at('t', step)];
      return push({ op: 'slice', inputs, attributes: {} }, of(x));
    },
    pad: (x: string, [top, left, bottom, right]: readonly [number, number, number, number]) =>
      push(
        {
          op: 'pad',
          inputs: [x, constant(`c${nodes.length}`, [8], [0, 0, top, left, 0, 0, bottom, right], 'int64')],
          attributes: { mode: 'constant' },
        },
        of(x),
      ),
    upsample: (x: string, scale: number) =>
      push(
        {
          op: 'resize',
          inputs: [x, constant(`c${nodes.length}`, [4], [1, 1, scale, scale], 'float32')],
          attributes: { mode: 'nearest', coordinates: 'asymmetric', nearest: 'floor' },
        },
        of(x),
      ),
    graph: (): Graph => ({
      name: 'test',
      nodes,
      constants,
      metadata: {},
      inputs: [{ name: 'data', dtype, shape: [1, channels, ...size] }],
      outputs: nodes.slice(-1).flatMap((node) => node.outputs),
    }),
    bound: (): BoundGraph => bindGraph(graph.graph()),
  };
  return graph;
}
