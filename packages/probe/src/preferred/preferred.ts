/**
 * @file The probe `preferred`: the places of the pictures shown that drive each channel most, and how much there is to say about
 * them. Two jobs: who wins (preferred-session.ts), then the patches (patches-session.ts). What is shown of them: shown-patches.ts.
 */
import { createRandom, type PixelBox } from '@ventral/core';
import { layerCells } from '../layers.ts';
import { mostFrequent, summarize, tuningColumns, tuningTitle } from '../physiology/summary.ts';
import type { Experiment, ExperimentProbe, Laboratory, LayerInfo } from '../probe.ts';
import { type EffectiveField, effectiveFields, nFieldPictures } from '../receptive-field/effective.ts';
import type { ReceptiveField } from '../receptive-field/field.ts';
import { centrePlace, sampledChannels, type UnitPlace } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { comparedSidePx, logRatio } from './compressed-size.ts';
import { boxName, mergePatches, type Patch, type PatchesItem, type PatchesSetup, type PatchRequest } from './patches-session.ts';
import { mergeLayers, type PictureItem, type PreferredSetup } from './preferred-session.ts';
import { sheetPicture, shownChannels, shownLayers } from './shown-patches.ts';
import { nPreferred, type Winner, type Winners, winnersOf } from './winners.ts';

/** Channels of a layer that are looked at. */
const mostChannels = 32;

/** Patches that the preferred ones are compared with. */
const nRandom = 200;

const px = { type: 'integer', unit: 'px' } as const;

const channelColumn: Column = { name: 'channel', type: 'integer', description: 'Channel of the layer.' };

const patchColumns: readonly Column[] = [
  ...layerColumns,
  channelColumn,
  { name: 'rank', type: 'integer', description: 'From 1, the strongest response. At most one place of each picture.' },
  { name: 'picture', type: 'string', description: 'The picture.' },
  { name: 'row', type: 'integer', description: 'Place of the unit in the map, from 0 at the top.' },
  { name: 'column', type: 'integer', description: 'The same from 0 at the left.' },
  { name: 'response', type: 'number', description: 'Rectified response, max(y, 0).' },
  {
    ...px,
    name: 'box_top_px',
    description:
      'Upper edge of the patch, from 0 at the top of the picture as the network sees it. The patch is a square as large as the layer’s effective field (√area), where that of the unit lies.',
  },
  { ...px, name: 'box_left_px', description: 'Left edge of the patch.' },
  { ...px, name: 'box_height_px', description: 'Height of the patch.' },
  { ...px, name: 'box_width_px', description: 'Width of the patch.' },
];

/** Of each channel; in the table `tuning`, too. */
const measures: readonly Column[] = [
  {
    name: 'compressed_size_log_ratio',
    type: 'number',
    description: `Mean over the preferred patches of ln(compressed size / median of ${nRandom} random patches of the same field): 0 is as complex as those, below is simpler. RGB at ${comparedSidePx}×${comparedSidePx} px, 32 levels, Paeth filter, zlib.`,
  },
  {
    name: 'compressed_size_over_scrambled',
    type: 'number',
    description: 'Mean over the preferred patches of ln(compressed size / that of its own phase-scrambled version).',
  },
];

const complexityColumns: readonly Column[] = [
  ...layerColumns,
  channelColumn,
  { name: 'n_patches', type: 'integer', description: `Pictures that drive the channel at all, up to ${nPreferred}.` },
  ...measures,
  { name: 'note', type: 'string', description: 'Why cells are empty.' },
];

const experiment: Experiment = {
  stateBytes: (layers, { maxUnits }) =>
    layers.reduce((sum, { nChannels }) => sum + Math.min(nChannels, maxUnits, mostChannels), 0) * nPreferred * 12,
  /** Gradients at some pictures; each picture of the laboratory goes through the network, and may then be cut. */
  nItems: ({ layers, pictures }) => (pictures ? layers.length * nFieldPictures + 2 * pictures.items.length : 0),
  measure: measurePreferred,
};

/** Preferred patches of every layer's channels: tables `preferred-patches`, `preferred-complexity`, and rows of `tuning`. */
export const preferred: ExperimentProbe = {
  kind: 'experiment',
  name: 'preferred',
  title: 'Preferred patches',
  experiment,
  looksAtPictures: true,
};

/** A layer, who won, and where each unit's patch lies. */
interface LayerWinners {
  readonly layer: LayerInfo;
  readonly channels: readonly number[];
  /** Of each channel, strongest first. */
  readonly winners: readonly (readonly Winner[])[];
  boxOf(winner: Winner): PixelBox;
  /** Boxes of random places: picture and box. */
  readonly random: readonly (readonly [picture: number, box: PixelBox])[];
}

/**
 * Looks at the pictures of the laboratory.
 *
 * @returns without usable pictures empty cells, with a note
 * @throws JobAborted after a cancel
 */
