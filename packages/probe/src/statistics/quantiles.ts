/**
 * @file Quantiles from exact counts on a logarithmic grid of a float's bits. The counting is done by f32_log_histograms; this
 * turns counts into quantiles. Counts are whole numbers: the same for any order of merging.
 */
import type { LogGrid } from '@ventral/kernels';

/** Largest relative error of a quantile inside the grid: a bin [lo, hi) is answered by 2·lo·hi / (lo + hi). */
export function relativeError(grid: LogGrid): number {
  return 1 / ((2 << grid.mantissaBits) + 1);
}

/** Lower edges of the bins of magnitudes, and the upper edge of the last: floats whose bits are the grid's own steps. */
function edges({ mantissaBits, minExponent, nBins }: LogGrid): Float32Array {
  const first = (minExponent + 127) << mantissaBits;
  return new Float32Array(Uint32Array.from({ length: nBins + 1 }, (_, bin) => (first + bin) << (23 - mantissaBits)).buffer);
}

/**
 * Quantiles by the inverse distribution function: the smallest value with at least a share q of the values at or below it
 * (Hyndman & Fan 1996, type 1, doi:10.1080/00031305.1996.10473566), known to within its bin.
 *
 * @param counts the grid's counters from `at` on; NaN values are left out
 * @param range smallest and largest value counted: no answer lies outside
 * @returns one number per q; NaN where nothing was counted
 */
export function quantiles(
  counts: Float64Array,
  at: number,
  grid: LogGrid,
  qs: readonly number[],
  range: { readonly min: number; readonly max: number },
): number[] {
  const { nBins, nZeros } = grid;
  const edge = edges(grid);
  // Ascending values: negative bins from the largest magnitude, zero, positive bins.
  const countAt = (rank: number) => {
    if (rank === nBins) return counts.subarray(at, at + nZeros).reduce((a, b) => a + b);
    return counts[at + nZeros + (rank < nBins ? 2 * nBins - 1 - rank : rank - nBins - 1)]!;
  };
  let n = 0;
  for (let rank = 0; rank <= 2 * nBins; rank++) n += countAt(rank);
  const valueAt = (rank: number) => {
    if (rank === nBins) return 0;
    const bin = rank < nBins ? nBins - 1 - rank : rank - nBins - 1;
    const lo = edge[bin]!;
    const hi = edge[bin + 1]!;
    return ((rank < nBins ? -2 : 2) * lo * hi) / (lo + hi);
  };
  return qs.map((q) => {
    if (n === 0) return Number.NaN;
    const wanted = Math.max(1, Math.ceil(q * n));
    let seen = 0;
    for (let rank = 0; rank <= 2 * nBins; rank++) {
      seen += countAt(rank);
      if (seen >= wanted) return Math.min(Math.max(valueAt(rank), range.min), range.max);
    }
    return range.max;
  });
}
