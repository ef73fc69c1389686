/**
 * @file Binding: all sizes become numbers, every value gets a type, and what is known before any picture is folded.
 */
import { InputError } from '../errors.ts';
import type { Op, ValueType } from '../ops/op.ts';
import { ops } from '../ops/table.ts';
import { formatShape, heldAsFloat32, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { type Graph, type GraphInput, type Node, pictureAxes } from './graph.ts';

/** A graph whose every value has a type with known sizes; constant nodes are folded away. */
export interface BoundGraph extends Graph {
  /** Every value that a node reads or writes, graph inputs and constants included. */
  readonly types: ReadonlyMap<string, ValueType>;
  /** {@link Binding.maxBytes}, for those who go on with the graph. */
  readonly maxBytes: number;
}

export interface Binding {
  /** Images per run; replaces the first size of every picture input. Default 1. */
  readonly batch?: number | undefined;
  /** [height, width] of the picture input, where the graph leaves them open or to override them. */
  readonly input?: readonly [h: number, w: number] | undefined;
  /** Whole shapes of inputs by name; they win over everything else. */
  readonly shapes?: ReadonlyMap<string, readonly number[]> | undefined;
  /**
   * Most bytes that one value may take, that all folded values may take, and that activations and packed weights may take
   * (planGraph). A few bytes of a damaged file can ask for any size. Default: 4 GiB, what WebAssembly can address.
   */
  readonly maxBytes?: number | undefined;
}

const wasmBytes = 2 ** 32;

/** Most axes of a value; NumPy stops there too. */
const mostAxes = 64;

/**
 * Most elements and multiply-adds, added up, that folding may take: so many, and so many for each number in the file. The slow
 * float64 twins fold, at up to 0.2 µs a step; what files fold in earnest is shape arithmetic, and weights of their own.
 */
const foldedSteps = { always: 2 ** 23, perNumber: 16 };

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
 *   `conv2d "features.3": input has 3 channels but weight [64, 16, 3, 3] with groups 4 needs 64. …`;
 *   where a value is too large: `expand "y": result [65536, 65536] takes 17180 MB, the limit is 4295 MB. …`
 */
export function bindGraph(graph: Graph, binding: Binding = {}): BoundGraph {
  const types = new Map<string, ValueType>();
  const constants = new Map(graph.constants);
  const { maxBytes = wasmBytes } = binding;
  for (const input of graph.inputs) {
    const type = { dtype: input.dtype, shape: bindShape(input, binding) };
    checkSize(`input "${input.name}"`, type, maxBytes);
    types.set(input.name, type);
  }
  for (const [name, constant] of constants) {
    checkSize(`constant "${name}"`, constant, maxBytes);
    types.set(name, { dtype: constant.dtype, shape: constant.shape, constant });
  }
  let bytesFolded = 0;
  let stepsFolded = 0;
  const mostSteps =
    foldedSteps.always + foldedSteps.perNumber * [...constants.values()].reduce((sum, { data }) => sum + data.length, 0);

  const nodes = graph.nodes.filter((node) => {
    const inputs = inputTypes(node, types);
    const known = node.op === 'shape' || (inputs.length > 0 && inputs.every((input) => !input || input.constant));
    try {
      const op = opOf(node);
      const outputs = op.infer(node.attributes, inputs);
      for (const type of outputs) checkSize('result', type, maxBytes);
      if (known) {
        const nElements = (list: readonly (ValueType | undefined)[]) =>
          list.reduce((sum, type) => sum + (type ? sizeOf(type.shape) : 0), 0);
        bytesFolded += outputs.reduce((sum, type) => sum + bytesOf(type), 0);
        // A fill takes memory, which is counted, and hardly any time (a network whose weights were left out is nothing but fills).
        if (node.op !== 'constantOfShape')
          stepsFolded +=
            (node.op === 'shape' ? 0 : nElements(inputs)) +
            nElements(outputs) * windowSteps(node) +
            op.cost(node.attributes, inputs, outputs).nMacs;
        if (bytesFolded > maxBytes)
          throw new InputError(`what is known before any picture takes ${overLimit(bytesFolded, maxBytes)}`);
        if (stepsFolded > mostSteps)
          throw new InputError(
            `what is known before any picture takes ${stepsFolded} steps to compute, the limit is ${mostSteps}. Fold constants when the model is exported.`,
          );
      }
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
  return { ...graph, nodes, constants, types, maxBytes };
}

/** How a size over the limit reads in messages. */
export function overLimit(bytes: number, maxBytes: number): string {
  const megabytes = (n: number) => `${Math.ceil(n / 1e6)} MB`;
  return `${megabytes(bytes)}, the limit is ${megabytes(maxBytes)}. Give smaller sizes or raise --max-memory.`;
}

const bytesOf = ({ dtype, shape }: Pick<ValueType, 'dtype' | 'shape'>) => sizeOf(shape) * (heldAsFloat32(dtype) ? 4 : 8);

/** @throws InputError if no memory could hold a value. An empty value counts as if it were not: its other axes are walked too. */
function checkSize(what: string, type: Pick<ValueType, 'dtype' | 'shape'>, maxBytes: number): void {
  const { dtype, shape } = type;
  if (shape.length > mostAxes) throw new InputError(`${what} has ${shape.length} axes; at most ${mostAxes} can be held.`);
  const wrong = shape.find((n) => !(Number.isInteger(n) && n >= 0));
  if (wrong !== undefined) throw new InputError(`${what} ${formatShape(shape)} has an axis of size ${wrong}.`);
  const bytes = bytesOf({ dtype, shape: shape.map((n) => Math.max(n, 1)) });
  if (bytes > maxBytes) throw new InputError(`${what} ${formatShape(shape)} takes ${overLimit(bytes, maxBytes)}`);
}

/** What one element of a result costs the twin of a pooling, which looks at a window through lists of indices; else 1. */
function windowSteps({ attributes }: Node): number {
  return 'kernel' in attributes ? 32 * sizeOf(attributes.kernel) : 1;
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
