import { type StimulusList, stimulusSet } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../physiology/battery.ts';
import type { UnitResponses } from '../physiology/responses.ts';
import { harmonics } from '../tuning/phase.ts';
import { inRates, mappedCentreDeg, studies } from './properties.ts';

/** Fine enough for all 22 frequencies. */
const view = { heightPx: 672, widthPx: 672, fovDeg: 12, seed: 0, mode: 'marques' } as const;

type Grating = Readonly<Record<string, number>>;

/** A unit that answers each published stimulus by a formula. */
function unitOf(response: (grating: Grating) => number, blank = 0): UnitResponses {
  const lists = new Map<string, StimulusList>();
  return {
    blank,
    of(set) {
      const list = lists.get(set) ?? stimulusSet(set).list(view);
      lists.set(set, list);
      const conditions = conditionsOf(set, list);
      const responses = Float64Array.from(
        conditions.flatMap(({ stimuli }) => stimuli.map((i) => response(list.parameters(i) as Grating))),
      );
      return { conditions, responses, ...harmonics(responses, conditions[0]!.stimuli.length) };
    },
  };
}

/** Properties by name, of the studies of one set. */
function read(set: string, unit: UnitResponses): Record<string, number> {
  const own = studies.filter((study) => study.set === set);
  return Object.fromEntries(
    own.flatMap((study) => {
      const { values } = study.read(unit);
      return study.properties.map(({ name }, p) => [name, values[p]!]);
    }),
  );
}

const cosDeg = (deg: number) => Math.cos((deg / 180) * Math.PI);
/** Best at 3 cycles of 3.08 c/deg, half of that elsewhere. */
const isBest = ({ spatialFrequencyCpd, diameterDeg }: Grating) =>
  Math.abs(spatialFrequencyCpd! - 3.084) < 0.01 && Math.abs(diameterDeg! * spatialFrequencyCpd! - 3) < 1e-9;

// Golden numbers: what the functions of Brain-Score Vision give on the same curves (NumPy 1.24, SciPy 1.10).
describe('against the published code', () => {
  it('orientation: CV 0.555696521545, O/P 0.181844512277, half bandwidth 20°, preferred 52°', () => {
    const curve = ({ orientationDeg }: Grating) => 2 + 10 * Math.exp(3 * (cosDeg(2 * (orientationDeg! - 52)) - 1));
    const found = read(
      'orientation',
      unitOf((grating) => curve(grating) * (isBest(grating) ? 1 : 0.5)),
    );
    expect(found.circular_variance).toBeCloseTo(0.555696521545, 11);
    expect(found.orthogonal_over_preferred).toBeCloseTo(0.181844512277, 11);
    expect(found.orientation_bandwidth_deg).toBe(20);
    expect(found.preferred_orientation_deg).toBe(52);
    expect(found.circular_variance_over_bandwidth).toBeCloseTo(0.555696521545 / 20, 12);
    expect(found.orthogonal_minus_circular_variance).toBeCloseTo(0.181844512277 - 0.555696521545, 11);
    expect(found.orientation_selective).toBe(1);
  });

  it('modulation ratio 0.666666666667 of 3 + 2 cos(φ + 0.4) + 0.3 cos 2φ', () => {
    const wave = ({ phaseDeg }: Grating) => 3 + 2 * cosDeg(phaseDeg! + (0.4 / Math.PI) * 180) + 0.3 * cosDeg(2 * phaseDeg!);
    const found = read(
      'orientation',
      unitOf((grating) => 10 * wave(grating) * (isBest(grating) ? 1 : 0.5)),
    );
    expect(found.f1_over_f0).toBeCloseTo(2 / 3, 12);
  });

  it('spatial frequency: peak 2.5132347872 c/deg, bandwidth 24.73881815 %', () => {
    const curve = ({ spatialFrequencyCpd }: Grating) =>
      1 + 8 * Math.exp(-((Math.log2(spatialFrequencyCpd! / 2.5) / 1.1) ** 2) / 2);
    const found = read(
      'spatial-frequency',
      unitOf((grating) => curve(grating) * (grating.orientationDeg === 60 ? 1 : 0.5)),
    );
    expect(found.peak_sf_cpd).toBeCloseTo(2.5132347872, 9);
    expect(found.sf_bandwidth_percent).toBeCloseTo(24.73881815, 7);
    expect(found.sf_selective).toBe(1);
  });

  it('size: summation 1.68179283°, surround 6.72717132°, ratio 4, suppression 0.3145545993', () => {
    const curve = ({ diameterDeg }: Grating) => {
      const radius = diameterDeg! / 2;
      return 20 * (1 - Math.exp(-((radius / 0.5) ** 2))) - 8 * (1 - Math.exp(-((radius / 2) ** 2)));
    };
    const found = read(
      'size',
      unitOf((grating) => curve(grating) * (grating.orientationDeg === 30 ? 1 : 0.5)),
    );
    expect(found.summation_field_deg).toBeCloseTo(1.68179283, 8);
    expect(found.surround_diameter_deg).toBeCloseTo(6.72717132, 8);
    expect(found.surround_over_summation).toBeCloseTo(4, 12);
    expect(found.suppression_index).toBeCloseTo(0.3145545993, 10);
    expect(found.surround_suppressed).toBe(1);
  });
});

