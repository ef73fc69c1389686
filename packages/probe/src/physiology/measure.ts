/** @file The host's side of the battery: one job for each group of layers, then every unit's measures and each layer's medians. */
import { nextTask } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { layerCells } from '../layers.ts';
import type { Experiment, ExperimentProbe, Laboratory } from '../probe.ts';
import { sampledChannels } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { harmonics } from '../tuning/phase.ts';
import { type Condition, conditionsOf, layerGroups } from './battery.ts';
import { type TuningProbe, tuningProbes } from './probes.ts';
import type { SetResponses, UnitResponses } from './responses.ts';
import { mergeRecordings, type PhysiologySetup, type Recording, type StimulusRun, stimuliPerRun } from './session.ts';
import { tuningColumns, tuningTitle } from './summary.ts';

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
  stateBytes: (layers, { maxUnits }) =>
    layers.reduce((sum, { nChannels }) => sum + Math.min(nChannels, maxUnits), 0) * nStimuli * 4,
  nItems: (laboratory, names) => nRuns(plan(laboratory, tuningProbesOf(names))),
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
async function measureTuning(laboratory: Laboratory, probes: readonly TuningProbe[]): Promise<Table[]> {
  const { context, layers, sizePx, subject, preprocess, runner, signal, onProgress } = laboratory;
  const { fovDeg, options } = context;
  const scale = { pixelsPerDegree: sizePx[1] / fovDeg };
  const groups = plan(laboratory, probes);
  const nItems = nRuns(groups);
  let nBefore = 0;

  function record({ layers: members, view, runs }: Group) {
    const measuring = members.map((i) => layers[i]!);
    const setup: PhysiologySetup = { ...subject, kind: 'physiology', layers: measuring, options, view, preprocess };
    const before = nBefore;
    nBefore += runs.length;
    return runner.run<PhysiologySetup, StimulusRun, readonly Recording[], null>({
      setup,
      items: runs,
      merging: mergeRecordings,
      describe: ({ set, first }) => `stimulus ${first} of "${set}"`,
      signal,
      onProgress: ({ nDone }) => onProgress?.({ nDone: before + nDone, nItems, nFailed: 0 }),
      strict: true,
    });
  }

  /** Per layer, unit and probe. */
  const measured = new Map<number, ReturnType<TuningProbe['measure']>[][]>();
  let recording = groups[0] && record(groups[0]);
  for (const [g, group] of groups.entries()) {
    const { state = [] } = await recording!;
    // The workers go on with the next group while this thread measures.
    recording = groups[g + 1] && record(groups[g + 1]!);
    recording?.catch(() => undefined);
    const shown = shownSets(group);
    let first = 0;
    for (const member of group.layers) {
      const units: ReturnType<TuningProbe['measure']>[][] = [];
      for (const _ of sampledChannels(layers[member]!, options)) {
        const unit = responsesOf(shown, state, first++);
        units.push(probes.map((probe) => probe.measure(unit, scale)));
        await nextTask();
      }
      measured.set(member, units);
    }
  }
  return tablesOf(laboratory, probes, measured);
}

type Group = ReturnType<typeof plan>[number];

/** Who sees what: groups of layers, each with its view, its sets and the runs that show them. */
function plan({ context, fields, sizePx }: Laboratory, probes: readonly TuningProbe[]) {
  const { fovDeg, options } = context;
  const [heightPx, widthPx] = sizePx;
  const names = [...new Set(['blank', ...probes.flatMap((probe) => probe.sets)])];
  return layerGroups(fields).map((group) => {
    const view = { heightPx, widthPx, fovDeg, seed: options.seed, target: group.target };
    const sets = names.map((name) => ({ name, list: stimulusSet(name).list(view) }));
    const runs = sets.flatMap(({ name, list: { nStimuli: n } }) =>
      Array.from({ length: Math.ceil(n / stimuliPerRun) }, (_, i): StimulusRun => {
        const first = i * stimuliPerRun;
        return { set: name, first, n: Math.min(stimuliPerRun, n - first) };
      }),
    );
    return { ...group, view, sets, runs };
  });
}

function nRuns(groups: readonly Group[]): number {
  return groups.reduce((sum, { runs }) => sum + runs.length, 0);
}

/** A set as it was shown: its conditions, and where the response to each of their stimuli lies among the recordings. */
interface ShownSet {
  readonly conditions: readonly Condition[];
  /** Of [conditions × stimuli of each]: which run, and which of its stimuli. */
  readonly places: readonly (readonly [run: number, row: number])[];
}

/** The sets of a group by name: the same for all of its units. */
function shownSets({ sets, runs }: Group): Map<string, ShownSet> {
  return new Map(
    sets.map(({ name, list }) => {
      const firstRun = runs.findIndex(({ set }) => set === name);
      const conditions = conditionsOf(name, list);
      const places = conditions.flatMap(({ stimuli }) =>
        stimuli.map((i) => [firstRun + Math.floor(i / stimuliPerRun), i % stimuliPerRun] as const),
      );
      return [name, { conditions, places }];
    }),
  );
}

/** One unit's responses, from recordings in the order of the runs. */
function responsesOf(shown: ReadonlyMap<string, ShownSet>, recordings: readonly Recording[], unit: number): UnitResponses {
  const read = (set: string) => {
    const found = shown.get(set);
    if (!found) throw new Error(`responsesOf: the set "${set}" was not shown.`);
    const { conditions, places } = found;
    const responses = Float64Array.from(places, ([run, row]) => {
      const { responses: ofRun, nUnits } = recordings[run]!;
      return ofRun[row * nUnits + unit]!;
    });
    return { conditions, responses };
  };
  const known = new Map<string, SetResponses>();
  const of = (set: string): SetResponses => {
    const before = known.get(set);
    if (before) return before;
    const { conditions, responses } = read(set);
    const measured = { conditions, responses, ...harmonics(responses, conditions[0]!.stimuli.length) };
    known.set(set, measured);
    return measured;
  };
  return { blank: read('blank').responses[0]!, of };
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
      for (const [m, { name, periodDeg }] of probe.measures.entries()) {
        const values = (units ?? []).map((unit) => unit[p]!.values[m]!);
        const numbers = Float64Array.from(values.filter((value) => !Number.isNaN(value)));
        const defined = (periodDeg === undefined ? numbers : unrolled(numbers, periodDeg)).sort();
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
  return [{ name: 'tuning', title: tuningTitle, columns: tuningColumns, rows: summary }, ...perUnit];
}

/**
 * Angles of a circle laid out on a line, cut opposite their circular median, the angle that is nearest to all of them (Mardia &
 * Jupp 2000, Directional Statistics, section 2.2.2), so that their quantiles do not depend on where the circle begins. The median
 * lies in −periodDeg/8 … 7 periodDeg/8, of orientations the bins of published histograms.
 */
export function unrolled(anglesDeg: Float64Array, periodDeg: number): Float64Array {
  const wrap = (angle: number, from: number) => angle - periodDeg * Math.floor((angle - from) / periodDeg);
  const distances = (from: number) => anglesDeg.reduce((sum, angle) => sum + Math.abs(wrap(angle - from, -periodDeg / 2)), 0);
  const candidates = [...new Set(anglesDeg)].map((angle) => wrap(angle, -periodDeg / 8)).sort((a, b) => a - b);
  const totals = candidates.map(distances);
  const medianDeg = candidates[totals.indexOf(Math.min(...totals))] ?? 0;
  return anglesDeg.map((angle) => wrap(angle, medianDeg - periodDeg / 2));
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
