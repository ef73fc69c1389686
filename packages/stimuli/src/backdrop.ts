/**
 * @file What lies behind and before a drawn thing: plain grounds, meadows, rooms, textures; fences, leaves, balls; light over
 * all of it. Coordinates: the picture's middle is [0, 0], its shorter side is 1, y downward.
 */
import type { Choices } from './choices.ts';
import { anyColour, mixed, varied } from './colour.ts';
import { direction } from './field.ts';
import { type Contour, contour, ellipse, type Point, polygon, polyline, segment, spline } from './path.ts';
import type { Pencil } from './pencil.ts';
import { everywhere, paint, type Rgb } from './raster.ts';

/** Half the picture's height and width. */
type Extent = readonly [y: number, x: number];

function extentOf({ canvas: { heightPx, widthPx } }: Pencil): Extent {
  const side = Math.min(heightPx, widthPx);
  return [heightPx / side / 2, widthPx / side / 2];
}

/** From a pixel's centre to the picture's coordinates. */
function placeOf({ canvas: { heightPx, widthPx } }: Pencil): (yPx: number, xPx: number) => Point {
  const side = Math.min(heightPx, widthPx);
  return (yPx, xPx) => [(yPx - (heightPx - 1) / 2) / side, (xPx - (widthPx - 1) / 2) / side];
}

function rectangle(top: number, left: number, bottom: number, right: number): Contour {
  return polygon([
    [top, left],
    [top, right],
    [bottom, right],
    [bottom, left],
  ]);
}

/** Covers the whole picture with a ground of some kind. */
export function drawBackdrop(pencil: Pencil, choices: Choices): void {
  const draw = choices.weighted<(pencil: Pencil, choices: Choices) => void>([
    [2, drawPlain],
    [3, drawGradient],
    [4, drawMeadow],
    [4, drawRoom],
    [3, drawClouded],
    [2, drawTiles],
    [2, drawSpecks],
  ]);
  draw(pencil, choices);
}

function fillAll({ canvas }: Pencil, rgb: Rgb, opacity?: (yPx: number, xPx: number) => number): void {
  paint(canvas, everywhere(canvas), { rgb, opacity });
}

function drawPlain(pencil: Pencil, choices: Choices): void {
  fillAll(pencil, anyColour(choices));
}

function drawGradient(pencil: Pencil, choices: Choices): void {
  const { between, chance } = choices;
  const place = placeOf(pencil);
  fillAll(pencil, anyColour(choices));
  const [cos, sin] = direction(between(0, 360));
  const middle: Point = [between(-0.3, 0.3), between(-0.3, 0.3)];
  const isRound = chance(0.4);
  fillAll(pencil, anyColour(choices), (yPx, xPx) => {
    const [y, x] = place(yPx, xPx);
    if (!isRound) return Math.max(0, Math.min(1, 0.5 + 0.8 * (x * cos + y * sin)));
    const [v, u] = [y - middle[0], x - middle[1]];
    return Math.min(1, 1.3 * Math.sqrt(v * v + u * u));
  });
}

