/**
 * @file The gradient of a layer's centre units at the picture, before the activation: what effective fields, the linear share
 * and feature visualisation are made of.
 */
import {
  axisRoles,
  type BoundGraph,
  bindGraph,
  createExecutor,
  cropGraph,
  type Executor,
  InputError,
  integers,
  isInputError,
  type Node,
  type Part,
  type PictureInput,
  planGraph,
  prune,
  sizeOf,
  withGradients,
} from '@ventral/core';
import type { Kernels } from '@ventral/kernels';
import type { LayerInfo } from './probe.ts';

/** What a worker may hold: the weights as they were read, those that the gradient of one layer packs, and its activations. */
const mostBytes = 1.5e9;

/** A layer's gradient, ready to run. */
export interface UnitGradient extends GradientGraph {
  readonly executor: Executor;
}

/**
 * Plans and packs a layer's gradient in the kernels' free memory: one at a time, release what the one before it took.
 *
 * @param graph the whole network, in the form whose layers are measured
 * @returns or why there is none, a sentence's worth: `no gradient reaches the picture`, `the gradient takes 1720 MB of memory,
 *   the limit is 1500 MB`, `gradient: einsum "mix" cannot be differentiated, and the loss depends on "x" through it.`
 */
export function openUnitGradient(
  kernels: Kernels,
  graph: BoundGraph,
  picture: PictureInput,
  { layer, stage }: Pick<LayerInfo, 'layer' | 'stage'>,
  options: { readonly exact: boolean /** Default false. */; readonly withResponse?: boolean },
): UnitGradient | string {
  const { exact, withResponse = false } = options;
  try {
    const found = gradientGraph(graph, picture, { layer, stage }, withResponse);
    if (!found) return 'no gradient reaches the picture';
    const { weightBytes, activationBytes } = planGraph(found.graph, { exact });
    // While a weight is packed it lies there twice.
    const stagedBytes = Math.max(0, ...[...found.graph.constants.values()].map(({ data }) => data.byteLength));
    const heldBytes = [...graph.constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const bytes = heldBytes + weightBytes + activationBytes + stagedBytes;
    if (bytes > mostBytes) return `the gradient takes ${Math.ceil(bytes / 1e6)} MB of memory, the limit is ${mostBytes / 1e6} MB`;
    return { ...found, executor: createExecutor(kernels, found.graph, { exact }) };
  } catch (error) {
    if (isInputError(error)) return error.message;
    throw error;
  }
}

/** From a picture and signs to a layer's gradient. */
export interface GradientGraph {
  readonly graph: BoundGraph;
  /** Output, where it was asked for: the pre-activation of each channel's centre unit, in the order of the seeds. */
  readonly response: string;
  /** What part of the picture goes in, and has a gradient: outside it is 0. */
  readonly part: Part;
  /** Input: the factor of each channel's centre unit, in the order of the value's axes. */
  readonly seed: string;
  readonly nSeeds: number;
  /** Output: ∂ Σ factor · response / ∂ picture, in the shape of the part. */
  readonly gradient: string;
}

/**
 * The graph that differentiates a layer's centre unit, at row ⌊h/2⌋ and column ⌊w/2⌋, before its activation: no deeper than the
 * layer, no wider than the unit's field, and without the forward nodes that no slope depends on.
 *
 * @param graph the whole network, in the form whose layers are measured
 * @returns undefined where no gradient reaches the picture
 * @throws InputError `gradient: einsum "mix" cannot be differentiated, and the loss depends on "x" through it.`
 */
function gradientGraph(
  graph: BoundGraph,
  picture: PictureInput,
  { layer, stage }: Pick<LayerInfo, 'layer' | 'stage'>,
  withResponse: boolean,
): GradientGraph | undefined {
  const { node, value } = preActivation(graph, layer, stage);
  const { shape: whole } = graph.types.get(value)!;
  const roles = axisRoles(graph).get(value)!;
  const [y, x] = (['y', 'x'] as const).map((role) => Math.floor((whole[roles.indexOf(role)] ?? 1) / 2)) as [number, number];
  const open = { ...graph, nodes: graph.nodes.map((other) => (other.outputs[0] === layer ? node : other)) };
  const { graph: part, parts } = cropGraph(open, [{ value, row: y, column: x }]);
  const { dtype, shape } = part.types.get(value)!;
  const { row, column } = parts.get(value)!;
  const isSpace = (axis: number) => roles[axis] === 'y' || roles[axis] === 'x';
  const starts = whole.map((n, axis) => (isSpace(axis) ? Math.floor(n / 2) - (roles[axis] === 'y' ? row : column) : 0));
  const ends = shape.map((n, axis) => (isSpace(axis) ? starts[axis]! + 1 : n));
  const [center, from, to, seed] = ['', ' from', ' to', ' seed'].map((what) => `${layer} center${what}`) as [
    string,
    string,
    string,
    string,
  ];
  const seedShape = shape.map((_, axis) => ends[axis]! - starts[axis]!);
  const cut = prune(
    {
      ...part,
      inputs: [...part.inputs, { name: seed, dtype, shape: seedShape, isParameter: true }],
      constants: new Map([...part.constants, [from, integers(starts)], [to, integers(ends)]]),
      nodes: [...part.nodes, { op: 'slice', name: center, attributes: {}, inputs: [value, from, to], outputs: [center] }],
    },
    [center],
  );
  const shapes = new Map([...part.inputs.map(({ name }) => [name, part.types.get(name)!.shape] as const), [seed, seedShape]]);
  const bound = bindGraph(cut, { shapes, maxBytes: graph.maxBytes });
  const backward = withGradients(bound, new Map([[center, seed]]), [picture.name], withResponse ? [center] : []);
  const gradient = backward.gradients.get(picture.name);
  return gradient === undefined
    ? undefined
    : { graph: backward.graph, response: center, seed, nSeeds: sizeOf(seedShape), gradient, part: parts.get(picture.name)! };
}

/** The layer's node without its activation, and the value that is measured: of a node that is nothing but an activation, its input. */
function preActivation(graph: BoundGraph, layer: string, stage: LayerInfo['stage']): { node: Node; value: string } {
  const node = graph.nodes.find(({ outputs }) => outputs[0] === layer);
  if (!node) throw new InputError(`gradient: no layer is called "${layer}".`);
  if ((node.op === 'unary' || node.op === 'binary') && stage === 'activation')
    return { node, value: node.inputs.find((name) => !graph.types.get(name)!.constant)! };
  if (!('activation' in node.attributes)) return { node, value: layer };
  return { node: { ...node, attributes: { ...node.attributes, activation: undefined } } as Node, value: layer };
}
