/**
 * @file Learning by gradient descent, on workers: each step's batch is cut into fixed chunks, their gradients are added up along
 * the tree of chunks, and one step is taken here. Same weights, to the bit, for any number of workers, and for a run that was
 * stopped and resumed.
 */
import { InputError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import { buildNetwork, dropoutRates } from '../network/build.ts';
import type { JobRunner } from '../parallel/task.ts';
import { createRandom } from '../rng.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Augmentation } from './augment.ts';
import { type Trainable, trainable } from './graph.ts';
import { type OptimizerOptions, type OptimizerState, startOptimizer, takeStep } from './optimizer.ts';
import { learningRate, type Schedule } from './schedule.ts';
import { type ChunkGradient, mergeChunks, type PictureChunk, type TrainingPictures, type TrainSetup } from './session.ts';

export interface TrainOptions {
  readonly epochs: number;
  /** Pictures per step. */
  readonly batch: number;
  /** Peak of the learning rate. */
  readonly rate: number;
  readonly schedule: Schedule;
  readonly optimizer: OptimizerOptions;
  /** Share of the wanted distribution that is spread over all classes, 0 … 1. */
  readonly smoothing: number;
  readonly augmentation: Augmentation;
  readonly seed: number;
}

/** Where a run stands: everything that the next step needs. */
export interface TrainState {
  /** Steps taken. */
  readonly step: number;
  /** All parameters, one after another ({@link Trainable.parameters}). */
  readonly weights: Float32Array;
  readonly optimizer: OptimizerState;
  /** Running mean and variance of each batch normalisation, one after another. */
  readonly statistics: Float32Array;
}

export type TrainRunner = JobRunner<TrainSetup, PictureChunk, ChunkGradient, null>;

export interface StepReport {
  /** Steps taken, this one included, of {@link nSteps}. */
  readonly step: number;
  readonly nSteps: number;
  /** From 1. */
  readonly epoch: number;
  readonly rate: number;
  /** Of the step's batch, before the step: mean cross-entropy (nats) to the smoothed labels, and share of pictures right. */
  readonly loss: number;
  readonly accuracy: number;
}

export interface TrainRequest {
  /** As read from JSON; its `preprocess` must be given. */
  readonly description: unknown;
  readonly pictures: TrainingPictures;
  readonly options: TrainOptions;
  readonly runner: TrainRunner;
  /** Where to go on; default: at the start, with He-normal weights of the seed. */
  readonly resume?: TrainState | undefined;
  readonly onStep?: ((report: StepReport) => void) | undefined;
  /** After each epoch, with the state so far. The next epoch waits for it. */
  readonly onEpoch?: ((epoch: number, state: TrainState) => Promise<void> | void) | undefined;
  /** Stops after the step under way. */
  readonly signal?: AbortSignal | undefined;
}

export interface TrainResult {
  readonly state: TrainState;
  readonly nSteps: number;
  /** All steps were taken. */
  readonly isComplete: boolean;
}

/** Pictures of a chunk: the most that divide a batch into equal chunks, at most 32. */
export function chunkImagesOf(batch: number): number {
  for (let n = Math.min(32, batch); n > 1; n--) if (batch % n === 0) return n;
  return 1;
}

/** The network as it stands in a state. */
export function trainedNetwork(description: unknown, state: Pick<TrainState, 'weights' | 'statistics'>): Graph {
  return buildNetwork(description, { weights: tensorsOf(trainable(buildNetwork(description, { seed: 0 })), state) });
}

/** Weights and running statistics by name. */
export function tensorsOf(
  { parameters, statistics }: Trainable,
  state: Pick<TrainState, 'weights' | 'statistics'>,
): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, offset, size } of parameters)
    tensors.set(name, { dtype: 'float32', shape, data: state.weights.slice(offset, offset + size) });
  let at = 0;
  for (const { mean, variance, size } of statistics) {
    for (const name of [mean, variance]) {
      tensors.set(name, { dtype: 'float32', shape: [size], data: state.statistics.slice(at, at + size) });
      at += size;
    }
  }
  return tensors;
}

