/**
 * @file The host's side of the battery: one job for each group of layers, then the measures of every unit and layer, and each
 * layer's medians.
 */
import { createRandom, nextTask } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { complexityProbes } from '../complexity/probes.ts';
import { layerCells } from '../layers.ts';
import type { Experiment, ExperimentProbe, Laboratory } from '../probe.ts';
import { selectivityProbes } from '../selectivity/probes.ts';
import { centrePlace, sampledChannels } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { layerGroups } from './battery.ts';
import { type LayerProbe, type Measured, type TuningProbe, tuningProbes } from './probes.ts';
import { layerResponsesOf, responsesOf, runsOf, shownSets } from './recordings.ts';
import { mergeRecordings, type PhysiologySetup, type Recording, type StimulusRun } from './session.ts';
import { mostFrequent, summarize, summarizeByMean, tuningColumns, tuningTitle } from './summary.ts';

const unitColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'channel', type: 'integer', description: 'Channel whose centre unit was measured.' },
];

const noteColumn: Column = { name: 'note', type: 'string', description: 'Why cells are empty, or how far to trust them.' };

/** Stimuli of all sets, about. */
const nStimuli = 4400;

/** The battery as an experiment: the probes wanted share one run. */
export const battery: Experiment = {
  /** A float32 for each unit and stimulus, as if all layers were one group. */
  stateBytes: (layers, { maxUnits }) =>
    layers.reduce((sum, { nChannels }) => sum + Math.min(nChannels, maxUnits), 0) * nStimuli * 4,
  nItems: (laboratory, names) => nRuns(plan(laboratory, probesOf(names))),
  measure: (laboratory, names) => measureTuning(laboratory, probesOf(names)),
};

type BatteryProbe = TuningProbe | LayerProbe;

const allProbes = [...tuningProbes, ...selectivityProbes, ...complexityProbes];

/** Measures that are angles of a circle. */
export const circularMeasures: ReadonlySet<string> = new Set(
  allProbes.flatMap(({ measures }) => measures.filter(({ periodDeg }) => periodDeg !== undefined).map(({ name }) => name)),
);

const probesOf = (names: readonly string[]) => allProbes.filter(({ name }) => names.includes(name));

const asExperiment = ({ name, title }: BatteryProbe): ExperimentProbe => ({
  kind: 'experiment',
  name,
  title,
  experiment: battery,
});

/** The battery's probes as users select them: how units are tuned, how selective and tolerant they and layers are, how complex. */
export const physiology: readonly ExperimentProbe[] = tuningProbes.map(asExperiment);
export const selectivity: readonly ExperimentProbe[] = selectivityProbes.map(asExperiment);
export const complexity: readonly ExperimentProbe[] = complexityProbes.map(asExperiment);

/**
 * Runs the battery on a network: each group of layers sees stimuli made for its field, and all of them those made for the
 * picture.
 *
 * @returns `tuning`, a row for each layer and measure, and for each probe of units a table of these, `tuning-orientation`, …; for
 *   each probe of layers the table that it names
 * @throws JobAborted after a cancel
 */
