export * from './shared.ts';
export * from './cortex-data.ts';
