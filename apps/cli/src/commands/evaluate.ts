/** @file `ventral evaluate`: how often a network is right about pictures whose folder names their class. */
import { canonicalForm, chunkSize, classCount, type Evaluation, evaluateNetwork, InputError, planGraph } from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { records, type Table } from '@ventral/probe';
import { exitCodes, Interrupted } from '../errors.ts';
import { onInterrupt } from '../interrupt.ts';
import { listLabelled } from '../labelled.ts';
import { assumptionLine, inModel, type ModelOptions, maxBytesOf, openPictureModel } from '../model.ts';
import { printJson, printTable } from '../print.ts';
import { createVoice } from '../progress.ts';
import { loadRuntime } from '../runtime.ts';
import { createThreadPool, workersFor } from '../workers.ts';

export interface EvaluateOptions extends ModelOptions {
  readonly data: string;
  readonly drawn: number;
  readonly seed: number;
  readonly workers?: number;
  readonly strict: boolean;
  readonly relaxed: 'on' | 'off';
  readonly json: boolean;
}

export async function evaluate(name: string, options: EvaluateOptions): Promise<void> {
  const voice = createVoice(options.json);
  const model = await openPictureModel(name, options);
  for (const notice of [model.graph.metadata.notice && `${model.name} is ${model.graph.metadata.notice}.`, assumptionLine(model)])
    if (notice) voice.warn(notice);
  const names = model.graph.metadata.classes;
  if (!names)
    throw new InputError(
      `${name}: comes without class names, so folders cannot be matched. Give them as "classes" in the sidecar.`,
    );
  const nClasses = await inModel(name, () => classCount(model.graph, options.input));
  if (names.length !== nClasses)
    throw new InputError(`${name}: has ${names.length} class names but tells ${nClasses} classes apart. Correct "classes".`);
  const { items } = listLabelled(
    options.data,
    { nDrawn: options.drawn, seed: options.seed, sizePx: model.picture.sizePx },
    names,
  );
  const runtime = loadRuntime(options.relaxed === 'on');
  const kernels = instantiate(runtime.kernels);
  const plan = planGraph(canonicalForm(model.bound), { exact: false });
  const nWorkers =
    options.workers ?? workersFor(plan.activationBytes + plan.scratchBytes(kernels.run), plan.weightBytes + model.fileBytes);
  const interrupt = onInterrupt();
  const pool = createThreadPool(Math.min(nWorkers, Math.ceil(items.length / chunkSize)), runtime);
  try {
    const result = await inModel(name, () =>
      evaluateNetwork({
        graph: model.graph,
        model: model.handle,
        input: options.input,
        maxBytes: maxBytesOf(options.maxMemory),
        items,
        preprocess: model.preprocess,
        runner: pool,
        describe: ({ id }) => `picture "${id}"`,
        signal: interrupt.signal,
        onProgress: (progress) => voice.progress(progress),
        strict: options.strict,
      }),
    );
    voice.endProgress();
    for (const { itemIndex, message } of result.failures) voice.warn(`"${items[itemIndex]!.item.id}" was left out: ${message}`);
    report(model.name, options, names, result);
    if (result.failures.length > 0) process.exitCode = exitCodes.failed;
  } catch (error) {
    voice.endProgress();
    if (error instanceof Error && error.name === 'AbortError') throw new Interrupted('Stopped. Nothing was kept.');
    throw error;
  } finally {
    interrupt.end();
    pool.close();
  }
}

const percent = (share: number) => `${(100 * share).toFixed(2)} %`;

function report(name: string, options: EvaluateOptions, names: readonly string[], result: Evaluation): void {
  const { nImages, nRight, loss, nClasses, nInFirstFive } = result;
  const table = classTable(names, result);
  if (options.json) {
    printJson({
      model: name,
      data: options.data,
      accuracy: nRight / nImages,
      accuracy_first_five: nInFirstFive / nImages,
      loss,
      n: nImages,
      n_right: nRight,
      classes: records(table),
    });
    return;
  }
  printTable(table, false);
  const firstFive = nClasses > 10 ? `, among the first five ${percent(nInFirstFive / nImages)}` : '';
  process.stdout.write(`accuracy ${percent(nRight / nImages)} (${nRight} of ${nImages}${firstFive}), loss ${loss.toFixed(4)}\n`);
}

function classTable(names: readonly string[], { confusion, nClasses }: Evaluation): Table {
  const rows = names.map((label, c) => {
    const answers = [...confusion.subarray(c * nClasses, (c + 1) * nClasses)];
    const n = answers.reduce((a, b) => a + b, 0);
    const [most] = answers
      .map((count, index) => ({ count, index }))
      .filter(({ index }) => index !== c)
      .sort((a, b) => b.count - a.count);
    const mistaken = most && most.count > 0 ? names[most.index]! : null;
    return [label, n, answers[c]!, n > 0 ? answers[c]! / n : null, mistaken] as const;
  });
  return {
    name: 'classes',
    title: 'Right by class',
    columns: [
      { name: 'class', type: 'string', description: 'Class name.' },
      { name: 'n_images', type: 'integer', description: 'Pictures of the class.' },
      { name: 'n_right', type: 'integer', description: 'Of them, those for which it is the most probable one.' },
      { name: 'share_right', type: 'number', description: 'n_right / n_images, 0…1.' },
      { name: 'most_often_taken_for', type: 'string', description: 'The wrong class that is most often the most probable one.' },
    ],
    rows: rows.filter(([, n]) => n > 0),
  };
}
