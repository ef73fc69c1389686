/** @file Runs a bound graph on kernels: packs weights once, places every buffer once, then allocates nothing per image. */
import type { Kernels } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { axisRoles, readingOrder, readingSizes } from '../graph/axes.ts';
import type { BoundGraph } from '../graph/bind.ts';
import { verifyGraph } from '../graph/verify.ts';
import type { Lowered } from '../ops/op.ts';
import { sameLayout } from '../tensor/layout.ts';
import { formatShape, heldAsFloat32, sizeOf, type Tensor, toFloat32 } from '../tensor/tensor.ts';
import { type PlacedValue, planGraph, reordering } from './plan.ts';
import type { Tap } from './tap.ts';
import { readValue, rowMajorView, valueView, writeValue } from './twin.ts';
import { packPlan, packStep } from './weights.ts';

export interface ExecutorOptions {
  /** Values to show to `onTap` as they are produced; each must be a value that a node of the graph makes. */
  readonly taps?: readonly string[] | undefined;
  /** Only kernels that add up what the definition adds up (no Winograd). Default false. */
  readonly exact?: boolean | undefined;
  /** Where the weights lie packed already ({@link packWeights}); the graph's own may then be missing. */
  readonly packed?: readonly number[] | undefined;
}

export interface Executor {
  readonly graph: BoundGraph;
  /** Bytes of packed weights, activations and scratch. */
  readonly bytes: { readonly weights: number; readonly activations: number; readonly scratch: number };
  /** Writes one input, given row-major in its logical shape, or channels last (n h w c) if it is a picture. */
  setInput(name: string, data: Float32Array | Float64Array, order: 'rowMajor' | 'channelsLast'): void;
  /** One forward pass. onTap is called for each tap and image when its value exists, in execution order. */
  run(onTap?: (tap: Tap) => void): void;
  /** A graph output (any time after run) or a tapped value (inside its onTap), row-major in its logical shape. */
  read(value: string): Tensor;
  /** The same, written to `target`, which has as many values. */
  readInto(value: string, target: Float32Array): void;
}

/**
 * Places and binds a graph. Memory is taken from `kernels` once, here.
 *
 * @throws InputError if the graph is not legal (see verifyGraph) or a tap names no value
 */
export function createExecutor(kernels: Kernels, graph: BoundGraph, options: ExecutorOptions = {}): Executor {
  // Weights packed elsewhere were looked at there.
  if (!options.packed) verifyGraph(graph);
  const plan = planGraph(graph, { exact: options.exact ?? false });
  const roles = axisRoles(graph);
  const activations = kernels.allocate(plan.activationBytes);
  const scratchBytes = plan.scratchBytes(kernels.run);
  const scratch = kernels.allocate(scratchBytes);

  const constantPtrs = new Map<string, number>();
  const addressOf = (value: PlacedValue | undefined): number => {
    if (!value) return 0;
    if (value.buffer >= 0) return activations + plan.buffers[value.buffer]!.offset;
    const known = constantPtrs.get(value.constant!);
    if (known !== undefined) return known;
    const data = toFloat32(graph.constants.get(value.constant!)!);
    const ptr = kernels.allocate(Math.max(data.byteLength, 4));
    kernels.f32(ptr, data.length).set(data);
    constantPtrs.set(value.constant!, ptr);
    return ptr;
  };
  const bindStep = (lowered: Lowered, packed: readonly number[], inputs: readonly number[], outputs: readonly number[]) =>
    lowered.bind?.(kernels, { inputs, outputs, scratch, packed });

  const tapIndices = new Map((options.taps ?? []).map((name, i) => [name, i]));
  const made = new Set(graph.nodes.flatMap((node) => node.outputs));
  for (const name of tapIndices.keys()) {
    if (!made.has(name)) throw new InputError(`createExecutor "${graph.name}": no node makes a value "${name}" to tap.`);
  }

  const bindCopy = (copy: Lowered, source: number, target: number) => bindStep(copy, packStep(kernels, copy), [source], [target]);

  /** How a tapped value is shown: copied into reading order if it does not lie so already. */
  const bindTap = (name: string, value: PlacedValue) => {
    const valueRoles = roles.get(name)!;
    const order = readingOrder(valueRoles);
    const { batch, height, width, channels } = readingSizes(value.shape, valueRoles);
    const source = addressOf(value);
    const direct = heldAsFloat32(value.dtype) && sameLayout(value.shape, value.order, order);
    const ptr = direct ? source : kernels.allocate(sizeOf(value.shape) * 4);
    const shown = { ...value, dtype: 'float32' as const, order };
    const copy = direct
      ? undefined
      : heldAsFloat32(value.dtype)
        ? bindCopy(reordering(value, order), source, ptr)
        : () => writeValue(kernels, ptr, shown, readValue(kernels, source, value).data);
    const rows = height * width;
    const taps = Array.from(
      { length: batch },
      (_, image): Tap => ({
        tapIndex: tapIndices.get(name)!,
        image,
        ptr: ptr + image * rows * channels * 4,
        rows,
        channels,
      }),
    );
    return { name, copy, taps };
  };

  const packed = [...(options.packed ?? packPlan(kernels, plan))];
  const steps = plan.steps.map((step) => ({
    run: bindStep(
      step.lowered,
      packed.splice(0, step.lowered.packed?.length ?? 0),
      step.inputs.map(addressOf),
      step.outputs.map(addressOf),
    ),
    taps: (step.node?.outputs ?? []).flatMap((name, i) => (tapIndices.has(name) ? [bindTap(name, step.outputs[i]!)] : [])),
  }));
  const readable = new Set(graph.outputs);
  const placeOf = (name: string): [ptr: number, value: PlacedValue] => {
    const value = plan.values.get(name);
    if (!value || !readable.has(name))
      throw new Error(`read "${name}": is neither an output of "${graph.name}" nor a tap that is being shown.`);
    return [addressOf(value), value];
  };

  return {
    graph,
    bytes: { weights: plan.weightBytes, activations: plan.activationBytes, scratch: scratchBytes },
    setInput(name, data, order) {
      const value = plan.values.get(name);
      if (!value || !graph.inputs.some((input) => input.name === name))
        throw new InputError(`setInput "${graph.name}": no input is called "${name}".`);
      const size = sizeOf(value.shape);
      if (data.length !== size)
        throw new InputError(`setInput "${name}": needs ${size} values for ${formatShape(value.shape)}, got ${data.length}.`);
      if (order === 'channelsLast') valueView(kernels, addressOf(value), value).set(data);
      else writeValue(kernels, addressOf(value), value, data);
    },
    run(onTap) {
      for (const step of steps) {
        step.run?.();
        if (!onTap) continue;
        for (const { name, copy, taps } of step.taps) {
          copy?.();
          readable.add(name);
          for (const tap of taps) onTap(tap);
          if (!graph.outputs.includes(name)) readable.delete(name);
        }
      }
    },
    read(name) {
      return graph.constants.get(name) ?? readValue(kernels, ...placeOf(name));
    },
    readInto(name, target) {
      target.set(graph.constants.get(name)?.data ?? rowMajorView(kernels, ...placeOf(name)).data);
    },
  };
}
