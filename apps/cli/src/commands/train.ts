/** @file `ventral train`: a network learns from pictures whose folder names their class; weights, checkpoint and log as it goes. */
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  bindGraph,
  buildNetwork,
  checkpointTensors,
  chunkImagesOf,
  createRandom,
  evaluateNetwork,
  fit,
  type Graph,
  InputError,
  isInputError,
  type LabelledItem,
  type NetworkDescription,
  optimizerLists,
  type Pool,
  pictureInput,
  readNetworkDescription,
  type StepReport,
  stateOfCheckpoint,
  type TrainingPictures,
  type TrainOptions,
  type TrainState,
  tensorsOf,
  trainable,
  trainedNetwork,
  trainNetwork,
} from '@ventral/core';
import { createImageDecoder, readSafetensors, writeCsv, writeSafetensors } from '@ventral/formats';
import type { Table } from '@ventral/probe';
import { builtInDescription } from '../built-in.ts';
import { Interrupted, WrongUse } from '../errors.ts';
import { onInterrupt } from '../interrupt.ts';
import { type LabelledData, listLabelled } from '../labelled.ts';
import { readDescription, readModelFile } from '../model.ts';
import { createVoice, formatBytes, formatDuration, type Voice } from '../progress.ts';
import { loadRuntime, type Runtime } from '../runtime.ts';
import { type Stimulus, sha256, stimulusReader } from '../stimuli.ts';
import { createThreadPool } from '../workers.ts';
import { beginWriting } from '../write.ts';

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

/** One line of the log. */
interface EpochRow {
  readonly epoch: number;
  readonly steps: number;
  readonly rate: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly heldOutLoss: number | null;
  readonly heldOutAccuracy: number | null;
  readonly seconds: number;
}

/** Sums over the steps of an epoch so far. */
interface EpochSums {
  readonly nSteps: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}
const noSums: EpochSums = { nSteps: 0, loss: 0, accuracy: 0, seconds: 0 };

/** What a checkpoint tells beside its tensors. */
interface CheckpointFacts {
  readonly step: number;
  readonly recipe: Recipe;
  readonly rows: readonly EpochRow[];
  readonly sums: EpochSums;
}

/** Everything that determines the weights, beside the network. */
interface Recipe extends TrainOptions {
  readonly data: { readonly n: number; readonly sha256: string; readonly classes: readonly string[] };
}

