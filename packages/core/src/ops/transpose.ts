/** @file Axis permutation: axis i of the result is axis perm[i] of the source. */

/** Inputs: x. Without perm the axes are reversed. */
export interface TransposeAttributes {
  readonly perm?: readonly number[] | undefined;
}
