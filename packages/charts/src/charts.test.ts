import { chartSpecies, readMeasurements } from '@ventral/cortex';
import { columnIndex, records, type Table } from '@ventral/probe';
import { cortexFiles } from '@ventral/testkit';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { fakes, fakeTables } from './fake-tables.test-data.ts';
import {
  type Chart,
  type ChartOptions,
  charts,
  halfPeakChart,
  latencyChart,
  receptiveFieldChart,
  sparsenessChart,
  specFields,
  type VegaLiteSpec,
} from './index.ts';
import { withData } from './spec.ts';

const measurements = readMeasurements(cortexFiles());
const options = { species: 'macaque', language: 'en', fovDeg: 8, inputPx: 224, theme: 'light' } as const satisfies ChartOptions;
const inputPx = { ventralnet: 64, vgg: 224, squeezenet: 224, deep: 224 } as const;
type Fake = keyof typeof fakes;

/** SVG text as vega draws it in Node, and what its compiler had to complain about. */
async function draw(spec: VegaLiteSpec): Promise<{ svg: string; warnings: string[] }> {
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input.join(' ')));
  const compiled = compile(spec as unknown as TopLevelSpec, { logger }).spec;
  return { svg: await new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG(), warnings };
}

const count = (text: string, part: string) => text.split(part).length - 1;
const rowsOf = (chart: Chart, rung: string) => records(chart.table).filter((row) => row.rung === rung);

/** A table with some cells of one row replaced. */
function withCells(
  tables: readonly Table[],
  name: string,
  row: number,
  cells: Readonly<Record<string, number | string | boolean | null>>,
): Table[] {
  return tables.map((table) =>
    table.name === name
      ? {
          ...table,
          rows: table.rows.map((r, i) =>
            i === row ? table.columns.map((c, j) => (c.name in cells ? cells[c.name]! : r[j]!)) : r,
          ),
        }
      : table,
  );
}

const cases = (Object.keys(fakes) as Fake[]).flatMap((net) =>
  chartSpecies.flatMap((species) =>
    (['en', 'ko'] as const).map((language) => ({ net, species, language, inputPx: inputPx[net] })),
  ),
);

describe.each(cases)('$net, $species, $language', ({ net, ...choice }) => {
  const drawn = charts.map((chart) => chart(fakes[net], measurements, { ...options, ...choice }));
  const byId = drawn.map((chart) => [chart.id, chart] as const);

  test.each(byId)('%s: every field is a column of its table', (_, { spec, table }) => {
    const fields = specFields(spec);
    expect(fields.length).toBeGreaterThan(8);
    for (const field of fields) expect(() => columnIndex(table, field)).not.toThrow();
  });

  test.each(byId)('%s: draws a mark for each number and a sentence for each area without one', async (_, chart) => {
    const { svg, warnings } = await draw(chart.spec);
    expect(warnings).toEqual([]);
    const layers = rowsOf(chart, 'network');
    const points = rowsOf(chart, 'cortex').filter(({ mark }) => mark === 'point');
    const empty = rowsOf(chart, 'cortex').filter(({ mark }) => mark === 'empty');
    expect(count(svg, 'aria-roledescription="point"')).toBe(layers.length + points.length);
    const sentence = choice.language === 'en' ? 'no published number for this area' : '이 영역은 발표된 수치 없음';
    expect(count(svg, `aria-label="${sentence}"`)).toBe(empty.length);
    expect(count(svg, choice.language === 'en' ? '>published</tspan>' : '>발표된 수치</tspan>')).toBe(empty.length);
  });

  test.each(byId)('%s: names the species and the field of view', (_, { spec, note, table, title }) => {
    const { subtitle } = spec.title as { subtitle: string };
    const species = { en: choice.species, ko: { macaque: '마카크원숭이', human: '사람' }[choice.species] }[choice.language];
    expect(subtitle).toContain(species);
    expect(subtitle).toContain('8°');
    expect(spec.description).toContain(subtitle);
    for (const { legend, mark } of rowsOf({ table } as Chart, 'cortex')) if (mark !== 'empty') expect(legend).toContain(species);
    if (choice.language === 'ko') for (const text of [title, note]) expect(text).toMatch(/[가-힣]/);
  });
});