function drawMeadow(pencil: Pencil, choices: Choices): void {
  const { between, chance, oneOf } = choices;
  const [bottom, right] = extentOf(pencil);
  const place = placeOf(pencil);
  const sky = varied(
    oneOf<Rgb>([
      [138, 186, 226],
      [186, 208, 226],
      [236, 190, 150],
      [96, 128, 176],
    ]),
    choices,
    1.5,
  );
  fillAll(pencil, sky);
  const horizon = between(-0.25, 0.3);
  fillAll(pencil, mixed(sky, [250, 246, 236], 0.6), (yPx, xPx) =>
    Math.max(0, Math.min(1, 1 + 2 * (place(yPx, xPx)[0] - horizon))),
  );
  if (chance(0.5)) {
    const [y, x] = [between(-bottom, horizon - 0.1), between(-right, right)];
    const puffs = [-1, 0, 1].map((i) => ellipse({ y: y - (i === 0 ? 0.03 : 0), x: x + i * 0.09, radiusY: 0.06, radiusX: 0.09 }));
    pencil.fill(puffs, [250, 250, 250], { opacity: between(0.5, 0.95) });
  }
  const grass = varied(
    oneOf<Rgb>([
      [98, 148, 66],
      [142, 166, 84],
      [76, 118, 70],
      [176, 160, 92],
      [214, 196, 150],
    ]),
    choices,
    1.5,
  );
  if (chance(0.5)) {
    const hills = spline([
      [horizon, -right - 0.2],
      [horizon - between(0, 0.15), -right * 0.5],
      [horizon - between(0, 0.05), 0],
      [horizon - between(0, 0.18), right * 0.6],
      [horizon, right + 0.2],
      [bottom + 0.3, right + 0.2],
      [bottom + 0.3, -right - 0.2],
    ]);
    pencil.fill([hills], mixed(grass, sky, 0.45));
  }
  for (let i = Math.floor(between(0, 3)); i > 0; i--) {
    const x = between(-right, right);
    const size = between(0.08, 0.2);
    pencil.line([segment(horizon + 0.02, x, horizon - size, x)], 0.03, [104, 78, 56]);
    pencil.fill(
      [ellipse({ y: horizon - size * 1.3, x, radiusY: size, radiusX: size * 0.8 })],
      mixed(grass, [40, 70, 40], between(0.2, 0.6)),
    );
  }
  pencil.fill([rectangle(horizon, -right - 0.1, bottom + 0.1, right + 0.1)], grass);
  for (let i = 0; i < 26; i++) {
    const depth = between(0, 1);
    const [y, x] = [horizon + 0.03 + depth * (bottom - horizon), between(-right, right)];
    const blade = 0.02 + 0.06 * depth;
    const tuft = segment(y, x, y - blade, x + between(-0.03, 0.03));
    pencil.line([tuft], 0.006 + 0.012 * depth, mixed(grass, chance(0.5) ? [20, 50, 20] : [240, 240, 160], between(0.1, 0.4)));
  }
}

function drawRoom(pencil: Pencil, choices: Choices): void {
  const { between, chance } = choices;
  const [bottom, right] = extentOf(pencil);
  const wall = mixed(anyColour(choices), [222, 212, 198], between(0.1, 0.6));
  const floor = mixed(anyColour(choices), [140, 104, 72], between(0.2, 0.8));
  const edge = between(0.05, 0.38);
  fillAll(pencil, wall);
  if (chance(0.35)) {
    const step = between(0.06, 0.16);
    const rgb = mixed(wall, anyColour(choices), between(0.15, 0.5));
    for (let x = -right + between(0, step); x < right; x += step) pencil.fill([rectangle(-bottom, x, edge, x + step * 0.4)], rgb);
  }
  if (chance(0.6)) {
    const [y, x] = [between(-bottom + 0.1, edge - 0.2), between(-right, right)];
    const [h, w] = [between(0.1, 0.24), between(0.1, 0.24)];
    pencil.fill([rectangle(y - h, x - w, y + h, x + w)], mixed(anyColour(choices), [90, 66, 46], 0.5));
    pencil.fill([rectangle(y - h + 0.03, x - w + 0.03, y + h - 0.03, x + w - 0.03)], anyColour(choices));
    if (chance(0.5)) {
      pencil.line([segment(y - h, x, y + h, x), segment(y, x - w, y, x + w)], 0.022, mixed(wall, [250, 250, 250], 0.7));
    }
  }
  pencil.fill([rectangle(edge, -right - 0.1, bottom + 0.1, right + 0.1)], floor);
  pencil.fill([rectangle(edge - 0.025, -right - 0.1, edge, right + 0.1)], mixed(wall, [250, 248, 240], 0.6));
  if (chance(0.6)) {
    const boards: Contour[] = [];
    const vanishing = between(-0.3, 0.3);
    for (let x = -1.6; x < 1.6; x += between(0.16, 0.26)) {
      boards.push(segment(edge, vanishing + (x - vanishing) * 0.7, bottom + 0.1, x * 1.3));
    }
    pencil.line(boards, 0.01, mixed(floor, [30, 20, 14], 0.4));
  }
  if (chance(0.4)) {
    const rug = {
      y: between(edge + 0.1, bottom),
      x: between(-0.3, 0.3),
      radiusX: between(0.3, 0.6),
      radiusY: between(0.08, 0.16),
    };
    const rgb = anyColour(choices);
    pencil.fill([ellipse(rug)], rgb);
    pencil.line(
      [ellipse({ ...rug, radiusX: rug.radiusX * 0.85, radiusY: rug.radiusY * 0.8 })],
      0.02,
      mixed(rgb, [250, 240, 220], 0.5),
    );
  }
}

