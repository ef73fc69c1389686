/**
 * @file Size tuning from the responses to grating patches of ascending diameter: how far a unit sums, how far its surround
 * reaches, how much it suppresses. Diameters in degrees or px: results come in the same unit.
 */
import { InputError } from '@ventral/core';
import { indexOfLargest, whyUndefined } from './undefined.ts';

/** Published degrees and rules to the letter, or degrees relative to each layer's field and rules that fit networks. */
export type BatteryMode = 'marques' | 'relative';

export interface SizeTuning {
  /** (peak − response at the largest diameter) / peak. 0 = no suppression, 1 = complete. */
  readonly suppressionIndex: number;
  /** Smallest diameter whose response reaches 95 % of the peak. */
  readonly summationFieldDiameter: number;
  /** Smallest diameter beyond the peak whose response is within 5 % of that at the largest diameter, or below it. */
  readonly surroundDiameter: number;
  /** Surround diameter over summation field. */
  readonly surroundRatio: number;
  readonly note: string | null;
}

/**
 * Every measure of one unit's size curve.
 *
 * In `marques` mode both diameters are empty unless the suppression index exceeds 0.1, as the published histograms have them.
 * A linear unit is never suppressed, so in `relative` mode the summation field has no such gate (a Gaussian unit's is 4.90 σ), and
 * the surround diameter is empty only where the peak lies at the largest diameter. A curve that still rises there gives the
 * largest diameter as its summation field: a lower bound.
 *
 * @param responses above blank, one per diameter
 * @param diameters ascending, at least 2
 * @returns NaN and a note where a measure is not defined: `no response above 0`, `suppression index not above 0.1`,
 *   `no surround: the largest patch drives it best`.
 * @throws InputError `sizeTuning: needs a response for each of at least 2 ascending diameters, got 2 responses and diameters 1.`
 * @see Cavanaugh, Bair & Movshon 2002, doi:10.1152/jn.00692.2001; as in Marques, Schrimpf & DiCarlo 2021,
 *   doi:10.1101/2021.03.01.433495.
 */
export function sizeTuning(responses: ArrayLike<number>, diameters: ArrayLike<number>, mode: BatteryMode): SizeTuning {
  const shown = Array.from(diameters);
  const curve = Array.from(responses);
  if (shown.length < 2 || curve.length !== shown.length || !shown.every((d, i) => i === 0 || d > shown[i - 1]!)) {
    throw new InputError(
      `sizeTuning: needs a response for each of at least 2 ascending diameters, got ${curve.length} responses and diameters ${shown.join(', ')}.`,
    );
  }
  const undefinedSizes = { summationFieldDiameter: Number.NaN, surroundDiameter: Number.NaN, surroundRatio: Number.NaN };
  const why = whyUndefined(curve);
  if (why !== null) return { suppressionIndex: Number.NaN, ...undefinedSizes, note: why };
  const peakIndex = indexOfLargest(curve);
  const peak = curve[peakIndex]!;
  const plateau = curve.at(-1)!;
  const suppressionIndex = (peak - plateau) / peak;
  if (mode === 'marques' && !(suppressionIndex > 0.1)) {
    return { suppressionIndex, ...undefinedSizes, note: 'suppression index not above 0.1' };
  }
  const summationFieldDiameter = shown[curve.findIndex((response) => response >= 0.95 * peak)]!;
  const ceiling = plateau + 0.05 * Math.abs(plateau);
  const surroundIndex = curve.findIndex((response, i) => i > peakIndex && response <= ceiling);
  const surroundDiameter = shown[surroundIndex] ?? Number.NaN;
  return {
    suppressionIndex,
    summationFieldDiameter,
    surroundDiameter,
    surroundRatio: surroundDiameter / summationFieldDiameter,
    note: surroundIndex < 0 ? 'no surround: the largest patch drives it best' : null,
  };
}
