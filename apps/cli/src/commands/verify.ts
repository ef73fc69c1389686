/**
 * @file `ventral verify`: networks against what another engine recorded of them. The graph runs as it came from the file, all
 * nodes, so that a difference is the engine's and not of what was made of the graph.
 */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  bindGraph,
  createExecutor,
  type DType,
  type Executor,
  formatShape,
  type Graph,
  InputError,
  isFloat,
  isInputError,
  type Tensor,
  toFloat32,
} from '@ventral/core';
import { readNpz, readTensorProto } from '@ventral/formats';
import { instantiate, type Kernels } from '@ventral/kernels';
import { exitCodes } from '../errors.ts';
import { maxBytesOf, readNetwork } from '../model.ts';
import { loadRuntime } from '../runtime.ts';

/** Largest difference that passes, as a share of the largest |y| of the recorded tensor. */
const tolerance = 1e-4;

/** The same for values that were recorded in half precision: the distance of two neighbouring numbers of the type. */
const halfTolerances: Partial<Record<DType, number>> = { float16: 2 ** -10, bfloat16: 2 ** -7 };

/** Outcome of one recorded test: a set of inputs and outputs, or the taps. */
export interface Outcome {
  /** `models/tiny_vgg/test_data_set_0`. */
  readonly test: string;
  /** What is wrong, with the worst error; undefined if nothing is. */
  readonly failure: string | undefined;
}

export function verify(folders: readonly string[], { maxMemory }: { readonly maxMemory?: number } = {}): void {
  const kernels = instantiate(loadRuntime(false).kernels);
  let nPassed = 0;
  let nFailed = 0;
  for (const folder of folders) {
    for (const { test, failure } of verifyFolder(folder, kernels, maxBytesOf(maxMemory))) {
      if (failure === undefined) nPassed++;
      else {
        nFailed++;
        process.stdout.write(`FAILED ${test}: ${failure}\n`);
      }
    }
  }
  process.stdout.write(`${nPassed} passed, ${nFailed} failed\n`);
  if (nFailed > 0) process.exitCode = exitCodes.failed;
}

/** Runs the tests of one folder: each `test_data_set_*`, and the taps where there are some. */
export function verifyFolder(folder: string, kernels: Kernels, maxBytes = maxBytesOf(undefined)): Outcome[] {
  const outcome = (test: string, check: () => string | undefined): Outcome => {
    const mark = kernels.mark();
    try {
      return { test, failure: check() };
    } catch (error) {
      if (isInputError(error) || error instanceof WebAssembly.RuntimeError || error instanceof RangeError)
        return { test, failure: error.message };
      throw error;
    } finally {
      kernels.release(mark);
    }
  };
  const info = statSync(folder, { throwIfNoEntry: false });
  if (!info) return [{ test: folder, failure: 'no such folder.' }];
  // A shell's `*` also gives the files beside the folders.
  if (!info.isDirectory()) return [];
  const names = readdirSync(folder).sort();
  const models = names.filter((name) => name.endsWith('.onnx'));
  const sets = names.filter((name) => name.startsWith('test_data_set_'));
  if (models.length !== 1) return [{ test: folder, failure: `needs one .onnx file, has ${models.length}.` }];
  if (sets.length === 0) return [{ test: folder, failure: 'needs recorded tensors in test_data_set_*, has none.' }];
  const model = join(folder, models[0]!);
  const load = () => readNetwork(readFileSync(model), model);

  const outcomes = sets.map((set) => outcome(join(folder, set), () => worstOutput(load(), join(folder, set), kernels, maxBytes)));
  const taps = join(folder, 'taps.json');
  if (existsSync(taps)) outcomes.push(outcome(taps, () => worstTap(load(), folder, join(folder, sets[0]!), kernels, maxBytes)));
  return outcomes;
}

/** Recorded tensors of a set, `input` or `output`, in the order of their number. */
function recorded(set: string, kind: 'input' | 'output') {
  const files = readdirSync(set).filter((name) => new RegExp(`^${kind}_\\d+\\.pb$`).test(name));
  const number = (name: string) => Number(/\d+/.exec(name)![0]);
  return files
    .sort((a, b) => number(a) - number(b))
    .map((name) => readTensorProto(readFileSync(join(set, name)), join(set, name)));
}

/**
 * Binds a graph to recorded inputs and runs it. The first input is shown as a picture is if it holds floating-point numbers
 * along at least one axis; all others (weights, shapes, axes of operator tests) are known before, as a network's are.
 */
function runRecorded(
  graph: Graph,
  set: string,
  kernels: Kernels,
  maxBytes: number,
  taps: readonly string[],
  onTap?: (executor: Executor, name: string) => void,
): Executor {
  const records = recorded(set, 'input');
  const given = graph.inputs.map(({ name }, i) => {
    // Names are optional in the format; the order is that of the graph.
    const record = records.find((one) => one.name === name) ?? records[i];
    if (!record) throw new InputError(`no recorded tensor for input "${name}".`);
    return { name, tensor: record.tensor };
  });
  const shown = given.slice(0, 1).find(({ tensor }) => isFloat(tensor.dtype) && tensor.shape.length > 0);
  const bound = bindGraph(
    {
      ...graph,
      inputs: graph.inputs.filter(({ name }) => name === shown?.name),
      constants: new Map([
        ...graph.constants,
        ...given.filter((input) => input !== shown).map(({ name, tensor }) => [name, tensor] as const),
      ]),
    },
    { shapes: new Map(shown && [[shown.name, shown.tensor.shape]]), maxBytes },
  );
  const executor = createExecutor(kernels, bound, { taps });
  if (shown) executor.setInput(shown.name, toFloat32(shown.tensor), 'rowMajor');
  executor.run(onTap && (({ tapIndex }) => onTap(executor, taps[tapIndex]!)));
  return executor;
}

