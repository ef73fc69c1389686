/**
 * @file Which values of a network are layers: the rows of every table. Names and stages only; nothing is computed here.
 */
import {
  axisRoles,
  type BoundGraph,
  InputError,
  inputTypes,
  type Node,
  opLabel,
  opOf,
  readingSizes,
  sizeOf,
} from '@ventral/core';
import type { LayerInfo } from './probe.ts';
import { receptiveFields } from './receptive-field/field.ts';
import type { Cell } from './table.ts';

/** All nodes but views of the canonical form; every node of the graph as it came; or those whose id matches one of the globs. */
export type LayerSelection = 'canonical' | 'all-nodes' | readonly string[];

/**
 * The layers of a bound graph in execution order. Pass the canonical form, or the raw graph for 'all-nodes'.
 *
 * A layer's id is its first output's name in the model file. Globs know `*` (any characters), `?` (one) and `{a,b}`; they pick
 * from the canonical set, and layerIndex keeps a layer's place in that whole set, whatever is picked.
 *
 * @throws InputError `layers: "fire9/*" matches no layer. Near names: fire8/concat, fire8/relu_expand1x1, …`
 */
export function layerSet(graph: BoundGraph, which: LayerSelection): LayerInfo[] {
  const fields = receptiveFields(graph);
  const roles = axisRoles(graph);
  const stageOf = (node: Node) => opOf(node).stage(node.attributes, inputTypes(node, graph.types));
  const isActivation = (node: Node) => (node.op === 'unary' || node.op === 'binary') && stageOf(node) === 'activation';
  // A picture-wide factor (squeeze and excitation) scales a path inside a block; nothing ends there.
  const isGate = (node: Node) =>
    node.op === 'binary' &&
    inputTypes(node, graph.types).some((type) => sizeOf(type!.shape) < sizeOf(graph.types.get(node.outputs[0]!)!.shape));
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const layers = graph.nodes
    .map((node) => ({ node, stage: stageOf(node) }))
    .filter(({ node, stage }) => fields.has(node.outputs[0]!) && (which === 'all-nodes' || stage !== 'view'))
    .map(({ node, stage }, layerIndex): LayerInfo => {
      const layer = node.outputs[0]!;
      const sizes = readingSizes(graph.types.get(layer)!.shape, roles.get(layer)!);
      return {
        layerIndex,
        layer,
        op: opLabel(node),
        stage,
        isBlockOutput: stage === 'merge' && !isGate(node) && !readers.get(layer)?.some(isActivation),
        nChannels: sizes.channels,
        heightUnits: sizes.height,
        widthUnits: sizes.width,
      };
    });
  if (typeof which === 'string') return layers;
  const patterns = which.map((glob) => {
    const pattern = globPattern(glob);
    if (layers.some(({ layer }) => pattern.test(layer))) return pattern;
    const near = nearest(
      glob,
      layers.map(({ layer }) => layer),
    ).join(', ');
    throw new InputError(`layers: "${glob}" matches no layer. Near names: ${near}.`);
  });
  return layers.filter(({ layer }) => patterns.some((pattern) => pattern.test(layer)));
}

/** `fire{2,3}/*` as a regular expression over whole ids. */
function globPattern(glob: string): RegExp {
  let depth = 0;
  let source = '';
  for (const character of glob) {
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '{') {
      depth++;
      source += '(?:';
    } else if (character === '}' && depth > 0) {
      depth--;
      source += ')';
    } else if (character === ',' && depth > 0) source += '|';
    else source += character.replace(/[\\^$.+()[\]{}|]/, '\\$&');
  }
  if (depth > 0) throw new InputError(`layers: "${glob}" opens a { that it does not close.`);
  return new RegExp(`^${source}$`, 's');
}

/** Up to five names by edit distance to the glob without its wildcards; ties in execution order. */
function nearest(glob: string, names: readonly string[]): string[] {
  const wanted = glob.replace(/[*?{}]/g, '');
  return names
    .map((name) => ({ name, distance: editDistance(wanted, name) }))
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 5)
    .map(({ name }) => name);
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

/** Layers as papers show them: activations, ends of blocks, dense layers; all of a network that has no activation. */
export function measuredLayers<L extends Pick<LayerInfo, 'stage' | 'isBlockOutput'>>(layers: readonly L[]): readonly L[] {
  if (layers.every(({ stage }) => stage !== 'activation')) return layers;
  return layers.filter(({ stage, isBlockOutput }) => stage === 'activation' || stage === 'dense' || isBlockOutput);
}

/** The cells of `layerColumns`. */
export function layerCells(model: string, layer: LayerInfo): Cell[] {
  return [model, layer.layerIndex, layer.layer, layer.op, layer.stage, layer.isBlockOutput];
}
