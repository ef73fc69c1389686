/** @file The brain side: published measurements, their series, and scores against them. */
export * from './histograms.ts';
export * from './measurements.ts';
export * from './series.ts';
export * from './v1-scores.ts';
