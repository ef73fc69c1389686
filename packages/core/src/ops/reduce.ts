/** @file Reductions over axes. */
import type { ReduceFn } from '@ventral/kernels';

/** Inputs: x, axes? (constant; without: all axes, or none if noopWithoutAxes). */
export interface ReduceAttributes {
  readonly fn: ReduceFn;
  readonly keepDims: boolean;
  readonly noopWithoutAxes: boolean;
}
