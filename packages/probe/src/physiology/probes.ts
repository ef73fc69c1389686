/**
 * @file The probes of the battery: each reads one unit's responses to its sets and gives its measures. The mathematics is in
 * tuning/; here is which curve is read where.
 */
import type { Random } from '@ventral/core';
import type { Cell, Column, Table } from '../table.ts';
import { colourPreference } from '../tuning/colour.ts';
import { contrastResponse } from '../tuning/contrast.ts';
import { bandwidthCriterion } from '../tuning/curve.ts';
import { fieldMap } from '../tuning/field-map.ts';
import { orientationTuning } from '../tuning/orientation.ts';
import { modulationRatio, preferredComponent } from '../tuning/phase.ts';
import { reverseCorrelation } from '../tuning/reverse-correlation.ts';
import { sizeTuning } from '../tuning/size.ts';
import { spatialFrequencyTuning } from '../tuning/spatial-frequency.ts';
import { indexOfLargest } from '../tuning/undefined.ts';
import { curveThrough, type LayerResponses, parameterOf, type SetResponses, type UnitResponses } from './responses.ts';

/** Degrees and pixels of the picture, and what a layer's field measures in them. */
export interface Scale {
  readonly pixelsPerDegree: number;
  /** Theoretical field of the layer's centre unit inside the picture: √(height · width). */
  readonly fieldPx: number;
}

/** What a probe measures of a unit. */
export interface Measure extends Column {
  readonly type: 'number';
  /** Of angles on a circle: a layer's median and quartiles are then taken around it. */
  readonly periodDeg?: number;
  /** Of yes and no, 1 and 0: a layer's number is the share of its units, not their median. */
  readonly summary?: 'mean';
}

/** What the probes of the battery have in common. All of those selected share one run. */
interface BatteryProbe {
  readonly name: string;
  readonly title: string;
  /** Names of the stimulus sets that it needs. */
  readonly sets: readonly string[];
  /** What they are drawn for: the field of the units, each group of layers its own (default), or the picture, one for all. */
  readonly drawnFor?: 'field' | 'picture';
  readonly measures: readonly Measure[];
}

/** One number for each measure of a probe. NaN, and a note: not defined here. */
export interface Measured {
  readonly values: readonly number[];
  readonly note: string | null;
}

/** A probe of single units. */
export interface TuningProbe extends BatteryProbe {
  readonly kind?: 'unit';
  /** @param isAmong whether the unit is one of at most so many, evenly spaced among those of its layer that are recorded */
  measure(unit: UnitResponses, scale: Scale, isAmong: (most: number) => boolean): Measured;
}

/** A probe of a layer's recorded units together. */
export interface LayerProbe extends BatteryProbe {
  readonly kind: 'layer';
  /** Its own table; the columns that name the layer come before. Probes may share one. */
  readonly table: Omit<Table, 'rows'>;
  /** @param random a stream of this probe and layer alone */
  measure(layer: LayerResponses, random: Random): Measured & { readonly rows: readonly (readonly Cell[])[] };
}

const measure = (name: string, unit: string | undefined, description: string): Measure => ({
  name,
  type: 'number',
  ...(unit !== undefined && { unit }),
  description,
});

/** How large a field is, measured in a way that begins with `prefix`. */
const fieldMeasures = (prefix: string, sigma: string, areaRoot: string): Measure[] => [
  measure(`${prefix}_sigma_deg`, 'deg', sigma),
  measure(`${prefix}_sigma_px`, 'px', 'The same in px of the picture.'),
  measure(`${prefix}_area_root_deg`, 'deg', areaRoot),
  measure(`${prefix}_area_root_px`, 'px', 'The same in px of the picture.'),
  measure(
    `${prefix}_share`,
    undefined,
    `${prefix}_area_root_px over the theoretical field inside the picture, √(height · width).`,
  ),
];

