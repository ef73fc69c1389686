/**
 * @file Reverse-mode differentiation of a graph (Linnainmaa 1976, doi:10.1007/BF01931367): each op's rule adds the nodes that
 * compute its inputs' gradients, so a backward pass is a graph like any other, planned and run by the same code. The rules are
 * in the ops.
 */
import { InputError } from '../errors.ts';
import { type BoundGraph, opOf } from '../graph/bind.ts';
import type { Node } from '../graph/graph.ts';
import { prune } from '../graph/prune.ts';
import type { Gradients, ValueType } from '../ops/op.ts';
import { type OpName, ops } from '../ops/table.ts';
import { formatShape, integers, isFloat, type Tensor } from '../tensor/tensor.ts';

export interface BackwardGraph {
  /** The graph with the backward pass; its outputs are the graph's and the gradients. What nobody reads is gone. */
  readonly graph: BoundGraph;
  /** Name of the gradient of each value asked for; a value that the loss does not depend on has none. */
  readonly gradients: ReadonlyMap<string, string>;
}

const names = new Map<unknown, OpName>(Object.entries(ops).map(([name, op]) => [op, name as OpName]));

/**
 * Extends a graph by its backward pass.
 *
 * @param seeds ∂loss/∂value for values of the graph, by name: names of graph inputs or constants of the same shapes
 * @param of the values (graph inputs, constants, results of nodes) whose gradients are wanted
 * @throws InputError `gradient: argMax "top" cannot be differentiated, and the loss depends on "logits" through it alone.`
 */
export function withGradients(
  graph: BoundGraph,
  seeds: ReadonlyMap<string, string>,
  of: readonly string[],
  outputs: readonly string[] = graph.outputs,
): BackwardGraph {
  const builder = createBuilder(graph);
  /** Values on which what is asked for acts: only their gradients are worked out. */
  const active = new Set(of);
  for (const node of graph.nodes) {
    if (node.inputs.some((name) => active.has(name))) for (const name of node.outputs) active.add(name);
  }
  const parts = new Map<string, string[]>();
  const collect = (value: string, gradient: string) => parts.set(value, [...(parts.get(value) ?? []), gradient]);
  for (const [value, gradient] of seeds) {
    const [wanted, given] = [builder.type(value).shape, builder.type(gradient).shape];
    if (formatShape(wanted) !== formatShape(given))
      throw new InputError(
        `gradient: "${value}" ${formatShape(wanted)} needs a gradient of its shape, got ${formatShape(given)}.`,
      );
    collect(value, gradient);
  }
  const totals = new Map<string, string>();
  const total = (value: string): string | undefined => {
    const known = totals.get(value);
    if (known) return known;
    const list = parts.get(value);
    if (!list) return undefined;
    const sum = list.reduce((a, b) => builder.words.binary('add', a, b));
    totals.set(value, sum);
    return sum;
  };
  for (const node of graph.nodes.toReversed()) {
    const wants = node.inputs.map((name) => name !== '' && active.has(name) && isFloat(builder.type(name).dtype));
    if (!wants.includes(true)) continue;
    const dOutputs = node.outputs.map((name) => (name === '' ? undefined : total(name)));
    if (dOutputs.every((name) => name === undefined)) continue;
    const op = opOf(node);
    if (!op.gradient) {
      const through = node.inputs[wants.indexOf(true)];
      throw new InputError(
        `gradient: ${node.op} "${node.name}" cannot be differentiated, and the loss depends on "${through}" through it.`,
      );
    }
    const results = builder.differentiate(node, dOutputs, wants);
    for (const [i, gradient] of results.entries()) {
      if (gradient !== undefined && wants[i]) collect(node.inputs[i]!, gradient);
    }
  }
  const gradients = new Map(
    of.flatMap((value) => [[value, total(value)] as const]).filter((pair): pair is [string, string] => !!pair[1]),
  );
  return { graph: prune(builder.graph(), [...new Set([...outputs, ...gradients.values()])]), gradients };
}

