/**
 * @file One ONNX node as a translator sees it: its attributes (each must be asked for, or the node is refused), its inputs and
 * the constants among them, and a place for constants the translation adds. The translators are operators.ts.
 */
import { formatShape, InputError, type Node, type Tensor } from '@ventral/core';
import type { attributeProto, Decoded, nodeProto } from './fields.ts';
import { tensorOf } from './tensor.ts';

type Attribute = Decoded<typeof attributeProto>;

/** AttributeProto.AttributeType. */
export const attributeTypes = [
  'undefined',
  'float',
  'int',
  'string',
  'tensor',
  'graph',
  'floats',
  'ints',
  'strings',
  'tensors',
  'graphs',
] as const;
type AttributeType = (typeof attributeTypes)[number];

/** A node of the IR without its name; inputs and outputs are those of the ONNX node unless given. */
export type Step = {
  [K in Node['op']]: Pick<Extract<Node, { op: K }>, 'op' | 'attributes'> & {
    readonly inputs?: readonly string[];
    readonly outputs?: readonly string[];
  };
}[Node['op']];

/** What a translator may ask of the file around its node. */
export interface Surroundings {
  readonly opset: number;
  /** The constant of that name, also behind Identity nodes; undefined if the value is computed. */
  constant(name: string): Tensor | undefined;
  /** Number of axes of a constant or of an input of the graph; undefined for what a node computes. */
  rank(name: string): number | undefined;
  /** Adds a constant under a name close to the one asked for and gives the name. */
  addConstant(name: string, tensor: Tensor): string;
}

export class Operator {
  readonly opset: number;
  readonly opType: string;
  /** '' for an optional input left out; none at the end. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly #surroundings: Surroundings;
  readonly #attributes = new Map<string, Attribute>();
  readonly #unread: Set<string>;

  /** @throws InputError without a head if an attribute stands twice. */
  constructor(node: Decoded<typeof nodeProto>, surroundings: Surroundings) {
    this.opset = surroundings.opset;
    this.opType = node.opType ?? '';
    this.inputs = trimmed(node.input);
    this.outputs = node.output;
    this.#surroundings = surroundings;
    for (const attribute of node.attribute) {
      const name = attribute.name ?? '';
      if (this.#attributes.has(name)) throw new InputError(`attribute "${name}" stands twice.`);
      if (attribute.refAttrName)
        throw new InputError(`attribute "${name}" refers to an attribute of a model-local function, which is not read.`);
      this.#attributes.set(name, attribute);
    }
    this.#unread = new Set(this.#attributes.keys());
    this.ignore('consumed_inputs');
  }

  /** Marks attributes as known and without effect here. */
  ignore(...names: string[]): void {
    for (const name of names) this.#unread.delete(name);
  }

  has(name: string): boolean {
    return this.#attributes.has(name);
  }

  /** @throws InputError without a head if the file sets an attribute that the translator does not know. */
  assertAllRead(): void {
    for (const name of this.#unread) throw new InputError(`unknown attribute "${name}".`);
  }

  #take(name: string, type: AttributeType): Attribute | undefined {
    this.#unread.delete(name);
    const attribute = this.#attributes.get(name);
    if (attribute === undefined) return undefined;
    // Files of IR version 1 may leave the type out; then the field that is filled decides.
    const given = attribute.type ? attributeTypes[attribute.type] : type;
    if (given !== type) throw new InputError(`attribute "${name}" must be of type ${type}, got ${given ?? attribute.type}.`);
    return attribute;
  }

  int(name: string, fallback: number): number {
    const attribute = this.#take(name, 'int');
    return attribute === undefined ? fallback : (attribute.i ?? 0);
  }

  /** An int that is 0 or 1. */
  flag(name: string, fallback: boolean): boolean {
    const value = this.int(name, fallback ? 1 : 0);
    if (value !== 0 && value !== 1) throw new InputError(`attribute "${name}" must be 0 or 1, got ${value}.`);
    return value === 1;
  }

  /** Attributes are float32 in the file, and so are the defaults of the standard. */
  float(name: string, fallback: number): number {
    const attribute = this.#take(name, 'float');
    return attribute === undefined ? Math.fround(fallback) : (attribute.f ?? 0);
  }

  string(name: string, fallback: string): string {
    const attribute = this.#take(name, 'string');
    return attribute === undefined ? fallback : (attribute.s ?? '');
  }

  ints(name: string): readonly number[] | undefined {
    return this.#take(name, 'ints')?.ints;
  }

  floats(name: string): Float32Array | undefined {
    return this.#take(name, 'floats')?.floats;
  }

  tensor(name: string): Tensor | undefined {
    const attribute = this.#take(name, 'tensor');
    if (attribute === undefined) return undefined;
    if (attribute.t === undefined) throw new InputError(`attribute "${name}" holds no tensor.`);
    return tensorOf(attribute.t);
  }

  /** Value of a string attribute through a table. @throws InputError naming what is possible. */
  choice<T>(name: string, fallback: string, table: Readonly<Record<string, T>>): T {
    const value = this.string(name, fallback);
    if (Object.hasOwn(table, value)) return table[value]!;
    throw new InputError(`${name} "${value}" is not supported. Supported: ${Object.keys(table).join(', ')}.`);
  }

  /** Refuses any value of an int attribute but one. */
  require(name: string, only: number, fallback: number, why: string): void {
    const value = this.int(name, fallback);
    if (value !== only) throw new InputError(`${name} ${value} is not supported, only ${only}: ${why}.`);
  }

  /** The input's value if it is a constant. */
  constant(index: number): Tensor | undefined {
    const name = this.inputs[index];
    return name ? this.#surroundings.constant(name) : undefined;
  }

  /** Number of axes of an input, where the file says it. */
  rank(index: number): number | undefined {
    const name = this.inputs[index];
    return name ? this.#surroundings.rank(name) : undefined;
  }

  /** The single number of an optional input: the fallback when left out, undefined when it is computed. */
  scalar(index: number, fallback: number): number | undefined {
    if (!this.inputs[index]) return fallback;
    const tensor = this.constant(index);
    if (tensor === undefined) return undefined;
    if (tensor.data.length !== 1)
      throw new InputError(`input ${index} ("${this.inputs[index]}") must be one number, got ${formatShape(tensor.shape)}.`);
    return tensor.data[0]!;
  }

  /** A new constant named after the first output: `y#axes`. Gives its name. */
  addConstant(suffix: string, tensor: Tensor): string {
    return this.#surroundings.addConstant(`${this.outputs[0]}#${suffix}`, tensor);
  }

  /** Name of a value between the steps of one ONNX node: `y#1`. */
  between(index: number): string {
    return `${this.outputs[0]}#${index}`;
  }
}

/** Without the empty names at the end. */
export function trimmed(names: readonly string[]): readonly string[] {
  let length = names.length;
  while (length > 0 && names[length - 1] === '') length--;
  return names.slice(0, length);
}
