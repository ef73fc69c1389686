/** @file The door of the kernels: the ABI, how to instantiate it, and the float64 twins. Imports nothing of the house. */
export * from './abi.ts';
export * from './instantiate.ts';
export * as math from './math.ts';
export * as reference from './reference.ts';
