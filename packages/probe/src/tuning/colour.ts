/** @file Colour against luminance: how much a unit prefers equiluminant patterns to luminance patterns of equal cone contrast. */
import { whyUndefined } from './undefined.ts';

export type ColourClass = 'luminance' | 'colour-luminance' | 'colour';

export interface ColourPreference {
  /** Largest |response| to equiluminant patterns over the largest to luminance patterns; Infinity if only colour drives it. */
  readonly index: number;
  /** `luminance` below 0.5, `colour-luminance` from 0.5 to 2, `colour` above 2; null where the index is not defined. */
  readonly colourClass: ColourClass | null;
  readonly note: string | null;
}

/**
 * Opponency index max |equiluminant| / max |luminance| and its class. Unchanged by a scale of the responses.
 *
 * @param equiluminant responses above blank, of either sign
 * @param luminance responses above blank, at the same RMS cone contrast
 * @returns NaN and a note where a unit answers neither, or a response is not a number.
 * @see Johnson, Hawken & Shapley 2001, doi:10.1038/86061, for the index and its classes.
 */
export function colourPreference(equiluminant: ArrayLike<number>, luminance: ArrayLike<number>): ColourPreference {
  const size = (responses: ArrayLike<number>) => Array.from(responses, Math.abs);
  const note = whyUndefined([...size(equiluminant), ...size(luminance)]);
  if (note !== null) return { index: Number.NaN, colourClass: null, note };
  const index = Math.max(0, ...size(equiluminant)) / Math.max(0, ...size(luminance));
  return { index, colourClass: index < 0.5 ? 'luminance' : index > 2 ? 'colour' : 'colour-luminance', note };
}