export async function train(options: TrainCommandOptions): Promise<void> {
  const voice = createVoice(options.json);
  const given = describedNetwork(options.network);
  const paths = outputPaths(options, given.name);
  const { height, width } = given.input;
  const data = listLabelled(
    options.data,
    { nDrawn: options.drawn, seed: options.seed, sizePx: [height, width] },
    given.isBuiltIn ? undefined : given.description.classes,
  );
  const description = forClasses(given, data.classes);
  const network = buildNetwork(description, { seed: options.seed });
  const learned = trainable(network);
  const { learning, heldOut } = split(data, options);
  const recipeOptions = trainOptions(options, description);
  const runtime = loadRuntime(options.relaxed === 'on');
  const pictures = await readPictures(learning, network, runtime, options, voice);
  const recipe: Recipe = { ...recipeOptions, data: fingerprint(pictures, data.classes) };
  const found = options.resume ? readCheckpoint(paths.checkpoint, learned, recipe) : undefined;

  const nChunks = options.batch / chunkImagesOf(options.batch);
  const nWorkers = Math.min(options.workers ?? availableParallelism(), nChunks);
  const nSteps = Math.floor(pictures.labels.length / options.batch) * options.epochs;
  voice.say(
    `${network.name}: ${learned.nValues} parameters, ${pictures.labels.length} pictures of ${data.classes.length} classes${heldOut.length ? `, ${heldOut.length} held out` : ''}; ${options.epochs} epochs, ${nSteps} steps of ${options.batch}, ${nWorkers} ${nWorkers === 1 ? 'worker' : 'workers'}${found ? `; goes on after step ${found.state.step}` : ''}`,
    {
      n_parameters: learned.nValues,
      n_pictures: pictures.labels.length,
      n_held_out: heldOut.length,
      n_steps: nSteps,
      n_workers: nWorkers,
    },
  );
  const pool = createThreadPool(nWorkers, runtime);
  const interrupt = onInterrupt();
  const rows = [...(found?.facts.rows ?? [])];
  let sums = found?.facts.sums ?? noSums;
  let last: StepReport | undefined;
  let lastMs = performance.now();
  const save = (state: TrainState) => {
    const tensors = checkpointTensors(learned, state);
    const facts: CheckpointFacts = { step: state.step, recipe, rows, sums };
    const writing = beginWriting(options.out);
    writing.stage(paths.description, `${JSON.stringify(description, null, 2)}\n`);
    writing.stage(paths.weights, weightsFile(learned, state, options.half));
    writing.stage(paths.log, writeCsv(logTable(rows)).text);
    writing.stage(paths.checkpoint, writeSafetensors(tensors, { 'ventral.checkpoint': JSON.stringify(facts) }));
    writing.commit();
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
          `epoch ${epoch} of ${options.epochs}: loss ${row.loss.toFixed(4)}, accuracy ${percent(row.accuracy)}${heldOutText} (${formatDuration(row.seconds)})`,
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
    if (isInputError(error) && existsSync(paths.checkpoint))
      throw new InputError(`${error.message} The checkpoint of epoch ${rows.at(-1)?.epoch ?? 0} is kept: ${paths.checkpoint}.`);
    throw error;
  } finally {
    interrupt.end();
    pool.close();
  }
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;

interface GivenNetwork {
  readonly name: string;
  readonly isBuiltIn: boolean;
  readonly description: NetworkDescription;
  readonly input: NetworkDescription['input'];
}

/** What --network names. */
function describedNetwork(name: string): GivenNetwork {
  const builtIn = builtInDescription(name);
  if (!builtIn && !name.endsWith('.json'))
    throw new WrongUse(`--network must be a built-in network or a description (.json), got "${name}". See \`ventral models\`.`);
  const description = readNetworkDescription(builtIn ?? readDescription(readModelFile(name), name));
  return { name: description.name, isBuiltIn: builtIn !== undefined, description, input: description.input };
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

function outputPaths({ out, resume }: TrainCommandOptions, name: string) {
  const paths = {
    description: join(out, `${name}.json`),
    weights: join(out, `${name}.safetensors`),
    checkpoint: join(out, 'checkpoint.safetensors'),
    log: join(out, 'log.csv'),
  };
  if (!resume && existsSync(paths.checkpoint))
    throw new WrongUse(`--out "${out}" holds a run already. Add --resume to go on with it, or name another folder.`);
  if (resume && !existsSync(paths.checkpoint)) throw new WrongUse(`--resume: no checkpoint.safetensors in "${out}".`);
  // A bad place shows before hours of work.
  beginWriting(out).discard();
  return paths;
}

function trainOptions(options: TrainCommandOptions, { layers }: NetworkDescription): TrainOptions {
  const { epochs, batch, seed, smoothing, flip, momentum, weightDecay, warmup } = options;
  const hasNorm = layers.some(({ type }) => type === 'norm');
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

/** What is learned from, and what is held out: of each class the same share, drawn by the seed. */
function split({ items, classes }: LabelledData, { holdOut, seed, shuffleLabels }: TrainCommandOptions) {
  const random = createRandom(seed);
  const isHeldOut = new Set<number>();
  for (const [label, name] of classes.entries()) {
    const ofClass = items.flatMap((item, index) => (item.label === label ? [index] : []));
    const chosen = random.fork(`held out ${name}`).sample(ofClass.length, Math.round(holdOut * ofClass.length));
    for (const i of chosen) isHeldOut.add(ofClass[i]!);
  }
  const learning = items.filter((_, index) => !isHeldOut.has(index));
  const labels = Uint16Array.from(learning, ({ label }) => label);
  if (shuffleLabels) random.fork('labels').shuffle(labels);
  return {
    learning: learning.map(({ item }, i) => ({ item, label: labels[i]! })),
    heldOut: items.filter((_, index) => isHeldOut.has(index)),
  };
}

/** Decodes all pictures at the network's input size, into memory that threads share. Unusable ones are left out by name. */
async function readPictures(
  items: readonly LabelledItem<Stimulus>[],
  network: Graph,
  runtime: Runtime,
  { strict }: TrainCommandOptions,
  voice: Voice,
): Promise<TrainingPictures> {
  const { preprocess } = network.metadata;
  if (!preprocess)
    throw new InputError(
      `train "${network.name}": the description has no "preprocess": how pictures become the input is not known.`,
    );
  const [heightPx, widthPx] = pictureInput(bindGraph(network)).sizePx;
  const pixels = heightPx * widthPx * 3;
  voice.say(`Reading ${items.length} pictures: ${formatBytes(items.length * pixels)} of memory`, { n_pictures: items.length });
  const data = new Uint8Array(new SharedArrayBuffer(items.length * pixels));
  const labels: number[] = [];
  const read = stimulusReader(createImageDecoder(runtime.codecs));
  for (const { item, label } of items) {
    try {
      data.set(fit(await read(item), preprocess, { heightPx, widthPx }).data, labels.length * pixels);
      labels.push(label);
    } catch (error) {
      if (strict || !isInputError(error)) throw error;
      voice.warn(`"${item.id}" is left out: ${error.message}`);
    }
  }
  return { data: data.subarray(0, labels.length * pixels), heightPx, widthPx, labels: Uint16Array.from(labels) };
}

function fingerprint({ data, labels }: TrainingPictures, classes: readonly string[]): Recipe['data'] {
  const bytes = new Uint8Array(labels.buffer);
  return { n: labels.length, sha256: sha256(Buffer.from(sha256(new Uint8Array(data)) + sha256(bytes))), classes };
}

/** @throws InputError if the checkpoint belongs to another network, or its run went by another recipe */
function readCheckpoint(path: string, learned: ReturnType<typeof trainable>, recipe: Recipe) {
  const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(path)), path);
  const text = metadata['ventral.checkpoint'];
  if (text === undefined) throw new InputError(`checkpoint "${path}": is no checkpoint of \`ventral train\`.`);
  const facts = JSON.parse(text) as CheckpointFacts;
  const state = stateOfCheckpoint(learned, optimizerLists(facts.recipe.optimizer), tensors, facts.step);
  const flat = (value: unknown, path = ''): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => flat(inner, path ? `${path}.${key}` : key))
      : [[path, value]];
  const before = new Map(flat(facts.recipe));
  const differing = flat(recipe).find(([key, value]) => before.get(key) !== value);
  if (differing)
    throw new InputError(
      `checkpoint "${path}": its run had ${differing[0]} ${before.get(differing[0])}, this one has ${differing[1]}. Give the options of that run.`,
    );
  return { state, facts };
}

