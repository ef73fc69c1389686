/**
 * @file The lesson: a small network learns to tell drawn cats from drawn dogs, in the pool's workers, while the page follows its
 * error, its first kernels and what it says of drawings that it never learns from. Loaded when the lesson is opened.
 */
import { batch } from '@preact/signals';
import type { LearningPoint } from '@ventral/charts';
import {
  buildNetwork,
  evaluateNetwork,
  type Graph,
  type Pool,
  type Progress,
  readNetworkDescription,
  type StepReport,
  type TrainingPictures,
  type TrainOptions,
  type TrainRunner,
  type TrainUpdate,
  trainable,
  trainedNetwork,
  trainNetwork,
} from '@ventral/core';
import description from '../../../data/models/catdog.json';
import { openNetwork, showView } from './actions.ts';
import { t } from './i18n/index.ts';
import { answerJob, type Drawing, drawJob } from './lesson-jobs.ts';
import type { Stimulus } from './sources.ts';
import * as state from './state.ts';
import { poolFor } from './workers.ts';

const set = 'catdog';
const { name, classes = [], input } = readNetworkDescription(description);
const sizePx = { heightPx: input.height, widthPx: input.width };

/** What the run is like but for its length and seed: found by trial, see data/models/README.md. */
const recipe: Omit<TrainOptions, 'epochs' | 'seed'> = {
  batch: 64,
  rate: 0.4,
  schedule: { kind: 'cosine', warmup: 0.15 },
  optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-3 },
  smoothing: 0.05,
  augmentation: { flip: true, shiftPx: 2, jitter: 0, cutoutPx: 0 },
};

/** Held-out drawings come from a seed that no setting reaches. */
const heldOutSeed = state.lessonLimits.seed.most + 1;
const nHeldOut = 400;
const nExamples = 24;
/** How often the page shows where the run stands, and how often the curve, which costs more to draw, ms. */
const [showMs, curveMs] = [300, 1000];

let pool: Pool | undefined;
let running: AbortController | undefined;
/** Drawings so far, by seed: a second run need not wait for them. */
const drawn = new Map<number, readonly Drawing[]>();

/** Shows what there is before the first step: the untrained kernels, and drawings like those that are learned from. */
export async function openLesson(seed: number): Promise<void> {
  const network = buildNetwork(description, { seed });
  const { layer, shape } = firstKernels(network);
  batch(() => {
    state.learner.value = { name, classes, layer, shape };
    if (state.lesson.value.is === 'idle') {
      const start = weightsOf(network);
      state.kernels.value = { start, now: start };
    }
  });
  try {
    const examples = await draw(seed, nExamples);
    if (seed === state.lessonSettings.value.seed) state.examples.value = examples.slice(0, nExamples);
  } catch (error) {
    state.failure.value = { title: t.value.lesson.failed, details: messageOf(error), retry: () => void openLesson(seed) };
  }
}

/** Draws what is missing of the first `n` pictures of a seed. */
async function draw(
  seed: number,
  n: number,
  watch: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void } = {},
): Promise<readonly Drawing[]> {
  const known = drawn.get(seed) ?? [];
  if (known.length >= n) return known.slice(0, n);
  const missing = Array.from({ length: n - known.length }, (_, i) => known.length + i);
  pool = poolFor(state.nWorkers.value, pool);
  const { state: made = [] } = await pool.run({ ...drawJob({ set, seed, ...sizePx }, missing), ...watch });
  const all = [...known, ...made];
  // One seed beside the held-out one is kept: thousands of drawings are tens of megabytes.
  for (const other of drawn.keys()) if (other !== heldOutSeed && seed !== heldOutSeed && other !== seed) drawn.delete(other);
  if (all.length > (drawn.get(seed)?.length ?? 0)) drawn.set(seed, all);
  return all;
}

