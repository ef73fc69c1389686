/**
 * @file Responses to families of naturalistic textures and their spectrally matched noise: modulation, and how much of a unit's
 * variance lies between families. Sparseness over textures is the sparseness of statistics/sparseness.ts.
 */
import { InputError } from '@ventral/core';

export interface TextureModulation {
  /** Mean over the families that count of (T − N) / (T + N), −1 … 1. */
  readonly value: number;
  /** Families that count: T + N above the least sum. */
  readonly nFamilies: number;
  readonly note: string | null;
}

/**
 * Texture modulation index.
 *
 * @param texture response to each family of textures, mean over samples, above blank
 * @param noise the same for the noise matched to each
 * @param leastSum families with T + N at or below it are left out: a tenth of a unit's largest response to gratings, because an
 *   index of two responses near 0 says nothing. 0 leaves out what has no index between −1 and 1; −Infinity, as in the battery
 *   of Marques et al. 2021, only sums of 0
 * @returns NaN and a note if no family counts: `texture and noise drive it too little`, or a response is not a number.
 * @see Freeman, Ziemba, Heeger, Simoncelli & Movshon 2013, doi:10.1038/nn.3402.
 */
export function textureModulation(texture: ArrayLike<number>, noise: ArrayLike<number>, leastSum = 0): TextureModulation {
  if (texture.length !== noise.length) {
    throw new InputError(
      `textureModulation: needs texture and noise of the same families, got ${texture.length} and ${noise.length}.`,
    );
  }
  const families = Array.from(texture, (t, family) => ({ sum: t + noise[family]!, difference: t - noise[family]! }));
  if (families.some(({ sum }) => !Number.isFinite(sum))) {
    return { value: Number.NaN, nFamilies: 0, note: 'a response is not a number' };
  }
  const counted = families.filter(({ sum }) => sum > leastSum && sum !== 0);
  const total = counted.reduce((all, { sum, difference }) => all + difference / sum, 0);
  return {
    value: counted.length > 0 ? total / counted.length : Number.NaN,
    nFamilies: counted.length,
    note: counted.length > 0 ? null : 'texture and noise drive it too little',
  };
}

/**
 * √x + √(x + 1) of a count x ≥ 0: variance nearly independent of the mean (Freeman & Tukey 1950, Ann Math Stat 21:607).
 * A rate in spikes/s counts over the 100 ms after latency: x = rate / 10.
 */
export function varianceStabilised(count: number): number {
  return Math.sqrt(count) + Math.sqrt(count + 1);
}

export interface VarianceRatio {
  /** (family share + 0.02) / (sample share + 0.02). Above 1 = a unit tells families apart more than samples of one. */
  readonly ratio: number;
  /** Share of the variance that lies between families. Negative if families differ less than their samples would by chance. */
  readonly familyShare: number;
  /** Share between samples of one family. The two add to 1. */
  readonly sampleShare: number;
  readonly note: string | null;
}

/**
 * How a unit's variance over textures splits between and within families: nested analysis of variance with one response per
 * sample. Unchanged by a scale and a shift of the responses, and by the order of families and of samples.
 *
 * @param responses [families × samples], samples innermost, variance-stabilised counts
 * @returns NaN and a note where the responses do not vary or one is not a number.
 * @throws InputError `varianceRatio: needs at least 2 families of at least 2 samples, got 30 responses for 1 families.`
 * @see Ziemba, Freeman, Movshon & Simoncelli 2016, PNAS 113:E3140; as in Marques, Schrimpf & DiCarlo 2021,
 *   doi:10.1101/2021.03.01.433495.
 */
export function varianceRatio(responses: ArrayLike<number>, nFamilies: number): VarianceRatio {
  const nSamples = responses.length / nFamilies;
  if (!(nFamilies >= 2) || !Number.isInteger(nSamples) || nSamples < 2) {
    throw new InputError(
      `varianceRatio: needs at least 2 families of at least 2 samples, got ${responses.length} responses for ${nFamilies} families.`,
    );
  }
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const squares = (values: readonly number[]) => {
    const centre = mean(values);
    return values.reduce((sum, value) => sum + (value - centre) * (value - centre), 0);
  };
  const families = Array.from({ length: nFamilies }, (_, family) =>
    Array.from({ length: nSamples }, (_, sample) => responses[family * nSamples + sample]!),
  );
  const sampleMeanSquare = families.reduce((sum, family) => sum + squares(family), 0) / (nFamilies * (nSamples - 1));
  const familyMeanSquare = (nSamples * squares(families.map(mean))) / (nFamilies - 1);
  const family = (familyMeanSquare - sampleMeanSquare) / nSamples;
  const total = family + sampleMeanSquare;
  return {
    ratio: (family / total + 0.02) / (sampleMeanSquare / total + 0.02),
    familyShare: family / total,
    sampleShare: sampleMeanSquare / total,
    note: Number.isNaN(total) ? 'a response is not a number' : total > 0 ? null : 'same response to every texture',
  };
}
