/**
 * @file What a small map of weights or of reverse-correlated responses looks like: a Gabor, as the fields of V1's simple cells, or
 * a difference of Gaussians, as those of LGN. Lengths in px of the map; for large maps cut out the field first.
 */
import { InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { direction } from '@ventral/stimuli';
import { type Bounds, type Fit, fitLeastSquares, fitLinear, type Model, varianceExplained } from './least-squares.ts';

/** A map's size, px; values are stored row by row. */
export type MapSize = readonly [heightPx: number, widthPx: number];

/**
 * exp(−u²/2σu² − v²/2σv²) · A cos(2πf·u + phase), u along the direction of orientationDeg from the centre, v across it
 * (x cos θ + y sin θ as for gratings: at 0° luminance varies along x, y points down).
 */
export interface Gabor {
  readonly amplitude: number;
  readonly centreYPx: number;
  readonly centreXPx: number;
  /** θ, 0 … 180. */
  readonly orientationDeg: number;
  /** f, cycles/px. */
  readonly frequencyCpx: number;
  /** −180 < phase ≤ 180: 0 and 180 even, ±90 odd. */
  readonly phaseDeg: number;
  /** σu, across the stripes. */
  readonly sigmaAcrossPx: number;
  /** σv, along the stripes. */
  readonly sigmaAlongPx: number;
  /**
   * nx = σu · f and ny = σv · f: width and length of the field in cycles (Ringach 2002). NaN with a note where f or a σ is not
   * resolved: it ended at the least or largest value that the map can tell.
   */
  readonly nx: number;
  readonly ny: number;
}

/** Two Gaussians around one centre: kc exp(−r²/2σc²) − ks exp(−r²/2σs²), 1.1 ≤ σs/σc ≤ 10 (Rodieck 1965). */
export interface DifferenceOfGaussians {
  readonly centreYPx: number;
  readonly centreXPx: number;
  /** kc: positive for an on-centre, negative for an off-centre. */
  readonly centreAmplitude: number;
  readonly centreSigmaPx: number;
  /** ks: of the same sign where the surround opposes the centre. */
  readonly surroundAmplitude: number;
  readonly surroundSigmaPx: number;
}

export interface FilterShape {
  readonly gabor: Gabor | null;
  readonly differenceOfGaussians: DifferenceOfGaussians | null;
  /** Share of the other half's variance that each fit explains, mean of both ways. At most 1, negative if worse than the mean. */
  readonly gaborR2: number;
  readonly differenceOfGaussiansR2: number;
  /** Their difference, DoG − Gabor: above 0 = more like LGN, below 0 = more like V1. */
  readonly lgnLikeness: number;
  readonly note: string | null;
}

/** Maps narrower than this have too few numbers for 8 parameters. */
const leastWidthPx = 7;

/**
 * Both fits, made on one half of the data and scored on the other, and the other way round; the parameters are those of the fit
 * to the mean of the halves. For weights, which have no noise, pass the same map twice: the scores are then those of the fit.
 *
 * Starts: for the Gabor the strongest frequencies of the map's spectrum and four low ones, with envelopes from the spread of the
 * map's squares; for the difference of Gaussians 7 × 7 centres at three widths. The best few by linear least squares are refined.
 * Both keep their centre on the map and every σ between half a pixel and the map's longer side; a Gabor's frequency lies between
 * a quarter cycle per longer side and half a cycle per px. Costs
 * about 10 ms for one map of 11 × 11 px, twice that for halves.
 *
 * @param halves maps of the same size from two halves of the stimuli, row by row
 * @returns NaN, null and a note: `map narrower than 7 px`, `a value is not a number`, `same value everywhere`; nx and ny alone
 *   are empty with `nx and ny not resolved: the Gabor's frequency is below a quarter cycle per map`, `… above half a cycle per
 *   px`, `… its envelope is as wide as the map`, `… its envelope is half a pixel`.
 * @throws InputError `filterShape: needs two maps of 7 × 7 values, got 49 and 48.`
 * @see Jones & Palmer 1987, doi:10.1152/jn.1987.58.6.1233; Ringach 2002, doi:10.1152/jn.2002.88.1.455; Rodieck 1965,
 *   doi:10.1016/0042-6989(65)90033-7.
 */
export function filterShape(halves: readonly [Float64Array, Float64Array], size: MapSize): FilterShape {
  const [heightPx, widthPx] = size;
  const [a, b] = halves;
  if (a.length !== heightPx * widthPx || b.length !== a.length) {
    throw new InputError(`filterShape: needs two maps of ${heightPx} × ${widthPx} values, got ${a.length} and ${b.length}.`);
  }
  const why =
    Math.min(heightPx, widthPx) < leastWidthPx
      ? `map narrower than ${leastWidthPx} px`
      : ![...a, ...b].every(Number.isFinite)
        ? 'a value is not a number'
        : [a, b].some((map) => map.every((value) => value === map[0]))
          ? 'same value everywhere'
          : null;
  if (why !== null) {
    const nan = Number.NaN;
    return {
      gabor: null,
      differenceOfGaussians: null,
      gaborR2: nan,
      differenceOfGaussiansR2: nan,
      lgnLikeness: nan,
      note: why,
    };
  }
  const gabor = scored(halves, gaborModel(size), gaborBounds(size), (map) => gaborStarts(map, size));
  const difference = scored(halves, differenceOfGaussiansModel(size), differenceBounds(size), () => differenceStarts(size));
  const unresolved = whyUnresolved(gabor.fit, size);
  return {
    gabor: gaborOf(gabor.fit.parameters, unresolved === null),
    differenceOfGaussians: differenceOf(difference.fit.parameters),
    gaborR2: gabor.r2,
    differenceOfGaussiansR2: difference.r2,
    lgnLikeness: difference.r2 - gabor.r2,
    note: unresolved && `nx and ny not resolved: the Gabor's ${unresolved}`,
  };
}

function whyUnresolved({ parameters, atBounds }: Fit, size: MapSize): string | null {
  const place = atBounds.find((i) => i === 4 || i >= 6);
  if (place === undefined) return null;
  const isHigh = parameters[place]! >= gaborBounds(size)[place]![1];
  if (place === 4) return isHigh ? 'frequency is above half a cycle per px' : 'frequency is below a quarter cycle per map';
  return isHigh ? 'envelope is as wide as the map' : 'envelope is half a pixel';
}

/** The fit to the mean of the halves, and the share of one half's variance that the fit to the other explains. */
function scored(
  [a, b]: readonly [Float64Array, Float64Array],
  model: Model,
  bounds: Bounds,
  starts: (map: Float64Array) => readonly (readonly number[])[],
): { readonly fit: Fit; readonly r2: number } {
  const ofA = fitFromStarts(model, a, starts(a), bounds);
  if (a === b) return { fit: ofA, r2: varianceExplained(a, ofA.values) };
  const ofB = fitFromStarts(model, b, starts(b), bounds);
  // The mean's valley is that of one of its halves.
  const whole = a.map((value, i) => (value + b[i]!) / 2);
  const fit = best([ofA, ofB].map(({ parameters }) => fitLeastSquares(model, whole, parameters, { bounds, nLinear })));
  return { fit, r2: (varianceExplained(b, ofA.values) + varianceExplained(a, ofB.values)) / 2 };
}

function best(fits: readonly Fit[]): Fit {
  return fits.reduce((least, fit) => (fit.sumSquares < least.sumSquares ? fit : least));
}

/** Starts that are followed some steps, the best by linear least squares; the best of these goes to the end. */
const nFollowed = 6;
const nStepsFollowed = 8;

/** Both models are linear in their first two parameters: starts are of the others. */
const nLinear = 2;

/** The best fit from several starts of all parameters but the first two. */
function fitFromStarts(model: Model, map: Float64Array, starts: readonly (readonly number[])[], bounds: Bounds): Fit {
  const values = new Float64Array(map.length);
  const jacobian = Array.from(bounds, () => new Float64Array(map.length));
  const followed = starts
    .flatMap((rest) => {
      const start = [0, 0, ...rest].map((value, i) => Math.min(Math.max(value, bounds[i]![0]), bounds[i]![1]));
      model(Float64Array.from(start), values, jacobian);
      const fit = fitLinear(jacobian.slice(0, nLinear), map);
      return fit ? [{ start, sumSquares: fit.sumSquares }] : [];
    })
    .sort((x, y) => x.sumSquares - y.sumSquares)
    .slice(0, nFollowed)
    .map(({ start }) => fitLeastSquares(model, map, start, { bounds, nLinear, nSteps: nStepsFollowed }));
  return fitLeastSquares(model, map, best(followed).parameters, { bounds, nLinear });
}

/** Centre and spread of a map's squares, px: where its contrast is, whatever its sign. */
function energy(map: Float64Array, [heightPx, widthPx]: MapSize): { yPx: number; xPx: number; sdPx: number } {
  let [sum, sumY, sumX, sumSquares] = [0, 0, 0, 0];
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i++) {
      const square = map[i]! * map[i]!;
      sum += square;
      sumY += square * y;
      sumX += square * x;
      sumSquares += square * (y * y + x * x);
    }
  }
  const [yPx, xPx] = [sumY / sum, sumX / sum];
  return { yPx, xPx, sdPx: Math.sqrt(Math.max(sumSquares / sum - yPx * yPx - xPx * xPx, 0.5) / 2) };
}

