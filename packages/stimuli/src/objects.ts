/**
 * @file Drawn things that each have one shape and a name: a cup, a fish, a key. Alone on grey in two greys, so that only their
 * shape tells them apart, moved, resized and turned; or as examples of a category, each of its own look, anywhere in a scene.
 */
import { createRandom, type Image, type Random } from '@ventral/core';
import { drawBackdrop, drawLight } from './backdrop.ts';
import { drawCatFace } from './cat-head.ts';
import { createLook, type Look } from './catdog-look.ts';
import { type Choices, createChoices } from './choices.ts';
import { anyColour, mixed } from './colour.ts';
import { drawDogFace } from './dog-head.ts';
import { direction, type Place, pixelsPerDegree, positionPx, type VisualField } from './field.ts';
import {
  type Contour,
  chain,
  contour,
  ellipse,
  type Point,
  polygon,
  polyline,
  rotation,
  scaling,
  segment,
  spline,
  translation,
} from './path.ts';
import { createPencil, type Pencil } from './pencil.ts';
import { canvasImage, createCanvas, type Rgb, type SizePx } from './raster.ts';

/** The things, in order of code units. Each lies within the circle of radius 1 around [0, 0]. */
export const objectNames = ['bicycle', 'cat', 'cup', 'dog', 'fish', 'house', 'key', 'leaf', 'star', 'tree'] as const;
export type ObjectName = (typeof objectNames)[number];

/** Of which there is a category. */
export const categoryNames = ['cat', 'cup', 'dog', 'fish', 'house', 'key', 'leaf', 'tree'] as const satisfies ObjectName[];

/** Colours of a thing but for its shape. */
interface Colours {
  readonly fill: Rgb;
  /** Of a part. */
  readonly second: Rgb;
  readonly ink: Rgb;
  /** Of outlines, in radii. */
  readonly inkWidth: number;
}

/** A proportion between two limits: of a category's examples any, of the thing on grey the middle. */
type Proportion = (low: number, high: number) => number;

type Draw = (pencil: Pencil, colours: Colours, proportion: Proportion) => void;

function drawPart(pencil: Pencil, shapes: readonly Contour[], { fill, ink, inkWidth }: Colours, rgb: Rgb = fill): void {
  pencil.fill(shapes, rgb);
  pencil.line(shapes, inkWidth, ink);
}

/** A thick line with an outline. */
function drawBar(
  pencil: Pencil,
  shapes: readonly Contour[],
  width: number,
  { fill, ink, inkWidth }: Colours,
  rgb: Rgb = fill,
): void {
  pencil.line(shapes, width + inkWidth, ink);
  pencil.line(shapes, width - inkWidth, rgb);
}

const drawBicycle: Draw = (pencil, colours, proportion) => {
  const radius = proportion(0.32, 0.42);
  const rear: Point = [0.3, -0.54];
  const front: Point = [0.3, 0.54];
  const wheels = [rear, front].map(([y, x]) => ellipse({ y, x, radiusY: radius, radiusX: radius }));
  drawBar(pencil, wheels, 0.1, colours);
  const pedals: Point = [0.3, -0.05];
  const saddle: Point = [-0.24, -0.24];
  const bars: Point = [-0.3, 0.34];
  const frame = [polyline([rear, saddle, bars, pedals, rear]), polyline([saddle, pedals]), polyline([bars, front])];
  drawBar(pencil, frame, 0.11, colours, colours.second);
  drawBar(
    pencil,
    [segment(-0.32, -0.42, -0.32, -0.1), segment(-0.46, 0.3, -0.46, 0.56), segment(-0.46, 0.3, -0.3, 0.34)],
    0.13,
    colours,
  );
};

const drawCup: Draw = (pencil, colours, proportion) => {
  const [top, bottom] = [proportion(0.5, 0.62), proportion(0.36, 0.5)];
  const handle = ellipse({ y: 0.05, x: top - 0.04, radiusY: proportion(0.24, 0.34), radiusX: 0.3 });
  drawBar(pencil, [handle], 0.17, colours);
  const body = contour(
    [-0.55, -top],
    [
      [[0.55, -bottom]],
      [
        [0.8, -bottom],
        [0.8, bottom],
        [0.55, bottom],
      ],
      [[-0.55, top]],
    ],
    true,
  );
  drawPart(pencil, [body], colours);
  drawPart(pencil, [ellipse({ y: -0.55, x: 0, radiusY: 0.15, radiusX: top })], colours, colours.second);
};

