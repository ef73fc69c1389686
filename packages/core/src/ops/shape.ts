/** @file Shape arithmetic: these run at load only, on values known before any picture. */
import type { DType, Tensor } from '../tensor/tensor.ts';

/** Inputs: x. The sizes of axes start … end − 1. */
export interface ShapeAttributes {
  readonly start: number;
  readonly end?: number | undefined;
}
/** Inputs: shape (constant). */
export interface ConstantOfShapeAttributes {
  readonly value: Tensor;
}
/** Inputs: x. */
export interface CastAttributes {
  readonly to: DType;
}
/** Inputs: start, limit, delta (constants). */
export type RangeAttributes = Readonly<Record<never, never>>;
