import { describe, expect, test } from 'vitest';
import {
  type Contour,
  chain,
  ellipse,
  type Path,
  type Point,
  polygon,
  polyline,
  rotation,
  segment,
  spline,
  transformPath,
  translation,
} from './path.ts';
import {
  blurCanvas,
  type Coverage,
  canvasImage,
  createCanvas,
  everywhere,
  fillCoverage,
  fillPath,
  paint,
  shareAt,
  strokeCoverage,
  strokePath,
} from './raster.ts';

const size = { heightPx: 64, widthPx: 64 };
const area = ({ shares }: Coverage) => shares.reduce((sum, share) => sum + share, 0);
const rectangle = (top: number, left: number, bottom: number, right: number): Contour =>
  polygon([
    [top, left],
    [top, right],
    [bottom, right],
    [bottom, left],
  ]);
const reversed = ({ start, curves }: Contour): Contour => polygon([start, ...curves.map((curve) => curve.at(-1)!)].reverse());
/** Shares of every pixel, row by row. */
const table = (coverage: Coverage, { heightPx, widthPx } = size) =>
  Array.from({ length: heightPx }, (_, y) => Array.from({ length: widthPx }, (_, x) => shareAt(coverage, y, x)));
const disc = (y: number, x: number, radius: number) => ellipse({ y, x, radiusY: radius, radiusX: radius });
/** Five-pointed star whose middle is wound around twice. */
const star = (radius: number) => {
  const tips = [0, 2, 4, 1, 3].map((i): Point => {
    const angle = (2 * Math.PI * i) / 5;
    return [31.5 - radius * Math.cos(angle), 31.5 + radius * Math.sin(angle)];
  });
  return polygon(tips);
};
/** Area of a regular pentagon with corners at `radius`. */
const pentagon = (radius: number) => 2.5 * radius ** 2 * Math.sin((2 * Math.PI) / 5);
const innerRadius = 20 * (Math.cos((2 * Math.PI) / 5) / Math.cos(Math.PI / 5));

