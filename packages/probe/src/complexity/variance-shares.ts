/** @file How much of a unit's variance over Gaussian pictures is linear in them, and how much one Gabor-energy model explains. */
import type { Random } from '@ventral/core';
import { indexOfLargest } from '../tuning/undefined.ts';

/**
 * What is known of one unit: its response to n pictures, in order, in equal blocks; and for each block b the mean w_b of some of
 * the gradients at that block's pictures.
 */
export interface UnitSamples {
  /** y of each picture. */
  readonly responses: Float64Array;
  /** w_bᵀ s_n, [n, blocks]: what the gradients of block b make of picture n's deviation from the mean. */
  readonly projections: Float64Array;
  /** w_aᵀ Σ w_b, [blocks, blocks]. */
  readonly gram: Float64Array;
}

/** A share of the variance, as a rule 0…1: an estimate without bias may lie a little outside; NaN if there is no variance. */
export interface Share {
  readonly value: number;
  /** 95 % interval. */
  readonly lower: number;
  readonly upper: number;
}

export interface VarianceShares {
  readonly linear: Share;
  readonly energy: Share;
  /** Why they are NaN. */
  readonly note: string | null;
}

const nResamples = 200;

/** Standard deviation over mean below which a response is constant: what is left is rounding, 6e-8 a step. */
const leastVariation = 1e-6;

/**
 * **Linear share.** Over Gaussian pictures s ~ N(0, Σ) the linear map nearest to y has the weights w = E[∂y/∂s] (Stein 1981,
 * doi:10.1214/aos/1176345632), whatever the number of pixels, and explains wᵀ Σ w / Var(y). L = mean of w_aᵀ Σ w_b over pairs of
 * different blocks, so that the noise of one block's gradients never meets itself. Var(y) = L + Var(y − wᵀs), which is 0 without
 * error for a linear unit: with residuals e = y − vᵀs, v the mean of the *other* blocks' w, Var(e) + 2L − vᵀ Σ v estimates it
 * without bias.
 *
 * **Energy share.** What y = a + b · energy of one Gabor pair explains. The pair that correlates most with the residuals over one
 * half of the pictures is judged on the other, by the squared correlation less what chance gives, 1 − (1 − r²)(n − 1)/(n − 2);
 * mean of both directions. An energy is an even function of s and uncorrelated with any linear one, so that the residuals lose
 * nothing, and both shares add up to that of linear and energy model together.
 *
 * Intervals: 2.5 to 97.5 % of 200 bootstrap samples of blocks, as many from each half (Efron & Tibshirani 1993, An Introduction
 * to the Bootstrap, chapter 13); pairs of one block with itself are left out there, too.
 *
 * @param energies of each pair of a bank, in each picture
 */
export function varianceShares(samples: UnitSamples, energies: readonly Float64Array[], random: Random): VarianceShares {
  const nBlocks = Math.sqrt(samples.gram.length);
  const once = new Float64Array(nBlocks).fill(1);
  const { residuals, variance } = linearPart(samples, once);
  const note = whyNone(samples.responses, variance);
  if (note !== null) return { linear: noShare, energy: noShare, note };
  const halves = (times: Float64Array) => [0, 1].map((half) => countsOf(times, half, residuals.length));
  const [first, second] = halves(once).map((counts) => bestFit(residuals, energies, counts));
  const shares = (times: Float64Array) => {
    const part = linearPart(samples, times);
    const [even, odd] = halves(times);
    const fit = (fitOf(part.residuals, second!, even!) + fitOf(part.residuals, first!, odd!)) / 2;
    return [part.linearVariance / part.variance, (fit * part.residualVariance) / part.variance];
  };
  const resampled = Array.from({ length: nResamples }, () => {
    const times = new Float64Array(nBlocks);
    for (let draw = 0; draw < nBlocks; draw++) times[2 * random.integer(nBlocks / 2) + (draw % 2)]!++;
    return shares(times);
  });
  const [linear, energy] = shares(once).map((value, i): Share => {
    const sorted = Float64Array.from(resampled, (both) => both[i]!).sort();
    return { value, lower: sorted[Math.floor(0.025 * nResamples)]!, upper: sorted[Math.ceil(0.975 * nResamples) - 1]! };
  });
  return { linear: linear!, energy: energy!, note: null };
}