const fieldValues = (sigmaDeg: number, areaRootDeg: number, { pixelsPerDegree, fieldPx }: Scale) => [
  ...[sigmaDeg, sigmaDeg * pixelsPerDegree, areaRootDeg, areaRootDeg * pixelsPerDegree],
  (areaRootDeg * pixelsPerDegree) / fieldPx,
];

/** Curve and component through the condition that drives a unit most. */
function preferredCurve({ conditions, f0, f1 }: SetResponses, blank: number, along: string) {
  const { stimulusIndex, responses } = preferredComponent({ f0, f1 }, blank);
  const curve = curveThrough(conditions, stimulusIndex, along);
  return { levels: curve.map((i) => parameterOf(conditions[i]!, along)), responses: curve.map((i) => responses[i]!) };
}

const orientation: TuningProbe = {
  name: 'orientation',
  title: 'Orientation tuning',
  sets: ['orientation'],
  measures: [
    measure('circular_variance', undefined, '1 − |Σ r e^(2iθ)| / Σ r over 12 orientations: 0 one orientation, 1 none preferred.'),
    measure('orientation_selectivity', undefined, '1 − circular variance.'),
    measure('orthogonal_over_preferred', undefined, 'Response at the orthogonal orientation over that at the preferred one.'),
    measure('orientation_bandwidth_deg', 'deg', 'Half width at 0.707 of the peak; empty where the curve stays above.'),
    {
      ...measure(
        'preferred_orientation_deg',
        'deg',
        'Orientation of the smoothed curve’s peak, 0 … 179; 0 is a vertical grating.',
      ),
      periodDeg: 180,
    },
  ],
  measure(unit) {
    const { conditions, f0 } = unit.of('orientation');
    // Read at the frequency and diameter of the largest mean response (Ringach, Shapley & Hawken 2002).
    const curve = curveThrough(conditions, indexOfLargest(f0), 'orientationDeg');
    const tuning = orientationTuning(curve.map((i) => f0[i]!));
    const { circularVariance, osi, orthogonalRatio, halfBandwidthDeg, preferredDeg, note } = tuning;
    return { values: [circularVariance, osi, orthogonalRatio, halfBandwidthDeg, preferredDeg], note };
  },
};

const spatialFrequency: TuningProbe = {
  name: 'spatial-frequency',
  title: 'Spatial-frequency tuning',
  sets: ['spatial-frequency'],
  measures: [
    measure('peak_sf_cpd', 'c/deg', 'Frequency of the smoothed curve’s peak.'),
    measure('peak_sf_cycles_per_px', 'cycles/px', 'The same in cycles per pixel of the picture.'),
    measure('sf_bandwidth_octaves', 'octaves', 'Width at half height; empty for low-pass and high-pass curves.'),
    measure('sf_bandwidth_percent', '%', 'Lower over upper frequency at 0.707 of the peak × 100 (Schiller): larger is narrower.'),
  ],
  measure(unit, { pixelsPerDegree }) {
    const responses = unit.of('spatial-frequency');
    const curve = preferredCurve(responses, unit.blank, 'spatialFrequencyCpd');
    const octaves = spatialFrequencyTuning(curve.responses, curve.levels, 'smooth', 0.5);
    // Schiller's index is one of mean responses.
    const { conditions, f0 } = responses;
    const atMean = curveThrough(conditions, indexOfLargest(f0), 'spatialFrequencyCpd');
    const schiller = spatialFrequencyTuning(
      atMean.map((i) => f0[i]!),
      atMean.map((i) => parameterOf(conditions[i]!, 'spatialFrequencyCpd')),
      'smooth',
      bandwidthCriterion,
    );
    const { peak, bandwidthOctaves, note } = octaves;
    return { values: [peak, peak / pixelsPerDegree, bandwidthOctaves, schiller.ratioPercent], note };
  },
};

