/**
 * @file A receptive field's place and size from a map of responses or gradients over positions. Lengths in steps of the map's
 * grid: multiply by the step's degrees or px.
 */
import { InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { type Bounds, fitLeastSquares, type Model, varianceExplained } from './least-squares.ts';
import { indexOfLargest, whyUndefined } from './undefined.ts';

export interface FieldMap {
  /** σ of the least-squares Gaussian, the geometric mean of its two axes, less the patch: √(σ² − patch²). */
  readonly sigmaSteps: number;
  /** The same from the second moments of the whole map: larger where the map has tails or noise the Gaussian has not. */
  readonly momentSigmaSteps: number;
  /** Long axis of the least-squares Gaussian over its short one, patch included. */
  readonly elongation: number;
  /** Share of the map's variance that the Gaussian explains: how far σ can be believed. */
  readonly gaussianR2: number;
  /** √ of the area above 4.55 % of the peak, patch included. 4.41 σ for a Gaussian. */
  readonly sqrtAreaSteps: number;
  /** Mean position, weighted by the response, of the positions above 5 % of the peak; the first position is (0, 0). */
  readonly centroidYSteps: number;
  readonly centroidXSteps: number;
  /** A position above 5 % of the peak lies on the map's border: the field is probably larger than seen. */
  readonly isCut: boolean;
  readonly note: string | null;
}

/** Share of the peak that bounds the field's area: what a Gaussian falls to at two σ of its integral, 1 − 0.9545 (Luo 2016). */
const areaLevel = 0.0455;
/** Share of the peak that a position must exceed to count for the centroid (Marques 2021). */
const centroidLevel = 0.05;

/**
 * Place and size of a field. The map is rectified.
 *
 * A map made with patches is the field blurred by the patch, so their variances add for a linear unit: σ is deconvolved by taking
 * the patch's off in quadrature. Scaling the map changes nothing; moving it moves the centroid alone.
 *
 * @param map response above blank, or |gradient|, row by row
 * @param size [rows, columns], at least 3 each
 * @param patchSigmaSteps σ of the patch along one axis: radius / 2 of a disk, side / √12 of a square, 0 for gradients
 * @returns NaN and a note: `no response above 0`, `a response is not a number`; σ alone is empty with `no wider than the patch`
 *   and, with the elongation, with `no Gaussian lies on the map`.
 * @throws InputError `fieldMap: needs a map of at least 3 × 3 positions, got 8 values for 2 × 4.`
 * @see Luo, Li, Urtasun & Zemel 2016, arXiv:1701.04128, for the area; Marques, Schrimpf & DiCarlo 2021,
 *   doi:10.1101/2021.03.01.433495, for the centroid.
 */
export function fieldMap(
  map: ArrayLike<number>,
  size: readonly [nRows: number, nColumns: number],
  patchSigmaSteps: number,
): FieldMap {
  const [nRows, nColumns] = size;
  if (nRows < 3 || nColumns < 3 || map.length !== nRows * nColumns) {
    throw new InputError(
      `fieldMap: needs a map of at least 3 × 3 positions, got ${map.length} values for ${nRows} × ${nColumns}.`,
    );
  }
  const note = whyUndefined(map);
  if (note !== null) {
    const nan = Number.NaN;
    return {
      sigmaSteps: nan,
      momentSigmaSteps: nan,
      elongation: nan,
      gaussianR2: nan,
      sqrtAreaSteps: nan,
      centroidYSteps: nan,
      centroidXSteps: nan,
      isCut: false,
      note,
    };
  }
  const rectified = Float64Array.from(map, (response) => Math.max(0, response));
  const peak = rectified[indexOfLargest(rectified)]!;
  const field = moments(rectified, size, centroidLevel * peak);
  const nAbove = (level: number) => rectified.reduce((n, response) => n + (response > level * peak ? 1 : 0), 0);

  // The area above half of the peak is 2π ln 2 · σ² for a Gaussian. Where the peak is a spike, that is the spike's.
  const byArea = Math.sqrt(nAbove(0.5) / (math.tau * math.ln2));
  const whole = moments(rectified, size, 0);
  const byMoments = Math.sqrt(Math.sqrt(Math.max(0, whole.yy * whole.xx - whole.yx * whole.yx)));
  const starts = [byArea, Math.max(byArea, byMoments)].map((sigma) => [
    peak,
    field.y,
    field.x,
    -math.log(sigma),
    0,
    -math.log(sigma),
  ]);
  // The centre lies on the map, and neither axis is wider than twice the map or narrower than a quarter of a step.
  const logAxis = [-math.log(2 * Math.max(nRows, nColumns)), math.log(4)] as const;
  const isFree = [-Infinity, Infinity] as const;
  const bounds: Bounds = [isFree, [0, nRows - 1], [0, nColumns - 1], logAxis, isFree, logAxis];
  const fits = starts.map((start) => fitLeastSquares(gaussianModel(size), rectified, start, { bounds }));
  const { parameters, values, atBounds } = fits.reduce((best, fit) => (fit.sumSquares < best.sumSquares ? fit : best));
  const [, , , logA, shear, logC] = parameters as unknown as [number, number, number, number, number, number];
  const [a, c] = [math.exp(logA), math.exp(logC)];
  const deconvolved = (variance: number) =>
    variance > patchSigmaSteps * patchSigmaSteps ? Math.sqrt(variance - patchSigmaSteps * patchSigmaSteps) : Number.NaN;
  const sigmaSteps = atBounds.length > 0 ? Number.NaN : deconvolved(1 / (a * c));
  const momentSigmaSteps = deconvolved(byMoments * byMoments);
  // Eigenvalues of the inverse covariance [[a², a·shear], [a·shear, shear² + c²]].
  const half = (a * a + shear * shear + c * c) / 2;
  const spread = Math.sqrt(Math.max(0, half * half - a * a * c * c));
  const border = (i: number) =>
    i < nColumns || i >= rectified.length - nColumns || i % nColumns === 0 || (i + 1) % nColumns === 0;
  return {
    sigmaSteps,
    momentSigmaSteps,
    elongation: atBounds.length > 0 ? Number.NaN : Math.sqrt((half + spread) / (half - spread)),
    gaussianR2: varianceExplained(rectified, values),
    sqrtAreaSteps: Math.sqrt(nAbove(areaLevel)),
    centroidYSteps: field.y,
    centroidXSteps: field.x,
    isCut: rectified.some((response, i) => response > centroidLevel * peak && border(i)),
    note:
      atBounds.length > 0
        ? 'no Gaussian lies on the map'
        : Number.isNaN(sigmaSteps + momentSigmaSteps)
          ? 'no wider than the patch'
          : null,
  };
}

/**
 * Where a field is, without the fit of {@link fieldMap}: the mean position, weighted by the response, of the positions above 5 % of
 * the peak (Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495).
 *
 * @param map response above blank, row by row
 * @returns steps from the first position; NaN where no response is above 0, or one is not a number
 */
export function fieldCentroid(
  map: Float64Array,
  size: readonly [nRows: number, nColumns: number],
): readonly [ySteps: number, xSteps: number] {
  if (whyUndefined(map) !== null) return [Number.NaN, Number.NaN];
  const { y, x } = moments(map, size, centroidLevel * map[indexOfLargest(map)]!);
  return [y, x];
}

/** Centroid and covariance of the positions above a level, weighted by the response. */
function moments(map: Float64Array, [, nColumns]: readonly [number, number], level: number) {
  let [sum, sumY, sumX, sumYy, sumXx, sumYx] = [0, 0, 0, 0, 0, 0];
  for (const [i, response] of map.entries()) {
    if (!(response > level)) continue;
    const [y, x] = [Math.floor(i / nColumns), i % nColumns];
    sum += response;
    sumY += response * y;
    sumX += response * x;
    sumYy += response * y * y;
    sumXx += response * x * x;
    sumYx += response * y * x;
  }
  const [y, x] = [sumY / sum, sumX / sum];
  return { y, x, yy: sumYy / sum - y * y, xx: sumXx / sum - x * x, yx: sumYx / sum - y * x };
}

/**
 * A · exp(−(u² + v²)/2) with u = a·dy + shear·dx, v = c·dx: any Gaussian, by the Cholesky factor of its inverse covariance, so that
 * σ = 1/√(a·c). Parameters A, centre y, x, log a, shear, log c.
 */
export function gaussianModel([nRows, nColumns]: readonly [number, number]): Model {
  return ([amplitude, centreY, centreX, logA, shear, logC], values, [byAmplitude, byY, byX, byA, byShear, byC]) => {
    const [a, c] = [math.exp(logA!), math.exp(logC!)];
    for (let y = 0, i = 0; y < nRows; y++) {
      for (let x = 0; x < nColumns; x++, i++) {
        const [dy, dx] = [y - centreY!, x - centreX!];
        const u = a * dy + shear! * dx;
        const v = c * dx;
        const bell = math.exp(-0.5 * (u * u + v * v));
        const value = amplitude! * bell;
        values[i] = value;
        byAmplitude![i] = bell;
        byY![i] = value * u * a;
        byX![i] = value * (u * shear! + v * c);
        byA![i] = -value * u * a * dy;
        byShear![i] = -value * u * dx;
        byC![i] = -value * v * v;
      }
    }
  };
}
