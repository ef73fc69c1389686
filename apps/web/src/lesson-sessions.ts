/** @file The workers' side of lesson-jobs.ts: draws labelled pictures, asks a network about pictures. */
import { classProbabilities, createExecutor, type Image, type OpenSession, preprocess, type Session } from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { labelledSet } from '@ventral/stimuli';
import { pictureNetwork } from './laboratory.ts';
import type { AnswerSetup, Drawing, DrawSetup } from './lesson-jobs.ts';

export const openDrawSession: OpenSession<DrawSetup, number, readonly Drawing[], null> = async ({ set, seed, ...sizePx }) => {
  const { id, draw } = labelledSet(set);
  return listing((index) => {
    const { image, classIndex } = draw(index, seed, sizePx);
    return { id: id(index), label: classIndex, image };
  });
};

/** @throws InputError from the session if the network gives no list of classes */
export function openAnswerSession(
  module: WebAssembly.Module,
): OpenSession<AnswerSetup, Image, readonly (readonly number[])[], null> {
  return async (setup) => {
    const { graph, picture, preprocess: recipe } = pictureNetwork(setup.graph);
    const [heightPx, widthPx] = picture.sizePx;
    const executor = createExecutor(instantiate(module), graph);
    return listing((image) => {
      executor.setInput(picture.name, preprocess(image, recipe, { heightPx, widthPx }), 'channelsLast');
      executor.run();
      return classProbabilities(graph.outputs.map(executor.read))!;
    });
  };
}

/** A session whose state is the list of what each item gives. */
function listing<Item, Value>(of: (item: Item) => Value): Session<Item, readonly Value[], null> {
  let values: Value[] = [];
  return {
    beginChunk() {
      values = [];
    },
    async runItem(item) {
      values.push(of(item));
    },
    endChunk: () => values,
    total: () => null,
    close() {},
  };
}
