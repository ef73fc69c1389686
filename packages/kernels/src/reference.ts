/**
 * @file The float64 twins of the kernels: slow, obvious loops over logical layouts (images n c h w). Specification and test
 * oracle, and what folds constants; never a fallback for a kernel.
 */
export * from './reference/elementwise.ts';
export * from './reference/normalise.ts';
export * from './reference/reduce.ts';
export * from './reference/shape.ts';
export * from './reference/window.ts';
