import { cortexFiles } from '@ventral/testkit';
import { describe, expect, test } from 'vitest';
import { areas5, readMeasurements } from './measurements.ts';
import {
  type ChartSpecies,
  type CortexSeries,
  chartSpecies,
  cortexSeries,
  emptyAreas,
  type Quantity,
  quantities,
} from './series.ts';

const measurements = readMeasurements(cortexFiles());

/** `V1: 1.3` or `IT: 2.8–26`, all rows of a series. */
function numbers({ areas }: CortexSeries): string[] {
  return areas5.flatMap((area) =>
    (areas[area] ?? []).map(({ area: name, value, low, high }) => `${name} ${value ?? `${low}–${high}`}`),
  );
}

describe('cortexSeries', () => {
  test.each<[Quantity, ChartSpecies, Record<string, string[]>]>([
    [
      'receptive-field',
      'macaque',
      {
        'hand-mapped-diameter': ['V1 1.3', 'V2 2.2', 'V4 4.8', 'TEO/PIT 8.9', 'TE/CIT 38.5'],
        'gaussian-fit-awake': ['TE/AIT 2.8–26'],
        'dog-centre-radius': ['LGN_P 0.0401', 'LGN_M 0.0684'],
        'grating-summation-field': ['V1 0.78'],
      },
    ],
    ['receptive-field', 'human', { 'prf-sigma': ['V1 1', 'V1 0.58', 'V1 0.3194', 'V2 1.25', 'hV4 2.5'] }],
    [
      'latency',
      'macaque',
      {
        'onset-latency-anaesthetised': ['LGN_M 33.1', 'LGN_P 50.3', 'V1 66', 'V2 84.2', 'V2 82', 'V4 104'],
        'population-latency': ['V4 47.8', 'V4 49.4', 'V4 50.5'],
      },
    ],
    ['latency', 'human', {}],
    ['half-peak', 'macaque', { 'images-above-half-peak': ['V4 0.1', 'IT 0.1', 'IT 0.21'] }],
    ['half-peak', 'human', {}],
    ['sparseness', 'macaque', { 'lifetime-sparseness-from-shape': ['V1 0.5', 'V2 0.5', 'V4 0.5'] }],
    ['sparseness', 'human', {}],
    ['density', 'macaque', { 'treves-rolls-a': ['IT 0.65', 'IT 0.66', 'IT 0.77'] }],
    ['density', 'human', {}],
    ['circular-variance', 'macaque', { 'circular-variance': ['V1 0.605'] }],
    ['orthogonal-ratio', 'macaque', { 'orthogonal-to-preferred': ['V1 0.19'] }],
    ['orientation-half-width', 'macaque', { 'half-width-of-cells': ['V1 23.25'] }],
    ['orientation-full-width', 'macaque', { 'full-width-of-cells': ['V4 52'] }],
    [
      'peak-frequency',
      'macaque',
      { 'peak-frequency-of-cells': ['V1 3.31', 'V1 2.28'], 'frequency-range-of-cells': ['V1 0.5–8', 'V2 0.2–2.1'] },
    ],
    ['frequency-octaves', 'macaque', { 'frequency-octaves-of-cells': ['V1 1.8', 'V1 1.4', 'V2 1.8', 'V2 1.6'] }],
    ['frequency-index', 'macaque', { 'frequency-index-of-cells': ['V1 46'] }],
    ['modulation-ratio', 'macaque', { 'modulation-ratio-of-cells': ['V1 0.58'] }],
    ['summation-field', 'macaque', { 'grating-summation-field': ['V1 0.78'] }],
    ['surround-diameter', 'macaque', { 'surround-of-cells': ['V1 2.6'] }],
    ['suppression', 'macaque', { 'suppression-of-cells': ['V1 0.33'] }],
    ['suppression', 'human', {}],
    ['texture-modulation', 'macaque', { 'texture-modulation-of-cells': ['V1 0.001', 'V2 0.12'] }],
    ['field-sigma', 'macaque', {}],
    ['field-sigma', 'human', { 'prf-sigma': ['V1 1', 'V1 0.58', 'V1 0.3194', 'V2 1.25', 'hV4 2.5'] }],
    [
      'field-extent',
      'macaque',
      {
        'hand-mapped-diameter': ['V1 1.3', 'V2 2.2', 'V4 4.8', 'TEO/PIT 8.9', 'TE/CIT 38.5'],
        'gaussian-fit-awake': ['TE/AIT 2.8–26'],
      },
    ],
  ])('%s, %s', (quantity, species, expected) => {
    const found = cortexSeries(measurements, quantity, species);
    expect(Object.fromEntries(found.map((series) => [series.id, numbers(series)]))).toEqual(expected);
  });

  test('joins no two preparations, definitions or units in one series', () => {
    for (const quantity of quantities) {
      for (const species of chartSpecies) {
        for (const { areas } of cortexSeries(measurements, quantity, species)) {
          const rows = areas5.flatMap((area) => areas[area] ?? []);
          for (const key of ['definition', 'unit', 'preparation', 'species'] as const) {
            // A study that does not state its preparation may stand beside one that does: index a of IT, no other.
            expect(new Set(rows.map((row) => row[key]).filter((x) => x !== null)).size).toBeLessThanOrEqual(1);
          }
        }
      }
    }
  });

  test('refuses rows of another definition in a series', () => {
    const other = measurements.map((row) =>
      row.measure === 'rf_diameter' && row.area === 'V4' ? { ...row, definition: 'Square root of the area' } : row,
    );
    expect(() => cortexSeries(other, 'receptive-field', 'macaque')).toThrow(
      /^cortexSeries "hand-mapped-diameter": one definition in deg needed, got "Square root of the area" in deg \(V4, /,
    );
  });
});

describe('emptyAreas', () => {
  test.each<[Quantity, ChartSpecies, string[]]>([
    ['receptive-field', 'macaque', []],
    ['receptive-field', 'human', ['LGN', 'IT']],
    ['latency', 'macaque', ['IT']],
    ['latency', 'human', ['LGN', 'V1', 'V2', 'V4', 'IT']],
    ['half-peak', 'macaque', ['LGN', 'V1', 'V2']],
    ['sparseness', 'macaque', ['LGN', 'IT']],
  ])('%s, %s: %j', (quantity, species, expected) => {
    expect(emptyAreas(cortexSeries(measurements, quantity, species))).toEqual(expected);
  });
});
