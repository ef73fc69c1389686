/** @file The host's side of the battery: one job for each group of layers, then every unit's measures and each layer's medians. */

import { layerCells } from '../layers.ts';
import type { Experiment, ExperimentProbe, Laboratory, LayerInfo, ProbeOptions } from '../probe.ts';
import { sampledChannels } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { harmonics } from '../tuning/phase.ts';
import { batteryConditions, type Condition, layerGroups } from './battery.ts';
import { type TuningProbe, tuningProbes } from './probes.ts';
import type { SetResponses, UnitResponses } from './responses.ts';
import { type ConditionItem, mergeRecordings, type PhysiologySetup, type Recording } from './session.ts';

const summaryColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'measure', type: 'string', description: 'What was measured; units are in its name.' },
  { name: 'median', type: 'number', description: 'Median over the units for which the measure is defined.' },
  { name: 'lower_quartile', type: 'number', description: 'Lower quartile over the same units.' },
  { name: 'upper_quartile', type: 'number', description: 'Upper quartile over the same units.' },
  { name: 'n_units', type: 'integer', description: 'Units measured: the centre units of all channels, or of a sample of them.' },
  { name: 'n_defined', type: 'integer', description: 'Units for which the measure is defined.' },
  { name: 'note', type: 'string', description: 'Why it is not defined for the others: the most frequent reason.' },
];

const unitColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'channel', type: 'integer', description: 'Channel whose centre unit was measured.' },
];

const noteColumn: Column = { name: 'note', type: 'string', description: 'Why cells are empty, or how far to trust them.' };

/** Stimuli of all sets, about. */
const nStimuli = 3000;

/** The battery as an experiment: the probes wanted share one run. */
export const battery: Experiment = {
  /** A float32 for each unit and stimulus, as if all layers were one group. */
  stateBytes: (layers: readonly LayerInfo[], { maxUnits }: ProbeOptions) =>
    layers.reduce((sum, { nChannels }) => sum + Math.min(nChannels, maxUnits), 0) * nStimuli * 4,
  nItems: (laboratory, names) =>
    plan(laboratory, tuningProbesOf(names)).reduce((sum, { conditions }) => sum + conditions.length, 0),
  measure: (laboratory, names) => measureTuning(laboratory, tuningProbesOf(names)),
};

const tuningProbesOf = (names: readonly string[]) => tuningProbes.filter(({ name }) => names.includes(name));

/** The battery's probes as users select them. */
export const physiology: readonly ExperimentProbe[] = tuningProbes.map(({ name, title }) => ({
  kind: 'experiment',
  name,
  title,
  experiment: battery,
}));

/**
 * Runs the battery on a network: each group of layers sees stimuli made for its field.
 *
 * @returns `tuning`, a row for each layer and measure, and for each probe a table of its units: `tuning-orientation`, …
 * @throws JobAborted after a cancel
 */
export async function measureTuning(laboratory: Laboratory, probes: readonly TuningProbe[]): Promise<Table[]> {
  const { context, layers, sizePx, subject, preprocess, runner, signal, onProgress } = laboratory;
  const { fovDeg, options } = context;
  const scale = { pixelsPerDegree: sizePx[1] / fovDeg };
  const groups = plan(laboratory, probes);
  const nItems = groups.reduce((sum, { conditions }) => sum + conditions.length, 0);
  let nBefore = 0;
  /** Per layer, unit and probe. */
  const measured = new Map<number, ReturnType<TuningProbe['measure']>[][]>();
  for (const { layers: members, view, conditions } of groups) {
    const measuring = members.map((i) => layers[i]!);
    const setup: PhysiologySetup = { ...subject, kind: 'physiology', layers: measuring, options, view, preprocess };
    const { state = [] } = await runner.run<PhysiologySetup, ConditionItem, readonly Recording[], null>({
      setup,
      items: conditions.map(({ set, stimuli }, index) => ({ index, set, stimuli })),
      merging: mergeRecordings,
      describe: ({ set, index }) => `condition ${index} ("${set}")`,
      signal,
      onProgress: ({ nDone }) => onProgress?.({ nDone: nBefore + nDone, nItems, nFailed: 0 }),
      strict: true,
    });
    nBefore += conditions.length;
    let first = 0;
    for (const [at, layer] of measuring.entries()) {
      const nUnits = sampledChannels(layer, options).length;
      const units = Array.from({ length: nUnits }, (_, unit) => responsesOf(conditions, state, first + unit));
      measured.set(
        members[at]!,
        units.map((unit) => probes.map((probe) => probe.measure(unit, scale))),
      );
      first += nUnits;
    }
  }
  return tablesOf(laboratory, probes, measured);
}

