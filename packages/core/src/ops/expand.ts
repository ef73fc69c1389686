/** @file Broadcast to a shape, and tiling. */

/** Inputs: x, shape (constant). */
export type ExpandAttributes = Readonly<Record<never, never>>;
/** Inputs: x, repeats (constant). */
export type TileAttributes = Readonly<Record<never, never>>;