const phase: TuningProbe = {
  name: 'phase',
  title: 'Phase: simple and complex',
  sets: ['orientation'],
  measures: [
    measure(
      'f1_over_f0',
      undefined,
      'F1/F0 at the grating of the largest mean: π/2 for a half-wave rectified filter, 0 for an energy unit.',
    ),
  ],
  measure(unit) {
    const { value, note } = modulationRatio(unit.of('orientation'));
    return { values: [value], note };
  },
};

const size: TuningProbe = {
  name: 'size',
  title: 'Size tuning and surround',
  sets: ['size'],
  measures: [
    measure('summation_field_deg', 'deg', 'Smallest diameter that reaches 95 % of the largest response.'),
    measure('surround_diameter_deg', 'deg', 'Smallest diameter beyond the peak within 5 % of the response at the largest one.'),
    measure('suppression_index', undefined, '(peak − response at the largest diameter) / peak: 0 none, 1 complete.'),
  ],
  measure(unit) {
    const { levels, responses } = preferredCurve(unit.of('size'), unit.blank, 'diameterDeg');
    const { summationFieldDiameter, surroundDiameter, suppressionIndex, note } = sizeTuning(responses, levels, 'relative');
    return { values: [summationFieldDiameter, surroundDiameter, suppressionIndex], note };
  },
};

const contrast: TuningProbe = {
  name: 'contrast',
  title: 'Contrast response',
  sets: ['contrast'],
  measures: [
    measure(
      'c50',
      undefined,
      'Michelson contrast of half the growth in b + Rmax cⁿ / (cⁿ + c50ⁿ); empty outside the contrasts shown.',
    ),
    measure('contrast_exponent', undefined, 'n of the same fit.'),
  ],
  measure(unit) {
    const { levels, responses } = preferredCurve(unit.of('contrast'), unit.blank, 'contrast');
    const { halfContrast, exponent, note } = contrastResponse(responses, levels);
    return { values: [halfContrast, exponent], note };
  },
};

const colour: TuningProbe = {
  name: 'colour',
  title: 'Colour against luminance',
  sets: ['chromatic'],
  measures: [
    measure(
      'opponency_index',
      undefined,
      'Largest response to L−M and S gratings over the largest to luminance gratings of equal cone contrast: below 0.5 luminance, above 2 colour.',
    ),
  ],
  measure(unit) {
    const { conditions, f0, f1 } = unit.of('chromatic');
    const strength = f0.map((mean, i) => Math.max(Math.abs(mean - unit.blank), f1[i]!));
    const along = (isLuminance: boolean) =>
      strength.filter((_, i) => (conditions[i]!.parameters.axis === 'luminance') === isLuminance);
    const { index, note } = colourPreference(along(false), along(true));
    return { values: [Number.isFinite(index) ? index : Number.NaN], note: index === Infinity ? 'only colour drives it' : note };
  },
};

/**
 * σ of a patch in its diameters: of half a cosine, cos(πu/d), in a disk of diameter d, the geometric mean of σ along and across
 * it, 0.1992 d and 0.2648 d by their second moments.
 */
const patchSigmaDiameters = 0.2296;

