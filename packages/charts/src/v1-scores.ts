/**
 * @file How alike each layer's units and V1's cells are, by depth: a small panel for each property of the published battery. The
 * scores are cortex/v1-scores.
 */
import { type Column, columnIndex, records, type Table } from '@ventral/probe';
import { digits, numberIn, type Row, shortName } from './layers.ts';
import { dashes, looks } from './panels.ts';
import type { ChartOptions } from './plan.ts';
import { type Chart, type Json, type VegaLiteSpec, withData } from './spec.ts';
import { config, inks } from './theme.ts';
import type { TuningMeasureId } from './tuning-measures.ts';
import { type NetworkSeries, type Words, words } from './words.ts';

const DEFAULT_WIDTH_PX = 780;
/** Panels side by side, what lies between two of them, and their height. */
const [nColumns, gapPx, heightPx] = [3, 22, 96];

const columns: readonly Column[] = [
  { name: 'series', type: 'string', description: 'tuning: the network itself; else a control.' },
  { name: 'legend', type: 'string', description: 'The series in words.' },
  { name: 'property', type: 'string', description: 'The property in words.' },
  { name: 'place', type: 'string', description: 'Rank and short name of the layer.' },
  { name: 'depth_rank', type: 'integer', description: 'Rank of the layer among those measured, from 1.' },
  { name: 'name', type: 'string', description: 'Layer as in the model file.' },
  { name: 'ceiled_score', type: 'number', description: 'Score over ceiling: 1 = distributed as the cells; empty: not defined.' },
  { name: 'reading', type: 'string', description: 'Score and ceiling in words.' },
  { name: 'about', type: 'string', description: 'Units and cells behind it, and why there is no score.' },
  { name: 'source', type: 'string', description: 'Whose cells.' },
];

/** Whether any layer has a score. */
export function hasV1Scores(tables: readonly Table[]): boolean {
  const scores = tables.find(({ name }) => name === 'v1-scores');
  return scores !== undefined && records(scores).some((row) => numberIn(row, 'ceiled_score') !== null);
}

/**
 * Layers without a score are gaps. All layers of the table are shown, dense ones too: the battery measures no others.
 *
 * @param tables holds `v1-scores` (cortex)
 * @throws {Error} `v1ScoresChart: needs the table "v1-scores". Run the probe "v1-properties".`
 */
export function v1ScoresChart(tables: readonly Table[], _: unknown, options: ChartOptions): Chart {
  const { language, theme, fovDeg, inputPx, width = DEFAULT_WIDTH_PX } = options;
  const say = words[language];
  const { title, axis, depth, note } = say.v1Scores;
  const scores = tables.find(({ name }) => name === 'v1-scores');
  if (!scores) throw new Error('v1ScoresChart: needs the table "v1-scores". Run the probe "v1-properties".');
  const scored = records(scores).filter(({ property }) => property !== null);
  const ranks = new Map(
    [...new Set(scored.map(({ layer_index }) => Number(layer_index)))].sort((a, b) => a - b).map((at, i) => [at, i + 1]),
  );
  const drawn: Table = {
    name: 'v1-scores',
    title,
    columns,
    rows: scored.map((row) => {
      const cells = cellsOf(row, ranks.get(Number(row.layer_index))!, say);
      return columns.map(({ name }) => cells[name] ?? null);
    }),
  };
  const at = columnIndex(drawn, 'property');
  const subtitle = `${String(scored[0]?.model ?? '')} · ${say.field(digits(fovDeg), String(inputPx))} · ${say.species.macaque}`;
  const spec: VegaLiteSpec = {
    title: { text: title, subtitle },
    description: `${title}. ${subtitle}.`,
    config: config(theme),
    facet: {
      field: 'property',
      type: 'nominal',
      sort: [...new Set(drawn.rows.map((row) => row[at] as string))],
      header: { title: null, labelColor: inks[theme].ink, labelFontSize: 12, labelAnchor: 'start', labelPadding: 4 },
    },
    columns: nColumns,
    // Flush: the first panel's axis would widen all columns. A row's gap has room for the names of the next.
    bounds: 'flush',
    spacing: { row: 44, column: gapPx },
    spec: panel(drawn, Math.floor((width - gapPx * (nColumns - 1)) / nColumns), ranks.size, { axis, depth }, say, theme),
  };
  const sources = [...new Set(scored.map(({ source }) => String(source)))];
  return {
    id: drawn.name,
    title,
    spec: withData(spec, drawn),
    table: drawn,
    note: `${note} ${say.sources}: ${sources.join('; ')}.`,
  };
}

/** What is drawn of one layer's property. */
function cellsOf(row: Row, depthRank: number, say: Words): Row {
  const { nUnits, properties, score, ceiling } = say.v1Scores;
  const told = (name: string) => digits(numberIn(row, name)!);
  const value = numberIn(row, 'ceiled_score');
  const series = (row.control ?? 'tuning') as NetworkSeries;
  const property = String(row.property);
  return {
    series,
    legend: series === 'tuning' ? say.v1Scores.network : say.network[series],
    property: say.tuning[property as TuningMeasureId]?.name ?? properties[property] ?? property,
    place: `${depthRank} ${shortName(String(row.layer))}`,
    depth_rank: depthRank,
    name: row.layer!,
    ceiled_score: value,
    reading: value === null ? '–' : `${told('ceiled_score')} (${score} ${told('score')}, ${ceiling} ${told('ceiling')})`,
    about: [say.rank(depthRank), nUnits(String(row.n_units), String(row.n_cells)), row.note].filter(Boolean).join(' · '),
    source: row.source!,
  };
}

function panel(
  drawn: Table,
  width: number,
  nLayers: number,
  titles: { readonly axis: string; readonly depth: string },
  say: Words,
  theme: ChartOptions['theme'],
): Json {
  const legends = new Map(records(drawn).map(({ series, legend }) => [String(legend), series as NetworkSeries]));
  const byLegend = (range: readonly Json[]): Json => ({
    field: 'legend',
    type: 'nominal',
    scale: { domain: [...legends.keys()], range },
    legend: { title: null, orient: 'bottom', direction: 'vertical', columns: 1 },
  });
  const series = [...legends.values()];
  const fill = byLegend(series.map((one) => looks[one][0]));
  return {
    width,
    height: heightPx,
    encoding: {
      x: {
        field: 'depth_rank',
        type: 'quantitative',
        scale: { domain: [1, Math.max(2, nLayers)], nice: false, padding: 6 },
        axis: { title: titles.depth, grid: false, format: 'd', tickMinStep: 1, tickCount: 5, titleFontSize: 11, titlePadding: 4 },
      },
      y: {
        field: 'ceiled_score',
        type: 'quantitative',
        scale: { domain: [0, 1.05], nice: false },
        axis: { title: titles.axis, values: [0, 0.5, 1], format: '~g', titleFontSize: 11, titlePadding: 6 },
      },
    },
    layer: [
      {
        mark: { type: 'line', strokeWidth: 1.4, aria: false },
        encoding: { color: fill, strokeDash: byLegend(series.map((one) => [...(dashes[one] ?? [1, 0])])) },
      },
      {
        mark: { type: 'point', size: 42, strokeWidth: 1, opacity: 1 },
        encoding: {
          fill,
          stroke: byLegend(series.map(() => inks[theme].ink)),
          shape: byLegend(series.map((one) => looks[one][1])),
          tooltip: Object.entries(say.facts)
            .filter(([field]) => field !== 'definition')
            .map(([field, title]) => ({ field, type: 'nominal', title })),
        },
      },
    ],
  };
}
