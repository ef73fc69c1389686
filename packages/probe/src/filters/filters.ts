/**
 * @file The probe `filters`: the first convolution's filters as a picture, and what they look like beside simple cells of V1. Which
 * weights these are: first-filters.ts; the fits: tuning/filter-shape.ts.
 */
import { type BoundGraph, pictureInput } from '@ventral/core';
import { layerCells } from '../layers.ts';
import type { FinishContext, GraphProbe, LayerInfo } from '../probe.ts';
import { sampledChannels } from '../statistics/statistics.ts';
import { type Cell, type Column, layerColumns, type Table } from '../table.ts';
import { type FilterShape, filterShape, type MapSize } from '../tuning/filter-shape.ts';
import { type FirstFilters, firstFilters } from './first-filters.ts';

/**
 * Share of a filter's variance that a Gabor must explain for its numbers to be told. Of 100 maps of white noise of 7 × 7 px none
 * reaches it (median 0.31, largest 0.47), of 11 × 11 px the largest is 0.20.
 */
const leastR2 = 0.5;

const channelColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'channel', type: 'integer', description: 'Filter: channel of the layer.' },
];

const filterColumns: readonly Column[] = [
  ...channelColumns,
  { name: 'y', type: 'integer', description: 'Row of the kernel, from 0 at the top.' },
  { name: 'x', type: 'integer', description: 'Column of the kernel, from 0 at the left.' },
  ...['red', 'green', 'blue'].map(
    (colour): Column => ({
      name: colour,
      type: 'number',
      description: `Weight of ${colour}, as the convolution applies it to the preprocessed picture, batch normalisation folded in; the same in all three where the network takes grey pictures.`,
    }),
  ),
];

const number = (name: string, description: string, unit?: string): Column => ({
  name,
  type: 'number',
  ...(unit !== undefined && { unit }),
  description,
});

const shapeColumns: readonly Column[] = [
  ...channelColumns,
  { name: 'kernel_h_px', type: 'integer', unit: 'px', description: 'Height of the kernel in picture px, dilation included.' },
  { name: 'kernel_w_px', type: 'integer', unit: 'px', description: 'Width of the kernel in picture px, dilation included.' },
  ...['red', 'green', 'blue'].map((colour) =>
    number(
      `component_${colour}`,
      `Part of ${colour} in the colour, of length 1, whose map the fits are made to: the first singular vector of the filter’s weights, colours × px; empty where all weights are 0.`,
    ),
  ),
  number('component_share', 'Share of the sum of the filter’s squared weights that lies in that map: 1 = one colour throughout.'),
  number('orientation_deg', 'Of the Gabor, 0…180: at 0° luminance varies along x (a vertical grating).', 'deg'),
  number('phase_deg', 'Of the Gabor at its centre, −180…180: 0 and 180 even, ±90 odd.', 'deg'),
  number('frequency_cycles_per_px', 'Frequency of the Gabor.', 'cycles/px'),
  number('frequency_cpd', 'The same in cycles per degree of visual angle.', 'c/deg'),
  number('sigma_across_px', 'σ of the Gabor’s envelope across its stripes.', 'px'),
  number('sigma_along_px', 'σ of the Gabor’s envelope along its stripes.', 'px'),
  number('nx', 'Width of the field in cycles: σ across · frequency (Ringach 2002, doi:10.1152/jn.2002.88.1.455).'),
  number('ny', 'Length of the field in cycles: σ along · frequency (Ringach 2002, doi:10.1152/jn.2002.88.1.455).'),
  number('gabor_r2', 'Share of the map’s variance that the Gabor explains.'),
  number('dog_r2', 'Share of the map’s variance that a difference of two Gaussians explains.'),
  { name: 'note', type: 'string', description: 'Why cells are empty.' },
];

/**
 * Filters of the first convolution on the picture: tables `filters`, a row for each weight's place, and `filter-shapes`, a row for
 * each filter; both without rows where no convolution reads the picture, or the layers asked for leave it out.
 *
 * A filter over three colours is fitted by its strongest colour: of its weights as a matrix, colours × px, the first singular
 * vectors, the best product of one colour and one map (Eckart & Young 1936, doi:10.1007/BF02288367). A grey projection would
 * lose the filters that oppose colours. The colour's sign is that of its sum, so that an off-centre stays one.
 *
 * Reads no responses and has no controls: a network before training is a model of its own. Costs 25 … 80 ms a filter of 7 × 7 px
 * or more, of --max-units filters at most.
 */
export const filters: GraphProbe = {
  kind: 'graph',
  name: 'filters',
  title: 'Filters of the first layer',
  measure(context, graph, layers) {
    const found = firstFilters(graph);
    const layer = layers.find(({ layer }) => layer === found?.layer);
    const drawn = found && layer ? { found, layer, channels: sampledChannels(layer, context.options) } : undefined;
    const table = (name: string, title: string, columns: readonly Column[], rows: Cell[][] | undefined): Table => ({
      name,
      title,
      columns,
      rows: rows ?? [],
    });
    return [
      table('filters', 'Weights of the first convolution', filterColumns, drawn && weightRows(context, drawn)),
      table(
        'filter-shapes',
        'Shapes of the first convolution’s filters',
        shapeColumns,
        drawn && shapeRows(context, graph, drawn),
      ),
    ];
  },
};