describe('filled', () => {
  test('pixel (0, 0) spans −0.5 … 0.5, and sides between pixels give shares', () => {
    const small = { heightPx: 4, widthPx: 4 };
    expect(table(fillCoverage([rectangle(0.25, 0.75, 1.75, 2.25)], small), small)).toEqual([
      [0, 0.1875, 0.1875, 0],
      [0, 0.75, 0.75, 0],
      [0, 0.1875, 0.1875, 0],
      [0, 0, 0, 0],
    ]);
  });
  test.each([
    [0.3, 1],
    [1, 0.7],
    [7.3, 0.1],
    [25, 0.03],
  ])('a disc of radius %d px has the area πr² within %d %%', (radius, percent) => {
    const exact = Math.PI * radius ** 2;
    expect(100 * Math.abs(area(fillCoverage([disc(31.2, 30.7, radius)], size)) / exact - 1)).toBeLessThan(percent);
  });
  test.each([0, 17, 45, 81])('a triangle turned by %d° has its area within 0.1 %, and its centre of mass', (angle) => {
    const corners: Point[] = [
      [-10, -12],
      [-3, 20],
      [14, -5],
    ];
    const path = transformPath(chain(rotation(angle), translation(30, 32)), [polygon(corners)]);
    const coverage = fillCoverage(path, size);
    expect(Math.abs(area(coverage) / 359.5 - 1)).toBeLessThan(0.001);
    const moment = table(coverage).reduce((sum, row, y) => sum + row.reduce((inner, share) => inner + share * y, 0), 0);
    const points = [path[0]!.start, ...path[0]!.curves.map((curve) => curve.at(-1)!)];
    expect(moment / area(coverage)).toBeCloseTo(points.reduce((sum, [y]) => sum + y, 0) / 3, 1);
  });
  test('the star: nonzero holds its middle, even-odd does not', () => {
    const whole = area(fillCoverage([star(20)], size));
    const hollow = area(fillCoverage([star(20)], size, 'evenodd'));
    expect(Math.abs(whole - hollow - pentagon(innerRadius))).toBeLessThan(0.5);
    expect(whole).toBeLessThan(pentagon(20));
  });
  test('a ring of two contours: opposite turns leave a hole by either rule, equal turns only by even-odd', () => {
    const [outer, inner] = [rectangle(4.5, 4.5, 34.5, 34.5), rectangle(14.5, 14.5, 24.5, 24.5)];
    expect(area(fillCoverage([outer, inner], size))).toBe(900);
    expect(area(fillCoverage([outer, inner], size, 'evenodd'))).toBe(800);
    expect(area(fillCoverage([outer, reversed(inner)], size))).toBe(800);
    expect(area(fillCoverage([outer, reversed(inner)], size, 'evenodd'))).toBe(800);
  });
  test('two shapes with a common side cover no pixel more than once and leave no gap', () => {
    const shared: [Point, Point] = [
      [3.3, 20.1],
      [50.7, 33.9],
    ];
    const left = polygon([...shared, [50.7, 2], [3.3, 2]]);
    const right = polygon([...shared, [50.7, 60], [3.3, 60]]);
    const [a, b] = [left, right].map((each) => table(fillCoverage([each], size)));
    for (let y = 5; y < 50; y++) for (let x = 3; x < 60; x++) expect(a![y]![x]! + b![y]![x]!).toBeCloseTo(1, 12);
  });
  test('the order and the direction of contours change no bit', () => {
    const path = [star(20), disc(20, 20, 9.3), rectangle(10.1, 30.2, 50.3, 40.4)];
    const first = table(fillCoverage(path, size));
    expect(table(fillCoverage([path[2]!, path[0]!, path[1]!], size))).toEqual(first);
    expect(table(fillCoverage([path[0]!, path[2]!].map(reversed), size))).toEqual(
      table(fillCoverage([path[0]!, path[2]!], size)),
    );
  });
  test('the order of paints does change it (control)', () => {
    const painted = (order: readonly number[]) => {
      const canvas = createCanvas(size, [0, 0, 0]);
      for (const i of order) fillPath(canvas, [disc(30, 20 + 10 * i, 12)], { rgb: [100 * i, 50, 0] });
      return canvasImage(canvas).data;
    };
    expect(painted([0, 1])).not.toEqual(painted([1, 0]));
  });
  test('a symmetric shape is drawn symmetrically: left to right to the last bit but rounding, top to bottom within 1/16', () => {
    const rows = table(fillCoverage([star(20.3), disc(31.5, 31.5, 8.1)], size));
    for (const row of rows) for (const [x, share] of row.entries()) expect(share).toBeCloseTo(row[63 - x]!, 12);
    const round = table(fillCoverage([disc(31.5, 31.5, 20.3)], size));
    for (const [y, row] of round.entries()) {
      for (const [x, share] of row.entries()) expect(Math.abs(share - round[63 - y]![x]!)).toBeLessThanOrEqual(1 / 16);
    }
  });
  test('what lies outside is cut off, wherever it is', () => {
    const exact = (Math.PI * 400) / 4;
    for (const [y, x] of [
      [-0.5, -0.5],
      [63.5, -0.5],
      [63.5, 63.5],
    ] as const) {
      expect(Math.abs(area(fillCoverage([disc(y, x, 20)], size)) / exact - 1)).toBeLessThan(0.003);
    }
    expect(area(fillCoverage([disc(-30, 20, 20)], size))).toBe(0);
    expect(area(fillCoverage([disc(20, 1e6, 20)], size))).toBe(0);
    expect(area(fillCoverage([rectangle(-1e6, -1e6, 1e6, 1e6)], size))).toBe(64 * 64);
    expect(area(fillCoverage([], size))).toBe(0);
  });
});

