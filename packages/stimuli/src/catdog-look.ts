/**
 * @file How an animal looks but for its shape: fur, pattern, eyes, outline, light. Drawn alike for cats and dogs, so that none
 * of it tells them apart.
 */
import type { Choices } from './choices.ts';
import { lightness, mixed, standingOut, varied } from './colour.ts';
import { direction } from './field.ts';
import { type Contour, ellipse, flatten, type Point, polygon, polyline } from './path.ts';
import type { Pencil } from './pencil.ts';
import { type Coverage, paint, type Rgb } from './raster.ts';

export type Animal = 'cat' | 'dog';

export type Pattern = 'plain' | 'stripes' | 'patches' | 'spots' | 'bib' | 'mask';

export interface Look {
  readonly fur: Rgb;
  /** Colour of stripes, patches, spots, of a white bib or a dark mask. */
  readonly second: Rgb;
  readonly pattern: Pattern;
  /** Colour of the muzzle. */
  readonly muzzle: Rgb;
  /** Outside and inside of the ears. */
  readonly ears: Rgb;
  readonly earInside: Rgb;
  readonly iris: Rgb;
  readonly nose: Rgb;
  readonly tongue: Rgb;
  /** Lines of the face on the fur and on the muzzle. */
  readonly ink: Rgb;
  readonly muzzleInk: Rgb;
  readonly outline: Rgb;
  /** Width of outlines, in halves of a head's width; 0 for none. */
  readonly outlineWidth: number;
  /** How far tufts of fur stand out, in halves of a head's width. */
  readonly fluff: number;
  /** Towards the shade, on the canvas: [y, x], length 1. */
  readonly shade: Point;
  readonly shadeStrength: number;
  readonly collar: Rgb | undefined;
}

// biome-ignore format: a table
const furs: readonly Rgb[] = [
  [34, 31, 33], [66, 62, 64], [112, 110, 113], [156, 155, 160], [236, 231, 222], [228, 203, 164],
  [216, 143, 70], [180, 116, 62], [126, 83, 51], [88, 58, 41], [194, 164, 124], [122, 131, 146],
];
// biome-ignore format: a table
const irises: readonly Rgb[] = [
  [128, 176, 76], [216, 166, 52], [112, 164, 206], [186, 108, 46], [104, 66, 38], [176, 186, 84], [70, 52, 40],
];
// biome-ignore format: a table
const noses: readonly Rgb[] = [[28, 24, 26], [60, 42, 38], [214, 136, 136], [122, 78, 66]];
const white: Rgb = [243, 239, 231];

/** Draws a look at random. */
export function createLook(choices: Choices): Look {
  const { between, chance, oneOf, weighted } = choices;
  const fur = varied(oneOf(furs), choices);
  const pattern = weighted<Pattern>([
    [3, 'plain'],
    [3, 'stripes'],
    [2, 'patches'],
    [1, 'spots'],
    [3, 'bib'],
    [2, 'mask'],
  ]);
  const isLight = lightness(fur) > 205;
  const seconds: Record<Pattern, Rgb> = {
    plain: fur,
    stripes:
      lightness(fur) > 70 ? mixed(fur, [20, 14, 10], between(0.35, 0.65)) : mixed(fur, [190, 170, 150], between(0.25, 0.45)),
    patches: standingOut(furs, fur, choices, 55),
    spots: standingOut(furs, fur, choices, 55),
    bib: isLight ? standingOut(furs, fur, choices, 55) : white,
    mask: lightness(fur) > 90 ? mixed(fur, [24, 18, 16], between(0.55, 0.85)) : mixed(fur, white, between(0.4, 0.7)),
  };
  const second = seconds[pattern];
  const muzzle =
    pattern === 'bib' || pattern === 'mask'
      ? second
      : chance(0.6)
        ? mixed(fur, isLight ? [214, 190, 170] : white, between(0.15, 0.7))
        : fur;
  const nose = varied(standingOut(noses, muzzle, choices), choices);
  const outlines = chance(0.6);
  const [shadeX, shadeY] = direction(between(20, 160));
  return {
    fur,
    second,
    pattern,
    muzzle,
    ears: pattern === 'mask' ? second : fur,
    earInside: oneOf<Rgb>([[226, 164, 156], mixed(fur, [226, 160, 150], 0.5), mixed(fur, [20, 14, 12], 0.45)]),
    iris: varied(standingOut(irises, fur, choices, 30), choices),
    nose,
    tongue: varied([224, 112, 122], choices),
    ink: inkOn(fur),
    muzzleInk: inkOn(muzzle),
    outline: lightness(fur) > 60 ? mixed(fur, [16, 10, 8], between(0.6, 0.9)) : mixed(fur, [0, 0, 0], 0.7),
    outlineWidth: outlines ? between(0.03, 0.1) : 0,
    fluff: chance(0.45) ? between(0.03, 0.14) : 0,
    shade: [shadeY, shadeX],
    shadeStrength: between(0.05, 0.4),
    collar: chance(0.3)
      ? oneOf<Rgb>([
          [196, 48, 48],
          [48, 98, 180],
          [232, 186, 60],
          [70, 150, 90],
          [226, 120, 150],
          [70, 60, 120],
        ])
      : undefined,
  };
}