const drawFish: Draw = (pencil, colours, proportion) => {
  const [high, tail] = [proportion(0.34, 0.52), proportion(0.3, 0.46)];
  const fins = [
    polygon([
      [0, 0.4],
      [-tail, 0.92],
      [0, 0.78],
      [tail, 0.92],
    ]),
    spline(
      [
        [-high * 0.8, -0.35],
        [-high - 0.28, 0.1],
        [-high * 0.6, 0.35],
      ],
      true,
    ),
  ];
  drawPart(pencil, fins, colours, colours.second);
  const body = spline(
    [
      [0, -0.9],
      [-high * 0.85, -0.5],
      [-high, -0.1],
      [-0.14, 0.5],
      [0.14, 0.5],
      [high, -0.1],
      [high * 0.85, -0.5],
    ],
    true,
  );
  drawPart(pencil, [body], colours);
  pencil.fill([ellipse({ y: -0.1, x: -0.58, radiusY: 0.085, radiusX: 0.085 })], colours.ink);
  pencil.line(
    [
      spline([
        [-high * 0.7, -0.32],
        [0, -0.22],
        [high * 0.7, -0.32],
      ]),
    ],
    colours.inkWidth,
    colours.ink,
  );
};

const drawHouse: Draw = (pencil, colours, proportion) => {
  const [half, peak] = [proportion(0.5, 0.66), proportion(0.78, 0.92)];
  const box = (y0: number, x0: number, y1: number, x1: number) =>
    polygon([
      [y0, x0],
      [y0, x1],
      [y1, x1],
      [y1, x0],
    ]);
  drawPart(pencil, [box(-0.1, -half, 0.72, half)], colours);
  const roof = polygon([
    [-0.1, -half - 0.2],
    [-peak, 0],
    [-0.1, half + 0.2],
  ]);
  drawPart(pencil, [roof], colours, colours.second);
  drawPart(pencil, [box(0.2, -half * 0.6, 0.72, -half * 0.6 + 0.32)], colours, colours.second);
  const [y, x] = [0.08, half * 0.2];
  drawPart(pencil, [box(y, x, y + 0.32, x + 0.34)], colours, colours.second);
  pencil.line(
    [segment(y, x + 0.17, y + 0.32, x + 0.17), segment(y + 0.16, x, y + 0.16, x + 0.34)],
    colours.inkWidth,
    colours.ink,
  );
};

const drawKey: Draw = (pencil, colours, proportion) => {
  const [bow, bit] = [proportion(0.24, 0.34), proportion(0.22, 0.36)];
  const teeth = [segment(0.02, 0.8, bit + 0.06, 0.8), segment(0.02, 0.52, bit, 0.52)];
  drawBar(pencil, [segment(0, -0.5 + bow, 0, 0.84), ...teeth], 0.2, colours);
  drawBar(pencil, [ellipse({ y: 0, x: -0.52, radiusY: bow * 1.15, radiusX: bow })], 0.22, colours);
};

const drawLeaf: Draw = (pencil, colours, proportion) => {
  const wide = proportion(0.4, 0.6);
  const low = proportion(0.05, 0.25);
  const blade = spline(
    [
      [-0.92, 0],
      [-0.92, 0],
      [-0.45, wide * 0.7],
      [low, wide],
      [0.62, 0],
      [0.62, 0],
      [low, -wide],
      [-0.45, -wide * 0.7],
    ],
    true,
  );
  drawPart(pencil, [blade], colours);
  const veins = [-0.25, 0.02, 0.29].flatMap((y) => [-1, 1].map((side) => segment(y + 0.1, 0, y - 0.16, side * wide * 0.62)));
  pencil.line([segment(-0.75, 0, 0.95, 0)], 0.09, colours.ink);
  pencil.line(veins, 0.05, colours.ink);
};

const drawStar: Draw = (pencil, colours, proportion) => {
  const inner = proportion(0.34, 0.46);
  const corners = Array.from({ length: 10 }, (_, i): Point => {
    const [cos, sin] = direction(36 * i - 90);
    const radius = i % 2 === 0 ? 0.94 : inner;
    return [radius * sin, radius * cos];
  });
  drawPart(pencil, [polygon(corners)], colours);
};

const drawTree: Draw = (pencil, colours, proportion) => {
  const [wide, high] = [proportion(0.3, 0.4), proportion(0.28, 0.36)];
  drawPart(
    pencil,
    [
      polygon([
        [0, -0.1],
        [0, 0.1],
        [0.92, 0.16],
        [0.92, -0.16],
      ]),
    ],
    colours,
    colours.second,
  );
  const crown = [
    [-0.12, -0.4],
    [-0.12, 0.4],
    [-0.5, 0],
    [0.06, 0],
  ] as const;
  const puffs = crown.map(([y, x]) => ellipse({ y, x, radiusY: high, radiusX: wide }));
  pencil.line(puffs, 2 * colours.inkWidth, colours.ink);
  pencil.fill(puffs, colours.fill);
};

