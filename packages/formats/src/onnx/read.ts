/**
 * @file ONNX file → Graph. Bytes in, plain data out: no file system, no inference of shapes (that is core's bindGraph).
 * The order here: decode the messages (fields.ts), collect constants, sort the nodes, translate each (operators.ts), check.
 */
import { type Graph, type GraphInput, InputError, integers, type Node, type Tensor } from '@ventral/core';
import { headed } from '../headed.ts';
import { metadataFromProps } from '../metadata.ts';
import { widened } from '../numbers.ts';
import { type Decoded, decode, modelCountProto, modelProto, type nodeProto, type valueInfoProto } from './fields.ts';
import { Operator, type Step, type Surroundings } from './operator.ts';
import { newestOpset, operators, supportedOperators } from './operators.ts';
import { dtypeOf, type ReadExternal, tensorOf } from './tensor.ts';

type NodeProto = Decoded<typeof nodeProto>;

/** Most nodes of a graph: many times those of the largest published networks; planning takes the square of it. */
const mostNodes = 20_000;

export interface ReadOnnxOptions {
  /**
   * Bytes of a file that the model keeps weights in, by its location relative to the model's folder, as the file gives it:
   * refuse what leads out of that folder. Absent: such models are refused.
   */
  readonly readExternal?: ReadExternal | undefined;
}

/**
 * Reads a network.
 *
 * Value names are those of the file; a node without a name gets its first output's name. Where one ONNX node becomes several
 * (Sum, Mean, Clip with computed bounds, Swish) or brings constants along, the new names are `OUTPUT#1`, `OUTPUT#axes`.
 * Nodes are sorted if the file's are not, otherwise kept in order; Constant nodes become constants. Inputs that are also
 * initialisers are constants (IR version 3). Sizes of inputs keep their names ("N"); a size without one is named
 * `INPUT.AXIS`. float16 and bfloat16 constants and inputs are float32. Weights are views of `bytes` where aligned: keep
 * `bytes` unchanged. Facts of `metadata_props` under `ventral.` are read; what the file says beside that is left alone.
 *
 * @param bytes the whole file.
 * @param name file name for errors; the graph's name is the file name without folders and `.onnx`.
 * @throws InputError one line, with the file and the place:
 *   `readOnnx cat.onnx: not an ONNX model: graph.node[3] ends too early.`,
 *   `readOnnx net.onnx: unknown operator "Foo" (domain "ai.onnx", opset 13) at nodes[12] "name". Known operators: …`,
 *   `readOnnx net.onnx: Conv "enc.conv" (nodes[4]): strides [1] do not fit 2 axes.`
 */
export function readOnnx(bytes: Uint8Array, name: string, options: ReadOnnxOptions = {}): Graph {
  return headed(`readOnnx ${name}: `, () => read(bytes, name, options.readExternal));
}

function read(bytes: Uint8Array, fileName: string, readExternal: ReadExternal | undefined): Graph {
  const model = decodeModel(bytes);
  const graph = model.graph!;
  if (graph.sparseInitializer > 0) throw new InputError('sparse initialisers are not read.');
  const opset = opsetOf(model);

  const constants = new Map<string, Tensor>();
  for (const proto of graph.initializer) {
    const key = proto.name ?? '';
    if (key === '' || constants.has(key))
      throw new InputError(key === '' ? 'an initialiser has no name.' : `initialiser "${key}" stands twice.`);
    constants.set(key, tensorOf(proto, readExternal));
  }
  const inputs = graph.input.filter((info) => !constants.has(info.name ?? '')).map(graphInput);
  const outputs = graph.output.map((info) => info.name ?? '');
  const proper = graph.node.filter((node, index) => {
    if (node.opType !== 'Constant' || !isStandard(node.domain)) return true;
    placed(node, index, () => addConstantNode(node, opset, constants));
    return false;
  });
  const index = new Map(graph.node.map((node, i) => [node, i]));
  const at = (node: NodeProto) => index.get(node)!;

  const sources = checkNames(proper, at, inputs, constants, outputs);
  const used = new Set([...proper.flatMap((node) => node.input), ...outputs]);
  // Behind Identity nodes; the nodes are sorted before anything is asked, so that there is no circle.
  const origins = new Map<string, string>();
  const originOf = (key: string) => {
    const passed: string[] = [];
    let name = key;
    for (let source = sources.get(name); source && isIdentity(source) && !origins.has(name); source = sources.get(name)) {
      passed.push(name);
      name = source.input[0] ?? '';
    }
    const origin = origins.get(name) ?? name;
    for (const one of passed) origins.set(one, origin);
    return origin;
  };
  const surroundings: Surroundings = {
    opset,
    constant: (key) => constants.get(originOf(key)),
    rank: (key) => surroundings.constant(key)?.shape.length ?? inputs.find((input) => input.name === key)?.shape.length,
    addConstant: (wanted, tensor) => {
      let key = wanted;
      for (let i = 2; constants.has(key) || sources.has(key) || inputs.some((input) => input.name === key); i++)
        key = `${wanted}${i}`;
      constants.set(key, tensor);
      return key;
    },
  };
  const nodes = sorted(proper, sources, at).flatMap((node) =>
    placed(node, at(node), () => translate(node, at(node), surroundings, used)),
  );
  checkTranslated(nodes, inputs, constants);
  return { name: graphName(fileName), inputs, outputs, nodes, constants, metadata: metadataFromProps(model.metadataProps) };
}

