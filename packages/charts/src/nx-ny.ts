/**
 * @file Width and length of the first layer's filters in cycles (nx, ny of Gabor fits) in front of the published counts of simple
 * cells of V1. The fits are probe/filters; the counts data/cortex.
 */
import { gaborShapeHistogram, type Measurement } from '@ventral/cortex';
import { type Column, records, type Table } from '@ventral/probe';
import { digits, numberIn, type Row } from './layers.ts';
import type { ChartOptions } from './plan.ts';
import { type Chart, type Json, type VegaLiteSpec, withData } from './spec.ts';
import { config, inks, okabeIto } from './theme.ts';
import { words } from './words.ts';

const DEFAULT_WIDTH_PX = 780;
/** Side of the square panel, at most. */
const SIDE_PX = 420;
/** Ends of the published bins: 10^−1 and 10^0.2. */
const PUBLISHED = [0.1, 1.585] as const;
const ticks = [0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 3, 5];

const columns: readonly Column[] = [
  { name: 'rung', type: 'string', description: 'network or cortex.' },
  { name: 'mark', type: 'string', description: 'point (a filter), bin (cells from low to high) or count (their number).' },
  { name: 'name', type: 'string', description: 'Layer as in the model file, or area.' },
  { name: 'place', type: 'string', description: 'Channel of the filter, or area.' },
  { name: 'nx', type: 'number', description: 'σ across the stripes · frequency; of cells the middle of the bin.' },
  { name: 'ny', type: 'number', description: 'σ along the stripes · frequency; of cells the middle of the bin.' },
  { name: 'nx_low', type: 'number', description: 'Lower edge of the bin.' },
  { name: 'nx_high', type: 'number', description: 'Upper edge of the bin.' },
  { name: 'ny_low', type: 'number', description: 'Lower edge of the bin.' },
  { name: 'ny_high', type: 'number', description: 'Upper edge of the bin.' },
  { name: 'n_cells', type: 'integer', description: 'Cells in the bin.' },
  { name: 'reading', type: 'string', description: 'The numbers in words.' },
  { name: 'about', type: 'string', description: 'Orientation, frequency and R² of the fit; source of the counts.' },
];

/**
 * A filter is drawn where its Gabor explains at least half of it and nx and ny are resolved; the others are counted in the note. The
 * cells are those of the species; without any, the filters stand alone.
 *
 * @param tables holds `filter-shapes` (probe).
 * @throws {Error} `nxNyChart: needs rows of the table "filter-shapes". Run the probe "filters" on a network whose first layer is a convolution.`
 */