const noShare: Share = { value: Number.NaN, lower: Number.NaN, upper: Number.NaN };

function whyNone(responses: Float64Array, variance: number): string | null {
  if (!Number.isFinite(variance)) return 'a gradient is not a number';
  const mean = responses.reduce((sum, response) => sum + response, 0) / responses.length;
  return Math.sqrt(variance) > leastVariation * Math.abs(mean) ? null : 'the response does not vary from picture to picture';
}

/** @param times how often each block counts */
function linearPart({ responses, projections, gram }: UnitSamples, times: Float64Array) {
  const nBlocks = times.length;
  const perBlock = responses.length / nBlocks;
  const total = times.reduce((sum, n) => sum + n, 0);
  const residuals = new Float64Array(responses.length);
  let [linearVariance, ofOthers, sum, squares] = [0, 0, 0, 0];
  for (let block = 0; block < nBlocks; block++) {
    if (times[block] === 0) continue;
    const others = times.map((n, b) => (b === block ? 0 : n / (total - times[block]!)));
    let [withOthers, amongOthers] = [0, 0];
    for (let a = 0; a < nBlocks; a++) {
      withOthers += others[a]! * gram[block * nBlocks + a]!;
      for (let b = 0; b < nBlocks; b++) amongOthers += others[a]! * others[b]! * gram[a * nBlocks + b]!;
    }
    linearVariance += (times[block]! * withOthers) / total;
    ofOthers += (times[block]! * amongOthers) / total;
    for (let n = block * perBlock; n < (block + 1) * perBlock; n++) {
      let predicted = 0;
      for (let b = 0; b < nBlocks; b++) predicted += others[b]! * projections[n * nBlocks + b]!;
      residuals[n] = responses[n]! - predicted;
      sum += times[block]! * residuals[n]!;
    }
  }
  const nCounted = total * perBlock;
  for (const [n, residual] of residuals.entries()) squares += times[Math.floor(n / perBlock)]! * (residual - sum / nCounted) ** 2;
  const residualVariance = squares / (nCounted - 1);
  return { residuals, linearVariance, residualVariance, variance: residualVariance + 2 * linearVariance - ofOthers };
}

/** How often each picture counts: those of the even blocks (half 0) or of the odd ones, of the other half not at all. */
function countsOf(times: Float64Array, half: number, nPictures: number): Float64Array {
  const perBlock = nPictures / times.length;
  return Float64Array.from({ length: nPictures }, (_, n) => {
    const block = Math.floor(n / perBlock);
    return block % 2 === half ? times[block]! : 0;
  });
}

/** The energy of a bank that correlates most with the residuals, either way. */
function bestFit(residuals: Float64Array, energies: readonly Float64Array[], counts: Float64Array): Float64Array {
  return energies[indexOfLargest(energies.map((energy) => fitOf(residuals, energy, counts)))]!;
}

/** Squared correlation less what chance gives; 0 where either does not vary. */
function fitOf(a: Float64Array, b: Float64Array, counts: Float64Array): number {
  let [n, sumA, sumB] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    n += counts[i]!;
    sumA += counts[i]! * a[i]!;
    sumB += counts[i]! * b[i]!;
  }
  let [aa, bb, ab] = [0, 0, 0];
  for (let i = 0; i < counts.length; i++) {
    const fromA = a[i]! - sumA / n;
    const fromB = b[i]! - sumB / n;
    aa += counts[i]! * fromA * fromA;
    bb += counts[i]! * fromB * fromB;
    ab += counts[i]! * fromA * fromB;
  }
  return aa > 0 && bb > 0 ? 1 - ((1 - (ab * ab) / (aa * bb)) * (n - 1)) / (n - 2) : 0;
}