/** A graph that grows, node by node, each typed as it comes; what constants alone determine is worked out at once. */
function createBuilder(graph: BoundGraph) {
  const nodes: Node[] = [...graph.nodes];
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  let current: Node | undefined;
  let nAdded = 0;
  const type = (value: string): ValueType => {
    const known = types.get(value);
    if (!known) throw new InputError(`gradient "${graph.name}": no value is called "${value}".`);
    return known;
  };
  const fresh = () => {
    let name: string;
    do name = `d ${current?.name ?? ''} ${nAdded++}`;
    while (types.has(name));
    return name;
  };
  const constant = (tensor: Tensor): string => {
    const name = fresh();
    constants.set(name, tensor);
    types.set(name, { dtype: tensor.dtype, shape: tensor.shape, constant: tensor });
    return name;
  };
  const addNode = (op: OpName, attributes: object, inputs: readonly (string | undefined)[]): readonly string[] => {
    const name = fresh();
    const own = inputs.map((input) => (input === undefined ? undefined : type(input)));
    const probe = { op, name, attributes, inputs: [], outputs: [] } as unknown as Node;
    const results = opOf(probe).infer(probe.attributes, own);
    if (own.every((input) => !input || input.constant)) {
      const values = opOf(probe).reference(
        probe.attributes,
        own.map((input) => input?.constant),
      );
      return values.map(constant);
    }
    const outputs = results.map((_, i) => (i === 0 ? name : `${name}.${i}`));
    for (const [i, result] of results.entries()) types.set(outputs[i]!, result);
    nodes.push({ ...probe, inputs: inputs.map((input) => input ?? ''), outputs } as Node);
    return outputs;
  };
  const addOne = (op: OpName, attributes: object, inputs: readonly (string | undefined)[]) => addNode(op, attributes, inputs)[0]!;
  const words: Omit<Gradients, 'inputs' | 'outputs' | 'dOutputs' | 'wants'> = {
    type,
    constant,
    add: (op, attributes, inputs) => addOne(names.get(op)!, attributes as object, inputs),
    addAll: (op, attributes, inputs) => addNode(names.get(op)!, attributes as object, inputs),
    unary: (fn, x, alpha = 0, beta = 0) => addOne('unary', { fn, alpha, beta }, [x]),
    binary: (fn, a, b) => addOne('binary', { fn }, [a, b]),
    where: (mask, a, b) => addOne('where', {}, [mask, a, b]),
    matmul: (a, b) => addOne('matmul', {}, [a, b]),
    reduce(fn, x, axes) {
      if (axes.length === 0) return x;
      return addOne('reduce', { fn, keepDims: true, noopWithoutAxes: true }, [x, constant(integers(axes))]);
    },
    reshape: (x, shape) =>
      formatShape(type(x).shape) === formatShape(shape)
        ? x
        : addOne('reshape', { allowZero: true }, [x, constant(integers(shape))]),
    transpose: (x, perm) => addOne('transpose', { perm }, [x]),
    expand: (x, shape) =>
      formatShape(type(x).shape) === formatShape(shape) ? x : addOne('expand', {}, [x, constant(integers(shape))]),
    slice: (x, start, size) =>
      addOne('slice', {}, [x, constant(integers(start)), constant(integers(start.map((first, axis) => first + size[axis]!)))]),
    again: (attributes) => addOne(current!.op, attributes, current!.inputs),
    sumTo(x, shape) {
      const from = type(x).shape;
      const missing = from.length - shape.length;
      const axes = from.flatMap((n, axis) => (axis < missing || (shape[axis - missing] === 1 && n !== 1) ? [axis] : []));
      return words.reshape(words.reduce('sum', x, axes), shape);
    },
  };
  return {
    words,
    type,
    differentiate(node: Node, dOutputs: readonly (string | undefined)[], wants: readonly boolean[]) {
      current = node;
      nAdded = 0;
      const rule: Gradients = {
        ...words,
        inputs: node.inputs.map((name) => (name === '' ? undefined : name)),
        outputs: node.outputs,
        dOutputs,
        wants: (input) => wants[input] ?? false,
      };
      try {
        return opOf(node).gradient!(node.attributes, rule);
      } catch (error) {
        if (error instanceof InputError) throw new InputError(`gradient of ${node.op} "${node.name}": ${error.message}`);
        throw error;
      }
    },
    graph: (): BoundGraph => ({ ...graph, nodes, types, constants }),
  };
}
