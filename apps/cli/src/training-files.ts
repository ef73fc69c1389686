/**
 * @file What a training run keeps in its folder: the network (description and weights), the log, the recipe, and the checkpoint
 * that a stopped run goes on from. All are replaced together.
 */
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  checkpointTensors,
  InputError,
  type NetworkDescription,
  optimizerLists,
  stateOfCheckpoint,
  type Trainable,
  type TrainOptions,
  type TrainState,
  tensorsOf,
} from '@ventral/core';
import { readSafetensors, writeCsv, writeSafetensors } from '@ventral/formats';
import type { Table } from '@ventral/probe';
import { WrongUse } from './errors.ts';
import type { DataFingerprint, SplitOptions } from './training-data.ts';
import { version } from './version.ts';
import { beginWriting } from './write.ts';

/** Everything that determines the weights. Two runs of one recipe give the same bytes, whatever the number of workers. */
export interface Recipe extends TrainOptions {
  readonly network: NetworkDescription;
  /** Who is learned from; the seed draws it. */
  readonly split: Omit<SplitOptions, 'seed'>;
  readonly data: DataFingerprint;
  /** Relaxed SIMD gives other bits than plain SIMD, and on other machines others again. */
  readonly kernels: 'simd' | 'relaxed';
}

/** One line of the log. */
export interface EpochRow {
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
export interface EpochSums {
  readonly nSteps: number;
  readonly loss: number;
  readonly accuracy: number;
  readonly seconds: number;
}

/** What a checkpoint tells beside its tensors. */
interface CheckpointFacts {
  readonly step: number;
  readonly recipe: Recipe;
  readonly rows: readonly EpochRow[];
  readonly sums: EpochSums;
}

/** A run as far as it came. */
export interface RunSoFar {
  readonly state: TrainState;
  readonly rows: readonly EpochRow[];
  readonly sums: EpochSums;
}

/** Paths of a run's files. */
export interface RunPaths {
  readonly checkpoint: string;
  readonly description: string;
  readonly weights: string;
  readonly recipe: string;
  readonly log: string;
}

/**
 * The files of a run in a folder that can be written to.
 * @param name of the network: it names description and weights
 * @throws WrongUse `--out "runs/1" holds checkpoint.safetensors already. Add --resume to go on with a run, or name another folder.`
 */
export function runPaths(out: string, name: string, resume: boolean): RunPaths {
  if (/[/\\]/.test(name) || ['recipe', 'checkpoint'].includes(name))
    throw new WrongUse(
      `network "${name}": files are named after it, so its name has no / or \\ and is not recipe or checkpoint.`,
    );
  const paths = {
    checkpoint: join(out, 'checkpoint.safetensors'),
    description: join(out, `${name}.json`),
    weights: join(out, `${name}.safetensors`),
    recipe: join(out, 'recipe.json'),
    log: join(out, 'log.csv'),
  };
  const found = Object.values(paths).find((path) => existsSync(path));
  if (!resume && found)
    throw new WrongUse(
      `--out "${out}" holds ${basename(found)} already. Add --resume to go on with a run, or name another folder.`,
    );
  if (resume && !existsSync(paths.checkpoint)) throw new WrongUse(`--resume: no ${basename(paths.checkpoint)} in "${out}".`);
  // A bad place shows before hours of work.
  beginWriting(out).discard();
  return paths;
}

/**
 * Replaces all files of a run.
 * @throws InputError if one cannot be written, or a weight does not fit float16; the old ones stay then
 */
export function saveRun(
  out: string,
  paths: RunPaths,
  learned: Trainable,
  recipe: Recipe,
  { state, rows, sums }: RunSoFar,
  half: boolean,
): void {
  const facts: CheckpointFacts = { step: state.step, recipe, rows, sums };
  const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`;
  const files: readonly (readonly [path: string, content: string | Uint8Array])[] = [
    [paths.description, json(recipe.network)],
    [paths.weights, writeSafetensors(tensorsOf(learned, state), {}, { dtype: half ? 'float16' : 'float32' })],
    [paths.recipe, json({ ventral: version, ...recipe, network: recipe.network.name })],
    [paths.log, writeCsv(logTable(rows)).text],
    [paths.checkpoint, writeSafetensors(checkpointTensors(learned, state), { 'ventral.checkpoint': JSON.stringify(facts) })],
  ];
  const writing = beginWriting(out);
  for (const [path, content] of files) writing.stage(path, content);
  writing.commit();
}

/**
 * A stopped run as its checkpoint has it.
 * @throws InputError if the checkpoint belongs to another network, by its first tensor that differs ({@link stateOfCheckpoint})
 * @throws InputError if its run went by another recipe: `checkpoint "runs/1/checkpoint.safetensors": its run had batch 128, this
 *   one has 64. Give the options of that run.`
 */
export function readRun(path: string, learned: Trainable, recipe: Recipe): RunSoFar {
  const { tensors, metadata } = readSafetensors(new Uint8Array(readFileSync(path)), path);
  const text = metadata['ventral.checkpoint'];
  if (text === undefined) throw new InputError(`checkpoint "${path}": is no checkpoint of \`ventral train\`.`);
  const { step, recipe: earlier, rows, sums } = JSON.parse(text) as CheckpointFacts;
  const state = stateOfCheckpoint(learned, optimizerLists(earlier.optimizer), tensors, step);
  const [before, now] = [leaves(earlier), leaves(recipe)];
  const differing = [...before.keys(), ...now.keys()].find((key) => before.get(key) !== now.get(key));
  if (differing)
    throw new InputError(
      `checkpoint "${path}": its run had ${differing} ${before.get(differing)}, this one has ${now.get(differing)}. Give the options of that run.`,
    );
  return { state, rows, sums };
}

/** `{a: {b: 1}}` → `a.b` 1, for all that is no object, list, or undefined. */
function leaves(value: unknown, path = ''): Map<string, unknown> {
  if (value === undefined) return new Map();
  if (typeof value !== 'object' || value === null) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, path ? `${path}.${key}` : key)]));
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
