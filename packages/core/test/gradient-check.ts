/**
 * @file The one gradient check: an op's rule of differentiation against the central difference along one random direction, in
 * float64; and its backward pass on the kernels against the twins.
 */
import { instantiate } from '@ventral/kernels';
import { expect } from 'vitest';
import { withGradients } from '../src/autograd/backward.ts';
import { createExecutor } from '../src/exec/executor.ts';
import { type BoundGraph, opOf } from '../src/graph/bind.ts';
import { createRandom } from '../src/rng.ts';
import { isFloat, sizeOf, type Tensor, toFloat64 } from '../src/tensor/tensor.ts';

const wide = (tensor: Tensor): Tensor =>
  isFloat(tensor.dtype) ? { dtype: 'float64', shape: tensor.shape, data: toFloat64(tensor) } : tensor;

/** All values of a graph by the float64 twins alone. */
export function twinValues(graph: BoundGraph, inputs: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const values = new Map([...graph.constants, ...inputs].map(([name, tensor]) => [name, wide(tensor)]));
  for (const node of graph.nodes) {
    const results = opOf(node).reference(
      node.attributes,
      node.inputs.map((name) => (name === '' ? undefined : values.get(name)!)),
    );
    for (const [i, name] of node.outputs.entries()) if (name !== '') values.set(name, results[i]!);
  }
  return values;
}

const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);

/** Relative to what takes part in the sums, so that a derivative that happens to be near 0 is not held to its own digits. */
export function agree(analytic: number, numeric: number, scale: number): boolean {
  return Math.abs(analytic - numeric) <= 1e-6 * (Math.abs(numeric) + scale);
}

/**
 * Checks the gradients of all float inputs and constants of a graph.
 * @param inputs values of the graph's inputs
 * @param most largest error of a gradient on the kernels, relative to its largest value
 */
export function checkGradients(
  graph: BoundGraph,
  inputs: ReadonlyMap<string, Tensor>,
  module: WebAssembly.Module,
  most: number,
  isStepwise = false,
): void {
  const random = createRandom(17);
  const normal = (shape: readonly number[]): Tensor => ({
    dtype: 'float32',
    shape,
    data: Float32Array.from({ length: sizeOf(shape) }, random.normal),
  });
  const isReal = (name: string) => isFloat(graph.types.get(name)!.dtype);
  const seeded = graph.outputs.filter(isReal);
  const seeds = new Map(seeded.map((name) => [`seed of ${name}`, normal(graph.types.get(name)!.shape)]));
  const withSeeds: BoundGraph = {
    ...graph,
    inputs: [...graph.inputs, ...[...seeds].map(([name, { shape }]) => ({ name, dtype: 'float32' as const, shape }))],
    types: new Map([...graph.types, ...[...seeds].map(([name, { dtype, shape }]) => [name, { dtype, shape }] as const)]),
  };
  const read = new Set(graph.nodes.flatMap((node) => node.inputs));
  const of = [...graph.inputs.map(({ name }) => name), ...graph.constants.keys()].filter(
    (name) => read.has(name) && isReal(name),
  );
  const backward = withGradients(withSeeds, new Map(seeded.map((name) => [name, `seed of ${name}`])), of, []);

  const given = new Map([...inputs, ...seeds]);
  const values = twinValues(backward.graph, given);
  const points = new Map(of.map((name) => [name, wide(inputs.get(name) ?? graph.constants.get(name)!)]));
  const direction = new Map(of.map((name) => [name, normal(points.get(name)!.shape).data]));
  const loss = (step: number) => {
    const moved = (name: string): Tensor => ({
      ...points.get(name)!,
      data: toFloat64(points.get(name)!).map((v, i) => v + step * direction.get(name)![i]!),
    });
    const constants = new Map([...graph.constants].map(([name, tensor]) => [name, points.has(name) ? moved(name) : tensor]));
    const at = new Map([...inputs].map(([name, tensor]) => [name, points.has(name) ? moved(name) : tensor]));
    const y = twinValues({ ...graph, constants }, at);
    return seeded.reduce((sum, name) => sum + dot(seeds.get(`seed of ${name}`)!.data, y.get(name)!.data), 0);
  };
  const h = 1e-5;
  // What has no gradient is said to change in steps, or not at all.
  const moving = of.filter((name) => backward.gradients.has(name));
  const variable = graph.inputs.map(({ name }) => name).filter(isReal);
  if (seeded.length > 0) expect(variable.filter((name) => moving.includes(name))).toEqual(isStepwise ? [] : variable);
  for (const name of of) if (!moving.includes(name)) direction.get(name)!.fill(0);
  const numeric = (loss(h) - loss(-h)) / (2 * h);
  const parts = moving.map((name) => dot(values.get(backward.gradients.get(name)!)!.data, direction.get(name)!));
  const analytic = parts.reduce((a, b) => a + b, 0);
  const scale = 1e-2 * parts.reduce((sum, part) => sum + Math.abs(part), 0) + 1e-6;
  expect(agree(analytic, numeric, scale), `derivative ${analytic} by the rule, ${numeric} by differences`).toBe(true);
  // The control: a gradient that is off by a thousandth must fail.
  if (Math.abs(analytic) > scale) expect(agree(analytic * 1.001, numeric, 0)).toBe(false);

  if (moving.length === 0) return;
  const executor = createExecutor(instantiate(module), backward.graph);
  for (const { name } of backward.graph.inputs) executor.setInput(name, given.get(name)!.data, 'rowMajor');
  executor.run();
  for (const name of moving) {
    const gradient = backward.gradients.get(name)!;
    const [got, twin] = [executor.read(gradient).data, values.get(gradient)!.data];
    const largest = Array.from(twin).reduce((max, v) => Math.max(max, Math.abs(v)), 1e-3);
    const worst = Array.from(got).reduce((max, v, i) => Math.max(max, Number.isNaN(v) ? Infinity : Math.abs(v - twin[i]!)), 0);
    expect(worst / largest, `largest error of the gradient of "${name}" on the kernels`).toBeLessThanOrEqual(most);
  }
}
