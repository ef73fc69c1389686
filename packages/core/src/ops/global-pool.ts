/** @file Pooling over all positions: x [n, c, …] to [n, c, 1, …]. */

/** Inputs: x. */
export interface GlobalPoolAttributes {
  readonly kind: 'max' | 'average';
}
