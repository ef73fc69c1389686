/** @file How well a unit's preference among objects survives what leaves them the same objects: another place, size, rotation. */
import { InputError } from '@ventral/core';
import { centredRanks, cosine, dot } from '../statistics/ranks.ts';

export interface Tolerance {
  /** Share of Σ r² that the best product of one factor per object and one per view explains, 1/min(objects, views) … 1. */
  readonly separability: number;
  /** Mean rank correlation of the responses to the objects in two views, −1 … 1. */
  readonly rankCorrelation: number;
  readonly note: string | null;
}

/**
 * Separability and constancy of preference of one unit.
 *
 * Separability is σ₁² / Σ σ² of the matrix' singular values: 1 if views only scale the responses to all objects alike. It is high
 * for any unit whose responses differ little, so read it against the controls. The rank correlation (Spearman's; equal responses
 * share their mean rank) is the mean over all pairs of views, 0 where a unit gives all objects the same in one of the two: a unit
 * silent there keeps no preference. Li, Cox, Zoccolan & DiCarlo 2009 (doi:10.1152/jn.90745.2008): the order of preference, not
 * the size of responses, is what recognition needs of a unit. Neither changes with a positive scale, nor with the order of
 * objects or views.
 *
 * @param responses [objects × views], less the response to nothing
 * @returns NaN and a note where all are 0, or one is not a number.
 * @throws InputError `tolerance: needs at least 3 objects in at least 2 views, got 10 responses in 5 views.`
 */
export function tolerance(responses: ArrayLike<number>, nViews: number): Tolerance {
  const nObjects = responses.length / nViews;
  if (!(nViews >= 2) || !Number.isInteger(nObjects) || nObjects < 3) {
    throw new InputError(
      `tolerance: needs at least 3 objects in at least 2 views, got ${responses.length} responses in ${nViews} views.`,
    );
  }
  const views = Array.from({ length: nViews }, (_, view) =>
    Float64Array.from({ length: nObjects }, (_, object) => responses[object * nViews + view]!),
  );
  const all = views.flatMap((view) => [...view]);
  const nothing = all.every(Number.isFinite)
    ? all.every((response) => response === 0)
      ? 'no object changes its response'
      : null
    : 'a response is not a number';
  if (nothing !== null) return { separability: Number.NaN, rankCorrelation: Number.NaN, note: nothing };
  const ranks = views.map(centredRanks);
  const pairs = ranks.flatMap((a, i) => ranks.slice(0, i).map((b) => cosine(a, b)));
  return {
    separability: shareOfLargest(views),
    rankCorrelation: pairs.reduce((sum, r) => sum + r / pairs.length, 0),
    note: null,
  };
}

/**
 * λ₁ / Σ λ of the products of all pairs of columns. The matrix P, squared again and again and divided by its trace, tends to the
 * projection on the eigenvectors of λ₁ over their number, of which tr(A P) = λ₁; 40 squarings tell eigenvalues apart that differ
 * by 1e-12 of themselves.
 */
function shareOfLargest(columns: readonly Float64Array[]): number {
  const a = columns.map((one) => columns.map((other) => dot(one, other)));
  const scaled = (matrix: number[][]) => {
    const trace = matrix.reduce((sum, row, i) => sum + row[i]!, 0);
    return matrix.map((row) => row.map((value) => value / trace));
  };
  const times = (x: readonly number[][], y: readonly number[][]) =>
    x.map((row) => row.map((_, j) => row.reduce((sum, value, k) => sum + value * y[k]![j]!, 0)));
  const shares = scaled(a);
  let power = shares;
  for (let i = 0; i < 40; i++) power = scaled(times(power, power));
  return times(shares, power).reduce((sum, row, i) => sum + row[i]!, 0);
}
