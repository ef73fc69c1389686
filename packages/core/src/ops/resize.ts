/** @file Resampling of the last two axes by nearest neighbour or linear interpolation. */

/** Inputs: x, then scales or sizes (constant; the other left out). */
export interface ResizeAttributes {
  readonly mode: 'nearest' | 'linear';
  readonly coordinates: 'halfPixel' | 'pytorchHalfPixel' | 'alignCorners' | 'asymmetric' | 'halfPixelSymmetric';
  readonly nearest: 'roundPreferFloor' | 'roundPreferCeil' | 'floor' | 'ceil';
}
