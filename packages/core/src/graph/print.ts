/** @file A graph as text, for people: one line a node. */
import { formatShape } from '../tensor/tensor.ts';
import type { BoundGraph } from './bind.ts';
import { opLabel } from './graph.ts';

/** `features.3 = conv2d+relu(features.2, weight [64, 3, 3, 3])  [1, 64, 55, 55]`, a line a node in execution order. */
export function printGraph(graph: BoundGraph): string {
  return graph.nodes
    .map((node) => {
      const inputs = node.inputs.map((name) => {
        const constant = graph.constants.get(name);
        return name === '' ? '–' : constant ? `${name} ${formatShape(constant.shape)}` : name;
      });
      const shapes = node.outputs.map((name) => formatShape(graph.types.get(name)?.shape ?? []));
      return `${node.outputs.join(', ')} = ${opLabel(node)}(${inputs.join(', ')})  ${shapes.join(', ')}`;
    })
    .join('\n');
}
