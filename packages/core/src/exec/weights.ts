/**
 * @file Weights in the form that kernels want, written into memory once. Workers on one shared memory use those that the first
 * of them packed, and get the graph without the weights it was made from.
 */
import type { Kernels } from '@ventral/kernels';
import type { BoundGraph } from '../graph/bind.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Lowered, LowerOptions } from '../ops/op.ts';
import type { OpName } from '../ops/table.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { aligned, type Plan, planGraph } from './plan.ts';

/** Packs the constants of one step. */
export function packStep(kernels: Kernels, { packed = [] }: Lowered): number[] {
  return packed.map((constant) => {
    const ptr = kernels.allocate(aligned(constant.bytes));
    constant.write(kernels, ptr);
    return ptr;
  });
}

/** Addresses of all packed constants of a plan, step by step. */
export function packPlan(kernels: Kernels, plan: Plan): number[] {
  return plan.steps.flatMap(({ lowered }) => packStep(kernels, lowered));
}

/** A graph whose weights lie packed in a memory. Structured-cloneable. */
export interface PackedGraph {
  /** Without the weights that only packing reads: their shapes are left. */
  readonly graph: BoundGraph;
  /** For {@link ExecutorOptions.packed} of an executor on the same memory. */
  readonly packed: readonly number[];
}

/** Ops whose second input is a weight that is packed whole. */
const linearOps: ReadonlySet<OpName> = new Set<OpName>(['conv2d', 'dense', 'matmul']);

/**
 * Packs the weights of a graph, for several executors on one shared memory with the same options.
 * @throws InputError if the graph is not legal (see verifyGraph)
 */
export function packWeights(kernels: Kernels, graph: BoundGraph, options: LowerOptions): PackedGraph {
  verifyGraph(graph);
  const plan = planGraph(graph, options);
  const kept = new Set(graph.outputs);
  for (const { node, lowered } of plan.steps) {
    for (const [i, name] of (node?.inputs ?? []).entries()) {
      const isPacked = i === 1 && linearOps.has(node!.op) && lowered.packed !== undefined && lowered.inputOrders[1] === undefined;
      if (!isPacked) kept.add(name);
    }
  }
  // A copy: what was read from a file looks at all of the file's bytes, which would be posted along.
  const light = (name: string, tensor: Tensor): Tensor => ({
    ...tensor,
    data: kept.has(name) ? tensor.data.slice() : new Float32Array(0),
  });
  const constants = new Map([...graph.constants].map(([name, tensor]) => [name, light(name, tensor)]));
  const types = new Map(
    [...graph.types].map(([name, type]) => [name, type.constant ? { ...type, constant: constants.get(name)! } : type]),
  );
  return { graph: { ...graph, constants, types }, packed: packPlan(kernels, plan) };
}
