/**
 * @file Graph → ONNX file, in one opset. The order here: types, as far as they can be known; each node by its entry of
 * write-operators.ts; the constants that are read; the messages (fields.ts). What comes out, read.ts reads back.
 */
import {
  type BoundGraph,
  bindGraph,
  type DType,
  type Graph,
  isInputError,
  type Node,
  type Tensor,
  type ValueType,
} from '@ventral/core';
import { headed } from '../headed.ts';
import { propsFromMetadata } from '../metadata.ts';
import { type Encodable, encode, modelProto, type nodeProto, type valueInfoProto } from './fields.ts';
import { trimmed } from './operator.ts';
import { codeOf, protoOf } from './tensor.ts';
import { type OnnxStep, onnxOperators, type Site, writtenIrVersion, writtenOpset } from './write-operators.ts';

export interface WriteOnnxOptions {
  /**
   * float32 constants of 1,024 numbers and more are stored as float16, each with a Cast back to float32: half the size, eleven
   * bits of each number. Default false.
   */
  readonly halfWeights?: boolean | undefined;
}

const leastHalved = 1024;

/**
 * A network as an ONNX file: opset 21, IR version 10, weights inside. Same graph, same bytes.
 *
 * Nodes, values and inputs keep their names; a node's name that another has too is numbered. Where one node becomes several (an
 * activation that the canonical form made a part of its layer, silu, a·x + b) the values between are `OUTPUT#1`, the
 * constants `OUTPUT#min`. Constants that nothing reads are left out. Sizes of inputs are as the graph has them, open ones by
 * name; those of a bound graph are bound. Outputs have their type, and in a bound graph their shape. Metadata lie in
 * `metadata_props` under `ventral.`. Float attributes are float32 in the file: ε = 10⁻⁵ is rounded.
 *
 * Weights in a Float32Array are copied once, into the result.
 *
 * @throws InputError one line, with the graph and the node:
 *   `writeOnnx "net": scatterAdd "d x 3": ONNX has no such operator: it belongs to training. …`,
 *   `writeOnnx "net": tensor "fc.weight" [10, 512]: value 70000 at 3 does not fit float16.`
 */
export function writeOnnx(graph: Graph | BoundGraph, { halfWeights = false }: WriteOnnxOptions = {}): Uint8Array<ArrayBuffer> {
  return headed(`writeOnnx "${graph.name}": `, () => write(graph, halfWeights));
}

function write(given: Graph | BoundGraph, halfWeights: boolean): Uint8Array<ArrayBuffer> {
  const types = typesOf(given);
  const isBound = 'types' in given;
  const used = withoutUnread(given);
  const graph = halfWeights ? withHalfWeights(used) : used;
  const constants = new Map(graph.constants);
  const free = freeNames(valueNames(graph));
  const freeNode = freeNames([]);
  const node = graph.nodes.flatMap((each): Encodable<typeof nodeProto>[] => {
    const site = siteOf(each, types, constants, free);
    const entry = onnxOperators[each.op] as (attributes: Node['attributes'], n: Site) => OnnxStep | readonly OnnxStep[];
    const steps = [headed(`${each.op} "${each.name}": `, () => entry(each.attributes, site))].flat();
    return steps.map(({ opType, attributes = {}, inputs = each.inputs, outputs = each.outputs }, i) => ({
      input: trimmed(inputs),
      output: outputs,
      name: freeNode(i === steps.length - 1 ? each.name : `${each.name}#${i + 1}`),
      opType,
      attribute: Object.entries(attributes).map(([name, value]) => ({ name, ...value })),
    }));
  });
  const read = new Set([...node.flatMap(({ input = [] }) => input), ...graph.outputs]);
  return encode(modelProto, {
    irVersion: writtenIrVersion,
    producerName: 'ventral',
    graph: {
      node,
      name: graph.name || 'graph',
      initializer: [...constants].flatMap(([name, tensor]) => (read.has(name) ? [protoOf(name, tensor)] : [])),
      input: graph.inputs.map(({ name, dtype, shape }) => valueInfo(name, dtype, isBound ? types.get(name)!.shape : shape)),
      output: graph.outputs.map((name) => {
        const type = types.get(name);
        return type ? valueInfo(name, type.dtype, isBound ? type.shape : undefined) : { name };
      }),
    },
    opsetImport: [{ domain: '', version: writtenOpset }],
    metadataProps: propsFromMetadata(graph.metadata),
  });
}

