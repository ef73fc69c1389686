import { cortexFiles } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { type MeasurementFile, measurementColumns, readMeasurements } from './measurements.ts';

const files = cortexFiles();
const all = readMeasurements(files);

/** One good row, with some cells replaced. */
function fileWith(cells: Partial<Record<(typeof measurementColumns)[number], string>>): MeasurementFile {
  const good = {
    area5: 'V1',
    area: 'V1',
    species: 'macaque',
    measure: 'rf_diameter',
    definition: 'Diameter',
    statistic: 'mean',
    value: '1.3',
    unit: 'deg',
    citation: 'Somebody 1981',
  };
  const row: Record<string, string> = { ...good, ...cells };
  return { name: 'x.csv', columns: measurementColumns, rows: [measurementColumns.map((column) => row[column] ?? '')] };
}

describe('data/cortex', () => {
  test('has a row for every number: 13 files, none empty', () => {
    expect(files.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "anatomy.csv",
        "latency.csv",
        "orientation.csv",
        "population-receptive-field.csv",
        "preference.csv",
        "readout.csv",
        "receptive-field-size.csv",
        "reliability.csv",
        "shape.csv",
        "size-tuning.csv",
        "sparseness.csv",
        "spatial-frequency.csv",
        "texture.csv",
      ]
    `);
    expect(files.every(({ rows }) => rows.length > 0)).toBe(true);
    expect(all).toHaveLength(files.reduce((n, { rows }) => n + rows.length, 0));
  });

  test('reads the first row of latency.csv (magnocellular LGN, Schmolesky 1998) into typed fields', () => {
    const first = readMeasurements(files.filter(({ name }) => name === 'latency.csv'))[0];
    expect(first).toMatchObject({
      area5: 'LGN',
      area: 'LGN_M',
      value: 33.1,
      low: 29.3,
      high: 36.9,
      rangeKind: 'sd',
      unit: 'ms',
      n: 52,
      doi: null,
    });
  });

  test('holds no row twice', () => {
    expect(new Set(all.map((row) => JSON.stringify(row))).size).toBe(all.length);
  });

  test('gives one measure one definition everywhere', () => {
    const definitions = new Map<string, Set<string>>();
    for (const { measure, definition } of all) definitions.set(measure, (definitions.get(measure) ?? new Set()).add(definition));
    expect([...definitions].filter(([, set]) => set.size > 1).map(([measure]) => measure)).toEqual([]);
  });

  test('calls a conflict only what at least two rows say', () => {
    const counts = new Map<string, number>();
    for (const { conflict } of all) if (conflict) counts.set(conflict, (counts.get(conflict) ?? 0) + 1);
    expect([...counts].filter(([, n]) => n < 2)).toEqual([]);
    expect([...counts.keys()]).toEqual(
      expect.arrayContaining(['v2-latency', 'v1-surround-suppression', 'it-images-above-half-peak']),
    );
  });

  test('prints the thirteen DOIs that were seen, and no other', () => {
    expect([...new Set(all.flatMap(({ doi }) => doi ?? []))].sort()).toEqual([
      '10.1007/s00422-007-0149-1',
      '10.1038/nn.3402',
      '10.1073/pnas.1403112111',
      '10.1113/jphysiol.1962.sp006837',
      '10.1113/jphysiol.1968.sp008455',
      '10.1126/science.8418487',
      '10.1146/annurev.ne.19.030196.000545',
      '10.1152/jn.00512.2009',
      '10.1152/jn.1994.71.3.856',
      '10.1152/jn.1995.73.2.713',
      '10.1152/jn.2001.86.5.2505',
      '10.1152/jn.2002.88.1.455',
      '10.7554/eLife.72573',
    ]);
  });

  // Every σ at 5° is read off the line of its own study: the rows must agree with their slope and intercept.
  test.each(all.filter(({ measure }) => measure === 'prf_sigma'))(
    '$species $area pRF σ at 5° = $value follows from its line ($citation)',
    (row) => {
      const line = (statistic: string) =>
        all.find(
          (r) =>
            r.measure === 'prf_sigma_vs_ecc' && r.area === row.area && r.citation === row.citation && r.statistic === statistic,
        )!.value!;
      expect(row.value).toBeCloseTo(5 * line('slope') + line('intercept'), 10);
    },
  );

  test('derives S of IT from a as S = (1 − a)/(1 − 1/N), N = 68', () => {
    const derived = all.find(({ measure, statistic }) => measure === 'lifetime_sparseness_S' && statistic === 'derived');
    expect(derived!.value).toBeCloseTo((1 - 0.65) / (1 - 1 / 68), 3);
  });

  // A count per bin that does not add up to n would mean a bin was lost on the way.
  test.each([
    ['circular_variance_histogram_count', 308],
    ['orientation_half_bandwidth_histogram_count', 300],
    ['preferred_orientation_histogram_count', 385],
  ])('%s adds up to the cells of the study', (measure, n) => {
    const rows = all.filter((row) => row.measure === measure);
    expect(rows.reduce((sum, row) => sum + row.value!, 0)).toBeGreaterThan(n * 0.95);
    expect(rows.reduce((sum, row) => sum + row.value!, 0)).toBeLessThanOrEqual(n);
  });
});

describe('readMeasurements refuses', () => {
  test.each([
    [
      { species: 'mouse' },
      'column "species": must be one of macaque, human, marmoset, primate, cat, macaque and cat, human and macaque, none, got "mouse".',
    ],
    [{ area5: 'MT' }, 'column "area5": must be one of LGN, V1, V2, V4, IT or empty, got "MT".'],
    [{ value: '1,3' }, 'column "value": must be a decimal number or empty, got "1,3".'],
    [{ value: '0x10' }, 'column "value": must be a decimal number or empty, got "0x10".'],
    [{ value: '' }, 'column "value": must be a number where low and high are empty, got "".'],
    [{ low: '1', high: '2' }, 'column "range_kind": must say what low and high are, and only then, got "".'],
    [{ range_kind: 'sd' }, 'column "range_kind": must say what low and high are, and only then, got "sd".'],
    [{ low: '2', high: '1', range_kind: 'sd' }, 'column "low": must not exceed high (1), got "2".'],
    [{ low: '2', high: '3', range_kind: 'sd' }, 'column "value": must lie between low (2) and high (3), got "1.3".'],
    [{ n: '0' }, 'column "n": must be a count or empty, got "0".'],
    [{ doi: 'doi.org/10.1/x' }, 'column "doi": must be a DOI like 10.1152/jn.1995.73.2.713 or empty, got "doi.org/10.1/x".'],
    [{ citation: '' }, 'column "citation": must not be empty, got "".'],
  ])('%j', (cells, message) => {
    expect(() => readMeasurements([fileWith(cells)])).toThrow(`readMeasurements "x.csv" line 2, ${message}`);
  });

  test('a file without a column', () => {
    expect(() => readMeasurements([{ name: 'x.csv', columns: measurementColumns.slice(1), rows: [] }])).toThrow(
      /^readMeasurements "x.csv" line 1: columns must be area5, .*; missing: area5, unknown or repeated: none\.$/,
    );
  });

  test('a row with too few cells', () => {
    expect(() => readMeasurements([{ name: 'x.csv', columns: measurementColumns, rows: [['V1']] }])).toThrow(
      'readMeasurements "x.csv" line 2: needs 20 cells, got 1. Quote cells with commas.',
    );
  });

  test('nothing in a good row', () => {
    expect(readMeasurements([fileWith({})])).toHaveLength(1);
  });
});