const isFree = [-Infinity, Infinity] as const;

/** Bounds of a centre y, x and of log σ. */
function placeBounds([heightPx, widthPx]: MapSize) {
  return {
    centre: [
      [0, heightPx - 1],
      [0, widthPx - 1],
    ] as const,
    logSigma: [-math.ln2, math.log(Math.max(heightPx, widthPx))] as const,
  };
}

function gaborBounds(size: MapSize): Bounds {
  const { centre, logSigma } = placeBounds(size);
  return [isFree, isFree, ...centre, [0.25 / Math.max(...size), 0.5], isFree, logSigma, logSigma];
}

/** Frequency, orientation and envelopes that a map suggests: the last six parameters of a Gabor. */
function gaborStarts(map: Float64Array, size: MapSize): number[][] {
  const { yPx, xPx, sdPx } = energy(map, size);
  const lowCpx = 0.5 / Math.max(...size);
  const carriers = [
    ...strongestFrequencies(map, size, 4).map(([ky, kx]) => [Math.sqrt(ky * ky + kx * kx), angleDeg(ky, kx)] as const),
    ...[0, 45, 90, 135].map((orientationDeg) => [lowCpx, orientationDeg] as const),
  ];
  // The squares of a Gaussian envelope have σ/√2. Round ones, long ones both ways, and small ones for noise around the field.
  const wide = math.log(math.sqrt2 * sdPx);
  const narrow = wide - math.ln2;
  const envelopes = [wide, narrow].flatMap((across) => [wide, narrow].map((along) => [across, along] as const));
  return carriers.flatMap(([f, deg]) => envelopes.map(([across, along]) => [yPx, xPx, f, (deg * Math.PI) / 180, across, along]));
}

