/** @file Tuning for the curvature of a shape's boundary and where on the shape it lies, as in V4. */
import { InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { type Bounds, fitLeastSquares, type Model } from '../tuning/least-squares.ts';
import { whyUndefined } from '../tuning/undefined.ts';

/** A shape as tuning sees it: the fragments of its boundary. */
export interface Boundary {
  /** Of each fragment, squashed to −1 … 1 (squashedCurvature of stimuli). */
  readonly curvatures: readonly number[];
  /** Of each fragment, degrees, 0 to the right, counter-clockwise. */
  readonly positionsDeg: readonly number[];
}

export interface CurvatureTuning {
  /** Correlation of the fitted function with the responses to the shapes that it was not fitted to. */
  readonly r: number;
  /** Where the function peaks, and its standard deviations. NaN where r is below {@link leastCorrelation}. */
  readonly curvature: number;
  readonly positionDeg: number;
  readonly curvatureSigma: number;
  readonly positionSigmaDeg: number;
  readonly note: string | null;
}

/** The function is that of noise below this. */
export const leastCorrelation = 0.3;

/** Where fits begin: the kinds of curvature that the shapes have, and every 45°. */
const startCurvatures = [-0.2, 0, 0.12, 0.46, 0.99];
const startPositionsDeg = [0, 45, 90, 135, 180, 225, 270, 315];
const [startCurvatureSigma, startPositionSigmaDeg] = [0.2, 40];
/** The best of so many starts are followed, so far. */
const [nStarts, nSteps] = [2, 30];

/** Of baseline, height, peak curvature, σ of it, peak position and σ of it; σ no smaller than what the shapes can tell apart. */
const bounds: Bounds = [
  [-Infinity, Infinity],
  [0, Infinity],
  [-0.4, 1],
  [0.03, 1.5],
  [-Infinity, Infinity],
  [15, 180],
];

/**
 * Fits b + h · max over fragments of exp(−(c − c₀)²/2σc²) · exp(−d(θ, θ₀)²/2σθ²) to half of the shapes, d the distance on the
 * circle, by least squares from the best 2 of 40 starts, and correlates it with the responses to the other half. Turning all
 * preferred positions turns the peak; a positive scale or a shift of the responses changes nothing.
 *
 * Costs about 100 passes over the fragments of the fitted half, and less than 10 ms for 366 shapes.
 *
 * @param isFitted which shapes are fitted; the others are predicted
 * @returns NaN and a note where the responses do not vary in one of the halves, are none above 0, or not numbers.
 * @throws InputError `curvatureTuning: needs a response to each shape, got 360 for 366.`
 * @see Pasupathy & Connor 2001, J Neurophysiol 86:2505, doi:10.1152/jn.2001.86.5.2505, for the function; Pospisil, Pasupathy &
 *   Bair 2018, eLife 7:e38242, doi:10.7554/eLife.38242, for the best fragment as the response to a shape.
 */
export function curvatureTuning(
  responses: ArrayLike<number>,
  shapes: readonly Boundary[],
  isFitted: (shape: number) => boolean,
): CurvatureTuning {
  if (responses.length !== shapes.length) {
    throw new InputError(`curvatureTuning: needs a response to each shape, got ${responses.length} for ${shapes.length}.`);
  }
  const why = whyUndefined(responses);
  if (why !== null) return { ...untuned, note: why };
  const half = (fitted: boolean) => {
    const members = [...shapes.keys()].filter((i) => isFitted(i) === fitted);
    return { shapes: members.map((i) => shapes[i]!), responses: Float64Array.from(members, (i) => responses[i]!) };
  };
  const [fitted, held] = [half(true), half(false)];
  const fits = bestStarts(fitted.shapes, fitted.responses).map((start) =>
    fitLeastSquares(curvatureModel(fitted.shapes), fitted.responses, start, { bounds, nSteps }),
  );
  if (fits.length === 0) return { ...untuned, note: 'the same response to all shapes that are fitted' };
  const { parameters } = fits.reduce((a, b) => (b.sumSquares < a.sumSquares ? b : a));
  const r = correlation(valuesOf(held.shapes, parameters), held.responses);
  if (Number.isNaN(r)) return { ...untuned, note: 'the same response to all shapes that are not fitted, or predicted so' };
  if (r < leastCorrelation) return { ...untuned, r, note: 'no peak: the fit does not predict other shapes' };
  const [, , curvature, curvatureSigma, positionDeg, positionSigmaDeg] = parameters;
  return {
    r,
    curvature: curvature!,
    positionDeg: positionDeg! - 360 * Math.floor(positionDeg! / 360),
    curvatureSigma: curvatureSigma!,
    positionSigmaDeg: positionSigmaDeg!,
    note: null,
  };
}

const untuned = {
  r: Number.NaN,
  curvature: Number.NaN,
  positionDeg: Number.NaN,
  curvatureSigma: Number.NaN,
  positionSigmaDeg: Number.NaN,
};

/** The function over some shapes. A shape's derivatives are those of its best fragment. */
function curvatureModel(shapes: readonly Boundary[]): Model {
  return (parameters, values, [byBaseline, byHeight, byCurvature, byCurvatureSigma, byPosition, byPositionSigma]) => {
    const [baseline, height, curvature, curvatureSigma, position, positionSigma] = parameters;
    for (const [i, { curvatures, positionsDeg }] of shapes.entries()) {
      // Distances in standard deviations; the nearest fragment is the best.
      let [least, alongCurvature, alongPosition] = [Infinity, 0, 0];
      for (let k = 0; k < curvatures.length; k++) {
        const c = (curvatures[k]! - curvature!) / curvatureSigma!;
        const p = turned(positionsDeg[k]! - position!) / positionSigma!;
        if (!(c * c + p * p < least)) continue;
        [least, alongCurvature, alongPosition] = [c * c + p * p, c, p];
      }
      const peak = math.exp(-least / 2);
      values[i] = baseline! + height! * peak;
      byBaseline![i] = 1;
      byHeight![i] = peak;
      byCurvature![i] = (height! * peak * alongCurvature) / curvatureSigma!;
      byCurvatureSigma![i] = alongCurvature * byCurvature![i]!;
      byPosition![i] = (height! * peak * alongPosition) / positionSigma!;
      byPositionSigma![i] = alongPosition * byPosition![i]!;
    }
  };
}

/** The function's values over shapes. */
function valuesOf(shapes: readonly Boundary[], parameters: Float64Array): Float64Array {
  const values = new Float64Array(shapes.length);
  curvatureModel(shapes)(
    parameters,
    values,
    Array.from(parameters, () => new Float64Array(shapes.length)),
  );
  return values;
}

/** An angle in −180 … 180. */
function turned(angleDeg: number): number {
  return angleDeg - 360 * Math.floor((angleDeg + 180) / 360);
}

/** The starts whose functions correlate best with the responses, with the line through them; none if nothing varies. */
function bestStarts(shapes: readonly Boundary[], responses: Float64Array): number[][] {
  const mean = (values: Float64Array) => values.reduce((a, b) => a + b, 0) / values.length;
  return startCurvatures
    .flatMap((curvature) =>
      startPositionsDeg.map((position) => [curvature, startCurvatureSigma, position, startPositionSigmaDeg]),
    )
    .map((shape) => {
      const values = valuesOf(shapes, Float64Array.of(0, 1, ...shape));
      return { shape, values, r: correlation(values, responses) };
    })
    .filter(({ r }) => !Number.isNaN(r))
    .sort((a, b) => b.r - a.r)
    .slice(0, nStarts)
    .map(({ shape, values, r }) => {
      // The slope of the line, which must not be 0: nothing would then pull at the peak.
      const height = Math.max(r, 0.01) * Math.sqrt(spread(responses) / spread(values));
      return [mean(responses) - height * mean(values), height, ...shape];
    });
}

/** Σ (value − mean)². */
function spread(values: Float64Array): number {
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
}

/** Pearson's correlation; NaN where either does not vary. */
function correlation(a: Float64Array, b: Float64Array): number {
  const [meanA, meanB] = [a, b].map((values) => values.reduce((x, y) => x + y, 0) / values.length) as [number, number];
  const products = a.reduce((sum, value, i) => sum + (value - meanA) * (b[i]! - meanB), 0);
  const spreads = spread(a) * spread(b);
  return spreads > 0 ? products / Math.sqrt(spreads) : Number.NaN;
}