describe('withData', () => {
  test('refuses a field that is no column, however deep it stands', () => {
    const table: Table = { name: 't', title: 't', columns: [{ name: 'a', type: 'number', description: 'a' }], rows: [[1]] };
    const layered = (field: string) => ({
      hconcat: [{ layer: [{ encoding: { y2: { field } }, transform: [{ filter: { field: 'a', equal: 1 } }] }] }],
    });
    expect(specFields(withData(layered('a'), table))).toEqual(['a']);
    expect(() => withData(layered('b'), table)).toThrow('withData "t": fields b are no columns of the table. Columns: a.');
  });

  test('carries its rows, asks nobody for data and hands no expression to eval', () => {
    for (const chart of charts) {
      const { spec, table } = chart(fakes.vgg, measurements, options);
      expect((spec.data as { values: unknown[] }).values).toHaveLength(table.rows.length);
      const { data, $schema, ...rest } = spec;
      expect(JSON.stringify(rest)).not.toMatch(/"(url|expr|signal|calculate|usermeta)":/);
      expect((spec.config as { background: string }).background).toBe('#ffffff');
    }
  });
});

describe('receptiveFieldChart', () => {
  const chart = receptiveFieldChart(fakes.squeezenet, measurements, options);

  test('squeezenet, 8° over 224 px: 3 px are 0.107°, at most; a concatenation reaches down to its smallest branch', () => {
    const layers = rowsOf(chart, 'network');
    expect(layers).toHaveLength(26);
    expect(layers[0]).toMatchObject({
      series: 'theoretical',
      value: (3 * 8) / 224,
      low: null,
      place: '1 features.1',
      reading: '≤ 0.107° (3 × 3 px)',
    });
    expect(layers[3]).toMatchObject({ value: (15 * 8) / 224, low: (7 * 8) / 224, place: '4 features.3' });
    expect(layers[3]!.about).toContain('smallest branch 7 px');
  });

  test('draws one pixel and the whole field of view', () => {
    expect(rowsOf(chart, 'reference').map(({ series, value, name }) => [series, value, name])).toEqual([
      ['one-pixel', 8 / 224, 'one pixel, 0.0357°'],
      ['whole-field', 8, 'whole field of view, 8°'],
    ]);
  });

  test('draws a range without a middle as a bar, not as a point', () => {
    const awake = rowsOf(chart, 'cortex').filter(({ series }) => series === 'gaussian-fit-awake');
    expect(awake).toMatchObject([{ mark: 'range', value: null, low: 2.8, high: 26, reading: '2.8–26° (smallest to largest)' }]);
  });

  test('says where studies disagree and whom it cites', () => {
    expect(chart.note).toContain('Studies disagree: TE/CIT 38.5° ↔ TE/AIT 2.8–26° (smallest to largest).');
    expect(chart.note).toContain('Derrington & Lennie 1984 J Physiol 357:219');
  });

  test('refuses a table computed with another field of view', () => {
    expect(() => receptiveFieldChart(fakes.squeezenet, measurements, { ...options, fovDeg: 4 })).toThrow(
      /^receptiveFieldChart "\/features\/features\.1\/Relu_output_0": rf_size_deg is 0\.10714\d+, but 3 px of 224 px over 4° are 0\.05357\d+°\./,
    );
  });

  test('refuses tables without the one it draws', () => {
    expect(() => receptiveFieldChart(fakes.vgg.slice(1), measurements, options)).toThrow(
      'chartedLayers: needs the table "receptive-fields", got statistics. Run the probe that writes it.',
    );
  });
});

describe('charted layers', () => {
  const [fields, statistics] = fakeTables(
    'mixed',
    [
      { layer: 'conv1', sizePx: 3, stage: 'linear' },
      { layer: 'relu1', sizePx: 3 },
      { layer: 'add', sizePx: 5, stage: 'merge', isBlockOutput: true },
      { layer: 'concat', sizePx: 5, stage: 'merge' },
    ],
    224,
    8,
  );

  test.each(charts.map((chart) => [chart.name, chart] as const))(
    '%s: activations and block outputs only, ranked from 1',
    (_, chart) => {
      const layers = rowsOf(chart([fields!, statistics!], measurements, options), 'network');
      expect(new Set(layers.map(({ name, depth_rank }) => `${depth_rank} ${name}`))).toEqual(new Set(['1 relu1', '2 add']));
    },
  );

  test.each(charts.map((chart) => [chart.name, chart] as const))('%s: says so when there are none', async (_, chart) => {
    const { spec } = chart(fakeTables('bare', [{ layer: 'conv1', sizePx: 3, stage: 'linear' }], 224, 8), measurements, options);
    const { svg, warnings } = await draw(spec);
    expect(warnings).toEqual([]);
    expect(svg).toContain('no activation and no block output among these layers');
  });
});

