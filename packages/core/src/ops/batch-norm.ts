/** @file Batch normalisation at inference: y = (x − mean) / √(variance + ε) · scale + shift per channel. */

/** Inputs: x, scale, shift, mean, variance. */
export interface BatchNormAttributes {
  readonly epsilon: number;
  readonly activation?: import('./unary.ts').UnaryAttributes | undefined;
}
