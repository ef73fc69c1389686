/** @file Dense layer, as in ONNX Gemm: y = alpha · A' · B' + beta · C, with A' = A or Aᵀ. Inputs: a [m, k], b [k, n] (or [n, k] with transB), c?. */
import type { UnaryAttributes } from './unary.ts';

export interface DenseAttributes {
  readonly alpha: number;
  readonly beta: number;
  readonly transA: boolean;
  readonly transB: boolean;
  readonly activation?: UnaryAttributes | undefined;
}
