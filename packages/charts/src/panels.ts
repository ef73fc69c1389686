/**
 * @file How the two ladders are drawn: the network's panel, the cortex' panel, and the scales they share. Reads the rows of
 * the chart's table, whose columns ladder.ts describes; knows no studies and no layers.
 */
import { areas5, type SeriesId } from '@ventral/cortex';
import type { Cell } from '@ventral/probe';
import type { ChartOptions, Ladder } from './plan.ts';
import type { Json } from './spec.ts';
import { inks, okabeIto } from './theme.ts';
import type { NetworkSeries, Words } from './words.ts';

export type Drawn = Readonly<Record<string, Cell>>;

/** Controls are grey in both themes. */
const controlGrey = '#9aa0a8';

/** Fill and shape of each series: the same in every chart. Hollow = a bound or a secondary measure. */
export const looks = {
  theoretical: ['transparent', 'triangle-down'],
  order: [okabeIto.skyBlue, 'circle'],
  'half-peak': [okabeIto.skyBlue, 'circle'],
  lifetime: [okabeIto.skyBlue, 'circle'],
  population: ['transparent', 'square'],
  tuning: [okabeIto.skyBlue, 'circle'],
  untrained: [controlGrey, 'circle'],
  permuted: [controlGrey, 'triangle-right'],
  random: [controlGrey, 'cross'],
  'hand-mapped-diameter': [okabeIto.vermilion, 'circle'],
  'gaussian-fit-awake': [okabeIto.purple, 'square'],
  'dog-centre-radius': [okabeIto.blue, 'diamond'],
  'grating-summation-field': [okabeIto.green, 'triangle-up'],
  'prf-sigma': [okabeIto.orange, 'cross'],
  'onset-latency-anaesthetised': [okabeIto.vermilion, 'diamond'],
  'population-latency': [okabeIto.green, 'triangle-up'],
  'images-above-half-peak': [okabeIto.vermilion, 'diamond'],
  'lifetime-sparseness-from-shape': [okabeIto.orange, 'diamond'],
  'treves-rolls-a': [okabeIto.purple, 'square'],
  'circular-variance': [okabeIto.vermilion, 'diamond'],
  'orthogonal-to-preferred': [okabeIto.vermilion, 'diamond'],
  'half-width-of-cells': [okabeIto.vermilion, 'diamond'],
  'full-width-of-cells': [okabeIto.purple, 'square'],
  'peak-frequency-of-cells': [okabeIto.vermilion, 'diamond'],
  'frequency-range-of-cells': [okabeIto.purple, 'square'],
  'frequency-octaves-of-cells': [okabeIto.purple, 'square'],
  'frequency-index-of-cells': [okabeIto.vermilion, 'diamond'],
  'modulation-ratio-of-cells': [okabeIto.vermilion, 'diamond'],
  'surround-of-cells': [okabeIto.green, 'triangle-up'],
  'suppression-of-cells': [okabeIto.green, 'triangle-up'],
  'texture-modulation-of-cells': [okabeIto.vermilion, 'diamond'],
} as const satisfies Record<NetworkSeries | SeriesId, readonly [fill: string, shape: string]>;

/** Dashes of the line of each series that can be one. */
export const dashes: Partial<Record<NetworkSeries, readonly number[]>> = {
  tuning: [1, 0],
  untrained: [9, 3],
  permuted: [5, 4],
  random: [2, 3],
};

export interface Drawing {
  readonly ladder: Ladder;
  readonly rows: readonly Drawn[];
  /** Places of the layers, in order. */
  readonly layers: readonly string[];
  /** False where nothing at all was published for the species. */
  readonly hasSeries: boolean;
  /** Title of the vertical axis. */
  readonly axis: string;
  readonly say: Words;
  readonly options: ChartOptions;
}

type Encoding = { readonly [key: string]: Json };

