/** @file A probe run as the pool takes it: the stimuli, each once, and how the states of all probes and layers are merged. */
import type { Job, Preprocess } from '@ventral/core';
import { mergingOf, type PerProbeAndLayer, type ProbeSetup } from '@ventral/probe';
import { defaultSetName, stimulusSet } from '@ventral/stimuli';
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
