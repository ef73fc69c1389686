/**
 * @file The probe `visualise`: pictures that gradient ascent finds for some centre units of every layer. The ascent is in
 * visualise-session.ts, what it moves in fourier-picture.ts.
 */
import type { Image } from '@ventral/core';
import { layerCells } from '../layers.ts';
import type { Experiment, ExperimentProbe, Laboratory, LayerInfo, ProbePicture } from '../probe.ts';
import { sampledChannels } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import {
  type AscentItem,
  mergeVisualisations,
  nLeaves,
  nSteps,
  stepsPerItem,
  type Visualisation,
  type VisualiseSetup,
} from './visualise-session.ts';

/** Channels of a layer, drawn by the seed and the layer's name, unless `--max-units` asks for fewer. */
const mostChannels = 8;
/** Pictures of each, from other beginnings: what they share is the unit's, what differs is chance. */
const nStarts = 2;

/** On a sheet pictures are enlarged by the whole number that brings them nearest to this side, from below. */
const shownPx = 64;
/** White between pictures and around them. */
const gapPx = 4;

const columns: readonly Column[] = [
  ...layerColumns,
  { name: 'channel', type: 'integer', description: 'Channel whose centre unit was driven.' },
  { name: 'start', type: 'integer', description: 'Which of the pictures of this unit, from 0: each begins elsewhere.' },
  { name: 'n_steps', type: 'integer', description: 'Steps of gradient ascent.' },
  { name: 'field_height_px', type: 'integer', unit: 'px', description: 'Height of the picture: the unit’s theoretical field.' },
  { name: 'field_width_px', type: 'integer', unit: 'px', description: 'Its width.' },
  {
    name: 'response',
    type: 'number',
    description: 'Response before the activation, to the picture in bytes with grey 128 around it.',
  },
  { name: 'response_to_grey', type: 'number', description: 'The same to grey 128 alone.' },
  {
    name: 'largest_response_to_leaves',
    type: 'number',
    description: `The largest to the first ${nLeaves} pictures of the set dead-leaves.`,
  },
  {
    name: 'over_leaves',
    type: 'number',
    description:
      '(response − response_to_grey) / (largest_response_to_leaves − response_to_grey): how much further the picture drives the unit than those do; empty where none of them drives it more than grey.',
  },
  { name: 'note', type: 'string', description: 'Why cells are empty.' },
];

const ascentExperiment: Experiment = {
  /** Bytes of pictures as large as the input, and the way to each. */
  stateBytes: (layers, { maxUnits }, [heightPx, widthPx]) =>
    layers.reduce((sum, { nChannels }) => sum + Math.min(nChannels, maxUnits, mostChannels), 0) *
    nStarts *
    (3 * heightPx * widthPx + 8 * nSteps),
  nItems: (laboratory) => ascentsOf(laboratory).length * (nSteps / stepsPerItem),
  measure: visualiseLayers,
};

/** What units of each layer are driven by most: table `visualisations` and a picture for each layer, `visualise-3`. */
export const visualise: ExperimentProbe = {
  kind: 'experiment',
  name: 'visualise',
  title: 'Feature visualisation',
  experiment: ascentExperiment,
};

/**
 * Of the network itself: what drives shuffled weights is nobody's feature. A concatenation has no units of its own, only those
 * of layers before it.
 */
function ascentsOf({ context: { control, options }, layers }: Laboratory): Omit<AscentItem, 'firstStep'>[] {
  if (control !== undefined) return [];
  const own = [...layers.entries()].filter(([, { op }]) => op !== 'concat');
  return own.flatMap(([at, layer]) =>
    sampledChannels(layer, { ...options, maxUnits: Math.min(options.maxUnits, mostChannels) }).flatMap((channel) =>
      Array.from({ length: nStarts }, (_, start) => ({ layer: at, channel, start })),
    ),
  );
}

/**
 * Feature visualisation by gradient ascent (Olah, Mordvintsev & Schubert 2017, Distill, doi:10.23915/distill.00007): of each
 * layer's sampled channels the response of the centre unit, before the activation, grows in 64 steps of Adam over the waves of a
 * picture ({@link createFourierPicture}) as large as the unit's theoretical field, with grey 128 around it. Each step moves the
 * picture a little, at random, and takes off 0.2 of its total variation, the response's slopes being brought to a root mean
 * square of 1.
 *
 * Costs 64 forward and backward passes as deep as the layer for each of up to 16 pictures a layer. A worker holds what a gradient
 * takes (see openUnitGradient). The same bytes for any number of workers.
 *
 * @throws JobAborted after a cancel
 */
