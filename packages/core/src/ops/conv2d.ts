/** @file 2-D convolution, as in ONNX Conv: cross-correlation of x [n, c, h, w] with weight [o, c / groups, kh, kw] plus bias [o]. */
import type { UnaryAttributes } from './unary.ts';

/** [top, left, bottom, right] (ONNX order), or TensorFlow's rule worked out from the sizes. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number] | 'sameUpper' | 'sameLower';

/** Inputs: x, weight, bias?. */
export interface Conv2dAttributes {
  readonly stride: readonly [h: number, w: number];
  readonly padding: Padding;
  readonly dilation: readonly [h: number, w: number];
  readonly groups: number;
  /** Applied to the result; set by the canonical form when an activation follows. */
  readonly activation?: UnaryAttributes | undefined;
}
