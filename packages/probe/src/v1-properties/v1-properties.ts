/**
 * @file The probe `v1-properties`: the published V1 battery of Marques, Schrimpf & DiCarlo 2021,
 * doi:10.1101/2021.03.01.433495, in its own degrees and spikes/s, so that a layer's distributions can be compared with the
 * published ones of cells. All layers see the same pictures, in one job. What is read off a unit's rates: properties.ts.
 */
import { nextTask } from '@ventral/core';
import { marquesPlace, marquesPxPerDeg, pixelsPerDegree, positionPx, type StimulusView, stimulusSet } from '@ventral/stimuli';
import { layerCells } from '../layers.ts';
import { type ListedSet, responsesOf, runsOf, shownSets } from '../physiology/recordings.ts';
import type { UnitResponses } from '../physiology/responses.ts';
import { mergeRecordings, type PhysiologySetup, type Recording, type StimulusRun } from '../physiology/session.ts';
import { mostFrequent, summarize } from '../physiology/summary.ts';
import type { Experiment, ExperimentProbe, Laboratory, LayerInfo } from '../probe.ts';
import { nearestUnit } from '../receptive-field/field.ts';
import { sampledChannels, type UnitPlace } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { isCentred, type RateScale, rateScale } from '../tuning/rates.ts';
import { inRates, mappedCentreDeg, type Study, type StudyReading, studies } from './properties.ts';

/** Sets that are shown after the blank, in this order. */
const gratingSets = ['receptive-field', 'orientation', 'spatial-frequency', 'size'];
/** Pictures of all of them where no frequency is left out. */
const nStimuli = 1 + 3528 + 1152 + 2112 + 2304;

const properties = studies.flatMap((study) => study.properties);

const unitColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'channel', type: 'integer', description: 'Channel of the unit.' },
  {
    name: 'unit_row',
    type: 'integer',
    description: 'Row of the unit whose theoretical field has its centre nearest to the stimuli, in the channel’s map.',
  },
  { name: 'unit_column', type: 'integer', description: 'Its column.' },
  {
    name: 'mapped_center_y_deg',
    type: 'number',
    unit: 'deg',
    description: 'Centroid of the positions above 5 % of the peak of its map, from the middle of the picture, down.',
  },
  { name: 'mapped_center_x_deg', type: 'number', unit: 'deg', description: 'The same, to the right.' },
  { name: 'is_kept', type: 'boolean', description: 'Whether that centre lies within 0.15° of the stimuli, at (0.5°, 0.5°).' },
  ...properties.map(({ periodDeg: _, ...column }) => column),
  { name: 'note', type: 'string', description: 'Why cells are empty, or how far to trust them.' },
];

const summaryColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'property', type: 'string', description: 'Column of v1-properties-units; units are in its name.' },
  {
    name: 'mean',
    type: 'number',
    description:
      'Mean over the units for which the property is defined; of a yes-or-no property the share of them that have it; of an angle none.',
  },
  { name: 'median', type: 'number', description: 'Median over the same units; of a yes-or-no property none.' },
  { name: 'lower_quartile', type: 'number', description: 'Lower quartile over the same units.' },
  { name: 'upper_quartile', type: 'number', description: 'Upper quartile over the same units.' },
  { name: 'n_units', type: 'integer', description: 'Units recorded: one of each channel, or of a sample of channels.' },
  { name: 'n_kept', type: 'integer', description: 'Of these, units whose mapped field lies within 0.15° of the stimuli.' },
  {
    name: 'n_responsive',
    type: 'integer',
    description: 'Of these, units with a rate more than 5 spikes/s above blank to the stimuli of the property.',
  },
  { name: 'n_defined', type: 'integer', description: 'Of these, units for which the property is defined.' },
  {
    name: 'note',
    type: 'string',
    description: 'Why it is not defined for others, the most frequent reason; how far to trust it.',
  },
];

const publishedBattery: Experiment = {
  /** A float32 for each unit and stimulus. */
  stateBytes: (layers, { maxUnits }) =>
    layers.reduce((sum, { nChannels }) => sum + Math.min(nChannels, maxUnits), 0) * nStimuli * 4,
  nItems: (laboratory) => planOf(laboratory).runs.length,
  measure: measureProperties,
};

/** The published battery as users select it: tables `v1-properties` and `v1-properties-units`. */
export const v1Properties: ExperimentProbe = {
  kind: 'experiment',
  name: 'v1-properties',
  title: 'Properties of V1 cells, by the published battery',
  experiment: publishedBattery,
};

/** What is shown. */
interface Plan {
  readonly view: StimulusView;
  readonly sets: readonly ListedSet[];
  /** None where the picture is too coarse for the published degrees. */
  readonly runs: readonly StimulusRun[];
  /** How far to trust all of it, or why there is none. */
  readonly note: string | null;
}

