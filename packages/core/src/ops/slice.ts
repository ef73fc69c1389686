/** @file Strided slice. Inputs: x, starts, ends, axes?, steps? (constants). */
export type SliceAttributes = Readonly<Record<never, never>>;