const drawings: Readonly<Record<Exclude<ObjectName, 'cat' | 'dog'>, Draw>> = {
  bicycle: drawBicycle,
  cup: drawCup,
  fish: drawFish,
  house: drawHouse,
  key: drawKey,
  leaf: drawLeaf,
  star: drawStar,
  tree: drawTree,
};

/** A head of half width 1 within the circle of radius 1. */
const headPlace = chain(translation(0.28, 0), scaling(0.62));

function drawHead(pencil: Pencil, animal: 'cat' | 'dog', turnDeg: number, look: Look, choices: Choices): void {
  const draw = animal === 'cat' ? drawCatFace : drawDogFace;
  draw(pencil.at(headPlace), turnDeg, look, choices);
}

const [light, middle, dark]: readonly [Rgb, Rgb, Rgb] = [
  [225, 225, 225],
  [160, 160, 160],
  [35, 35, 35],
];
const greys: Colours = { fill: light, second: middle, ink: dark, inkWidth: 0.07 };
const greyLook: Look = {
  fur: light,
  second: light,
  pattern: 'plain',
  muzzle: light,
  ears: light,
  earInside: middle,
  iris: middle,
  nose: dark,
  tongue: middle,
  ink: dark,
  muzzleInk: dark,
  outline: dark,
  outlineWidth: 0.1,
  fluff: 0,
  shade: [1, 0],
  shadeStrength: 0,
  collar: undefined,
};

/** A thing somewhere in the field. A type, so that it may be a stimulus's parameters. */
export type PlacedObject = Place & {
  readonly object: ObjectName;
  /** Diameter of the circle that it lies in. */
  readonly sizeDeg: number;
  /** From upright, clockwise on the screen. */
  readonly rotationDeg: number;
};

/** The thing on grey 128, light with dark lines, the same from any seed. */
export function drawObject(view: VisualField, { object, yDeg, xDeg, sizeDeg, rotationDeg }: PlacedObject): Image {
  const canvas = createCanvas(view, [128, 128, 128]);
  const radiusPx = (sizeDeg * pixelsPerDegree(view)) / 2;
  const place = chain(rotation(rotationDeg), scaling(radiusPx), translation(...positionPx(view, yDeg, xDeg)));
  const pencil = createPencil(canvas, place);
  if (object === 'cat' || object === 'dog') drawHead(pencil, object, 0, greyLook, createChoices(createRandom(0).fork(object)));
  else drawings[object](pencil, greys, (low, high) => (low + high) / 2);
  return canvasImage(canvas);
}

/**
 * An example of a category: a thing of any proportions and colours, as large as a half to five sixths of the picture's shorter
 * side, off its middle by a tenth at most, turned by 30° at most or mirrored, before any backdrop and in any light. All but the
 * thing is drawn from streams that do not know the category.
 */
export function drawCategory(name: (typeof categoryNames)[number], random: Random, size: SizePx): Image {
  const stream = (label: string) => createChoices(random.fork(label));
  const { between, chance } = stream('layout');
  const canvas = createCanvas(size, [128, 128, 128]);
  const unitPx = Math.min(size.heightPx, size.widthPx);
  const picture = createPencil(canvas, chain(scaling(unitPx), translation((size.heightPx - 1) / 2, (size.widthPx - 1) / 2)));
  drawBackdrop(picture, stream('backdrop'));
  const radius = between(0.25, 0.42);
  const place = chain(
    scaling(radius, chance(0.5) ? -radius : radius),
    rotation(between(-30, 30)),
    translation(between(-0.1, 0.1), between(-0.1, 0.1)),
  );
  const pencil = picture.at(place);
  const look = stream('look');
  if (name === 'cat' || name === 'dog') drawHead(pencil, name, between(0, 30), createLook(look), stream('head'));
  else {
    const fill = anyColour(look);
    const ink = mixed(fill, look.chance(0.8) ? [16, 12, 10] : [250, 248, 240], look.between(0.6, 0.9));
    const colours = { fill, second: anyColour(look), ink, inkWidth: look.between(0.03, 0.1) };
    drawings[name](pencil, colours, stream('shape').between);
  }
  drawLight(picture, stream('light'));
  return canvasImage(canvas);
}
