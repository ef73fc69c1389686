import { createRandom } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { tolerance } from './tolerance.ts';

/** [objects × views]. */
const matrix = (nObjects: number, nViews: number, at: (object: number, view: number) => number) =>
  Array.from({ length: nObjects * nViews }, (_, i) => at(Math.floor(i / nViews), i % nViews));

describe('tolerance', () => {
  test('one factor for each object times one for each view is separable, and keeps the order', () => {
    const { separability, rankCorrelation, note } = tolerance(
      matrix(10, 5, (object, view) => ((object * 7) % 10) * (1 + view)),
      5,
    );
    expect(separability).toBeCloseTo(1, 12);
    expect(rankCorrelation).toBeCloseTo(1, 12);
    expect(note).toBe(null);
  });
  test('by hand: a response to one object in each view, another each time', () => {
    const { separability, rankCorrelation } = tolerance(
      matrix(3, 3, (object, view) => Number(object === view)),
      3,
    );
    // Three equal singular values. Centred ranks −0.5, −0.5, 1, turned: −0.75 of 1.5.
    expect(separability).toBeCloseTo(1 / 3, 12);
    expect(rankCorrelation).toBeCloseTo(-0.5, 12);
  });
  test('numpy 2.4: linalg.svd, and corrcoef of ranks', () => {
    const m = matrix(6, 4, (object, view) => Math.floor(10 * Math.abs(Math.sin(3 * object + 5 * view + 1))));
    const { separability, rankCorrelation } = tolerance(m, 4);
    expect(separability).toBeCloseTo(0.9321130521940769, 12);
    expect(rankCorrelation).toBeCloseTo(-0.29722490863344003, 12);
  });
  test('random responses: preferences do not agree; separability is far above 0 all the same', () => {
    const { uniform } = createRandom(3);
    const units = Array.from({ length: 300 }, () =>
      tolerance(
        matrix(10, 5, () => uniform()),
        5,
      ),
    );
    const mean = (values: number[]) => values.reduce((a, b) => a + b) / values.length;
    expect(Math.abs(mean(units.map(({ rankCorrelation }) => rankCorrelation)))).toBeLessThan(0.02);
    expect(mean(units.map(({ separability }) => separability))).toBeGreaterThan(0.75);
  });
  test('a unit silent in one of three views: its order of preference is lost there', () => {
    expect(
      tolerance(
        matrix(5, 3, (object, view) => (view === 1 ? 0 : object)),
        3,
      ).rankCorrelation,
    ).toBeCloseTo(1 / 3, 12);
  });
  test('a scale and the order of objects and views change nothing', () => {
    const at = (object: number, view: number) => Math.abs(Math.sin(2 * object + 3 * view));
    const [one, other] = [
      tolerance(matrix(7, 4, at), 4),
      tolerance(
        matrix(7, 4, (object, view) => 5 * at(6 - object, 3 - view)),
        4,
      ),
    ];
    expect(other.separability).toBeCloseTo(one.separability, 12);
    expect(other.rankCorrelation).toBeCloseTo(one.rankCorrelation, 12);
  });
  test('what cannot be measured has a note', () => {
    expect(tolerance(new Float64Array(12), 4).note).toBe('no object changes its response');
    expect(
      tolerance(
        matrix(4, 3, (object) => (object === 0 ? Number.NaN : 1)),
        3,
      ).note,
    ).toBe('a response is not a number');
    expect(() => tolerance([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 5)).toThrow(
      'tolerance: needs at least 3 objects in at least 2 views, got 10 responses in 5 views.',
    );
  });
});
