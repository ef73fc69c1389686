/**
 * @file The plan of a bound graph: in which order what runs, how every value lies in memory, and which values share memory.
 * Pure: knows sizes and lifetimes, touches no memory. The executor binds it.
 */
import type { KernelExports } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { axisRoles, readingOrder } from '../graph/axes.ts';
import { type BoundGraph, inputTypes, opOf } from '../graph/bind.ts';
import type { Node } from '../graph/graph.ts';
import { stridedCopies } from '../ops/copy.ts';
import type { Lowered, LoweredValue, LowerOptions, ValueType } from '../ops/op.ts';
import { type AxisOrder, rowMajor, sameLayout, stridesOf } from '../tensor/layout.ts';
import { sizeOf } from '../tensor/tensor.ts';

/** A value in memory: its buffer, and how its axes lie there. */
export interface PlacedValue {
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

/** Plans one forward pass. Costs O(nodes²) in the placing of buffers. */
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
  const bufferUsers = new Map<number, string[]>();

  const place = (name: string, shape: readonly number[], order: AxisOrder, buffer?: number): PlacedValue => {
    let index = buffer;
    if (index === undefined) {
      index = spans.length;
      spans.push({ bytes: Math.max(sizeOf(shape), 1) * 4, firstStep: steps.length, lastStep: steps.length });
      bufferUsers.set(index, []);
    }
    const value = { shape, order, buffer: index };
    if (index >= 0) bufferUsers.get(index)!.push(name);
    values.set(name, value);
    return value;
  };
  const touch = (value: PlacedValue | undefined) => {
    if (value && value.buffer >= 0) spans[value.buffer]!.lastStep = Math.max(spans[value.buffer]!.lastStep, steps.length);
  };
  /** True if no node after the i-th reads anything in this buffer. */
  const diesAt = (buffer: number, i: number) =>
    bufferUsers.get(buffer)!.every((name) => !outputs.has(name) && !inputNames.has(name) && (lastReader.get(name) ?? -1) <= i);

  for (const input of graph.inputs) {
    const { shape } = graph.types.get(input.name)!;
    place(input.name, shape, readingOrder(roles.get(input.name)!));
    spans.at(-1)!.lastStep = endOfRun;
  }

  for (const [i, node] of graph.nodes.entries()) {
    const types = inputTypes(node, graph.types);
    const sources = node.inputs.map((name, j): LoweredValue | undefined => {
      const type = types[j];
      return type && { ...type, order: type.constant ? rowMajor(type.shape.length) : values.get(name)!.order };
    });
    const results = node.outputs.map((name) => graph.types.get(name) ?? { dtype: 'float32' as const, shape: [] });
    const lowered = lowerNode(node, sources, results, options);
    const inputs = node.inputs.map((name, j): PlacedValue | undefined => {
      const order = lowered.inputOrders[j];
      const source = sources[j];
      if (!order || !source) return undefined;
      if (source.constant) return { shape: source.shape, order: rowMajor(source.shape.length), buffer: -1, constant: name };
      const value = values.get(name)!;
      if (sameLayout(value.shape, value.order, order)) return value;
      const copyName = `${name} in order ${order.join('')}`;
      const existing = values.get(copyName);
      // A copy serves again unless something has since been written over it in place.
      if (existing && bufferUsers.get(existing.buffer)!.length === 1) return existing;
      const copy = place(copyName, value.shape, order);
      touch(value);
      lastReader.set(copyName, i);
      steps.push({ node: undefined, lowered: reordering(value, order), inputs: [value], outputs: [copy] });
      touch(copy);
      return copy;
    });
    for (const value of inputs) touch(value);
    const placed = node.outputs.map((name, j) => {
      const { shape } = results[j]!;
      const order = lowered.outputOrders[j] ?? rowMajor(shape.length);
      const shared = lowered.alias !== undefined ? inputs[lowered.alias] : undefined;
      const overwritten = lowered.inPlace !== undefined ? inputs[lowered.inPlace] : undefined;
      const buffer =
        shared?.buffer ??
        (overwritten && overwritten.buffer >= 0 && sizeOf(overwritten.shape) === sizeOf(shape) && diesAt(overwritten.buffer, i)
          ? overwritten.buffer
          : undefined);
      const value = place(name === '' ? `${node.name}#${j}` : name, shape, order, buffer);
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
  return {
    graph,
    steps,
    buffers,
    values,
    activationBytes: bytes,
    weightBytes: constantBytes + packed.reduce((sum, constant) => sum + aligned(constant.bytes), 0),
    scratchBytes: (run) => Math.max(0, ...steps.map((step) => step.lowered.scratchBytes?.(run) ?? 0)),
  };
}

function lowerNode(
  node: Node,
  inputs: readonly (LoweredValue | undefined)[],
  outputs: readonly ValueType[],
  options: LowerOptions,
): Lowered {
  const integer = inputs.find((input) => input && !input.constant && input.dtype !== 'float32' && input.dtype !== 'float64');
  try {
    if (integer) throw new InputError(`works on ${integer.dtype} values that depend on the picture; only float32 values can.`);
    return opOf(node).lower(node.attributes, inputs, outputs, options);
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
