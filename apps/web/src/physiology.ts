/** @file Groups of probes that make their own stimuli: runs one in a worker, follows how far it is, cancels it. Writes the store. */
import { batch } from '@preact/signals';
import type { Table } from '@ventral/probe';
import { proxy, releaseProxy, wrap } from 'comlink';
import { t } from './i18n/index.ts';
import type { Physiologist } from './physiologist.ts';
import { controlsFor } from './probe-job.ts';
import * as state from './state.ts';
import { watched } from './workers.ts';

let end: (() => void) | undefined;

/** Measures every layer with the chosen group of probes, in place of a run under way. */
export async function runPhysiology(): Promise<void> {
  const network = state.network.value;
  if (!network) return;
  end?.();
  const spawned = watched((name) => new Worker(new URL('./physiologist.ts', import.meta.url), { type: 'module', name }));
  const remote = wrap<Physiologist>(spawned.endpoint as never);
  const isCurrent = () => end === stop;
  const stop = () => {
    end = undefined;
    remote[releaseProxy]();
    spawned.terminate();
  };
  end = stop;
  const died = new Promise<never>((_, reject) => spawned.onExit((reason) => reject(new Error(reason))));
  const started = performance.now();
  let firstMs = 0;
  let shownMs = 0;
  const show = (nDone: number, nItems: number) => {
    const now = performance.now();
    // Workers are ready when the first step is behind us: time is counted from there.
    firstMs ||= now;
    if (!isCurrent() || (now - shownMs < 100 && nDone < nItems)) return;
    shownMs = now;
    const secondsLeft = now - firstMs > 2000 ? ((now - firstMs) / nDone / 1000) * (nItems - nDone) : undefined;
    state.physiology.value = { is: 'running', nDone, nItems, secondsLeft };
  };
  batch(() => {
    state.physiology.value = { is: 'running', nDone: 0, nItems: 1, secondsLeft: undefined };
    state.status.value = t.value.physiology.statusStarted(t.value.physiology.groups[state.probeGroup.value].name);
  });
  try {
    const source = state.networkSource.value;
    const fovDeg = state.fovDeg.value;
    const controls = state.withControls.value ? controlsFor(source) : [];
    const group = state.probeGroup.value;
    const [nWorkers, stimuli] = [state.nWorkers.value, state.stimuli.value];
    const request = { source, network, group, fovDeg, controls, nWorkers, stimuli };
    const nTables = await Promise.race([remote.measure(request, proxy(show)), died]);
    const tables: Table[] = [];
    for (let i = 0; i < nTables; i++) tables.push(await Promise.race([remote.table(i), died]));
    const pictures = await Promise.race([remote.pictures(), died]);
    if (!isCurrent()) return;
    const seconds = (performance.now() - started) / 1000;
    batch(() => {
      const { value: before } = state.measuredGroups;
      const others = before.fovDeg === fovDeg ? before : { tables: {}, pictures: {} };
      state.measuredGroups.value = {
        fovDeg,
        tables: { ...others.tables, [group]: tables },
        pictures: { ...others.pictures, [group]: pictures },
      };
      state.physiology.value = { is: 'done', seconds };
      state.status.value = t.value.physiology.done(t.value.physiology.groups[group].name, seconds.toFixed(0));
    });
    stop();
  } catch (error) {
    if (!isCurrent()) return;
    stop();
    const message = error instanceof Error ? error.message : String(error);
    batch(() => {
      state.physiology.value = { is: 'failed', message };
      state.status.value = `${t.value.physiology.failed} ${message}`;
    });
  }
}

/** Stops the run; nothing of it is kept. */
export function cancelPhysiology(): void {
  const run = state.physiology.value;
  end?.();
  if (run.is !== 'running') return;
  batch(() => {
    state.physiology.value = { is: 'cancelled', nDone: run.nDone, nItems: run.nItems };
    state.status.value = t.value.cancelled;
  });
}
