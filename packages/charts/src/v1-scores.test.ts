import { type Cell, columnIndex, layerColumns, records, type Table } from '@ventral/probe';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { type ChartOptions, chartsOf, specFields, tuningMeasureName, type VegaLiteSpec, v1ScoresChart } from './index.ts';

const options = { species: 'macaque', language: 'en', fovDeg: 8, inputPx: 224, theme: 'light' } as const satisfies ChartOptions;

const names = ['property', 'score', 'ceiling', 'ceiled_score', 'n_cells', 'n_units', 'source', 'note', 'control'];
const properties = ['circular_variance', 'orientation_selective', 'peak_sf_cpd', 'surround_over_summation'];
const layers = ['conv1', 'fire2/concat', 'fire3/concat', 'fire4/concat'];

/** Four layers and four properties of a network and a control; the last layer has no unit at the stimuli. */
const scores: Table = {
  name: 'v1-scores',
  title: '',
  columns: [...layerColumns, ...names.map((name) => ({ name, type: 'string', description: '' }) as const)],
  rows: [null, 'permuted'].flatMap((control) =>
    layers.flatMap((layer, i) =>
      properties.map((property, p): Cell[] => {
        const score = i === 3 ? Number.NaN : 0.9 - 0.1 * i - 0.05 * p - (control === null ? 0 : 0.2);
        const note = i === 3 ? 'no unit’s field lies within 0.15° of the stimuli' : null;
        const told = [property, score, 0.95, score / 0.95, 190, i === 3 ? 0 : 40, 'Ringach 2002', note, control];
        return ['squeezenet', 2 * i, layer, 'conv2d+relu', 'activation', false, ...told];
      }),
    ),
  ),
};

async function draw(spec: VegaLiteSpec): Promise<{ svg: string; warnings: string[] }> {
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input.join(' ')));
  const compiled = compile(spec as unknown as TopLevelSpec, { logger }).spec;
  return { svg: await new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG(), warnings };
}

describe.each(['en', 'ko'] as const)('v1ScoresChart, %s', (language) => {
  const chart = v1ScoresChart([scores], [], { ...options, language });

  test('every field is a column; a point for each score, none for a layer without; a panel for each property in the table’s order', async () => {
    const fields = specFields(chart.spec);
    expect(fields.length).toBeGreaterThan(7);
    for (const field of fields) expect(() => columnIndex(chart.table, field)).not.toThrow();
    const { svg, warnings } = await draw(chart.spec);
    expect(warnings).toEqual([]);
    expect(svg.split('aria-roledescription="point"').length - 1).toBe(2 * 3 * properties.length);
    const expected = [
      tuningMeasureName('circular_variance', language),
      language === 'en' ? 'Orientation selective or not' : '방위 선택성 유무',
      tuningMeasureName('peak_sf_cpd', language),
      language === 'en' ? 'Surround over summation field' : '주변부 대 합산 영역',
    ];
    const places = expected.map((name) => svg.indexOf(`>${name}<`));
    expect(places.every((at, i) => at > (places[i - 1] ?? 0))).toBe(true);
  });

  test('layers stand at their rank; what has no score says why', () => {
    const rows = records(chart.table);
    expect(rows.map(({ depth_rank }) => depth_rank)).toEqual([1, 2, 3, 4, 1, 2, 3, 4].flatMap((rank) => Array(4).fill(rank)));
    const last = rows.filter(({ name }) => name === 'fire4/concat');
    for (const row of last) expect(row).toMatchObject({ ceiled_score: null, reading: '–' });
    expect(String(last[0]!.about)).toContain('no unit’s field lies within 0.15° of the stimuli');
    expect(rows[0]!.reading).toContain('0.947');
    expect(chart.note).toContain('Ringach 2002');
    if (language === 'ko') for (const text of [chart.title, chart.note]) expect(text).toMatch(/[가-힣]/);
  });
});

test('is drawn where there are scores, and asks for the probe where there is no table', () => {
  expect(chartsOf([scores])).toEqual([v1ScoresChart]);
  const empty = { ...scores, rows: scores.rows.filter((row) => row[2] === 'fire4/concat') };
  expect(chartsOf([empty])).toEqual([]);
  expect(() => v1ScoresChart([], [], options)).toThrow(
    'v1ScoresChart: needs the table "v1-scores". Run the probe "v1-properties".',
  );
});