interface Drawn {
  readonly found: FirstFilters;
  readonly layer: LayerInfo;
  readonly channels: readonly number[];
}

function weightRows({ model }: FinishContext, { found, layer, channels }: Drawn): Cell[][] {
  const { weights, nColours, kernel } = found;
  const [h, w] = kernel;
  const area = h * w;
  return channels.flatMap((channel) =>
    Array.from({ length: area }, (_, i): Cell[] => {
      const weight = (colour: number) => weights[(channel * nColours + (nColours === 1 ? 0 : colour)) * area + i]!;
      return [...layerCells(model, layer), channel, Math.floor(i / w), i % w, weight(0), weight(1), weight(2)];
    }),
  );
}

function shapeRows({ model, fovDeg }: FinishContext, graph: BoundGraph, { found, layer, channels }: Drawn): Cell[][] {
  const { weights, nColours, kernel, dilation } = found;
  const [h, w] = kernel;
  const size = nColours * h * w;
  const pxPerDeg = pictureInput(graph).sizePx[1] / fovDeg;
  return channels.map((channel) => {
    const { colour, map, share } = strongestColour(weights.subarray(channel * size, (channel + 1) * size), nColours);
    const shape = shapeOf(map, kernel, dilation);
    const [red, green = red, blue = red] = nColours === 1 ? colour.map((part) => part / Math.sqrt(3)) : colour;
    return [
      ...layerCells(model, layer),
      channel,
      (h - 1) * dilation[0] + 1,
      (w - 1) * dilation[1] + 1,
      red!,
      green!,
      blue!,
      share,
      ...gaborCells(shape, dilation[0], pxPerDeg),
    ];
  });
}

/** The fits to a filter's map; a note instead where rows and columns stand unlike far apart. */
function shapeOf(map: Float64Array, kernel: MapSize, [dilationY, dilationX]: FirstFilters['dilation']): FilterShape | string {
  return dilationY === dilationX ? filterShape([map, map], kernel) : 'dilation differs along y and x';
}

/** Cells from `orientation_deg` on. */
function gaborCells(shape: FilterShape | string, dilation: number, pxPerDeg: number): Cell[] {
  const { NaN: nan } = Number;
  const nothing = Array<Cell>(8).fill(nan);
  if (typeof shape === 'string') return [...nothing, nan, nan, shape];
  const { gabor, gaborR2, differenceOfGaussiansR2, note } = shape;
  const scores = [gaborR2, differenceOfGaussiansR2];
  if (!gabor) return [...nothing, ...scores, note];
  if (gaborR2 < leastR2) return [...nothing, ...scores, 'a Gabor explains less than half of the filter'];
  const { orientationDeg, phaseDeg, frequencyCpx, sigmaAcrossPx, sigmaAlongPx, nx, ny } = gabor;
  const cyclesPerPx = frequencyCpx / dilation;
  const lengths = [cyclesPerPx, cyclesPerPx * pxPerDeg, sigmaAcrossPx * dilation, sigmaAlongPx * dilation, nx, ny];
  // Where nx is not resolved, one of the numbers it is made of lies at the end of what the map can tell.
  return [orientationDeg, phaseDeg, ...(note === null ? lengths : lengths.map(() => nan)), ...scores, note];
}

/**
 * The best product of a colour and a map: first singular vectors of the weights.
 *
 * @param weights [colours, px] of one filter
 * @returns colour of length 1, its sum not negative; map = Σ colour · weights; share of the squares in it. NaN for a filter of zeros,
 *   whose map is 0.
 */
export function strongestColour(
  weights: Float64Array,
  nColours: number,
): { readonly colour: readonly number[]; readonly map: Float64Array; readonly share: number } {
  const nPx = weights.length / nColours;
  const colours = Array.from({ length: nColours }, (_, c) => weights.subarray(c * nPx, (c + 1) * nPx));
  const dot = (a: ArrayLike<number>, b: ArrayLike<number>) => {
    let sum = 0;
    for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
    return sum;
  };
  const trace = (matrix: readonly (readonly number[])[]) => matrix.reduce((sum, row, i) => sum + row[i]!, 0);
  const gram = colours.map((a) => colours.map((b) => dot(a, b)));
  const squares = trace(gram);
  if (squares === 0) return { colour: colours.map(() => Number.NaN), map: new Float64Array(nPx), share: Number.NaN };
  // Squared again and again, and scaled, a matrix of squares tends to the projection onto its first eigenvector.
  let projection: readonly (readonly number[])[] = gram;
  for (let step = 0; step < 50; step++) {
    const squared = projection.map((row) => projection.map((column) => dot(row, column)));
    const scale = trace(squared);
    projection = squared.map((row) => row.map((value) => value / scale));
  }
  const longest = projection.reduce((best, row) => (dot(row, row) > dot(best, best) ? row : best));
  const length = Math.sqrt(dot(longest, longest));
  const sign = longest.reduce((sum, part) => sum + part, 0) < 0 ? -1 : 1;
  const colour = longest.map((part) => (sign * part) / length);
  const map = new Float64Array(nPx);
  for (const [c, part] of colour.entries()) for (let i = 0; i < nPx; i++) map[i]! += part * colours[c]![i]!;
  return { colour, map, share: dot(map, map) / squares };
}
