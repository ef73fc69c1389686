/** @file `ventral probe`, the main job: stimuli through a network in worker threads, every layer measured, tables and a report. */
import { join } from 'node:path';
import { chartsOf, layerAreaTable } from '@ventral/charts';
import { canonicalForm, chunkSize, type ItemFailure, planGraph } from '@ventral/core';
import { v1ScoreTables } from '@ventral/cortex';
import { writeCsv } from '@ventral/formats';
import { instantiate } from '@ventral/kernels';
import {
  type ControlRequest,
  defaultFovDeg,
  defaultProbeOptions,
  defaultProbes,
  type Probe,
  type ProbePlan,
  type ProbeResult,
  probeNetwork,
  selectProbes,
  visualise,
} from '@ventral/probe';
import { defaultSetName, type StimulusView } from '@ventral/stimuli';
import { measurements } from '../built-in.ts';
import { exitCodes, Interrupted, WrongUse } from '../errors.ts';
import { estimateSeconds, macsOf } from '../estimate.ts';
import { drawCharts, drawPreferenceLadder } from '../figures.ts';
import { onInterrupt } from '../interrupt.ts';
import { manifestOf, type ProbeCommandOptions, type ProbeRunFacts } from '../manifest.ts';
import { assumptionLine, inModel, maxBytesOf, openPictureModel, type PictureModel } from '../model.ts';
import { encodePng } from '../png.ts';
import { printTable } from '../print.ts';
import { createVoice, formatBytes, formatDuration, type Voice } from '../progress.ts';
import { type Report, reportHtml } from '../report.ts';
import { loadRuntime } from '../runtime.ts';
import { listStimuli, type Stimulus } from '../stimuli.ts';
import { createThreadPool, workersFor } from '../workers.ts';
import { beginWriting } from '../write.ts';
import { layerSelection } from './rf.ts';

export async function probe(name: string, options: ProbeCommandOptions): Promise<void> {
  const startedAt = new Date();
  const voice = createVoice(options.json);
  const probes = selectProbes(options.probes?.join(',') ?? defaultProbes);
  const model = await openPictureModel(name, options);
  const notices = [
    model.graph.metadata.notice && `${model.name} is ${model.graph.metadata.notice}.`,
    assumptionLine(model),
  ].filter((notice) => notice !== undefined);
  for (const notice of notices) voice.warn(notice);

  const fovDeg = options.fov ?? model.graph.metadata.fovDeg ?? defaultFovDeg;
  const [heightPx, widthPx] = model.picture.sizePx;
  const view = { heightPx, widthPx, fovDeg, seed: options.seed ?? defaultProbeOptions.seed };
  const controls = controlsOf(model, probes, options.controls);
  const source = sourceOf(model, probes, controls, options.stimuli);
  const stimuli = source === undefined ? [] : listStimuli(source, view);
  const writing = options.out === undefined ? undefined : beginWriting(options.out);
  try {
    const { result: measured, nWorkers } = await measure(model, probes, stimuli, controls, view, options, voice);
    const scores = v1ScoreTables(measured.tables, measurements(), view.seed);
    const result = { ...measured, tables: [...measured.tables, ...scores] };
    const facts: ProbeRunFacts = { model, options, probes, fovDeg, source, stimuli, nWorkers, controls, result, startedAt };
    const overview = layerArea(result);
    if (writing) {
      voice.say('Writing tables, figures and the report …');
      const allNotices = [...notices, ...failureNotices(result.failures, stimuli)];
      await stageResults(facts, overview, allNotices, (path, content) => writing.stage(join(options.out!, path), content));
      writing.commit();
    }
    if (overview) printTable(overview, options.json);
    else if (!writing) for (const table of result.tables) printTable(table, options.json);
    conclude(facts, voice);
  } catch (error) {
    writing?.discard();
    throw error;
  }
}

/**
 * What --stimuli says, or the set that a built-in network brings. Undefined: no probe looks at pictures. Most experiments draw their
 * own; those that do not are content with any, and so is the random control, which is calibrated on them.
 */
function sourceOf(model: PictureModel, probes: readonly Probe[], controls: readonly ControlRequest[], given: string | undefined) {
  const isMeasured = probes.some(({ kind }) => kind === 'stimulus');
  const areSeen = probes.some((probe) => probe.kind === 'experiment' && probe.looksAtPictures);
  if (!isMeasured && !areSeen && !controls.some(({ control }) => control === 'random')) return undefined;
  if (given !== undefined) return given;
  if (!isMeasured || model.handle.kind === 'builtIn') return defaultSetName;
  throw new WrongUse('--stimuli is needed: a folder or zip of pictures, or a built-in set (see `ventral models`).');
}

