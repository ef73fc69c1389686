/** @file Picks slices by index along one axis. Inputs: x, indices (constant). */
export interface GatherAttributes {
  readonly axis: number;
}
