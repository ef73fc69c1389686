import { cortexFiles } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { cellHistogram, gaborShapeHistogram } from './histograms.ts';
import { readMeasurements } from './measurements.ts';

const all = readMeasurements(cortexFiles());

describe('histograms of cells', () => {
  // Counts as in the property data of Marques, Schrimpf & DiCarlo 2021.
  test.each([
    ['preferred_orientation_histogram_count', [-22.5, 22.5, 67.5, 112.5, 157.5], [110, 83, 100, 92]],
    [
      'peak_spatial_frequency_histogram_count',
      [0.35, 0.5, 0.7, 1, 1.4, 2, 2.8, 4, 5.6, 8, 11.2, 16, 22.4],
      [3, 10, 15, 31, 57, 62, 67, 63, 31, 15, 5, 4],
    ],
    ['sf_bandwidth_index_histogram_count', [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100], [0, 3, 4, 16, 22, 16, 9, 3, 0, 0]],
    [
      'surround_suppression_index_histogram_count',
      [0, 0.2, 0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6, 1.8, 2],
      [66, 44, 38, 23, 16, 3, 0, 0, 0, 0],
    ],
    [
      'grating_summation_field_diameter_histogram_count',
      [0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16],
      [0, 9, 30, 55, 42, 10, 2, 0],
    ],
    ['surround_diameter_histogram_count', [0.0625, 0.125, 0.25, 0.5, 1, 2, 4, 8, 16], [0, 0, 2, 20, 33, 49, 40, 4]],
    ['surround_to_summation_ratio_histogram_count', [1, 2, 4, 8, 16, 32], [69, 38, 31, 10, 0]],
  ])('%s', (measure, edges, counts) => {
    expect(cellHistogram(all, measure)).toMatchObject({ edges, counts });
  });

  test('every histogram of data/cortex has bins without gaps and a source', () => {
    const measures = new Set(all.filter((row) => row.rangeKind === 'bin-edges').map(({ measure }) => measure));
    expect(measures.size).toBe(15);
    for (const measure of measures) expect(cellHistogram(all, measure)!.citations).toHaveLength(1);
  });

  // The median printed beside a histogram lies in the bin that half of its cells reach.
  test.each([
    ['surround_suppression_index', 'surround_suppression_index_histogram_count'],
    ['grating_summation_field_diameter', 'grating_summation_field_diameter_histogram_count'],
    ['surround_diameter', 'surround_diameter_histogram_count'],
    ['surround_to_summation_ratio', 'surround_to_summation_ratio_histogram_count'],
    ['sf_bandwidth_index', 'sf_bandwidth_index_histogram_count'],
  ])('the median of %s lies in the middle bin', (measure, counts) => {
    const { value } = all.find((row) => row.measure === measure && row.statistic === 'median')!;
    const histogram = cellHistogram(all, counts)!;
    const half = histogram.counts.reduce((a, b) => a + b) / 2;
    let seen = 0;
    const bin = histogram.counts.findIndex((count) => {
      seen += count;
      return seen >= half;
    });
    expect(value).toBeGreaterThanOrEqual(histogram.edges[bin]!);
    expect(value).toBeLessThanOrEqual(histogram.edges[bin + 1]!);
  });

  test('does not depend on the order of rows; an unknown measure has none; a gap is refused', () => {
    const measure = 'sf_bandwidth_index_histogram_count';
    expect(cellHistogram([...all].reverse(), measure)).toEqual(cellHistogram(all, measure));
    expect(cellHistogram(all, 'latency_histogram_count')).toBeNull();
    const gapped = all.filter((row) => !(row.measure === measure && row.low === 30));
    expect(() => cellHistogram(gapped, measure)).toThrow(
      'cellHistogram "sf_bandwidth_index_histogram_count": bins must follow each other, got an edge at 30 and one at 40.',
    );
  });
});

describe('nx and ny of cells', () => {
  const histogram = gaborShapeHistogram(all)!;

  test('79 cells in five by five bins, evenly spaced by their logarithm from 0.1 to 10^0.2', () => {
    // As in VOneNet's parameters (Dapello et al. 2020), which quote Ringach 2002.
    expect(histogram.counts).toEqual([
      [2, 0, 1, 0, 0],
      [8, 9, 4, 1, 0],
      [1, 2, 19, 17, 3],
      [0, 0, 1, 7, 4],
      [0, 0, 0, 0, 0],
    ]);
    for (const edges of histogram.edges) {
      expect(edges).toHaveLength(6);
      for (const [i, edge] of edges.entries()) expect(edge).toBeCloseTo(10 ** (-1 + 0.24 * i), 4);
    }
    expect(histogram.citations).toEqual(['Ringach 2002 J Neurophysiol 88:455']);
  });

  // Which way round the counts lie: the quartiles of each margin, between the edges of a bin by the logarithm.
  test.each([
    ['gabor_width_nx', 0],
    ['gabor_length_ny', 1],
  ] as const)('the quartiles of %s are those of its margin', (measure, axis) => {
    const { value, low, high } = all.find((row) => row.measure === measure)!;
    const edges = histogram.edges[axis];
    const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b);
    const rows = histogram.counts;
    const margin = axis === 0 ? rows.map(sum) : rows[0]!.map((_, j) => sum(rows.map((row) => row[j]!)));
    const quantile = (share: number) => {
      let left = 79 * share;
      const bin = margin.findIndex((n) => {
        if (n >= left) return true;
        left -= n;
        return false;
      });
      return edges[bin]! * (edges[bin + 1]! / edges[bin]!) ** (left / margin[bin]!);
    };
    expect(quantile(0.25)).toBeCloseTo(low!, 3);
    expect(quantile(0.5)).toBeCloseTo(value!, 3);
    expect(quantile(0.75)).toBeCloseTo(high!, 3);
  });

  test('cells that are missing in one of its rows are told', () => {
    expect(gaborShapeHistogram([])).toBeNull();
    const damaged = all.map((row) => (row.value === 19 && row.unit === 'cells' ? { ...row, value: 18 } : row));
    expect(() => gaborShapeHistogram(damaged)).toThrow(
      'gaborShapeHistogram: bin 3 of nx has 42 cells, but "gabor_length_ny_in_nx_bin_3_histogram_count" has 41.',
    );
  });
});