/** Runs the stimuli through the network. @throws Interrupted */
async function measure(
  model: PictureModel,
  probes: readonly Probe[],
  stimuli: readonly Stimulus[],
  controls: readonly ControlRequest[],
  view: StimulusView,
  options: ProbeCommandOptions,
  voice: Voice,
): Promise<{ readonly result: ProbeResult; readonly nWorkers: number }> {
  const runtime = loadRuntime(options.relaxed === 'on');
  const kernels = instantiate(runtime.kernels);
  const graph = layerSelection(options.layers) === 'all-nodes' ? model.bound : canonicalForm(model.bound);
  const plan = planGraph(graph, { exact: options.exact });
  const interrupt = onInterrupt();
  let pool: ReturnType<typeof createThreadPool> | undefined;
  let nWorkers = 0;
  const draws = probes.some(({ kind }) => kind === 'experiment');
  const onPlan = ({ layers, stateBytes }: ProbePlan) => {
    if (stimuli.length === 0 && !draws) return;
    // Packed weights are there once for all workers, and until they are packed, so is the file.
    const sharedBytes = plan.weightBytes + model.fileBytes;
    const bytesPerWorker = plan.activationBytes + plan.scratchBytes(kernels.run) + stateBytes;
    const wanted = options.workers ?? workersFor(bytesPerWorker, sharedBytes);
    nWorkers = draws ? wanted : Math.min(wanted, Math.ceil(stimuli.length / chunkSize));
    const memoryBytes = sharedBytes + bytesPerWorker * nWorkers;
    pool = createThreadPool(nWorkers, runtime);
    const seconds = estimateSeconds(kernels, macsOf(graph), stimuli.length * (1 + controls.length), nWorkers);
    voice.say(
      `${model.name}: ${layers.length} layers, ${stimuli.length} images${controls.map(({ control }) => `, ${control} control`).join('')}, ${nWorkers} ${nWorkers === 1 ? 'worker' : 'workers'}, ${formatBytes(memoryBytes)} of memory; states ${formatBytes(stateBytes)}${draws ? '' : `; about ${formatDuration(Math.max(1, Math.ceil(seconds)))}`}`,
      {
        n_layers: layers.length,
        n_images: stimuli.length,
        n_workers: nWorkers,
        memory_bytes: memoryBytes,
        state_bytes: stateBytes,
        // What experiments take shows once they run.
        ...(!draws && { estimated_seconds: seconds }),
      },
    );
  };
  try {
    const result = await inModel(model.handle.kind === 'file' ? model.handle.path : model.name, () =>
      probeNetwork<Stimulus>({
        model: model.name,
        graph: model.graph,
        input: options.input,
        maxBytes: maxBytesOf(options.maxMemory),
        layers: layerSelection(options.layers),
        exact: options.exact,
        probes,
        options: {
          quantiles: options.quantiles,
          ...(options.maxUnits !== undefined && { maxUnits: options.maxUnits }),
          ...(options.seed !== undefined && { seed: options.seed }),
        },
        fovDeg: view.fovDeg,
        stimuli: {
          items: stimuli,
          runner: { run: (job) => pool!.run(job) },
          modelHandle: model.handle,
          controls,
          // Sets are drawn at the network's own size: their geometry is theirs.
          preprocess:
            stimuli[0]?.kind === 'drawn' ? { ...model.preprocess, resize: undefined, crop: undefined } : model.preprocess,
          describe: ({ id }) => `stimulus "${id}"`,
          idOf: ({ id }) => id,
          signal: interrupt.signal,
          onProgress: (progress) => voice.progress(progress),
          strict: options.strict,
        },
        onPlan,
      }),
    );
    return { result, nWorkers };
  } catch (error) {
    if (interrupt.signal.aborted) {
      throw new Interrupted(
        `Stopped. ${error instanceof Error ? error.message : ''} No table was written: a part of the images would give other numbers.`,
      );
    }
    throw error;
  } finally {
    interrupt.end();
    voice.endProgress();
    pool?.close();
  }
}

/** What the network is compared with. @throws WrongUse */
function controlsOf(model: PictureModel, probes: readonly Probe[], asked: ProbeCommandOptions['controls']): ControlRequest[] {
  if (asked === false) return [];
  const usual = [
    ...(model.untrained === undefined ? [] : ['untrained']),
    ...(probes.some(({ kind }) => kind === 'experiment') ? ['permuted', 'random'] : []),
  ];
  const names = asked ?? usual;
  return names.map((control): ControlRequest => {
    if (control === 'permuted' || control === 'random') return { control };
    if (control !== 'untrained')
      throw new WrongUse(`--controls: there is no control "${control}". There are: untrained, permuted, random.`);
    if (model.untrained === undefined)
      throw new WrongUse(`--controls: what "${model.name}" was before training is not known. There are: permuted, random.`);
    return { control, modelHandle: { kind: 'builtIn', name: model.untrained } };
  });
}

/** The table that is printed, where the probes for it have run. */
function layerArea({ tables }: ProbeResult) {
  const names = tables.map(({ name }) => name);
  if (!names.includes('receptive-fields') || !names.includes('statistics')) return undefined;
  return layerAreaTable(tables, measurements(), { species: 'macaque' });
}

