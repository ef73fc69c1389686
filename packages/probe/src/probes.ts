/** @file The one list of probes. */
import { InputError } from '@ventral/core';
import { cost } from './cost/cost.ts';
import type { Probe, StimulusProbe } from './probe.ts';
import { receptiveField } from './receptive-field/table.ts';
import { statistics } from './statistics/statistics.ts';

/** All probes, in the order of their tables. `all` is their group. */
export const probes: readonly Probe[] = [receptiveField, cost, statistics];

/**
 * Probes by name, in the order of the list, each once: `rf,stats`, or `all`.
 * @throws InputError `probes: unknown probe "sparse". Known: rf, cost, stats, all.`
 */
export function selectProbes(names: string): Probe[] {
  const wanted = names.split(',').map((name) => name.trim());
  for (const name of wanted) {
    if (name !== 'all' && !probes.some((probe) => probe.name === name)) {
      throw new InputError(`probes: unknown probe "${name}". Known: ${probes.map((probe) => probe.name).join(', ')}, all.`);
    }
  }
  return wanted.includes('all') ? [...probes] : probes.filter((probe) => wanted.includes(probe.name));
}

/** The stimulus probes among these names, in the order of the list. */
export function stimulusProbes(names: readonly string[]): StimulusProbe[] {
  return probes.filter((probe): probe is StimulusProbe => probe.kind === 'stimulus' && names.includes(probe.name));
}
