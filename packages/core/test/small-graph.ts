/** @file Small graphs for tests, written as a list of nodes. */
import { readFileSync } from 'node:fs';
import { instantiate, type Kernels } from '@ventral/kernels';
import { type BoundGraph, bindGraph, opOf } from '../src/graph/bind.ts';
import type { Node } from '../src/graph/graph.ts';
import type { OpAttributes, OpName } from '../src/ops/table.ts';
import { type Tensor, toFloat64 } from '../src/tensor/tensor.ts';

const compiled = (variant: string) =>
  new WebAssembly.Module(readFileSync(new URL(`../../kernels/build/${variant}.wasm`, import.meta.url)));
export const compiledKernels = compiled('simd');

/** The kernels for a shared memory. */
export const sharedModule = () => compiled('simd-shared');

/** Fresh kernels over a memory of their own. */
export function testKernels(): Kernels {
  return instantiate(compiledKernels);
}

/** One node whose name is its output. */
export function node<K extends OpName>(op: K, output: string, inputs: readonly string[], attributes: OpAttributes[K]): Node {
  return { op, name: output, attributes, inputs, outputs: [output] } as Node;
}

/** A bound graph over one picture input "x"; the last node's output is the graph's, unless others are named. */
export function graphOf(
  shape: readonly number[],
  nodes: readonly Node[],
  constants: Record<string, Tensor> = {},
  outputs: readonly string[] = [nodes.at(-1)!.outputs[0]!],
): BoundGraph {
  const graph = {
    name: 'test',
    inputs: [{ name: 'x', dtype: 'float32', shape }],
    outputs,
    nodes,
    constants: new Map(Object.entries(constants)),
    metadata: {},
  } as const;
  return bindGraph(graph, { shapes: new Map([['x', shape]]) });
}

/** Every value of a graph by the float64 twins alone. */
export function twinValues(graph: BoundGraph, x: Tensor): Map<string, Tensor> {
  const wide = (tensor: Tensor): Tensor => ({ ...tensor, dtype: 'float64', data: toFloat64(tensor) });
  const values = new Map<string, Tensor>([['x', wide(x)]]);
  for (const n of graph.nodes) {
    const inputs = n.inputs.map((name) => (name === '' ? undefined : (values.get(name) ?? wide(graph.constants.get(name)!))));
    for (const [i, result] of opOf(n).reference(n.attributes, inputs).entries()) values.set(n.outputs[i]!, result);
  }
  return values;
}
