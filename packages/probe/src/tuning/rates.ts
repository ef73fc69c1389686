/**
 * @file From a network's responses to spikes per second, and which units count as V1 cells: the steps of the V1 property battery
 * before a property is measured (`marques` mode only). Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495; the
 * rates are those of the 304 responsive cells of Ringach, Shapley & Hawken 2002, J Neurosci 22:5639.
 */

/** Rates of V1 cells, spikes/s. */
export const v1Rates = {
  /** Median over cells of the rate at the best grating. */
  medianBest: 33.8,
  /** Median over cells of the rate without a stimulus. */
  medianBlank: 0.82,
  /** Best rate of the most active cell. */
  largest: 243.1,
  /** A cell is responsive if its best rate lies more than this above its rate without a stimulus. */
  responsive: 5,
} as const;

/** rate = scale · response + offset, spikes/s, for all units of a layer. */
export interface RateScale {
  readonly scale: number;
  readonly offset: number;
  /** Units whose medians were brought to those of the cells. */
  readonly nResponsive: number;
  readonly note: string | null;
}

/**
 * The straight line that brings a layer's median best and median blank response to those of V1 cells. Medians are taken over
 * the units whose best response exceeds their blank by more than 5/243.1 of the largest such difference.
 *
 * @param best largest F0 of each unit over the orientation set, rectified
 * @param blank response of each unit to the grey screen, rectified
 * @returns NaN and a note where no unit answers a grating more than grey.
 */
export function rateScale(best: ArrayLike<number>, blank: ArrayLike<number>): RateScale {
  const above = Array.from(best, (response, unit) => response - blank[unit]!);
  const largest = above.filter((difference) => difference > 0).reduce((a, b) => Math.max(a, b), 0);
  const least = (v1Rates.responsive / v1Rates.largest) * largest;
  const units = above.flatMap((difference, unit) => (difference > least ? [unit] : []));
  if (units.length === 0) {
    return { scale: Number.NaN, offset: Number.NaN, nResponsive: 0, note: 'no unit answers a grating more than grey' };
  }
  const medianBlank = median(units.map((unit) => blank[unit]!));
  const scale = (v1Rates.medianBest - v1Rates.medianBlank) / (median(units.map((unit) => best[unit]!)) - medianBlank);
  return { scale, offset: v1Rates.medianBlank - scale * medianBlank, nResponsive: units.length, note: null };
}

/** Half of the numbers lie on either side; of an even number the mean of the middle two. */
function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length / 2;
  return (sorted[Math.ceil(half) - 1]! + sorted[Math.floor(half)]!) / 2;
}

/** A response in spikes/s, rectified before and after. */
export function rateOf(response: number, { scale, offset }: RateScale): number {
  return Math.max(0, scale * Math.max(0, response) + offset);
}

/** Whether a unit counts: its best rate lies more than 5 spikes/s above `baseline` (0 if the rates are above blank already). */
export function isResponsive(bestRate: number, baseline: number): boolean {
  return bestRate > baseline + v1Rates.responsive;
}

/** Whether a unit's field centre lies within 0.15° of where the stimuli are. Both [y, x] in degrees. */
export function isCentred(
  [yDeg, xDeg]: readonly [yDeg: number, xDeg: number],
  [stimulusYDeg, stimulusXDeg]: readonly [yDeg: number, xDeg: number],
): boolean {
  const [dy, dx] = [yDeg - stimulusYDeg, xDeg - stimulusXDeg];
  return Math.sqrt(dy * dy + dx * dx) <= 0.15;
}
