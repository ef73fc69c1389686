/** @file Element-wise functions of two values with numpy broadcasting. */
import type { BinaryFn } from '@ventral/kernels';

/** Inputs: a, b. */
export interface BinaryAttributes {
  readonly fn: BinaryFn;
}