/** Smooth noise: three layers of random values on grids, each finer and fainter. */
function drawClouded(pencil: Pencil, choices: Choices): void {
  const { between, random } = choices;
  const place = placeOf(pencil);
  const coarse = between(2, 7);
  const [cos, sin] = direction(between(0, 180));
  const stretch = choices.chance(0.4) ? between(2, 5) : 1;
  const side = 32;
  const layers = [0, 1, 2].map(() => Float64Array.from({ length: side * side }, () => random.uniform()));
  const noise = (layer: Float64Array, y: number, x: number) => {
    const [row, column] = [Math.floor(y), Math.floor(x)];
    const smooth = (t: number) => t * t * (3 - 2 * t);
    const [v, u] = [smooth(y - row), smooth(x - column)];
    const at = (dy: number, dx: number) => layer[((row + dy) & (side - 1)) * side + ((column + dx) & (side - 1))]!;
    return (at(0, 0) * (1 - u) + at(0, 1) * u) * (1 - v) + (at(1, 0) * (1 - u) + at(1, 1) * u) * v;
  };
  fillAll(pencil, anyColour(choices));
  fillAll(pencil, anyColour(choices), (yPx, xPx) => {
    const [y, x] = place(yPx, xPx);
    const [v, u] = [(y * cos - x * sin) * coarse, (x * cos + y * sin) * coarse * stretch];
    const sum = layers.reduce((total, layer, i) => total + noise(layer, v * (1 << i), u * (1 << i)) / (1 << i), 0) / 1.75;
    return Math.max(0, Math.min(1, 0.5 + 1.8 * (sum - 0.5)));
  });
}

function drawTiles(pencil: Pencil, choices: Choices): void {
  const { between, oneOf } = choices;
  const place = placeOf(pencil);
  const ground = anyColour(choices);
  const step = between(0.07, 0.25);
  const [cos, sin] = direction(oneOf([0, 0, 45, between(0, 90)]));
  const kind = oneOf<'stripes' | 'checks' | 'plaid'>(['stripes', 'checks', 'plaid']);
  const [dy, dx] = [between(0, 1), between(0, 1)];
  fillAll(pencil, ground);
  // Edges are some pixels soft, so that fine patterns do not flicker.
  const soft = 0.02 / step;
  const band = (t: number) => {
    const distance = Math.abs(t - Math.floor(t) - 0.5) - 0.25;
    return Math.max(0, Math.min(1, 0.5 + distance / soft));
  };
  fillAll(pencil, mixed(ground, anyColour(choices), between(0.3, 1)), (yPx, xPx) => {
    const [y, x] = place(yPx, xPx);
    const [a, b] = [band((x * cos + y * sin) / (2 * step) + dx), band((y * cos - x * sin) / (2 * step) + dy)];
    return kind === 'stripes' ? a : kind === 'checks' ? a + b - 2 * a * b : (a + b) / 2;
  });
}

/** Discs or leaves strewn over a ground: pebbles, confetti, lights out of focus. */
function drawSpecks(pencil: Pencil, choices: Choices): void {
  const { between, chance, oneOf } = choices;
  const [bottom, right] = extentOf(pencil);
  const ground = anyColour(choices);
  const palette = [0, 1, 2].map(() => mixed(ground, anyColour(choices), between(0.3, 1)));
  const size = between(0.03, 0.13);
  const aspect = chance(0.5) ? 1 : between(0.3, 0.7);
  const opacity = between(0.4, 1);
  fillAll(pencil, ground);
  for (let i = 0; i < 60; i++) {
    const radius = size * between(0.5, 1.4);
    const speck = ellipse({
      y: between(-bottom, bottom),
      x: between(-right, right),
      radiusY: radius,
      radiusX: radius * aspect,
      angleDeg: between(0, 180),
    });
    pencil.fill([speck], oneOf(palette), { opacity });
  }
}