function planOf({ context, sizePx: [heightPx, widthPx] }: Laboratory): Plan {
  const view = { heightPx, widthPx, fovDeg: context.fovDeg, seed: context.options.seed, mode: 'marques' } as const;
  const perDegree = pixelsPerDegree(view);
  const { advised, least } = marquesPxPerDeg;
  const has = `${Number(perDegree.toPrecision(4))} px per degree`;
  if (perDegree < least) {
    const needed = `the published degrees need at least ${least} (${advised} are advised): a narrower field of view, or a larger input`;
    return { view, sets: [], runs: [], note: `${has}: ${needed}` };
  }
  const sets = ['blank', ...gratingSets].map((name) => ({ name, list: stimulusSet(name).list(view) }));
  const note = perDegree < advised ? `${has}: the published degrees are meant for ${advised} and more` : null;
  return { view, sets, runs: runsOf(sets), note };
}

/** One unit, measured. */
interface Unit {
  readonly channel: number;
  readonly place: UnitPlace;
  readonly centreDeg: readonly [yDeg: number, xDeg: number];
  readonly isKept: boolean;
  /** By study; null: the unit is not kept, or the layer has no rates. */
  readonly readings: readonly StudyReading[] | null;
  readonly note: string | null;
}

/** A layer's units, and why none of those that are kept could be measured. */
interface MeasuredLayer {
  readonly units: readonly Unit[];
  readonly note: string | null;
}

/**
 * Shows the published gratings, and brings each layer's responses to the rates of V1 cells.
 *
 * 1. Of every sampled channel, the unit whose theoretical field has its centre nearest to (0.5°, 0.5°) is recorded, rectified.
 * 2. Its field is mapped; it is kept if that is centred within 0.15° of the stimuli.
 * 3. A straight line over the layer's kept units brings their medians to those of cells ({@link rateScale}).
 * 4. Each study reads its properties off the units whose rates are high enough for it.
 *
 * Costs 9,097 forward passes of the network, fewer by 96 for each frequency that pixels cannot carry.
 *
 * @returns `v1-properties`, a row for each layer and property, and `v1-properties-units`, a row for each unit. Below 16 px/deg one
 *   row for each layer, empty, that says so.
 * @throws JobAborted after a cancel
 */
async function measureProperties(laboratory: Laboratory): Promise<Table[]> {
  const { context, layers, fields, subject, preprocess, runner, signal, onProgress } = laboratory;
  const { options } = context;
  const plan = planOf(laboratory);
  const { view, sets, runs } = plan;
  if (runs.length === 0) return tablesOf(laboratory, plan, []);
  const placePx = positionPx(view, marquesPlace.yDeg, marquesPlace.xDeg);
  const places = layers.map((layer, i) => nearestUnit(fields[i]!.receptiveField, layer, placePx));
  const { state = [] } = await runner.run<PhysiologySetup, StimulusRun, readonly Recording[], null>({
    setup: { ...subject, kind: 'physiology', layers, places, options, view, preprocess },
    items: runs,
    merging: mergeRecordings,
    describe: ({ set, first }) => `stimulus ${first} of "${set}"`,
    signal,
    onProgress,
    strict: true,
  });
  const shown = shownSets(sets, runs);
  const measured: MeasuredLayer[] = [];
  let first = 0;
  for (const [i, layer] of layers.entries()) {
    const channels = sampledChannels(layer, options);
    const firstOfLayer = first;
    first += channels.length;
    measured.push(await measureLayer(channels, places[i]!, (u) => responsesOf(shown, state, firstOfLayer + u)));
  }
  return tablesOf(laboratory, plan, measured);
}

/** One layer's units: which are kept, their common scale, then each one's properties. @param read one unit's responses */
async function measureLayer(
  channels: readonly number[],
  place: UnitPlace,
  read: (unit: number) => UnitResponses,
): Promise<MeasuredLayer> {
  const located: ReturnType<typeof locate>[] = [];
  for (const u of channels.keys()) {
    located.push(locate(read(u)));
    await nextTask();
  }
  const kept = located.filter(({ isKept }) => isKept);
  const scale = rateScale(
    kept.map(({ best }) => best),
    kept.map(({ blank }) => blank),
  );
  const units: Unit[] = [];
  for (const [u, { centreDeg, isKept, why }] of located.entries()) {
    const note = why ?? scale.note;
    const readings = note === null ? readingsOf(read(u), scale) : null;
    const notes = new Set(readings?.flatMap((reading) => reading.note ?? []));
    units.push({ channel: channels[u]!, place, centreDeg, isKept, readings, note: note ?? joined(...notes) });
    await nextTask();
  }
  return { units, note: kept.length === 0 ? 'no unit’s field lies within 0.15° of the stimuli' : scale.note };
}

