/**
 * @file The plan of a bound graph: in which order what runs, how every value lies in memory, and which values share memory.
 * Pure: knows sizes and lifetimes, touches no memory. The executor binds it.
 */
import type { KernelExports } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { axisRoles, readingOrder } from '../graph/axes.ts';
import { type BoundGraph, inputTypes, opOf, overLimit } from '../graph/bind.ts';
import type { Node } from '../graph/graph.ts';
import { stridedCopies } from '../ops/copy.ts';
import type { Lowered, LoweredValue, LowerOptions, ValueType } from '../ops/op.ts';
import { type AxisOrder, rowMajor, sameLayout, stridesOf } from '../tensor/layout.ts';
import { type DType, heldAsFloat32, sizeOf } from '../tensor/tensor.ts';
import { onTwin } from './twin.ts';

/** A value in memory: its buffer, and how its axes lie there. */
export interface PlacedValue {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly order: AxisOrder;
  /** Index into {@link Plan.buffers}; −1 for a constant, which is named in `constant`. */
  readonly buffer: number;
  readonly constant?: string | undefined;
}

/** One thing to run: a node, or a copy that brings a value into another order (then `node` is undefined). */
export interface PlanStep {
  readonly node: Node | undefined;
  readonly lowered: Lowered;
  /** undefined: left out, or not read from memory. */
  readonly inputs: readonly (PlacedValue | undefined)[];
  readonly outputs: readonly PlacedValue[];
}

/** A stretch of memory and the steps during which it holds something. */
export interface Buffer {
  readonly bytes: number;
  readonly offset: number;
  readonly firstStep: number;
  readonly lastStep: number;
}

export interface Plan {
  readonly graph: BoundGraph;
  readonly steps: readonly PlanStep[];
  readonly buffers: readonly Buffer[];
  readonly values: ReadonlyMap<string, PlacedValue>;
  /** Bytes of the arena that all activations share. */
  readonly activationBytes: number;
  /** Bytes of packed weights and of constants read as they are. */
  readonly weightBytes: number;
  scratchBytes(run: KernelExports): number;
}

const alignment = 64;
const endOfRun = Number.POSITIVE_INFINITY;

/**
 * Plans one forward pass. Costs O(nodes²) in the placing of buffers.
 *
 * @throws InputError if it takes more memory than the graph was bound for
 */
export function planGraph(graph: BoundGraph, options: LowerOptions = { exact: false }): Plan {
  const roles = axisRoles(graph);
  const values = new Map<string, PlacedValue>();
  const spans: { bytes: number; firstStep: number; lastStep: number }[] = [];
  const steps: PlanStep[] = [];

  // The buffer of a value must outlive the last node that reads it under any of its names.
  const lastReader = new Map<string, number>();
  for (const [i, node] of graph.nodes.entries()) for (const name of node.inputs) lastReader.set(name, i);
  const outputs = new Set(graph.outputs);
  const inputNames = new Set(graph.inputs.map((input) => input.name));
  /** Of each buffer: how many names it has, and the last node that reads it under any of them. */
  const uses: { nNames: number; lastRead: number }[] = [];

  const place = (
    name: string,
    { dtype, shape }: Pick<ValueType, 'dtype' | 'shape'>,
    order: AxisOrder,
    buffer?: number,
  ): PlacedValue => {
    let index = buffer;
    if (index === undefined) {
      index = spans.length;
      const bytes = Math.max(sizeOf(shape), 1) * (heldAsFloat32(dtype) ? 4 : 8);
      spans.push({ bytes, firstStep: steps.length, lastStep: steps.length });
      uses.push({ nNames: 0, lastRead: -1 });
    }
    const value = { dtype, shape, order, buffer: index };
    if (index >= 0) {
      const use = uses[index]!;
      use.nNames++;
      use.lastRead = Math.max(use.lastRead, outputs.has(name) || inputNames.has(name) ? endOfRun : (lastReader.get(name) ?? -1));
    }
    values.set(name, value);
    return value;
  };
  const touch = (value: PlacedValue | undefined) => {
    if (value && value.buffer >= 0) spans[value.buffer]!.lastStep = Math.max(spans[value.buffer]!.lastStep, steps.length);
  };
  /** True if no node after the i-th reads anything in this buffer. */
  const diesAt = (buffer: number, i: number) => uses[buffer]!.lastRead <= i;

  for (const input of graph.inputs) {
    place(input.name, graph.types.get(input.name)!, readingOrder(roles.get(input.name)!));
    spans.at(-1)!.lastStep = endOfRun;
  }

  for (const [i, node] of graph.nodes.entries()) {
    const types = inputTypes(node, graph.types);
    const sources = node.inputs.map((name, j): LoweredValue | undefined => {
      const type = types[j];
      return type && { ...type, order: type.constant ? rowMajor(type.shape.length) : values.get(name)!.order };
    });
    const inferred = node.outputs.includes('') ? opOf(node).infer(node.attributes, types) : [];
    const results = node.outputs.map((name, j) => graph.types.get(name) ?? inferred[j]!);
    const lowered = lowerNode(node, sources, results, options);
    const inputs = node.inputs.map((name, j): PlacedValue | undefined => {
      const order = lowered.inputOrders[j];
      const source = sources[j];
      if (!order || !source) return undefined;
      if (source.constant) return { ...source, order: rowMajor(source.shape.length), buffer: -1, constant: name };
      const value = values.get(name)!;
      if (sameLayout(value.shape, value.order, order)) return value;
      const copyName = `${name} in order ${order.join('')}`;
      const existing = values.get(copyName);
      // A copy serves again unless something has since been written over it in place.
      if (existing && uses[existing.buffer]!.nNames === 1) return existing;
      lastReader.set(copyName, i);
      const copy = place(copyName, value, order);
      touch(value);
      steps.push({ node: undefined, lowered: reordering(value, order), inputs: [value], outputs: [copy] });
      touch(copy);
      return copy;
    });
    for (const value of inputs) touch(value);
    const placed = node.outputs.map((name, j) => {
      const result = results[j]!;
      const { shape } = result;
      const order = lowered.outputOrders[j] ?? rowMajor(shape.length);
      const shared = lowered.alias !== undefined ? inputs[lowered.alias] : undefined;
      const overwritten = lowered.inPlace !== undefined ? inputs[lowered.inPlace] : undefined;
      const buffer =
        shared?.buffer ??
        (overwritten && overwritten.buffer >= 0 && sizeOf(overwritten.shape) === sizeOf(shape) && diesAt(overwritten.buffer, i)
          ? overwritten.buffer
          : undefined);
      const value = place(name === '' ? `${node.name}#${j}` : name, result, order, buffer);
      touch(value);
      return value;
    });
    if (lowered.alias === undefined) steps.push({ node, lowered, inputs, outputs: placed });
    else steps.push({ node, lowered: { ...lowered, inputOrders: [], outputOrders: [] }, inputs: [], outputs: placed });
  }
  for (const name of graph.outputs) {
    const value = values.get(name);
    if (value && value.buffer >= 0) spans[value.buffer]!.lastStep = endOfRun;
  }

  const { buffers, bytes } = placeBuffers(spans);
  const packed = steps.flatMap((step) => step.lowered.packed ?? []);
  const read = new Map(
    steps.flatMap((step) => step.inputs).flatMap((value) => (value?.constant ? [[value.constant, sizeOf(value.shape)]] : [])),
  );
  const constantBytes = [...read.values()].reduce((sum, size) => sum + aligned(size * 4), 0);
  const weightBytes = constantBytes + packed.reduce((sum, constant) => sum + aligned(constant.bytes), 0);
  if (bytes + weightBytes > graph.maxBytes)
    throw new InputError(
      `planGraph "${graph.name}": activations and packed weights take ${overLimit(bytes + weightBytes, graph.maxBytes)}`,
    );
  return {
    graph,
    steps,
    buffers,
    values,
    activationBytes: bytes,
    weightBytes,
    scratchBytes: (run) => Math.max(0, ...steps.map((step) => step.lowered.scratchBytes?.(run) ?? 0)),
  };
}

