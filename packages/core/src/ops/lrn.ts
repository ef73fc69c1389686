/** @file Local response normalisation across channels (Krizhevsky et al. 2012): y = x / (bias + alpha / size · Σ x²)^beta. */

/** Inputs: x. */
export interface LrnAttributes {
  readonly size: number;
  readonly alpha: number;
  readonly beta: number;
  readonly bias: number;
}
