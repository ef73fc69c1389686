/**
 * @file The two ladders: layers of a network by rank of depth on the left, areas LGN → IT on the right, one vertical axis.
 * What all four charts share; what each measures is in its own file.
 */
import {
  areas5,
  type ChartSpecies,
  type CortexSeries,
  cortexSeries,
  emptyAreas,
  type Measurement,
  type SeriesId,
} from '@ventral/cortex';
import type { Cell, Column, Table } from '@ventral/probe';
import { type ChartedLayer, digits, shortName } from './layers.ts';
import { type Chart, type Json, type VegaLiteSpec, withData } from './spec.ts';
import { config, inks, okabeIto, type Theme } from './theme.ts';
import { type ChartQuantity, type Language, type NetworkSeries, type Words, words } from './words.ts';

export interface ChartOptions {
  readonly species: ChartSpecies;
  readonly language: Language;
  /** Visual angle that the input's width spans, degrees. */
  readonly fovDeg: number;
  /** Width of the input, pixels. */
  readonly inputPx: number;
  readonly theme: Theme;
  /** Of both panels together, without axis labels, px; default 780. */
  readonly width?: number;
}

/** One number of one layer. */
export interface LayerPoint {
  readonly layer: ChartedLayer;
  readonly series: NetworkSeries;
  readonly value: number | null;
  /** Lower end of a line drawn to the value. */
  readonly low?: number | null;
  /** Facts for the tooltip, beyond the value. */
  readonly about: readonly string[];
  readonly reading: string;
}

export interface Ladder {
  readonly quantity: ChartQuantity;
  readonly model: string;
  readonly points: readonly LayerPoint[];
  /** Horizontal lines through both panels. */
  readonly lines: readonly { readonly id: string; readonly value: number; readonly label: string }[];
  readonly scale: 'log' | 'linear';
  /** Of the vertical axis: format of its labels, and its domain where data do not decide. */
  readonly format: string;
  readonly domain?: readonly [number, number];
  /** Said after the chart's own note. */
  readonly addendum?: readonly string[];
}

/** Fill and shape of each series: the same in every chart. Hollow = a bound or a secondary measure. */
const looks = {
  theoretical: ['transparent', 'triangle-down'],
  order: [okabeIto.skyBlue, 'circle'],
  'half-peak': [okabeIto.skyBlue, 'circle'],
  lifetime: [okabeIto.skyBlue, 'circle'],
  population: ['transparent', 'square'],
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
} as const satisfies Record<NetworkSeries | SeriesId, readonly [fill: string, shape: string]>;

const columns: readonly Column[] = [
  { name: 'rung', type: 'string', description: 'network, cortex or reference: which ladder the row stands on.' },
  {
    name: 'mark',
    type: 'string',
    description: 'point, range (no value, only low and high), empty (no published number) or line.',
  },
  { name: 'series', type: 'string', description: 'Definition the number follows; series are never joined.' },
  { name: 'legend', type: 'string', description: 'The series in words.' },
  { name: 'place', type: 'string', description: 'Tick it stands at: rank and short name of the layer, or the area.' },
  { name: 'depth_rank', type: 'integer', description: 'Rank of the layer among the charted layers, from 1; empty for areas.' },
  {
    name: 'slot',
    type: 'number',
    description: 'Where within the area the mark stands, 0 to 1: keeps marks apart, means nothing.',
  },
  { name: 'value', type: 'number', description: 'The number drawn.' },
  { name: 'low', type: 'number', description: 'Lower end of the line drawn.' },
  { name: 'high', type: 'number', description: 'Upper end of the line drawn.' },
  { name: 'name', type: 'string', description: 'Layer as in the model file, or area as the study names it.' },
  { name: 'reading', type: 'string', description: 'The number in words, with its range and unit.' },
  {
    name: 'about',
    type: 'string',
    description: 'Op and stage of the layer; statistic, sample, preparation and method of the study.',
  },
  { name: 'definition', type: 'string', description: 'What was measured.' },
  { name: 'source', type: 'string', description: 'Model, or citation with its DOI where it was seen.' },
  { name: 'conflict', type: 'string', description: 'Rows that share it disagree about the same thing.' },
];
type Drawn = Partial<Record<(typeof columns)[number]['name'], Cell>>;

function statedValue({ value, low, high, rangeKind, unit }: Measurement, say: Words): string {
  const symbol = { deg: '°', ms: ' ms' }[unit] ?? '';
  const range =
    low !== null && high !== null && rangeKind ? `${digits(low)}–${digits(high)}${symbol} (${say.rangeKinds[rangeKind]})` : '';
  return [value === null ? '' : `${digits(value)}${symbol}`, range].filter((part) => part !== '').join(', ');
}

