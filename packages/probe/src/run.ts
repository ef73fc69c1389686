/**
 * @file The host's side of probing: which layers, how much memory, run the stimuli, and from merged states to tables. The one
 * function that apps call; workers and files are theirs.
 */
import {
  bindGraph,
  canonicalForm,
  type Graph,
  InputError,
  type ItemFailure,
  type Pool,
  type Preprocess,
  type Progress,
  pictureInput,
} from '@ventral/core';
import { calibratedLayers, randomControl } from './control/random.ts';
import { depthTrends } from './depth-trends.ts';
import { measureExperiments, nExperimentItems } from './experiments.ts';
import { type LayerSelection, layerSet, measuredLayers } from './layers.ts';
import type { FinishContext, Laboratory, LayerInfo, Probe, ProbeOptions, ProbePicture } from './probe.ts';
import { stimulusProbes } from './probes.ts';
import { centreUnitFields } from './receptive-field/field.ts';
import type { ProbeSetup } from './session.ts';
import {
  joinTables,
  type MeasuredStates,
  mergingOf,
  type PerProbeAndLayer,
  stateBytesOf,
  tablesOf,
  withControlColumn,
} from './states.ts';
import type { Table } from './table.ts';

export const defaultProbeOptions: ProbeOptions = { maxUnits: 2048, seed: 0, quantiles: true };

/** Visual angle of the input's width where neither the user nor the network states one (Brain-Score's 8°). */
export const defaultFovDeg = 8;

/** What is known before the first picture. */
export interface ProbePlan {
  readonly layers: readonly LayerInfo[];
  /** Bytes of one set of states of all probes and layers. Each worker holds one, the host about log2(chunks) + 1. */
  readonly stateBytes: number;
}

export interface ProbeRequest<Item> {
  /** Name of the network in tables. */
  readonly model: string;
  readonly graph: Graph;
  readonly input?: readonly [h: number, w: number] | undefined;
  /** Limit of memory for {@link bindGraph}. */
  readonly maxBytes?: number | undefined;
  readonly layers: LayerSelection;
  /** Plain sums only: no Winograd. Default false. */
  readonly exact?: boolean | undefined;
  readonly probes: readonly Probe[];
  readonly options?: Partial<ProbeOptions> | undefined;
  /** Visual angle of the input's width in degrees; default: the network's own, else 8. */
  readonly fovDeg?: number | undefined;
  /** Needed where a probe reads responses. */
  readonly stimuli?: ProbeStimuli<Item> | undefined;
  /** Called before the run. */
  readonly onPlan?: ((plan: ProbePlan) => void) | undefined;
}

/** Which control; an untrained network is a model of its own. */
export type ControlRequest =
  | { readonly control: 'untrained'; readonly modelHandle: unknown }
  | { readonly control: 'permuted' | 'random' };

/** Pictures, and who shows them to the network. */
export interface ProbeStimuli<Item> {
  /** May be none where only experiments ask: they make their own. The `random` control is calibrated by them. */
  readonly items: readonly Item[];
  /** Over openProbeSession and the sessions of the experiments. */
  readonly runner: Pick<Pool, 'run'>;
  /** What the workers' loadGraph is given. */
  readonly modelHandle: unknown;
  /** Networks of the same layers that see the same stimuli after it: their rows follow, marked in the column `control`. */
  readonly controls?: readonly ControlRequest[] | undefined;
  /** Default: the network's own. */
  readonly preprocess?: Preprocess | undefined;
  /** How messages call an item. */
  readonly describe?: ((item: Item) => string) | undefined;
  /** How tables call an item. Default: its place in the list. */
  readonly idOf?: ((item: Item) => string) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The first unusable picture ends the job. Default: it is listed. */
  readonly strict?: boolean | undefined;
}

export interface ProbeResult extends ProbePlan {
  readonly tables: readonly Table[];
  /** Made by experiments: those of the network, then those of its controls. */
  readonly pictures: readonly ProbePicture[];
  /** Images whose responses are in the tables. */
  readonly nImages: number;
  readonly failures: readonly ItemFailure[];
}

/**
 * Probes every layer of a network. The tables are the same bytes for any number of workers.
 *
 * @throws InputError if a probe or the random control needs stimuli and has none, none is usable, or the preprocessing is unknown.
 * @throws JobAborted (`name` AbortError) after a cancel.
 */