/** What a foreground must not hide: a circle, and the side that a face in profile looks to (−1 left, 1 right, 0 at us). */
export interface Face {
  readonly y: number;
  readonly x: number;
  readonly radius: number;
  readonly facing: -1 | 0 | 1;
}

/**
 * Something before the drawn thing, at times: bars, a rail, a ball, leaves, grass, a wall's edge. What is round keeps away from
 * the face; the rest covers it at most in part.
 */
export function drawForeground(pencil: Pencil, face: Face, choices: Choices): void {
  const draw = choices.weighted<((pencil: Pencil, face: Face, choices: Choices) => void) | undefined>([
    [10, undefined],
    [2, drawBars],
    [1, drawRail],
    [2, drawBall],
    [2, drawLeaves],
    [2, drawGrass],
    [2, drawEdge],
  ]);
  draw?.(pencil, face, choices);
}

function drawBars(pencil: Pencil, face: Face, choices: Choices): void {
  const { between } = choices;
  const [bottom, right] = extentOf(pencil);
  const rgb = anyColour(choices);
  const step = between(0.3, 0.55);
  const width = Math.min(between(0.02, 0.07), face.radius * 0.3);
  const lean = between(-0.05, 0.05);
  for (let x = -right - 0.1 + between(0, step); x < right + 0.1; x += step) {
    const bar = segment(-bottom - 0.1, x - lean, bottom + 0.1, x + lean);
    pencil.line([bar], width, rgb);
    pencil.line([bar], width * 0.3, mixed(rgb, [255, 255, 255], 0.35));
  }
}

function drawRail(pencil: Pencil, face: Face, choices: Choices): void {
  const { between } = choices;
  const [, right] = extentOf(pencil);
  const rgb = mixed(anyColour(choices), [140, 104, 70], 0.5);
  const height = between(0.07, 0.14);
  const y = face.y + face.radius * between(1.05, 1.5);
  pencil.fill([rectangle(y, -right - 0.1, y + height, right + 0.1)], rgb);
  pencil.line([segment(y + height * 0.3, -right, y + height * 0.35, right)], 0.008, mixed(rgb, [30, 20, 10], 0.5));
}

/** Where a thing of some radius leaves the face free, but for a sliver; a corner if no such place is found. */
function placeBeside(pencil: Pencil, face: Face, radius: number, { between }: Choices): Point {
  const [bottom, right] = extentOf(pencil);
  for (let i = 0; i < 20; i++) {
    const [y, x] = [between(-bottom, bottom), between(-right, right)];
    const [dy, dx] = [y - face.y, x - face.x];
    if (Math.sqrt(dy * dy + dx * dx) > face.radius * 0.95 + radius) return [y, x];
  }
  return [bottom, right];
}

function drawBall(pencil: Pencil, face: Face, choices: Choices): void {
  const { between, chance } = choices;
  const radius = between(0.07, 0.16);
  const [y, x] = placeBeside(pencil, face, radius, choices);
  const rgb = anyColour(choices);
  const ball = pencil.fill([ellipse({ y, x, radiusY: radius, radiusX: radius })], rgb);
  if (chance(0.6)) {
    const band = ellipse({ y, x, radiusY: radius * 1.1, radiusX: radius * 0.45, angleDeg: between(0, 180) });
    pencil.line([band], radius * 0.2, mixed(rgb, [255, 255, 255], 0.7), { within: ball });
  }
  pencil.fill([ellipse({ y: y + radius * 0.3, x: x + radius * 0.2, radiusY: radius, radiusX: radius })], [10, 10, 20], {
    within: ball,
    opacity: 0.18,
  });
  pencil.fill(
    [ellipse({ y: y - radius * 0.4, x: x - radius * 0.35, radiusY: radius * 0.2, radiusX: radius * 0.25 })],
    [255, 255, 255],
    { opacity: 0.7 },
  );
}

