/**
 * @file The probe `stats`: what every layer's and channel's responses look like over a set of images. Moments and sparseness
 * are float64 sums merged along the tree of chunks; quantiles and the share above half peak come from exact counts, kept
 * once per worker.
 */
import { createRandom, type Tap } from '@ventral/core';
import { coarseGrid, countersOf, fineGrid } from '@ventral/kernels';
import type { Accumulator, FinishContext, LayerInfo, ProbeEnvironment, ProbeOptions, StimulusProbe } from '../probe.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { mergeMoments, momentSlots, pooledMoments, summarizeMoments } from './moments.ts';
import { quantiles, relativeError } from './quantiles.ts';
import { countAboveHalfPeak, mergeWindows, sparseness, windowBins, windowBits } from './sparseness.ts';

/** What one chunk of images adds to a layer. */
export interface StatisticsState {
  readonly nImages: number;
  /** [channels × 8], as f32_moments. */
  readonly moments: Float64Array;
  /** [sampled units × 4]: Σ r, Σ r², max r, count of r > 0, with r = max(response, 0). */
  readonly units: Float64Array;
  /** Σ population sparseness over the images that have one, and their number. */
  readonly population: Float64Array;
}

/** Exact counts of one worker. */
export interface StatisticsTotal {
  /** Fine histogram of the layer; empty without quantiles. */
  readonly fine: Float64Array;
  /** Coarse histograms [channels × 128]; empty without quantiles. */
  readonly coarse: Float64Array;
  /** [sampled units × windowBins]: responses within an octave of each unit's peak. */
  readonly windows: Uint32Array;
  readonly tops: Int32Array;
}

/** Channels whose centre unit is measured: all, or maxUnits of them drawn by the seed and the layer's name alone, ascending. */
export function sampledChannels(layer: LayerInfo, { maxUnits, seed }: ProbeOptions): number[] {
  if (layer.nChannels <= maxUnits) return Array.from({ length: layer.nChannels }, (_, channel) => channel);
  return createRandom(seed).fork('stats').fork(layer.layer).sample(layer.nChannels, maxUnits);
}

/** A position of a layer's maps. */
export type UnitPlace = readonly [row: number, column: number];

/** The place of centre units: row ⌊h/2⌋ and column ⌊w/2⌋. */
export function centrePlace({ heightUnits, widthUnits }: LayerInfo): UnitPlace {
  return [Math.floor(heightUnits / 2), Math.floor(widthUnits / 2)];
}

/** Where the sampled channels' units of one place lie in a layer's output, channels last. */
export function unitOffsets(layer: LayerInfo, options: ProbeOptions, [row, column]: UnitPlace): number[] {
  const position = row * layer.widthUnits + column;
  return sampledChannels(layer, options).map((channel) => position * layer.nChannels + channel);
}

/** @throws Error if a layer's output is not of its size: `"conv1": the layer has 9 positions × 4 channels, but its output came as 9 × 3.` */
export function checkTap({ layer, nChannels, heightUnits, widthUnits }: LayerInfo, { rows, channels }: Tap): void {
  const nRows = heightUnits * widthUnits;
  if (rows === nRows && channels === nChannels) return;
  throw new Error(
    `"${layer}": the layer has ${nRows} positions × ${nChannels} channels, but its output came as ${rows} × ${channels}.`,
  );
}

const largestU32 = 0xffff_ffff;
const unitSlots = 4;
const nFine = countersOf(fineGrid);
const nCoarse = countersOf(coarseGrid);

