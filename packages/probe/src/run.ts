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
  type JobRunner,
  type Preprocess,
  type Progress,
} from '@ventral/core';
import { type LayerSelection, layerSet } from './layers.ts';
import type { FinishContext, LayerInfo, Probe, ProbeOptions } from './probe.ts';
import { stimulusProbes } from './probes.ts';
import type { ProbeSetup } from './session.ts';
import { mergingOf, type PerProbeAndLayer, stateBytesOf, tablesOf } from './states.ts';
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

/** Pictures, and who shows them to the network. */
export interface ProbeStimuli<Item> {
  readonly items: readonly Item[];
  /** createPool or createInline over openProbeSession. */
  readonly runner: JobRunner<ProbeSetup, Item, PerProbeAndLayer, PerProbeAndLayer>;
  /** What the workers' loadGraph is given. */
  readonly modelHandle: unknown;
  /** Default: the network's own. */
  readonly preprocess?: Preprocess | undefined;
  /** How messages call an item. */
  readonly describe?: ((item: Item) => string) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The first unusable picture ends the job. Default: it is listed. */
  readonly strict?: boolean | undefined;
}

export interface ProbeResult extends ProbePlan {
  readonly tables: readonly Table[];
  /** Images whose responses are in the tables. */
  readonly nImages: number;
  readonly failures: readonly ItemFailure[];
}

/**
 * Probes every layer of a network. The tables are the same bytes for any number of workers.
 *
 * @throws InputError if a probe needs stimuli and has none, none is usable, or the preprocessing is unknown.
 * @throws JobAborted (`name` AbortError) after a cancel.
 */
export async function probeNetwork<Item>(request: ProbeRequest<Item>): Promise<ProbeResult> {
  const { model, probes, stimuli } = request;
  const options = { ...defaultProbeOptions, ...request.options };
  const allNodes = request.layers === 'all-nodes';
  const bound = bindGraph(request.graph, { input: request.input, maxBytes: request.maxBytes });
  const graph = allNodes ? bound : canonicalForm(bound);
  const layers = layerSet(graph, request.layers);
  const reading = stimulusProbes(probes.map((probe) => probe.name));
  const stateBytes = stateBytesOf(reading, layers, options);
  request.onPlan?.({ layers, stateBytes });

  const measured = reading.length === 0 ? undefined : await runStimuli();
  const nImages = measured?.nImages ?? 0;
  const context: FinishContext = { model, fovDeg: request.fovDeg ?? graph.metadata.fovDeg ?? defaultFovDeg, options, nImages };
  const tables = tablesOf(context, graph, layers, probes, measured);
  return { tables, layers, stateBytes, nImages, failures: measured?.failures ?? [] };

  async function runStimuli() {
    const names = reading.map(({ name }) => name);
    if (!stimuli || stimuli.items.length === 0)
      throw new InputError(`probe: ${names.join(', ')} needs stimuli, got none. Name a folder, a zip or a built-in set.`);
    const preprocess = stimuli.preprocess ?? graph.metadata.preprocess;
    if (!preprocess)
      throw new InputError(`probe: how pictures become the input of "${model}" is not known. Give a preprocessing description.`);
    const { items, runner, describe, signal, onProgress, strict } = stimuli;
    const { state, total, nDone, failures } = await runner.run({
      setup: {
        kind: 'probe',
        model: stimuli.modelHandle,
        input: request.input,
        maxBytes: request.maxBytes,
        allNodes,
        exact: request.exact ?? false,
        layers,
        probes: names,
        options,
        preprocess,
      },
      items,
      merging: mergingOf(names, layers),
      describe,
      signal,
      onProgress,
      strict,
    });
    if (!state || !total)
      throw new InputError(`probe: none of the ${items.length} stimuli could be used. The first: ${failures[0]?.message}`);
    return { state, total, failures, nImages: nDone - failures.length };
  }
}
