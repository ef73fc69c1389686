/**
 * @file The statistics of a texture by Portilla & Simoncelli 2000, doi:10.1023/A:1026553619983: 710 numbers of four scales, four
 * orientations and 7×7 shifts, which textures that look alike share.
 */
import { autocovariance, centred, covariance, covariances, mean, standardMoment } from './adjust.ts';
import type { Matrix } from './matrices.ts';
import { type Complex, enlarged, nOrientations, nScales, type Pyramid, type PyramidFilters, pyramid } from './pyramid.ts';

export interface TextureStatistics {
  readonly mean: number;
  readonly variance: number;
  readonly skewness: number;
  readonly kurtosis: number;
  readonly least: number;
  readonly largest: number;
  readonly highPassVariance: number;
  /** Of the low-passes, finest first; autocovariances at `shifts`. */
  readonly lowPasses: readonly { readonly skewness: number; readonly kurtosis: number; readonly autocovariance: Float64Array }[];
  /** Of each scale's sub-bands. */
  readonly scales: readonly ScaleStatistics[];
}

/** [orientation], or [orientation, other]. */
export interface ScaleStatistics {
  /** Mean moduli: the paper's 710 imply them, and the synthesis needs them. */
  readonly meanModuli: readonly number[];
  readonly autocovariances: readonly Float64Array[];
  /** Of moduli: among themselves, and with those of the next coarser scale. */
  readonly among: Matrix;
  readonly withParents: Matrix;
  /** Of real parts with the real, then the imaginary parts of the next coarser scale at doubled phase. */
  readonly withPhases: Matrix;
}

/** Statistics of a picture. 256×256 takes half a second. */
export function textureStatistics(picture: Float64Array, filters: PyramidFilters): TextureStatistics {
  const { highPass, lowPasses, bands } = pyramid(picture, filters);
  const values = centred(picture);
  return {
    mean: mean(picture),
    variance: covariance(values, values),
    skewness: standardMoment(values, 3),
    kurtosis: standardMoment(values, 4),
    least: picture.reduce((a, b) => Math.min(a, b)),
    largest: picture.reduce((a, b) => Math.max(a, b)),
    highPassVariance: covariance(highPass, highPass),
    lowPasses: lowPasses.map((lowPass, s) => {
      const around = centred(lowPass);
      return {
        skewness: standardMoment(around, 3),
        kurtosis: standardMoment(around, 4),
        autocovariance: autocovariance(around, filters.sidePx >> s),
      };
    }),
    scales: bands.map((ofScale, s) => scaleStatistics(ofScale, bands[s + 1], filters.sidePx >> s)),
  };
}

function scaleStatistics(bands: readonly Complex[], coarser: Pyramid['bands'][0] | undefined, side: number): ScaleStatistics {
  const moduli = bands.map(modulus);
  const around = moduli.map(centred);
  const parents = coarser && parentsOf(coarser, side / 2);
  return {
    meanModuli: moduli.map(mean),
    autocovariances: around.map((values) => autocovariance(values, side)),
    among: covariances(around, around),
    withParents: parents ? covariances(around, parents.moduli) : [],
    withPhases: parents
      ? covariances(
          bands.map(({ re }) => re),
          parents.phases,
        )
      : [],
  };
}

export function modulus({ re, im }: Complex): Float64Array {
  return re.map((value, i) => Math.sqrt(value * value + im[i]! * im[i]!));
}

/**
 * A scale's sub-bands as the next finer scale sees them, at its places: moduli less their means, and values of the same modulus
 * whose phase is doubled, real parts and then imaginary parts (an edge keeps its phase over scales when the coarser one, which
 * turns half as fast, is doubled).
 */
export function parentsOf(bands: readonly Complex[], side: number) {
  const large = bands.map((band) => enlarged(band, side));
  const doubled = large.map((band) => {
    const { re, im } = band;
    const size = modulus(band).map((value) => value || 1);
    return {
      re: re.map((value, i) => (value * value - im[i]! * im[i]!) / size[i]!),
      im: re.map((value, i) => (2 * value * im[i]!) / size[i]!),
    };
  });
  return {
    moduli: large.map((band) => centred(modulus(band))),
    phases: [...doubled.map(({ re }) => centred(re)), ...doubled.map(({ im }) => centred(im))],
  };
}

