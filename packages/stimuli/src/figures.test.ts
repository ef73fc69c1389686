import { describe, expect, test } from 'vitest';
import { type FigureName, figureCoverage, lengthOfArea } from './figures.ts';
import { shareAt } from './raster.ts';

const side = 128;
const field = { heightPx: side, widthPx: side, fovDeg: 1 };
const [area, strokeDeg] = [0.0875, 0.1];

function draw(figure: FigureName, rotationDeg = 0, stroke = strokeDeg) {
  const shown = { figure, rotationDeg, strokeDeg: stroke, lengthDeg: lengthOfArea(figure, area, stroke) };
  const coverage = figureCoverage(field, { yDeg: 0, xDeg: 0 }, shown);
  return { lengthDeg: shown.lengthDeg, at: (y: number, x: number) => shareAt(coverage, y, x) };
}

/** Area in pixels, and the middle of it from the field's. */
function moments(at: (y: number, x: number) => number) {
  let [sum, y0, x0] = [0, 0, 0];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      sum += at(y, x);
      y0 += (y - (side - 1) / 2) * at(y, x);
      x0 += (x - (side - 1) / 2) * at(y, x);
    }
  }
  return { area: sum, y: y0 / sum, x: x0 / sum };
}

const names: FigureName[] = [
  ...(['bar', 'acute angle', 'right angle', 'obtuse angle', 'cross', 'star'] as const),
  ...(['half circle', 'three-quarter circle', 'circle'] as const),
];

test.each(names)('%s: a stroke of one area, centred, wherever it is turned', (name) => {
  for (const rotationDeg of [0, 37, 180]) {
    const { area: px, y, x } = moments(draw(name, rotationDeg).at);
    expect(Math.abs(px / (area * side ** 2) - 1)).toBeLessThan(0.005);
    // The middle is that of the lines: where they join, an acute angle most, there is less of a stroke than of them.
    expect(Math.hypot(y, x)).toBeLessThan(0.022 * side);
  }
});

describe('lengths by hand, stroke w and area A', () => {
  const ofStroke = (rest: number) => area / strokeDeg - rest * strokeDeg;
  test.each([
    // Round ends add π w² / 4 in all; two bars at right angles share w²; a circle has no ends.
    ['bar', ofStroke(Math.PI / 4)],
    ['half circle', ofStroke(Math.PI / 4)],
    ['cross', ofStroke(Math.PI / 2 - 1)],
    ['circle', ofStroke(0)],
    // Lines of w/2 to each side, joined at a right angle: they share a square and three quarters of a disk.
    ['right angle', ofStroke(Math.PI / 2 - 1 / 4 - (3 * Math.PI) / 16)],
  ] as const)('%s', (name, length) => {
    expect(Math.abs(draw(name).lengthDeg - length)).toBeLessThan(0.002);
  });
  test('a spot is a dot of the width of its stroke', () => {
    const diameter = 2 * Math.sqrt(area / Math.PI);
    expect(lengthOfArea('spot', area, diameter)).toBe(0);
    expect(moments(draw('spot', 0, diameter).at).area / (area * side ** 2)).toBeCloseTo(1, 3);
  });
});

test('which way they look: bars of 0° stand, angles and arcs of 0° open to the right, and turn clockwise', () => {
  const c = side / 2;
  const bar = draw('bar').at;
  expect([bar(c - 40, c), bar(c, c - 20)]).toEqual([1, 0]);
  for (const name of ['acute angle', 'half circle', 'three-quarter circle'] as const) {
    const [{ at }, { at: turned }] = [draw(name), draw(name, 90)];
    // Along the middle row the stroke is met on the left alone; turned by a quarter, along the middle column above.
    const met = (share: (i: number) => number) => Array.from({ length: side }, (_, i) => i).filter((i) => share(i) > 0.5);
    for (const places of [met((x) => at(c, x)), met((y) => turned(y, c))]) {
      expect(places.length).toBeGreaterThan(10);
      expect(Math.max(...places)).toBeLessThan(c);
    }
  }
});

test('a cross is the same from four sides, a star from three', () => {
  const [cross, turned] = [draw('cross').at, draw('cross', 90).at];
  const [star, thirds] = [draw('star').at, draw('star', 120).at];
  for (let i = 0; i < 400; i++) {
    const [y, x] = [(7 * i) % side, (13 * i) % side];
    expect(Math.abs(cross(y, x) - turned(y, x))).toBeLessThan(0.07);
    expect(Math.abs(star(y, x) - thirds(y, x))).toBeLessThan(0.15);
  }
});