const DEFAULT_WIDTH_PX = 780;
const HEIGHT_PX = 310;
/** Of both panels' width, what the network gets. */
const NETWORK_SHARE = 0.55;
/** Below this distance between two layers names cannot be read: ranks only. */
const NAMED_STEP_PX = 13;
/** Width of the longest word in an area without a number, with room around it. */
const WORDS_PX = 60;
/** Ticks of a log axis: two per decade read better than one. */
const logTicks = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];

/** Smallest and largest of all that is drawn, with room around it; by factors on a log axis. */
function domainOf(rows: readonly Drawn[], scale: Ladder['scale']): [number, number] {
  const drawn = rows
    .flatMap(({ value, low, high }) => [value, low, high])
    .filter((x) => typeof x === 'number')
    .filter((x) => scale === 'linear' || x > 0);
  if (drawn.length === 0) return [0, 1];
  const [least, most] = [Math.min(...drawn), Math.max(...drawn)];
  return scale === 'log' ? [least / 1.5, most * 1.5] : [0, most * 1.08];
}

/** 1, and then every 10th, 20th or 50th rank. */
function rankTicks(nLayers: number): number[] {
  const step = nLayers <= 60 ? 10 : nLayers <= 150 ? 20 : 50;
  return [1, ...Array.from({ length: Math.floor(nLayers / step) }, (_, i) => (i + 1) * step)];
}

/** Vertical position. Both panels have the same scale; `labelled` panels have the axis' words. */
function verticalAxis({ ladder, rows, axis }: Drawing, labelled: boolean): (field?: string) => Encoding {
  const [least, most] = ladder.domain ?? domainOf(rows, ladder.scale);
  const log = ladder.scale === 'log';
  return (field = 'value') => ({
    field,
    type: 'quantitative',
    scale: { type: ladder.scale, domain: [least, most], nice: false, ...(!log && { zero: false }) },
    axis: {
      title: labelled ? axis : null,
      labels: labelled,
      ticks: labelled,
      format: ladder.format,
      ...(log ? { values: logTicks.filter((tick) => tick >= least && tick <= most) } : { tickCount: 6 }),
    },
  });
}

/** Fill, outline and shape by series, with one legend for both panels. */
function look({ rows, options }: Drawing): Encoding {
  const legends = new Map(rows.flatMap(({ series, legend }) => (legend ? [[legend, looks[series as SeriesId]] as const] : [])));
  const byLegend = (range: readonly string[]) => ({
    field: 'legend',
    type: 'nominal',
    scale: { domain: [...legends.keys()], range },
    legend: { title: null, orient: 'bottom', direction: 'vertical', columns: 1 },
  });
  const drawn = [...legends.values()];
  return {
    fill: byLegend(drawn.map(([fill]) => fill)),
    // A constant, but only an encoding outlines the hollow symbols of the legend too.
    stroke: byLegend(drawn.map(() => inks[options.theme].ink)),
    shape: byLegend(drawn.map(([, shape]) => shape)),
  };
}

function tooltip(say: Words): Json {
  return Object.entries(say.facts).map(([field, title]) => ({ field, type: 'nominal', title }));
}

/** Only the rows of one ladder and one kind of mark. */
function only(rung: string, mark: string): Json[] {
  return [{ filter: { field: 'rung', equal: rung } }, { filter: { field: 'mark', equal: mark } }];
}

function referenceRule({ options }: Drawing, y: Encoding): Json {
  return {
    transform: only('reference', 'line'),
    mark: { type: 'rule', strokeDash: [5, 4], color: inks[options.theme].quiet },
    encoding: { y },
  };
}

