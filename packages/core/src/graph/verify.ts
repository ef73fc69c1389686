/** @file The legality check of a graph, for readers and rewrites to call: what must hold before anything runs. */
import { InputError } from '../errors.ts';
import { type BoundGraph, inputTypes } from './bind.ts';

/**
 * Checks that every value is made once and before it is read, that every node's output has a type, and that no weight is NaN.
 *
 * @throws InputError e.g. `verifyGraph "net": weight "conv1.weight" of conv2d "conv1" holds 3 NaN among 1728 values. The file is damaged or training diverged.`
 */
export function verifyGraph(graph: BoundGraph): void {
  const checked = new Set<string>();
  const made = new Set<string>([...graph.constants.keys(), ...graph.inputs.map((input) => input.name)]);
  for (const node of graph.nodes) {
    inputTypes(node, graph.types);
    for (const name of node.inputs) {
      if (name !== '' && !made.has(name)) {
        throw new InputError(
          `verifyGraph "${graph.name}": ${node.op} "${node.name}" reads "${name}", which no earlier node makes.`,
        );
      }
      const constant = graph.constants.get(name);
      if (!constant || checked.has(name)) continue;
      checked.add(name);
      let nNan = 0;
      for (const value of constant.data) if (Number.isNaN(value)) nNan++;
      if (nNan > 0) {
        throw new InputError(
          `verifyGraph "${graph.name}": weight "${name}" of ${node.op} "${node.name}" holds ${nNan} NaN among ${constant.data.length} values. The file is damaged or training diverged.`,
        );
      }
    }
    for (const name of node.outputs) {
      if (name === '') continue;
      if (made.has(name))
        throw new InputError(
          `verifyGraph "${graph.name}": value "${name}" is made twice, the second time by ${node.op} "${node.name}".`,
        );
      if (!graph.types.has(name))
        throw new InputError(`verifyGraph "${graph.name}": output "${name}" of ${node.op} "${node.name}" has no type.`);
      made.add(name);
    }
  }
}
