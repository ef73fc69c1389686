/** @file Softmax and its logarithm. */

/** Inputs: x. */
export interface SoftmaxAttributes {
  readonly axis: number;
  readonly log: boolean;
  /** Before opset 13: all axes from `axis` on are one. */
  readonly flattened: boolean;
}