/** Dark lines on light ground; lighter ones on dark. */
function inkOn(ground: Rgb): Rgb {
  return lightness(ground) > 85 ? mixed(ground, [22, 16, 16], 0.85) : mixed(ground, [206, 190, 176], 0.45);
}

/** A part of an animal: filled, shaded, outlined. */
export function drawFur(pencil: Pencil, shapes: readonly Contour[], look: Look, rgb: Rgb = look.fur): Coverage {
  const coverage = pencil.fill(shapes, rgb);
  shadeOver(pencil, coverage, look);
  if (look.outlineWidth > 0) pencil.line(shapes, look.outlineWidth, look.outline);
  return coverage;
}

/** A part of an animal as a thick line: a leg, a tail. */
export function drawLimb(
  pencil: Pencil,
  shapes: readonly Contour[],
  width: number | ((share: number) => number),
  look: Look,
  rgb: Rgb = look.fur,
): Coverage {
  const outer = typeof width === 'number' ? width + look.outlineWidth : (share: number) => width(share) + look.outlineWidth;
  if (look.outlineWidth > 0) pencil.line(shapes, outer, look.outline);
  const inner =
    typeof width === 'number' ? width - look.outlineWidth : (share: number) => Math.max(0, width(share) - look.outlineWidth);
  const coverage = pencil.line(shapes, inner, rgb);
  shadeOver(pencil, coverage, look);
  return coverage;
}

/** Shade that grows across a part, away from the light. */
function shadeOver({ canvas }: Pencil, coverage: Coverage, { shade, shadeStrength }: Look): void {
  const { topPx, leftPx, heightPx, widthPx } = coverage;
  const [y0, x0] = [topPx + (heightPx - 1) / 2, leftPx + (widthPx - 1) / 2];
  const reach = Math.max(heightPx, widthPx, 1);
  paint(canvas, coverage, {
    rgb: [24, 16, 30],
    opacity: (y, x) => shadeStrength * Math.max(0, Math.min(1, 0.3 + ((y - y0) * shade[0] + (x - x0) * shade[1]) / reach)),
  });
}

/** The shape with tufts: its outline drawn out into points, `fluff` long at most. */
export function tufted(shape: Contour, fluff: number, { between }: Choices): Contour {
  if (fluff === 0) return shape;
  const points = flatten(shape);
  const n = points.length;
  const jagged = points.map((point, i): Point => {
    const [before, after] = [points[(i + n - 1) % n]!, points[(i + 1) % n]!];
    const [v, u] = [after[0] - before[0], after[1] - before[1]];
    const length = Math.sqrt(v * v + u * u) || 1;
    const out = i % 2 === 0 ? fluff * between(0.4, 1) : -fluff * between(0, 0.2);
    return [point[0] - (u / length) * out, point[1] + (v / length) * out];
  });
  return polygon(jagged);
}

/** The look's pattern over a body or a flank of about `size` around (0, 0), painted only within it. */
export function drawBodyPattern(pencil: Pencil, within: Coverage, [height, width]: Point, look: Look, choices: Choices): void {
  const { between } = choices;
  if (look.pattern === 'stripes') {
    const n = Math.floor(between(4, 8));
    for (let i = 0; i < n; i++) {
      const x = width * ((i + between(0.2, 0.8)) / n - 0.5);
      const [from, to] = [-height * 0.6, height * between(-0.15, 0.35)];
      const stripe = polyline([
        [from, x],
        [(from + to) / 2, x + between(-0.08, 0.08) * width],
        [to, x + between(-0.06, 0.06) * width],
      ]);
      const thick = between(0.1, 0.2);
      pencil.line([stripe], (share) => thick * (1 - 0.7 * share), look.second, { within });
    }
  } else if (look.pattern === 'patches' || look.pattern === 'spots') {
    const n = look.pattern === 'patches' ? Math.floor(between(2, 4)) : Math.floor(between(7, 14));
    for (let i = 0; i < n; i++) {
      const radius = look.pattern === 'patches' ? between(0.35, 0.75) : between(0.07, 0.2);
      const [y, x] = [height * between(-0.5, 0.5), width * between(-0.5, 0.5)];
      const spot = ellipse({ y, x, radiusY: radius, radiusX: radius * between(0.7, 1.3), angleDeg: between(0, 90) });
      pencil.fill([spot], look.second, { within });
    }
  }
}
