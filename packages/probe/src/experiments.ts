/** @file Runs the experiments that some probes read from, each once, as one piece of work. */
import type { Experiment, Laboratory, Probe } from './probe.ts';
import { joinTables } from './states.ts';
import type { Table } from './table.ts';

/** The experiments of these probes, each with the names of its own. */
function experimentsOf(probes: readonly Probe[]): Map<Experiment, string[]> {
  const found = new Map<Experiment, string[]>();
  for (const probe of probes) {
    if (probe.kind !== 'experiment') continue;
    found.set(probe.experiment, [...(found.get(probe.experiment) ?? []), probe.name]);
  }
  return found;
}

/** Items of all experiments of these probes: what the progress of {@link measureExperiments} goes to. */
export function nExperimentItems(laboratory: Laboratory, probes: readonly Probe[]): number {
  return [...experimentsOf(probes)].reduce((sum, [experiment, names]) => sum + experiment.nItems(laboratory, names), 0);
}

/**
 * The tables of all experiments of these probes; those of one name are joined.
 * @throws JobAborted after a cancel
 */
export async function measureExperiments(laboratory: Laboratory, probes: readonly Probe[]): Promise<Table[]> {
  const nItems = nExperimentItems(laboratory, probes);
  const tables: (readonly Table[])[] = [];
  let nBefore = 0;
  for (const [experiment, names] of experimentsOf(probes)) {
    const before = nBefore;
    nBefore += experiment.nItems(laboratory, names);
    const onProgress: Laboratory['onProgress'] = ({ nDone, nFailed }) =>
      laboratory.onProgress?.({ nDone: before + nDone, nItems, nFailed });
    tables.push(await experiment.measure({ ...laboratory, onProgress }, names));
  }
  return joinTables(tables);
}
