/**
 * @file What a network is here: nodes in execution order over named values. Plain data, structured-cloneable, the same for
 * every source (ONNX, a JSON description, code). Knows no kernels and no memory: those are exec/.
 */
import type { OpAttributes, OpName } from '../ops/table.ts';
import type { DType, Tensor } from '../tensor/tensor.ts';

/** One operation. `inputs` may hold '' for an optional input left out. `name` is the node's own name in its file. */
export type Node = { [K in OpName]: NodeOf<K> }[OpName];

export interface NodeOf<K extends OpName> {
  readonly op: K;
  readonly name: string;
  readonly attributes: OpAttributes[K];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** What a layer of the canonical form was made of: `conv2d+batchNorm+relu`. Absent: one op. */
  readonly label?: string | undefined;
}

/** A graph's input: sizes are numbers, or names for sizes that are bound when the graph is used ("N"). */
export interface GraphInput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly (number | string)[];
  /** A weight that is given anew for each run: none of its axes is one of a picture. Default false. */
  readonly isParameter?: boolean | undefined;
}

/** How a picture becomes the network's input: value = (x · scale − mean) / std, x in 0…255, per channel in channel order. */
export interface Preprocess {
  readonly channels: 'RGB' | 'BGR' | 'grey';
  readonly scale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
  /** Resize the short side to so many pixels (Pillow's bilinear) before the centre crop; absent: the crop alone. */
  readonly resize?: { readonly short: number; readonly filter: 'bilinear' } | undefined;
  /** Side of the square centre crop, px; a pair is [height, width]. */
  readonly crop?: number | readonly [height: number, width: number] | undefined;
}

/** Facts about a network that travel with it. */
export interface NetworkMetadata {
  readonly preprocess?: Preprocess | undefined;
  readonly classes?: readonly string[] | undefined;
  /** Visual angle that the input's width spans, degrees. */
  readonly fovDeg?: number | undefined;
  /** Areas that blocks were designed after, by block name. A design intent, never evidence. */
  readonly designedFor?: Readonly<Record<string, string>> | undefined;
  /** One line to show wherever the network appears, e.g. that it is untrained. */
  readonly notice?: string | undefined;
}

export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphInput[];
  readonly outputs: readonly string[];
  /** In execution order: every input of a node is a graph input, a constant or an earlier output. */
  readonly nodes: readonly Node[];
  readonly constants: ReadonlyMap<string, Tensor>;
  readonly metadata: NetworkMetadata;
}

/** What a layer is called in tables and prints: `conv2d+batchNorm+relu`, `maxPool`, `gelu`. */
export function opLabel(node: Node): string {
  if (node.label) return node.label;
  if (node.op === 'unary' || node.op === 'binary') return node.attributes.fn;
  if (node.op === 'pool2d') return `${node.attributes.kind}Pool`;
  if (node.op === 'globalPool') return `global${node.attributes.kind === 'max' ? 'Max' : 'Average'}Pool`;
  if (node.op === 'reduce') return `reduce${node.attributes.fn[0]!.toUpperCase()}${node.attributes.fn.slice(1)}`;
  return node.op;
}

/**
 * Axes of height and width of a picture input: [2, 3], or [1, 2] where only the last size can be a number of colours (Keras
 * exports). undefined if the input is no picture.
 */
export function pictureAxes(shape: readonly (number | string)[]): readonly [h: number, w: number] | undefined {
  if (shape.length !== 4) return undefined;
  const isColours = (n: number | string | undefined) => n === 1 || n === 3 || n === 4;
  return !isColours(shape[1]) && isColours(shape[3]) ? [1, 2] : [2, 3];
}