async function measurePreferred(laboratory: Laboratory): Promise<Table[]> {
  const { context, layers, pictures, sizePx, subject, runner, signal, onProgress, onPicture } = laboratory;
  if (!pictures) return nothingShown(laboratory, 'no pictures were shown: name a folder, a zip or a built-in set');
  const { items, ids } = pictures;
  const { options, control } = context;
  const nGradients = layers.length * nFieldPictures;
  const nItems = nGradients + 2 * items.length;
  const fields = await effectiveFields({
    ...laboratory,
    onProgress: ({ nDone }) => onProgress?.({ nDone, nItems, nFailed: 0 }),
  });
  const describe = ({ picture }: PictureItem<unknown>) => `stimulus "${ids[picture]}"`;
  const channels = layers.map((layer) => sampleOf(layer, laboratory));
  const { state, failures } = await runner.run<PreferredSetup, PictureItem<unknown>, readonly Winners[], null>({
    setup: { ...subject, kind: 'preferred', layers, channels, preprocess: pictures.preprocess },
    items: items.map((item, picture) => ({ picture, item })),
    merging: mergeLayers,
    describe,
    signal,
    onProgress: ({ nDone, nFailed }) => onProgress?.({ nDone: nGradients + nDone, nItems, nFailed }),
  });
  if (!state) return nothingShown(laboratory, `none of the ${items.length} pictures could be used`);

  const isUnusable = new Set(failures.map(({ itemIndex }) => itemIndex));
  const usable = items.flatMap((_, picture) => (isUnusable.has(picture) ? [] : [picture]));
  const found = layers.map((layer, i): LayerWinners => {
    const { receptiveField } = laboratory.fields[i]!;
    const { integer } = createRandom(options.seed).fork('random patches').fork(layer.layer);
    const field = { ...receptiveField, effective: fields[i]!, center: centrePlace(layer) };
    const placed = (position: number) =>
      patchBox(field, [Math.floor(position / layer.widthUnits), position % layer.widthUnits], sizePx);
    return {
      layer,
      channels: channels[i]!,
      winners: channels[i]!.map((_, channel) => winnersOf(state[i]!, channel)),
      boxOf: ([, , position]) => placed(position),
      random: Array.from({ length: nRandom }, () => [
        usable[integer(usable.length)]!,
        placed(integer(layer.heightUnits * layer.widthUnits)),
      ]),
    };
  });
  const shown = shownLayers(layers).map((layer) => {
    const own = found[layers.indexOf(layer)]!;
    return { ...own, shown: shownChannels(own.winners, control) };
  });

  const patches = createPatchList();
  for (const { winners, boxOf, random } of found) {
    for (const [picture, box] of random) patches.want(picture, { box, isScrambled: false, isShown: false });
    for (const winner of winners.flat()) patches.want(winner[1], { box: boxOf(winner), isScrambled: true, isShown: false });
  }
  for (const { winners, boxOf, shown: some } of shown)
    for (const winner of some.flatMap((channel) => winners[channel]!))
      patches.want(winner[1], { box: boxOf(winner), isScrambled: true, isShown: true });
  const { state: cut = [] } = await runner.run<PatchesSetup, PatchesItem<unknown>, readonly Patch[], null>({
    setup: { kind: 'patches', sizePx, preprocess: pictures.preprocess, seed: options.seed },
    items: items.map((item, picture) => ({ picture, item, patches: patches.of(picture) })),
    merging: mergePatches,
    describe,
    signal,
    onProgress: ({ nDone }) => onProgress?.({ nDone: nGradients + items.length + nDone, nItems, nFailed: failures.length }),
    strict: true,
  });
  const patchOf = patches.results(items.length, cut);

  for (const { layer, channels: sampled, winners, boxOf, shown: some } of shown) {
    if (some.length === 0) continue;
    const sheets = some.map((i) => ({
      channel: sampled[i]!,
      patches: winners[i]!.map((winner) => patchOf(winner[1], boxOf(winner)).shown!),
    }));
    onPicture?.(sheetPicture(layer, control, sheets));
  }
  const rows = found.map((own) => complexityRows(own, patchOf));
  return tablesOf(laboratory, found.flatMap(patchRows), rows);

  function patchRows({ layer, channels: sampled, winners, boxOf }: LayerWinners): Cell[][] {
    return winners.flatMap((ofChannel, i) =>
      ofChannel.map((winner, rank): Cell[] => {
        const [response, picture, position] = winner;
        const { topPx, leftPx, heightPx, widthPx } = boxOf(winner);
        const place = [Math.floor(position / layer.widthUnits), position % layer.widthUnits];
        const cells = [sampled[i]!, rank + 1, ids[picture]!, ...place, response, topPx, leftPx, heightPx, widthPx];
        return [...layerCells(context.model, layer), ...cells];
      }),
    );
  }
}

/** Where the units of a layer look. */
interface PatchField extends ReceptiveField {
  /** Of the unit at `center`. */
  readonly effective: Pick<EffectiveField, 'areaRootPx' | 'centerPx'>;
  readonly center: UnitPlace;
}

/**
 * The patch of a unit: a square as large as the layer's effective field, rounded up, about the place where that of the unit lies,
 * and moved inwards where that hangs over the border. So all patches of a layer have one size. Where no gradient tells the
 * effective field, the theoretical one inside the picture, which is also the most.
 */