function statedSample({ statistic, n, species, preparation, eccentricity, method }: Measurement): string {
  return [
    statistic.replaceAll('_', ' '),
    n !== null ? `n = ${n}` : null,
    species,
    preparation,
    eccentricity && (/\d/.test(eccentricity) ? `${eccentricity}°` : eccentricity),
    method,
  ]
    .filter((fact) => fact !== null)
    .join('; ');
}

/** Rows of the right-hand panel: every number of every series, and a row that says so where an area has none. */
function cortexRows(series: readonly CortexSeries[], language: Language): Drawn[] {
  const labels = words[language].series;
  const points = areas5.flatMap((area) => {
    const here = series.flatMap((s) => (s.areas[area] ?? []).map((row) => ({ s, row })));
    return here.map(({ s, row }, i) => ({
      rung: 'cortex',
      mark: row.value === null ? 'range' : 'point',
      series: s.id,
      legend: `${words[language].species[s.species]}: ${labels?.[s.id] ?? s.label}`,
      place: area,
      slot: (i + 0.5) / here.length,
      value: row.value,
      low: row.low,
      high: row.high,
      name: row.area,
      reading: statedValue(row, words[language]),
      about: statedSample(row),
      definition: row.definition,
      source: row.doi ? `${row.citation}, doi:${row.doi}` : row.citation,
      conflict: row.conflict,
    }));
  });
  const empty = emptyAreas(series).map((area) => ({
    rung: 'cortex',
    mark: 'empty',
    place: area,
    name: area,
    reading: words[language].noNumber,
  }));
  return [...points, ...empty];
}

/** Smallest and largest of all that is drawn, with room around it; by factors on a log axis. */
function domainOf(rows: readonly Drawn[], scale: Ladder['scale']): [number, number] {
  const drawn = rows.flatMap(({ value, low, high }) => [value, low, high]).filter((x) => typeof x === 'number');
  if (drawn.length === 0) return [0, 1];
  const [least, most] = [Math.min(...drawn), Math.max(...drawn)];
  return scale === 'log' ? [least / 1.5, most * 1.5] : [0, most * 1.08];
}

/** What studies say differently about one thing: `V2 84.2, 69–99.4 ms (± SD); V2 82, … `. */
function disagreements(series: readonly CortexSeries[], say: Words): string[] {
  const rows = series.flatMap(({ areas }) => areas5.flatMap((area) => areas[area] ?? []));
  const ids = [...new Set(rows.flatMap(({ conflict }) => conflict ?? []))];
  return ids.flatMap((id) => {
    const said = rows.filter(({ conflict }) => conflict === id);
    return said.length > 1 ? [said.map((row) => `${row.area} ${statedValue(row, say)}`).join(' ↔ ')] : [];
  });
}

/**
 * Builds one of the four charts.
 * @throws {Error} from withData, if a field were no column of the table.
 */
export function ladderChart(ladder: Ladder, measurements: readonly Measurement[], options: ChartOptions): Chart {
  const { species, language, fovDeg, inputPx, theme } = options;
  const { quantity, model } = ladder;
  const say: Words = words[language];
  const series = cortexSeries(measurements, quantity, species);
  const layers = [...new Set(ladder.points.map(({ layer }) => layer))];
  const place = ({ depthRank, layer }: ChartedLayer) => `${depthRank} ${shortName(layer)}`;

  const network: Drawn[] = ladder.points.map((point) => ({
    rung: 'network',
    mark: 'point',
    series: point.series,
    legend: say.network[point.series],
    place: place(point.layer),
    depth_rank: point.layer.depthRank,
    value: point.value,
    low: point.low ?? null,
    high: point.low === undefined ? null : point.value,
    name: point.layer.layer,
    reading: point.reading,
    about: [say.rank(point.layer.depthRank), point.layer.row.op, point.layer.row.stage, ...point.about].join('; '),
    definition: say.network[point.series],
    source: model,
  }));
  const cortex = cortexRows(series, language);
  const reference: Drawn[] = ladder.lines.map(({ id, value, label }) => ({
    rung: 'reference',
    mark: 'line',
    series: id,
    value,
    reading: label,
    name: label,
  }));
  const rows = [...network, ...cortex, ...reference];
  const { title, axis, note } = say.charts[quantity];
  const table: Table = {
    name: `${quantity}-ladder`,
    title,
    columns,
    rows: rows.map((row) => columns.map(({ name }) => row[name] ?? null)),
  };

  const empty = emptyAreas(series);
  const sources = [...new Set(series.flatMap(({ citations }) => citations))];
  const disagree = disagreements(series, say).join('; ');
  const fullNote = [
    note,
    ...(ladder.addendum ?? []),
    disagree && say.disagree(disagree),
    empty.length > 0 && say.without(empty.join(', ')),
    sources.length > 0 && `${say.sources}: ${sources.join('; ')}.`,
  ]
    .filter((sentence) => sentence)
    .join(' ');

  const shared = { fill: 'shared', stroke: 'shared', shape: 'shared' };
  const subtitle = `${model} (${say.field(digits(fovDeg), String(inputPx))}) · ${say.species[species]}`;
  const withNumber = areas5.filter((area) => !empty.includes(area));
  const spec: VegaLiteSpec = {
    title: { text: title, subtitle },
    description: `${title}. ${subtitle}. ${say.summary(layers.length, withNumber)}`,
    config: config(theme),
    spacing: 18,
    hconcat: panels(ladder, { rows, layers: layers.map(place), series, axis, say, options }),
    resolve: { scale: shared, legend: shared },
  };
  return { id: table.name, title, spec: withData(spec, table), table, note: fullNote };
}

