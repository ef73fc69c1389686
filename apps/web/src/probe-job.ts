/**
 * @file A probe run as the pool takes it: the stimuli, each once, and how the states of all probes and layers are merged. And what
 * an experiment works with, which makes its own stimuli.
 */
import type { Job, Preprocess } from '@ventral/core';
import {
  type Control,
  type Laboratory,
  layerGroups,
  measuredLayers,
  mergingOf,
  type PerProbeAndLayer,
  type ProbeSetup,
  randomControl,
  type WeightControl,
} from '@ventral/probe';
import { defaultSetName, type StimulusView, stimulusSet } from '@ventral/stimuli';
import { builtinNetworks } from './builtin.ts';
import type { NetworkFacts } from './facts.ts';
import type { NetworkSource, Stimulus } from './sources.ts';

/** The default set, drawn for a network's input. */
export function builtinStimuli({ heightPx, widthPx, setup }: NetworkFacts, fovDeg: number): Stimulus[] {
  const view = { heightPx, widthPx, fovDeg, seed: setup.options.seed };
  const { nStimuli, id } = stimulusSet(defaultSetName).list(view);
  return Array.from({ length: nStimuli }, (_, index) => ({
    kind: 'builtin',
    id: id(index),
    set: defaultSetName,
    index,
    view,
  }));
}

/** The job of probing a network over stimuli. */
export function probeJob(
  source: NetworkSource,
  { setup }: Pick<NetworkFacts, 'setup'>,
  stimuli: readonly Stimulus[],
): Job<ProbeSetup, Stimulus, PerProbeAndLayer, PerProbeAndLayer> {
  return {
    setup: { ...setup, model: source, preprocess: preprocessFor(stimuli[0], setup.preprocess) },
    items: stimuli,
    merging: mergingOf(setup.probes, setup.layers),
    describe: ({ id }) => `stimulus "${id}"`,
  };
}

/** Built-in sets are drawn at the network's own size: their geometry is theirs. */
export function preprocessFor(stimulus: Stimulus | undefined, preprocess: Preprocess): Preprocess {
  return stimulus?.kind === 'builtin' ? { ...preprocess, resize: undefined, crop: undefined } : preprocess;
}

/** What a network is compared with: shuffled and random weights always, the untrained ones where they are known. */
export function controlsFor(source: NetworkSource): readonly Control[] {
  return [...(untrainedOf(source) === undefined ? [] : (['untrained'] as const)), 'permuted', 'random'];
}

function untrainedOf(source: NetworkSource): string | undefined {
  return source.kind === 'builtin' ? builtinNetworks.find(({ name }) => name === source.name)?.untrained : undefined;
}

/** The layers that experiments measure, and where their centre units look. */
function measured({ layers, fields }: NetworkFacts): Pick<Laboratory, 'layers' | 'fields'> {
  const kept = measuredLayers(layers);
  return { layers: kept, fields: kept.map((layer) => fields[layers.indexOf(layer)]!) };
}

/**
 * What an experiment works with.
 *
 * @param control undefined: the network itself; `random` is calibrated on the first pictures of the default set
 * @param stimuli what is shown to the network as it is
 * @throws JobAborted after a cancel
 */
export async function laboratoryFor(
  source: NetworkSource,
  network: NetworkFacts,
  fovDeg: number,
  control: Control | undefined,
  runner: Laboratory['runner'],
  stimuli: readonly Stimulus[],
): Promise<Laboratory> {
  const { name, heightPx, widthPx, setup } = network;
  const { input, allNodes, exact, options } = setup;
  const untrained = control === 'untrained' ? untrainedOf(source) : undefined;
  const subject = {
    model: untrained === undefined ? source : ({ kind: 'builtin', name: untrained } satisfies NetworkSource),
    input,
    allNodes,
    exact,
  };
  const { preprocess } = setup;
  const weights = async (): Promise<WeightControl | undefined> => {
    if (control === 'permuted') return { kind: 'permuted', seed: options.seed };
    if (control !== 'random') return undefined;
    const items = builtinStimuli(network, fovDeg);
    const recipe = preprocessFor(items[0], preprocess);
    return randomControl({
      network: subject,
      layers: network.calibratedLayers,
      options,
      preprocess: recipe,
      items,
      runner,
    });
  };
  return {
    context: { model: name, control, fovDeg, options, nImages: 0 },
    ...measured(network),
    sizePx: [heightPx, widthPx],
    subject: { ...subject, control: await weights() },
    preprocess,
    pictures:
      stimuli.length === 0
        ? undefined
        : { items: stimuli, ids: stimuli.map(({ id }) => id), preprocess: preprocessFor(stimuli[0], preprocess) },
    runner,
  };
}

/**
 * How the battery's stimuli are made for a layer: for its group's field, or for its own where it is not among those measured.
 * @param layer its place in the network's layers
 */
export function batteryView(network: NetworkFacts, fovDeg: number, layer: number): StimulusView {
  const { heightPx, widthPx, setup } = network;
  const { layers, fields } = measured(network);
  const at = layers.indexOf(network.layers[layer]!);
  const { centerPx, sizePx } = network.fields[layer]!;
  const own = { centerPx, fieldPx: Math.max(...sizePx) };
  const target = layerGroups(fields).find((group) => group.layers.includes(at))?.target ?? own;
  return { heightPx, widthPx, fovDeg, seed: setup.options.seed, target };
}
