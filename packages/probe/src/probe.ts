/**
 * @file What a probe is. Most probes are mergeable accumulators: they live in the worker beside the activations, see each
 * layer's output the moment it exists, and give small states that are merged along a fixed tree. Others read the graph alone.
 */

import type { BoundGraph, Image, NetworkSetup, Pool, Preprocess, Progress, Stage, Tap } from '@ventral/core';
import type { Kernels } from '@ventral/kernels';
import type { WeightControl } from './control/weights.ts';
import type { LayerField } from './receptive-field/field.ts';
import type { Table } from './table.ts';

/** A layer as probes and tables name it. */
export interface LayerInfo {
  /** Position in the layer set, from 0 in execution order. */
  readonly layerIndex: number;
  /** Name of the layer's last node's first output in the model file. */
  readonly layer: string;
  /** The layer's ops as written: `Conv+BatchNormalization+Relu` is `conv2d+batchNorm+relu`. */
  readonly op: string;
  readonly stage: Stage;
  /** True for a merge of whole maps (no gate) whose result is not directly followed by an activation: the end of a block. */
  readonly isBlockOutput: boolean;
  readonly nChannels: number;
  /** Positions of one channel; [1, 1] without space. */
  readonly heightUnits: number;
  readonly widthUnits: number;
}

export interface ProbeOptions {
  /** Units measured one by one in each layer, default 2048: the centre units of so many channels (see sampledChannels). */
  readonly maxUnits: number;
  readonly seed: number;
  readonly quantiles: boolean;
}

export interface ProbeEnvironment {
  readonly kernels: Kernels;
  readonly options: ProbeOptions;
}

/** One layer's running measurement inside a worker. All memory is taken in `open`; `update` allocates nothing. */
export interface Accumulator<State, Total> {
  /** Called for each image, in order, the moment the layer's output exists. */
  update(tap: Tap): void;
  /** State since the last snapshot, as its own small copy; the accumulator starts again from nothing. */
  snapshot(): State;
  /** Exact counts since `open`. */
  total(): Total;
}

/** A probe that reads responses. State and Total are structured-cloneable (typed arrays). */
export interface StimulusProbe<State = unknown, Total = unknown> {
  readonly kind: 'stimulus';
  readonly name: string;
  readonly title: string;
  /** Bytes of one layer's state and total together, known before the run. */
  stateBytes(layer: LayerInfo, options: ProbeOptions): number;
  open(layer: LayerInfo, environment: ProbeEnvironment): Accumulator<State, Total>;
  /** Deterministic; not associative in floating point, hence the fixed tree. */
  merge(left: State, right: State): State;
  /** Integers only: the same for any order. */
  mergeTotals(a: Total, b: Total): Total;
  finish(
    context: FinishContext,
    layers: readonly { readonly layer: LayerInfo; readonly state: State; readonly total: Total }[],
  ): Table[];
}

/** A probe that reads the graph alone. */
export interface GraphProbe {
  readonly kind: 'graph';
  readonly name: string;
  readonly title: string;
  measure(context: FinishContext, graph: BoundGraph, layers: readonly LayerInfo[]): Table[];
}

/** What makes its own stimuli and runs its own jobs. One run serves all the probes that read from it. */
export interface Experiment {
  /** Bytes of one set of states, known before the run. */
  stateBytes(layers: readonly LayerInfo[], options: ProbeOptions, sizePx: Laboratory['sizePx']): number;
  /** Items of its jobs, known before the run: what its progress goes to. */
  nItems(laboratory: Laboratory, probes: readonly string[]): number;
  /**
   * Runs it on a network.
   * @param probes names of the probes wanted, some of its own
   */
  measure(laboratory: Laboratory, probes: readonly string[]): Promise<Table[]>;
}

/** A probe that reads from an experiment. */
export interface ExperimentProbe {
  readonly kind: 'experiment';
  readonly name: string;
  readonly title: string;
  readonly experiment: Experiment;
  /** It has something to say only of the laboratory's pictures. */
  readonly looksAtPictures?: true;
}

/** A picture that an experiment made. */
export interface ProbePicture {
  /** The probe that made it, and the layer that it is about. */
  readonly probe: string;
  readonly layerIndex: number;
  /** File name without extension; an experiment's names differ, also between a network and its controls. */
  readonly name: string;
  /** What it shows: one sentence. */
  readonly about: string;
  readonly image: Image;
}

/** Pictures that are shown as they are. */
export interface Pictures {
  /** For the workers' loadImage alone. */
  readonly items: readonly unknown[];
  /** What tables and messages call each. */
  readonly ids: readonly string[];
  /** How they become the network's input. */
  readonly preprocess: Preprocess;
}

/** What an experiment works with: no weights, so that a page has it without the network. */
export interface Laboratory {
  readonly context: FinishContext;
  readonly layers: readonly LayerInfo[];
  /** Where each layer's units can look. */
  readonly fields: readonly LayerField[];
  /** [height, width] of the network's input. */
  readonly sizePx: readonly [h: number, w: number];
  /** What a job's setup says about the network under study, its control included. */
  readonly subject: NetworkSetup & { readonly control?: WeightControl | undefined };
  readonly preprocess: Preprocess;
  /** The user's, or the default set of a built-in network; undefined: none. */
  readonly pictures?: Pictures | undefined;
  readonly runner: Pick<Pool, 'run'>;
  readonly signal?: AbortSignal | undefined;
  /** Progress of this experiment alone. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Takes the pictures that the experiment makes beside its tables, one by one. */
  readonly onPicture?: ((picture: ProbePicture) => void) | undefined;
}

export type Probe = StimulusProbe | GraphProbe | ExperimentProbe;

/**
 * What a network is compared with, by the same stimuli. `untrained`: the weights that training began with, where they are known;
 * `permuted`: the trained weights, shuffled within each layer; `random`: He-normal weights, each layer at the trained one's
 * mean and spread. Only what differs from all of them was learned.
 */
export type Control = 'untrained' | 'permuted' | 'random';

/** What tables say about where they come from. */
export interface FinishContext {
  readonly model: string;
  /** Undefined: the network itself. */
  readonly control?: Control | undefined;
  /** Visual angle that the input's width spans, degrees. */
  readonly fovDeg: number;
  readonly options: ProbeOptions;
  /** Images whose responses are in the states. */
  readonly nImages: number;
}