/** Centres all over a map, at three widths: the last four parameters of a difference of Gaussians. */
function differenceStarts(size: MapSize): number[][] {
  const longerPx = Math.max(...size);
  const across = (sidePx: number) => Array.from({ length: 7 }, (_, i) => ((sidePx - 1) * i) / 6);
  return across(size[0]).flatMap((y) =>
    across(size[1]).flatMap((x) =>
      [14, 7, 3.5].flatMap((part) => [1.5, 4].map((ratio) => [y, x, math.log(longerPx / part), math.log(ratio - 1)])),
    ),
  );
}

function differenceBounds(size: MapSize): Bounds {
  const { centre, logSigma } = placeBounds(size);
  return [isFree, isFree, ...centre, logSigma, [math.log(0.1), math.log(9)]];
}

/** Parameters A cos φ, −A sin φ, centre y, x, frequency, orientation (radians), log σ across and along. */
export function gaborModel([heightPx, widthPx]: MapSize): Model {
  const [cosX, sinX] = [new Float64Array(widthPx), new Float64Array(widthPx)];
  return ([even, odd, yPx, xPx, f, theta, logAcross, logAlong], values, jacobian) => {
    const [byEven, byOdd, byY, byX, byF, byTheta, byAcross, byAlong] = jacobian;
    const [cos, sin] = [math.cos(theta!), math.sin(theta!)];
    const [perAcross, perAlong] = [math.exp(-2 * logAcross!), math.exp(-2 * logAlong!)];
    // The wave of a sum of angles, one of the column and one of the row.
    const rate = math.tau * f!;
    for (let x = 0; x < widthPx; x++) {
      const angle = rate * cos * (x - xPx!);
      cosX[x] = math.cos(angle);
      sinX[x] = math.sin(angle);
    }
    for (let y = 0, i = 0; y < heightPx; y++) {
      const dy = y - yPx!;
      const angle = rate * sin * dy;
      const [cosY, sinY] = [math.cos(angle), math.sin(angle)];
      for (let x = 0; x < widthPx; x++, i++) {
        const dx = x - xPx!;
        const u = dx * cos + dy * sin;
        const v = dy * cos - dx * sin;
        const envelope = math.exp(-0.5 * (u * u * perAcross + v * v * perAlong));
        const wave = envelope * (cosX[x]! * cosY - sinX[x]! * sinY);
        const quarter = envelope * (sinX[x]! * cosY + cosX[x]! * sinY);
        const value = even! * wave + odd! * quarter;
        const byAngle = math.tau * (odd! * wave - even! * quarter);
        const byU = byAngle * f! - value * u * perAcross;
        const byV = -value * v * perAlong;
        values[i] = value;
        byEven![i] = wave;
        byOdd![i] = quarter;
        byY![i] = -byU * sin - byV * cos;
        byX![i] = -byU * cos + byV * sin;
        byF![i] = byAngle * u;
        byTheta![i] = byU * v - byV * u;
        byAcross![i] = value * u * u * perAcross;
        byAlong![i] = value * v * v * perAlong;
      }
    }
  };
}