export function nxNyChart(tables: readonly Table[], measurements: readonly Measurement[], options: ChartOptions): Chart {
  const { language, theme, species, width = DEFAULT_WIDTH_PX } = options;
  const say = words[language].filters;
  const table = tables.find(({ name }) => name === 'filter-shapes');
  const filters = table ? records(table) : [];
  const [first] = filters;
  if (!first) {
    throw new Error(
      'nxNyChart: needs rows of the table "filter-shapes". Run the probe "filters" on a network whose first layer is a convolution.',
    );
  }
  const fitted = filters.filter((row) => numberIn(row, 'nx') !== null);
  const points = fitted.map((row): Row => {
    const told = (column: string) => digits(numberIn(row, column)!);
    return {
      rung: 'network',
      mark: 'point',
      name: row.layer!,
      place: String(row.channel),
      nx: row.nx!,
      ny: row.ny!,
      reading: `nx ${told('nx')}, ny ${told('ny')}`,
      about: say.fit(told('orientation_deg'), told('frequency_cpd'), told('gabor_r2')),
    };
  });
  const ofSpecies = measurements.filter((row) => row.species === species);
  const histogram = gaborShapeHistogram(ofSpecies);
  const cells = histogram ? cellRows(histogram, words[language].cellsInBin) : [];
  const nCells = histogram?.counts.flat().reduce((sum, n) => sum + n, 0) ?? 0;
  const rows = [...cells, ...points];
  const drawn: Table = {
    name: 'nx-ny',
    title: say.scatter,
    columns,
    rows: rows.map((row) => columns.map(({ name }) => row[name] ?? null)),
  };
  const subtitle = [
    `${first.model} · ${points.length > 0 ? say.points : say.noFit}`,
    `${words[language].species[species]} · ${histogram ? say.cells(String(nCells)) : words[language].noNumber}`,
  ];
  const side = Math.min(SIDE_PX, width);
  const spec: VegaLiteSpec = {
    title: { text: say.scatter, subtitle },
    description: `${say.scatter}. ${subtitle.join('. ')}.`,
    config: config(theme),
    width: side,
    height: side,
    layer: layers(points, theme, say),
  };
  const why = new Map<string, number>();
  for (const { nx, note } of filters) {
    if (typeof nx === 'number' && Number.isFinite(nx)) continue;
    const reason = String(note).replace(/^.*: the Gabor's /, '');
    why.set(reason, (why.get(reason) ?? 0) + 1);
  }
  const reasons = [...why].map(([reason, n]) => `${say.reasons[reason] ?? reason} (${n})`).join(', ');
  const note = [
    say.scatterNote,
    say.defined(String(fitted.length), String(filters.length), reasons),
    histogram && `${words[language].sources}: ${histogram.citations.join('; ')}, n = ${nCells}.`,
  ];
  return { id: drawn.name, title: say.scatter, spec: withData(spec, drawn), table: drawn, note: note.filter(Boolean).join(' ') };
}

/** A row for each bin with cells; its number stands in the middle, by the logarithm. */
function cellRows(
  { edges: [widths, lengths], counts, citations }: NonNullable<ReturnType<typeof gaborShapeHistogram>>,
  inWords: (n: string, bin: string) => string,
): Row[] {
  return counts.flatMap((ofWidth, i) =>
    ofWidth.flatMap((n, j): Row[] => {
      if (n === 0) return [];
      const [nx_low, nx_high, ny_low, ny_high] = [widths[i]!, widths[i + 1]!, lengths[j]!, lengths[j + 1]!];
      const bin = `nx ${digits(nx_low)}–${digits(nx_high)}, ny ${digits(ny_low)}–${digits(ny_high)}`;
      return [
        {
          ...{ rung: 'cortex', mark: 'bin', name: 'V1', place: 'V1' },
          ...{ nx: Math.sqrt(nx_low * nx_high), ny: Math.sqrt(ny_low * ny_high), nx_low, nx_high, ny_low, ny_high },
          ...{ n_cells: n, reading: inWords(String(n), bin), about: citations.join('; ') },
        },
      ];
    }),
  );
}

function layers(points: readonly Row[], theme: ChartOptions['theme'], say: (typeof words)['en']['filters']): Json[] {
  const { ink, quiet } = inks[theme];
  const axis = (name: 'nx' | 'ny') => {
    const values = points.map((row) => Number(row[name]));
    const domain = [Math.min(PUBLISHED[0], ...values.map((v) => v / 1.1)), Math.max(PUBLISHED[1], ...values.map((v) => v * 1.1))];
    return (field: string): Json => ({
      field,
      type: 'quantitative',
      scale: { type: 'log', domain, nice: false },
      axis: {
        title: say.axes[name],
        values: ticks.filter((tick) => tick >= domain[0]! && tick <= domain[1]!),
        format: '~g',
        grid: false,
      },
    });
  };
  const [nx, ny] = [axis('nx'), axis('ny')];
  const only = (mark: string): Json => [{ filter: { field: 'mark', equal: mark } }];
  const tooltip: Json = (['place', 'reading', 'about'] as const).map((field) => ({
    field,
    type: 'nominal',
    title: say.facts[field],
  }));
  return [
    {
      transform: only('bin'),
      mark: { type: 'rect', fill: quiet, stroke: inks[theme].paper, strokeWidth: 1 },
      encoding: {
        x: nx('nx_low'),
        x2: { field: 'nx_high' },
        y: ny('ny_low'),
        y2: { field: 'ny_high' },
        fillOpacity: { field: 'n_cells', type: 'quantitative', scale: { domain: [0, 20], range: [0.06, 0.6] }, legend: null },
        tooltip,
      },
    },
    {
      transform: only('bin'),
      mark: { type: 'text', fontSize: 11, color: ink, aria: false },
      encoding: { x: nx('nx'), y: ny('ny'), text: { field: 'n_cells', type: 'nominal' } },
    },
    {
      transform: only('point'),
      mark: { type: 'point', filled: true, fill: okabeIto.skyBlue, stroke: ink, strokeWidth: 1.1, size: 62, opacity: 1 },
      encoding: { x: nx('nx'), y: ny('ny'), tooltip },
    },
  ];
}