function valueNames(graph: Graph): string[] {
  return [...graph.constants.keys(), ...graph.inputs.map(({ name }) => name), ...graph.nodes.flatMap(({ outputs }) => outputs)];
}

/** Gives each name asked for, or one like it that is not taken, and takes it. */
function freeNames(taken: readonly string[]): (wanted: string) => string {
  /** The number to try next for each name that is taken. */
  const next = new Map(taken.map((name) => [name, 2]));
  return (wanted) => {
    let name = wanted;
    let number = next.get(wanted);
    if (number !== undefined) {
      do name = `${wanted}#${number++}`;
      while (next.has(name));
      next.set(wanted, number);
    }
    next.set(name, 2);
    return name;
  };
}

function withoutUnread(graph: Graph): Graph {
  const read = new Set([...graph.nodes.flatMap(({ inputs }) => inputs), ...graph.outputs]);
  return { ...graph, constants: new Map([...graph.constants].filter(([name]) => read.has(name))) };
}

/** Large constants as float16, under another name, and before all nodes the casts that give them back their own. */
function withHalfWeights(graph: Graph): Graph {
  const free = freeNames(valueNames(graph));
  const casts: Node[] = [];
  const constants = [...graph.constants].map(([name, tensor]): [string, Tensor] => {
    if (tensor.dtype !== 'float32' || tensor.data.length < leastHalved) return [name, tensor];
    const half = free(`${name}#half`);
    casts.push({ op: 'cast', name: half, attributes: { to: 'float32' }, inputs: [half], outputs: [name] });
    return [half, { ...tensor, dtype: 'float16' }];
  });
  return { ...graph, nodes: [...casts, ...graph.nodes], constants: new Map(constants) };
}

/**
 * What is known of each value in the file. Sizes that the graph leaves open are tried out: element types and ranks do not hang
 * on them. If it cannot be bound, only the inputs are known.
 */
function typesOf(graph: Graph | BoundGraph): ReadonlyMap<string, ValueType> {
  const bound = 'types' in graph ? graph.types : undefined;
  const inputs = new Map(
    graph.inputs.map(({ name, dtype, shape }): [string, ValueType] => {
      const tried = shape.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? 1 : 224));
      return [name, { dtype, shape: bound?.get(name)?.shape ?? tried }];
    }),
  );
  const nodes = graph.nodes.map((node): Node => {
    // Quantised values are float32 here; in the file they have the type of their zero point.
    if (node.op !== 'quantize' && node.op !== 'dequantize') return node;
    const zero = graph.constants.get(node.inputs[2] ?? '') ?? inputs.get(node.inputs[2] ?? '');
    const to = node.op === 'dequantize' ? 'float32' : (zero?.dtype ?? node.attributes.to);
    return { op: 'cast', name: node.name, attributes: { to }, inputs: node.inputs.slice(0, 1), outputs: node.outputs };
  });
  try {
    return bindGraph({ ...graph, nodes }, { shapes: new Map([...inputs].map(([name, { shape }]) => [name, shape])) }).types;
  } catch (error) {
    if (isInputError(error)) return inputs;
    throw error;
  }
}

function siteOf(
  { inputs, outputs }: Node,
  types: ReadonlyMap<string, ValueType>,
  constants: Map<string, Tensor>,
  free: (wanted: string) => string,
): Site {
  const known = (index: number) => constants.get(inputs[index] ?? '') ?? types.get(inputs[index] ?? '');
  let nBetween = 0;
  return {
    inputs,
    outputs,
    dtype: (index) => known(index)?.dtype,
    shape: (index) => known(index)?.shape,
    constant: (index) => constants.get(inputs[index] ?? ''),
    addConstant(suffix, tensor) {
      const name = free(`${outputs[0]}#${suffix}`);
      constants.set(name, tensor);
      return name;
    },
    between: () => free(`${outputs[0]}#${++nBetween}`),
  };
}

/** @param shape sizes, or names for open ones; undefined if nothing is known of them */
function valueInfo(
  name: string,
  dtype: DType,
  shape: readonly (number | string)[] | undefined,
): Encodable<typeof valueInfoProto> {
  const dim = shape?.map((size) => (typeof size === 'number' ? { dimValue: size } : { dimParam: size }));
  return { name, type: { tensorType: { elemType: codeOf(dtype), shape: dim && { dim } } } };
}