/** Who sees what: groups of layers, each with its view and conditions. */
function plan({ context, fields, sizePx }: Laboratory, probes: readonly TuningProbe[]) {
  const { fovDeg, options } = context;
  const [heightPx, widthPx] = sizePx;
  const sets = [...new Set(['blank', ...probes.flatMap((probe) => probe.sets)])];
  return layerGroups(fields).map((group) => {
    const view = { heightPx, widthPx, fovDeg, seed: options.seed, target: group.target };
    return { ...group, view, conditions: batteryConditions(sets, view) };
  });
}

/** One unit's responses, from recordings in the order of the conditions. */
function responsesOf(conditions: readonly Condition[], recordings: readonly Recording[], unit: number): UnitResponses {
  const sets = new Map<string, SetResponses>();
  const of = (set: string): SetResponses => {
    const known = sets.get(set);
    if (known) return known;
    const at = conditions.flatMap((condition, i) => (condition.set === set ? [i] : []));
    if (at.length === 0) throw new Error(`responsesOf: the set "${set}" was not shown.`);
    const nPhases = conditions[at[0]!]!.stimuli.length;
    const responses = new Float64Array(at.length * nPhases);
    for (let i = 0; i < responses.length; i++) {
      const { responses: ofAll } = recordings[at[Math.floor(i / nPhases)]!]!;
      responses[i] = ofAll[(i % nPhases) * (ofAll.length / nPhases) + unit]!;
    }
    const measured = { conditions: at.map((i) => conditions[i]!), responses, ...harmonics(responses, nPhases) };
    sets.set(set, measured);
    return measured;
  };
  const blank = conditions.findIndex(({ set }) => set === 'blank');
  return { blank: recordings[blank]!.responses[unit]!, of };
}

function tablesOf(
  { context, layers, fields }: Laboratory,
  probes: readonly TuningProbe[],
  measured: ReadonlyMap<number, ReturnType<TuningProbe['measure']>[][]>,
): Table[] {
  const { model, options } = context;
  const summary: Cell[][] = [];
  for (const [i, layer] of layers.entries()) {
    const units = measured.get(i);
    for (const [p, probe] of probes.entries()) {
      for (const [m, { name }] of probe.measures.entries()) {
        const values = (units ?? []).map((unit) => unit[p]!.values[m]!);
        const defined = Float64Array.from(values.filter((value) => !Number.isNaN(value))).sort();
        const notes = (units ?? []).flatMap((unit) => (Number.isNaN(unit[p]!.values[m]!) ? [unit[p]!.note] : []));
        const note = units ? mostFrequent(notes) : `a field of ${fields[i]!.sizePx.join('×')} px is too small for gratings`;
        const quantile = (share: number) => quantileOf(defined, share);
        summary.push([
          ...layerCells(model, layer),
          name,
          quantile(0.5),
          quantile(0.25),
          quantile(0.75),
          Math.min(layer.nChannels, options.maxUnits),
          defined.length,
          note,
        ]);
      }
    }
  }
  const perUnit = probes.map((probe, p) => ({
    name: `tuning-${probe.name}`,
    title: probe.title,
    columns: [...unitColumns, ...probe.measures, noteColumn],
    rows: layers.flatMap((layer, i) =>
      (measured.get(i) ?? []).map((unit, u): Cell[] => [
        ...layerCells(model, layer),
        sampledChannels(layer, options)[u]!,
        ...unit[p]!.values,
        unit[p]!.note,
      ]),
    ),
  }));
  return [{ name: 'tuning', title: 'Tuning of every layer', columns: summaryColumns, rows: summary }, ...perUnit];
}

/** Quantile of ascending values, between neighbours in a straight line (Hyndman & Fan 1996, definition 7); NaN of none. */
function quantileOf(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const at = share * (ascending.length - 1);
  const below = Math.floor(at);
  const low = ascending[below]!;
  const high = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return low + (high - low) * (at - below);
}

/** The most frequent of some notes, the first of several; null of none. */
function mostFrequent(notes: readonly (string | null)[]): string | null {
  const counts = new Map<string, number>();
  for (const note of notes) if (note !== null) counts.set(note, (counts.get(note) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? null;
}
