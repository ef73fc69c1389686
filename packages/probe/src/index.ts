/** @file The door of probe: what other rooms may use. */
export * from './control/calibrate.ts';
export * from './control/weights.ts';
export * from './cost/cost.ts';
export * from './layers.ts';
export * from './probe.ts';
export * from './probes.ts';
export * from './receptive-field/field.ts';
export * from './receptive-field/table.ts';
export * from './run.ts';
export * from './session.ts';
export * from './states.ts';
export * from './statistics/moments.ts';
export * from './statistics/quantiles.ts';
export * from './statistics/sparseness.ts';
export * from './statistics/statistics.ts';
export * from './table.ts';
