/**
 * @file Moments of a stream of values: count, mean, central power sums. How two parts join, and what a table says of them.
 * The sums themselves are made by the kernel f32_moments, in the same layout.
 */

/** Numbers of one channel in a block of moments: count, mean, M2, M3, M4, min, max, count of values > 0 (as f32_moments). */
export const momentSlots = 8;

/** Joins the moments of the values behind `right` to those in `left`, in place. Both [channels × 8] float64. */
export function mergeMoments(left: Float64Array, right: Float64Array): void {
  for (let at = 0; at < left.length; at += momentSlots) joinMoments(left, at, right, at);
}

/**
 * One block joined to another by the pairwise formulas of Pébay (2008), SAND2008-6212, doi:10.2172/1028931, eqs. 3.1:
 * exact in real arithmetic, so only rounding depends on the order. A part without values changes nothing.
 */
export function joinMoments(left: Float64Array, a: number, right: Float64Array, b: number): void {
  const na = left[a]!;
  const nb = right[b]!;
  if (nb === 0) return;
  if (na === 0) {
    left.set(right.subarray(b, b + momentSlots), a);
    return;
  }
  const n = na + nb;
  const [meanA, m2a, m3a, m4a] = [left[a + 1]!, left[a + 2]!, left[a + 3]!, left[a + 4]!];
  const [meanB, m2b, m3b, m4b] = [right[b + 1]!, right[b + 2]!, right[b + 3]!, right[b + 4]!];
  const d = meanB - meanA;
  const r = d / n;
  const ra = na * r;
  const rb = nb * r;
  left[a] = n;
  left[a + 1] = meanA + rb;
  left[a + 2] = m2a + m2b + ra * nb * d;
  left[a + 3] = m3a + m3b + ra * nb * d * (ra - rb) + 3 * (ra * m2b - rb * m2a);
  left[a + 4] =
    m4a + m4b + ra * nb * d * (ra * ra - ra * rb + rb * rb) + 6 * (ra * ra * m2b + rb * rb * m2a) + 4 * (ra * m3b - rb * m3a);
  left[a + 5] = Math.min(left[a + 5]!, right[b + 5]!);
  left[a + 6] = Math.max(left[a + 6]!, right[b + 6]!);
  left[a + 7] = left[a + 7]! + right[b + 7]!;
}

/** Moments of all channels together: joined in the order of the channels. */
export function pooledMoments(moments: Float64Array): Float64Array {
  const all = new Float64Array(momentSlots);
  for (let at = 0; at < moments.length; at += momentSlots) joinMoments(all, 0, moments, at);
  return all;
}

export interface MomentSummary {
  readonly n: number;
  readonly mean: number;
  /** Population standard deviation (÷ n). */
  readonly sd: number;
  readonly min: number;
  readonly max: number;
  /** g1 = √n · M3 / M2^1.5; NaN where all values are equal. */
  readonly skewness: number;
  /** Excess: n · M4 / M2² − 3 (0 for a Gaussian; SciPy's default); NaN where all values are equal. */
  readonly kurtosis: number;
  /** Share of values above 0. */
  readonly fractionActive: number;
}

/** What a table says of one block of moments; all NaN without values, and wherever a NaN was among them. */
export function summarizeMoments(moments: Float64Array, at = 0): MomentSummary {
  const [n, mean, m2, m3, m4, min, max, nPositive] = moments.subarray(at, at + momentSlots) as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const hole = n === 0 || Number.isNaN(mean) ? Number.NaN : 0;
  const varies = m2 > 0;
  return {
    n,
    mean: mean + hole,
    sd: Math.sqrt(m2 / n) + hole,
    min: min + hole,
    max: max + hole,
    skewness: varies ? (Math.sqrt(n) * m3) / (m2 * Math.sqrt(m2)) : Number.NaN,
    kurtosis: varies ? (n * m4) / (m2 * m2) - 3 : Number.NaN,
    fractionActive: nPositive / n + hole,
  };
}
