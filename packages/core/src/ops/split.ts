/** @file Split along one axis. Inputs: x, sizes? (constant); without sizes, equal parts, the last one smaller. */
export interface SplitAttributes {
  readonly axis: number;
  readonly nOutputs: number;
}
