/** @file `ventral train`: a network learns from pictures whose folder names their class; weights, checkpoint and log as it goes. */
import { availableParallelism } from 'node:os';
import {
  buildNetwork,
  chunkImagesOf,
  evaluateNetwork,
  InputError,
  isInputError,
  type LabelledItem,
  type NetworkDescription,
  type Pool,
  readNetworkDescription,
  type StepReport,
  type Trainable,
  type TrainOptions,
  type TrainState,
  trainable,
  trainedNetwork,
  trainNetwork,
} from '@ventral/core';
import { builtInDescription } from '../built-in.ts';
import { Interrupted, WrongUse } from '../errors.ts';
import { onInterrupt } from '../interrupt.ts';
import { listLabelled } from '../labelled.ts';
import { readDescription, readModelFile } from '../model.ts';
import { createVoice, formatDuration } from '../progress.ts';
import { loadRuntime } from '../runtime.ts';
import type { Stimulus } from '../stimuli.ts';
import { fingerprint, readPictures, split, unequalClasses, usableItems } from '../training-data.ts';
import { type EpochRow, type EpochSums, type Recipe, readRun, runPaths, saveRun } from '../training-files.ts';
import { createThreadPool } from '../workers.ts';

export interface TrainCommandOptions {
  readonly data: string;
  readonly network: string;
  readonly out: string;
  readonly epochs: number;
  readonly batch: number;
  readonly rate?: number;
  readonly optimizer: 'sgd' | 'adamw';
  readonly momentum: number;
  readonly weightDecay: number;
  readonly schedule: 'cosine' | 'step' | 'constant';
  readonly warmup: number;
  readonly smoothing: number;
  readonly flip: boolean;
  readonly shift: number;
  readonly jitter: number;
  readonly cutout: number;
  readonly holdOut: number;
  readonly shuffleLabels: boolean;
  readonly drawn: number;
  readonly seed: number;
  readonly workers?: number;
  readonly resume: boolean;
  readonly half: boolean;
  readonly strict: boolean;
  readonly relaxed: 'on' | 'off';
  readonly json: boolean;
}

const noSums: EpochSums = { nSteps: 0, loss: 0, accuracy: 0, seconds: 0 };