async function measureTuning(laboratory: Laboratory, probes: readonly BatteryProbe[]): Promise<Table[]> {
  const { context, layers, sizePx, subject, preprocess, runner, signal, onProgress } = laboratory;
  const { fovDeg, options } = context;
  const groups = plan(laboratory, probes);
  const nItems = nRuns(groups);
  let nBefore = 0;

  function record({ layers: members, view, runs }: Group) {
    const measuring = members.map((i) => layers[i]!);
    const places = measuring.map(centrePlace);
    const setup: PhysiologySetup = { ...subject, kind: 'physiology', layers: measuring, places, options, view, preprocess };
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

  const findings: Findings = new Map(probes.map((probe) => [probe, new Map()]));
  let recording = groups[0] && record(groups[0]);
  for (const [g, group] of groups.entries()) {
    const { state = [] } = await recording!;
    // The workers go on with the next group while this thread measures.
    recording = groups[g + 1] && record(groups[g + 1]!);
    recording?.catch(() => undefined);
    const shown = shownSets(group.sets, group.runs);
    const unitProbes = group.probes.filter((probe) => probe.kind !== 'layer');
    const layerProbes = group.probes.filter((probe) => probe.kind === 'layer');
    let first = 0;
    for (const member of group.layers) {
      const layer = layers[member]!;
      const channels = sampledChannels(layer, options);
      const [fieldHeightPx, fieldWidthPx] = laboratory.fields[member]!.sizePx;
      const scale = { pixelsPerDegree: sizePx[1] / fovDeg, fieldPx: Math.sqrt(fieldHeightPx * fieldWidthPx) };
      const ofUnits = unitProbes.map((): Measured[] => []);
      for (const u of channels.keys()) {
        const unit = responsesOf(shown, state, first + u);
        const isAmong = (most: number) => isEvenly(u, channels.length, most);
        for (const [p, probe] of unitProbes.entries()) ofUnits[p]!.push(probe.measure(unit, scale, isAmong));
        await nextTask();
      }
      for (const [p, probe] of unitProbes.entries()) {
        const rows = ofUnits[p]!.map(({ values, note }, u) => [channels[u]!, ...values, note]);
        findings.get(probe)!.set(member, { measured: ofUnits[p]!, rows });
      }
      const together = layerResponsesOf(shown, state, first, channels.length);
      for (const probe of layerProbes) {
        const random = createRandom(options.seed).fork(probe.name).fork(layer.layer);
        const { rows, ...measured } = probe.measure(together, random);
        findings.get(probe)!.set(member, { measured: [measured], rows });
        await nextTask();
      }
      first += channels.length;
    }
  }
  return tablesOf(laboratory, probes, findings);
}

/** Whether i is one of `most` of the numbers 0 … n − 1 that are as evenly spaced as can be; all are, where there are no more. */
function isEvenly(i: number, n: number, most: number): boolean {
  return n <= most || Math.ceil(((i + 1) * most) / n) > Math.ceil((i * most) / n);
}

/** What each probe found in each layer, by the layer's position; nothing where it has no stimuli. */
type Findings = ReadonlyMap<
  BatteryProbe,
  Map<
    number,
    {
      /** Of each unit, or of the layer as one. */
      readonly measured: readonly Measured[];
      /** Of the probe's own table, less the cells that name the layer. */
      readonly rows: readonly (readonly Cell[])[];
    }
  >
>;

type Group = ReturnType<typeof plan>[number];

/** Who sees what: groups of layers, each with its view, its sets, the runs that show them and the probes that read them. */
function plan({ context, layers, fields, sizePx }: Laboratory, probes: readonly BatteryProbe[]) {
  const { fovDeg, options } = context;
  const [heightPx, widthPx] = sizePx;
  const whole = { target: undefined, layers: [...layers.keys()] };
  return [
    ...layerGroups(fields).map((group) => ({ ...group, drawnFor: 'field' as const })),
    { ...whole, drawnFor: 'picture' as const },
  ].flatMap(({ target, layers: members, drawnFor }) => {
    const reading = probes.filter((probe) => (probe.drawnFor ?? 'field') === drawnFor);
    if (reading.length === 0) return [];
    const view = { heightPx, widthPx, fovDeg, seed: options.seed, target };
    const names = [...new Set(['blank', ...reading.flatMap((probe) => probe.sets)])];
    const sets = names.map((name) => ({ name, list: stimulusSet(name).list(view) }));
    return [{ layers: members, view, sets, runs: runsOf(sets), probes: reading }];
  });
}

function nRuns(groups: readonly Group[]): number {
  return groups.reduce((sum, { runs }) => sum + runs.length, 0);
}

function tablesOf({ context, layers, fields }: Laboratory, probes: readonly BatteryProbe[], findings: Findings): Table[] {
  const { model, options } = context;
  const summary: Cell[][] = [];
  for (const [i, layer] of layers.entries()) {
    for (const probe of probes) {
      const measured = findings.get(probe)!.get(i)?.measured;
      for (const [m, { name, periodDeg, summary: by }] of probe.measures.entries()) {
        const values = (measured ?? []).map((one) => one.values[m]!);
        const notes = (measured ?? []).flatMap((one) => (Number.isNaN(one.values[m]!) ? [one.note] : []));
        const note = measured ? mostFrequent(notes) : `a field of ${fields[i]!.sizePx.join('×')} px is too small for gratings`;
        const { median, lowerQuartile, upperQuartile, nDefined } =
          by === 'mean' ? summarizeByMean(values) : summarize(values, periodDeg);
        const isOne = probe.kind === 'layer';
        summary.push([
          ...layerCells(model, layer),
          name,
          median,
          isOne ? Number.NaN : lowerQuartile,
          isOne ? Number.NaN : upperQuartile,
          isOne ? null : Math.min(layer.nChannels, options.maxUnits),
          nDefined,
          note,
        ]);
      }
    }
  }
  const own = probes.map((probe): Table => {
    const table =
      probe.kind === 'layer'
        ? { ...probe.table, columns: [...layerColumns, ...probe.table.columns] }
        : { name: `tuning-${probe.name}`, title: probe.title, columns: [...unitColumns, ...probe.measures, noteColumn] };
    const rows = layers.flatMap((layer, i) =>
      (findings.get(probe)!.get(i)?.rows ?? []).map((row) => [...layerCells(model, layer), ...row]),
    );
    return { ...table, rows };
  });
  return [{ name: 'tuning', title: tuningTitle, columns: tuningColumns, rows: summary }, ...own];
}