/** The groups of the paper's section 2.3, the one variance of the high-pass with the pixels. */
export const statisticGroups = [
  'pixels',
  'low-pass moments',
  'low-pass autocorrelation',
  'modulus autocorrelation',
  'moduli across orientations',
  'moduli across scales',
  'phases across scales',
] as const;
export type StatisticGroup = (typeof statisticGroups)[number];

/**
 * The 710 numbers in their groups, without dimensions: the pixels' in their standard deviation, covariances in variances, both of
 * the reference. So two pictures' numbers may be compared, and 0.01 means one hundredth of the variance.
 *
 * @param reference what the picture is compared with; itself for correlations proper
 */
export function inUnitsOf(reference: TextureStatistics, statistics: TextureStatistics): Record<StatisticGroup, number[]> {
  const sigma = Math.sqrt(reference.variance);
  const { scales, lowPasses } = statistics;
  const variances = reference.scales.map(({ among }) => among.map((row, k) => row[k]!));
  const overVariance = (values: Float64Array, variance: number) => Array.from(values, (value) => value / variance);
  const finer = scales.slice(0, nScales - 1);
  return {
    pixels: [
      statistics.mean / sigma,
      statistics.variance / reference.variance,
      statistics.skewness,
      statistics.kurtosis,
      statistics.least / sigma,
      statistics.largest / sigma,
      statistics.highPassVariance / reference.highPassVariance,
    ],
    'low-pass moments': lowPasses.flatMap(({ skewness, kurtosis }) => [skewness, kurtosis]),
    'low-pass autocorrelation': lowPasses.flatMap((lowPass, s) =>
      overVariance(lowPass.autocovariance, reference.lowPasses[s]!.autocovariance[0]!),
    ),
    'modulus autocorrelation': scales.flatMap(({ autocovariances }, s) =>
      autocovariances.flatMap((values, k) => overVariance(values, variances[s]![k]!)),
    ),
    'moduli across orientations': scales.flatMap(({ among }, s) =>
      among.flatMap((row, j) => row.slice(0, j).map((value, k) => value / Math.sqrt(variances[s]![j]! * variances[s]![k]!))),
    ),
    'moduli across scales': finer.flatMap(({ withParents }, s) =>
      withParents.flatMap((row, j) => row.map((value, k) => value / Math.sqrt(variances[s]![j]! * variances[s + 1]![k]!))),
    ),
    'phases across scales': finer.flatMap(({ withPhases }, s) =>
      withPhases.flatMap((row, j) =>
        row.map((value, k) => value / Math.sqrt(powerOf(reference, s, j) * powerOf(reference, s + 1, k % nOrientations))),
      ),
    ),
  };
}

/** Mean square of a sub-band's real or imaginary part: half that of its modulus. */
function powerOf({ scales }: TextureStatistics, scale: number, orientation: number): number {
  const { meanModuli, among } = scales[scale]!;
  return (meanModuli[orientation]! ** 2 + among[orientation]![orientation]!) / 2;
}

export interface GroupMatch {
  /** Pearson's correlation of a group's numbers with the target's. */
  readonly correlation: number;
  /** Largest difference of one of its numbers, in the units of {@link inUnitsOf}. */
  readonly largestDeviation: number;
}

/** How near a picture's statistics are to a target's, group by group. */
export function matchOf(target: TextureStatistics, statistics: TextureStatistics): Record<StatisticGroup, GroupMatch> {
  const [wanted, reached] = [inUnitsOf(target, target), inUnitsOf(target, statistics)];
  const match = (group: StatisticGroup): GroupMatch => {
    const [a, b] = [Float64Array.from(wanted[group]), Float64Array.from(reached[group])];
    const [x, y] = [centred(a), centred(b)];
    return {
      correlation: covariance(x, y) / Math.sqrt(covariance(x, x) * covariance(y, y)),
      largestDeviation: a.reduce((largest, value, i) => Math.max(largest, Math.abs(value - b[i]!)), 0),
    };
  };
  return Object.fromEntries(statisticGroups.map((group) => [group, match(group)])) as Record<StatisticGroup, GroupMatch>;
}
