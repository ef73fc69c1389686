import { readMeasurements } from '@ventral/cortex';
import { columnIndex, records, type Table } from '@ventral/probe';
import { cortexFiles } from '@ventral/testkit';
import * as vega from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';
import { describe, expect, test } from 'vitest';
import { fakeFilters } from './fake-tables.test-data.ts';
import {
  type ChartOptions,
  chartsOf,
  filtersChart,
  nxNyChart,
  ownChartIds,
  ownChartName,
  ownCharts,
  specFields,
  type VegaLiteSpec,
} from './index.ts';

const measurements = readMeasurements(cortexFiles());
const options = { species: 'macaque', language: 'en', fovDeg: 8, inputPx: 64, theme: 'light' } as const satisfies ChartOptions;

const k = 9;
const middle = 4;
/** A vertical Gabor of this colour, −1 … 1 at its middle. */
const gabor = (colour: readonly [number, number, number]) =>
  Array.from({ length: k * k }, (_, i) => {
    const [y, x] = [Math.floor(i / k) - middle, (i % k) - middle];
    const value = Math.exp(-(x * x) / 4.5 - (y * y) / 18) * Math.cos(0.4 * Math.PI * x);
    return colour.map((part) => part * value) as [number, number, number];
  });
const grey = [1, 1, 1] as const;
const tables = fakeFilters(
  k,
  [gabor(grey), gabor([-2, 1, 0]), gabor(grey)],
  [{ nx: 0.3, ny: 0.6 }, { nx: 0.45, ny: 0.5 }, { note: 'a Gabor explains less than half of the filter' }],
);
/** 70 filters of 3 × 3 px. */
const small = smallFilters(1);
function smallFilters(factor: number): readonly Table[] {
  // Reproducible by formula, in any language.
  const ripple = (i: number) => factor * Math.sin(1 + 7.3 * i + 0.013 * i * i);
  const filters = Array.from({ length: 70 }, (_, f) =>
    Array.from({ length: 9 }, (_, i) => [ripple(27 * f + i), ripple(27 * f + 9 + i), ripple(27 * f + 18 + i)] as const),
  );
  return fakeFilters(
    3,
    filters,
    filters.map(() => ({ note: 'map narrower than 7 px' })),
  );
}

/** SVG text as vega draws it in Node, and what its compiler had to complain about. */
async function draw(spec: VegaLiteSpec): Promise<{ svg: string; warnings: string[] }> {
  const warnings: string[] = [];
  const logger = vega.logger(vega.Warn, undefined, (_method, _level, input) => warnings.push(input.join(' ')));
  const compiled = compile(spec as unknown as TopLevelSpec, { logger }).spec;
  return { svg: await new vega.View(vega.parse(compiled), { renderer: 'none' }).toSVG(), warnings };
}

const count = (text: string, part: string) => text.split(part).length - 1;

const cases = ownChartIds
  .filter((id) => id !== 'v1-scores')
  .flatMap((id) =>
    (['en', 'ko'] as const).flatMap((language) => (['light', 'dark'] as const).map((theme) => ({ id, language, theme }))),
  );

describe.each(cases)('$id, $language, $theme', ({ id, ...choice }) => {
  test.each([
    ['of fitted filters', tables],
    ['of 3 × 3 filters', small],
  ])('%s: every field is a column, and vega-lite draws without a complaint', async (_, from) => {
    const chart = ownCharts[id].make(from, measurements, { ...options, ...choice });
    for (const field of specFields(chart.spec)) expect(() => columnIndex(chart.table, field)).not.toThrow();
    const { svg, warnings } = await draw(chart.spec);
    expect(warnings).toEqual([]);
    expect(svg).toContain(chart.title);
    expect(chart.title).toBe(ownChartName(id, choice.language));
    if (choice.language === 'ko') for (const text of [chart.title, chart.note]) expect(text).toMatch(/[가-힣]/);
  });
});

