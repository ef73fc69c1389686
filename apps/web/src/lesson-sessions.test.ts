import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { buildNetwork, createInline, evaluateNetwork, type Image, openEvaluateSession } from '@ventral/core';
import { labelledSet } from '@ventral/stimuli';
import { expect, test } from 'vitest';
import catdog from '../../../data/models/catdog.json';
import { answerJob, drawJob } from './lesson-jobs.ts';
import { openAnswerSession, openDrawSession } from './lesson-sessions.ts';

const sizePx = { heightPx: 48, widthPx: 48 };
const draw = async (indices: readonly number[]) => {
  const { state } = await createInline(openDrawSession).run(drawJob({ set: 'catdog', seed: 5, ...sizePx }, indices));
  return state!;
};

test('drawings come in order over the chunks, each what the set draws', async () => {
  const indices = Array.from({ length: 19 }, (_, i) => i + 3);
  const drawings = await draw(indices);
  const set = labelledSet('catdog');
  expect(drawings.map(({ id }) => id)).toEqual(indices.map(set.id));
  expect(drawings.map(({ label }) => label)).toEqual(indices.map((i) => i % 2));
  expect(drawings[10]!.image).toEqual(set.draw(13, 5, sizePx).image);
});

test('answers are distributions, and right as often as an evaluation counts', async () => {
  const module = new WebAssembly.Module(readFileSync(createRequire(import.meta.url).resolve('@ventral/kernels/simd.wasm')));
  // A network that knows nothing, but does not say the same of every picture: its last layer has no bias, its norms no mean.
  const graph = buildNetwork(catdog, { seed: 3 });
  const drawings = await draw(Array.from({ length: 20 }, (_, i) => i));
  const images = drawings.map(({ image }) => image);
  const { state: answers } = await createInline(openAnswerSession(module)).run(answerJob(graph, images));
  expect(answers).toHaveLength(20);
  for (const answer of answers!) expect(answer[0]! + answer[1]!).toBeCloseTo(1, 5);
  const nRight = answers!.filter((answer, i) => answer.indexOf(Math.max(...answer)) === drawings[i]!.label).length;
  const evaluation = await evaluateNetwork<Image>({
    graph,
    model: graph,
    items: drawings.map(({ image, label }) => ({ item: image, label })),
    preprocess: graph.metadata.preprocess!,
    runner: createInline(openEvaluateSession<Image>({ module, loadGraph: async () => graph, loadImage: async (image) => image })),
  });
  expect(evaluation.nRight).toBe(nRight);
  const loss = answers!.reduce((sum, answer, i) => sum - Math.log(answer[drawings[i]!.label]!), 0) / 20;
  expect(loss).toBeCloseTo(evaluation.loss, 4);
});
