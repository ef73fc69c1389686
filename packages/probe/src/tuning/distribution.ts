/**
 * @file How alike a layer's distribution of a property and the published one of cells are: a Kolmogorov–Smirnov score over the
 * bins of the published histogram. The histograms themselves are in data/cortex.
 */
import { InputError, type Random } from '@ventral/core';

/** Counts of a property's values. */
export interface Histogram {
  readonly counts: readonly number[];
  /** Values for which the property is not defined. */
  readonly nUndefined: number;
}

/**
 * Counts the values between edges: bin i holds edges[i] ≤ value < edges[i + 1], the last one its upper edge as well. Values
 * outside count in the end bins, NaN in none.
 *
 * @param edges ascending, one more than bins
 */
export function histogram(values: Iterable<number>, edges: readonly number[]): Histogram {
  const counts = new Array<number>(edges.length - 1).fill(0);
  const lowerEdges = edges.slice(0, -1);
  let nUndefined = 0;
  for (const value of values) {
    if (Number.isNaN(value)) nUndefined++;
    else
      counts[
        Math.max(
          0,
          lowerEdges.findLastIndex((edge) => edge <= value),
        )
      ]!++;
  }
  return { counts, nUndefined };
}

/**
 * 1 − KS(p, q) / KSmax: 1 for equal distributions. KS is the largest distance of the cumulative shares; KSmax the larger of its
 * values for all of p in the first bin and all of p in the last one, so that the worst match of *these* cells is 0 (it is not
 * symmetric in p and q). Unchanged by a scale of either.
 *
 * @param p counts of the network, q those of the cells, in the same bins
 * @returns NaN where either is empty
 * @see Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495.
 */
export function ksSimilarity(p: readonly number[], q: readonly number[]): number {
  if (p.length !== q.length) throw new InputError(`ksSimilarity: needs the same bins, got ${p.length} and ${q.length}.`);
  const [totalP, totalQ] = [p, q].map((counts) => counts.reduce((a, b) => a + b, 0)) as [number, number];
  let [shareP, shareQ, distance, first, last] = [0, 0, 0, 0, 0];
  for (const [bin, count] of p.entries()) {
    shareP += count / totalP;
    shareQ += q[bin]! / totalQ;
    distance = Math.max(distance, Math.abs(shareP - shareQ));
    first = Math.max(first, 1 - shareQ);
    if (bin < p.length - 1) last = Math.max(last, shareQ);
  }
  return 1 - distance / Math.max(first, last);
}

/** How well a layer's distribution matches that of cells. */
export interface DistributionScore {
  /** raw / ceiling. */
  readonly value: number;
  /** Mean similarity over the draws. */
  readonly raw: number;
  /** Mean similarity of draws of the cells' own distribution with itself: below 1 because there are so few cells. */
  readonly ceiling: number;
  /** Population standard deviation of the similarity over the draws. */
  readonly error: number;
  /** Units of the layer whose property is defined. */
  readonly n: number;
  readonly note: string | null;
}

/**
 * The score of the battery, for any number of layers: as many units as there are cells are drawn from the layer with replacement,
 * 1000 times, and each draw is compared with the cells by {@link ksSimilarity}. A unit without the property can be drawn, and then
 * counts in no bin. All layers are drawn by the same stream: equal layers have equal scores. Costs 1000 draws of n cells for each
 * layer, and as many once for the ceiling.
 *
 * @param cells counts of the published histogram
 * @returns of a layer: NaN and a note where no unit has the property, or more than a tenth of the draws have none that has.
 */
export function distributionScorer(cells: readonly number[], random: Random): (layer: Histogram) => DistributionScore {
  const ceiling = similarityOfDraws({ counts: cells, nUndefined: 0 }, cells, random.fork('ceiling')).mean;
  return (layer) => {
    const n = layer.counts.reduce((a, b) => a + b, 0);
    if (n === 0) return { value: Number.NaN, raw: Number.NaN, ceiling, error: Number.NaN, n, note: 'no unit has the property' };
    const { mean: raw, sd: error } = similarityOfDraws(layer, cells, random.fork('layer'));
    return { value: raw / ceiling, raw, ceiling, error, n, note: Number.isNaN(raw) ? 'too few units have the property' : null };
  };
}

const nDraws = 1000;

function similarityOfDraws(
  { counts, nUndefined }: Histogram,
  cells: readonly number[],
  random: Random,
): { mean: number; sd: number } {
  const nCells = cells.reduce((a, b) => a + b, 0);
  // The bin of each unit; those without the property stand at the end, in a bin that is not compared.
  const binOf = [...counts, nUndefined].flatMap((count, bin) => new Array<number>(count).fill(bin));
  if (binOf.length === 0 || nCells === 0) return { mean: Number.NaN, sd: Number.NaN };
  const similarities: number[] = [];
  for (let draw = 0; draw < nDraws; draw++) {
    const drawn = new Array<number>(counts.length + 1).fill(0);
    for (let cell = 0; cell < nCells; cell++) drawn[binOf[random.integer(binOf.length)]!]!++;
    const similarity = ksSimilarity(drawn.slice(0, -1), cells);
    if (!Number.isNaN(similarity)) similarities.push(similarity);
  }
  if (similarities.length < nDraws * 0.9) return { mean: Number.NaN, sd: Number.NaN };
  const mean = similarities.reduce((a, b) => a + b, 0) / similarities.length;
  const variance = similarities.reduce((sum, s) => sum + (s - mean) * (s - mean), 0) / similarities.length;
  return { mean, sd: Math.sqrt(variance) };
}