function decodeModel(bytes: Uint8Array): Decoded<typeof modelProto> {
  if (bytes.length === 0) throw new InputError('the file is empty.');
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) throw new InputError('the file is compressed with gzip. Unpack it first.');
  let model: Decoded<typeof modelProto> | undefined;
  let nNodes: number;
  try {
    nNodes = decode(modelCountProto, bytes, '').graph?.node ?? 0;
    if (nNodes <= mostNodes) model = decode(modelProto, bytes, '');
  } catch (error) {
    throw error instanceof InputError ? new InputError(`not an ONNX model, or a damaged one: ${error.message}.`) : error;
  }
  if (model === undefined) throw new InputError(`the graph has ${nNodes} nodes; at most ${mostNodes} can be read.`);
  if (model.graph === undefined) throw new InputError('not an ONNX model: it holds no graph.');
  return model;
}

const isStandard = (domain: string | undefined) => domain === undefined || domain === '' || domain === 'ai.onnx';

const isIdentity = (node: NodeProto) => node.opType === 'Identity' && isStandard(node.domain);

/** Files before IR version 3 name no opset and mean 1. */
function opsetOf(model: Decoded<typeof modelProto>): number {
  const entry = model.opsetImport.find(({ domain }) => isStandard(domain));
  if (entry === undefined && (model.irVersion ?? 0) >= 3) throw new InputError('no opset is given for the standard operators.');
  const opset = entry === undefined ? 1 : (entry.version ?? 0);
  if (opset < 1 || opset > newestOpset)
    throw new InputError(`opset ${opset} is not known; opsets 1 to ${newestOpset} are. Convert the model.`);
  return opset;
}

function graphInput(info: Decoded<typeof valueInfoProto>): GraphInput {
  const name = info.name ?? '';
  const type = info.type?.tensorType;
  if (name === '') throw new InputError('an input of the graph has no name.');
  if (type?.shape === undefined)
    throw new InputError(`input "${name}" of the graph must be a tensor with a shape. Run shape inference on the model.`);
  const shape = type.shape.dim.map(({ dimValue, dimParam }, axis) => {
    // Some exporters write −1 for a size that is open.
    if (dimValue !== undefined && dimValue >= 0) return dimValue;
    return dimParam ? dimParam : `${name}.${axis}`;
  });
  return headed(`input "${name}" of the graph: `, () => ({ name, dtype: widened(dtypeOf(type.elemType)), shape }));
}

function addConstantNode(proto: NodeProto, opset: number, constants: Map<string, Tensor>): void {
  const node = new Operator(proto, { opset, constant: () => undefined, rank: () => undefined, addConstant: (key) => key });
  const name = node.outputs[0];
  if (node.outputs.length !== 1 || !name || constants.has(name)) {
    throw new InputError(`needs one output with a name of its own, got "${node.outputs.join('", "')}".`);
  }
  const tensors = [
    node.tensor('value'),
    node.has('value_float') ? floats([node.float('value_float', 0)], []) : undefined,
    node.has('value_int') ? integers([node.int('value_int', 0)], []) : undefined,
    node.has('value_floats') ? floats(node.floats('value_floats')!) : undefined,
    node.has('value_ints') ? integers(node.ints('value_ints')!) : undefined,
  ].filter((tensor) => tensor !== undefined);
  node.assertAllRead();
  if (tensors.length !== 1)
    throw new InputError(`needs exactly one of value, value_float(s), value_int(s), got ${tensors.length}.`);
  constants.set(name, tensors[0]!);
}

function floats(values: ArrayLike<number>, shape: readonly number[] = [values.length]): Tensor {
  return { dtype: 'float32', shape, data: Float32Array.from(values) };
}

/** Runs a step of one node; its errors get the node's place. */
function placed<T>(node: NodeProto, index: number, step: () => T): T {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof InputError) || error.message.startsWith('unknown operator')) throw error;
    throw new InputError(`${node.opType} "${nameOf(node)}" (nodes[${index}]): ${error.message}`);
  }
}

const nameOf = (node: NodeProto) => node.name || node.output[0] || '';

