/**
 * @file Handwritten-looking digits, drawn: each digit in several ways of writing it, with its own hand, pen and slips. White
 * on black, sized and centred as collections of scanned digits are, so that a network trained on these can be shown those.
 */
import { type Image, InputError, type Random } from '@ventral/core';
import { math } from '@ventral/kernels';
import { type Choices, createChoices } from './choices.ts';
import { direction } from './field.ts';
import {
  type Affine,
  chain,
  distance,
  flatten,
  type Path,
  type Point,
  rotation,
  scaling,
  slant,
  spline,
  transformPath,
  translation,
} from './path.ts';
import { blurCanvas, canvasImage, createCanvas, type SizePx, strokePath } from './raster.ts';

/** Pen strokes through points [y, x]: y from 0 (top) to 1 (bottom), x from about 0 to 0.65. A point given twice is a corner. */
type Strokes = readonly (readonly Point[])[];
/** One way to write a digit, in new proportions each time. */
type Style = (choices: Choices) => Strokes;

/** Points on an ellipse around (y, x); angles in degrees, 0 right, 90 below. */
function bow([y, x]: Point, [radiusY, radiusX]: Point, fromDeg: number, toDeg: number): Point[] {
  const n = Math.max(2, Math.ceil(Math.abs(toDeg - fromDeg) / 50));
  return Array.from({ length: n + 1 }, (_, i): Point => {
    const [cos, sin] = direction(fromDeg + ((toDeg - fromDeg) * i) / n);
    return [y + radiusY * sin, x + radiusX * cos];
  });
}

const corner = (y: number, x: number): readonly [Point, Point] => [
  [y, x],
  [y, x],
];

const zero: Style = ({ between, chance }) => {
  const radii: Point = [0.5, between(0.18, 0.55)];
  const from = between(240, 330);
  const loop = bow([0.5, 0.3], radii, from, from - between(325, 375));
  if (chance(0.25)) loop.push([between(0.05, 0.3), between(0.2, 0.45)]);
  return [loop];
};

const oneStem: Style = ({ around }) => [
  [
    [0, 0.3],
    [0.5, 0.3 + around(0, 0.015)],
    [1, 0.3],
  ],
];

const oneFlag: Style = ({ between }) => [
  [[between(0.15, 0.3), between(0, 0.14)], ...corner(0, 0.3), [1, 0.3 + between(-0.02, 0.02)]],
];

const oneFoot: Style = (choices) => {
  const { between, chance } = choices;
  const [left, right] = [between(0, 0.12), between(0.48, 0.6)];
  const foot: Point[] = [
    [1, left],
    [1 + between(-0.02, 0.02), right],
  ];
  return [...(chance(0.85) ? oneFlag(choices) : oneStem(choices)), foot];
};

/** The upper arch of a 2, and the way down to the lower left. */
function archOfTwo({ between }: Choices): Point[] {
  const radiusY = between(0.15, 0.3);
  const radiusX = between(0.16, 0.32);
  const x = between(0.24, 0.34);
  const to = between(355, 385);
  return [
    ...bow([radiusY, x], [radiusY, radiusX], between(170, 240), to),
    [between(0.52, 0.68), x + radiusX * between(-0.1, 0.5)],
  ];
}

const twoPlain: Style = (choices) => {
  const { between } = choices;
  return [[...archOfTwo(choices), ...corner(between(0.9, 1), between(-0.12, 0.1)), [between(0.88, 1.04), between(0.48, 0.85)]]];
};

const twoSwan: Style = (choices) => {
  const { between } = choices;
  const right = between(0.55, 0.85);
  const end: Point[] = [
    [between(0.82, 0.92), between(0.1, 0.24)],
    [between(0.92, 1.04), right * 0.65],
    [between(0.82, 0.98), right],
  ];
  return [[...archOfTwo(choices), ...corner(between(0.9, 1), between(-0.1, 0.08)), ...end]];
};

const twoLoop: Style = (choices) => {
  const { between } = choices;
  const size = between(0.6, 1.6);
  const left = between(-0.08, 0.02);
  const right = between(0.55, 0.85);
  const loop: Point[] = [
    [0.9 + 0.04 * size, left + 0.12],
    [0.93 + 0.03 * size, left + 0.03],
    [0.88 - 0.06 * size, left],
    [0.88 - 0.05 * size, left + 0.14 * size],
    [between(0.92, 1.04), right * 0.6],
    [between(0.84, 1), right],
  ];
  return [[...archOfTwo(choices), ...loop]];
};