function lowerNode(
  node: Node,
  inputs: readonly (LoweredValue | undefined)[],
  outputs: readonly ValueType[],
  options: LowerOptions,
): Lowered {
  const op = opOf(node);
  const values = [...inputs.filter((input) => input && !input.constant), ...outputs] as ValueType[];
  const kernelsCan = values.every(({ dtype, shape }) => heldAsFloat32(dtype) && sizeOf(shape) > 0);
  try {
    const lowered = kernelsCan ? op.lower?.(node.attributes, inputs, outputs, options) : undefined;
    return lowered ?? onTwin(op, node.attributes, inputs, outputs);
  } catch (error) {
    if (error instanceof InputError) throw new InputError(`${node.op} "${node.name}": ${error.message}`);
    throw error;
  }
}

/** A copy into another physical order. */
export function reordering(value: Pick<PlacedValue, 'shape' | 'order'>, order: AxisOrder): Lowered {
  const copy = {
    input: 0,
    shape: value.shape,
    source: stridesOf(value.shape, value.order),
    sourceOffset: 0,
    target: stridesOf(value.shape, order),
    targetOffset: 0,
  };
  return { inputOrders: [value.order], outputOrders: [order], ...stridedCopies(order, [copy]) };
}

/** Bytes rounded up to where the next thing may begin. */
export function aligned(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/** Largest first, each at the lowest offset where it overlaps nothing that lives at the same time. */
function placeBuffers(spans: readonly { bytes: number; firstStep: number; lastStep: number }[]): {
  buffers: Buffer[];
  bytes: number;
} {
  const offsets = new Array<number>(spans.length).fill(0);
  const done: number[] = [];
  let total = 0;
  for (const i of spans.map((_, index) => index).toSorted((a, b) => spans[b]!.bytes - spans[a]!.bytes || a - b)) {
    const span = spans[i]!;
    const neighbours = done
      .filter((j) => spans[j]!.firstStep <= span.lastStep && span.firstStep <= spans[j]!.lastStep)
      .toSorted((a, b) => offsets[a]! - offsets[b]!);
    let offset = 0;
    for (const j of neighbours) {
      if (offsets[j]! >= offset + span.bytes) break;
      offset = Math.max(offset, aligned(offsets[j]! + spans[j]!.bytes));
    }
    offsets[i] = offset;
    total = Math.max(total, offset + span.bytes);
    done.push(i);
  }
  return { buffers: spans.map((span, i) => ({ ...span, offset: offsets[i]! })), bytes: aligned(total) };
}
