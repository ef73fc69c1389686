import { chartSpecies, quantities, readMeasurements } from '@ventral/cortex';
import { columnIndex, records, type Table } from '@ventral/probe';
import { cortexFiles } from '@ventral/testkit';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { fakes, fakeTuning } from './fake-tables.test-data.ts';
import {
  type Chart,
  type ChartOptions,
  specFields,
  type TuningMeasure,
  type TuningMeasureId,
  tuningChart,
  tuningMeasureName,
  tuningMeasures,
  type VegaLiteSpec,
} from './index.ts';

const measurements = readMeasurements(cortexFiles());
const options = { species: 'macaque', language: 'en', fovDeg: 8, inputPx: 224, theme: 'light' } as const satisfies ChartOptions;
const ids = tuningMeasures.map(({ id }) => id);
const controls = ['untrained', 'permuted', 'random'] as const;
const tables = [fakeTuning(fakes.vgg, ids, controls)];
const nLayers = 13;

async function draw(spec: VegaLiteSpec): Promise<{ svg: string; warnings: string[] }> {
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input.join(' ')));
  const compiled = compile(spec as unknown as TopLevelSpec, { logger }).spec;
  return { svg: await new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG(), warnings };
}

const count = (text: string, part: string) => text.split(part).length - 1;
const rowsOf = (chart: Chart, rung: string) => records(chart.table).filter((row) => row.rung === rung);
const chartOf = (id: TuningMeasureId, choice: Partial<ChartOptions> = {}, from: readonly Table[] = tables) =>
  tuningChart(from, measurements, { ...options, ...choice }, id);

/** The table with other cells in the row of one layer of the network, for one measure. */
function withCells(id: TuningMeasureId, layer: string, cells: Readonly<Record<string, string | number | null>>): Table[] {
  return tables.map((table) => {
    const [measure, name, control] = ['measure', 'layer', 'control'].map((column) => columnIndex(table, column));
    return {
      ...table,
      rows: table.rows.map((row) =>
        row[measure!] === id && row[name!] === layer && row[control!] === null
          ? table.columns.map((column, i) => (column.name in cells ? cells[column.name]! : row[i]!))
          : row,
      ),
    };
  });
}

const cases = ids.flatMap((id) =>
  chartSpecies.flatMap((species) => (['en', 'ko'] as const).map((language) => ({ id, species, language }))),
);

describe.each(cases)('$id, $species, $language', ({ id, ...choice }) => {
  const chart = chartOf(id, choice);

  test('every field is a column, and vega-lite draws every number without a complaint', async () => {
    const fields = specFields(chart.spec);
    for (const field of fields) expect(() => columnIndex(chart.table, field)).not.toThrow();
    const { svg, warnings } = await draw(chart.spec);
    expect(warnings).toEqual([]);
    const cortex = (mark: string) => rowsOf(chart, 'cortex').filter((row) => row.mark === mark).length;
    expect(count(svg, 'aria-roledescription="point"')).toBe(nLayers * (1 + controls.length) + cortex('point'));
    // Ranges and bins are bars, and so are the boxes of areas without a number.
    expect(count(svg, 'aria-roledescription="bar"')).toBe(cortex('range') + cortex('bin') + cortex('empty'));
    const sentence = choice.language === 'en' ? 'no published number for this area' : '이 영역은 발표된 수치 없음';
    expect(count(svg, `aria-label="${sentence}"`)).toBe(cortex('empty'));
  });

  test('speaks the language, and names the field of view', () => {
    const { subtitle } = chart.spec.title as { subtitle: string };
    expect(subtitle).toContain('8°');
    expect(chart.title).toContain(tuningMeasureName(id, choice.language));
    if (choice.language === 'ko') for (const text of [chart.title, chart.note]) expect(text).toMatch(/[가-힣]/);
  });
});

describe('tuningMeasures', () => {
  test('name quantities that cortex has, each id once', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const { quantity, aside } of tuningMeasures as readonly TuningMeasure[])
      for (const of of [quantity, aside]) expect([undefined, ...quantities]).toContain(of);
  });
});