/** The lines of a curve: gaps where a layer has no value, the network's quartiles as a band, a line for each series. */
function curves({ rows, say, options }: Drawing, x: Encoding, y: (field?: string) => Encoding): Json[] {
  const { grid, paper } = inks[options.theme];
  const own = [...only('network', 'point'), { filter: { field: 'series', equal: 'tuning' } }];
  const series = [...new Set(rows.flatMap((row) => (row.rung === 'network' ? [row.series as NetworkSeries] : [])))];
  const [low, high] = [y('low'), { y2: { field: 'high' } }];
  const gaps = {
    transform: [...own, { filter: { field: 'value', equal: null } }],
    mark: { type: 'bar', width: 8, fill: paper, stroke: grid, strokeDash: [3, 3], cornerRadius: 3 },
    encoding: { x, y: { value: 6 }, y2: { value: HEIGHT_PX - 6 }, tooltip: tooltip(say) },
  };
  const band = {
    transform: own,
    mark: { type: 'area', color: okabeIto.skyBlue, opacity: 0.28, aria: false },
    encoding: { x, y: low, ...high },
  };
  // Where both neighbours of a layer are gaps, a band has no width.
  const quartiles = {
    transform: own,
    mark: { type: 'rule', strokeWidth: 3, color: okabeIto.skyBlue, opacity: 0.4 },
    encoding: { x, y: low, ...high },
  };
  const lines = series.map((id) => ({
    transform: [...only('network', 'point'), { filter: { field: 'series', equal: id } }],
    mark: {
      type: 'line',
      color: looks[id][0],
      strokeDash: [...(dashes[id] ?? [])],
      strokeWidth: id === 'tuning' ? 2.2 : 1.4,
      aria: false,
    },
    encoding: { x, y: y() },
  }));
  return [gaps, band, quartiles, ...lines];
}

function networkPanel(drawing: Drawing, width: number): Json {
  const { ladder, layers, say, options } = drawing;
  const timeless = ladder.quantity === 'latency';
  const crowded = layers.length > 60;
  const x =
    layers.length * NAMED_STEP_PX <= width
      ? {
          field: 'place',
          type: 'ordinal',
          scale: { domain: [...layers] },
          axis: { title: say.layers(ladder.model), labelAngle: layers.length <= 10 ? -45 : -90, labelLimit: 0, grid: false },
        }
      : {
          field: 'depth_rank',
          type: 'quantitative',
          scale: { domain: [0, layers.length + 1], nice: false },
          axis: { title: say.layers(ladder.model), values: rankTicks(layers.length), grid: false },
        };
  const y = verticalAxis(drawing, true);
  const dots = (height: Encoding) => ({
    transform: only('network', 'point'),
    mark: { type: 'point', strokeWidth: crowded ? 0.8 : 1.2, size: crowded ? 26 : 62, opacity: 1 },
    encoding: { x, y: height, ...look(drawing), tooltip: tooltip(say) },
  });
  const sentence = (text: string) => ({
    data: { values: [{}] },
    mark: { type: 'text', text, fontSize: 12 },
    encoding: { x: { value: width / 2 }, y: { value: HEIGHT_PX / 2 - 28 } },
  });
  const references = [
    referenceRule(drawing, y()),
    {
      transform: only('reference', 'line'),
      mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -3 },
      encoding: { y: y(), x: { value: 0 }, text: { field: 'reading', type: 'nominal' } },
    },
  ];
  const lines = {
    transform: only('network', 'point'),
    mark: { type: 'rule', strokeWidth: 1, color: inks[options.theme].quiet },
    encoding: { x, y: y('low'), y2: { field: 'high' } },
  };
  const joined = ladder.isCurve ? curves(drawing, x, y) : [lines];
  const drawn = timeless ? [dots({ value: HEIGHT_PX / 2 }), sentence(say.orderOnly)] : [...references, ...joined, dots(y())];
  const nothing = timeless ? [sentence(say.noLayers)] : [...references, sentence(say.noLayers)];
  return { width, height: HEIGHT_PX, layer: layers.length > 0 ? drawn : nothing };
}

