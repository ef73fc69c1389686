/**
 * @file The entry of the worker that runs a group of probes: it hires workers of its own, shows their stimuli to the network
 * and then to its controls, and computes every unit's measures, which would hold the page up for seconds.
 */
import { v1ScoreTables } from '@ventral/cortex';
import {
  type Control,
  joinTables,
  measureExperiments,
  type ProbePicture,
  selectProbes,
  type Table,
  tablesOf,
  withControlColumn,
} from '@ventral/probe';
import { expose } from 'comlink';
import type { NetworkFacts } from './facts.ts';
import { loadNetwork, pictureNetwork } from './laboratory.ts';
import { holdLifeLock } from './life-lock.ts';
import { measurements } from './measurements.ts';
import { laboratoryFor } from './probe-job.ts';
import type { NetworkSource, Stimulus } from './sources.ts';
import type { ProbeGroup } from './state.ts';
import { poolFor } from './workers.ts';

export interface TuningRequest {
  readonly source: NetworkSource;
  readonly network: NetworkFacts;
  readonly group: ProbeGroup;
  readonly fovDeg: number;
  readonly controls: readonly Control[];
  readonly nWorkers: number;
  /** For the probes that look at pictures. */
  readonly stimuli: readonly Stimulus[];
}

/** What the page asks it. Cancelled by ending the worker, and with it those it hired. */
export interface Physiologist {
  /**
   * Measures the network and its controls; the tables are then asked for one by one, for they can be large.
   * @param onProgress items are runs of a few stimuli, and gradients
   * @returns how many tables there are
   */
  measure(request: TuningRequest, onProgress: (nDone: number, nItems: number) => void): Promise<number>;
  table(index: number): Table;
  /** Those that the experiments made. */
  pictures(): readonly ProbePicture[];
}

let tables: readonly Table[] = [];
let pictures: readonly ProbePicture[] = [];

/** What the group's probes read off the network alone; it is held only so long. */
async function graphTables(
  source: NetworkSource,
  { name, layers, setup }: NetworkFacts,
  group: ProbeGroup,
  fovDeg: number,
): Promise<Table[]> {
  const ofGraph = selectProbes(group).filter(({ kind }) => kind === 'graph');
  if (ofGraph.length === 0) return [];
  const { graph } = pictureNetwork(await loadNetwork(source));
  return tablesOf({ model: name, fovDeg, options: setup.options, nImages: 0 }, graph, layers, ofGraph);
}

const physiologist: Physiologist = {
  async measure({ source, network, group, fovDeg, controls, nWorkers, stimuli }, onProgress) {
    const pool = poolFor(nWorkers, undefined);
    const subjects = [undefined, ...controls];
    try {
      const perSubject: Table[][] = [await graphTables(source, network, group, fovDeg)];
      const made: ProbePicture[] = [];
      for (const [i, control] of subjects.entries()) {
        const laboratory = {
          ...(await laboratoryFor(source, network, fovDeg, control, pool, stimuli)),
          onPicture: (picture: ProbePicture) => void made.push(picture),
          onProgress: ({ nDone, nItems }: { readonly nDone: number; readonly nItems: number }) =>
            onProgress(i * nItems + nDone, subjects.length * nItems),
        };
        const measured = await measureExperiments(laboratory, selectProbes(group));
        perSubject.push(measured.map((table) => withControlColumn(table, control)));
      }
      const joined = joinTables(perSubject);
      tables = [...joined, ...v1ScoreTables(joined, measurements(), network.setup.options.seed)];
      pictures = made;
      return tables.length;
    } finally {
      pool.close();
    }
  },

  table: (index) => tables[index]!,

  pictures: () => pictures,
};

expose(physiologist);
holdLifeLock();