describe('which units count', () => {
  it('a study of means asks for more than 5 spikes/s above blank, one of components for an F1 or F0 − blank of more than 5', () => {
    const isResponsive = (unit: UnitResponses) => studies.map((study) => study.read(unit).isResponsive);
    expect(studies.map(({ set }) => set)).toEqual(['orientation', 'spatial-frequency', 'spatial-frequency', 'size']);
    expect(isResponsive(unitOf(() => 7.01, 2))).toEqual([true, true, true, true]);
    expect(isResponsive(unitOf(() => 7, 2))).toEqual([false, false, false, false]);
    // A mean of 4 that swings by 5.5: F1 alone is high enough.
    const modulated = unitOf(({ phaseDeg }) => 4 + 5.5 * cosDeg(phaseDeg!));
    expect(isResponsive(modulated)).toEqual([false, true, false, true]);
    const [orientation] = studies;
    expect(orientation!.read(modulated)).toEqual({
      isResponsive: false,
      values: orientation!.properties.map(() => Number.NaN),
      note: 'no rate more than 5 spikes/s above blank',
    });
  });

  it('responsive, and some property undefined: empty, with its reason; selective and suppressed are then 0', () => {
    const flat = unitOf(() => 20, 1);
    expect(read('orientation', flat).circular_variance).toBeCloseTo(1, 14);
    expect(read('orientation', flat).orientation_selective).toBe(0);
    expect(read('orientation', flat).orientation_bandwidth_deg).toBeNaN();
    expect(read('spatial-frequency', flat)).toMatchObject({ sf_selective: 0 });
    expect(read('size', flat)).toMatchObject({ suppression_index: 0, surround_suppressed: 0, summation_field_deg: Number.NaN });
  });

  it('orientations of 157.5° and more lie below 0, in the published bins', () => {
    const at = (preferred: number) =>
      read(
        'orientation',
        unitOf(({ orientationDeg }) => 20 * Math.exp(3 * (cosDeg(2 * (orientationDeg! - preferred)) - 1))),
      ).preferred_orientation_deg;
    expect([at(150), at(165), at(0)]).toEqual([150, -15, 0]);
  });
});

describe('where a unit is', () => {
  /** Answers a patch the more the nearer it is, and one orientation alone. */
  const at = (yDeg: number, xDeg: number, blank: number) =>
    unitOf(
      (patch) =>
        blank +
        (patch.orientationDeg === 45 ? 10 * Math.exp(-((patch.yDeg! - yDeg) ** 2 + (patch.xDeg! - xDeg) ** 2) / 0.18) : -1),
      blank,
    );

  it('is the centroid of its map, whatever it does without a stimulus', () => {
    for (const blank of [0, 3]) {
      const [y, x] = mappedCentreDeg(at(0.6, -0.35, blank));
      expect(Math.abs(y - 0.6)).toBeLessThan(0.005);
      expect(Math.abs(x + 0.35)).toBeLessThan(0.005);
    }
  });

  it('by hand: 4 at (0.5, 0.5), 1 at (0.75, 0.5), 0.2 far off, which is just 5 % of the peak and does not count', () => {
    const answers = new Map([
      ['0.5 0.5', 4],
      ['0.75 0.5', 1],
      ['-2 2', 0.2],
    ]);
    const unit = unitOf(({ yDeg, xDeg }) => answers.get(`${yDeg} ${xDeg}`) ?? 0);
    const [y, x] = mappedCentreDeg(unit);
    expect(y).toBeCloseTo(0.55, 14);
    expect(x).toBe(0.5);
  });

  it('is nowhere if no patch drives it above grey', () => {
    expect(mappedCentreDeg(unitOf(() => 2, 3))).toEqual([Number.NaN, Number.NaN]);
  });
});

describe('inRates', () => {
  it('by hand: 2 r − 1, not below 0, and harmonics of that', () => {
    const rates = inRates(
      unitOf(({ phaseDeg }) => 1 + cosDeg(phaseDeg!), 0.25),
      { scale: 2, offset: -1, nResponsive: 1, note: null },
    );
    expect(rates.blank).toBe(0);
    const { responses, f0 } = rates.of('orientation');
    // Phases 0, 45, …: 1 + cos is 2, 1.707, 1, 0.293, 0, 0.293, 1, 1.707.
    const expected = [3, 1 + Math.SQRT2, 1, 0, 0, 0, 1, 1 + Math.SQRT2];
    for (const [i, rate] of expected.entries()) expect(responses[i]).toBeCloseTo(rate, 12);
    expect(f0[0]).toBeCloseTo(expected.reduce((a, b) => a + b) / 8, 12);
  });
});