const twoAngular: Style = ({ between }) => [
  [
    [between(0.05, 0.2), between(0, 0.08)],
    [between(0, 0.04), between(0.2, 0.35)],
    [between(0.05, 0.15), between(0.48, 0.56)],
    [between(0.2, 0.32), between(0.45, 0.52)],
    ...corner(between(0.9, 1), between(-0.03, 0.05)),
    [between(0.9, 1.02), between(0.5, 0.68)],
  ],
];

/** The lower bowl of a 3 or 5, from its waist. */
function bowl({ between }: Choices, top: number, fromDeg: number): Point[] {
  const radiusY = (1 - top) / 2;
  return bow([top + radiusY, between(0.16, 0.28)], [radiusY, between(0.18, 0.38)], fromDeg, between(460, 530));
}

const threeRound: Style = (choices) => {
  const { between } = choices;
  const waist = between(0.32, 0.52);
  const upper = bow([waist / 2, between(0.18, 0.28)], [waist / 2, between(0.14, 0.32)], between(180, 240), 430);
  return [[...upper, ...corner(waist, between(0.12, 0.26)), ...bowl(choices, waist - 0.03, 300)]];
};

const threeFlat: Style = (choices) => {
  const { between } = choices;
  const waist = between(0.34, 0.44);
  const top: Point[] = [
    [between(0, 0.05), between(0, 0.1)],
    ...corner(between(-0.02, 0.04), between(0.46, 0.58)),
    ...corner(waist, between(0.14, 0.26)),
  ];
  return [[...top, ...bowl(choices, waist - 0.02, 300)]];
};

const threeLoop: Style = (choices) => {
  const { between } = choices;
  const waist = between(0.4, 0.5);
  const x = between(0.1, 0.2);
  const upper = bow([waist / 2, 0.25], [waist / 2, between(0.2, 0.27)], between(190, 225), 420);
  return [[...upper, [waist + 0.02, x + 0.04], [waist - 0.04, x], [waist - 0.05, x + 0.1], ...bowl(choices, waist - 0.03, 310)]];
};

/** The upright of a 4, which may begin level with the rest or lower. */
function stemOfFour({ between }: Choices, x: number): Point[] {
  return [
    [between(-0.02, 0.3), x + between(0, 0.06)],
    [1, x + between(-0.06, 0.02)],
  ];
}

const fourOpen: Style = (choices) => {
  const { between, chance } = choices;
  const level = between(0.45, 0.62);
  const left = between(-0.02, 0.08);
  const turn: Point[] = chance(0.5)
    ? [...corner(level, left)]
    : [
        [level - 0.14, left],
        [level - 0.02, left + 0.06],
        [level, left + 0.18],
      ];
  const angle: Point[] = [
    [between(-0.02, 0.12), left + between(0, 0.14)],
    ...turn,
    [level + between(-0.06, 0.02), between(0.5, 0.7)],
  ];
  return [angle, stemOfFour(choices, between(0.4, 0.5))];
};

const fourClosed: Style = (choices) => {
  const { between } = choices;
  const level = between(0.58, 0.7);
  const stem = between(0.4, 0.48);
  const sail: Point[] = [
    [between(-0.02, 0.04), stem],
    ...corner(level, between(-0.04, 0.04)),
    [level + between(-0.03, 0.03), between(0.56, 0.7)],
  ];
  return [
    sail,
    [
      [0, stem],
      [1, stem + between(-0.05, 0.02)],
    ],
  ];
};

const fourPennant: Style = ({ between }) => {
  const level = between(0.42, 0.56);
  return [
    [
      [between(-0.02, 0.06), between(0.02, 0.14)],
      [level - 0.12, between(-0.02, 0.05)],
      [level, between(0.16, 0.24)],
      [level - between(0.05, 0.12), between(0.4, 0.46)],
      ...corner(between(0, 0.12), between(0.48, 0.56)),
      [0.55, 0.5],
      [1, between(0.4, 0.48)],
    ],
  ];
};