describe('stroked', () => {
  test.each([0, 30, 45, 90, 133])(
    'a line of 30 px at %d°, 5 px wide, covers 150 px² and two half discs within 0.3 %',
    (angle) => {
      const path = transformPath(chain(rotation(angle), translation(31, 32)), [segment(0, -15, 0, 15)]);
      expect(Math.abs(area(strokeCoverage(path, 5, size)) / (150 + Math.PI * 6.25) - 1)).toBeLessThan(0.003);
    },
  );
  test('across a line the width is the width', () => {
    const row = table(strokeCoverage([segment(5, 20.3, 55, 20.3)], 3.4, size))[30]!;
    expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(3.4, 9);
    expect(row.slice(18, 23).map((share) => Number(share.toFixed(6)))).toEqual([0, 0.9, 1, 1, 0.5]);
  });
  test('a width from 12 to 4 px makes the hull of two discs', () => {
    const coverage = strokeCoverage([segment(30, 12, 30, 48)], (share) => 12 - 8 * share, size);
    const [r0, r1, length] = [6, 2, 36];
    const angle = Math.acos((r0 - r1) / length);
    const exact = (r0 + r1) * Math.sqrt(length ** 2 - (r0 - r1) ** 2) + r0 ** 2 * (Math.PI - angle) + r1 ** 2 * angle;
    expect(Math.abs(area(coverage) / exact - 1)).toBeLessThan(0.003);
  });
  test('a disc that holds the other is all there is', () => {
    const coverage = strokeCoverage([segment(30, 30, 30, 33)], (share) => 20 - 18 * share, size);
    expect(Math.abs(area(coverage) / (Math.PI * 100) - 1)).toBeLessThan(0.003);
  });
  test('a circle of radius 20 px, 4 px wide, is a ring; of radius 2 px, 10 px wide, a full disc', () => {
    expect(Math.abs(area(strokeCoverage([disc(31, 31, 20)], 4, size)) / (2 * Math.PI * 20 * 4) - 1)).toBeLessThan(0.003);
    const full = strokeCoverage([disc(31, 31, 2)], 10, size);
    expect(Math.abs(area(full) / (Math.PI * 49) - 1)).toBeLessThan(0.003);
    expect(shareAt(full, 31, 31)).toBe(1);
  });
  test('a hairpin, a zigzag and a knot have no holes: every point within half the width is covered, none beyond', () => {
    const shapes: Path = [
      polyline([
        [10, 10],
        [12, 50],
        [14, 10],
      ]),
      polyline([
        [30, 8],
        [44, 14],
        [30, 20],
        [44, 26],
        [31, 29],
      ]),
      spline([
        [50, 30],
        [34, 52],
        [34, 36],
        [50, 56],
        [53, 50],
        [50, 47],
        [48, 51],
      ]),
    ];
    for (const shape of shapes) {
      const points: Point[] = [];
      const from = [shape.start, ...shape.curves.map((curve) => curve.at(-1)!)];
      shape.curves.forEach((curve, i) => {
        for (let t = 0; t <= 1; t += 1 / 64) {
          const s = 1 - t;
          const cubic = curve.length === 3 ? [from[i]!, ...curve] : [from[i]!, from[i]!, curve[0]!, curve[0]!];
          const weights = [s ** 3, 3 * s * s * t, 3 * s * t * t, t ** 3];
          points.push(
            [0, 1].map((axis) => cubic.reduce((sum, point, k) => sum + weights[k]! * point![axis]!, 0)) as unknown as Point,
          );
        }
      });
      const shares = table(strokeCoverage([shape], 5, size));
      shares.forEach((row, y) => {
        row.forEach((share, x) => {
          const away = Math.min(...points.map(([v, u]) => Math.hypot(v - y, u - x)));
          if (away < 1.7) expect(share).toBe(1);
          if (away > 3.4) expect(share).toBe(0);
        });
      });
    }
  });
  test('a single point is a dot; a width of 0 is nothing', () => {
    expect(Math.abs(area(strokeCoverage([polyline([[20, 20]])], 6, size)) / (Math.PI * 9) - 1)).toBeLessThan(0.003);
    expect(area(strokeCoverage([segment(3, 3, 40, 50)], 0, size))).toBeLessThan(1e-9);
  });
  test('closed contours are stroked along their last side, open ones are not', () => {
    const corners: Point[] = [
      [10, 10],
      [10, 40],
      [40, 40],
    ];
    expect(shareAt(strokeCoverage([polygon(corners)], 3, size), 25, 25)).toBe(1);
    expect(shareAt(strokeCoverage([polyline(corners)], 3, size), 25, 25)).toBe(0);
  });
  test('a half-transparent stroke is no denser where it crosses itself', () => {
    const canvas = createCanvas(size, [0, 0, 0]);
    const cross = polyline([
      [10, 10],
      [50, 50],
      [10, 50],
      [50, 10],
    ]);
    strokePath(canvas, [cross], 4, { rgb: [200, 200, 200], opacity: 0.5 });
    expect(Math.max(...canvas.rgb)).toBe(100);
  });
  test('a width must be a number from 0', () => {
    expect(() => strokeCoverage([segment(0, 0, 1, 1)], -1, size)).toThrow('stroke: needs a width from 0 px, got -1.');
    expect(() => strokeCoverage([segment(0, 0, 1, 1)], () => Number.NaN, size)).toThrow('got NaN.');
  });
});

