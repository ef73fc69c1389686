/** @file The probe of textures: whether a unit tells textures from noise of the same spectrum, and families from samples. */
import type { TuningProbe } from '../physiology/probes.ts';
import type { SetResponses } from '../physiology/responses.ts';
import { v1Rates } from '../tuning/rates.ts';
import { textureModulation, varianceRatio, varianceStabilised } from '../tuning/texture.ts';

/** A family counts if texture and noise together drive a unit above this share of what the best grating does. */
const leastShare = 0.1;

/** Spikes are counted over 100 ms. */
const countSeconds = 0.1;

/** Responses above blank to all samples of one kind, [families × samples], and the mean of each family's. */
function ofKind({ conditions, responses }: SetResponses, kind: string, blank: number) {
  const nSamples = responses.length / conditions.length;
  const families = conditions.flatMap(({ parameters }, i) => (parameters.kind === kind ? [i] : []));
  const samples = families.map((i) => responses.slice(i * nSamples, (i + 1) * nSamples).map((response) => response - blank));
  return {
    samples: samples.flatMap((some) => [...some]),
    means: samples.map((some) => Math.max(0, some.reduce((a, b) => a + b, 0) / nSamples)),
  };
}

export const textureProbe: TuningProbe = {
  name: 'texture',
  title: 'Naturalistic textures against noise',
  sets: ['textures', 'orientation'],
  measures: [
    {
      name: 'texture_modulation',
      type: 'number',
      description:
        'Mean over families of (T − N) / (T + N): texture against noise of its spectrum, above blank, apertures of 1.25 fields or more; families where T + N is below 10 % of the best grating left out.',
    },
    {
      name: 'texture_variance_ratio',
      type: 'number',
      description:
        'Variance between families over that between samples of one, each of its share + 0.02, of stabilised counts at 33.8 spikes/s for the best grating: above 1 a unit tells families apart.',
    },
  ],
  measure(unit) {
    const textures = unit.of('textures');
    const bestGrating = unit.of('orientation').responses.reduce((a, b) => Math.max(a, b)) - unit.blank;
    const naturalistic = ofKind(textures, 'naturalistic', unit.blank);
    const scrambled = ofKind(textures, 'scrambled', unit.blank);
    const nFamilies = naturalistic.means.length;
    const modulation = textureModulation(naturalistic.means, scrambled.means, Math.max(0, leastShare * bestGrating));
    if (modulation.note !== null) return { values: [Number.NaN, Number.NaN], note: modulation.note };
    // Counts need spikes: a unit's best grating is taken for what it is to the median cell of V1.
    const countOf = (response: number) => (Math.max(0, response) / bestGrating) * v1Rates.medianBest * countSeconds;
    const variance =
      bestGrating > 0
        ? varianceRatio(
            naturalistic.samples.map((response) => varianceStabilised(countOf(response))),
            nFamilies,
          )
        : { ratio: Number.NaN, note: 'no grating drives it' };
    const some = modulation.nFamilies < nFamilies ? `${modulation.nFamilies} of ${nFamilies} families drive it enough` : null;
    return { values: [modulation.value, variance.ratio], note: variance.note ?? some };
  },
};