const fiveBody = (choices: Choices): Point[] => {
  const { between } = choices;
  const waist = between(0.32, 0.5);
  return [...corner(waist + 0.03, between(0.03, 0.1)), ...bowl(choices, waist - 0.02, between(235, 260))];
};

const fiveTwoStrokes: Style = (choices) => {
  const { between, chance } = choices;
  const top = between(0, 0.06);
  const left = between(0.06, 0.16);
  const gap = chance(0.25) ? between(0.04, 0.12) : 0;
  const bar: Point[] = [
    [top - between(0, 0.04), left + gap],
    [between(-0.14, 0.06), between(0.4, 0.85)],
  ];
  return [[[top, left], ...fiveBody(choices)], bar];
};

const fiveOneStroke: Style = (choices) => {
  const { between } = choices;
  return [[[between(-0.1, 0.06), between(0.4, 0.8)], ...corner(between(0, 0.05), between(0.08, 0.16)), ...fiveBody(choices)]];
};

const fiveSnake: Style = ({ between }) => [
  [
    [between(-0.06, 0.1), between(0.5, 0.75)],
    [between(-0.02, 0.03), between(0.28, 0.4)],
    [between(0.12, 0.2), between(0.06, 0.14)],
    [between(0.36, 0.44), between(0.12, 0.22)],
    [between(0.52, 0.62), between(0.42, 0.52)],
    [between(0.78, 0.88), between(0.42, 0.54)],
    [1, between(0.16, 0.28)],
    [between(0.86, 0.96), between(-0.06, 0.04)],
  ],
];

const six: Style = ({ between, chance }) => {
  const radiusY = between(0.17, 0.36);
  const radiusX = between(0.15, 0.34);
  const x = between(0.25, 0.32);
  const left = x - radiusX;
  const lean = between(0, 0.4);
  const stem: Point[] = [
    [0, x + lean],
    [(1 - radiusY) * between(0.3, 0.5), left + (lean + radiusX) * between(0.2, 0.5)],
    [(1 - radiusY) * between(0.72, 0.85), left + between(-0.02, 0.05)],
  ];
  const loop = bow([1 - radiusY, x], [radiusY, radiusX], 170, between(-110, -215));
  if (chance(0.25)) loop.push([1 - radiusY * between(0.8, 1.2), x + between(-0.12, 0)]);
  return [[...stem, ...loop]];
};

/** The roof of a 7 and its corner; `serif` begins with a small stroke down. */
function roof({ between }: Choices, serif: boolean): Point[] {
  const left = between(-0.04, 0.08);
  const top = between(0, 0.06);
  const start: Point[] = serif ? [[top + between(0.1, 0.24), left - between(0, 0.04)], ...corner(top, left)] : [[top, left]];
  return [...start, ...corner(between(-0.03, 0.05), between(0.5, 0.66))];
}

const seven: Style = (choices) => {
  const { between, chance } = choices;
  const foot = between(0.12, 0.34);
  const bend = chance(0.5) ? between(0.02, 0.1) : between(-0.03, 0.02);
  const middle: Point = [between(0.4, 0.55), (0.55 + foot) / 2 - bend];
  const main: Point[] = [...roof(choices, chance(0.2)), middle, [1, foot]];
  if (!chance(0.2)) return [main];
  const tilt = between(-0.05, 0.05);
  return [
    main,
    [
      [middle[0] + tilt, middle[1] - between(0.14, 0.26)],
      [middle[0] - tilt, middle[1] + between(0.12, 0.24)],
    ],
  ];
};

const sevenWave: Style = ({ between }) => [
  [
    [between(0.1, 0.2), between(-0.04, 0.04)],
    [between(0, 0.04), between(0.1, 0.18)],
    [between(0.05, 0.12), between(0.28, 0.38)],
    ...corner(between(-0.02, 0.05), between(0.54, 0.64)),
    [between(0.45, 0.55), between(0.28, 0.38)],
    [1, between(0.12, 0.26)],
  ],
];

