/** @file The one list of probes. */
import { InputError } from '@ventral/core';
import { linearShare } from './complexity/linear-share.ts';
import { cost } from './cost/cost.ts';
import { filters } from './filters/filters.ts';
import { physiology as battery, complexity, selectivity } from './physiology/measure.ts';
import { preferred } from './preferred/preferred.ts';
import type { Probe, StimulusProbe } from './probe.ts';
import { effectiveField } from './receptive-field/effective.ts';
import { receptiveField } from './receptive-field/table.ts';
import { statistics } from './statistics/statistics.ts';
import { v1Properties } from './v1-properties/v1-properties.ts';
import { visualise } from './visualise/visualise.ts';

/** All probes, in the order of their tables. */
export const probes: readonly Probe[] = [
  receptiveField,
  cost,
  statistics,
  filters,
  effectiveField,
  ...battery,
  ...selectivity,
  ...complexity,
  v1Properties,
  linearShare,
  preferred,
  visualise,
];

/** Probes that are asked for by one name. */
const groups: Readonly<Record<string, readonly Probe[]>> = {
  physiology: [filters, effectiveField, ...battery],
  selectivity,
  complexity: [...complexity, linearShare, preferred],
  // The published battery is the electrode once more, in the other mode: asked for by name.
  all: probes.filter((probe) => probe !== v1Properties),
};

/** What is measured unless something else is asked for: on the user's pictures alone. */
export const defaultProbes = 'rf,cost,stats';

/**
 * Probes by name, in the order of the list, each once: `rf,stats`, or a group, `physiology` or `all`.
 * @throws InputError `probes: unknown probe "sparse". Known: rf, cost, stats, …, physiology, all.`
 */
export function selectProbes(names: string): Probe[] {
  const wanted = names.split(',').map((name) => name.trim());
  const isWanted = (probe: Probe) => wanted.some((name) => probe.name === name || groups[name]?.includes(probe));
  const known = [...probes.map((probe) => probe.name), ...Object.keys(groups)];
  for (const name of wanted)
    if (!known.includes(name)) throw new InputError(`probes: unknown probe "${name}". Known: ${known.join(', ')}.`);
  return probes.filter(isWanted);
}

/** The stimulus probes among these names, in the order of the list. */
export function stimulusProbes(names: readonly string[]): StimulusProbe[] {
  return probes.filter((probe): probe is StimulusProbe => probe.kind === 'stimulus' && names.includes(probe.name));
}
