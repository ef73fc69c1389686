/** @file Trends over depth: by hand, by what must not change them, and a control that must not differ. */
import { createRandom } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { depthTrends } from './depth-trends.ts';
import { tuningColumns } from './physiology/summary.ts';
import { withControlColumn } from './states.ts';
import { type Cell, records, type Table } from './table.ts';

type LayerNumber = readonly [median: number, lower: number, upper: number, nUnits: number | null, nDefined: number];

/** The table `tuning` of one measure. */
function tuning(measure: string, layers: readonly LayerNumber[], control?: 'permuted' | 'random'): Table {
  const rows = layers.map(([median, lower, upper, nUnits, nDefined], i): Cell[] => [
    ...['net', i, `layer${i}`, 'conv2d', 'activation', false, measure],
    ...[median, lower, upper, nUnits, nDefined, null],
  ]);
  return withControlColumn({ name: 'tuning', title: 'Tuning', columns: tuningColumns, rows }, control);
}

function trends(...parts: readonly Table[]) {
  const [table] = depthTrends([{ ...parts[0]!, rows: parts.flatMap(({ rows }) => rows) }]);
  return records(table!);
}

/** Medians with quartiles ± spread over 100 units. */
const units = (medians: readonly number[], spread = 0.1) =>
  medians.map((m): LayerNumber => [m, m - spread, m + spread, 100, 100]);

describe('depthTrends', () => {
  it('by hand: thirds, their errors and the rank correlation', () => {
    const [row] = trends(tuning('c50', units([0.1, 0.3, 0.2, 0.4, 0.6, 0.8])));
    // Each median has the error 1.25/1.35 · 0.2/10; two of them in each third.
    const half = (1.96 * (((1.25 / 1.35) * 0.2) / 10) * Math.SQRT2) / Math.SQRT2;
    expect(row).toMatchObject({ n_layers: 6, interval_from: 'units', beyond_controls: null, control: null });
    expect(row!.early).toBeCloseTo(0.2, 12);
    expect(row!.late).toBeCloseTo(0.7, 12);
    expect(row!.rise_lower).toBeCloseTo(0.5 - half, 12);
    expect(row!.rise_upper).toBeCloseTo(0.5 + half, 12);
    // 1 − 6 · 2 / (6 · 35)
    expect(row!.rank_correlation).toBeCloseTo(1 - 12 / 210, 12);
  });

  it('a share of yes has the error of a proportion, a layer with one number that of its third', () => {
    const share = (p: number): LayerNumber => [p, Number.NaN, Number.NaN, 50, 50];
    const [yes] = trends(tuning('prefers_complex', [0.5, 0.5, 0.5, 0.5, 0.5, 0.5].map(share)));
    expect(yes!.rise_upper).toBeCloseTo((1.96 * Math.sqrt((4 * 0.25) / 50)) / 2, 12);
    const one = (value: number): LayerNumber => [value, Number.NaN, Number.NaN, null, 1];
    const [layers] = trends(tuning('effective_share', [1, 0.8, 0.5, 0.5, 0.4, 0.2].map(one)));
    // Variance of a pair is half the square of its difference.
    expect(layers).toMatchObject({ interval_from: 'layers' });
    expect(layers!.rise_upper).toBeCloseTo(-0.6 + 1.96 * Math.sqrt(0.02 / 2 + 0.02 / 2), 12);
  });

  it('rises beyond its controls, or not beyond one of them', () => {
    const rising = tuning('c50', units([0, 0, 0, 1, 1, 1]));
    const flat = tuning('c50', units([0, 0, 0, 0, 0, 0]), 'permuted');
    const asMuch = tuning('c50', units([0, 0, 0, 1, 1, 1]), 'random');
    expect(trends(rising, flat)[0]!.beyond_controls).toBe('rises');
    const rows = trends(rising, flat, asMuch);
    expect(rows.map(({ control, beyond_controls }) => [control, beyond_controls])).toEqual([
      [null, 'no'],
      ['permuted', null],
      ['random', null],
    ]);
    expect(rows.map(({ over_control }) => over_control)).toEqual([null, 1, 0]);
    expect(trends(tuning('c50', units([1, 1, 1, 0, 0, 0])), flat)[0]!.beyond_controls).toBe('falls');
  });

  it('two networks of the same distribution differ by chance alone', () => {
    const random = createRandom(3);
    const noise = () =>
      units(
        Array.from({ length: 12 }, () => (0.1 * random.normal() * 1.25) / 10),
        0.0674,
      );
    const found = Array.from({ length: 200 }, () => trends(tuning('c50', noise()), tuning('c50', noise(), 'permuted'))[0]!);
    // Both the rise and what it has over the control must leave out 0 on one side: seldomer than one of them, 5 %.
    expect(found.filter(({ beyond_controls }) => beyond_controls !== 'no').length).toBeLessThan(10);
  });

  it('does not depend on the order of rows, and a scale of the measure scales it', () => {
    const numbers = units([0.1, 0.3, 0.2, 0.4, 0.6, 0.8]);
    const table = tuning('c50', numbers);
    expect(trends({ ...table, rows: table.rows.toReversed() })).toEqual(trends(table));
    const scaled = trends(
      tuning(
        'c50',
        numbers.map(([m, l, u, n, d]): LayerNumber => [4 * m, 4 * l, 4 * u, n, d]),
      ),
    )[0]!;
    expect(scaled.rise_lower).toBeCloseTo(4 * (trends(table)[0]!.rise_lower as number), 12);
  });

  it('fewer than six layers, undefined ones, angles, and no table at all', () => {
    const undefinedLayer: LayerNumber = [Number.NaN, Number.NaN, Number.NaN, 100, 0];
    const ofFourUnits: LayerNumber = [6, 6, 6, 100, 4];
    const [few] = trends(tuning('c50', [...units([1, 2, 3, 4, 5]), undefinedLayer, ofFourUnits]));
    expect(few).toMatchObject({ n_layers: 5, rise: Number.NaN, beyond_controls: null, interval_from: null });
    expect(trends(tuning('preferred_orientation_deg', units([0, 10, 20, 30, 40, 50])))).toEqual([]);
    expect(depthTrends([])).toEqual([]);
  });
});