describe('canvas', () => {
  test('paint mixes by share and opacity, within another shape only', () => {
    const canvas = createCanvas({ heightPx: 3, widthPx: 4 }, [100, 100, 100]);
    const within = fillCoverage([rectangle(-1, 0.5, 5, 5)], canvas);
    paint(canvas, fillCoverage([rectangle(-0.5, -0.5, 1, 5)], canvas), { rgb: [200, 0, 100], opacity: 0.5, within });
    const { data } = canvasImage(canvas);
    const reds = [0, 1, 2].map((y) => [0, 1, 2, 3].map((x) => data[3 * (4 * y + x)]));
    expect(reds).toEqual([
      [100, 150, 150, 150],
      [100, 125, 125, 125],
      [100, 100, 100, 100],
    ]);
  });
  test('opacity as a function of the pixel draws a gradient', () => {
    const canvas = createCanvas({ heightPx: 1, widthPx: 5 }, [0, 0, 0]);
    paint(canvas, everywhere(canvas), { rgb: [200, 200, 200], opacity: (_, x) => x / 4 });
    expect([...canvasImage(canvas).data].filter((_, i) => i % 3 === 0)).toEqual([0, 50, 100, 150, 200]);
  });
  test('bytes are rounded half up and clipped', () => {
    const canvas = createCanvas({ heightPx: 1, widthPx: 2 }, [0, 0, 0]);
    canvas.rgb.set([-3, 0.5, 254.49, 300, 1.5, 2.4999]);
    expect([...canvasImage(canvas).data]).toEqual([0, 1, 254, 255, 2, 2]);
  });
  test('a blur of σ 1.5 px turns a dot into a Gaussian, keeps its sum, and leaves a plain canvas alone', () => {
    const canvas = createCanvas({ heightPx: 21, widthPx: 21 }, [0, 0, 0]);
    canvas.rgb[3 * (21 * 10 + 10)] = 1000;
    blurCanvas(canvas, 1.5);
    const reds = canvas.rgb.filter((_, i) => i % 3 === 0);
    const sum = reds.reduce((total, value) => total + value, 0);
    expect(sum).toBeCloseTo(1000, 6);
    const variance = reds.reduce((total, value, i) => total + value * ((i % 21) - 10) ** 2, 0) / sum;
    expect(Math.abs(variance - 2.25)).toBeLessThan(0.05);
    expect(canvas.rgb.filter((_, i) => i % 3 === 1).every((value) => value === 0)).toBe(true);
    const plain = createCanvas({ heightPx: 5, widthPx: 7 }, [10, 20, 30]);
    blurCanvas(plain, 4);
    for (const [i, value] of plain.rgb.entries()) expect(value).toBeCloseTo([10, 20, 30][i % 3]!, 9);
  });
  test('a canvas has whole pixels', () => {
    expect(() => createCanvas({ heightPx: 0, widthPx: 28 }, [0, 0, 0])).toThrow(
      'canvas: needs a height and width of whole pixels from 1, got 0×28.',
    );
  });
});

test('the same bytes everywhere', () => {
  const canvas = createCanvas({ heightPx: 40, widthPx: 50 }, [20, 40, 60]);
  fillPath(canvas, [ellipse({ y: 18.3, x: 22.1, radiusY: 12, radiusX: 17.7, angleDeg: 33 })], {
    rgb: [200, 90, 10],
    opacity: 0.7,
  });
  const curve = spline([
    [3, 4],
    [30, 12],
    [8, 33],
    [36, 45],
  ]);
  strokePath(canvas, [curve], (share) => 1 + 4 * share, { rgb: [240, 240, 255] });
  blurCanvas(canvas, 0.6);
  const { data } = canvasImage(canvas);
  const hash = Array.from(data).reduce((h, byte) => Math.imul(h ^ byte, 16777619), 0x811c9dc5) >>> 0;
  expect(hash.toString(16)).toBe('1ae6d6e4');
});