function open(layer: LayerInfo, { kernels, options }: ProbeEnvironment): Accumulator<StatisticsState, StatisticsTotal> {
  const { nChannels } = layer;
  const offsets = unitOffsets(layer, options, centrePlace(layer));
  const nUnits = offsets.length;
  const momentsPtr = kernels.allocate(nChannels * momentSlots * 8);
  const unitsPtr = kernels.allocate(nUnits * unitSlots * 8);
  const sumsPtr = kernels.allocate(16);
  const offsetsPtr = kernels.allocate(nUnits * 4);
  kernels.i32(offsetsPtr, nUnits).set(offsets);
  const windowsPtr = kernels.allocate(nUnits * windowBins * 4);
  const topsPtr = kernels.allocate(nUnits * 4);
  kernels.i32(topsPtr, nUnits).fill(-1);
  const finePtr = options.quantiles ? kernels.allocate(nFine * 8) : 0;
  const coarsePtr = options.quantiles ? kernels.allocate(nChannels * nCoarse * 4) : 0;
  /** Coarse counts moved out of the kernels' 32-bit counters before these could wrap. */
  const coarse = new Float64Array(options.quantiles ? nChannels * nCoarse : 0);
  let nCounted = 0;
  let nImages = 0;
  let population = new Float64Array(2);

  function drainCoarse(): void {
    const counts = kernels.u32(coarsePtr, coarse.length);
    for (const [i, count] of counts.entries()) coarse[i]! += count;
    counts.fill(0);
    nCounted = 0;
  }

  return {
    update(tap: Tap) {
      checkTap(layer, tap);
      const { ptr, rows } = tap;
      const { run } = kernels;
      run.f32_moments(ptr, rows, nChannels, nChannels, momentsPtr, sumsPtr);
      run.f32_unit_responses(ptr, offsetsPtr, nUnits, unitsPtr, windowsPtr, topsPtr, windowBins, windowBits);
      const [sum, sumSquares] = kernels.f64(sumsPtr, 2) as unknown as [number, number];
      const ofImage = sparseness(sum, sumSquares, rows * nChannels);
      if (!Number.isNaN(ofImage)) {
        population[0]! += ofImage;
        population[1]! += 1;
      }
      nImages++;
      if (!options.quantiles) return;
      if (nCounted + rows > largestU32) drainCoarse();
      nCounted += rows;
      run.f32_log_histograms(ptr, rows, nChannels, nChannels, finePtr, coarsePtr);
    },
    snapshot() {
      const moments = kernels.f64(momentsPtr, nChannels * momentSlots);
      const units = kernels.f64(unitsPtr, nUnits * unitSlots);
      const state = { nImages, moments: moments.slice(), units: units.slice(), population };
      moments.fill(0);
      units.fill(0);
      nImages = 0;
      population = new Float64Array(2);
      return state;
    },
    total() {
      if (options.quantiles) drainCoarse();
      return {
        fine: options.quantiles ? Float64Array.from(kernels.u64(finePtr, nFine), Number) : new Float64Array(0),
        coarse: coarse.slice(),
        windows: kernels.u32(windowsPtr, nUnits * windowBins).slice(),
        tops: kernels.i32(topsPtr, nUnits).slice(),
      };
    },
  };
}

/** Joins the states of two runs of images, the left ones first. Changes and returns `left`. */
function merge(left: StatisticsState, right: StatisticsState): StatisticsState {
  mergeMoments(left.moments, right.moments);
  for (let at = 0; at < left.units.length; at += unitSlots) {
    for (const slot of [0, 1, 3]) left.units[at + slot]! += right.units[at + slot]!;
    left.units[at + 2] = Math.max(left.units[at + 2]!, right.units[at + 2]!);
  }
  for (const slot of [0, 1]) left.population[slot]! += right.population[slot]!;
  return { ...left, nImages: left.nImages + right.nImages };
}

function mergeTotals(a: StatisticsTotal, b: StatisticsTotal): StatisticsTotal {
  const sum = (left: Float64Array, right: Float64Array) => left.map((count, i) => count + right[i]!);
  return { fine: sum(a.fine, b.fine), coarse: sum(a.coarse, b.coarse), ...mergeWindows(a, b) };
}

const moments: readonly Column[] = [
  { name: 'n_values', type: 'integer', description: 'Values measured: images × units.' },
  { name: 'mean', type: 'number', description: 'Arithmetic mean of all values.' },
  { name: 'sd', type: 'number', description: 'Population standard deviation (divided by n).' },
  { name: 'min', type: 'number', description: 'Smallest value.' },
  { name: 'max', type: 'number', description: 'Largest value.' },
  {
    name: 'skewness',
    type: 'number',
    description: 'Moment coefficient g1 = m3 / m2^1.5, not corrected for bias; empty where all values are equal.',
  },
  {
    name: 'kurtosis',
    type: 'number',
    description: 'Excess kurtosis m4 / m2² − 3 (0 for a Gaussian), not corrected for bias; empty where all values are equal.',
  },
];
const percent = (share: number) => `${Math.round(share * 10000) / 100} %`;
const quantile = (name: string, q: number): Column => ({
  name,
  type: 'number',
  description: `Quantile ${q} of all values (inverse distribution function), relative error at most ${percent(relativeError(fineGrid))} for magnitudes from 2^−40 to 2^40; empty without quantiles.`,
});
const sparsenessText =
  'S = (1 − mean(r)² / mean(r²)) / (1 − 1/N), r = max(response, 0): 0 dense, 1 sparse (Vinje & Gallant 2000)';
