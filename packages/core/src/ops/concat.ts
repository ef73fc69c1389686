/** @file Concatenation along one axis. Inputs: one or more values. */
export interface ConcatAttributes {
  readonly axis: number;
}
