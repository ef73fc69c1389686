/** @file Ranks and what follows from them: the same for any rising change of the values. */

/** Ranks less their mean; equal values share their mean rank. */
export function centredRanks(values: Float64Array): Float64Array {
  const mean = (values.length + 1) / 2;
  return values.map((value) => {
    const [below, equal] = values.reduce(([b, e], other) => [b + Number(other < value), e + Number(other === value)], [0, 0]);
    return below! + (equal! + 1) / 2 - mean;
  });
}

/** Cosine of the angle between two vectors; 0 if one of them is 0. */
export function cosine(a: Float64Array, b: Float64Array): number {
  const squares = dot(a, a) * dot(b, b);
  return squares > 0 ? dot(a, b) / Math.sqrt(squares) : 0;
}

export function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** Spearman's rank correlation; 0 if either is the same everywhere. */
export function rankCorrelation(a: Float64Array, b: Float64Array): number {
  return cosine(centredRanks(a), centredRanks(b));
}