/** Parameters kc, −ks, centre y, x, log σc, log(σs/σc − 1). */
export function differenceOfGaussiansModel([heightPx, widthPx]: MapSize): Model {
  const [innerX, outerX] = [new Float64Array(widthPx), new Float64Array(widthPx)];
  return ([centre, surround, yPx, xPx, logSigma, logExcess], values, jacobian) => {
    const [byCentre, bySurround, byY, byX, bySigma, byExcess] = jacobian;
    const excess = math.exp(logExcess!);
    const perCentre = math.exp(-2 * logSigma!);
    const perSurround = perCentre / ((1 + excess) * (1 + excess));
    const [weighedCentre, weighedSurround] = [centre! * perCentre, surround! * perSurround];
    const growth = excess / (1 + excess);
    for (let x = 0; x < widthPx; x++) {
      const dx = x - xPx!;
      innerX[x] = math.exp(-0.5 * dx * dx * perCentre);
      outerX[x] = math.exp(-0.5 * dx * dx * perSurround);
    }
    for (let y = 0, i = 0; y < heightPx; y++) {
      const dy = y - yPx!;
      const innerY = math.exp(-0.5 * dy * dy * perCentre);
      const outerY = math.exp(-0.5 * dy * dy * perSurround);
      for (let x = 0; x < widthPx; x++, i++) {
        const dx = x - xPx!;
        const square = dy * dy + dx * dx;
        const inner = innerX[x]! * innerY;
        const outer = outerX[x]! * outerY;
        const outerSlope = weighedSurround * outer;
        const slope = weighedCentre * inner + outerSlope;
        values[i] = centre! * inner + surround! * outer;
        byCentre![i] = inner;
        bySurround![i] = outer;
        byY![i] = slope * dy;
        byX![i] = slope * dx;
        bySigma![i] = slope * square;
        byExcess![i] = outerSlope * square * growth;
      }
    }
  };
}

/**
 * The largest local maxima of a map's amplitude spectrum, frequency 0 aside: sampled twice as finely as the map's size resolves,
 * in the half plane that tells the rest. Plain sums, column by column: O(height · width · (height + width)) · 4.
 */