function weightsFile(learned: ReturnType<typeof trainable>, state: TrainState, half: boolean): Uint8Array {
  return writeSafetensors(tensorsOf(learned, state), {}, { dtype: half ? 'float16' : 'float32' });
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

function logTable(rows: readonly EpochRow[]): Table {
  return {
    name: 'log',
    title: 'Log of the training',
    columns: [
      { name: 'epoch', type: 'integer', description: 'Times that every picture was shown.' },
      { name: 'step', type: 'integer', description: 'Steps taken.' },
      { name: 'rate', type: 'number', description: 'Learning rate of the last step.' },
      {
        name: 'loss',
        type: 'number',
        description: 'Mean cross-entropy of the batches before their steps, augmented pictures, nats.',
      },
      { name: 'accuracy', type: 'number', description: 'Share of them that was right, 0…1.' },
      { name: 'held_out_loss', type: 'number', description: 'Mean −log p of the right class of held-out pictures, nats.' },
      { name: 'held_out_accuracy', type: 'number', description: 'Share of them that was right, 0…1.' },
      { name: 'seconds', type: 'number', description: 'Time of the steps, s.' },
    ],
    rows: rows.map((row) => [
      row.epoch,
      row.steps,
      row.rate,
      row.loss,
      row.accuracy,
      row.heldOutLoss,
      row.heldOutAccuracy,
      Math.round(row.seconds * 10) / 10,
    ]),
  };
}
