/**
 * @file Runs a network picture by picture, but its dense layers for a whole chunk of pictures at once: a matrix of some hundred
 * megabytes is then read from memory once for all of them. Same bytes as one picture at a time, because a row of a matrix product
 * does not depend on the other rows.
 */
import type { Kernels } from '@ventral/kernels';
import type { BoundGraph } from '../graph/bind.ts';
import type { GraphInput, Node } from '../graph/graph.ts';
import { sizeOf } from '../tensor/tensor.ts';
import { createExecutor, type ExecutorOptions } from './executor.ts';
import type { Tap } from './tap.ts';
import { packWeights } from './weights.ts';

/** A graph cut before its last dense layers. */
export interface SplitGraph {
  /** For one picture. */
  readonly head: BoundGraph;
  /** For a chunk; undefined: nothing is worth it. */
  readonly tail: BoundGraph | undefined;
}

/** Fewest weights (1 MB) of dense layers for which a graph is cut. */
const leastWeights = 1 << 18;

/**
 * Cuts a graph bound for one picture. The tail is what stands at the end and treats each row of a matrix [1, k] on its own; its
 * values are bound for `nImages` rows.
 */
export function splitAtDense(graph: BoundGraph, nImages: number): SplitGraph {
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) for (const name of node.inputs) readers.set(name, [...(readers.get(name) ?? []), node]);
  const tail = new Set<Node>();
  for (const node of graph.nodes.toReversed()) {
    const readOn = node.outputs.flatMap((name) => readers.get(name) ?? []);
    if (isRowWise(node, graph) && readOn.every((reader) => tail.has(reader))) tail.add(node);
  }
  const nWeights = [...tail].reduce(
    (sum, node) => sum + (node.op === 'dense' || node.op === 'matmul' ? sizeOf(graph.types.get(node.inputs[1]!)!.shape) : 0),
    0,
  );
  if (nWeights < leastWeights) return { head: graph, tail: undefined };

  const made = new Set([...tail].flatMap((node) => node.outputs));
  const cut = [...new Set([...tail].flatMap((node) => node.inputs))].filter(
    (name) => name !== '' && !made.has(name) && !graph.types.get(name)!.constant,
  );
  const rows = (name: string) => ({ ...graph.types.get(name)!, shape: [nImages, ...graph.types.get(name)!.shape.slice(1)] });
  return {
    head: {
      ...graph,
      nodes: graph.nodes.filter((node) => !tail.has(node)),
      outputs: [...new Set([...graph.outputs.filter((name) => !made.has(name)), ...cut])],
    },
    tail: {
      ...graph,
      inputs: cut.map((name): GraphInput => ({ name, dtype: 'float32', shape: rows(name).shape })),
      nodes: graph.nodes.filter((node) => tail.has(node)),
      outputs: graph.outputs.filter((name) => made.has(name)),
      types: new Map([...graph.types].map(([name, type]) => [name, made.has(name) || cut.includes(name) ? rows(name) : type])),
    },
  };
}

/** Whether a node gives one row [1, k'] for each row [1, k] of what depends on the picture. */
function isRowWise(node: Node, graph: BoundGraph): boolean {
  const isRow = (name: string) => {
    const { shape, dtype } = graph.types.get(name)!;
    return shape.length === 2 && shape[0] === 1 && dtype === 'float32';
  };
  const isConstant = (name: string | undefined) =>
    name === undefined || name === '' || graph.types.get(name)!.constant !== undefined;
  const [first, ...others] = node.inputs;
  if (first === undefined || isConstant(first) || !isRow(first) || !node.outputs.every((name) => name === '' || isRow(name)))
    return false;
  switch (node.op) {
    case 'dense':
      return !node.attributes.transA && others.every(isConstant);
    case 'matmul':
    case 'batchNorm':
      return others.every(isConstant);
    case 'unary':
      return true;
    case 'softmax':
      return node.attributes.axis === 1 || node.attributes.axis === -1;
    default:
      return false;
  }
}