/** Where a unit's field is, why the unit is not kept, and what its layer's scale needs of it. */
function locate(responses: UnitResponses) {
  const { blank, of } = responses;
  const isNumber = gratingSets.every((set) => of(set).responses.every(Number.isFinite));
  const centreDeg = isNumber ? mappedCentreDeg(responses) : ([Number.NaN, Number.NaN] as const);
  const isKept = isCentred(centreDeg, [marquesPlace.yDeg, marquesPlace.xDeg]);
  const isMapped = !Number.isNaN(centreDeg[0]);
  const whyNot = isMapped
    ? 'not centred on the stimuli'
    : isNumber
      ? 'no patch drives it above grey'
      : 'a response is not a number';
  return { blank, best: Math.max(...of('orientation').f0), centreDeg, isKept, why: isKept ? null : whyNot };
}

function readingsOf(responses: UnitResponses, scale: RateScale): StudyReading[] {
  const rates = inRates(responses, scale);
  return studies.map((study) => study.read(rates));
}

const joined = (...notes: (string | null)[]) => notes.filter((note) => note !== null).join('; ') || null;

function tablesOf({ context, layers }: Laboratory, plan: Plan, measured: readonly MeasuredLayer[]): Table[] {
  const cellsOf = (layer: LayerInfo) => layerCells(context.model, layer);
  const perUnit = layers.flatMap((layer, i): Cell[][] => {
    if (measured[i] === undefined) return [emptyRow(cellsOf(layer), unitColumns, plan.note)];
    return measured[i].units.map(({ channel, place, centreDeg, isKept, readings, note }) => [
      ...cellsOf(layer),
      channel,
      ...place,
      ...centreDeg,
      isKept,
      ...studies.flatMap(({ properties: own }, s) =>
        own.map(({ type }, p): Cell => cellOf(type, readings?.[s]?.values[p] ?? Number.NaN)),
      ),
      joined(plan.note, note),
    ]);
  });
  const perLayer = layers.flatMap((layer, i): Cell[][] => {
    const layerMeasured = measured[i];
    if (layerMeasured === undefined) return [emptyRow(cellsOf(layer), summaryColumns, plan.note)];
    return studies.flatMap((study, s) => {
      const dropped = droppedNote(study, plan);
      return study.properties.map((_, p) => [
        ...cellsOf(layer),
        ...summaryCells(layerMeasured, s, p, joined(plan.note, dropped)),
      ]);
    });
  });
  return [
    { name: 'v1-properties', title: 'V1 properties of every layer', columns: summaryColumns, rows: perLayer },
    { name: 'v1-properties-units', title: 'V1 properties of every unit', columns: unitColumns, rows: perUnit },
  ];
}

const cellOf = (type: Column['type'], value: number): Cell =>
  type === 'number' ? value : Number.isNaN(value) ? null : value === 1;

/** A layer's row, of which all is empty but the note. */
function emptyRow(layer: readonly Cell[], columns: readonly Column[], note: string | null): Cell[] {
  return [...layer, ...columns.slice(layer.length, -1).map(({ type }) => (type === 'number' ? Number.NaN : null)), note];
}

/** The frequencies that a study's set has lost to the picture's pixels. */
function droppedNote({ set }: Study, { sets }: Plan): string | null {
  const dropped = sets.find(({ name }) => name === set)!.list.droppedCpd;
  if (dropped.length === 0) return null;
  return `not shown, beyond half a cycle per pixel: ${dropped.map((cpd) => Number(cpd.toPrecision(4))).join(', ')} c/deg`;
}

/** The cells from `property` on of one layer's property: number p of study s. */
function summaryCells({ units, note }: MeasuredLayer, s: number, p: number, trust: string | null): Cell[] {
  const { name, type, periodDeg } = studies[s]!.properties[p]!;
  const readings = units.flatMap(({ readings }) => readings?.[s] ?? []);
  const values = readings.filter(({ isResponsive }) => isResponsive).map((reading) => reading.values[p]!);
  const { median, lowerQuartile, upperQuartile, nDefined } = summarize(values, periodDeg);
  const mean = values.reduce((sum, value) => sum + (Number.isNaN(value) ? 0 : value), 0) / nDefined;
  const reasons = readings.flatMap((reading) => (Number.isNaN(reading.values[p]!) ? [reading.note] : []));
  const isNumber = type === 'number';
  return [
    name,
    periodDeg === undefined ? mean : Number.NaN,
    ...(isNumber ? [median, lowerQuartile, upperQuartile] : [Number.NaN, Number.NaN, Number.NaN]),
    units.length,
    units.filter(({ isKept }) => isKept).length,
    values.length,
    nDefined,
    joined(note ?? mostFrequent(reasons), trust),
  ];
}