export async function probeNetwork<Item>(request: ProbeRequest<Item>): Promise<ProbeResult> {
  const { model, probes, stimuli } = request;
  const options = { ...defaultProbeOptions, ...request.options };
  const allNodes = request.layers === 'all-nodes';
  const preprocess = stimuli?.preprocess ?? request.graph.metadata.preprocess;
  // Probes of the graph tell colours apart by it.
  const told = { ...request.graph, metadata: { ...request.graph.metadata, preprocess } };
  const bound = bindGraph(told, { input: request.input, maxBytes: request.maxBytes });
  const graph = allNodes ? bound : canonicalForm(bound);
  const layers = layerSet(graph, request.layers);
  const reading = stimulusProbes(probes.map((probe) => probe.name));
  const draws = probes.some(({ kind }) => kind === 'experiment');
  const { sizePx } = pictureInput(graph);
  const stateBytes = stateBytesOf(probes, layers, options, sizePx);
  request.onPlan?.({ layers, stateBytes });

  const fovDeg = request.fovDeg ?? graph.metadata.fovDeg ?? defaultFovDeg;
  const names = reading.map(({ name }) => name);
  if (names.length === 0 && !draws) {
    const tables = tablesOf({ model, fovDeg, options, nImages: 0 }, graph, layers, probes);
    return { tables, pictures: [], layers, stateBytes, nImages: 0, failures: [] };
  }
  if (!stimuli || (names.length > 0 && stimuli.items.length === 0))
    throw new InputError(`probe: ${names.join(', ')} needs stimuli, got none. Name a folder, a zip or a built-in set.`);
  if (stimuli.items.length === 0 && stimuli.controls?.some(({ control }) => control === 'random'))
    throw new InputError(
      'probe: the random control is calibrated on pictures, got none. Name a folder, a zip or a built-in set.',
    );
  if (!preprocess)
    throw new InputError(`probe: how pictures become the input of "${model}" is not known. Give a preprocessing description.`);

  const { items, runner, describe, idOf, signal, onProgress, strict, controls = [] } = stimuli;
  const network: Subject = { model: stimuli.modelHandle };
  const measuring = measuredLayers(layers);
  const fields = centreUnitFields(graph, measuring);
  const ids = items.map((item, i) => idOf?.(item) ?? String(i));
  const pictures = items.length > 0 ? { items, ids, preprocess } : undefined;
  const room = { layers: measuring, fields, sizePx, preprocess, pictures, runner, signal };
  const subjects: readonly (ControlRequest | undefined)[] = [undefined, ...controls];
  const nShown = names.length > 0 ? items.length : 0;
  const nItems = subjects.reduce((sum, asked) => {
    const laboratory = laboratoryOf(network, { model, control: asked?.control, fovDeg, options, nImages: 0 });
    return sum + nShown + nExperimentItems(laboratory, probes);
  }, 0);
  /** Items done and failed by each part of the run: the stimuli, the experiments, of each subject. */
  const parts: Progress[] = [];
  const progressOf = () => {
    const at = parts.push({ nDone: 0, nItems: 0, nFailed: 0 }) - 1;
    return (progress: Progress) => {
      parts[at] = progress;
      const sum = (what: 'nDone' | 'nFailed') => parts.reduce((total, part) => total + part[what], 0);
      onProgress?.({ nDone: sum('nDone'), nItems, nFailed: sum('nFailed') });
    };
  };

  // All at once: the runner takes one job after another, and its workers need not wait for this thread's part of the work.
  const measured = await Promise.all(subjects.map(measureSubject));
  const own = measured[0]!;
  const tables = joinTables(measured.map((of) => of.tables));
  return {
    tables: [...tables, ...depthTrends(tables)],
    pictures: measured.flatMap(({ pictures: made }) => made),
    layers,
    stateBytes,
    nImages: own.nImages,
    failures: own.failures,
  };

  async function measureSubject(asked: ControlRequest | undefined) {
    const subject = asked ? await subjectOf(asked) : network;
    const what = { allNodes, layers, probes: names, options };
    const shown = names.length > 0 ? await run(subject, items, what, progressOf()) : nothingMeasured;
    const { nImages, failures } = shown;
    const context: FinishContext = { model, control: asked?.control, fovDeg, options, nImages };
    const tables = tablesOf(context, graph, layers, asked ? reading : probes, shown);
    const made: ProbePicture[] = [];
    const onPicture = (picture: ProbePicture) => void made.push(picture);
    const laboratory = { ...laboratoryOf(subject, context), onProgress: progressOf(), onPicture };
    const drawn = await measureExperiments(laboratory, probes);
    tables.push(...drawn.map((table) => withControlColumn(table, asked?.control)));
    return { tables, pictures: made, nImages, failures };
  }

  /** What an experiment on this subject works with. */
  function laboratoryOf(subject: Subject, context: FinishContext): Laboratory {
    const { input, maxBytes, exact = false } = request;
    return { ...room, context, subject: { ...subject, input, maxBytes, allNodes, exact } };
  }

  async function subjectOf(asked: ControlRequest): Promise<Subject> {
    const { seed } = options;
    if (asked.control === 'untrained') return { model: asked.modelHandle };
    if (asked.control === 'permuted') return { ...network, control: { kind: 'permuted', seed } };
    const { input, maxBytes, exact = false } = request;
    const calibration = { layers: calibratedLayers(request.graph, bound), options, preprocess: preprocess!, items, runner };
    const control = await randomControl({ network: { ...network, input, maxBytes, exact }, ...calibration, describe, signal });
    return { ...network, control };
  }

  /** One job: these stimuli to one subject. */
  async function run(
    subject: Subject,
    shown: readonly Item[],
    what: Pick<ProbeSetup, 'allNodes' | 'layers' | 'probes' | 'options'>,
    onProgress?: (progress: Progress) => void,
  ): Promise<Measured> {
    const { state, total, nDone, failures } = await runner.run<ProbeSetup, Item, PerProbeAndLayer, PerProbeAndLayer>({
      setup: {
        kind: 'probe',
        ...subject,
        ...what,
        input: request.input,
        maxBytes: request.maxBytes,
        exact: request.exact ?? false,
        preprocess: preprocess!,
      },
      items: shown,
      merging: mergingOf(what.probes, what.layers),
      describe,
      signal,
      onProgress,
      strict,
    });
    if (!state || !total)
      throw new InputError(`probe: none of the ${shown.length} stimuli could be used. The first: ${failures[0]?.message}`);
    return { state, total, failures, nImages: nDone - failures.length };
  }
}

/** What the stimuli gave for one subject. */
interface Measured extends MeasuredStates {
  readonly nImages: number;
  readonly failures: readonly ItemFailure[];
}

const nothingMeasured: Measured = { state: [], total: [], nImages: 0, failures: [] };

/** Whose layers are measured. */
type Subject = Pick<ProbeSetup, 'model' | 'control'>;
