/** @file One picture through a network, and what its output says: classes with probabilities. */
import { createExecutor, type Image, InputError, preprocess, type Tensor } from '@ventral/core';
import { instantiate, math } from '@ventral/kernels';
import type { PictureModel } from './model.ts';
import type { Runtime } from './runtime.ts';

export interface ClassScore {
  readonly classIndex: number;
  /** undefined where the model comes without class names. */
  readonly name: string | undefined;
  readonly probability: number;
}

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
      const scores = probabilities(model.bound.outputs.map((output) => executor.read(output)));
      if (!scores) throw new InputError(`run: none of the outputs ${model.bound.outputs.join(', ')} is a list of classes.`);
      if (names && names.length !== scores.length) {
        throw new InputError(
          `run: the output has ${scores.length} classes, but ${names.length} names are given. Correct "classes" in the sidecar.`,
        );
      }
      return scores
        .map((probability, classIndex) => ({ classIndex, name: names?.[classIndex], probability }))
        .sort((a, b) => b.probability - a.probability || a.classIndex - b.classIndex);
    },
  };
}

/** The first output that is a distribution already, else the softmax of the first list; undefined if there is no list. */
function probabilities(outputs: readonly Tensor[]): number[] | undefined {
  const lists = outputs
    .filter(({ shape }) => shape[0] === 1 && Math.max(...shape) > 1 && shape.filter((n) => n > 1).length === 1)
    .map(({ data }) => Array.from(data));
  const given = lists.find((list) => list.every((x) => x >= 0) && Math.abs(list.reduce((sum, x) => sum + x, 0) - 1) < 1e-3);
  if (given) return given;
  const [logits] = lists;
  if (!logits) return undefined;
  const largest = Math.max(...logits);
  const powers = logits.map((x) => math.exp(x - largest));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