export async function train(options: TrainCommandOptions): Promise<void> {
  const voice = createVoice(options.json);
  const given = describedNetwork(options.network);
  const paths = runPaths(options.out, given.description.name, options.resume);
  const { height, width } = given.description.input;
  const data = listLabelled(
    options.data,
    { nDrawn: options.drawn, seed: options.seed, sizePx: [height, width] },
    given.isBuiltIn ? undefined : given.description.classes,
  );
  const description = forClasses(given, data.classes);
  const network = buildNetwork(description, { seed: options.seed });
  const learned = trainable(network);
  const { preprocess } = network.metadata;
  if (!preprocess)
    throw new InputError(
      `train "${network.name}": the description has no "preprocess": how pictures become the input is not known.`,
    );
  const runtime = loadRuntime(options.relaxed === 'on');
  const reading = { preprocess, sizePx: [height, width], codecs: runtime.codecs, strict: options.strict, voice } as const;
  const { holdOut, shuffleLabels, seed, batch, epochs } = options;
  const parts = split(data, { holdOut, shuffleLabels, seed });
  const pictures = await readPictures(parts.learning, reading);
  const heldOut = await usableItems(parts.heldOut, reading);
  const nPictures = pictures.labels.length;
  const notice = unequalClasses(pictures, data.classes);
  if (notice) voice.warn(notice);
  const recipeOptions = trainOptions(options, learned);
  const recipe: Recipe = {
    network: description,
    ...recipeOptions,
    split: { holdOut, shuffleLabels },
    data: fingerprint(pictures, data.classes),
    kernels: options.relaxed === 'on' ? 'relaxed' : 'simd',
  };
  const found = options.resume ? readRun(paths.checkpoint, learned, recipe) : undefined;

  const chunkImages = chunkImagesOf(batch);
  if (learned.statistics.length > 0 && chunkImages < 8)
    voice.warn(
      `Batch normalisation goes by chunks of a batch, and a batch of ${batch} has chunks of ${chunkImages}, which is too few for it. Give a multiple of 32.`,
    );
  const nWorkers = Math.min(options.workers ?? availableParallelism(), batch / chunkImages);
  const nSteps = Math.floor(nPictures / batch) * epochs;
  voice.say(
    `${network.name}: ${learned.nValues} parameters, ${nPictures} pictures of ${data.classes.length} classes${heldOut.length ? `, ${heldOut.length} held out` : ''}; ${epochs} ${epochs === 1 ? 'epoch' : 'epochs'}, ${nSteps} steps of ${batch}, ${nWorkers} ${nWorkers === 1 ? 'worker' : 'workers'}${found ? `; goes on after step ${found.state.step}` : ''}`,
    {
      n_parameters: learned.nValues,
      n_pictures: nPictures,
      n_held_out: heldOut.length,
      n_steps: nSteps,
      n_workers: nWorkers,
    },
  );
  const pool = createThreadPool(nWorkers, runtime);
  const interrupt = onInterrupt();
  const rows = [...(found?.rows ?? [])];
  let sums = found?.sums ?? noSums;
  let savedStep = found?.state.step;
  let last: StepReport | undefined;
  let lastMs = performance.now();
  const save = (state: TrainState) => {
    saveRun(options.out, paths, learned, recipe, { state, rows, sums }, options.half);
    savedStep = state.step;
  };
  try {
    const { state, isComplete } = await trainNetwork({
      description,
      pictures,
      options: recipeOptions,
      runner: pool,
      resume: found?.state,
      signal: interrupt.signal,
      onStep(report) {
        const now = performance.now();
        last = report;
        sums = {
          nSteps: sums.nSteps + 1,
          loss: sums.loss + report.loss,
          accuracy: sums.accuracy + report.accuracy,
          seconds: sums.seconds + (now - lastMs) / 1000,
        };
        lastMs = now;
        const [loss, accuracy] = [sums.loss / sums.nSteps, sums.accuracy / sums.nSteps];
        voice.progress(
          { nDone: report.step, nItems: nSteps, nFailed: 0 },
          {
            unit: 'steps',
            note: `epoch ${report.epoch}, loss ${loss.toFixed(4)}, accuracy ${percent(accuracy)}`,
            facts: { epoch: report.epoch, rate: report.rate, loss: report.loss, accuracy: report.accuracy },
          },
        );
      },
      async onEpoch(epoch, state) {
        const judged = heldOut.length > 0 ? await judge(description, state, heldOut, pool) : undefined;
        const row: EpochRow = {
          epoch,
          steps: state.step,
          rate: last?.rate ?? 0,
          loss: sums.loss / sums.nSteps,
          accuracy: sums.accuracy / sums.nSteps,
          heldOutLoss: judged?.loss ?? null,
          heldOutAccuracy: judged?.accuracy ?? null,
          seconds: sums.seconds,
        };
        rows.push(row);
        sums = noSums;
        save(state);
        lastMs = performance.now();
        const heldOutText = judged ? `; held out: loss ${judged.loss.toFixed(4)}, accuracy ${percent(judged.accuracy)}` : '';
        voice.say(
          `epoch ${epoch} of ${epochs}: loss ${row.loss.toFixed(4)}, accuracy ${percent(row.accuracy)}${heldOutText} (${formatDuration(row.seconds)})`,
          {
            epoch,
            loss: row.loss,
            accuracy: row.accuracy,
            held_out_loss: row.heldOutLoss,
            held_out_accuracy: row.heldOutAccuracy,
          },
        );
      },
    });
    voice.endProgress();
    if (!isComplete) {
      save(state);
      throw new Interrupted(`Stopped after step ${state.step} of ${nSteps}. The same command with --resume goes on there.`);
    }
    voice.say(
      `Written: ${paths.description} and ${paths.weights} (\`ventral evaluate ${paths.description} --data …\`), ${paths.log}`,
    );
  } catch (error) {
    voice.endProgress();
    if (isInputError(error) && savedStep !== undefined)
      throw new InputError(`${error.message} The checkpoint of step ${savedStep} is kept: ${paths.checkpoint}.`);
    throw error;
  } finally {
    interrupt.end();
    pool.close();
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

interface GivenNetwork {
  readonly isBuiltIn: boolean;
  readonly description: NetworkDescription;
}

/** What --network names. */
function describedNetwork(name: string): GivenNetwork {
  const builtIn = builtInDescription(name);
  if (!builtIn && !name.endsWith('.json'))
    throw new WrongUse(`--network must be a built-in network or a description (.json), got "${name}". See \`ventral models\`.`);
  const description = readNetworkDescription(builtIn ?? readDescription(readModelFile(name), name));
  return { isBuiltIn: builtIn !== undefined, description };
}

/**
 * The network for these classes: a built-in one gets their names and as many units in its last dense layer.
 * @throws InputError if a description of the user's own does not fit
 */
function forClasses({ description, isBuiltIn }: GivenNetwork, classes: readonly string[]): NetworkDescription {
  const lastDense = description.layers.findLastIndex(({ type }) => type === 'dense');
  const layers = description.layers.map((layer, i) =>
    isBuiltIn && i === lastDense && layer.type === 'dense' ? { ...layer, units: classes.length } : layer,
  );
  const { notice: _, ...rest } = description;
  return { ...rest, layers, classes: [...classes] };
}

function trainOptions(options: TrainCommandOptions, { statistics }: Trainable): TrainOptions {
  const { epochs, batch, seed, smoothing, flip, momentum, weightDecay, warmup } = options;
  const hasNorm = statistics.length > 0;
  return {
    epochs,
    batch,
    seed,
    smoothing,
    rate: options.rate ?? (options.optimizer === 'adamw' ? 0.002 : hasNorm ? 0.4 : 0.05),
    optimizer:
      options.optimizer === 'sgd' ? { kind: 'sgd', momentum, nesterov: true, weightDecay } : { kind: 'adamw', weightDecay },
    schedule: { kind: options.schedule, warmup },
    augmentation: { flip, shiftPx: options.shift, jitter: options.jitter, cutoutPx: options.cutout },
  };
}

async function judge(description: NetworkDescription, state: TrainState, items: readonly LabelledItem<Stimulus>[], runner: Pool) {
  const graph = trainedNetwork(description, state);
  const { nRight, nImages, loss } = await evaluateNetwork({
    graph,
    model: { kind: 'graph', graph },
    items,
    preprocess: graph.metadata.preprocess!,
    runner,
  });
  return { accuracy: nRight / nImages, loss };
}
