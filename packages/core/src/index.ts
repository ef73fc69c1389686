/** @file The door of core: what other rooms may use. */
export * from './errors.ts';
export * from './exec/executor.ts';
export * from './exec/tap.ts';
export * from './graph/bind.ts';
export * from './graph/graph.ts';
export * from './image/image.ts';
export type * from './ops/op.ts';
export type * from './ops/table.ts';
export * from './parallel/task.ts';
export * from './tensor/layout.ts';
export * from './tensor/tensor.ts';
