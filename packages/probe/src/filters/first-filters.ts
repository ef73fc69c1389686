/**
 * @file The filters that a network lays on the picture itself: the weights of its first convolution, by colour. Reads the graph
 * alone; what the filters look like is filters.ts.
 */
import { type AxisRole, axisRoles, type BoundGraph, type Node, type NodeOf, pictureInput, toFloat64 } from '@ventral/core';

/** The first convolution's weights over the picture's colours. */
export interface FirstFilters {
  /** Its output: the layer's id. */
  readonly layer: string;
  /** [filters, colours, h, w]: red, green, blue, or one colour where the network takes grey pictures. */
  readonly weights: Float64Array;
  readonly nFilters: number;
  readonly nColours: 1 | 3;
  /** [h, w] */
  readonly kernel: readonly [h: number, w: number];
  /** Picture px between two weights. */
  readonly dilation: readonly [h: number, w: number];
}

/**
 * The weights of the first convolution (in order of execution) that reads the picture, as they stand in this graph: in the
 * canonical form a batch normalisation is folded in. They apply to what the convolution reads, the picture after its
 * preprocessing: a factor per colour before it is not multiplied in.
 *
 * Between picture and convolution may stand what keeps colours apart and pixels in place: arithmetic with constants, padding,
 * transposes, quantisation, colours picked and joined anew. Colours are told apart by the network's preprocessing
 * (RGB, unless it says BGR). A filter of a grouped convolution weighs its group's colours, others by 0; weights that meet the same
 * colour twice are added. O(weights).
 *
 * @returns undefined where no convolution reads a picture of one or three colours: something else stands between (patches cut out,
 *   another convolution's map), or there is none
 */
export function firstFilters(graph: BoundGraph): FirstFilters | undefined {
  const colours = carriedColours(graph);
  const isFirst = (node: Node): node is NodeOf<'conv2d'> => node.op === 'conv2d' && colours.has(node.inputs[0]!);
  const node = graph.nodes.find(isFirst);
  const weight = node && graph.constants.get(node.inputs[1]!);
  const read = node && colours.get(node.inputs[0]!);
  if (!node || !weight || !read || weight.shape.length !== 4) return undefined;
  const [nFilters, nRead, h, w] = weight.shape as [number, number, number, number];
  const { groups, dilation } = node.attributes;
  // A constant may have spread one channel over several.
  if (read.length !== nRead * groups) return undefined;
  const nColours = pictureColours(graph).length === 1 ? 1 : 3;
  const area = h * w;
  const weights = new Float64Array(nFilters * nColours * area);
  for (const [i, value] of toFloat64(weight).entries()) {
    const filter = Math.floor(i / (nRead * area));
    const group = Math.floor((filter * groups) / nFilters);
    const colour = read[group * nRead + (Math.floor(i / area) % nRead)]!;
    weights[(filter * nColours + colour) * area + (i % area)]! += value;
  }
  return { layer: node.outputs[0]!, weights, nFilters, nColours, kernel: [h, w], dilation };
}

/** Ops of one input whose channels are its input's, pixel by pixel. */
const keepsColours: ReadonlySet<string> = new Set([
  'identity',
  'cast',
  'quantize',
  'dequantize',
  'batchNorm',
  'pad',
  'transpose',
  'unsqueeze',
]);

/** Of each value made of the picture's colours alone: which colour each of its channels is. */
function carriedColours(graph: BoundGraph): ReadonlyMap<string, readonly number[]> {
  const roles = axisRoles(graph);
  const colours = new Map([[pictureInput(graph).name, pictureColours(graph)]]);
  for (const node of graph.nodes) {
    const carried = carriedBy(node, graph, roles, colours);
    if (carried) colours.set(node.outputs[0]!, carried);
  }
  return colours;
}

function carriedBy(
  node: Node,
  graph: BoundGraph,
  roles: ReadonlyMap<string, readonly AxisRole[]>,
  colours: ReadonlyMap<string, readonly number[]>,
): readonly number[] | undefined {
  const [first, second] = node.inputs as [string, string | undefined];
  const isChannel = (value: string, axis: number) => roles.get(value)?.at(axis) === 'channel';
  if (keepsColours.has(node.op)) return colours.get(first);
  if (node.op === 'binary') {
    const [constant, value] = graph.constants.has(first) ? [first, second!] : [second!, first];
    return graph.constants.has(constant) ? colours.get(value) : undefined;
  }
  if (node.op === 'gather' && isChannel(first, node.attributes.axis)) {
    const picked = graph.constants.get(second!);
    const of = colours.get(first);
    return picked && of && Array.from(picked.data, (index) => of.at(Number(index))!);
  }
  if (node.op === 'concat' && isChannel(node.outputs[0]!, node.attributes.axis)) {
    const parts = node.inputs.map((input) => colours.get(input));
    return parts.every((part) => part !== undefined) ? parts.flat() : undefined;
  }
  return undefined;
}

/** Colours of the picture's channels: 0 red, 1 green, 2 blue; none where they are neither one nor three. */
function pictureColours(graph: BoundGraph): readonly number[] {
  const { name, axes } = pictureInput(graph);
  const nChannels = graph.types.get(name)!.shape[axes[0] === 1 ? 3 : 1]!;
  if (nChannels === 1) return [0];
  if (nChannels !== 3) return [];
  return graph.metadata.preprocess?.channels === 'BGR' ? [2, 1, 0] : [0, 1, 2];
}
