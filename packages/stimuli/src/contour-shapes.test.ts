import { describe, expect, test } from 'vitest';
import { baseShapes, type ContourShape, shapeCoverage, squashedCurvature } from './contour-shapes.ts';
import { contourShapes } from './form.ts';
import { flatten, type Point } from './path.ts';

const bases = baseShapes();
const named = (outline: string) => bases.find((base) => base.outline === outline)!;

describe('the base shapes', () => {
  test('51, and 366 with their rotations, as in Pasupathy & Connor 2001', () => {
    expect(bases.length).toBe(51);
    expect(new Set(bases.map(({ outline }) => outline)).size).toBe(51);
    expect(bases.reduce((sum, { nRotations }) => sum + nRotations, 0)).toBe(366);
  });
  test('by hand: 2 circles, 2 drops; of 2 ends 3 + 4 + 4, of 3 ends 8 + 8, of 4 ends 6; with arcs 4 + 2 + 8', () => {
    const kinds = bases.map(({ outline }) => {
      const gaps = outline.match(/\d+/g)!.sort().join(' ');
      return `${outline.includes('body') ? 'body ' : ''}${gaps}${outline.includes('arc') ? ' arcs' : ''}`;
    });
    const counts = Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((other) => other === kind).length]));
    expect(counts).toEqual({
      'body 90 90 90 90 arcs': 1,
      'body 180 180': 2,
      '180 180': 3,
      '270 90': 4,
      '135 225': 4,
      '180 90 90': 8,
      '180 90 90 arcs': 4,
      '135 135 90': 8,
      '135 135 90 arcs': 2,
      '90 90 90 90': 6,
      // The large circle is the ninth.
      '90 90 90 90 arcs': 9,
    });
  });
  test.each([
    ['round 90 arc round 90 arc round 90 arc round 90 arc', 1],
    ['sharp 90 sharp 90 sharp 90 sharp 90', 2],
    ['sharp 90 round 90 sharp 90 round 90', 4],
    ['sharp 180 sharp 180', 4],
    ['sharp 180 round 180', 8],
    ['sharp 90 sharp 90 sharp 90 round 90', 8],
  ])('%s has %d rotations', (outline, n) => expect(named(outline).nRotations).toBe(n));
});

/** Curvature of the drawn boundary where it is farthest along a ray, by the circle through three of its points. */
function curvatureAt(points: readonly Point[], positionDeg: number): number {
  const ray = [-Math.sin((positionDeg * Math.PI) / 180), Math.cos((positionDeg * Math.PI) / 180)] as const;
  const across = points.map(([y, x]) => ({ away: Math.abs(y * ray[1] - x * ray[0]), along: y * ray[0] + x * ray[1] }));
  const ahead = [...across.keys()].filter((i) => across[i]!.along > 0);
  const at = ahead.reduce((best, i) => (across[i]!.away < across[best]!.away ? i : best));
  const n = points.length;
  const [a, b, c] = [points[(at - 3 + n) % n]!, points[at]!, points[(at + 3) % n]!];
  const cross = (b[1] - a[1]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[1] - a[1]);
  const lengths = [a, b, c].map((p, i) => Math.hypot(p[0] - [b, c, a][i]![0], p[1] - [b, c, a][i]![1]));
  // The boundary runs counter-clockwise, y downward.
  return (-2 * cross) / lengths.reduce((x, y) => x * y, 1);
}

/** The boundary at radius 200, by points about half a pixel apart. */
const pointsOf = ({ boundary }: (typeof bases)[0]) =>
  flatten({
    ...boundary,
    start: boundary.start.map((part) => 200 * part) as unknown as Point,
    curves: boundary.curves.map((curve) => curve.map((point) => point.map((part) => 200 * part))) as never,
  });

