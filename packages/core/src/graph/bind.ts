/**
 * @file Binding: all sizes become numbers, every value gets a type, and what is known before any picture is folded.
 */
import { InputError } from '../errors.ts';
import type { Op, ValueType } from '../ops/op.ts';
import { ops } from '../ops/table.ts';
import { formatShape, type Tensor } from '../tensor/tensor.ts';
import { type Graph, type GraphInput, type Node, pictureAxes } from './graph.ts';

/** A graph whose every value has a type with known sizes; constant nodes are folded away. */
export interface BoundGraph extends Graph {
  /** Every value that a node reads or writes, graph inputs and constants included. */
  readonly types: ReadonlyMap<string, ValueType>;
}

export interface Binding {
  /** Images per run; replaces the first size of every picture input. Default 1. */
  readonly batch?: number | undefined;
  /** [height, width] of the picture input, where the graph leaves them open or to override them. */
  readonly input?: readonly [h: number, w: number] | undefined;
  /** Whole shapes of inputs by name; they win over everything else. */
  readonly shapes?: ReadonlyMap<string, readonly number[]> | undefined;
}

/** The op of a node with its attributes' type hidden, so that nodes of any op can be walked alike. */
export function opOf(node: Node): Op<Node['attributes']> {
  return ops[node.op] as Op<Node['attributes']>;
}

/** Types of a node's inputs, undefined where one was left out. */
export function inputTypes(node: Node, types: ReadonlyMap<string, ValueType>): (ValueType | undefined)[] {
  return node.inputs.map((name) => {
    if (name === '') return undefined;
    const type = types.get(name);
    if (!type)
      throw new InputError(`${node.op} "${node.name}": input "${name}" is made by no earlier node, constant or graph input.`);
    return type;
  });
}

/**
 * Gives every value its type.
 *
 * @throws InputError naming op and node where a shape rule is broken, e.g.
 *   `conv2d "features.3": input has 3 channels but weight [64, 16, 3, 3] with groups 4 needs 64. …`
 */
export function bindGraph(graph: Graph, binding: Binding = {}): BoundGraph {
  const types = new Map<string, ValueType>();
  const constants = new Map(graph.constants);
  for (const input of graph.inputs) types.set(input.name, { dtype: input.dtype, shape: bindShape(input, binding) });
  for (const [name, constant] of constants) types.set(name, { dtype: constant.dtype, shape: constant.shape, constant });

  const nodes = graph.nodes.filter((node) => {
    const inputs = inputTypes(node, types);
    const known = node.op === 'shape' || (inputs.length > 0 && inputs.every((input) => !input || input.constant));
    try {
      const op = opOf(node);
      const outputs = op.infer(node.attributes, inputs);
      const values = known
        ? op.reference(
            node.attributes,
            inputs.map((input) => input && (input.constant ?? unknownValues(input))),
          )
        : [];
      for (const [i, name] of node.outputs.entries()) {
        const type = outputs[i];
        if (!type || name === '') continue;
        const constant = values[i];
        types.set(name, { ...type, constant });
        if (constant) constants.set(name, constant);
      }
    } catch (error) {
      if (error instanceof InputError) throw new InputError(`${node.op} "${node.name}": ${error.message}`);
      throw error;
    }
    return !known;
  });
  for (const name of graph.outputs) {
    if (!types.has(name)) throw new InputError(`bindGraph "${graph.name}": output "${name}" is made by no node.`);
  }
  return { ...graph, nodes, constants, types };
}

/** Shape takes only the sizes of its input; no value is read. */
function unknownValues(type: ValueType): Tensor {
  return { dtype: type.dtype, shape: type.shape, data: new Float64Array(0) };
}

function bindShape(input: GraphInput, { batch = 1, input: size, shapes }: Binding): readonly number[] {
  const given = shapes?.get(input.name);
  if (given) return given;
  const [h, w] = pictureAxes(input.shape) ?? [];
  return input.shape.map((n, axis) => {
    if (axis === 0 && (h !== undefined || typeof n === 'string')) return batch;
    if (axis === h && size) return size[0];
    if (axis === w && size) return size[1];
    if (typeof n === 'number') return n;
    throw new InputError(
      `input "${input.name}" ${formatShape(input.shape)} leaves "${n}" open. Give the picture's size with --input HEIGHTxWIDTH.`,
    );
  });
}
