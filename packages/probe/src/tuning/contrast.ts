/** @file The contrast response function: how a unit's response grows with contrast and where it saturates. */
import { InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { fitLeastSquares, fitLinear, type Model, varianceExplained } from './least-squares.ts';
import { whyUndefined } from './undefined.ts';

export interface ContrastResponse {
  /** Response without contrast. */
  readonly baseline: number;
  /** Rmax: growth from the baseline to saturation. */
  readonly growth: number;
  /** c50: contrast of half that growth. */
  readonly halfContrast: number;
  /** n: steepness. */
  readonly exponent: number;
  /** Share of the responses' variance that the fit explains. */
  readonly r2: number;
  readonly note: string | null;
}

/**
 * The least-squares fit of R(c) = b + Rmax · cⁿ / (cⁿ + c50ⁿ).
 *
 * b and Rmax enter linearly, so a grid over (c50, n) gives the start, from which all four are refined by Levenberg and
 * Marquardt. What the data do not settle is empty: c50 and Rmax if c50 lies outside the contrasts shown (a unit without
 * normalisation grows to the end), c50 and n if no contrast lies on the slope.
 *
 * @param responses one per contrast
 * @param contrasts 0 … 1, ascending, at least 5 of them above 0
 * @returns NaN and a note: `no response above 0`, `same response at every contrast`, `response falls with contrast`, `half of
 *   the growth lies outside the contrasts shown`, `no contrast lies on the slope`.
 * @throws InputError `contrastResponse: needs a response for each of at least 5 ascending contrasts above 0 (and 0, if shown),
 *   at most 1, got 3 responses and contrasts 0.1, 0.5, 1.`
 * @see Naka & Rushton 1966, doi:10.1113/jphysiol.1966.sp008001; Albrecht & Hamilton 1982, doi:10.1152/jn.1982.48.1.217.
 */
export function contrastResponse(responses: ArrayLike<number>, contrasts: ArrayLike<number>): ContrastResponse {
  const shown = Array.from(contrasts);
  const positive = shown.filter((contrast) => contrast > 0);
  if (
    positive.length < 5 ||
    responses.length !== shown.length ||
    !shown.every((c, i) => c >= 0 && c <= 1 && (i === 0 || c > shown[i - 1]!))
  ) {
    throw new InputError(
      `contrastResponse: needs a response for each of at least 5 ascending contrasts above 0 (and 0, if shown), at most 1, got ${responses.length} responses and contrasts ${shown.join(', ')}.`,
    );
  }
  const data = Float64Array.from(responses);
  const empty = (note: string): ContrastResponse => {
    const nan = Number.NaN;
    return { baseline: nan, growth: nan, halfContrast: nan, exponent: nan, r2: nan, note };
  };
  const why = whyUndefined(data);
  if (why !== null) return empty(why);
  if (data.every((response) => response === data[0])) return empty('same response at every contrast');

  const logs = shown.map(math.log);
  const [logLowest, logHighest] = [math.log(positive[0]!), logs.at(-1)!];
  const ones = new Float64Array(data.length).fill(1);
  const { start } = gridStarts(logLowest, logHighest).reduce<{ start: readonly number[]; sumSquares: number }>(
    (best, [logHalf, exponent]) => {
      const fit = fitLinear([ones, Float64Array.from(logs, (log) => growthShare(log, logHalf, exponent))], data);
      if (!fit || !(fit.sumSquares < best.sumSquares)) return best;
      return { start: [...fit.factors, logHalf, math.log(exponent)], sumSquares: fit.sumSquares };
    },
    { start: [], sumSquares: Infinity },
  );
  const { parameters, values } = fitLeastSquares(nakaRushton(logs), data, start);
  const [baseline, growth, logHalf, logExponent] = parameters as unknown as [number, number, number, number];
  const r2 = varianceExplained(data, values);
  if (!(growth > 0)) return { ...empty('response falls with contrast'), r2 };
  const exponent = math.exp(logExponent);
  if (!(logHalf >= logLowest && logHalf <= logHighest)) {
    return { ...empty('half of the growth lies outside the contrasts shown'), baseline, exponent, r2 };
  }
  const isOnSlope = logs.some((log) => Math.abs(growthShare(log, logHalf, exponent) - 0.5) < 0.45);
  return {
    baseline,
    growth,
    halfContrast: isOnSlope ? math.exp(logHalf) : Number.NaN,
    exponent: isOnSlope ? exponent : Number.NaN,
    r2,
    note: isOnSlope ? null : 'no contrast lies on the slope',
  };
}

/** cⁿ / (cⁿ + c50ⁿ) = 1 / (1 + e^(−n (log c − log c50))), the logistic function of log contrast; 0 at contrast 0. */
function growthShare(logContrast: number, logHalf: number, exponent: number): number {
  return 1 / (1 + math.exp(-exponent * (logContrast - logHalf)));
}

/** [log c50, n]: 21 half contrasts from half the lowest to twice the highest one shown, by 5 exponents. */
function gridStarts(logLowest: number, logHighest: number): [logHalf: number, exponent: number][] {
  const nHalves = 21;
  return Array.from({ length: nHalves }, (_, i) => {
    return logLowest - math.ln2 + ((logHighest - logLowest + 2 * math.ln2) * i) / (nHalves - 1);
  }).flatMap((logHalf) => [0.7, 1.4, 2.8, 5.6, 11.2].map((exponent): [number, number] => [logHalf, exponent]));
}

/** Parameters b, Rmax, log c50, log n. */
function nakaRushton(logContrasts: readonly number[]): Model {
  return ([baseline, growth, logHalf, logExponent], values, [byBaseline, byGrowth, byHalf, byExponent]) => {
    const exponent = math.exp(logExponent!);
    for (const [i, log] of logContrasts.entries()) {
      const share = growthShare(log, logHalf!, exponent);
      const slope = log === -Infinity ? 0 : growth! * share * (1 - share) * exponent;
      values[i] = baseline! + growth! * share;
      byBaseline![i] = 1;
      byGrowth![i] = share;
      byHalf![i] = -slope;
      byExponent![i] = slope === 0 ? 0 : slope * (log - logHalf!);
    }
  };
}