const eightStroke: Style = ({ between, chance }) => {
  const waist = between(0.36, 0.6);
  const [upper, lower] = [between(0.13, 0.3), between(0.12, 0.3)];
  const x = between(0.28, 0.34);
  const lean = between(-0.06, 0.12);
  const close: Point[] = chance(0.7)
    ? [
        [waist * 0.4, x + lean + upper],
        [between(0, 0.12), x + lean + upper * between(0.3, 0.9)],
      ]
    : [
        [waist * 0.5, x + lean + upper * between(0.8, 1.2)],
        [between(-0.04, 0.1), x + lean + upper * between(1.2, 1.9)],
      ];
  const turn = between(0.3, 0.6);
  return [
    [
      [between(0.02, 0.16), x + lean + upper * between(0.6, 1.1)],
      [0, x + lean],
      [waist * turn, x + lean - upper],
      [waist, x + between(-0.05, 0.05)],
      [waist + (1 - waist) * between(0.45, 0.65), x + lower],
      [1, x + between(-0.05, 0.05)],
      [waist + (1 - waist) * between(0.45, 0.65), x - lower],
      [waist + between(-0.04, 0.04), x + between(-0.04, 0.04)],
      ...close,
    ],
  ];
};

const eightCircles: Style = ({ between }) => {
  const waist = between(0.38, 0.56);
  const x = between(0.27, 0.33);
  const from = between(200, 300);
  const above = bow([waist / 2, x + between(-0.03, 0.07)], [waist / 2, between(0.14, 0.3)], from, from - between(345, 375));
  const below = bow([(1 + waist) / 2, x], [(1 - waist) / 2, between(0.14, 0.34)], from, from - between(345, 375));
  return [above, below];
};

/** The loop of a 9, from its upper right and round to there again, and the corner to its stem, if any. */
function loopOfNine({ between, chance }: Choices): readonly [loop: Point[], right: number] {
  const radiusY = between(0.15, 0.34);
  const radiusX = between(0.14, 0.34);
  const right = between(0.24, 0.3) + radiusX;
  const isOpen = chance(0.3);
  const [from, to] = isOpen ? [between(270, 310), between(10, 50)] : [between(320, 350), between(-10, -45)];
  const loop = bow([radiusY, right - radiusX], [radiusY, radiusX], from, to);
  // The stem of an open loop begins level with it, and so closes it.
  if (isOpen) loop.push(...corner(radiusY * between(-0.1, 0.4), right + between(0, 0.06)));
  else if (chance(0.6)) loop.push(...corner(radiusY * between(0, 0.9), right + between(-0.01, 0.04)));
  return [loop, right];
}

const nineStraight: Style = (choices) => {
  const { between } = choices;
  const [loop, right] = loopOfNine(choices);
  const foot = right - between(-0.02, 0.3);
  return [[...loop, [0.55, (right + foot) / 2 + between(-0.02, 0.04)], [1, foot]]];
};

const nineCurved: Style = (choices) => {
  const { between, chance } = choices;
  const [loop, right] = loopOfNine(choices);
  const hook: Point[] = [
    [0.6, right - between(-0.02, 0.06)],
    [between(0.82, 0.9), right - between(0.08, 0.16)],
    [1, right - between(0.22, 0.4)],
  ];
  if (chance(0.5)) hook.push([between(0.86, 0.98), right - between(0.45, 0.6)]);
  return [[...loop, ...hook]];
};

/** Ways to write each digit, with how common they are. */
const styles: readonly (readonly (readonly [weight: number, style: Style])[])[] = [
  [[1, zero]],
  [
    [7, oneStem],
    [2, oneFlag],
    [2, oneFoot],
  ],
  [
    [4, twoPlain],
    [2, twoSwan],
    [3, twoLoop],
    [2, twoAngular],
  ],
  [
    [6, threeRound],
    [2, threeFlat],
    [2, threeLoop],
  ],
  [
    [5, fourOpen],
    [2, fourClosed],
    [2, fourPennant],
  ],
  [
    [4, fiveTwoStrokes],
    [3, fiveOneStroke],
    [3, fiveSnake],
  ],
  [[1, six]],
  [
    [5, seven],
    [1, sevenWave],
  ],
  [
    [4, eightStroke],
    [1, eightCircles],
  ],
  [
    [3, nineStraight],
    [3, nineCurved],
  ],
];

/**
 * A digit as somebody may write it: white strokes on black, its longer side about 20/28 of the picture's shorter side, its
 * centre of mass near the picture's middle. Style, proportions, slant, turn, width, pen, slips, blur and grain are drawn from
 * the stream and, but for the grain, do not depend on the size.
 *
 * @param digit 0…9
 * @throws InputError `drawDigit: needs a digit from 0 to 9, got 10.`
 */