describe('what a boundary is made of', () => {
  test('by hand: the circle of radius 1 is curvature 1 every 45°; the small one 4', () => {
    const { fragments } = named('round 90 arc round 90 arc round 90 arc round 90 arc');
    expect(fragments.map(({ positionDeg }) => positionDeg)).toEqual([0, 45, 90, 135, 180, 225, 270, 315]);
    for (const { curvature } of fragments) expect(curvature).toBeCloseTo(1, 12);
    for (const { curvature } of bases[0]!.fragments) expect(curvature).toBeCloseTo(4, 12);
  });
  test('by hand: between two round ends at 90° lies a concavity of radius 1/2, between two sharp ones of 9/10', () => {
    const [, round] = named('round 90 round 90 round 90 round 90').fragments;
    expect(round).toEqual({ curvature: expect.closeTo(-2, 12), positionDeg: 45 });
    const [sharpEnd, sharp] = named('sharp 90 sharp 90 sharp 90 sharp 90').fragments;
    expect(sharpEnd).toEqual({ curvature: 20, positionDeg: 0 });
    expect(sharp!.curvature).toBeCloseTo(-1 / 0.9, 12);
    // Two round ends opposite each other make a bar.
    expect(named('round 180 round 180').fragments[1]!.curvature).toBeCloseTo(0, 12);
  });
  test('4 to 8 fragments; what is said of their curvature is what is drawn', () => {
    for (const base of bases) {
      expect(base.fragments.length).toBeGreaterThanOrEqual(4);
      expect(base.fragments.length).toBeLessThanOrEqual(8);
      const points = pointsOf(base);
      for (const { curvature, positionDeg } of base.fragments) {
        // Between ends 225° and 270° apart the boundary passes the centre on their side.
        if (/225|270/.test(base.outline) || base.outline.includes('body 180')) continue;
        const drawn = curvatureAt(points, positionDeg) * 200;
        // A corner that an arc runs into is a quarter of a round end: half of it turns so.
        const isHalf = curvature === 4 && base.outline.includes('arc');
        if (!isHalf) expect(Math.abs(squashedCurvature(drawn) - squashedCurvature(curvature))).toBeLessThan(0.06);
      }
    }
  });
  test('ends lie on the circle, nothing beyond', () => {
    for (const base of bases.slice(4)) {
      const distances = pointsOf(base).map(([y, x]) => Math.hypot(y, x) / 200);
      expect(Math.max(...distances)).toBeCloseTo(1, 3);
    }
  });
});

test('squashed curvature: 0 stays, ±∞ are ±1, odd; by hand 4 is tanh(1/2)', () => {
  expect([squashedCurvature(0), squashedCurvature(1e9), squashedCurvature(-1e4)]).toEqual([0, 1, -1]);
  expect(squashedCurvature(4)).toBeCloseTo(Math.tanh(0.5), 12);
  expect(squashedCurvature(-2)).toBeCloseTo(-squashedCurvature(2), 15);
});

describe('drawn', () => {
  const side = 101;
  const field = { heightPx: side, widthPx: side, fovDeg: side, seed: 0 };
  const list = contourShapes.list(field);
  const all = Array.from({ length: list.nStimuli }, (_, i) => list.parameters(i));
  const areaPx = (shown: ContourShape) =>
    shapeCoverage(field, bases[shown.shape - 1]!, shown).shares.reduce((sum, share) => sum + share, 0);
  const radiusPx = (0.75 * side) / 2;

  test('by hand: areas of circles and of the bar, in pixels', () => {
    expect(areaPx(all[0]!) / ((Math.PI * radiusPx ** 2) / 16)).toBeCloseTo(1, 2);
    expect(areaPx(all[1]!) / (Math.PI * radiusPx ** 2)).toBeCloseTo(1, 3);
    const bar = all.find(({ outline }) => outline === 'round 180 round 180')!;
    expect(areaPx(bar) / (radiusPx ** 2 * (1.5 * 0.5 + Math.PI / 16))).toBeCloseTo(1, 2);
  });
  test('all rotations of a shape have one area, and positions that turn with it', () => {
    for (const outline of ['sharp 180 body 180', 'sharp 135 round 225', 'round 90 sharp 90 sharp 90 round 90 arc']) {
      const turns = all.filter((shown) => shown.outline === outline);
      expect(turns.map(({ rotationDeg }) => rotationDeg)).toEqual([0, 45, 90, 135, 180, 225, 270, 315]);
      for (const shown of turns) {
        expect(Math.abs(areaPx(shown) / areaPx(turns[0]!) - 1)).toBeLessThan(0.003);
        expect(shown.curvatures).toEqual(turns[0]!.curvatures);
        expect(shown.positionsDeg).toEqual(turns[0]!.positionsDeg.map((position) => (position + shown.rotationDeg) % 360));
      }
    }
  });
  test('a drop of 90° points up: white on grey 128, its mirror image on the left', () => {
    const i = all.findIndex(({ outline, rotationDeg }) => outline === 'sharp 180 body 180' && rotationDeg === 90);
    const { data } = list.draw(i);
    const at = (y: number, x: number) => data[3 * (y * side + x)]!;
    expect([at(50, 50), at(30, 50), at(80, 50), at(50, 5)]).toEqual([255, 255, 128, 128]);
    expect(at(13, 50)).toBeGreaterThan(128);
    expect(at(11, 50)).toBe(128);
    for (let y = 0; y < side; y++)
      for (let x = 0; x < 50; x++) expect(Math.abs(at(y, x) - at(y, 100 - x))).toBeLessThanOrEqual(1);
  });
  test('at 32 px the 366 pictures still differ, ends of 1 px included', () => {
    const small = contourShapes.list({ heightPx: 32, widthPx: 32, fovDeg: 2, seed: 0 });
    const pictures = Array.from({ length: small.nStimuli }, (_, i) => String(small.draw(i).data));
    expect(new Set(pictures).size).toBe(366);
  });
});
