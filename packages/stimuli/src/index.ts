/** @file The door of stimuli: what other rooms may use. */
export * from './dead-leaves.ts';
export * from './field.ts';
export * from './gratings.ts';
export * from './noise.ts';
export * from './scene.ts';
export * from './sets.ts';
