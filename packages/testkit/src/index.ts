export * from './cortex-data.ts';
export * from './shared.ts';
