/**
 * @file Responses over the phases of a grating: mean F0 and first harmonic F1, and which stimulus and which of the two a unit
 * prefers. F1/F0 tells simple from complex cells.
 */
import { InputError } from '@ventral/core';
import { direction } from '@ventral/stimuli';
import { indexOfLargest, whyUndefined } from './undefined.ts';

/** One number per stimulus. */
export interface Harmonics {
  /** Mean over phases. */
  readonly f0: Float64Array;
  /** Amplitude of the first harmonic: 2 |Σ r e^(−2πit/n)| / n. A sine of amplitude a has F1 = a. */
  readonly f1: Float64Array;
}

/**
 * F0 and F1 of each stimulus.
 *
 * @param responses [stimuli × phases], phases innermost, 360°/nPhases apart
 * @param nPhases at least 3
 * @throws InputError `harmonics: needs responses to at least 3 phases of each stimulus, got 17 responses for 8 phases.`
 */
export function harmonics(responses: ArrayLike<number>, nPhases: number): Harmonics {
  const nStimuli = responses.length / nPhases;
  if (!(nPhases >= 3) || !Number.isInteger(nStimuli) || nStimuli < 1) {
    throw new InputError(
      `harmonics: needs responses to at least 3 phases of each stimulus, got ${responses.length} responses for ${nPhases} phases.`,
    );
  }
  const turns = Array.from({ length: nPhases }, (_, phase) => direction((360 * phase) / nPhases));
  const f0 = new Float64Array(nStimuli);
  const f1 = new Float64Array(nStimuli);
  for (let stimulus = 0; stimulus < nStimuli; stimulus++) {
    let [sum, real, imaginary] = [0, 0, 0];
    for (const [phase, [cos, sin]] of turns.entries()) {
      const response = responses[stimulus * nPhases + phase]!;
      sum += response;
      real += response * cos;
      imaginary += response * sin;
    }
    f0[stimulus] = sum / nPhases;
    f1[stimulus] = (2 * Math.sqrt(real * real + imaginary * imaginary)) / nPhases;
  }
  return { f0, f1 };
}

/**
 * F1/F0 at the stimulus of the largest F0: 0 = the same at every phase, above 1 = simple cell; a half-wave rectified sine over
 * many phases gives π/2.
 *
 * @returns NaN and a note where no stimulus has an F0 above 0, or a response is not a number.
 * @see Skottun et al. 1991, Vision Res 31:1079; Ringach, Shapley & Hawken 2002, J Neurosci 22:5639.
 */
export function modulationRatio({ f0, f1 }: Harmonics): {
  readonly value: number;
  readonly stimulusIndex: number;
  readonly note: string | null;
} {
  const note = whyUndefined(f0);
  const stimulusIndex = indexOfLargest(f0);
  return { value: note === null ? f1[stimulusIndex]! / f0[stimulusIndex]! : Number.NaN, stimulusIndex, note };
}

/**
 * The stimulus and component a unit prefers: the largest of F0 − blank and F1 over all stimuli, the first of several, F0 before
 * F1. Curves over size and spatial frequency are then read off this component (De Valois 1982, Cavanaugh 2002 as in Marques
 * et al. 2021).
 *
 * @param blank response to the grey screen
 */
export function preferredComponent(
  { f0, f1 }: Harmonics,
  blank: number,
): {
  readonly stimulusIndex: number;
  readonly component: 'f0' | 'f1';
  /** F0 − blank, or F1, of every stimulus. */
  readonly responses: Float64Array;
} {
  const aboveBlank = f0.map((mean) => mean - blank);
  const [byMean, byHarmonic] = [indexOfLargest(aboveBlank), indexOfLargest(f1)];
  const [mean, harmonic] = [aboveBlank[byMean]!, f1[byHarmonic]!];
  return mean > harmonic || (mean === harmonic && byMean <= byHarmonic)
    ? { stimulusIndex: byMean, component: 'f0', responses: aboveBlank }
    : { stimulusIndex: byHarmonic, component: 'f1', responses: f1 };
}