const halfPeakText = `share of images whose response is at least half of the unit's largest; counts are exact but for the 1/${1 << windowBits} octave that half the peak falls into, which is shared out evenly`;

const layerTableColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'n_images', type: 'integer', description: 'Images whose responses are in this row.' },
  { name: 'n_channels', type: 'integer', description: 'Channels (feature maps) of the layer.' },
  { name: 'n_units', type: 'integer', description: 'Units of the layer: channels × positions.' },
  ...moments,
  quantile('q01', 0.01),
  quantile('q05', 0.05),
  quantile('q25', 0.25),
  quantile('median', 0.5),
  quantile('q75', 0.75),
  quantile('q95', 0.95),
  quantile('q99', 0.99),
  { name: 'fraction_active', type: 'number', description: 'Share of values above 0.' },
  {
    name: 'rectified_fraction',
    type: 'number',
    description:
      'Share of values below 0, which the rectification of sparseness measures sets to 0 (0 after a ReLU); empty without quantiles where any is negative.',
  },
  {
    name: 'n_units_sampled',
    type: 'integer',
    description: 'Units measured one by one: the centre unit of each channel, or of a seeded sample of channels.',
  },
  {
    name: 'n_never_active',
    type: 'integer',
    description: 'Sampled units that no image drove above 0; left out of the two unit measures.',
  },
  {
    name: 'lifetime_sparseness',
    type: 'number',
    description: `Mean over active sampled units of ${sparsenessText}, N = images.`,
  },
  {
    name: 'population_sparseness',
    type: 'number',
    description: `Mean over images of ${sparsenessText}, N = units of the layer; images without any response are left out. A half-rectified Gaussian gives 0.682.`,
  },
  { name: 'fraction_above_half_peak', type: 'number', description: `Mean over active sampled units of the ${halfPeakText}.` },
  {
    name: 'n_nan',
    type: 'integer',
    description:
      'Values that are not a number; with any, moments are empty. Without quantiles: 0, or empty where there are some.',
  },
  { name: 'note', type: 'string', description: 'Why moments or unit measures are empty.' },
];

const channelTableColumns: readonly Column[] = [
  ...layerColumns.filter(({ name }) => ['model', 'layer_index', 'layer'].includes(name)),
  { name: 'channel', type: 'integer', description: 'Channel, from 0.' },
  ...moments,
  {
    name: 'median',
    type: 'number',
    description: `Median (inverse distribution function), relative error at most ${percent(relativeError(coarseGrid))} for magnitudes from 2^−16 to 2^15.5; empty without quantiles.`,
  },
  { name: 'fraction_active', type: 'number', description: 'Share of values above 0.' },
  {
    name: 'never_active',
    type: 'boolean',
    description: 'No image drove the centre unit above 0; empty where the unit is not in the sample.',
  },
  {
    name: 'lifetime_sparseness',
    type: 'number',
    description: `Of the centre unit: ${sparsenessText}, N = images; empty for a unit never active or not in the sample.`,
  },
  {
    name: 'fraction_above_half_peak',
    type: 'number',
    description: `Of the centre unit: ${halfPeakText}; empty for a unit never active or not in the sample.`,
  },
];

interface Measured {
  readonly layer: LayerInfo;
  readonly state: StatisticsState;
  readonly total: StatisticsTotal;
}

/** The unit measures of each sampled channel. */
function unitMeasures({ layer, state, total }: Measured, options: ProbeOptions) {
  return sampledChannels(layer, options).map((channel, unit) => {
    const [sum, sumSquares, peak, nActive] = state.units.subarray(unit * unitSlots, (unit + 1) * unitSlots) as unknown as [
      number,
      number,
      number,
      number,
    ];
    const isActive = peak > 0;
    return {
      channel,
      // A unit that gave NaN was not never active: its measures are empty.
      isNeverActive: nActive === 0 && !Number.isNaN(sum),
      sparseness: sparseness(sum, sumSquares, state.nImages),
      // Of one image the share is always 1.
      aboveHalfPeak:
        isActive && state.nImages > 1 ? countAboveHalfPeak(total.windows, unit * windowBins, peak) / state.nImages : Number.NaN,
    };
  });
}

