/**
 * @file How seldom and how strongly something responds: sparseness, and the share of images above half of the peak.
 */

/**
 * Sparseness S = (1 − a) / (1 − 1/N) with a = mean(r)² / mean(r²): 0 for N equal responses, 1 for a single one (Vinje &
 * Gallant 2000, doi:10.1126/science.287.5456.1273; a is the activity fraction of Rolls & Tovee 1995, which runs the other way).
 * A half-rectified Gaussian gives 1 − 1/π, an exponential 1/2. Lifetime: one unit over N images; population: N units, one image.
 *
 * @param sum Σ r, r ≥ 0
 * @param sumSquares Σ r²
 * @returns NaN if nothing responds or N < 2.
 */
export function sparseness(sum: number, sumSquares: number, n: number): number {
  if (n < 2 || !(sumSquares > 0)) return Number.NaN;
  return (1 - (sum * sum) / (n * sumSquares)) / (1 - 1 / n);
}

/** Bins an octave of a unit's histogram of responses below its peak: 2^5. */
export const windowBits = 5;
/** Bins of the window: from the one that half the peak falls into to the peak's own. */
export const windowBins = (1 << windowBits) + 1;

/**
 * How many responses are at least half of the largest, from the window of f32_unit_responses (its last bin holds the peak).
 * Exact but for the bin that half the peak falls into, which is shared out as if its responses were spread evenly: the error
 * is at most that bin's count.
 */
export function countAboveHalfPeak(window: Uint32Array, at: number, peak: number): number {
  let count = 0;
  for (let i = 1; i < windowBins; i++) count += window[at + i]!;
  // A bin is an even stretch of the mantissa, and half the peak lies as far into its bin as the peak does into its own.
  const below = (new Uint32Array(Float32Array.of(peak).buffer)[0]! & (binStep - 1)) / binStep;
  return count + window[at]! * (1 - below);
}

/** Floats of one exponent in one bin. */
const binStep = 1 << (23 - windowBits);

/**
 * Joins two sets of windows: counts move down by as many bins as the tops differ. Whole numbers, and what falls out lies
 * below half of the larger peak: the same for any order. `tops` −1 is a unit that never responded.
 */
export function mergeWindows(
  a: { readonly windows: Uint32Array; readonly tops: Int32Array },
  b: { readonly windows: Uint32Array; readonly tops: Int32Array },
): { windows: Uint32Array; tops: Int32Array } {
  const tops = a.tops.map((top, unit) => Math.max(top, b.tops[unit]!));
  const windows = new Uint32Array(a.windows.length);
  for (const part of [a, b]) {
    for (const [unit, top] of part.tops.entries()) {
      const shift = tops[unit]! - top;
      for (let i = shift; i < windowBins; i++) windows[unit * windowBins + i - shift]! += part.windows[unit * windowBins + i]!;
    }
  }
  return { windows, tops };
}