export function drawDigit(digit: number, random: Random, size: SizePx = { heightPx: 28, widthPx: 28 }): Image {
  const waysToWrite = styles[digit];
  if (waysToWrite === undefined) throw new InputError(`drawDigit: needs a digit from 0 to 9, got ${digit}.`);
  const choices = createChoices(random);
  const { around, between, chance, weighted } = choices;
  const strokes = slip(weighted(waysToWrite)(choices), choices);
  const hand = chain(
    translation(-0.5, -0.3),
    scaling(20, 20 * math.exp(around(0, 0.2))),
    slant(around(0.15, digit === 1 ? 0.35 : 0.25)),
    rotation(around(0, 7)),
  );
  const written = transformPath(
    hand,
    strokes.map((points) => spline(points)),
  );
  // All lengths so far are pixels of 28.
  const unitPx = Math.min(size.heightPx, size.widthPx) / 28;
  const penPx = 2.6 * math.exp(around(0, 0.28));
  const path = transformPath(chain(placement(written, penPx, choices), toCanvas(size, unitPx)), written);
  const [sway, swayDeg, lift] = [between(0, 0.16), between(0, 360), chance(0.3) ? between(0, 0.5) : 0];
  const penAt = (share: number) =>
    penPx * unitPx * (1 - (lift * Math.max(0, share - 0.6)) / 0.4) * (1 + sway * direction(swayDeg + 500 * share)[0]);
  const canvas = createCanvas(size, [0, 0, 0]);
  strokePath(canvas, path, penAt, { rgb: [255, 255, 255] });
  blurCanvas(canvas, unitPx * between(0.2, 0.55));
  const [gain, graininess] = [between(1, 1.25), between(0, 0.08)];
  for (let i = 0; i < canvas.rgb.length; i += 3) {
    if (canvas.rgb[i] !== 0) canvas.rgb.fill(canvas.rgb[i]! * (gain + graininess * choices.grain()), i, i + 3);
  }
  return canvasImage(canvas);
}

/** What a hand does to the strokes it means: every point a little off, the upper part wider or narrower than the lower. */
function slip(strokes: Strokes, { around, between, random }: Choices): Strokes {
  const std = between(0.006, 0.03);
  const widening = around(0, 0.15);
  return strokes.map((points) => {
    const moved: Point[] = [];
    points.forEach(([y, x], i) => {
      const before = points[i - 1];
      const isCorner = before !== undefined && before[0] === y && before[1] === x;
      const widened = 0.3 + (x - 0.3) * (1 + widening * (1 - 2 * y));
      moved.push(isCorner ? moved.at(-1)! : [y + std * random.normal(), widened + std * random.normal()]);
    });
    return moved;
  });
}

/** Scales a digit to 20 px with its strokes, and brings its centre of mass to (0, 0): both a little off. */
function placement(path: Path, penPx: number, { around }: Choices): Affine {
  let [top, left, bottom, right] = [Infinity, Infinity, -Infinity, -Infinity];
  let [mass, massY, massX] = [0, 0, 0];
  for (const contour of path) {
    flatten(contour).forEach((point, i, points) => {
      const [y, x] = point;
      [top, bottom, left, right] = [Math.min(top, y), Math.max(bottom, y), Math.min(left, x), Math.max(right, x)];
      const before = points[i - 1] ?? point;
      const length = distance(before, point);
      mass += length;
      massY += (length * (y + before[0])) / 2;
      massX += (length * (x + before[1])) / 2;
    });
  }
  const scale = (20 + around(0, 0.5) - penPx) / Math.max(bottom - top, right - left);
  // Where the centre of mass lies far from the box's, the box stays a pixel inside of the picture.
  const reach = 12.5 - penPx / 2;
  const place = (from: number, to: number, centre: number) =>
    Math.max(-reach - from * scale, Math.min(reach - to * scale, around(0, 0.5) - centre * scale));
  return chain(scaling(scale), translation(place(top, bottom, massY / mass), place(left, right, massX / mass)));
}

/** From pixels of 28 around the middle to those of a canvas. */
function toCanvas({ heightPx, widthPx }: SizePx, unitPx: number): Affine {
  return chain(scaling(unitPx), translation((heightPx - 1) / 2, (widthPx - 1) / 2));
}
