/** @file The door of core: what other rooms may use. */
export * from './errors.ts';
export * from './exec/executor.ts';
export * from './exec/tap.ts';
export * from './graph/bind.ts';
export * from './graph/graph.ts';
export * from './image/image.ts';
export * from './image/preprocess.ts';
export * from './image/resize.ts';
export * from './network/build.ts';
export * from './network/description.ts';
export type * from './ops/op.ts';
export * from './ops/table.ts';
export * from './parallel/inline.ts';
export * from './parallel/pool.ts';
export * from './parallel/reducer.ts';
export { serve } from './parallel/serve.ts';
export * from './parallel/task.ts';
export { createRandom, type Random, type RandomState } from './rng.ts';
export * from './tensor/layout.ts';
export * from './tensor/tensor.ts';
export { axisRoles, type AxisRole, pictureAxes, readingOrder, readingSizes } from './graph/axes.ts';
export { canonicalForm } from './graph/canonical.ts';
export { printGraph } from './graph/print.ts';
export { verifyGraph } from './graph/verify.ts';
export { type Plan, planGraph } from './exec/plan.ts';

