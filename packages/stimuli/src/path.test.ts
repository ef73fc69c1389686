import { describe, expect, test } from 'vitest';
import {
  arc,
  chain,
  contour,
  distance,
  ellipse,
  flatten,
  type Point,
  polygon,
  rotation,
  scaling,
  slant,
  spline,
  transformPath,
  transformPoint,
  translation,
} from './path.ts';

const rounded = (point: Point) => point.map((value) => Number(value.toFixed(9)) + 0);

describe('shapes', () => {
  test('every point of a flattened circle of 100 px lies on it to 5e-6 of its radius', () => {
    const radii = flatten(ellipse({ y: 3, x: -4, radiusY: 100, radiusX: 100 })).map((point) => distance(point, [3, -4]));
    expect(Math.max(...radii.map((radius) => Math.abs(radius - 100)))).toBeLessThan(5e-4);
  });
  test('the middle of every chord lies at most 0.005 px beside it', () => {
    const points = flatten(ellipse({ y: 0, x: 0, radiusY: 100, radiusX: 100 }));
    const chords = points.slice(1).map(([y, x], i) => distance([(y + points[i]![0]) / 2, (x + points[i]![1]) / 2], [0, 0]));
    expect(100 - Math.min(...chords)).toBeLessThan(0.005);
    expect(100 - Math.min(...chords)).toBeGreaterThan(0.002);
  });
  test('an arc from 0° to 90° runs from the right to below; an ellipse turned by 90° swaps its radii', () => {
    const quarter = flatten(arc({ y: 0, x: 0, radiusY: 1, radiusX: 2 }, 0, 90));
    expect([quarter[0]!, quarter.at(-1)!].map(rounded)).toEqual([
      [0, 2],
      [1, 0],
    ]);
    const turned = flatten(arc({ y: 0, x: 0, radiusY: 1, radiusX: 2, angleDeg: 90 }, 0, 90));
    expect([turned[0]!, turned.at(-1)!].map(rounded)).toEqual([
      [2, 0],
      [0, -1],
    ]);
  });
  test('a quadratic curve is its formula', () => {
    const points = flatten(
      contour(
        [0, 0],
        [
          [
            [10, 5],
            [0, 10],
          ],
        ],
      ),
    );
    for (const [y, x] of points) {
      const t = x / 10;
      expect(y).toBeCloseTo(2 * 10 * t * (1 - t), 9);
    }
    expect(points.length).toBeGreaterThan(8);
  });
  test('a spline goes through its points, straight through points of a line, and turns sharply at a point given twice', () => {
    const points: Point[] = [
      [0, 0],
      [5, 3],
      [2, 9],
    ];
    const curve = spline(points);
    expect([curve.start, ...curve.curves.map((each) => each.at(-1))]).toEqual(points);
    const straight = flatten(spline([0, 1, 4, 6].map((x): Point => [2 * x, x])));
    for (const [y, x] of straight) expect(y).toBeCloseTo(2 * x, 9);
    const corner = spline([
      [0, 0],
      [0, 4],
      [0, 4],
      [4, 4],
    ]);
    for (const [y, x] of flatten(corner)) expect(Math.min(y, 4 - x)).toBeCloseTo(0, 9);
    const noCorner = spline([
      [0, 0],
      [0, 4],
      [4, 4],
    ]);
    expect(flatten(noCorner).some(([y, x]) => Math.min(y, 4 - x) < -0.01 || Math.min(y, 4 - x) > 0.01)).toBe(true);
  });
  test('a closed spline ends where it began', () => {
    const points: Point[] = [
      [0, 0],
      [0, 4],
      [4, 4],
    ];
    expect(spline(points, true).curves.map((each) => each.at(-1))).toEqual([points[1], points[2], points[0]]);
  });
});

describe('maps', () => {
  test('rotation is clockwise on the screen, a positive slant leans the top to the right', () => {
    expect(rounded(transformPoint(rotation(90), [0, 1]))).toEqual([1, 0]);
    expect(rounded(transformPoint(slant(0.5), [-2, 1]))).toEqual([-2, 2]);
  });
  test('a chain applies its first map first', () => {
    const map = chain(translation(1, 2), scaling(10, 100), rotation(90));
    expect(rounded(transformPoint(map, [0, 0]))).toEqual([200, -10]);
  });
  test('a moved path is the path of moved points', () => {
    const map = chain(rotation(30), scaling(2, 3), translation(5, -1));
    const path = [
      polygon([
        [0, 0],
        [0, 1],
        [1, 1],
      ]),
      spline([
        [0, 0],
        [3, 1],
        [2, 2],
      ]),
    ];
    const moved = transformPath(map, path).map((each) => [each.start, ...each.curves.flat()]);
    expect(moved).toEqual(path.map((each) => [each.start, ...each.curves.flat()].map((point) => transformPoint(map, point))));
  });
});

test('points must be finite', () => {
  expect(() =>
    flatten(
      polygon([
        [0, 0],
        [Number.NaN, 3],
      ]),
    ),
  ).toThrow('path: needs points of finite numbers, got [NaN, 3].');
  expect(() =>
    flatten(
      contour(
        [0, 0],
        [
          [
            [Number.POSITIVE_INFINITY, 0],
            [1, 1],
          ],
        ],
      ),
    ),
  ).toThrow('got [Infinity, 0]');
});