describe('latencyChart', () => {
  test('gives layers a rank and no height', async () => {
    const chart = latencyChart(fakes.vgg, measurements, options);
    expect(rowsOf(chart, 'network').every(({ value, low, high }) => value === null && low === null && high === null)).toBe(true);
    const { svg } = await draw(chart.spec);
    expect(svg).toContain('order only: a network has no milliseconds');
    // The ms axis belongs to the right-hand panel: it is drawn once.
    expect(count(svg, '>latency, ms (cortex only)<')).toBe(1);
  });

  test('keeps the printed and the digitised mean of V2 and the population latency of V4 apart', () => {
    const rows = rowsOf(latencyChart(fakes.vgg, measurements, options), 'cortex');
    expect(rows.filter(({ place }) => place === 'V2')).toMatchObject([
      { value: 84.2, low: 69, high: 99.4, conflict: 'v2-latency' },
      { value: 82, low: 61, high: 103, conflict: 'v2-latency' },
    ]);
    expect(new Set(rows.filter(({ place }) => place === 'V4').map(({ series }) => series))).toEqual(
      new Set(['onset-latency-anaesthetised', 'population-latency']),
    );
    expect(rows.filter(({ mark }) => mark === 'empty').map(({ place }) => place)).toEqual(['IT']);
  });
});

describe('halfPeakChart', () => {
  test('leaves out a layer whose number is missing', async () => {
    const tables = withCells(fakes.vgg, 'statistics', 4, { fraction_above_half_peak: null });
    const chart = halfPeakChart(tables, measurements, options);
    expect(rowsOf(chart, 'network')[4]).toMatchObject({ value: null, reading: '–' });
    const { svg } = await draw(chart.spec);
    expect(count(svg, 'aria-roledescription="point"')).toBe(12 + 3);
  });
});

describe('sparsenessChart', () => {
  const chart = sparsenessChart(fakes.vgg, measurements, options);

  test('draws lifetime and population S and the half-rectified Gaussian at 0.68169', () => {
    expect(rowsOf(chart, 'network').map(({ series }) => series)).toEqual([
      ...Array(13).fill('lifetime'),
      ...Array(13).fill('population'),
    ]);
    expect(rowsOf(chart, 'reference')[0]!.value).toBeCloseTo(0.68169, 5);
  });

  test('keeps a of IT off the axis of S, and mentions it', () => {
    const it = rowsOf(chart, 'cortex').filter(({ place }) => place === 'IT');
    expect(it).toMatchObject([{ mark: 'empty', value: null }]);
    expect(chart.note).toContain('a = 0.65 (Rolls & Tovee 1995 J Neurophysiol 73:713)');
    expect(sparsenessChart(fakes.vgg, measurements, { ...options, species: 'human' }).note).not.toContain('Rolls');
  });

  test('draws a control in a series of its own, which is not the network’s', () => {
    const control = withCells(fakes.vgg, 'statistics', 4, { lifetime_sparseness: 0.25 }).map((table) => ({
      ...table,
      columns: [...table.columns, { name: 'control', type: 'string' as const, description: '' }],
      rows: table.rows.map((row) => [...row, 'untrained']),
    }));
    const tables = fakes.vgg.map((table, i) => ({
      ...control[i]!,
      rows: [...table.rows.map((row) => [...row, null]), ...control[i]!.rows],
    }));
    const drawn = rowsOf(sparsenessChart(tables, measurements, options), 'network');
    expect(drawn.filter(({ series }) => series !== 'untrained')).toEqual(rowsOf(chart, 'network'));
    const grey = drawn.filter(({ series }) => series === 'untrained');
    expect([grey.length, grey[4]!.value]).toEqual([13, 0.25]);
  });

  test('counts units that were never active', () => {
    const tables = withCells(fakes.vgg, 'statistics', 2, { n_never_active: 3, n_units_sampled: 2048 });
    const third = rowsOf(sparsenessChart(tables, measurements, options), 'network')[2]!;
    expect(third.about).toContain('3 of 2048 sampled units never active');
  });
});
