/** @file The engine of graph rewrites: small (pattern → replacement) rules, applied until none matches. The rules are in canonical.ts. */
import type { ValueType } from '../ops/op.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { BoundGraph } from './bind.ts';
import type { Node } from './graph.ts';

/** What a rule may ask about the graph around a node. */
export interface GraphView {
  producer(value: string): Node | undefined;
  type(value: string): ValueType;
  constant(value: string | undefined): Tensor | undefined;
  /** The name, or one like it, that no value has yet. */
  unused(name: string): string;
}

/** `remove` are replaced by `add`, which takes the place (and the outputs) of the last of them. */
export interface Replacement {
  readonly remove: readonly Node[];
  readonly add: Node;
  /** New constants that `add` reads. */
  readonly constants?: readonly (readonly [name: string, tensor: Tensor])[];
}

export interface Rewrite {
  readonly name: string;
  /** A replacement in which `node` is the last node removed, or undefined. The engine checks that nobody else reads what vanishes. */
  match(node: Node, view: GraphView): Replacement | undefined;
}

/** Applies rules in order at every node, again and again, until none matches. Types of values that stay are kept. */
export function rewriteGraph(graph: BoundGraph, rewrites: readonly Rewrite[]): BoundGraph {
  const types = new Map(graph.types);
  const constants = new Map(graph.constants);
  const outputs = new Set(graph.outputs);
  let nodes: readonly Node[] = graph.nodes;
  for (let changed = true; changed; ) {
    changed = false;
    const producers = new Map<string, Node>();
    const readers = new Map<string, Node[]>();
    for (const node of nodes) {
      for (const name of node.outputs) producers.set(name, node);
      for (const name of new Set(node.inputs)) {
        const known = readers.get(name);
        if (known) known.push(node);
        else readers.set(name, [node]);
      }
    }
    const view: GraphView = {
      producer: (value) => producers.get(value),
      type: (value) => types.get(value)!,
      constant: (value) => (value ? constants.get(value) : undefined),
      unused: (name) => {
        let free = name;
        for (let i = 2; types.has(free); i++) free = `${name}#${i}`;
        return free;
      },
    };
    // A value that vanishes may be read by the replaced nodes alone.
    const isPrivate = ({ remove }: Replacement, last: Node) =>
      remove.every(
        (old) =>
          old === last ||
          old.outputs.every((name) => !outputs.has(name) && (readers.get(name) ?? []).every((reader) => remove.includes(reader))),
      );
    // One pass replaces as many patterns as do not touch each other; what a replacement made is looked at in the next pass.
    const gone = new Set<Node>();
    const made = new Map<Node, Node>();
    for (const node of nodes) {
      for (const rewrite of rewrites) {
        const found = rewrite.match(node, view);
        if (!found || found.remove.some((old) => gone.has(old)) || !isPrivate(found, node)) continue;
        for (const old of found.remove) gone.add(old);
        made.set(node, found.add);
        for (const [name, tensor] of found.constants ?? []) {
          constants.set(name, tensor);
          types.set(name, { dtype: tensor.dtype, shape: tensor.shape, constant: tensor });
        }
        changed = true;
        break;
      }
    }
    nodes = nodes.flatMap((node) => made.get(node) ?? (gone.has(node) ? [] : node));
  }
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs]);
  for (const name of constants.keys()) if (!read.has(name)) constants.delete(name);
  return { ...graph, nodes, constants, types };
}
