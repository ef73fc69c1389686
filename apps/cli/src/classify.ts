/** @file One picture through a network, and what its output says: classes with probabilities. */
import {
  type ClassScore,
  classProbabilities,
  createExecutor,
  type Image,
  InputError,
  preprocess,
  rankClasses,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import type { PictureModel } from './model.ts';
import type { Runtime } from './runtime.ts';

/** A network that classifies pictures one after another. */
export interface Classifier {
  /** All classes, most probable first; equal ones in the order of their index. @throws InputError if the output is no list of classes */
  classify(image: Image): ClassScore[];
}

/** Compiles the network once. */
export function createClassifier(model: PictureModel, { kernels }: Runtime): Classifier {
  const executor = createExecutor(instantiate(kernels), model.bound);
  const [heightPx, widthPx] = model.picture.sizePx;
  const names = model.graph.metadata.classes;
  return {
    classify(image) {
      executor.setInput(model.picture.name, preprocess(image, model.preprocess, { heightPx, widthPx }), 'channelsLast');
      executor.run();
      const scores = classProbabilities(model.bound.outputs.map((output) => executor.read(output)));
      if (!scores) throw new InputError(`run: none of the outputs ${model.bound.outputs.join(', ')} is a list of classes.`);
      if (names && names.length !== scores.length) {
        throw new InputError(
          `run: the output has ${scores.length} classes, but ${names.length} names are given. Correct "classes" in the sidecar.`,
        );
      }
      return rankClasses(scores, names);
    },
  };
}
