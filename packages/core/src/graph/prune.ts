/** @file A part of a network: what some of its values need, and nothing else. */
import type { Graph, Node } from './graph.ts';

/** The graph with these outputs and nothing that they do not need. */
export function prune<G extends Graph>(graph: G, outputs: readonly string[]): G {
  const needed = new Set(outputs);
  const kept: Node[] = [];
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue;
    kept.push(node);
    for (const name of node.inputs) needed.add(name);
  }
  return {
    ...graph,
    outputs,
    nodes: kept.toReversed(),
    constants: new Map([...graph.constants].filter(([name]) => needed.has(name))),
  };
}