/** Runs the lesson from its beginning, in place of a run under way. */
export async function startLesson(): Promise<void> {
  running?.abort();
  const call = new AbortController();
  running = call;
  const isStopped = () => call.signal.aborted;
  const isCurrent = () => running === call;
  const { pictures: nPictures, epochs, seed } = state.lessonSettings.value;
  const options: TrainOptions = { ...recipe, epochs, seed };
  const nSteps = Math.floor(nPictures / recipe.batch) * epochs;
  const untrained = buildNetwork(description, { seed });
  const start = weightsOf(untrained);
  const points: LearningPoint[] = [];
  const started = performance.now();
  batch(() => {
    state.lesson.value = { is: 'drawing', nDone: 0, nItems: nPictures + nHeldOut };
    state.curve.value = { nSteps, points: [] };
    state.kernels.value = { start, now: start };
    state.judged.value = [];
    state.learned.value = undefined;
    state.status.value = t.value.lesson.statusStarted;
  });
  try {
    const drawings = await drawAll(seed, nPictures, call.signal);
    const heldOut = drawn.get(heldOutSeed)!;
    pool = poolFor(state.nWorkers.value, pool);
    const runner = pool;
    const judge = async (graph: Graph, step: number) => {
      const { loss, nRight, nImages } = await evaluateNetwork({
        graph,
        model: { kind: 'graph', graph },
        items: heldOut.map((drawing) => ({ item: stimulusOf(drawing), label: drawing.label })),
        preprocess: graph.metadata.preprocess!,
        runner,
      });
      points.push({ step, pictures: 'held-out', loss, accuracy: nRight / nImages, nImages });
      if (isCurrent()) state.curve.value = { nSteps, points: [...points] };
    };
    // Guessing is the control: what the network says before it has learned anything.
    await judge(untrained, 0);

    const follow = follower(start, points, nSteps, () => isCurrent() && !isStopped());
    const watched: TrainRunner = {
      nWorkers: runner.nWorkers,
      close: () => runner.close(),
      run(job) {
        // Weights come with each step's job, and are changed in place by the step.
        follow.weights = (job.update as TrainUpdate).weights;
        return runner.run(job);
      },
    };
    const result = await trainNetwork({
      description,
      pictures: pack(drawings),
      options,
      runner: watched,
      signal: call.signal,
      onStep: follow.step,
      onEpoch: (_, now) => judge(trainedNetwork(description, now), now.step),
    });
    if (!isCurrent() || result.state.step === 0) return;
    const graph = trainedNetwork(description, result.state);
    const { state: answers = [] } = await runner.run(
      answerJob(
        graph,
        heldOut.map(({ image }) => image),
      ),
    );
    if (!isCurrent()) return;
    const judged = heldOut.map((drawing, i) => ({ ...drawing, probabilities: answers[i]! }));
    const seconds = (performance.now() - started) / 1000;
    batch(() => {
      follow.show();
      state.learned.value = { ...graph, metadata: { ...graph.metadata, notice: t.value.lesson.notice } };
      state.judged.value = judged;
      if (result.isComplete) state.lesson.value = { is: 'done', nSteps, seconds };
      else state.lesson.value = { is: 'stopped', step: result.state.step, nSteps };
      if (result.isComplete) state.status.value = t.value.lesson.done(seconds.toFixed(0));
    });
  } catch (error) {
    if (!isCurrent() || isStopped()) return;
    const message = messageOf(error);
    batch(() => {
      state.lesson.value = { is: 'failed', message };
      state.status.value = `${t.value.lesson.failed} ${message}`;
    });
  }
}

/** Draws what the run needs, held-out pictures too. */
async function drawAll(seed: number, nPictures: number, signal: AbortSignal): Promise<readonly Drawing[]> {
  const nItems = nPictures + nHeldOut;
  let shownMs = 0;
  const show =
    (nBefore: number) =>
    ({ nDone }: Progress) => {
      if (signal.aborted || performance.now() - shownMs < showMs) return;
      shownMs = performance.now();
      state.lesson.value = { is: 'drawing', nDone: nBefore + nDone, nItems };
    };
  await draw(heldOutSeed, nHeldOut, { signal, onProgress: show(0) });
  return draw(seed, nPictures, { signal, onProgress: show(nHeldOut) });
}

/** Shows where a run stands from time to time. */
function follower(start: Float32Array, points: LearningPoint[], nSteps: number, isShown: () => boolean) {
  let shownMs = 0;
  let drawnMs = 0;
  let firstMs = 0;
  const follow = {
    weights: start,
    show() {
      drawnMs = performance.now();
      state.curve.value = { nSteps, points: [...points] };
      follow.showKernels();
    },
    showKernels() {
      state.kernels.value = { start, now: follow.weights.slice(0, start.length) };
    },
    step({ step, loss, accuracy, epoch }: StepReport) {
      points.push({ step, pictures: 'batch', loss, accuracy, nImages: recipe.batch });
      const now = performance.now();
      // The first step is behind us when the workers are ready: time is counted from there.
      if (step === 1) firstMs = now;
      if (!isShown() || now - shownMs < showMs) return;
      shownMs = now;
      const secondsLeft = step > 5 ? ((now - firstMs) / (step - 1) / 1000) * (nSteps - step) : undefined;
      batch(() => {
        state.lesson.value = { is: 'learning', step, nSteps, epoch, secondsLeft };
        if (now - drawnMs < curveMs) follow.showKernels();
        else follow.show();
      });
    },
  };
  return follow;
}

/** Stops after the step under way. What was learned until then is kept. */
export function stopLesson(): void {
  running?.abort();
  const now = state.lesson.value;
  batch(() => {
    state.lesson.value = {
      is: 'stopped',
      step: now.is === 'learning' ? now.step : 0,
      nSteps: state.curve.value.nSteps,
    };
    state.status.value = t.value.lesson.statusStopped;
  });
}

/** Shows the network as far as it has learned in the rest of the page, with held-out drawings before it. */
export function exploreLearned(): void {
  const graph = state.learned.value;
  if (!graph) return;
  showView('explore');
  void openNetwork({ kind: 'graph', graph }, state.judged.value.slice(0, 64).map(stimulusOf));
}

function stimulusOf({ id, image }: Drawing): Stimulus {
  return { kind: 'drawing', id, set, image };
}

/** All pictures in one memory, which workers share where they may. */
function pack(drawings: readonly Drawing[]): TrainingPictures {
  const pixels = sizePx.heightPx * sizePx.widthPx * 3;
  const nBytes = drawings.length * pixels;
  const data = new Uint8Array(crossOriginIsolated ? new SharedArrayBuffer(nBytes) : new ArrayBuffer(nBytes));
  for (const [i, { image }] of drawings.entries()) data.set(image.data, i * pixels);
  return { ...sizePx, data, labels: Uint16Array.from(drawings, ({ label }) => label) };
}

/** The first layer's kernels: [kernels, channels, h, w]. */
function firstKernels(network: Graph) {
  const [first] = trainable(network).parameters;
  return { name: first!.name, layer: first!.layer, shape: first!.shape as readonly [number, number, number, number] };
}

function weightsOf(network: Graph): Float32Array {
  return Float32Array.from(network.constants.get(firstKernels(network).name)!.data);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
