/** @file The brain side. Step 1: published measurements and their series. */
export * from './histograms.ts';
export * from './measurements.ts';
export * from './series.ts';
