/** @file What the viewing worker tells the page about a network, a picture and a layer: plain data that crosses the thread. */
import type { ClassScore } from '@ventral/core';
import type { LayerField, LayerInfo, PerProbeAndLayer, ProbeSetup, Table } from '@ventral/probe';
import type { Parameters, StimulusView } from '@ventral/stimuli';
import type { NetworkSource, Stimulus } from './sources.ts';

export interface NetworkFacts {
  readonly name: string;
  /** One line to show wherever the network appears. */
  readonly notice: string | undefined;
  /** True if no preprocessing came with it. */
  readonly isPreprocessAssumed: boolean;
  readonly heightPx: number;
  readonly widthPx: number;
  /** Visual angle that the input's width spans unless the user says otherwise, degrees. */
  readonly defaultFovDeg: number;
  readonly layers: readonly LayerInfo[];
  /** Where each layer's centre unit can look. */
  readonly fields: readonly LayerField[];
  /** What the random control is brought to scale by. */
  readonly calibratedLayers: readonly LayerInfo[];
  /** Bytes of one worker: activations, scratch and states of the probes; weights, where workers do not share memory. */
  readonly workerBytes: number;
  /** Bytes that all probing workers hold together, once. */
  readonly sharedBytes: number;
  /** Bytes of one worker's running sums. */
  readonly stateBytes: number;
  /** What the workers that probe are told, but for the network's handle. */
  readonly setup: Omit<ProbeSetup, 'model'>;
}

/** A picture as the network sees it, and what the network says of it. */
export interface ShownPicture {
  readonly id: string;
  readonly heightPx: number;
  readonly widthPx: number;
  /** RGBA rows. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
  /** Most probable first; empty if the network's output is no list of classes. */
  readonly predictions: readonly ClassScore[];
}

/** All feature maps of one layer for the picture shown. */
export interface LayerMaps {
  readonly layerIndex: number;
  readonly pictureId: string;
  readonly nChannels: number;
  readonly heightUnits: number;
  readonly widthUnits: number;
  /** [c, h, w], row-major. */
  readonly values: Float32Array<ArrayBuffer>;
  /** Per channel, over finite values. */
  readonly min: Float32Array<ArrayBuffer>;
  readonly max: Float32Array<ArrayBuffer>;
  readonly mean: Float32Array<ArrayBuffer>;
}

/** Some pictures of a physiologist's set. */
export interface StimulusSheet {
  /** Of the whole set. */
  readonly nStimuli: number;
  readonly pictures: readonly SheetPicture[];
}

export interface SheetPicture {
  readonly id: string;
  readonly parameters: Parameters;
  readonly heightPx: number;
  readonly widthPx: number;
  /** RGBA rows. */
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** What the viewing worker answers to. */
export interface Viewer {
  /** Reads a network in place of the one before. @throws InputError */
  open(source: NetworkSource): Promise<NetworkFacts>;
  /** Runs the network over one picture and keeps what its layers gave. @throws InputError */
  show(stimulus: Stimulus): Promise<ShownPicture>;
  /** Maps of a layer for the picture shown last. */
  maps(layerIndex: number): LayerMaps;
  /** Tables that follow from the network alone, sizes in degrees for that field of view. */
  graphTables(fovDeg: number): Table[];
  /** Pictures of a set, evenly spaced through it, at most so many. @throws InputError if the set cannot be made for the view */
  sheet(set: string, view: StimulusView, nMost: number): StimulusSheet;
  /** Tables of a probe run. */
  stimulusTables(run: ProbeRun): Table[];
}

/** Merged states of all stimulus probes, as the pool gives them. */
export interface ProbeRun {
  readonly state: PerProbeAndLayer;
  readonly total: PerProbeAndLayer;
  readonly nImages: number;
  readonly fovDeg: number;
}
