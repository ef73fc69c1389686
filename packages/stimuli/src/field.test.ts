import { expect, test } from 'vitest';
import { direction, pixelsPerDegree, positionDeg, positionPx } from './field.ts';

const field = { heightPx: 112, widthPx: 224, fovDeg: 8 };

test('224 px over 8° are 28 px per degree', () => expect(pixelsPerDegree(field)).toBe(28));
test('fixation is between the middle pixels; a degree to the right is 28 px on', () => {
  expect(positionPx(field, 0, 0)).toEqual([55.5, 111.5]);
  expect(positionPx(field, -1, 1)).toEqual([27.5, 139.5]);
  expect(positionDeg(field, 0, 0)).toEqual([-55.5 / 28, -111.5 / 28]);
});
test('positionDeg and positionPx are each other’s inverse', () => {
  for (const [y, x] of [
    [0, 0],
    [3, 200],
    [111, 17.25],
  ] as const) {
    const [yPx, xPx] = positionPx(field, ...positionDeg(field, y, x));
    expect(yPx).toBeCloseTo(y, 10);
    expect(xPx).toBeCloseTo(x, 10);
  }
});
test.each([
  [0, 1, 0],
  [90, 0, 1],
  [-180, -1, 0],
  [630, 0, -1],
])('direction of %d° is exactly (%d, %d)', (angle, cos, sin) => expect(direction(angle)).toEqual([cos, sin]));
test('direction of 30° and −135°', () => {
  const [cos30, sin30] = direction(30);
  expect([cos30, sin30].map((x) => x.toFixed(12))).toEqual([(Math.sqrt(3) / 2).toFixed(12), '0.500000000000']);
  expect(direction(-135)[0]).toBeCloseTo(-Math.SQRT1_2, 14);
});
