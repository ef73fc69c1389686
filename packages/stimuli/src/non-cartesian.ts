/** @file Non-Cartesian gratings: concentric, radial and spiral ones in polar coordinates, and hyperbolic ones. */
import { math } from '@ventral/kernels';
import { direction, offsetsDeg, type Pattern, type Place, pixelsPerDegree, type VisualField } from './field.ts';
import { squareAround } from './grey.ts';

/** A grating in polar coordinates. Which is the third coordinate of concentric and radial ones: a spiral has both frequencies. */
export type PolarWave = {
  /** Cycles per degree along a radius; 0: none, the grating is radial. */
  readonly concentricFrequencyCpd: number;
  /** Cycles around the centre, a whole number; 0: none, the grating is concentric. Its sign is the sense of a spiral. */
  readonly radialFrequency: number;
  /** Of the sine at the centre, or along the ray to the right, degrees. */
  readonly phaseDeg: number;
};

/** A grating whose stripes are hyperbolas. */
export type HyperbolicWave = {
  /** Cycles per degree along the hyperbolas' two axes. */
  readonly spatialFrequencyCpd: number;
  /** Of the axes: 0° along x and y, 45° along the diagonals. Period 90°. */
  readonly orientationDeg: number;
  /** Of the sine at the centre and along the asymptotes, degrees. */
  readonly phaseDeg: number;
};

/**
 * sin(2π · concentricFrequency · r + radialFrequency · θ + phase) about a place, r in degrees, θ counter-clockwise from the
 * right: the mean of 4 × 4 points of each pixel, because towards the middle the stripes of a radial grating are finer than any
 * pixel.
 *
 * Costs a sine and a cosine for each point.
 *
 * @param reachDeg half the side of the square around the place beyond which nothing is drawn
 * @see Gallant, Braun & Van Essen 1993, Selectivity for polar, hyperbolic, and Cartesian gratings in macaque visual cortex,
 *   Science 259:100, doi:10.1126/science.8418487.
 */
export function polarWave(field: VisualField, place: Place, reachDeg: number, wave: PolarWave): Pattern {
  const { concentricFrequencyCpd, radialFrequency, phaseDeg } = wave;
  const phase = (phaseDeg * Math.PI) / 180;
  const nTurns = Math.abs(radialFrequency);
  return pointMeans(field, place, reachDeg, (y, x) => {
    const r = Math.sqrt(y * y + x * x);
    const along = 2 * Math.PI * concentricFrequencyCpd * r + phase;
    if (nTurns === 0 || r === 0) return math.sin(along);
    // (cos θ + i sin θ)ⁿ: no angle is needed.
    const [cos, sin] = [x / r, (radialFrequency < 0 ? y : -y) / r];
    let [real, imaginary] = [1, 0];
    for (let turn = 0; turn < nTurns; turn++) [real, imaginary] = [real * cos - imaginary * sin, real * sin + imaginary * cos];
    return math.sin(along) * real + math.cos(along) * imaginary;
  });
}

/**
 * sin(2π · frequency · √|u² − v²| + phase) about a place, u and v in degrees along two axes at right angles: the mean of 4 × 4
 * points of each pixel, because beside the asymptotes the stripes are finer than any pixel. Costs a sine for each point.
 *
 * @param reachDeg half the side of the square around the place beyond which nothing is drawn
 * @see Gallant, Braun & Van Essen 1993, doi:10.1126/science.8418487.
 */
export function hyperbolicWave(field: VisualField, place: Place, reachDeg: number, wave: HyperbolicWave): Pattern {
  const { spatialFrequencyCpd, orientationDeg, phaseDeg } = wave;
  const phase = (phaseDeg * Math.PI) / 180;
  // u² − v² = (x² − y²) cos 2θ + 2xy sin 2θ
  const [cos, sin] = direction(2 * orientationDeg);
  return pointMeans(field, place, reachDeg, (y, x) => {
    const product = (x * x - y * y) * cos + 2 * x * y * sin;
    return math.sin(2 * Math.PI * spatialFrequencyCpd * Math.sqrt(Math.abs(product)) + phase);
  });
}

/** Points along a side of a pixel. */
const nPoints = 4;

/** For each pixel the mean over 4 × 4 points of a function of degrees from a place, y downward; 0 beyond the reach. */
function pointMeans(field: VisualField, place: Place, reachDeg: number, at: (yDeg: number, xDeg: number) => number): Pattern {
  const [rowsDeg, columnsDeg] = offsetsDeg(field, place);
  const perDegree = pixelsPerDegree(field);
  const { left, right } = squareAround(field, place, reachDeg);
  const within = Array.from({ length: nPoints }, (_, i) => ((i + 0.5) / nPoints - 0.5) / perDegree);
  const row = new Float64Array(field.widthPx);
  return (yPx) => {
    for (let xPx = left; xPx <= right; xPx++) {
      let sum = 0;
      for (const dy of within) for (const dx of within) sum += at(rowsDeg[yPx]! + dy, columnsDeg[xPx]! + dx);
      row[xPx] = sum / nPoints ** 2;
    }
    return row;
  };
}
