/**
 * @file Published histograms of single-cell properties, put together from their rows in data/cortex: one row a bin, its edges in
 * low and high, its count in value.
 */
import type { Measurement } from './measurements.ts';

/** How many cells of an area fall into each bin of a property. */
export interface CellHistogram {
  /** Ascending, one more than bins, in the property's unit. */
  readonly edges: readonly number[];
  readonly counts: readonly number[];
  /** Each source once, in the order of the rows. */
  readonly citations: readonly string[];
}

/**
 * The histogram of one measure. Rows of the same bin are added: cells of the fovea and of the parafovea, simple and complex.
 *
 * @param measure ends in `_histogram_count`, e.g. `preferred_orientation_histogram_count`
 * @returns null where no row has this measure
 * @throws if the bins do not follow each other without gaps: the rows are then no histogram.
 */
export function cellHistogram(measurements: readonly Measurement[], measure: string): CellHistogram | null {
  const rows = measurements.filter((row) => row.measure === measure && row.rangeKind === 'bin-edges');
  if (rows.length === 0) return null;
  const bins = new Map<number, { low: number; high: number; count: number }>();
  for (const row of rows) {
    const [low, high] = [row.low!, row.high!];
    const bin = bins.get(low) ?? { low, high, count: 0 };
    if (bin.high !== high) throw gap(measure, bin.high, high);
    bin.count += row.value!;
    bins.set(low, bin);
  }
  const sorted = [...bins.values()].sort((a, b) => a.low - b.low);
  for (const [i, { low }] of sorted.entries())
    if (i > 0 && low !== sorted[i - 1]!.high) throw gap(measure, sorted[i - 1]!.high, low);
  return {
    edges: [...sorted.map(({ low }) => low), sorted.at(-1)!.high],
    counts: sorted.map(({ count }) => count),
    citations: [...new Set(rows.map(({ citation }) => citation))],
  };
}

/**
 * A yes-or-no property as a histogram of two bins, no (0) and yes (1), from the row that says which share of n cells has it.
 *
 * @param measure e.g. `sf_selective`
 * @returns null where no row has this measure with its n
 */
export function cellShares(measurements: readonly Measurement[], measure: string): CellHistogram | null {
  const row = measurements.find((other) => other.measure === measure && other.statistic === 'fraction' && other.n !== null);
  if (!row) return null;
  const nWith = Math.round(row.value! * row.n!);
  return { edges: [0, 0.5, 1], counts: [row.n! - nWith, nWith], citations: [row.citation] };
}

/** How many cells of an area fall into each bin of two properties together. */
export interface JointHistogram {
  /** Ascending, one more than bins, in each property's unit. */
  readonly edges: readonly [first: readonly number[], second: readonly number[]];
  /** counts[i][j]: cells in bin i of the first property and bin j of the second. */
  readonly counts: readonly (readonly number[])[];
  /** Each source once, in the order of the rows. */
  readonly citations: readonly string[];
}

/**
 * The joint histogram of width and length of V1's simple-cell fields in cycles: Gaussian σ across (nx) and along the bars (ny)
 * times the preferred frequency, of Gabor fits (Ringach 2002, doi:10.1152/jn.2002.88.1.455). Its rows are the histogram of nx,
 * and one of ny for the cells of each bin of nx.
 *
 * @returns nx first, ny second; null where no row has these measures
 * @throws if the cells of a bin of nx are not as many as those in its histogram of ny.
 */
export function gaborShapeHistogram(measurements: readonly Measurement[]): JointHistogram | null {
  const widths = cellHistogram(measurements, 'gabor_width_nx_histogram_count');
  if (!widths) return null;
  const lengths = widths.counts.map((n, i) => {
    const measure = `gabor_length_ny_in_nx_bin_${i + 1}_histogram_count`;
    const ofBin = cellHistogram(measurements, measure);
    const nFound = ofBin?.counts.reduce((sum, count) => sum + count, 0);
    if (!ofBin || nFound !== n)
      throw new Error(`gaborShapeHistogram: bin ${i + 1} of nx has ${n} cells, but "${measure}" has ${nFound ?? 'no rows'}.`);
    return ofBin;
  });
  return {
    edges: [widths.edges, lengths[0]!.edges],
    counts: lengths.map(({ counts }) => counts),
    citations: [...new Set([widths, ...lengths].flatMap(({ citations }) => citations))],
  };
}

function gap(measure: string, end: number, next: number): Error {
  return new Error(`cellHistogram "${measure}": bins must follow each other, got an edge at ${end} and one at ${next}.`);
}
