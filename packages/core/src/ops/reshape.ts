/** @file Ops that change the shape and move nothing: reshape, flatten, squeeze, unsqueeze, and identity. */

/** Inputs: x, shape (constant). 0 keeps a size unless allowZero, −1 is worked out. */
export interface ReshapeAttributes {
  readonly allowZero: boolean;
}
/** Inputs: x. Result [product of axes before `axis`, product of the rest]. */
export interface FlattenAttributes {
  readonly axis: number;
}
/** Inputs: x, axes? (constant; without: every axis of size 1). */
export type SqueezeAttributes = Readonly<Record<never, never>>;
/** Inputs: x, axes (constant, positions in the result). */
export type UnsqueezeAttributes = Readonly<Record<never, never>>;
/** Inputs: x. Also Dropout at inference. */
export type IdentityAttributes = Readonly<Record<never, never>>;