/** How far a chunk's statistics move the running ones, for a batch of one chunk (Ioffe & Szegedy 2015 leave it open; 0.1 is customary). */
const statisticsShare = 0.1;

/**
 * Trains a network. Each epoch shows every picture once, in a new order; what is left over of the last batch is left out.
 * Costs about 3 forward passes a picture, and per worker the activations of a chunk.
 *
 * @throws InputError `train: 20 pictures are fewer than a batch of 128. Give a smaller batch, or more pictures.`
 * @throws InputError `train: all 300 pictures are of one class, "cat". Give pictures of at least two.`
 * @throws InputError `train: the loss is not a number at step 132 (epoch 3 of 30): layer "block2.conv1" gives values that are not
 *   finite. Lower the learning rate (0.4).`
 * @throws InputError in place of giving a state that cannot be used: `train: after step 390 (epoch 1 of 30) "block1.conv1.weight"
 *   has values that are not finite. Lower the learning rate (0.4).`
 */
export async function trainNetwork(request: TrainRequest): Promise<TrainResult> {
  const { description, pictures, options, runner, resume, onStep, onEpoch, signal } = request;
  const network = buildNetwork(description, { seed: options.seed });
  const learned = trainable(network);
  checkRequest(network, learned, pictures, options);
  const nPictures = pictures.labels.length;
  const { batch, epochs } = options;
  const stepsPerEpoch = Math.floor(nPictures / batch);
  const nSteps = stepsPerEpoch * epochs;
  const chunkImages = chunkImagesOf(batch);
  const state = resume ? copyState(resume) : startState(network, learned, options);
  let { step } = state;
  const now = (): TrainState => {
    checkFinite(learned, state, `after step ${step} (epoch ${Math.ceil(step / stepsPerEpoch)} of ${epochs})`, options);
    return { ...state, step };
  };
  const setup: TrainSetup = {
    kind: 'train',
    network,
    dropout: dropoutRates(description),
    pictures,
    chunkImages,
    augmentation: options.augmentation,
    smoothing: options.smoothing,
    seed: options.seed,
  };
  const session = `train ${network.name} ${nextSession++}`;
  const random = createRandom(options.seed);
  while (step < nSteps) {
    const epoch = Math.floor(step / stepsPerEpoch);
    const order = random
      .fork(`epoch ${epoch}`)
      .fork('order')
      .shuffle(Uint32Array.from({ length: nPictures }, (_, i) => i));
    for (let first = (step % stepsPerEpoch) * batch; first + batch <= nPictures; first += batch) {
      if (signal?.aborted) return { state: now(), nSteps, isComplete: false };
      const items = Array.from({ length: batch / chunkImages }, (_, chunk): PictureChunk => {
        const from = first + chunk * chunkImages;
        return { epoch, step, chunk, images: order.slice(from, from + chunkImages) };
      });
      const update = { weights: state.weights };
      const { state: sum } = await runner.run({
        setup,
        session,
        update,
        items,
        chunkSize: 1,
        strict: true,
        merging: { merge: mergeChunks, mergeTotals: () => null },
      });
      const { gradient, loss, nRight, statistics, broken } = sum!;
      if (broken !== undefined) {
        throw new InputError(
          `train: the loss is not a number at step ${step + 1} (epoch ${epoch + 1} of ${epochs}): ${broken} gives values that are not finite. Lower the learning rate (${options.rate}).`,
        );
      }
      const rate = learningRate(options.schedule, options.rate, step, nSteps);
      takeStep(options.optimizer, state.optimizer, learned.parameters, state.weights, gradient, batch, rate, step);
      followStatistics(learned, state.statistics, statistics, chunkImages, step);
      step++;
      onStep?.({ step, nSteps, epoch: epoch + 1, rate, loss: loss / batch, accuracy: nRight / batch });
    }
    await onEpoch?.(epoch + 1, now());
  }
  return { state: now(), nSteps, isComplete: true };
}