interface Drawing {
  readonly rows: readonly Drawn[];
  /** Places of the layers, in order. */
  readonly layers: readonly string[];
  readonly series: readonly CortexSeries[];
  readonly axis: string;
  readonly say: Words;
  readonly options: ChartOptions;
}

const HEIGHT_PX = 310;
/** Below this distance between two layers names cannot be read: ranks only. */
const NAMED_STEP_PX = 13;

/** 1, and then every 10th, 20th or 50th rank. */
function rankTicks(nLayers: number): number[] {
  const step = nLayers <= 60 ? 10 : nLayers <= 150 ? 20 : 50;
  return [1, ...Array.from({ length: Math.floor(nLayers / step) }, (_, i) => (i + 1) * step)];
}

function panels(ladder: Ladder, drawing: Drawing): Json[] {
  const { rows, layers, series, axis, say, options } = drawing;
  const { model } = ladder;
  const { ink, quiet, grid, paper } = inks[options.theme];
  const width = options.width ?? 780;
  const networkWidth = Math.round(width * 0.55);
  const named = layers.length > 0 && networkWidth / layers.length >= NAMED_STEP_PX;
  const crowded = layers.length > 60;
  const timeless = ladder.quantity === 'latency';

  const keyed = [
    ...new Map(rows.flatMap(({ series: id, legend }) => (legend ? [[legend as string, looks[id as SeriesId]] as const] : []))),
  ];
  const legend = { title: null, orient: 'bottom', direction: 'vertical', columns: 1 };
  const byLegend = (range: readonly Json[]) => ({
    field: 'legend',
    type: 'nominal',
    scale: { domain: keyed.map(([label]) => label), range },
    legend,
  });
  const look = {
    fill: byLegend(keyed.map(([, [fill]]) => fill)),
    // A constant, but only an encoding outlines the hollow symbols of the legend too.
    stroke: byLegend(keyed.map(() => ink)),
    shape: byLegend(keyed.map(([, [, shape]]) => shape)),
  };
  const facts = (Object.keys(say.facts) as (keyof Words['facts'])[]).map((field) => ({
    field,
    type: 'nominal',
    title: say.facts[field],
  }));

  const domain = ladder.domain ?? domainOf(rows, ladder.scale);
  const decades = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100, 300];
  const y = (showsLabels: boolean) => ({
    field: 'value',
    type: 'quantitative',
    scale: { type: ladder.scale, domain: [...domain], nice: false, ...(ladder.scale === 'linear' && { zero: false }) },
    axis: {
      title: showsLabels ? axis : null,
      labels: showsLabels,
      ticks: showsLabels,
      format: ladder.format,
      ...(ladder.scale === 'log'
        ? { values: decades.filter((tick) => tick >= domain[0] && tick <= domain[1]) }
        : { tickCount: 6 }),
    },
  });
  const only = (rung: string, ...marks: string[]) => [
    { filter: { field: 'rung', equal: rung } },
    { filter: { field: 'mark', oneOf: marks } },
  ];
  const referenceLine = (labelled: boolean, showsLabels: boolean) => [
    {
      transform: only('reference', 'line'),
      mark: { type: 'rule', strokeDash: [5, 4], color: quiet },
      encoding: { y: y(showsLabels) },
    },
    ...(labelled
      ? [
          {
            transform: only('reference', 'line'),
            mark: { type: 'text', align: 'left', baseline: 'bottom', dx: 4, dy: -3 },
            encoding: { y: y(showsLabels), x: { value: 0 }, text: { field: 'reading', type: 'nominal' } },
          },
        ]
      : []),
  ];

  const depth = named
    ? {
        field: 'place',
        type: 'ordinal',
        scale: { domain: [...layers] },
        axis: { title: say.layers(model), labelAngle: layers.length <= 10 ? -45 : -90, labelLimit: 0, grid: false },
      }
    : {
        field: 'depth_rank',
        type: 'quantitative',
        scale: { domain: [0, layers.length + 1], nice: false },
        axis: { title: say.layers(model), values: rankTicks(layers.length), grid: false },
      };
  const dot = {
    type: 'point',
    stroke: ink,
    strokeWidth: crowded ? 0.8 : 1.2,
    size: crowded ? 26 : 62,
    opacity: 1,
    fillOpacity: 1,
  };

  const sentence = (text: string) => ({
    data: { values: [{}] },
    mark: { type: 'text', text, fontSize: 12 },
    encoding: { x: { value: networkWidth / 2 }, y: { value: HEIGHT_PX / 2 - 28 } },
  });
  const network = timeless
    ? [
        {
          transform: only('network', 'point'),
          mark: dot,
          encoding: { x: depth, y: { value: HEIGHT_PX / 2 }, ...look, tooltip: facts },
        },
        sentence(say.orderOnly),
      ]
    : [
        ...referenceLine(true, true),
        {
          transform: only('network', 'point'),
          mark: { type: 'rule', strokeWidth: 1, color: quiet },
          encoding: { x: depth, y: { ...y(true), field: 'low' }, y2: { field: 'high' } },
        },
        { transform: only('network', 'point'), mark: dot, encoding: { x: depth, y: y(true), ...look, tooltip: facts } },
      ];

  // Where layers have no height, the vertical axis is the areas' own; without a number it would measure nothing.
  const measured = timeless && series.length > 0;
  const area = {
    field: 'place',
    type: 'ordinal',
    scale: { domain: [...areas5], padding: 0.15 },
    axis: { title: say.areas(say.species[options.species]), labelAngle: 0, grid: false, labelFontSize: 12 },
  };
  const slot = { field: 'slot', type: 'quantitative', scale: { domain: [0, 1] } };
  const cortex = [
    {
      transform: only('cortex', 'empty'),
      mark: {
        type: 'bar',
        width: Math.round(((width - networkWidth) / areas5.length) * 0.86),
        fill: paper,
        stroke: grid,
        strokeDash: [3, 3],
        cornerRadius: 4,
      },
      encoding: { x: area, y: { value: 6 }, y2: { value: HEIGHT_PX - 6 } },
    },
    ...(series.length > 0 ? referenceLine(false, measured) : []),
    {
      transform: [...only('cortex', 'point'), { filter: { not: { field: 'conflict', equal: null } } }],
      mark: { type: 'line', strokeDash: [2, 2], strokeWidth: 1, color: quiet },
      encoding: { x: area, xOffset: slot, y: y(measured), detail: [{ field: 'conflict' }, { field: 'series' }] },
    },
    {
      transform: only('cortex', 'point'),
      mark: { type: 'rule', strokeWidth: 1.4, color: ink },
      encoding: { x: area, xOffset: slot, y: { ...y(measured), field: 'low' }, y2: { field: 'high' } },
    },
    {
      transform: only('cortex', 'range'),
      mark: { type: 'bar', width: 9, cornerRadius: 4.5, strokeWidth: 1 },
      encoding: {
        x: area,
        xOffset: slot,
        y: { ...y(measured), field: 'low' },
        y2: { field: 'high' },
        fill: look.fill,
        stroke: look.stroke,
        tooltip: facts,
      },
    },
    {
      transform: only('cortex', 'point'),
      mark: { ...dot, size: 84, strokeWidth: 1.2 },
      encoding: { x: area, xOffset: slot, y: y(measured), ...look, tooltip: facts },
    },
    {
      transform: only('cortex', 'empty'),
      mark: {
        type: 'text',
        text: [...say.noNumberLines],
        fontStyle: 'italic',
        fontSize: 11,
        lineHeight: 14,
        baseline: 'middle',
        dy: (-14 * (say.noNumberLines.length - 1)) / 2,
      },
      encoding: {
        x: area,
        y: { value: HEIGHT_PX / 2 },
        tooltip: { field: 'reading', type: 'nominal' },
        description: { field: 'reading', type: 'nominal' },
      },
    },
  ];
  return [
    {
      width: networkWidth,
      height: HEIGHT_PX,
      layer: layers.length > 0 ? network : [...(timeless ? [] : referenceLine(true, true)), sentence(say.noLayers)],
    },
    { width: width - networkWidth, height: HEIGHT_PX, layer: cortex },
  ];
}
