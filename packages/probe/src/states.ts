/**
 * @file The states of a probing job as a whole: their bytes before it, how two are joined, and the tables at its end. Shared by
 * run.ts and by apps that spread a job over several threads of their own.
 */
import type { BoundGraph, Merging } from '@ventral/core';
import { measuredLayers } from './layers.ts';
import type { Control, FinishContext, LayerInfo, Probe, ProbeOptions } from './probe.ts';
import { stimulusProbes } from './probes.ts';
import type { Column, Table } from './table.ts';

/** One state or total per stimulus probe and layer, in the order of the probes' list and of the layers. */
export type PerProbeAndLayer = readonly (readonly unknown[])[];

/** What a finished job measured. */
export interface MeasuredStates {
  readonly state: PerProbeAndLayer;
  readonly total: PerProbeAndLayer;
}

/**
 * Bytes of one set of states. Probes that read the graph alone have none, those of one experiment share theirs.
 * @param sizePx the network's input
 */
export function stateBytesOf(
  probes: readonly Probe[],
  layers: readonly LayerInfo[],
  options: ProbeOptions,
  sizePx: readonly [h: number, w: number],
): number {
  const perLayer = (layer: LayerInfo) =>
    probes.reduce((bytes, probe) => bytes + (probe.kind === 'stimulus' ? probe.stateBytes(layer, options) : 0), 0);
  const experiments = [...new Set(probes.flatMap((probe) => (probe.kind === 'experiment' ? [probe.experiment] : [])))];
  return [
    ...layers.map(perLayer),
    ...experiments.map((experiment) => experiment.stateBytes(measuredLayers(layers), options, sizePx)),
  ].reduce((sum, bytes) => sum + bytes, 0);
}

/** How states of these probes are joined, probe by probe and layer by layer. */
export function mergingOf(probes: readonly string[], layers: readonly LayerInfo[]): Merging<PerProbeAndLayer, PerProbeAndLayer> {
  const join = (how: 'merge' | 'mergeTotals') => (a: PerProbeAndLayer, b: PerProbeAndLayer) =>
    stimulusProbes(probes).map((probe, p) => layers.map((_, l) => probe[how](a[p]![l], b[p]![l])));
  return { merge: join('merge'), mergeTotals: join('mergeTotals') };
}

/**
 * The tables of these probes, in their order; those of experiments are the experiments' to give.
 * @param measured needed where one of them reads responses
 */
export function tablesOf(
  context: FinishContext,
  graph: BoundGraph,
  layers: readonly LayerInfo[],
  probes: readonly Probe[],
  measured?: MeasuredStates,
): Table[] {
  const reading = probes.filter(({ kind }) => kind === 'stimulus');
  return probes.flatMap((probe) => {
    if (probe.kind === 'graph') return probe.measure(context, graph, layers);
    if (probe.kind === 'experiment') return [];
    if (!measured) throw new Error(`tablesOf: probe "${probe.name}" reads responses, and none were measured.`);
    const at = reading.indexOf(probe);
    const states = layers.map((layer, i) => ({ layer, state: measured.state[at]![i], total: measured.total[at]![i] }));
    return probe.finish(context, states).map((table) => withControlColumn(table, context.control));
  });
}

/** The table with a last column `control`. */
export function withControlColumn(table: Table, control: Control | undefined): Table {
  return {
    ...table,
    columns: [...table.columns, controlColumn],
    rows: table.rows.map((row) => [...row, control ?? null]),
  };
}

const controlColumn: Column = {
  name: 'control',
  type: 'string',
  description:
    'Empty: the network itself. Else the same layers with other weights: untrained (those that training began with), permuted (its own, shuffled within each layer), random (He-normal, each layer at its mean and spread).',
};

/** Tables of several sources (experiments, a network and its controls), joined by name: rows in the order of the sources. */
export function joinTables(sources: readonly (readonly Table[])[]): Table[] {
  const joined = new Map<string, Table>();
  for (const table of sources.flat()) {
    const before = joined.get(table.name);
    joined.set(table.name, before ? { ...before, rows: [...before.rows, ...table.rows] } : table);
  }
  return [...joined.values()];
}