function worstOutput(graph: Graph, set: string, kernels: Kernels, maxBytes: number): string | undefined {
  const executor = runRecorded(graph, set, kernels, maxBytes, []);
  const records = recorded(set, 'output');
  const failures = graph.outputs.flatMap((name, i) => {
    const record = records.find((one) => one.name === name) ?? records[i];
    if (!record) return [];
    const { tensor, stored } = record;
    const allowed = halfTolerances[stored] ?? tolerance;
    return difference(`output "${name}"`, executor.read(name), tensor, largest(tensor.data), allowed) ?? [];
  });
  return worst(failures);
}

/** A tensor of taps.json. `full: false`: the archive holds only its first 4,096 values. */
interface TapRecord {
  readonly key: string;
  readonly shape: readonly number[];
  readonly full: boolean;
  readonly mean: number;
  readonly std: number;
  readonly min: number;
  readonly max: number;
  readonly l2: number;
}

function worstTap(graph: Graph, folder: string, set: string, kernels: Kernels, maxBytes: number): string | undefined {
  const { tensors } = JSON.parse(readFileSync(join(folder, 'taps.json'), 'utf8')) as {
    readonly tensors: Readonly<Record<string, TapRecord>>;
  };
  const arrays = readNpz(readFileSync(join(folder, 'taps.npz')), join(folder, 'taps.npz'));
  const names = Object.keys(tensors);
  const failures: Failure[] = [];
  const seen = new Set<string>();
  runRecorded(graph, set, kernels, maxBytes, names, (executor, name) => {
    const record = tensors[name]!;
    const array = arrays.get(record.key);
    if (!array) throw new InputError(`taps.npz has no array "${record.key}" for tap "${name}".`);
    const got = executor.read(name);
    const scale = Math.max(Math.abs(record.min), Math.abs(record.max));
    const expected = record.full ? array : { ...array, shape: record.shape };
    const found = difference(`tap "${name}"`, got, expected, scale) ?? summaryDifference(name, got.data, record, scale);
    if (found) failures.push(found);
    seen.add(name);
  });
  const missing = names.find((name) => !seen.has(name));
  if (missing !== undefined) throw new InputError(`tap "${missing}" was not reached.`);
  return worst(failures);
}

interface Failure {
  readonly text: string;
  /** Of the largest |y|; infinite where shapes differ. */
  readonly error: number;
}

/** Compares as many values as are recorded; undefined if all are close. NaN equals only NaN. */
function difference(title: string, got: Tensor, expected: Tensor, scale: number, allowed = tolerance): Failure | undefined {
  if (formatShape(got.shape) !== formatShape(expected.shape)) {
    return {
      text: `${title} has shape ${formatShape(got.shape)}, recorded is ${formatShape(expected.shape)}`,
      error: Number.POSITIVE_INFINITY,
    };
  }
  let worstIndex = -1;
  let worstError = 0;
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [got.data[i]!, expected.data[i]!];
    if (Object.is(a, b) || a === b) continue;
    const error = Number.isNaN(a - b) || scale === 0 ? Number.POSITIVE_INFINITY : Math.abs(a - b) / scale;
    if (error > worstError) [worstIndex, worstError] = [i, error];
  }
  if (worstError <= allowed) return undefined;
  return {
    text: `${title} ${formatShape(got.shape)} is ${got.data[worstIndex]} at ${worstIndex}, recorded is ${expected.data[worstIndex]}: ${worstError.toExponential(2)} of the largest |y| ${scale.toPrecision(4)}`,
    error: worstError,
  };
}

/** The statistics over all values, where only the first are recorded. */
function summaryDifference(name: string, data: ArrayLike<number>, record: TapRecord, scale: number): Failure | undefined {
  let [sum, squares, min, max] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const value = data[i]!;
    sum += value;
    squares += value * value;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const mean = sum / data.length;
  let deviations = 0;
  for (let i = 0; i < data.length; i++) deviations += (data[i]! - mean) ** 2;
  const l2 = Math.sqrt(squares);
  const compared = [
    ['mean', mean, record.mean, scale],
    ['std', Math.sqrt(deviations / data.length), record.std, scale],
    ['min', min, record.min, scale],
    ['max', max, record.max, scale],
    ['l2', l2, record.l2, record.l2],
  ] as const;
  for (const [what, got, expected, unit] of compared) {
    const error = Math.abs(got - expected) / unit;
    if (got !== expected && !(error <= tolerance))
      return {
        text: `tap "${name}": ${what} is ${got}, recorded is ${expected}: ${error.toExponential(2)} of ${unit.toPrecision(4)}`,
        error,
      };
  }
  return undefined;
}

/** The worst of several, and how many there are. */
function worst(failures: readonly Failure[]): string | undefined {
  const [first] = [...failures].sort((a, b) => b.error - a.error);
  return first && `${first.text}${failures.length > 1 ? ` (and ${failures.length - 1} more)` : ''}.`;
}

function largest(data: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < data.length; i++) if (Number.isFinite(data[i])) most = Math.max(most, Math.abs(data[i]!));
  return most;
}
