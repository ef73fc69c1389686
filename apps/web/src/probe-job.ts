/** @file A probe run as the pool takes it: every stimulus once, the states of all probes and layers merged. */
import type { Job } from '@ventral/core';
import { type PerProbeAndLayer, type ProbeSetup, stimulusProbes } from '@ventral/probe';
import type { NetworkFacts } from './facts.ts';
import type { NetworkSource, Stimulus } from './sources.ts';

/** The job of probing a network over stimuli. */
export function probeJob(
  source: NetworkSource,
  { setup }: Pick<NetworkFacts, 'setup'>,
  stimuli: readonly Stimulus[],
): Job<ProbeSetup, Stimulus, PerProbeAndLayer, PerProbeAndLayer> {
  const reading = stimulusProbes(setup.probes);
  const join = (a: PerProbeAndLayer, b: PerProbeAndLayer, how: 'merge' | 'mergeTotals') =>
    reading.map((probe, p) => setup.layers.map((_, l) => probe[how](a[p]![l], b[p]![l])));
  return {
    setup: { ...setup, model: source },
    items: stimuli,
    merging: { merge: (a, b) => join(a, b, 'merge'), mergeTotals: (a, b) => join(a, b, 'mergeTotals') },
    describe: ({ id }) => `stimulus "${id}"`,
  };
}
