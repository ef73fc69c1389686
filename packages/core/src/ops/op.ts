/**
 * @file What an op is: one file with its attributes, shape rule, reach, float64 twin, lowering to kernels and cost. The
 * table of all ops is table.ts; a missing entry is a compile error there.
 */
import type { BinaryFn, KernelExports, Kernels, ReduceFn, UnaryFn } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import type { AxisOrder } from '../tensor/layout.ts';
import { type DType, type Tensor, tensorOf } from '../tensor/tensor.ts';

/**
 * What kind of response a layer gives. Default charts use `activation` rows and block outputs. `view` marks nodes that only
 * move or relabel values; they are rows of `--layers all-nodes` alone.
 */
export type Stage = 'linear' | 'activation' | 'pool' | 'merge' | 'dense' | 'view';

/** Type of a value with all sizes bound. `constant` is set where the value is known before any picture is seen. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly constant?: Tensor | undefined;
}

/**
 * Which positions of one input axis one position of one output axis reads: positions o·stride + start … o·stride + start + size − 1,
 * or the whole axis. stride and start may be fractions (upsampling).
 */
export type AxisReach =
  | { readonly axis: number; readonly stride: number; readonly start: number; readonly size: number }
  | { readonly axis: number; readonly whole: true };

/**
 * What one output unit reads of one input: for each output axis that maps to an input axis its window (`axes[outputAxis]`,
 * null where the output axis has no counterpart), and input axes that every output unit reads in full (`whole`). An axis in both is
 * that of a normalisation: a unit reads its own window, and all positions through their mean and variance.
 */
export interface Reach {
  readonly axes: readonly (AxisReach | null)[];
  readonly whole: readonly number[];
}

/** A part of a value: along each of its axes the positions from `start` up to `end`, which is none of them. */
export type Box = readonly (readonly [start: number, end: number])[];

/** Whether a box of a value leaves nothing out along an axis. */
export function isWhole(box: Box, { shape }: Pick<ValueType, 'shape'>, axis: number): boolean {
  return box[axis]![0] === 0 && box[axis]![1] === shape[axis];
}

/** {@link Op.crop} of an op on x [n, c, …] that is the same at every position. */
export function cropPositions<A>(attributes: A, _: unknown, output: ValueType, box: Box): A | undefined {
  return isWhole(box, output, 1) ? attributes : undefined;
}

/** Every output unit reads the unit at its own position (element-wise ops), for any rank. */
export function identityReach(rank: number): Reach {
  return { axes: Array.from({ length: rank }, (_, axis) => ({ axis, stride: 1, start: 0, size: 1 })), whole: [] };
}

/** Arithmetic of one image: 1 MAC = 1 multiply + 1 add. */
export interface Cost {
  readonly nMacs: number;
  readonly nParams: number;
}

/** A value as the plan sees it when it lowers a node. */
export interface LoweredValue extends ValueType {
  readonly order: AxisOrder;
}

/** Addresses of one bound node. Optional inputs left out are 0. */
export interface Addresses {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly scratch: number;
  /** One address per entry of {@link Lowered.packed}. */
  readonly packed: readonly number[];
}

/** A constant brought into the form a kernel wants, once, before the first picture. */
export interface PackedConstant {
  readonly bytes: number;
  /** Writes the packed form at ptr. May use `kernels.mark/allocate/release` for temporary space. */
  write(kernels: Kernels, ptr: number): void;
}

/** How a node runs: layouts, memory, and the closure that calls its kernels. Pure until `bind`. */
export interface Lowered {
  /** Physical order each input must have (undefined: not read from memory, e.g. packed). The plan copies where it differs. */
  readonly inputOrders: readonly (AxisOrder | undefined)[];
  readonly outputOrders: readonly AxisOrder[];
  /** Output 0 is input `alias` under another name: no memory, nothing runs. */
  readonly alias?: number;
  /** Output 0 may overwrite input `inPlace` if nobody reads that input later. */
  readonly inPlace?: number;
  scratchBytes?(run: KernelExports): number;
  readonly packed?: readonly PackedConstant[];
  bind?(kernels: Kernels, at: Addresses): () => void;
}

/** What the user may ask of every kernel. */
export interface LowerOptions {
  /** Only kernels that add up what the definition adds up: no Winograd. Slower, and closer to the float64 twin. */
  readonly exact: boolean;
}