/** Hands every file of a run to `stage`, the manifest last. */
async function stageResults(
  facts: ProbeRunFacts,
  overview: ReturnType<typeof layerArea>,
  notices: readonly string[],
  stage: (path: string, content: string | Uint8Array) => void,
): Promise<void> {
  const { model, result, fovDeg } = facts;
  const files: string[] = [];
  const emptyCells: Record<string, number> = {};
  const put = (path: string, content: string | Uint8Array) => {
    stage(path, content);
    files.push(path);
  };
  for (const table of [...result.tables, ...(overview ? [overview] : [])]) {
    const { text, nEmpty } = writeCsv(table);
    put(`${table.name}.csv`, text);
    emptyCells[table.name] = nEmpty;
  }
  const options = { species: 'macaque', language: 'en', fovDeg, inputPx: model.picture.sizePx[1] } as const;
  const figures = await drawCharts(chartsOf(result.tables), result.tables, measurements(), options);
  for (const { chart, light } of figures) {
    put(`figures/${chart.id}.svg`, light);
    put(`figures/${chart.id}.vl.json`, `${JSON.stringify(chart.spec, null, 1)}\n`);
  }
  const pictures = result.pictures.map((picture) => {
    return { ...picture, path: `pictures/${picture.name}.png`, png: encodePng(picture.image) };
  });
  for (const { path, png } of pictures) put(path, png);
  const ladder = drawPreferenceLadder(result.tables, pictures, measurements(), options);
  if (ladder) put('figures/ladder-of-preferences.svg', ladder.light);
  const report: Report = {
    title: `${model.name} beside the ventral visual stream`,
    subtitle: [`${result.layers.length} layers`, result.nImages > 0 && `${result.nImages} images`, `field of view ${fovDeg}°`]
      .filter(Boolean)
      .join(' · '),
    notices,
    figures: [
      ...(ladder ? [ladder] : []),
      ...figures.map(({ chart, light, dark }) => ({ title: chart.title, caption: chart.note, light, dark })),
    ],
    // Preferred patches are in the ladder.
    sheets: pictures.filter(({ probe }) => probe === visualise.name),
    overview,
    tables: result.tables,
    facts: reportFacts(facts),
  };
  put('report.html', reportHtml(report));
  stage('manifest.json', `${JSON.stringify(manifestOf(facts, [...files, 'manifest.json'], emptyCells), null, 2)}\n`);
}

function reportFacts({ model, options, probes, fovDeg, source, stimuli, result }: ProbeRunFacts): Report['facts'] {
  const { channels, scale, mean, std, resize, crop } = model.preprocess;
  return [
    ['Network', `${model.name}, SHA-256 ${model.sha256}`],
    ['Input', `${model.picture.sizePx.join(' × ')} px over ${fovDeg}°`],
    [
      'Preprocessing',
      `${channels}, (x · ${scale} − ${mean.join(', ')}) / ${std.join(', ')}${resize ? `, short side ${resize.short} px` : ''}${crop ? `, centre crop ${[crop].flat().join(' × ')} px` : ''} (${model.preprocessFile ?? model.preprocessOrigin})`,
    ],
    [
      'Stimuli',
      source === undefined ? 'none' : `${source}: ${stimuli.length}, of which ${result.failures.length} could not be used`,
    ],
    ['Probes', probes.map(({ name }) => name).join(', ')],
    [
      'Options',
      `seed ${options.seed ?? defaultProbeOptions.seed}, at most ${options.maxUnits ?? defaultProbeOptions.maxUnits} units a layer, quantiles ${options.quantiles ? 'on' : 'off'}, kernels ${options.relaxed === 'on' ? 'relaxed SIMD' : 'SIMD'}`,
    ],
  ];
}

function failureNotices(failures: readonly ItemFailure[], stimuli: readonly Stimulus[]): string[] {
  if (failures.length === 0) return [];
  const shown = failures.slice(0, 5).map(({ itemIndex, message }) => `${stimuli[itemIndex]!.id}: ${message}`);
  const more = failures.length > 5 ? ` … and ${failures.length - 5} more, in manifest.json` : '';
  return [`${failures.length} of ${stimuli.length} images could not be used and are in no number. ${shown.join(' ')}${more}`];
}

/** The last line, and the exit status. */
function conclude({ options, stimuli, result, startedAt }: ProbeRunFacts, voice: Voice): void {
  const { failures, nImages } = result;
  for (const { itemIndex, message } of failures.slice(0, 20)) voice.warn(`${stimuli[itemIndex]!.id}: ${message}`);
  const seconds = (Date.now() - startedAt.getTime()) / 1000;
  const where = options.out === undefined ? '' : `; results in ${options.out}`;
  const measured =
    result.nImages > 0 ? `${nImages} images measured, ${failures.length} failed` : `${result.layers.length} layers measured`;
  voice.say(`${measured}, in ${formatDuration(seconds)}${where}`, {
    n_measured: nImages,
    n_failed: failures.length,
    ...(options.out !== undefined && { out: options.out }),
  });
  if (failures.length > 0) process.exitCode = exitCodes.failed;
}
