import { type Cell, layerColumns, records, type Table } from '@ventral/probe';
import { cortexFiles } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { cellHistogram, cellShares } from './histograms.ts';
import { readMeasurements } from './measurements.ts';
import { v1ScoreTables } from './v1-scores.ts';

const measurements = readMeasurements(cortexFiles());
const text = { type: 'string', description: '' } as const;

/** What the probe gives for one layer, and for the same layer of a control, of some properties. */
function probed(
  properties: Readonly<Record<string, readonly Cell[]>>,
  control: Readonly<Record<string, readonly Cell[]>> = {},
): Table[] {
  const layer = ['net', 3, 'conv1', 'conv2d', 'activation', false];
  const names = Object.keys(properties);
  const isDefined = (cell: Cell) => cell !== null && !Number.isNaN(cell);
  const subjects = [
    { name: null, values: properties },
    { name: 'permuted', values: control },
  ];
  const nUnits = Math.max(...Object.values(properties).map(({ length }) => length));
  return [
    {
      name: 'v1-properties',
      title: '',
      columns: [...layerColumns, ...['property', 'n_responsive', 'note', 'control'].map((name) => ({ ...text, name }))],
      rows: subjects.flatMap(({ name, values }) =>
        Object.entries(values).map(([property, cells]) => [
          ...layer,
          property,
          cells.length,
          cells.some(isDefined) ? null : 'no unit is kept',
          name,
        ]),
      ),
    },
    {
      name: 'v1-properties-units',
      title: '',
      columns: [...layerColumns, ...[...names, 'control'].map((name) => ({ ...text, name }))],
      rows: subjects.flatMap(({ name, values }) =>
        Array.from({ length: nUnits }, (_, u) => [...layer, ...names.map((property) => values[property]?.[u] ?? null), name]),
      ),
    },
  ];
}

const scoresOf = (tables: readonly Table[], seed = 0) => records(v1ScoreTables(tables, measurements, seed)[0]!);

/** The cells themselves: as many numbers in each bin as there are cells. */
function sampleOf(measure: string): number[] {
  const { edges, counts } = cellHistogram(measurements, measure)!;
  return counts.flatMap((n, bin) => Array.from({ length: n }, () => (edges[bin]! + edges[bin + 1]!) / 2));
}

describe('v1ScoreTables', () => {
  test.each([
    ['preferred_orientation_deg', 'preferred_orientation_histogram_count', 385],
    ['circular_variance', 'circular_variance_histogram_count', null],
    ['orientation_bandwidth_deg', 'orientation_half_bandwidth_histogram_count', null],
    ['peak_sf_cpd', 'peak_spatial_frequency_histogram_count', 363],
    ['sf_bandwidth_percent', 'sf_bandwidth_index_histogram_count', 73],
    ['suppression_index', 'surround_suppression_index_histogram_count', 190],
    ['summation_field_deg', 'grating_summation_field_diameter_histogram_count', 148],
    ['surround_diameter_deg', 'surround_diameter_histogram_count', 148],
    ['surround_over_summation', 'surround_to_summation_ratio_histogram_count', 148],
  ])(
    '%s: the cells’ own sample scores at its ceiling, all units in the bin farthest from them near 0',
    (property, measure, n) => {
      const cells = sampleOf(measure);
      const { edges, counts } = cellHistogram(measurements, measure)!;
      // KSmax is that of the end bin that is farther from the cells.
      const isFirst = 1 - counts[0]! / cells.length > 1 - counts.at(-1)! / cells.length;
      const delta = cells.map(() => (isFirst ? edges[0]! : edges.at(-1)!));
      const [own, control] = scoresOf(probed({ [property]: cells }, { [property]: delta }));
      expect(own!.property).toBe(property);
      if (n !== null) expect(own!.n_cells).toBe(n);
      expect(own).toMatchObject({ n_units: cells.length, control: null, note: null, layer: 'conv1', layer_index: 3 });
      expect(Math.abs(Number(own!.ceiled_score) - 1)).toBeLessThan(0.01);
      expect(Number(own!.ceiling)).toBeGreaterThan(0.9);
      expect(control).toMatchObject({ control: 'permuted', ceiling: own!.ceiling });
      expect(Math.abs(Number(control!.score))).toBeLessThan(1e-12);
    },
  );

  test('yes-or-no properties: 73 of 87 cells are selective for frequency, 148 of 190 suppressed, 300 of 308 oriented', () => {
    expect(cellShares(measurements, 'sf_selective')).toMatchObject({ edges: [0, 0.5, 1], counts: [14, 73] });
    expect(cellShares(measurements, 'suppressed_cells_ge10pct')!.counts).toEqual([42, 148]);
    expect(cellShares(measurements, 'orientation_selective')!.counts).toEqual([8, 300]);
    expect(cellShares(measurements, 'suppressed_cells')).toBeNull();
    const cells = [...Array<boolean>(14).fill(false), ...Array<boolean>(73).fill(true)];
    const [own, control] = scoresOf(probed({ sf_selective: cells }, { sf_selective: cells.map(() => false) }));
    expect(Math.abs(Number(own!.ceiled_score) - 1)).toBeLessThan(0.01);
    expect(own!.source).toContain('Schiller');
    // KSmax is 73/87, of all cells unselective.
    expect(Math.abs(Number(control!.score))).toBeLessThan(1e-12);
  });

  test('by hand: all units in the second bin of orientation', () => {
    // Cumulative shares of the cells 110, 193, 293, 385 of 385; of the units 0, 1, 1, 1: KS = 192/385, KSmax = 293/385.
    const [row] = scoresOf(probed({ preferred_orientation_deg: [45, 45, 45] }));
    expect(row!.score).toBeCloseTo(1 - 192 / 293, 12);
    expect(row!.score_sd).toBeCloseTo(0, 7);
    expect(row!.n_units).toBe(3);
  });

  test('the same for the same seed, for any order of units, and where units without the property thin out the draws', () => {
    const values = [0.1, 0.5, 0.3, 0.9, 0.2, 0.7];
    const score = (cells: readonly Cell[], seed = 0) => scoresOf(probed({ circular_variance: cells }), seed)[0]!;
    expect(score(values)).toEqual(score([...values].reverse()));
    expect(score(values, 1).score).not.toBe(score(values).score);
    const thinned = score([...values, ...values.map(() => Number.NaN)]);
    expect(thinned.n_units).toBe(6);
    expect(Number(thinned.score_sd)).toBeGreaterThan(Number(score(values).score_sd));
  });

  test('no unit, no score, and why; no properties at all, one row with the layer’s note; no tables, no table', () => {
    const [row] = scoresOf(probed({ circular_variance: [Number.NaN, Number.NaN] }));
    expect(row).toMatchObject({ score: Number.NaN, ceiled_score: Number.NaN, n_units: 0, note: 'no unit is kept' });
    const [summary, units] = probed({ circular_variance: [] });
    const coarse = {
      ...summary!,
      rows: [['net', 3, 'conv1', 'conv2d', 'activation', false, null, null, '8 px per degree: …', null]],
    };
    expect(scoresOf([coarse, units!])).toEqual([
      expect.objectContaining({ layer: 'conv1', property: null, score: Number.NaN, n_units: null, note: '8 px per degree: …' }),
    ]);
    expect(v1ScoreTables([units!], measurements, 0)).toEqual([]);
  });

  test('a property without a published histogram has no row', () => {
    expect(scoresOf(probed({ f1_over_f0: [1, 2] }))).toEqual([]);
  });
});