/** One operation. A is its attributes. Input lists hold undefined where an optional input was left out. */
export interface Op<A> {
  stage(attributes: A, inputs: readonly (ValueType | undefined)[]): Stage;
  /** Output types. @throws InputError without the «op "name":» head, which the caller adds. */
  infer(attributes: A, inputs: readonly (ValueType | undefined)[]): readonly Omit<ValueType, 'constant'>[];
  /** One Reach per input that carries picture content; null for inputs that do not (weights). */
  reach(attributes: A, inputs: readonly (ValueType | undefined)[], output: ValueType): readonly (Reach | null)[];
  /**
   * The attributes with which the op makes a box of its output from what the box reads of the inputs ({@link Op.reach}, as far as
   * it lies inside them); undefined for a box that can only be made with the rest. Absent: so is every box.
   */
  crop?(attributes: A, inputs: readonly (ValueType | undefined)[], output: ValueType, box: Box): A | undefined;
  /** The slow float64 twin, row-major: specification, test oracle, and what folds constants. */
  reference(attributes: A, inputs: readonly (Tensor | undefined)[]): readonly Tensor[];
  /**
   * How the op runs on kernels; undefined for a form that has none. Such a form runs on the twin (exec/twin.ts), as does an op
   * without `lower`, and any op where integers or empty values come in or go out.
   */
  lower?(
    attributes: A,
    inputs: readonly (LoweredValue | undefined)[],
    outputs: readonly ValueType[],
    options: LowerOptions,
  ): Lowered | undefined;
  /** Which forms of float32 values run on the twin, as it stands in docs/onnx-support.md. Absent: none. */
  readonly runsOnTwin?: string;
  cost(attributes: A, inputs: readonly (ValueType | undefined)[], outputs: readonly ValueType[]): Cost;
  /**
   * The rule of differentiation, as nodes: extends the graph by what computes ∂loss/∂input from the inputs, the outputs and
   * ∂loss/∂output, and gives its name for each input; undefined where nothing passes, or where nobody {@link Gradients.wants} it.
   * An op without a rule cannot be differentiated; one whose output changes in steps gives undefined for every input.
   */
  gradient?(attributes: A, rule: Gradients): readonly (string | undefined)[];
}

/** What a rule of differentiation works with. Values are names; every method but the first five adds a node and gives its output. */
export interface Gradients {
  /** The op's inputs; undefined where one was left out. */
  readonly inputs: readonly (string | undefined)[];
  readonly outputs: readonly string[];
  /** ∂loss/∂output; undefined where the loss does not depend on the output. */
  readonly dOutputs: readonly (string | undefined)[];
  /** Whether anybody asks for ∂loss/∂input. */
  wants(input: number): boolean;
  type(value: string): ValueType;
  constant(tensor: Tensor): string;
  /** Any op; gives its first output. */
  add<A>(op: Op<A>, attributes: A, inputs: readonly (string | undefined)[]): string;
  /** Any op; gives all its outputs. */
  addAll<A>(op: Op<A>, attributes: A, inputs: readonly (string | undefined)[]): readonly string[];
  unary(fn: UnaryFn, x: string, alpha?: number, beta?: number): string;
  binary(fn: BinaryFn, a: string, b: string): string;
  where(mask: string, a: string, b: string): string;
  matmul(a: string, b: string): string;
  /** Reduced axes stay, with size 1. */
  reduce(fn: ReduceFn, x: string, axes: readonly number[]): string;
  reshape(x: string, shape: readonly number[]): string;
  transpose(x: string, perm: readonly number[]): string;
  expand(x: string, shape: readonly number[]): string;
  slice(x: string, start: readonly number[], size: readonly number[]): string;
  /** The same op again without what follows from its attributes alone (a fused activation). */
  again(attributes: object): string;
  /** Back to the shape that was broadcast: sums over what was repeated. */
  sumTo(x: string, shape: readonly number[]): string;
}

/** ∂loss/∂output 0, for ops with one output: a rule is called only where the loss depends on an output. */
export function dOutput(rule: Gradients): string {
  return rule.dOutputs[0]!;
}

/** Uploads numbers as they are: index blocks, per-channel factors. */
export function packedValues(values: Int32Array | Float32Array): PackedConstant {
  return {
    bytes: Math.max(values.byteLength, 4),
    write(kernels, ptr) {
      if (values instanceof Int32Array) kernels.i32(ptr, values.length).set(values);
      else kernels.f32(ptr, values.length).set(values);
    },
  };
}

/** The input at `index`. @throws if the file left it out. */
export function needed<T>(inputs: readonly (T | undefined)[], index: number, what: string): T {
  const input = inputs[index];
  if (input === undefined) throw new InputError(`needs ${what} as input ${index}, which is left out.`);
  return input;
}

/** Whole numbers of a constant input (a shape, axes, pads). @throws if it is not known before a picture is seen. */
export function constantIntegers(inputs: readonly (ValueType | undefined)[], index: number, what: string): number[] {
  const constant = needed(inputs, index, what).constant;
  if (!constant) throw new InputError(`needs ${what} (input ${index}) to be known at load, but it depends on the picture.`);
  return Array.from(constant.data);
}

/** An axis counted from the end is brought to 0 … rank − 1. */
export function normalizedAxis(axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || normal < 0 || normal >= rank)
    throw new InputError(`axis ${axis} is outside a value of rank ${rank}.`);
  return normal;
}

/** A result of the float64 twin in the dtype of the op's input. */
export function tensorLike(like: Tensor, shape: readonly number[], data: Float64Array | Float32Array): Tensor {
  return tensorOf(like.dtype, shape, data);
}

/** Constants as the inputs of the float64 twin: every value is known. */
export function asConstants(inputs: readonly (Tensor | undefined)[]): (ValueType | undefined)[] {
  return inputs.map((tensor) => tensor && { ...tensor, constant: tensor });
}

/** Every output position reads the whole of an input, but for its own batch (axis 0) where both have the same. */
export function wholeReach(input: ValueType, output: ValueType): Reach | null {
  if (input.constant) return null;
  const sameBatch = input.shape.length > 0 && input.shape[0] === output.shape[0];
  return {
    axes: output.shape.map((_, axis) => (sameBatch && axis === 0 ? { axis, stride: 1, start: 0, size: 1 } : null)),
    whole: input.shape.map((_, axis) => axis).slice(sameBatch ? 1 : 0),
  };
}
