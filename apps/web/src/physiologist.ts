/**
 * @file The entry of the worker that runs the probes of physiology: it hires workers of its own, shows the battery to the network
 * and then to its controls, and computes every unit's measures, which would hold the page up for seconds.
 */
import { type Control, joinTables, measureExperiments, selectProbes, type Table, withControlColumn } from '@ventral/probe';
import { expose } from 'comlink';
import type { NetworkFacts } from './facts.ts';
import { holdLifeLock } from './life-lock.ts';
import { laboratoryFor } from './probe-job.ts';
import type { NetworkSource } from './sources.ts';
import { poolFor } from './workers.ts';

export interface TuningRequest {
  readonly source: NetworkSource;
  readonly network: NetworkFacts;
  readonly fovDeg: number;
  readonly controls: readonly Control[];
  readonly nWorkers: number;
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
}

let tables: readonly Table[] = [];

const physiologist: Physiologist = {
  async measure({ source, network, fovDeg, controls, nWorkers }, onProgress) {
    const pool = poolFor(nWorkers, undefined);
    const subjects = [undefined, ...controls];
    try {
      const perSubject: Table[][] = [];
      for (const [i, control] of subjects.entries()) {
        const laboratory = {
          ...(await laboratoryFor(source, network, fovDeg, control, pool)),
          onProgress: ({ nDone, nItems }: { readonly nDone: number; readonly nItems: number }) =>
            onProgress(i * nItems + nDone, subjects.length * nItems),
        };
        const measured = await measureExperiments(laboratory, selectProbes('physiology'));
        perSubject.push(measured.map((table) => withControlColumn(table, control)));
      }
      tables = joinTables(perSubject);
      return tables.length;
    } finally {
      pool.close();
    }
  },

  table: (index) => tables[index]!,
};

expose(physiologist);
holdLifeLock();