async function visualiseLayers(laboratory: Laboratory): Promise<Table[]> {
  const { context, layers, fields, sizePx, subject, preprocess, runner, signal, onProgress, onPicture } = laboratory;
  const [heightPx, widthPx] = sizePx;
  const ascents = ascentsOf(laboratory);
  if (ascents.length === 0) return [];
  const setup: VisualiseSetup = {
    ...subject,
    kind: 'visualise',
    layers: layers.map(({ layer, stage }, i) => ({
      ...{ layer, stage },
      centerPx: fields[i]!.centerPx,
      sizePx: fields[i]!.sizePx,
    })),
    view: { heightPx, widthPx, fovDeg: context.fovDeg, seed: context.options.seed },
    preprocess,
  };
  const nParts = nSteps / stepsPerItem;
  const { state = [] } = await runner.run<VisualiseSetup, AscentItem, readonly Visualisation[], null>({
    setup,
    items: ascents.flatMap((ascent) =>
      Array.from({ length: nParts }, (_, part): AscentItem => ({ ...ascent, firstStep: part * stepsPerItem })),
    ),
    chunkSize: nParts,
    merging: mergeVisualisations,
    describe: ({ layer, channel, firstStep }) => `step ${firstStep} for channel ${channel} of "${layers[layer]!.layer}"`,
    signal,
    onProgress,
    strict: true,
  });
  for (const [at, layer] of layers.entries()) {
    const own = ascents.flatMap((ascent, i) => (ascent.layer === at ? [{ ...ascent, ...state[i]! }] : []));
    if (own.some(({ note }) => note === null)) onPicture?.(sheetPicture(layer, own));
  }
  const rows = ascents.map(({ layer, channel, start }, i): Cell[] => {
    const { image, response, responseToGrey, largestToLeaves, note } = state[i]!;
    const reach = largestToLeaves - responseToGrey;
    return [
      ...layerCells(context.model, layers[layer]!),
      ...[channel, start, nSteps, image.heightPx, image.widthPx, response, responseToGrey, largestToLeaves],
      reach > 0 ? (response - responseToGrey) / reach : Number.NaN,
      note,
    ];
  });
  return [{ name: 'visualisations', title: 'Feature visualisations', columns, rows }];
}

/** A layer's pictures on one: a column for each channel, a row for each start. */
function sheetPicture(
  { layer, layerIndex }: LayerInfo,
  pictures: readonly (Pick<Visualisation, 'image'> & Pick<AscentItem, 'channel' | 'start'>)[],
): ProbePicture {
  const channels = [...new Set(pictures.map(({ channel }) => channel))];
  const { heightPx, widthPx } = pictures[0]!.image;
  const scale = Math.max(1, Math.floor(shownPx / Math.max(heightPx, widthPx)));
  const [cellHeight, cellWidth] = [scale * heightPx + gapPx, scale * widthPx + gapPx];
  const size = { heightPx: gapPx + nStarts * cellHeight, widthPx: gapPx + channels.length * cellWidth };
  const data = new Uint8Array(3 * size.heightPx * size.widthPx).fill(255);
  for (const { image, channel, start } of pictures) {
    const [top, left] = [gapPx + start * cellHeight, gapPx + channels.indexOf(channel) * cellWidth];
    for (let y = 0; y < scale * heightPx; y++) {
      for (let x = 0; x < scale * widthPx; x++) {
        const from = 3 * (Math.floor(y / scale) * widthPx + Math.floor(x / scale));
        data.set(image.data.subarray(from, from + 3), 3 * ((top + y) * size.widthPx + left + x));
      }
    }
  }
  return {
    probe: visualise.name,
    layerIndex,
    name: `visualise-${layerIndex}`,
    about: `What gradient ascent finds for channels ${channels.join(', ')} of "${layer}", left to right, from ${nStarts} beginnings each.`,
    image: { ...size, data } satisfies Image,
  };
}
