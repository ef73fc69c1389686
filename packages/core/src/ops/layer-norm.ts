/** @file Layer normalisation over the axes from `axis` to the last. */

/** Inputs: x, scale?, shift? (shapes of the normalised axes). */
export interface LayerNormAttributes {
  /** First normalised axis; may be negative. */
  readonly axis: number;
  readonly epsilon: number;
}