const mapping: TuningProbe = {
  name: 'mapping',
  title: 'Mapped receptive fields',
  sets: ['receptive-field'],
  measures: [
    ...fieldMeasures(
      'mapped',
      'σ of the Gaussian fitted to the map of responses to small patches, the patch taken off.',
      '√ of the map’s area above 4.55 % of its peak (Luo 2016), patch included.',
    ),
    measure(
      'mapped_center_y_deg',
      'deg',
      'Centroid of the positions above 5 % of the peak, from the middle of the picture, down.',
    ),
    measure('mapped_center_x_deg', 'deg', 'The same, to the right.'),
  ],
  measure(unit, scale) {
    const { conditions, responses } = unit.of('receptive-field');
    const levels = (name: string) =>
      [...new Set(conditions.map((condition) => parameterOf(condition, name)))].sort((a, b) => a - b);
    const [ys, xs] = [levels('yDeg'), levels('xDeg')];
    const stepDeg = xs[1]! - xs[0]!;
    // The patch that drives the unit most anywhere, at every place: a map by the best of several would have wider tails.
    const nPatches = responses.length / conditions.length;
    const patch = indexOfLargest(responses) % nPatches;
    const map = new Float64Array(ys.length * xs.length);
    for (const [i, condition] of conditions.entries()) {
      const [y, x] = [ys.indexOf(parameterOf(condition, 'yDeg')), xs.indexOf(parameterOf(condition, 'xDeg'))];
      map[y * xs.length + x] = responses[i * nPatches + patch]! - unit.blank;
    }
    const patchSigmaDeg = patchSigmaDiameters * parameterOf(conditions[0]!, 'diameterDeg');
    const field = fieldMap(map, [ys.length, xs.length], patchSigmaDeg / stepDeg);
    const { sigmaSteps, sqrtAreaSteps, centroidYSteps, centroidXSteps, isCut, note } = field;
    return {
      values: [
        ...fieldValues(sigmaSteps * stepDeg, sqrtAreaSteps * stepDeg, scale),
        ys[0]! + centroidYSteps * stepDeg,
        xs[0]! + centroidXSteps * stepDeg,
      ],
      note: note ?? (isCut ? 'the field reaches the map’s border: a lower bound' : null),
    };
  },
};

/** Units of a layer to whose maps shapes are fitted: a fit takes longer than all else. */
const nFitted = 8;

const reverse: TuningProbe = {
  name: 'reverse-correlation',
  title: 'Reverse correlation with checks',
  sets: ['checks'],
  measures: [
    ...fieldMeasures(
      'rc',
      'σ of the Gaussian fitted to the |spike-triggered average| of checks, the check taken off.',
      '√ of the area of |map| above 4.55 % of its peak (Luo 2016), check included.',
    ),
    measure('rc_reliability', undefined, 'Correlation of the maps of two halves of the pictures; below 0.3 the rest is empty.'),
    measure(
      'lgn_likeness',
      undefined,
      'R² of a difference of Gaussians less R² of a Gabor, fitted to one half’s map and scored on the other’s: above 0 like LGN, below like V1.',
    ),
    measure('gabor_nx', 'cycles', 'σ of the Gabor across its stripes × its frequency (Ringach 2002).'),
    measure('gabor_ny', 'cycles', 'σ of the Gabor along its stripes × its frequency.'),
  ],
  measure(unit, scale, isAmong) {
    const { conditions, responses } = unit.of('checks');
    // Every second picture is the negative of the one before.
    const pairs = conditions.flatMap(({ parameters }, i) => (i % 2 === 0 ? [parameters.brightChecks as readonly number[]] : []));
    const [checkDeg, nAcross] = [parameterOf(conditions[0]!, 'checkDeg'), parameterOf(conditions[0]!, 'nAcross')];
    const isFitted = isAmong(nFitted);
    const { reliability, field, shape, note } = reverseCorrelation(responses, pairs, nAcross, isFitted);
    const unfitted = field && !isFitted ? `only ${nFitted} units of a layer are fitted` : null;
    const nan = Number.NaN;
    return {
      values: [
        ...fieldValues((field?.sigmaSteps ?? nan) * checkDeg, (field?.sqrtAreaSteps ?? nan) * checkDeg, scale),
        reliability,
        shape?.lgnLikeness ?? nan,
        shape?.gabor?.nx ?? nan,
        shape?.gabor?.ny ?? nan,
      ],
      note: [note, unfitted].filter((some) => some !== null).join('; ') || null,
    };
  },
};

/** The battery's probes, in the order of their tables. */
export const tuningProbes: readonly TuningProbe[] = [
  mapping,
  reverse,
  orientation,
  spatialFrequency,
  phase,
  size,
  contrast,
  colour,
];