export function patchBox({ y, x, effective, center }: PatchField, place: UnitPlace, sizePx: readonly [h: number, w: number]) {
  const along = (axis: 0 | 1) => {
    const { startPx, sizePx: theoreticalPx, stridePx } = axis === 0 ? y : x;
    const most = Math.min(sizePx[axis], Math.ceil(theoreticalPx));
    const side = Number.isNaN(effective.areaRootPx) ? most : Math.min(most, Math.ceil(effective.areaRootPx));
    const middle = startPx + center[axis] * stridePx + (theoreticalPx - 1) / 2;
    const centerPx = Number.isNaN(effective.areaRootPx) ? middle : effective.centerPx[axis];
    const start = Math.floor(centerPx - (side - 1) / 2 + (place[axis] - center[axis]) * stridePx);
    return [Math.max(0, Math.min(start, sizePx[axis] - side)), side] as const;
  };
  const [topPx, heightPx] = along(0);
  const [leftPx, widthPx] = along(1);
  return { topPx, leftPx, heightPx, widthPx };
}

/** What is wanted of each picture, each box once, however many units prefer it. */
function createPatchList() {
  const wanted = new Map<number, Map<string, PatchRequest>>();
  const of = (picture: number) => [...(wanted.get(picture)?.values() ?? [])];
  return {
    want(picture: number, { box, isScrambled, isShown }: PatchRequest): void {
      const ofPicture = wanted.get(picture) ?? new Map<string, PatchRequest>();
      wanted.set(picture, ofPicture);
      const before = ofPicture.get(boxName(box));
      ofPicture.set(boxName(box), {
        box,
        isScrambled: isScrambled || (before?.isScrambled ?? false),
        isShown: isShown || (before?.isShown ?? false),
      });
    },
    of,
    /** Finds a patch among those of all pictures, in their order. */
    results(nPictures: number, cut: readonly Patch[]): (picture: number, box: PixelBox) => Patch {
      const found = new Map<string, Patch>();
      let at = 0;
      for (let picture = 0; picture < nPictures; picture++)
        for (const { box } of of(picture)) found.set(`${picture}: ${boxName(box)}`, cut[at++]!);
      return (picture, box) => found.get(`${picture}: ${boxName(box)}`)!;
    },
  };
}

/** One channel in numbers. */
interface ChannelComplexity {
  readonly channel: number;
  readonly nPatches: number;
  /** In the order of the measures. */
  readonly values: readonly number[];
  readonly note: string | null;
}

function complexityRows(
  { channels, winners, boxOf, random }: LayerWinners,
  patchOf: (picture: number, box: PixelBox) => Patch,
): ChannelComplexity[] {
  const { median: usualBytes } = summarize(random.map(([picture, box]) => patchOf(picture, box).bytes));
  return channels.map((channel, i) => {
    const patches = winners[i]!.map((winner) => patchOf(winner[1], boxOf(winner)));
    const values = [
      meanOf(patches.map(({ bytes }) => logRatio(bytes, usualBytes))),
      meanOf(patches.map(({ bytes, scrambledBytes }) => logRatio(bytes, scrambledBytes))),
    ];
    return { channel, nPatches: patches.length, values, note: patches.length === 0 ? 'no picture drives it' : null };
  });
}

/** NaN of none. */
const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

function tablesOf(
  { context, layers }: Laboratory,
  patches: readonly Cell[][],
  channels: readonly (readonly ChannelComplexity[])[],
): Table[] {
  const summary = layers.flatMap((layer, i) =>
    measures.map(({ name }, m): Cell[] => {
      const own = channels[i]!;
      const { median, lowerQuartile, upperQuartile, nDefined } = summarize(own.map(({ values }) => values[m]!));
      const note = mostFrequent(own.map((channel) => channel.note));
      return [...layerCells(context.model, layer), name, median, lowerQuartile, upperQuartile, own.length, nDefined, note];
    }),
  );
  const complexity = layers.flatMap((layer, i) =>
    channels[i]!.map(({ channel, nPatches, values, note }): Cell[] => {
      return [...layerCells(context.model, layer), channel, nPatches, ...values, note];
    }),
  );
  return [
    { name: 'tuning', title: tuningTitle, columns: tuningColumns, rows: summary },
    { name: 'preferred-patches', title: 'Preferred patches', columns: patchColumns, rows: patches },
    { name: 'preferred-complexity', title: 'Complexity of preferred patches', columns: complexityColumns, rows: complexity },
  ];
}

/** Tables of a run that saw nothing. */
function nothingShown(laboratory: Laboratory, note: string): Table[] {
  const values = [Number.NaN, Number.NaN];
  const channels = laboratory.layers.map((layer) =>
    sampleOf(layer, laboratory).map((channel): ChannelComplexity => ({ channel, nPatches: 0, values, note })),
  );
  return tablesOf(laboratory, [], channels);
}

function sampleOf(layer: LayerInfo, { context: { options } }: Laboratory): readonly number[] {
  return sampledChannels(layer, { ...options, maxUnits: Math.min(options.maxUnits, mostChannels) });
}