function cortexPanel(drawing: Drawing, width: number): Json {
  const { ladder, hasSeries, say, options } = drawing;
  const { ink, quiet, grid, paper } = inks[options.theme];
  // Where layers have no height, the vertical axis is the areas' own; without any number it would measure nothing.
  const y = verticalAxis(drawing, ladder.quantity === 'latency' && hasSeries);
  const x = {
    field: 'place',
    type: 'ordinal',
    scale: { domain: [...areas5], padding: 0.15 },
    axis: { title: say.areas(say.species[options.species]), labelAngle: 0, grid: false, labelFontSize: 12 },
  };
  const apart = { x, xOffset: { field: 'slot', type: 'quantitative', scale: { domain: [0, 1] } } };
  const { fill, stroke, ...rest } = look(drawing);
  const emptyBox = {
    transform: only('cortex', 'empty'),
    mark: {
      type: 'bar',
      width: Math.round((width / areas5.length) * 0.86),
      fill: paper,
      stroke: grid,
      strokeDash: [3, 3],
      cornerRadius: 4,
    },
    encoding: { x, y: { value: 6 }, y2: { value: HEIGHT_PX - 6 } },
  };
  const lineHeight = 14;
  // Where words would run into those of the next area they are turned.
  const across = width / areas5.length >= WORDS_PX;
  const emptyWords = {
    transform: only('cortex', 'empty'),
    mark: {
      type: 'text',
      fontStyle: 'italic',
      baseline: 'middle',
      ...(across
        ? { text: [...say.noNumberLines], lineHeight, dy: (-lineHeight * (say.noNumberLines.length - 1)) / 2 }
        : { text: say.noNumber, angle: 270 }),
    },
    encoding: {
      x,
      y: { value: HEIGHT_PX / 2 },
      tooltip: { field: 'reading', type: 'nominal' },
      description: { field: 'reading', type: 'nominal' },
    },
  };
  const bins = {
    transform: only('cortex', 'bin'),
    mark: { type: 'bar', fill: controlGrey, opacity: 0.45, stroke: paper, strokeWidth: 0.5 },
    encoding: {
      x,
      y: y('low'),
      y2: { field: 'high' },
      size: {
        field: 'n_cells',
        type: 'quantitative',
        scale: { zero: true, nice: false, range: [0, Math.round((width / areas5.length) * 0.84)] },
        legend: null,
      },
      tooltip: tooltip(say),
    },
  };
  const disagreement = {
    transform: [...only('cortex', 'point'), { filter: { not: { field: 'conflict', equal: null } } }],
    mark: { type: 'line', strokeDash: [2, 2], strokeWidth: 1, color: quiet },
    encoding: { ...apart, y: y(), detail: [{ field: 'conflict' }, { field: 'series' }] },
  };
  const ranges = {
    transform: only('cortex', 'point'),
    mark: { type: 'rule', strokeWidth: 1.4, color: ink },
    encoding: { ...apart, y: y('low'), y2: { field: 'high' } },
  };
  // A study that gives a range and no middle gets a bar: a point would be a number nobody published.
  const bars = {
    transform: only('cortex', 'range'),
    mark: { type: 'bar', width: 9, cornerRadius: 4.5, strokeWidth: 1 },
    encoding: { ...apart, y: y('low'), y2: { field: 'high' }, fill: fill!, stroke: stroke!, tooltip: tooltip(say) },
  };
  const points = {
    transform: only('cortex', 'point'),
    mark: { type: 'point', strokeWidth: 1.2, size: 84, opacity: 1 },
    encoding: { ...apart, y: y(), fill: fill!, stroke: stroke!, ...rest, tooltip: tooltip(say) },
  };
  return {
    width,
    height: HEIGHT_PX,
    layer: [
      emptyBox,
      ...(ladder.histogram ? [bins] : []),
      ...(hasSeries ? [referenceRule(drawing, y())] : []),
      disagreement,
      ranges,
      bars,
      points,
      emptyWords,
    ],
  };
}

/** The two panels of a chart, left to right. */
export function panels(drawing: Drawing): Json[] {
  const width = drawing.options.width ?? DEFAULT_WIDTH_PX;
  const networkWidth = Math.round(width * NETWORK_SHARE);
  return [networkPanel(drawing, networkWidth), cortexPanel(drawing, width - networkWidth)];
}
