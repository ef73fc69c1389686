/**
 * @file The properties of the published V1 battery: what each of its studies read off one unit's rates, and which units count for
 * it. Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495; its 450 textures are photographs and not shown, so the
 * properties of Freeman & Ziemba are not here. The mathematics is in tuning/.
 */
import { curveThrough, parameterOf, type SetResponses, type UnitResponses } from '../physiology/responses.ts';
import type { Column } from '../table.ts';
import { bandwidthCriterion } from '../tuning/curve.ts';
import { fieldCentroid } from '../tuning/field-map.ts';
import { foldedOrientationDeg, orientationTuning } from '../tuning/orientation.ts';
import { harmonics, modulationRatio, preferredComponent } from '../tuning/phase.ts';
import { isResponsive, type RateScale, rateOf } from '../tuning/rates.ts';
import { sizeTuning } from '../tuning/size.ts';
import { spatialFrequencyTuning } from '../tuning/spatial-frequency.ts';
import { indexOfLargest } from '../tuning/undefined.ts';

/** A property of a unit. Yes-or-no ones are 1 or 0 until they are cells. */
export interface V1Property extends Column {
  readonly type: 'number' | 'boolean';
  /** Of angles on a circle. */
  readonly periodDeg?: number;
}

/** What a study gives for one unit. */
export interface StudyReading {
  /** The unit's rates are high enough for this study; else all values are NaN. */
  readonly isResponsive: boolean;
  /** In the order of the study's properties; NaN, and a note: not defined for this unit. */
  readonly values: readonly number[];
  readonly note: string | null;
}

/** One study of cells, asked of a unit: the properties that it read off the same responses and counted the same units for. */
export interface Study {
  readonly set: 'orientation' | 'spatial-frequency' | 'size';
  readonly properties: readonly V1Property[];
  /** @param rates in spikes/s */
  read(rates: UnitResponses): StudyReading;
}

const property = (name: string, unit: string | undefined, description: string): V1Property => ({
  name,
  type: 'number',
  ...(unit !== undefined && { unit }),
  description,
});
const yesOrNo = (name: string, description: string): V1Property => ({ name, type: 'boolean', description });
const asNumber = (is: boolean | null) => (is === null ? Number.NaN : Number(is));

const unresponsive = 'no rate more than 5 spikes/s above blank';

/** A study of mean rates: its units have one of more than 5 spikes/s above the rate without a stimulus. */
function ofMeans(
  about: Pick<Study, 'set' | 'properties'>,
  read: (responses: SetResponses, best: number) => Omit<StudyReading, 'isResponsive'>,
): Study {
  return {
    ...about,
    read(rates) {
      const responses = rates.of(about.set);
      const best = indexOfLargest(responses.f0);
      return isResponsive(responses.f0[best]!, rates.blank)
        ? { isResponsive: true, ...read(responses, best) }
        : notCounted(about.properties);
    },
  };
}

/** A study of whichever is larger, F0 above blank or F1: that of its units exceeds 5 spikes/s. */
function ofComponents(
  about: Pick<Study, 'set' | 'properties'>,
  along: string,
  read: (responses: readonly number[], levels: readonly number[]) => Omit<StudyReading, 'isResponsive'>,
): Study {
  return {
    ...about,
    read(rates) {
      const { conditions, f0, f1 } = rates.of(about.set);
      const { stimulusIndex, responses } = preferredComponent({ f0, f1 }, rates.blank);
      if (!isResponsive(responses[stimulusIndex]!, 0)) return notCounted(about.properties);
      const curve = curveThrough(conditions, stimulusIndex, along);
      const levels = curve.map((i) => parameterOf(conditions[i]!, along));
      return {
        isResponsive: true,
        ...read(
          curve.map((i) => responses[i]!),
          levels,
        ),
      };
    },
  };
}

const notCounted = (properties: readonly V1Property[]): StudyReading => ({
  isResponsive: false,
  values: properties.map(() => Number.NaN),
  note: unresponsive,
});

/** De Valois, Yund & Hepler 1982, Vision Res 22:531, and Ringach, Shapley & Hawken 2002, J Neurosci 22:5639. */
const orientation = ofMeans(
  {
    set: 'orientation',
    properties: [
      {
        ...property(
          'preferred_orientation_deg',
          'deg',
          'Peak of the smoothed orientation curve, −22.5 … 157.5; 0 is a vertical grating (De Valois, Yund & Hepler 1982).',
        ),
        periodDeg: 180,
      },
      property(
        'circular_variance',
        undefined,
        '1 − |Σ r e^(2iθ)| / Σ r over 12 orientations at the best frequency and diameter (Ringach, Shapley & Hawken 2002).',
      ),
      property('orthogonal_over_preferred', undefined, 'O/P: rate at the orthogonal orientation over that at the preferred one.'),
      property('orientation_bandwidth_deg', 'deg', 'Half width of the smoothed curve at 0.707 of its peak.'),
      property('circular_variance_over_bandwidth', '1/deg', 'Circular variance over half bandwidth.'),
      property('orthogonal_minus_circular_variance', undefined, 'O/P − circular variance.'),
      yesOrNo('orientation_selective', 'Whether the half bandwidth is defined.'),
      property('f1_over_f0', undefined, 'Modulation ratio at the grating of the largest mean rate.'),
    ],
  },
  (responses, best) => {
    const { conditions, f0 } = responses;
    const curve = curveThrough(conditions, best, 'orientationDeg').map((i) => f0[i]!);
    const { preferredDeg, circularVariance, orthogonalRatio, halfBandwidthDeg, isSelective, note } = orientationTuning(curve);
    return {
      values: [
        foldedOrientationDeg(preferredDeg),
        circularVariance,
        orthogonalRatio,
        halfBandwidthDeg,
        circularVariance / halfBandwidthDeg,
        orthogonalRatio - circularVariance,
        asNumber(isSelective),
        modulationRatio(responses).value,
      ],
      note,
    };
  },
);