/** Mean of the numbers that are not NaN, in order. */
function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((a, b) => a + b, 0) / known.length;
}

/** Why a layer's row has empty cells. */
function noteOf(mean: number, nImages: number, nNeverActive: number, nUnits: number): string | null {
  if (Number.isNaN(mean)) return 'a response is not a number';
  if (nImages < 2) return 'lifetime measures need two images';
  return nNeverActive === nUnits ? 'no image drove any of the units measured one by one' : null;
}

function finish({ model, options }: FinishContext, layers: readonly Measured[]): Table[] {
  const layerRows: Cell[][] = [];
  const channelRows: Cell[][] = [];
  for (const measured of layers) {
    const { layer, state, total } = measured;
    const { layerIndex, nChannels } = layer;
    const all = summarizeMoments(pooledMoments(state.moments));
    const units = unitMeasures(measured, options);
    const nNeverActive = units.filter((unit) => unit.isNeverActive).length;
    const counted = options.quantiles;
    const nNegative = counted
      ? total.fine.subarray(nFine - 1 - fineGrid.nBins, nFine - 1).reduce((a, b) => a + b, 0)
      : all.min >= 0
        ? 0
        : Number.NaN;
    layerRows.push([
      model,
      layerIndex,
      layer.layer,
      layer.op,
      layer.stage,
      layer.isBlockOutput,
      state.nImages,
      nChannels,
      nChannels * layer.heightUnits * layer.widthUnits,
      all.n,
      all.mean,
      all.sd,
      all.min,
      all.max,
      all.skewness,
      all.kurtosis,
      ...(counted
        ? quantiles(total.fine, 0, fineGrid, [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99], all)
        : new Array<null>(7).fill(null)),
      all.fractionActive,
      nNegative / all.n,
      units.length,
      nNeverActive,
      meanOf(units.map((unit) => unit.sparseness)),
      state.population[0]! / state.population[1]!,
      meanOf(units.map((unit) => unit.aboveHalfPeak)),
      counted ? total.fine[nFine - 1]! : Number.isNaN(all.mean) ? null : 0,
      noteOf(all.mean, state.nImages, nNeverActive, units.length),
    ]);
    const unitOf = new Map(units.map((unit) => [unit.channel, unit]));
    for (let channel = 0; channel < nChannels; channel++) {
      const one = summarizeMoments(state.moments, channel * momentSlots);
      const unit = unitOf.get(channel);
      channelRows.push([
        model,
        layerIndex,
        layer.layer,
        channel,
        one.n,
        one.mean,
        one.sd,
        one.min,
        one.max,
        one.skewness,
        one.kurtosis,
        counted ? quantiles(total.coarse, channel * nCoarse, coarseGrid, [0.5], one)[0]! : null,
        one.fractionActive,
        unit?.isNeverActive ?? null,
        unit?.sparseness ?? null,
        unit?.aboveHalfPeak ?? null,
      ]);
    }
  }
  return [
    { name: 'statistics', title: 'Activation statistics of each layer', columns: layerTableColumns, rows: layerRows },
    {
      name: 'statistics-channels',
      title: 'Activation statistics of each channel',
      columns: channelTableColumns,
      rows: channelRows,
    },
  ];
}

/** Activation statistics of layers and channels: tables `statistics` and `statistics-channels`. */
export const statistics: StimulusProbe<StatisticsState, StatisticsTotal> = {
  kind: 'stimulus',
  name: 'stats',
  title: 'Activation statistics',
  stateBytes(layer, options) {
    const nUnits = Math.min(layer.nChannels, options.maxUnits);
    const counts = options.quantiles ? 8 * (nFine + layer.nChannels * nCoarse) : 0;
    return 8 * (layer.nChannels * momentSlots + nUnits * unitSlots + 2) + counts + 4 * nUnits * (windowBins + 1);
  },
  open,
  merge,
  mergeTotals,
  finish,
};
