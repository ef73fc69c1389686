import { expect, test } from 'vitest';
import { crossed, geometricLevels } from './crossed.ts';

test('every combination once, the last parameter fastest', () => {
  expect(crossed({ orientationDeg: [0, 90], phaseDeg: [0, 180] })).toEqual([
    { orientationDeg: 0, phaseDeg: 0 },
    { orientationDeg: 0, phaseDeg: 180 },
    { orientationDeg: 90, phaseDeg: 0 },
    { orientationDeg: 90, phaseDeg: 180 },
  ]);
  expect(crossed({ a: [1], b: [] })).toEqual([]);
});
test('octaves', () => {
  geometricLevels(1, 8, 4).forEach((level, i) => {
    expect(level).toBeCloseTo([1, 2, 4, 8][i]!, 12);
  });
});
