/** @file Element-wise functions of one value: activations and arithmetic. */
import type { UnaryFn } from '@ventral/kernels';

/** Inputs: x. clip: alpha = lower, beta = upper bound. Functions that use no parameter have alpha = beta = 0. */
export interface UnaryAttributes {
  readonly fn: UnaryFn;
  readonly alpha: number;
  readonly beta: number;
}
