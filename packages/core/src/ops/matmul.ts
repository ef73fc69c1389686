/** @file Matrix product with numpy's rules for batches and vectors. Inputs: a, b. Bias and activation are set by the canonical form. */
import type { UnaryAttributes } from './unary.ts';

/** Inputs: a, b, bias? ([n], added to every row). */
export interface MatmulAttributes {
  readonly activation?: UnaryAttributes | undefined;
}