describe('tuningChart', () => {
  test('draws the network in colour with its quartiles, controls in grey with a dash of their own', () => {
    const chart = chartOf('circular_variance');
    const [network] = chart.spec.hconcat as [{ layer: { mark: { type: string; color?: string; strokeDash?: number[] } }[] }];
    const lines = network.layer.flatMap(({ mark }) => (mark.type === 'line' ? [mark] : []));
    expect(lines.map(({ color }) => color)).toEqual(['#9aa0a8', '#9aa0a8', '#9aa0a8', '#56b4e9']);
    expect(new Set(lines.map(({ strokeDash }) => String(strokeDash))).size).toBe(4);
    const series = rowsOf(chart, 'network').map((row) => row.series);
    expect(series).toEqual([...controls, 'tuning'].flatMap((id) => Array(nLayers).fill(id)));
    expect(network.layer.filter(({ mark }) => mark.type === 'area')).toHaveLength(1);
  });

  test('reads one measure of the table, with the units for which it is defined', () => {
    const layer = 'vgg0_relu3_fwd';
    const cells = { median: 0.25, lower_quartile: 0.125, upper_quartile: 0.5, n_defined: 12, note: 'no response above 0' };
    const chart = chartOf('circular_variance', {}, withCells('circular_variance', layer, cells));
    const row = rowsOf(chart, 'network').find(({ name, series }) => name === layer && series === 'tuning')!;
    expect(row).toMatchObject({ value: 0.25, low: 0.125, high: 0.5, reading: '0.25, 0.125–0.5 (quartiles)' });
    expect(row.about).toBe('rank 4; conv2d+relu; activation; defined for 12 of 64 units; no response above 0');
  });

  test('a layer without a value is a gap that says why, and breaks the line', async () => {
    const layer = 'vgg0_relu3_fwd';
    const cells = { median: null, lower_quartile: null, upper_quartile: null, n_defined: 0, note: 'untuned' };
    const chart = chartOf('c50', {}, withCells('c50', layer, cells));
    const { svg } = await draw(chart.spec);
    expect(count(svg, 'aria-roledescription="point"')).toBe(nLayers * 4 - 1);
    expect(count(svg, 'aria-roledescription="bar"')).toBe(1 + 5);
    expect(svg).toContain('defined for 0 of 64 units; untuned');
    // The line and the upper edge of the band begin twice.
    const line = /mark-line[^>]*>\s*<path[^>]* d="([^"]*)"[^>]*stroke="#56b4e9"|stroke="#56b4e9"[^>]* d="([^"]*)"/.exec(svg);
    expect(count((line?.[1] ?? line?.[2])!, 'M')).toBe(2);
  });

  test('V1’s histogram stands behind its number, in grey, without the empty bins at its ends', () => {
    const chart = chartOf('summation_field_deg');
    const bins = rowsOf(chart, 'cortex').filter(({ mark }) => mark === 'bin');
    expect(bins.map(({ low, high, n_cells }) => [low, high, n_cells])).toEqual([
      [0.125, 0.25, 9],
      [0.25, 0.5, 30],
      [0.5, 1, 55],
      [1, 2, 42],
      [2, 4, 10],
      [4, 8, 2],
    ]);
    expect(rowsOf(chart, 'cortex').find(({ mark }) => mark === 'point')).toMatchObject({ place: 'V1', value: 0.78 });
    expect(chart.note).toContain('Cavanaugh, Bair & Movshon 2002');
  });

  test('an area with a histogram alone is not empty; for people there is none', () => {
    const empty = (species: 'macaque' | 'human') =>
      rowsOf(chartOf('preferred_orientation_deg', { species }), 'cortex').flatMap(({ mark, place }) =>
        mark === 'empty' ? [place] : [],
      );
    expect(empty('macaque')).toEqual(['LGN', 'V2', 'V4', 'IT']);
    expect(empty('human')).toEqual(['LGN', 'V1', 'V2', 'V4', 'IT']);
  });

  test('says a number of another definition without drawing it', () => {
    const chart = chartOf('orientation_bandwidth_deg');
    expect(chart.note).toContain('Published under another definition, not drawn: V4 52°, Full width of the orientation curve');
    expect(rowsOf(chart, 'cortex').filter(({ place }) => place === 'V4')).toMatchObject([{ mark: 'empty' }]);
  });

  test('a deep network is drawn over ranks, without a complaint', async () => {
    const { svg, warnings } = await draw(chartOf('c50', {}, [fakeTuning(fakes.deep, ['c50'], ['permuted'])]).spec);
    expect(warnings).toEqual([]);
    expect(count(svg, 'aria-roledescription="point"')).toBe(2 * 120);
  });

  test('in a narrow panel the words of an area without a number are turned', async () => {
    const inOneLine = async (width: number) => {
      const { svg } = await draw(chartOf('c50', { width }).spec);
      return count(svg, '>no published number for this area</text>');
    };
    expect([await inOneLine(780), await inOneLine(420)]).toEqual([0, 5]);
  });

  test('draws the limit of the pixels: half a cycle per pixel are 14 c/deg at 8° over 224 px', () => {
    expect(rowsOf(chartOf('peak_sf_cpd'), 'reference')).toMatchObject([
      { value: 14, reading: 'half a cycle per pixel, 14 c/deg' },
    ]);
  });

  test('refuses tables without its own', () => {
    expect(() => chartOf('c50', {}, fakes.vgg)).toThrow(
      'chartedLayers: needs the table "tuning", got receptive-fields, statistics. Run the probe that writes it.',
    );
  });
});