/** Which node makes each value. Every name has one maker, every input and every graph output has one. */
function checkNames(
  nodes: readonly NodeProto[],
  at: (node: NodeProto) => number,
  inputs: readonly GraphInput[],
  constants: ReadonlyMap<string, Tensor>,
  outputs: readonly string[],
): ReadonlyMap<string, NodeProto> {
  const sources = new Map<string, NodeProto>();
  const given = new Set([...constants.keys(), ...inputs.map((input) => input.name)]);
  if (given.size !== constants.size + inputs.length) throw new InputError('two inputs of the graph have the same name.');
  const title = (node: NodeProto) => `${node.opType} "${nameOf(node)}" (nodes[${at(node)}])`;
  for (const node of nodes) {
    if (!node.output[0]) throw new InputError(`${title(node)} has no output.`);
    for (const output of node.output) {
      if (output === '') continue;
      if (given.has(output) || sources.has(output))
        throw new InputError(`two makers of value "${output}"; the second is ${title(node)}.`);
      sources.set(output, node);
    }
  }
  const known = (name: string) => given.has(name) || sources.has(name);
  for (const node of nodes) {
    for (const input of node.input) {
      if (input !== '' && !known(input)) throw new InputError(`${title(node)} reads "${input}", which nothing makes.`);
    }
  }
  if (outputs.length === 0) throw new InputError('the graph has no output.');
  for (const output of outputs) if (!known(output)) throw new InputError(`output "${output}" of the graph is made by nothing.`);
  return sources;
}

/** Every node after the makers of its inputs, otherwise in the file's order. @throws InputError if there is a circle. */
function sorted(
  nodes: readonly NodeProto[],
  sources: ReadonlyMap<string, NodeProto>,
  at: (node: NodeProto) => number,
): readonly NodeProto[] {
  const result = new Set<NodeProto>();
  const open = new Set<NodeProto>();
  for (const root of nodes) {
    const stack = [root];
    while (stack.length > 0) {
      const node = stack.at(-1)!;
      const waiting = node.input.map((input) => sources.get(input)).find((source) => source && !result.has(source));
      if (result.has(node) || waiting === undefined) {
        stack.pop();
        open.delete(node);
        result.add(node);
      } else {
        open.add(node);
        if (open.has(waiting))
          throw new InputError(`a circle of nodes runs through ${waiting.opType} "${nameOf(waiting)}" (nodes[${at(waiting)}]).`);
        stack.push(waiting);
      }
    }
  }
  return [...result];
}

function translate(proto: NodeProto, index: number, surroundings: Surroundings, used: ReadonlySet<string>): readonly Node[] {
  const name = nameOf(proto);
  const opType = proto.opType ?? '';
  const entry = isStandard(proto.domain) && Object.hasOwn(operators, opType) ? operators[opType] : undefined;
  if (entry === undefined || entry.since > surroundings.opset) {
    const known = supportedOperators.map(({ operator }) => operator).join(', ');
    const where = `(domain "${proto.domain || 'ai.onnx'}", opset ${surroundings.opset}) at nodes[${index}] "${name}"`;
    const since = entry === undefined ? '' : ` It exists since opset ${entry.since}.`;
    throw new InputError(`unknown operator "${opType}" ${where}.${since} Known operators: ${known}.`);
  }
  const nKept = entry.outputs ?? 1;
  const extra = proto.output.slice(nKept).find((output) => output !== '' && used.has(output));
  if (extra !== undefined) {
    const kept = nKept === 1 ? 'the first output is' : `the first ${nKept} outputs are`;
    throw new InputError(`its output "${extra}" is used; only ${kept} supported.`);
  }
  // An optional output that nobody reads would be work for nothing; the parts of a Split are not optional.
  const wanted = nKept === Infinity ? proto.output.length : proto.output.findLastIndex((output) => used.has(output)) + 1;
  const outputs = proto.output.slice(0, Math.max(wanted, 1));
  const operator = new Operator({ ...proto, output: outputs }, surroundings);
  const [least, most] = entry.inputs;
  const { inputs } = operator;
  if (inputs.length < least || inputs.length > most || inputs.slice(0, least).includes('')) {
    const needs = least === most ? `${least}` : most === Number.POSITIVE_INFINITY ? `${least} or more` : `${least} to ${most}`;
    throw new InputError(`needs ${needs} inputs, got ["${inputs.join('", "')}"].`);
  }
  const steps: readonly Step[] = [entry.translate(operator)].flat();
  operator.assertAllRead();
  return steps.map((step, i) => ({ inputs, outputs, ...step, name: i === steps.length - 1 ? name : `${name}#${i + 1}` }));
}

/** The names that translations add must be new; nodes that were left out (Dropout's mask) must not be read. */
function checkTranslated(nodes: readonly Node[], inputs: readonly GraphInput[], constants: ReadonlyMap<string, Tensor>): void {
  const known = new Set([...constants.keys(), ...inputs.map((input) => input.name)]);
  for (const node of nodes) {
    const missing = node.inputs.find((input) => input !== '' && !known.has(input));
    if (missing !== undefined)
      throw new InputError(`${node.op} "${node.name}" reads "${missing}", which nothing before it makes.`);
    for (const output of node.outputs) {
      if (known.has(output)) throw new InputError(`value "${output}" is made twice. Rename it in the model.`);
      known.add(output);
    }
  }
}

function graphName(fileName: string): string {
  return fileName.slice(Math.max(fileName.lastIndexOf('/'), fileName.lastIndexOf('\\')) + 1).replace(/\.onnx$/i, '');
}