describe('filtersChart', () => {
  const chart = filtersChart(tables, measurements, options);
  const rows = records(chart.table);

  test('a square for each weight, a frame and a number for each filter, in the order of channels', async () => {
    expect(rows.filter(({ mark }) => mark === 'weight')).toHaveLength(3 * k * k);
    expect(rows.filter(({ mark }) => mark === 'frame').map(({ channel }) => channel)).toEqual([0, 1, 2]);
    const { svg } = await draw(chart.spec);
    expect(count(svg, 'aria-roledescription="rect mark"')).toBe(3);
    expect(chart.note).not.toContain('not drawn');
  });

  test('mid-grey is 0; the largest weight of a filter ends its scale, with its sign', () => {
    const colourAt = (channel: number, y: number, x: number) =>
      rows.find((row) => row.mark === 'weight' && row.channel === channel && row.y === y && row.x === x)!.colour;
    expect(colourAt(0, 4, 4)).toBe('#ffffff');
    // −2 of red, 1 of green, nothing of blue.
    expect(colourAt(1, 4, 4)).toBe('#00bf80');
  });

  test('a factor changes no colour; the sign turns each around mid-grey', () => {
    const coloursOf = (factor: number) =>
      records(filtersChart(smallFilters(factor), measurements, options).table).flatMap(({ colour }) =>
        colour === null ? [] : [String(colour)],
      );
    expect(coloursOf(64)).toEqual(coloursOf(1));
    const parts = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
    const turned = coloursOf(-1).map(parts);
    for (const [i, colour] of coloursOf(1).map(parts).entries())
      for (const [c, part] of colour.entries()) expect(Math.abs(part + turned[i]![c]! - 255)).toBeLessThanOrEqual(1);
  });

  test('draws 64 filters, and says how many it leaves out; of large kernels fewer', () => {
    const many = filtersChart(small, measurements, options);
    const frames = records(many.table).filter(({ mark }) => mark === 'frame');
    expect(frames).toHaveLength(64);
    expect(many.note).toContain('6 further filters are not drawn; filters.csv has all.');
    // The last stands in the sixth row of twelve, inside the picture.
    const { width, height } = many.spec as unknown as { width: number; height: number };
    const last = frames.at(-1)!;
    expect(last.right_px).toBeLessThanOrEqual(width);
    expect(last.bottom_px).toBeLessThanOrEqual(height);
    expect(last.top_px).toBeGreaterThan((5 / 6) * height);
    const white = Array.from({ length: 16 * 16 }, () => grey);
    const wide = fakeFilters(16, Array(33).fill(white), []);
    const large = filtersChart(wide, measurements, options);
    expect(records(large.table).filter(({ mark }) => mark === 'frame')).toHaveLength(32);
    expect(large.note).toContain('1 further');
  });

  test('refuses tables without filters, which have no chart of them', () => {
    const message = 'filtersChart: needs rows of the table "filters". Run the probe "filters" on a network whose first layer';
    expect(() => filtersChart([], measurements, options)).toThrow(message);
    expect(chartsOf(tables)).toEqual([filtersChart, nxNyChart]);
    expect(chartsOf(tables.map((table) => ({ ...table, rows: [] })))).toEqual([]);
  });
});

describe('nxNyChart', () => {
  const chart = nxNyChart(tables, measurements, options);
  const rows = records(chart.table);

  test('a point for each fitted filter at its nx and ny; the others are counted', async () => {
    const points = rows.filter(({ mark }) => mark === 'point');
    expect(points.map(({ place }) => place)).toEqual(['0', '1']);
    for (const [i, [nx, ny]] of [
      [0.3, 0.6],
      [0.45, 0.5],
    ].entries()) {
      expect(points[i]).toMatchObject({ nx, ny });
    }
    expect(points[0]!.about).toBe('orientation 45°, 1.6 c/deg, R² 0.9');
    expect(chart.note).toContain('Defined for 2 of 3 filters; not for: a Gabor explains less than half of the filter (1).');
    const { svg } = await draw(chart.spec);
    expect(count(svg, 'aria-roledescription="point"')).toBe(2);
    expect(count(svg, 'aria-roledescription="rect mark"')).toBe(14);
  });

  test('behind them the 79 cells of Ringach 2002, with their number in each bin', () => {
    const cells = rows.filter(({ mark }) => mark === 'bin');
    expect(cells.reduce((sum, row) => sum + Number(row.n_cells), 0)).toBe(79);
    expect(cells.find(({ n_cells }) => n_cells === 17)).toMatchObject({
      nx_low: 0.302,
      nx_high: 0.5248,
      ny_low: 0.5248,
      ny_high: 0.912,
      reading: '17 cells at nx 0.302–0.525, ny 0.525–0.912',
    });
    expect(chart.note).toContain('Sources: Ringach 2002 J Neurophysiol 88:455, n = 79.');
  });

  test('of people no cell is published: the filters stand alone', () => {
    const human = nxNyChart(tables, measurements, { ...options, species: 'human' });
    expect(records(human.table).map(({ mark }) => mark)).toEqual(['point', 'point']);
    expect(JSON.stringify(human.spec.title)).toContain('no published number for this area');
  });

  test('the axes span the published bins, and further where a filter lies beyond', () => {
    const domainOf = (from: readonly Table[]) =>
      /"domain":(\[[^\]]*\])/.exec(JSON.stringify(nxNyChart(from, measurements, options).spec.layer))![1];
    expect(domainOf(small)).toBe('[0.1,1.585]');
    const beyond = fakeFilters(k, [gabor(grey)], [{ nx: 2, ny: 0.5 }]);
    expect(domainOf(beyond)).toBe('[0.1,2.2]');
  });

  test('without any fit it says so, and why', async () => {
    const none = nxNyChart(small, measurements, options);
    expect((await draw(none.spec)).svg).toContain('no filter has a Gabor fit that defines nx and ny');
    expect(none.note).toContain('Defined for 0 of 70 filters; not for: map narrower than 7 px (70).');
    expect(nxNyChart(small, measurements, { ...options, language: 'ko' }).note).toContain('7픽셀보다 좁은 필터 (70)');
  });
});
