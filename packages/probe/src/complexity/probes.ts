/**
 * @file The probes of complexity that read single units' responses to the battery (physiology/measure.ts): whether a unit prefers
 * patterns that early vision is not made for, and how it is tuned to the curvature of boundaries.
 */
import type { Measure, TuningProbe } from '../physiology/probes.ts';
import { parameterOf } from '../physiology/responses.ts';
import { type Boundary, curvatureTuning } from './curvature.ts';
import { complexPreference } from './preference.ts';
import { textureProbe } from './texture-probe.ts';

const measure = (name: string, description: string): Measure => ({ name, type: 'number', description });

const complexPreferenceProbe: TuningProbe = {
  name: 'complex-preference',
  title: 'Complex over simple patterns',
  sets: ['simple', 'complex'],
  measures: [
    measure('complex_over_simple', '(best complex − best simple) / (best complex + best simple), above blank: −1 … 1.'),
    measure('complex_preference_p', 'Share of all ways to call half of the patterns complex in which that is as large.'),
    {
      ...measure('prefers_complex', '1 where p is below 0.05, else 0; of labels without meaning 1 in 32 would be.'),
      summary: 'mean',
    },
  ],
  measure(unit) {
    const above = (set: string) => unit.of(set).responses.map((response) => response - unit.blank);
    const { index, pValue, note } = complexPreference(above('simple'), above('complex'));
    return { values: [index, pValue, Number.isNaN(pValue) ? pValue : pValue < 0.05 ? 1 : 0], note };
  },
};

/** Units of a layer whose tuning is fitted: a fit costs some milliseconds. */
const nFitted = 32;

const curvatureProbe: TuningProbe = {
  name: 'curvature',
  title: 'Tuning to boundary curvature',
  sets: ['shapes'],
  measures: [
    measure(
      'curvature_fit_r',
      'Correlation of a Gaussian in curvature × position, fitted to every second shape, with the responses to the others.',
    ),
    measure('peak_curvature', 'Where it peaks: −1 sharp concave, 0 straight, 1 sharp convex; empty where r is below 0.3.'),
    {
      ...measure('peak_position_deg', 'Its angular position about the centre: 0 right, 90 up; empty where r is below 0.3.'),
      unit: 'deg',
      periodDeg: 360,
    },
  ],
  measure(unit, _, isAmong) {
    if (!isAmong(nFitted)) {
      return { values: [Number.NaN, Number.NaN, Number.NaN], note: `only ${nFitted} units of a layer are fitted` };
    }
    const { conditions, responses } = unit.of('shapes');
    // All rotations of a shape are on the same side, so that the half that is predicted holds other shapes.
    const isFitted = (i: number) => parameterOf(conditions[i]!, 'shape') % 2 === 1;
    const boundaries = conditions.map(({ parameters }) => parameters as unknown as Boundary);
    const { r, curvature, positionDeg, note } = curvatureTuning(responses, boundaries, isFitted);
    return { values: [r, curvature, positionDeg], note };
  },
};

/** In the order of their tables. */
export const complexityProbes: readonly TuningProbe[] = [complexPreferenceProbe, curvatureProbe, textureProbe];
