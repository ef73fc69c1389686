/**
 * @file A part of a network in space: what the units at some places need, and nothing beside it. A unit of an early layer sees
 * little of the picture, and one of a late layer needs less and less of the maps on the way to it.
 */
import type { Box, Reach, ValueType } from '../ops/op.ts';
import { integers } from '../tensor/tensor.ts';
import { axisRoles } from './axes.ts';
import { type BoundGraph, bindGraph, inputTypes, opOf } from './bind.ts';
import type { Node } from './graph.ts';

/** The units of a value at one place, all channels. */
export interface Place {
  readonly value: string;
  readonly row: number;
  readonly column: number;
}

/** Where in a whole value the part of it begins that a cropped graph makes, and how large it is. */
export interface Part {
  readonly row: number;
  readonly column: number;
  readonly heightUnits: number;
  readonly widthUnits: number;
}

export interface CroppedGraph {
  /** Its inputs are the parts of pictures that are read, its outputs the values of the places. */
  readonly graph: BoundGraph;
  /** Of each of these values, the part that `graph` makes; of each input, the part that it takes. */
  readonly parts: ReadonlyMap<string, Part>;
}

/** The values of a picture [h, w, channels] that lie inside a part of it. */
export function cutPart<A extends Float32Array | Float64Array | Uint8Array | Uint8ClampedArray>(
  values: A,
  [heightPx, widthPx]: readonly [h: number, w: number],
  { row, column, heightUnits, widthUnits }: Part,
): A {
  const nChannels = values.length / (heightPx * widthPx);
  const inside = values.slice(0, heightUnits * widthUnits * nChannels) as A;
  for (let y = 0; y < heightUnits; y++) {
    const start = ((row + y) * widthPx + column) * nChannels;
    inside.set(values.subarray(start, start + widthUnits * nChannels), y * widthUnits * nChannels);
  }
  return inside;
}

/**
 * The graph that makes units at some places as the whole graph does, but for the rounding of sums that are added up in another
 * order: each node makes the part that later nodes read, from the parts that it reads, as far as its op can ({@link Op.crop}); where
 * it cannot, as in global pooling, whole values from there to the picture. Costs O(nodes) and a binding.
 *
 * @param places of values that the graph makes; a value may come more than once
 */
export function cropGraph(graph: BoundGraph, places: readonly Place[]): CroppedGraph {
  const roles = axisRoles(graph);
  /** What is read of each value: the smallest box around all that is. */
  const boxes = new Map<string, Box>();
  const whole = (name: string): Box => graph.types.get(name)!.shape.map((n) => [0, n]);
  const ask = (name: string, box: Box) => {
    const before = boxes.get(name);
    boxes.set(name, before ? box.map(([start, end], i) => [Math.min(start, before[i]![0]), Math.max(end, before[i]![1])]) : box);
  };
  for (const { value, row, column } of places) {
    const at = { y: row, x: column };
    ask(
      value,
      whole(value).map((all, axis) => {
        const role = roles.get(value)![axis]!;
        const isOnlyOne = roles.get(value)!.filter((other) => other === role).length === 1;
        return (role === 'y' || role === 'x') && isOnlyOne ? [at[role], at[role] + 1] : all;
      }),
    );
  }

  const cropped = new Map<Node, CroppedNode>();
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => boxes.has(name))) continue;
    const crop = cropNode(node, graph, boxes.get(node.outputs[0]!));
    cropped.set(node, crop ?? { node, inputs: [] });
    if (!crop) for (const name of node.outputs) if (graph.types.has(name)) boxes.set(name, whole(name));
    for (const [i, name] of node.inputs.entries()) if (name !== '') ask(name, crop?.inputs[i] ?? whole(name));
  }
  // Constants are whole, and so is an input that nothing reads.
  for (const name of graph.constants.keys()) boxes.set(name, whole(name));
  for (const { name } of graph.inputs) if (!boxes.has(name)) boxes.set(name, whole(name));

  const constants = new Map(graph.constants);
  const nodes: Node[] = [];
  const slices = new Set<string>();
  const partOf = (name: string, box: Box): string => {
    const held = boxes.get(name)!;
    if (isSame(held, box)) return name;
    const part = `${name} [${box.map(([start, end]) => `${start}:${end}`).join(', ')}]`;
    if (slices.has(part)) return part;
    slices.add(part);
    const [from, to] = [`${part} from`, `${part} to`];
    constants.set(from, integers(box.map(([start], axis) => start - held[axis]![0])));
    constants.set(to, integers(box.map(([, end], axis) => end - held[axis]![0])));
    nodes.push({ op: 'slice', name: part, attributes: {}, inputs: [name, from, to], outputs: [part] });
    return part;
  };
  for (const original of graph.nodes) {
    const crop = cropped.get(original);
    if (!crop) continue;
    const inputs = original.inputs.map((name, i) => (name === '' ? '' : partOf(name, crop.inputs[i] ?? whole(name))));
    nodes.push({ ...crop.node, inputs });
  }
  const outputs = [...new Set(places.map(({ value }) => value))];
  const inputs = graph.inputs.map(({ name }) => name);
  const shapes = new Map(inputs.map((name) => [name, boxes.get(name)!.map(([start, end]) => end - start)]));
  const bound = bindGraph({ ...graph, nodes, outputs, constants }, { shapes, maxBytes: graph.maxBytes });
  const parts = [...inputs, ...outputs].map((value): [string, Part] => {
    const along = (role: 'y' | 'x') => {
      const sides = boxes.get(value)!.filter((_, axis) => roles.get(value)![axis] === role);
      return { start: sides.length === 1 ? sides[0]![0] : 0, n: sides.reduce((n, [start, end]) => n * (end - start), 1) };
    };
    const [y, x] = [along('y'), along('x')];
    return [value, { row: y.start, column: x.start, heightUnits: y.n, widthUnits: x.n }];
  });
  return { graph: bound, parts: new Map(parts) };
}

interface CroppedNode {
  readonly node: Node;
  /** What it reads of each input; all of it where there is none. */
  readonly inputs: readonly (Box | undefined)[];
}

/** A node that makes one box of its output; undefined where it can only make all of it. */
function cropNode(node: Node, graph: BoundGraph, box: Box | undefined): CroppedNode | undefined {
  const op = opOf(node);
  if (!op.crop || !box || node.outputs.length !== 1) return undefined;
  const inputs = inputTypes(node, graph.types);
  const output = graph.types.get(node.outputs[0]!)!;
  const attributes = op.crop(node.attributes, inputs, output, box);
  if (!attributes) return undefined;
  const reaches = op.reach(node.attributes, inputs, output);
  const read = inputs.map((input, i) => (input && reaches[i] ? boxRead(reaches[i]!, input, box) : undefined));
  if (read.some((part) => part?.some(([start, end]) => start >= end))) return undefined;
  return { node: { ...node, attributes } as Node, inputs: read };
}

/** What a box of an output reads of an input, inside it. */
function boxRead({ axes, whole }: Reach, { shape }: ValueType, box: Box): Box {
  return shape.map((n, axis) => {
    const along = axes.findIndex((step) => step?.axis === axis);
    const step = axes[along];
    if (!step || 'whole' in step || whole.includes(axis)) return [0, n];
    const [start, end] = box[along]!;
    const first = start * step.stride + step.start;
    const last = (end - 1) * step.stride + step.start + step.size;
    return [Math.max(0, first), Math.min(n, last)];
  });
}

function isSame(a: Box, b: Box): boolean {
  return a.every(([start, end], axis) => start === b[axis]![0] && end === b[axis]![1]);
}