function strongestFrequencies(
  map: Float64Array,
  [heightPx, widthPx]: MapSize,
  nWanted: number,
): (readonly [kyCpx: number, kxCpx: number])[] {
  const [nY, nX] = [2 * heightPx, 2 * widthPx];
  const wave = (n: number) => Array.from({ length: n }, (_, k) => direction((360 * k) / n));
  const [waveY, waveX] = [wave(nY), wave(nX)];
  const power = Array.from({ length: widthPx + 1 }, (_, kx) => {
    const real = new Float64Array(heightPx);
    const imaginary = new Float64Array(heightPx);
    for (let i = 0; i < map.length; i++) {
      const [cos, sin] = waveX[(kx * (i % widthPx)) % nX]!;
      real[Math.floor(i / widthPx)]! += map[i]! * cos;
      imaginary[Math.floor(i / widthPx)]! -= map[i]! * sin;
    }
    return Float64Array.from({ length: nY }, (_, ky) => {
      let [re, im] = [0, 0];
      for (let y = 0; y < heightPx; y++) {
        const [cos, sin] = waveY[(ky * y) % nY]!;
        re += real[y]! * cos + imaginary[y]! * sin;
        im += imaginary[y]! * cos - real[y]! * sin;
      }
      return re * re + im * im;
    });
  });
  // Column −k is column k with ky turned around, and so is the one beyond the highest frequency.
  const powerAt = (ky: number, kx: number): number =>
    kx < 0 || kx > widthPx ? powerAt(-ky, kx < 0 ? -kx : nX - kx) : power[kx]![((ky % nY) + nY) % nY]!;
  const maxima: { frequency: readonly [number, number]; size: number }[] = [];
  for (let kx = 0; kx <= widthPx; kx++) {
    for (let ky = -heightPx; ky < heightPx; ky++) {
      if (kx === 0 && ky <= 0) continue;
      const size = powerAt(ky, kx);
      const isLargest = [-1, 0, 1].every((dy) => [-1, 0, 1].every((dx) => powerAt(ky + dy, kx + dx) <= size));
      if (isLargest) maxima.push({ frequency: [ky / nY, kx / nX], size });
    }
  }
  return maxima
    .sort((a, b) => b.size - a.size)
    .slice(0, nWanted)
    .map(({ frequency }) => frequency);
}

function gaborOf(parameters: Float64Array, isResolved: boolean): Gabor {
  const [even, odd, centreYPx, centreXPx, frequencyCpx, theta, logAcross, logAlong] = parameters as unknown as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const [sigmaAcrossPx, sigmaAlongPx] = [math.exp(logAcross), math.exp(logAlong)];
  // Half a turn on, the same Gabor has its odd part negated.
  const halfTurns = Math.floor(theta / Math.PI);
  const sign = halfTurns % 2 === 0 ? 1 : -1;
  return {
    amplitude: Math.sqrt(even * even + odd * odd),
    centreYPx,
    centreXPx,
    orientationDeg: (theta / Math.PI - halfTurns) * 180,
    frequencyCpx,
    phaseDeg: angleDeg(-sign * odd, even),
    sigmaAcrossPx,
    sigmaAlongPx,
    nx: isResolved ? sigmaAcrossPx * frequencyCpx : Number.NaN,
    ny: isResolved ? sigmaAlongPx * frequencyCpx : Number.NaN,
  };
}

function differenceOf([centre, surround, centreYPx, centreXPx, logSigma, logExcess]: Float64Array): DifferenceOfGaussians {
  const centreSigmaPx = math.exp(logSigma!);
  return {
    centreYPx: centreYPx!,
    centreXPx: centreXPx!,
    centreAmplitude: centre!,
    centreSigmaPx,
    surroundAmplitude: -surround!,
    surroundSigmaPx: centreSigmaPx * (1 + math.exp(logExcess!)),
  };
}

/**
 * The angle of a vector, −180 < angle ≤ 180: the arctangent within an octant by halving the angle four times, then the series
 * x − x³/3 + x⁵/5 … (Math.atan2 rounds differently in different engines.) Error below 1e-13°.
 */
export function angleDeg(y: number, x: number): number {
  const [high, wide] = [Math.abs(y), Math.abs(x)];
  const isSteep = high > wide;
  let t = isSteep ? wide / high : high === 0 ? 0 : high / wide;
  for (let halving = 0; halving < 4; halving++) t /= 1 + Math.sqrt(1 + t * t);
  let series = 0;
  for (let power = 19; power > 0; power -= 2) series = 1 / power - t * t * series;
  const octant = (16 * t * series * 180) / Math.PI;
  const upper = isSteep ? 90 - octant : octant;
  const angle = x < 0 ? 180 - upper : upper;
  return y < 0 ? -angle : angle;
}
