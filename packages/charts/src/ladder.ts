/**
 * @file The two ladders: layers of a network by rank of depth on the left, areas LGN → IT on the right, one vertical axis.
 * What all these charts share; what each measures is in its own file.
 */
import {
  type Area5,
  areas5,
  type CellHistogram,
  type CortexSeries,
  cortexSeries,
  emptyAreas,
  type Measurement,
} from '@ventral/cortex';
import type { Column, Table } from '@ventral/probe';
import { type ChartedLayer, digits, shortName } from './layers.ts';
import { type Drawn, panels } from './panels.ts';
import type { ChartOptions, Ladder } from './plan.ts';
import { type Chart, type VegaLiteSpec, withData } from './spec.ts';
import { config } from './theme.ts';
import { type Language, type Words, words } from './words.ts';

const columns: readonly Column[] = [
  { name: 'rung', type: 'string', description: 'network, cortex or reference: which ladder the row stands on.' },
  {
    name: 'mark',
    type: 'string',
    description: 'point, range (no value, only low and high), bin (of a histogram), empty (no published number) or line.',
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

/** Of charts with a histogram. */
const nCells: Column = {
  name: 'n_cells',
  type: 'integer',
  description: 'Cells that a published histogram has from low to high; empty for all but its bins.',
};

/** A number with its range and unit in words: `0.78°, 0.48–1.32° (quartiles)`. */
export function stated(
  { value, low, high, rangeKind, unit }: Pick<Measurement, 'value' | 'low' | 'high' | 'rangeKind' | 'unit'>,
  say: Words,
): string {
  const symbol = say.symbols[unit] ?? '';
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
function cortexRows(series: readonly CortexSeries[], empty: readonly Area5[], language: Language): Drawn[] {
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
      reading: stated(row, words[language]),
      about: statedSample(row),
      definition: row.definition,
      source: row.doi ? `${row.citation}, doi:${row.doi}` : row.citation,
      conflict: row.conflict,
    }));
  });
  const nothing = empty.map((area) => ({
    rung: 'cortex',
    mark: 'empty',
    place: area,
    name: area,
    reading: words[language].noNumber,
  }));
  return [...points, ...nothing];
}

/** Rows of a histogram of V1's cells; the empty bins at its ends are left out. */
function histogramRows({ edges, counts, citations }: CellHistogram, say: Words): Drawn[] {
  const full = counts.flatMap((count, i) => (count > 0 ? [i] : []));
  return counts.slice(full[0], full.at(-1)! + 1).map((count, i) => {
    const [low, high] = [edges[full[0]! + i]!, edges[full[0]! + i + 1]!];
    return {
      rung: 'cortex',
      mark: 'bin',
      place: 'V1',
      low,
      high,
      name: 'V1',
      reading: say.cellsInBin(String(count), `${digits(low)}–${digits(high)}`),
      about: say.histogram,
      source: citations.join('; '),
      n_cells: count,
    };
  });
}

/** What studies say differently about one thing: `V2 84.2, 69–99.4 ms (± SD); V2 82, … `. */
function disagreements(series: readonly CortexSeries[], say: Words): string[] {
  const rows = series.flatMap(({ areas }) => areas5.flatMap((area) => areas[area] ?? []));
  const ids = [...new Set(rows.flatMap(({ conflict }) => conflict ?? []))];
  return ids.flatMap((id) => {
    const said = rows.filter(({ conflict }) => conflict === id);
    return said.length > 1 ? [said.map((row) => `${row.area} ${stated(row, say)}`).join(' ↔ ')] : [];
  });
}

/**
 * Builds one of the charts.
 * @throws {Error} from withData, if a field were no column of the table.
 */
export function ladderChart(ladder: Ladder, measurements: readonly Measurement[], options: ChartOptions): Chart {
  const { species, language, fovDeg, inputPx, theme } = options;
  const { quantity, histogram, model } = ladder;
  const say: Words = words[language];
  const series = quantity === undefined ? [] : cortexSeries(measurements, quantity, species);
  const empty = emptyAreas(series).filter((area) => !(histogram && area === 'V1'));
  const place = ({ depthRank, layer }: ChartedLayer) => `${depthRank} ${shortName(layer)}`;
  const places = [...new Set(ladder.points.map(({ layer }) => place(layer)))];

  const network: Drawn[] = ladder.points.map((point) => ({
    rung: 'network',
    mark: 'point',
    series: point.series,
    legend: say.network[point.series],
    place: place(point.layer),
    depth_rank: point.layer.depthRank,
    value: point.value,
    low: point.low ?? null,
    high: point.low === undefined ? null : (point.high ?? point.value),
    name: point.layer.layer,
    reading: point.reading,
    about: [say.rank(point.layer.depthRank), point.layer.row.op, point.layer.row.stage, ...point.about].join('; '),
    definition: say.network[point.series],
    source: model,
  }));
  const cortex = [...(histogram ? histogramRows(histogram, say) : []), ...cortexRows(series, empty, language)];
  const reference: Drawn[] = ladder.lines.map(({ id, value, label }) => ({
    rung: 'reference',
    mark: 'line',
    series: id,
    value,
    reading: label,
    name: label,
  }));
  const rows = [...network, ...cortex, ...reference];
  const { title, axis, note } = ladder.words;
  const drawn = histogram ? [...columns, nCells] : columns;
  const table: Table = {
    name: `${ladder.id}-ladder`,
    title,
    columns: drawn,
    rows: rows.map((row) => drawn.map(({ name }) => row[name] ?? null)),
  };

  const sources = [...new Set([...series.flatMap(({ citations }) => citations), ...(histogram?.citations ?? [])])];
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
    description: `${title}. ${subtitle}. ${say.summary(places.length, withNumber)}`,
    config: config(theme),
    spacing: 18,
    hconcat: panels({ ladder, rows, layers: places, hasSeries: series.length > 0, axis, say, options }),
    resolve: { scale: shared, legend: shared },
  };
  return { id: table.name, title, spec: withData(spec, table), table, note: fullNote };
}
