/** @file The door of stimuli: what other rooms may use. */
export { type Animal, drawCatOrDog } from './catdog.ts';
export * from './dead-leaves.ts';
export * from './digits.ts';
export * from './field.ts';
export * from './gratings.ts';
export * from './labelled-sets.ts';
export * from './noise.ts';
export type { SizePx } from './raster.ts';
export * from './scene.ts';
export * from './sets.ts';
