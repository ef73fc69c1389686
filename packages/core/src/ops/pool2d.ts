/** @file Maximum and average pooling of x [n, c, h, w] over a sliding window. */
import type { Padding } from './conv2d.ts';

/** Inputs: x. */
export interface Pool2dAttributes {
  readonly kind: 'max' | 'average';
  readonly kernel: readonly [h: number, w: number];
  readonly stride: readonly [h: number, w: number];
  readonly padding: Padding;
  readonly dilation: readonly [h: number, w: number];
  /** Round the output size up instead of down. */
  readonly ceilMode: boolean;
  /** average only: padding counts in the divisor. */
  readonly countPadding: boolean;
}
