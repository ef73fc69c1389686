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

function gap(measure: string, end: number, next: number): Error {
  return new Error(`cellHistogram "${measure}": bins must follow each other, got an edge at ${end} and one at ${next}.`);
}