/** De Valois, Albrecht & Thorell 1982, Vision Res 22:545. */
const peakFrequency = ofComponents(
  {
    set: 'spatial-frequency',
    properties: [
      property(
        'peak_sf_cpd',
        'c/deg',
        'Peak of the smoothed frequency curve of F0 − blank or F1, whichever is larger (De Valois, Albrecht & Thorell 1982).',
      ),
    ],
  },
  'spatialFrequencyCpd',
  (responses, levels) => {
    const { peak, note } = spatialFrequencyTuning(responses, levels, 'smooth', bandwidthCriterion);
    return { values: [peak], note: Number.isNaN(peak) ? note : null };
  },
);

/** Schiller, Finlay & Volman 1976, J Neurophysiol 39:1334. */
const frequencyBandwidth = ofMeans(
  {
    set: 'spatial-frequency',
    properties: [
      property(
        'sf_bandwidth_percent',
        '%',
        'Lower over upper frequency at 0.707 of the peak × 100, of mean rates: larger is narrower (Schiller et al. 1976).',
      ),
      yesOrNo('sf_selective', 'Whether that bandwidth is defined.'),
    ],
  },
  ({ conditions, f0 }, best) => {
    const curve = curveThrough(conditions, best, 'spatialFrequencyCpd');
    const { ratioPercent, isSelective, note } = spatialFrequencyTuning(
      curve.map((i) => f0[i]!),
      curve.map((i) => parameterOf(conditions[i]!, 'spatialFrequencyCpd')),
      'smooth',
      bandwidthCriterion,
    );
    return { values: [ratioPercent, asNumber(isSelective)], note };
  },
);

/** Cavanaugh, Bair & Movshon 2002, doi:10.1152/jn.00692.2001. */
const size = ofComponents(
  {
    set: 'size',
    properties: [
      property(
        'suppression_index',
        undefined,
        '(peak − response at the largest diameter) / peak of F0 − blank or F1, whichever is larger (Cavanaugh, Bair & Movshon 2002).',
      ),
      yesOrNo('surround_suppressed', 'Whether the suppression index exceeds 0.1.'),
      property(
        'summation_field_deg',
        'deg',
        'Grating summation field: smallest diameter at 95 % of the peak; of suppressed units alone.',
      ),
      property(
        'surround_diameter_deg',
        'deg',
        'Smallest diameter beyond the peak within 5 % of the response at the largest; of suppressed units alone.',
      ),
      property('surround_over_summation', undefined, 'Surround diameter over summation field.'),
    ],
  },
  'diameterDeg',
  (responses, levels) => {
    const { suppressionIndex, summationFieldDiameter, surroundDiameter, surroundRatio, note } = sizeTuning(
      responses,
      levels,
      'marques',
    );
    const isSuppressed = asNumber(Number.isNaN(suppressionIndex) ? null : suppressionIndex > 0.1);
    return { values: [suppressionIndex, isSuppressed, summationFieldDiameter, surroundDiameter, surroundRatio], note };
  },
);

/** The studies, in the order of the tables' columns. */
export const studies: readonly Study[] = [orientation, peakFrequency, frequencyBandwidth, size];

/**
 * Where a unit's field is: the centroid of its map, which holds, for each position, the largest response to a patch there, less the
 * response to grey. Degrees from the middle of the picture; NaN where no patch drives the unit above grey.
 */
export function mappedCentreDeg({ blank, of }: UnitResponses): readonly [yDeg: number, xDeg: number] {
  const { conditions, responses } = of('receptive-field');
  const levels = (name: string) =>
    [...new Set(conditions.map((condition) => parameterOf(condition, name)))].sort((a, b) => a - b);
  const [ys, xs] = [levels('yDeg'), levels('xDeg')];
  const nPatches = responses.length / conditions.length;
  const map = new Float64Array(ys.length * xs.length);
  for (const [i, condition] of conditions.entries()) {
    const at = ys.indexOf(parameterOf(condition, 'yDeg')) * xs.length + xs.indexOf(parameterOf(condition, 'xDeg'));
    map[at] = Math.max(0, Math.max(...responses.subarray(i * nPatches, (i + 1) * nPatches)) - blank);
  }
  const [ySteps, xSteps] = fieldCentroid(map, [ys.length, xs.length]);
  return [ys[0]! + ySteps * (ys[1]! - ys[0]!), xs[0]! + xSteps * (xs[1]! - xs[0]!)];
}

/** A unit's responses in spikes/s, harmonics included. */
export function inRates({ blank, of }: UnitResponses, scale: RateScale): UnitResponses {
  return {
    blank: rateOf(blank, scale),
    of(set) {
      const { conditions, responses } = of(set);
      const rates = responses.map((response) => rateOf(response, scale));
      return { conditions, responses: rates, ...harmonics(rates, conditions[0]!.stimuli.length) };
    },
  };
}
