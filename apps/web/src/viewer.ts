/**
 * @file The entry of the worker that shows: holds one network and the maps of one picture, and turns the states of a probe run
 * into tables. The page asks it through comlink (facts.ts).
 */
import {
  type ClassScore,
  classProbabilities,
  createExecutor,
  type Executor,
  type Preprocess,
  preprocess,
  rankClasses,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import {
  calibratedLayers,
  centreUnitFields,
  defaultFovDeg,
  defaultProbeOptions,
  defaultProbes,
  type LayerInfo,
  layerSet,
  probes,
  selectProbes,
  stateBytesOf,
  stimulusProbes,
  tablesOf,
} from '@ventral/probe';
import { stimulusSet } from '@ventral/stimuli';
import { expose } from 'comlink';
import type { LayerMaps, ShownPicture, StimulusSheet, Viewer } from './facts.ts';
import { compileKernels, createPictureLoader, loadNetwork, pictureNetwork } from './laboratory.ts';
import { holdLifeLock } from './life-lock.ts';
import { preprocessFor } from './probe-job.ts';

const options = defaultProbeOptions;
const reading = stimulusProbes(probes.map(({ name }) => name));
/** Done as a network opens; what takes seconds comes with the battery. */
const ofGraph = selectProbes(defaultProbes).filter(({ kind }) => kind === 'graph');
const loadPicture = createPictureLoader();

interface OpenNetwork {
  readonly executor: Executor;
  readonly layers: readonly LayerInfo[];
  readonly preprocess: Preprocess;
  readonly inputName: string;
  readonly heightPx: number;
  readonly widthPx: number;
  readonly kernels: ReturnType<typeof instantiate>;
}
let open: OpenNetwork | undefined;
/** Channels-last responses of each layer to the picture shown. */
let responses: Float32Array<ArrayBuffer>[] = [];
let pictureId = '';

function opened(): OpenNetwork {
  if (!open) throw new Error('viewer: no network is open.');
  return open;
}

const viewer: Viewer = {
  async open(source) {
    const loaded = await loadNetwork(source);
    const { bound, graph, input, picture, preprocess: recipe, isPreprocessAssumed } = pictureNetwork(loaded);
    const layers = layerSet(graph, 'canonical');
    const kernels = instantiate(await compileKernels());
    const executor = createExecutor(kernels, graph, { taps: layers.map(({ layer }) => layer) });
    const [heightPx, widthPx] = picture.sizePx;
    open = { executor, layers, kernels, inputName: picture.name, preprocess: recipe, heightPx, widthPx };
    responses = [];
    const stateBytes = stateBytesOf(reading, layers, options, [heightPx, widthPx]);
    const { weights, activations, scratch } = executor.bytes;
    const weightBytes = weights + (source.kind === 'files' ? source.model.size : 0);
    return {
      name: graph.name,
      notice: graph.metadata.notice,
      isPreprocessAssumed,
      heightPx,
      widthPx,
      defaultFovDeg: graph.metadata.fovDeg ?? defaultFovDeg,
      layers,
      fields: centreUnitFields(graph, layers),
      calibratedLayers: calibratedLayers(loaded, bound),
      stateBytes,
      workerBytes: activations + scratch + stateBytes + (crossOriginIsolated ? 0 : weightBytes),
      sharedBytes: crossOriginIsolated ? weightBytes : 0,
      setup: {
        kind: 'probe',
        input,
        allNodes: false,
        exact: false,
        layers,
        probes: reading.map(({ name }) => name),
        options,
        preprocess: recipe,
      },
    };
  },

  async show(stimulus) {
    const { executor, layers, kernels, inputName, heightPx, widthPx, preprocess: own } = opened();
    const recipe = preprocessFor(stimulus, own);
    const image = await loadPicture(stimulus);
    executor.setInput(inputName, preprocess(image, recipe, { heightPx, widthPx }), 'channelsLast');
    const next: Float32Array<ArrayBuffer>[] = [];
    executor.run(({ tapIndex, ptr, rows, channels }) => {
      next[tapIndex] = kernels.f32(ptr, rows * channels).slice();
    });
    responses = layers.map((_, i) => next[i]!);
    pictureId = stimulus.id;
    // The same geometry without the scaling: what the network sees, as 8-bit colours.
    const seen = preprocess(
      image,
      { ...recipe, channels: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] },
      { heightPx, widthPx },
    );
    const rgba = opaque(seen);
    return { id: stimulus.id, heightPx, widthPx, rgba, predictions: predictions(executor) } satisfies ShownPicture;
  },

  maps(layerIndex) {
    const layer = opened().layers[layerIndex];
    const from = responses[layerIndex];
    if (!layer || !from) throw new Error(`viewer: no responses of layer ${layerIndex}; show a picture first.`);
    const { nChannels, heightUnits, widthUnits } = layer;
    const nUnits = heightUnits * widthUnits;
    const values = new Float32Array(from.length);
    const [min, max, mean] = [new Float32Array(nChannels), new Float32Array(nChannels), new Float32Array(nChannels)];
    for (let c = 0; c < nChannels; c++) {
      let [low, high, sum] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
      for (let i = 0; i < nUnits; i++) {
        const value = from[i * nChannels + c]!;
        values[c * nUnits + i] = value;
        sum += value;
        if (value < low && value !== Number.NEGATIVE_INFINITY) low = value;
        if (value > high && value !== Number.POSITIVE_INFINITY) high = value;
      }
      min[c] = low;
      max[c] = high;
      mean[c] = sum / nUnits;
    }
    return { layerIndex, pictureId, nChannels, heightUnits, widthUnits, values, min, max, mean } satisfies LayerMaps;
  },

  graphTables(fovDeg) {
    const { executor, layers } = opened();
    const context = { model: executor.graph.name, fovDeg, options, nImages: 0 };
    return tablesOf(context, executor.graph, layers, ofGraph);
  },

  sheet(set, view, nMost) {
    const list = stimulusSet(set).list(view);
    const n = Math.min(nMost, list.nStimuli);
    const shown = Array.from({ length: n }, (_, i) => Math.round((i * (list.nStimuli - 1)) / Math.max(1, n - 1)));
    const pictures = shown.map((i) => {
      const { heightPx, widthPx, data } = list.draw(i);
      return { id: list.id(i), parameters: list.parameters(i), heightPx, widthPx, rgba: opaque(data) };
    });
    return { nStimuli: list.nStimuli, pictures } satisfies StimulusSheet;
  },

  stimulusTables({ state, total, nImages, fovDeg }) {
    const { executor, layers } = opened();
    const context = { model: executor.graph.name, fovDeg, options, nImages };
    return tablesOf(context, executor.graph, layers, reading, { state, total });
  },
};

/** RGB rows as RGBA rows, as a canvas takes them. */
function opaque(rgb: ArrayLike<number>): Uint8ClampedArray<ArrayBuffer> {
  const nPixels = rgb.length / 3;
  const rgba = new Uint8ClampedArray(nPixels * 4).fill(255);
  for (let i = 0; i < nPixels; i++) for (let c = 0; c < 3; c++) rgba[4 * i + c] = rgb[3 * i + c]!;
  return rgba;
}

/** The five most probable classes. */
function predictions({ graph, read }: Executor): ClassScore[] {
  const probabilities = classProbabilities(graph.outputs.map(read));
  return probabilities ? rankClasses(probabilities, graph.metadata.classes).slice(0, 5) : [];
}

expose(viewer);
holdLifeLock();