/** Sessions of different runs on one runner are told apart by a number. */
let nextSession = 0;

function startState(network: Graph, { parameters, statistics, nValues }: Trainable, { optimizer }: TrainOptions): TrainState {
  const weights = new Float32Array(nValues);
  for (const { name, offset } of parameters) weights.set(network.constants.get(name)!.data, offset);
  const running = statistics.flatMap(({ mean, variance }) =>
    [mean, variance].flatMap((name) => [...network.constants.get(name)!.data]),
  );
  return { step: 0, weights, optimizer: startOptimizer(optimizer, nValues), statistics: Float32Array.from(running) };
}

function copyState({ step, weights, optimizer, statistics }: TrainState): TrainState {
  const lists = Object.fromEntries(Object.entries(optimizer).map(([name, list]) => [name, list.slice()]));
  return { step, weights: weights.slice(), optimizer: lists, statistics: statistics.slice() };
}

/**
 * Moves the running statistics towards those of each chunk, in order; the first chunks of a run are averaged, so that a short
 * run is not drawn to where it started. Variances are those of a sample (n − 1), as inference expects.
 */
function followStatistics(
  { statistics }: Trainable,
  running: Float32Array,
  chunks: readonly Float32Array[],
  chunkImages: number,
  step: number,
): void {
  for (const [i, chunk] of chunks.entries()) {
    const share = Math.max(statisticsShare / chunks.length, 1 / (step * chunks.length + i + 1));
    let at = 0;
    for (const { size, nPositions } of statistics) {
      const n = nPositions * chunkImages;
      const sample = n / Math.max(1, n - 1);
      for (let c = 0; c < size; c++, at++) running[at]! += share * (chunk[at]! - running[at]!);
      for (let c = 0; c < size; c++, at++) running[at]! += share * (chunk[at]! * sample - running[at]!);
    }
  }
}

/** A last step that went too far shows in no loss: nobody asked for the next one. */
function checkFinite(learned: Trainable, state: TrainState, when: string, { rate }: TrainOptions): void {
  const [broken] = [...tensorsOf(learned, state)].find(([, { data }]) => !data.every(Number.isFinite)) ?? [];
  if (broken !== undefined)
    throw new InputError(`train: ${when} "${broken}" has values that are not finite. Lower the learning rate (${rate}).`);
}

function checkRequest(network: Graph, { nClasses }: Trainable, pictures: TrainingPictures, options: TrainOptions): void {
  const { labels, data, heightPx, widthPx } = pictures;
  const { batch, epochs } = options;
  const nPictures = labels.length;
  if (!network.metadata.preprocess)
    throw new InputError(
      `train "${network.name}": the description has no "preprocess": how pictures become the input is not known.`,
    );
  if (data.length !== nPictures * heightPx * widthPx * 3)
    throw new InputError(
      `train: ${nPictures} labels need ${nPictures * heightPx * widthPx * 3} bytes of pictures, got ${data.length}.`,
    );
  for (const [what, n] of Object.entries({ epochs, batch }))
    if (!Number.isInteger(n) || n < 1) throw new InputError(`train: ${what} must be a whole number of at least 1, got ${n}.`);
  if (nPictures < batch)
    throw new InputError(
      `train: ${nPictures} pictures are fewer than a batch of ${batch}. Give a smaller batch, or more pictures.`,
    );
  const largest = labels.reduce((a, b) => Math.max(a, b), 0);
  if (largest >= nClasses)
    throw new InputError(
      `train "${network.name}": the pictures are of ${largest + 1} classes, but the network tells ${nClasses} apart. Give its last layer ${largest + 1} units.`,
    );
  if (new Set(labels).size < 2) {
    const name = network.metadata.classes?.[labels[0]!];
    throw new InputError(
      `train: all ${nPictures} pictures are of one class${name ? `, "${name}"` : ''}. Give pictures of at least two.`,
    );
  }
}