export interface ChunkExecutor {
  readonly graph: BoundGraph;
  readonly bytes: { readonly weights: number; readonly activations: number; readonly scratch: number };
  /** Writes one input for the next picture, as an executor's. */
  setInput(name: string, data: Float32Array, order: 'rowMajor' | 'channelsLast'): void;
  /** Runs the picture up to the dense layers and shows the taps before them; at most `nImages` times before a flush. */
  run(onTap: (tap: Tap) => void): void;
  /** Runs the dense layers for the pictures since the last flush and shows their taps, each picture on its own, in order. */
  flush(onTap: (tap: Tap) => void): void;
}

export interface ChunkExecutorOptions extends Omit<ExecutorOptions, 'packed'> {
  /** Where the weights of both parts lie packed in the memory of `kernels` ({@link packSplit}). */
  readonly packed?: PackedSplit['packed'] | undefined;
}

/** A cut graph whose weights lie packed in a memory. Structured-cloneable. */
export interface PackedSplit {
  /** Without the weights that only packing reads. */
  readonly split: SplitGraph;
  /** Addresses of head and tail. */
  readonly packed: readonly (readonly number[])[];
}

/** Packs the weights of both parts, for several executors on one shared memory. */
export function packSplit(kernels: Kernels, { head, tail }: SplitGraph, exact: boolean): PackedSplit {
  const [first, last] = [head, tail].map((part) => part && packWeights(kernels, part, { exact }));
  return { split: { head: first!.graph, tail: last?.graph }, packed: [first!.packed, last?.packed ?? []] };
}

/**
 * An executor for pictures that come in chunks of at most `nImages`.
 * @param graph bound for one picture
 * @throws InputError as createExecutor
 */
export function createChunkExecutor(
  kernels: Kernels,
  split: SplitGraph,
  nImages: number,
  { taps = [], exact, packed }: ChunkExecutorOptions = {},
): ChunkExecutor {
  const inTail = new Set(split.tail?.nodes.flatMap((node) => node.outputs));
  const open = (part: BoundGraph, index: number) => {
    const own = taps.filter((name) => inTail.has(name) === (index === 1));
    const executor = createExecutor(kernels, part, { taps: own, exact, packed: packed?.[index] });
    /** Taps are numbered in the caller's list. */
    const indices = own.map((name) => taps.indexOf(name));
    const renumbered = (onTap: (tap: Tap) => void) => (tap: Tap) => onTap({ ...tap, tapIndex: indices[tap.tapIndex]! });
    return { executor, renumbered };
  };
  const head = open(split.head, 0);
  const tail = split.tail && open(split.tail, 1);
  /** Rows of the pictures so far for each value that the tail reads. */
  const rows = (split.tail?.inputs ?? []).map(({ name, shape }) => ({
    name,
    nColumns: shape[1] as number,
    data: new Float32Array(sizeOf(shape as number[])),
  }));
  let nWaiting = 0;
  const sum = (what: 'weights' | 'activations' | 'scratch') => head.executor.bytes[what] + (tail?.executor.bytes[what] ?? 0);
  return {
    graph: head.executor.graph,
    bytes: { weights: sum('weights'), activations: sum('activations'), scratch: sum('scratch') },
    setInput: head.executor.setInput,
    run(onTap) {
      if (tail && nWaiting === nImages) throw new Error(`createChunkExecutor: ${nImages} pictures are waiting; flush() first.`);
      head.executor.run(head.renumbered(onTap));
      for (const { name, nColumns, data } of rows)
        head.executor.readInto(name, data.subarray(nWaiting * nColumns, (nWaiting + 1) * nColumns));
      nWaiting++;
    },
    flush(onTap) {
      const nImagesHere = nWaiting;
      nWaiting = 0;
      if (!tail || nImagesHere === 0) return;
      for (const { name, data } of rows) tail.executor.setInput(name, data, 'rowMajor');
      const show = tail.renumbered(onTap);
      tail.executor.run((tap) => {
        if (tap.image < nImagesHere) show(tap);
      });
    },
  };
}
