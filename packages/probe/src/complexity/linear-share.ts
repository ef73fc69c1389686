/**
 * @file The probe `linear-share`: what part of a unit's variance over Gaussian pictures a linear filter of the picture explains,
 * and what part a Gabor-energy model. Responses and gradients come from linear-share-session.ts.
 */
import { layerCells } from '../layers.ts';
import { mostFrequent, summarize, tuningColumns, tuningTitle } from '../physiology/summary.ts';
import type { Experiment, ExperimentProbe, Laboratory, LayerInfo } from '../probe.ts';
import { sampledChannels } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { type LayerShares, type LinearShareItem, type LinearShareSetup, mergeShares, nPictures } from './linear-share-session.ts';

/** Channels of a layer, drawn by the seed and the layer's name, unless `--max-units` asks for fewer. */
const mostChannels = 8;

const columns: readonly Column[] = [
  ...layerColumns,
  { name: 'channel', type: 'integer', description: 'Channel whose centre unit was measured.' },
  {
    name: 'linear_share',
    type: 'number',
    description:
      'Share of the variance of the response before the activation, over Gaussian 1/f pictures, that the best linear filter explains: 1 for a linear unit (Stein’s identity). An estimate without bias, so that a share near 0 may come out below it.',
  },
  { name: 'linear_share_lower', type: 'number', description: 'Lower end of its 95 % interval (bootstrap over the pictures).' },
  { name: 'linear_share_upper', type: 'number', description: 'Upper end.' },
  {
    name: 'energy_share',
    type: 'number',
    description:
      'Share of the same variance that the energy of one Gabor pair explains (Adelson & Bergen 1985, doi:10.1364/JOSAA.2.000284), the pair chosen on other pictures than it is judged on. Adds to linear_share. Near 0 it may come out below.',
  },
  { name: 'energy_share_lower', type: 'number', description: 'Lower end of its 95 % interval (bootstrap over the pictures).' },
  { name: 'energy_share_upper', type: 'number', description: 'Upper end.' },
  { name: 'note', type: 'string', description: 'Why cells are empty.' },
];

const shareExperiment: Experiment = {
  /** Six float64 for each unit. */
  stateBytes: (layers, { maxUnits }) =>
    layers.reduce((sum, { nChannels }) => sum + 6 * 8 * Math.min(nChannels, maxUnits, mostChannels), 0),
  nItems: ({ layers }) => layers.length * nPictures,
  measure: measureShares,
};

/** Linear shares of the layers: table `linear-share`. */
export const linearShare: ExperimentProbe = {
  kind: 'experiment',
  name: 'linear-share',
  title: 'Linear share',
  experiment: shareExperiment,
};

/**
 * Linear and energy shares of a layer's sampled centre units, before the activation (see {@link varianceShares}). 256 grey
 * pictures of Gaussian 1/f noise (createPinkNoise) around mean grey 127.5 at an RMS contrast of 1/3 are given to the network as
 * numbers, neither rounded nor clipped to bytes: value = ((127.5 + 42.5 s) · scale − mean) / std for each colour channel.
 *
 * Costs a forward and a backward pass as deep as the layer, for each layer and picture. A worker holds what a gradient takes (see
 * openUnitGradient) and, per pixel of the picture, 2 kB. The same bytes for any number of workers.
 *
 * @throws JobAborted after a cancel
 */
async function measureShares(laboratory: Laboratory): Promise<Table[]> {
  const { context, layers, fields, subject, preprocess, runner, signal, onProgress } = laboratory;
  const sampled = layers.map((layer) => sampleOf(layer, laboratory));
  const setup: LinearShareSetup = {
    ...subject,
    kind: 'linear-share',
    layers: layers.map(({ layer, stage }, i) => {
      const { centerPx, sizePx } = fields[i]!;
      return { layer, stage, centerPx, sizePx, channels: sampled[i]! };
    }),
    seed: context.options.seed,
    preprocess,
  };
  const pictures = Array.from({ length: nPictures }, (_, picture) => picture);
  const { state = [] } = await runner.run<LinearShareSetup, LinearShareItem, readonly LayerShares[], null>({
    setup,
    items: layers.flatMap((_, layer) => pictures.map((picture) => ({ layer, picture }))),
    // All of a layer's gradients meet in one worker.
    chunkSize: nPictures,
    merging: mergeShares,
    describe: ({ layer, picture }) => `the gradient of "${layers[layer]!.layer}" at noise ${picture}`,
    signal,
    onProgress,
    strict: true,
  });
  const units = layers.flatMap((layer, i) => sampled[i]!.map((channel, u) => unitOf(layer, channel, state[i]!, u)));
  const rows = units.map(({ layer, channel, values, note }): Cell[] => [
    ...layerCells(context.model, layer),
    channel,
    ...values,
    note,
  ]);
  const summary = layers.flatMap((layer) => {
    const own = units.filter((unit) => unit.layer === layer);
    return measures.map(({ name, at }): Cell[] => {
      const { median, lowerQuartile, upperQuartile, nDefined } = summarize(own.map(({ values }) => values[at]!));
      const note = mostFrequent(own.map((unit) => unit.note).filter((reason) => reason !== null));
      return [...layerCells(context.model, layer), name, median, lowerQuartile, upperQuartile, own.length, nDefined, note];
    });
  });
  return [
    { name: 'tuning', title: tuningTitle, columns: tuningColumns, rows: summary },
    { name: 'linear-share', title: 'Linear share of every unit', columns, rows },
  ];
}

/** Rows of the table `tuning`, and which of a unit's values they are read off. */
const measures = [
  { name: 'linear_share', at: 0 },
  { name: 'energy_share', at: 3 },
];

function sampleOf(layer: LayerInfo, { context: { options } }: Laboratory): readonly number[] {
  return sampledChannels(layer, { ...options, maxUnits: Math.min(options.maxUnits, mostChannels) });
}

function unitOf(layer: LayerInfo, channel: number, { units, note }: LayerShares, u: number) {
  const shares = units[u];
  const values = shares
    ? [shares.linear, shares.energy].flatMap(({ value, lower, upper }) => [value, lower, upper])
    : Array<number>(6).fill(Number.NaN);
  return { layer, channel, values, note: note ?? shares!.note };
}
