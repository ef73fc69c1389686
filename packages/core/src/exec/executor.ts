/** @file Runs a bound graph on kernels: packs weights once, places every buffer once, then allocates nothing per image. */
import type { Kernels } from '@ventral/kernels';
import type { BoundGraph } from '../graph/bind.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Tap } from './tap.ts';

export interface ExecutorOptions {
  /** Values to show to `onTap` as they are produced, in this order; each must be a value of the graph. */
  readonly taps?: readonly string[] | undefined;
}

export interface Executor {
  readonly graph: BoundGraph;
  /** Bytes of packed weights, activations and scratch. */
  readonly bytes: { readonly weights: number; readonly activations: number; readonly scratch: number };
  /** Writes one input, given row-major (n c h w) or channels last (n h w c). */
  setInput(name: string, data: Float32Array, order: 'channelsFirst' | 'channelsLast'): void;
  /** One forward pass. onTap is called for each tap when its value exists, in execution order. */
  run(onTap?: (tap: Tap) => void): void;
  /** A graph output (any time after run) or a tapped value (inside onTap), row-major in its logical shape. */
  read(value: string): Tensor;
}

export declare function createExecutor(kernels: Kernels, graph: BoundGraph, options?: ExecutorOptions): Executor;