function drawLeaves(pencil: Pencil, face: Face, choices: Choices): void {
  const { between, oneOf } = choices;
  const green = varied(
    oneOf<Rgb>([
      [74, 124, 58],
      [126, 150, 62],
      [186, 112, 48],
      [52, 92, 66],
    ]),
    choices,
    1.5,
  );
  for (let i = Math.floor(between(1, 4)); i > 0; i--) {
    const length = between(0.12, 0.24);
    const [y, x] = placeBeside(pencil, face, length * 0.8, choices);
    const [cos, sin] = direction(between(0, 360));
    const at = (along: number, across: number): Point => [y + along * sin + across * cos, x + along * cos - across * sin];
    const leaf = contour(
      at(-length, 0),
      [
        [at(-length * 0.5, length * 0.6), at(length * 0.3, length * 0.5), at(length, 0)],
        [at(length * 0.3, -length * 0.5), at(-length * 0.5, -length * 0.6), at(-length, 0)],
      ],
      true,
    );
    pencil.fill([leaf], green);
    pencil.line([polyline([at(-length * 1.2, 0), at(length * 0.9, 0)])], 0.012, mixed(green, [240, 240, 180], 0.4));
  }
}

function drawGrass(pencil: Pencil, face: Face, choices: Choices): void {
  const { between, chance } = choices;
  const [bottom, right] = extentOf(pencil);
  const green = varied([92, 138, 62], choices, 2);
  const reach = Math.min(between(0.12, 0.35), Math.max(0.05, bottom - face.y - face.radius * 0.6));
  for (let i = 0; i < 40; i++) {
    const x = between(-right, right);
    const lean = between(-0.08, 0.08);
    const blade = spline([
      [bottom + 0.02, x],
      [bottom - reach * 0.5, x + lean * 0.3],
      [bottom - reach * between(0.6, 1), x + lean],
    ]);
    const thick = between(0.012, 0.026);
    pencil.line(
      [blade],
      (share) => thick * (1 - 0.85 * share),
      mixed(green, chance(0.5) ? [30, 60, 30] : [230, 230, 140], between(0, 0.4)),
    );
  }
}

/** A wall or a door that hides one side, up to the face's cheek; behind a face in profile. */
function drawEdge(pencil: Pencil, face: Face, choices: Choices): void {
  const { between, oneOf } = choices;
  const [bottom, right] = extentOf(pencil);
  const rgb = anyColour(choices);
  const side = face.facing === 0 ? oneOf([-1, 1]) : -face.facing;
  const border = face.x + side * face.radius * between(0.75, 1.3);
  const far = side * (right + 0.1);
  const lean = between(-0.04, 0.04);
  const wall = polygon([
    [-bottom - 0.1, border - lean],
    [bottom + 0.1, border + lean],
    [bottom + 0.1, far],
    [-bottom - 0.1, far],
  ]);
  pencil.fill([wall], rgb);
  pencil.line([segment(-bottom - 0.1, border - lean, bottom + 0.1, border + lean)], 0.02, mixed(rgb, [20, 16, 14], 0.45));
}

/** Light over everything: brighter on one side, warmer or colder, stronger or weaker; then the lens and the grain of the film. */
export function drawLight(pencil: Pencil, choices: Choices): void {
  const { around, between, chance, oneOf } = choices;
  const place = placeOf(pencil);
  const [cos, sin] = direction(between(0, 360));
  const strength = between(0, 0.4);
  const shade = oneOf<Rgb>([
    [12, 10, 24],
    [30, 20, 10],
    [255, 246, 220],
  ]);
  const side = (yPx: number, xPx: number) => {
    const [y, x] = place(yPx, xPx);
    return Math.max(0, Math.min(1, 0.5 + 0.7 * (x * cos + y * sin)));
  };
  fillAll(pencil, shade, (yPx, xPx) => strength * side(yPx, xPx));
  if (chance(0.3))
    fillAll(
      pencil,
      oneOf<Rgb>([
        [255, 190, 110],
        [110, 150, 220],
        [150, 190, 120],
      ]),
      () => 0.12,
    );
  const gain = 1 + around(0, 0.12);
  const contrast = 1 + around(0, 0.12);
  const { rgb } = pencil.canvas;
  for (let i = 0; i < rgb.length; i++) rgb[i] = 128 + contrast * (gain * rgb[i]! - 128);
}
