/**
 * @file In how many directions responses vary. Dimensionality, not complexity; both estimates grow with the number of stimuli and
 * of units, so layers are compared at equal numbers of both.
 */
import { math } from '@ventral/kernels';

/**
 * Participation ratio (Σ λ)² / Σ λ² of the variances λ along the principal components: d if d of them are equal and the others 0.
 * From n stimuli of d equal variances it is about 1 / (1/d + 1/(n − 1)): of 123 directions 16.5 at n = 20, 115.9 at n = 2000. Not
 * changed by a scale, a shift or a rotation.
 *
 * No component is computed: both sums are those of the covariance matrix. Costs stimuli × units² / 2.
 *
 * @param responses [stimuli × units]
 * @returns NaN where nothing varies or a response is not a number
 * @see Gao et al. 2017, A theory of multineuronal dimensionality, dynamics and measurement, doi:10.1101/214262.
 */
export function participationRatio(responses: Float64Array, nStimuli: number): number {
  const nUnits = responses.length / nStimuli;
  const units = Array.from({ length: nUnits }, (_, unit) => {
    const values = Float64Array.from({ length: nStimuli }, (_, i) => responses[i * nUnits + unit]!);
    const mean = values.reduce((a, b) => a + b, 0) / nStimuli;
    return values.map((value) => value - mean);
  });
  let [trace, squares] = [0, 0];
  for (const [a, one] of units.entries()) {
    for (let b = 0; b <= a; b++) {
      const other = units[b]!;
      let covariance = 0;
      for (let i = 0; i < nStimuli; i++) covariance += one[i]! * other[i]!;
      if (a === b) trace += covariance;
      squares += (a === b ? 1 : 2) * covariance * covariance;
    }
  }
  return squares > 0 ? (trace * trace) / squares : Number.NaN;
}

/** Points with two distinct neighbours that an estimate needs. */
const leastPoints = 10;
/** Share of the points, by the ratio of their distances, that the line is fitted to: the largest ratios are the least regular. */
const keptShare = 0.9;

/**
 * Intrinsic dimension by the two nearest neighbours of each stimulus. If the density is even as far as the second, the ratio
 * μ = r₂ / r₁ ≥ 1 of their distances has the distribution F(μ) = 1 − μ^−d; d is the slope of −ln(1 − F) over ln μ through the
 * origin, over the nine tenths of the points with the smallest ratios, F being rank / n (Facco, d'Errico, Rodriguez & Laio 2017,
 * doi:10.1038/s41598-017-11873-y). Unlike the participation ratio it sees a bent surface as what it is; above about ten
 * dimensions it needs far more points than there are, and lies low. Not changed by a scale, a shift or a rotation.
 *
 * Stimuli with the same responses as another are left out. Costs stimuli² × units.
 *
 * @param responses [stimuli × units]
 * @returns NaN where fewer than ten stimuli are left, or a response is not a number
 */
export function twoNearestNeighbours(responses: Float64Array, nStimuli: number): number {
  const nUnits = responses.length / nStimuli;
  const ratios: number[] = [];
  for (let i = 0; i < nStimuli; i++) {
    let [first, second] = [Infinity, Infinity];
    for (let j = 0; j < nStimuli; j++) {
      if (i === j) continue;
      let square = 0;
      for (let u = 0; u < nUnits; u++) {
        const difference = responses[i * nUnits + u]! - responses[j * nUnits + u]!;
        square += difference * difference;
      }
      if (Number.isNaN(square)) return Number.NaN;
      if (square < first) [first, second] = [square, first];
      else if (square < second) second = square;
    }
    if (first > 0 && second < Infinity) ratios.push(math.log(second / first) / 2);
  }
  if (ratios.length < leastPoints) return Number.NaN;
  ratios.sort((a, b) => a - b);
  let [products, squares] = [0, 0];
  for (let k = 0; k < Math.floor(keptShare * ratios.length); k++) {
    products += -math.log(1 - (k + 1) / ratios.length) * ratios[k]!;
    squares += ratios[k]! * ratios[k]!;
  }
  return squares > 0 ? products / squares : Number.NaN;
}
