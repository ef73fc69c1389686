/**
 * @file Figures of lines: bars, angles, crosses, stars, arcs and circles, and spots, all of one area. What is stroked is drawn by
 * stroke.ts; here is where the lines run.
 */
import { direction, type Place, pixelsPerDegree, positionPx, type VisualField } from './field.ts';
import { arc, chain, ellipse, type Path, polyline, rotation, scaling, segment, transformPath, translation } from './path.ts';
import { type Coverage, strokeCoverage } from './raster.ts';

/**
 * Lines of one length in all, centred: their middle, weighted by length, is [0, 0]. Points are [y, x]; 0° points to the right.
 */
const lines = {
  spot: () => [polyline([[0, 0]])],
  // Upright, as a bar of 0° is.
  bar: (length: number) => rays(length / 2, 0, [90, 270]),
  'acute angle': (length: number) => angle(length, 45),
  'right angle': (length: number) => angle(length, 90),
  'obtuse angle': (length: number) => angle(length, 135),
  cross: (length: number) => rays(length / 4, 0, [0, 90, 180, 270]),
  star: (length: number) => rays(length / 3, 0, [90, 210, 330]),
  'half circle': (length: number) => openArc(length, 180),
  'three-quarter circle': (length: number) => openArc(length, 270),
  circle: (length: number) => {
    const radius = length / (2 * Math.PI);
    return [ellipse({ y: 0, x: 0, radiusY: radius, radiusX: radius })];
  },
} as const satisfies Record<string, (length: number) => Path>;

export type FigureName = keyof typeof lines;

export type Figure = {
  readonly figure: FigureName;
  /** Turns the figure, clockwise on the screen. A bar of 0° is upright; angles and arcs of 0° open to the right. */
  readonly rotationDeg: number;
  /** Of the stroke; of a spot its diameter. */
  readonly strokeDeg: number;
  /** Of all lines together. */
  readonly lengthDeg: number;
};

/** Straight lines from the point [0, x] at these angles. */
function rays(length: number, x: number, anglesDeg: readonly number[]): Path {
  return anglesDeg.map((angleDeg) => {
    const [cos, sin] = direction(angleDeg);
    return segment(0, x, length * sin, x + length * cos);
  });
}

/** Two lines that open to the right. */
function angle(length: number, openingDeg: number): Path {
  const half = openingDeg / 2;
  return rays(length / 2, (-direction(half)[0] * length) / 4, [half, -half]);
}

/** A part of a circle that opens to the right. */
function openArc(length: number, turnDeg: number): Path {
  const radius = length / ((turnDeg / 180) * Math.PI);
  // The middle of an arc of 2α lies r sin α / α from the centre.
  const middle = (radius * direction(turnDeg / 2)[1]) / ((turnDeg / 360) * Math.PI);
  return [arc({ y: 0, x: middle, radiusY: radius, radiusX: radius }, 180 - turnDeg / 2, 180 + turnDeg / 2)];
}

/** The share 0…1 of each pixel that a figure covers. */
export function figureCoverage(field: VisualField, place: Place, shown: Figure): Coverage {
  const { figure, rotationDeg, strokeDeg, lengthDeg } = shown;
  const perDegree = pixelsPerDegree(field);
  const map = chain(rotation(rotationDeg), scaling(perDegree), translation(...positionPx(field, place.yDeg, place.xDeg)));
  return strokeCoverage(transformPath(map, lines[figure](lengthDeg)), strokeDeg * perDegree, field);
}

/** Side of the canvas on which areas are measured. */
const canvasPx = 256;

/**
 * The length of a figure's lines that gives it an area. A stroke's area grows by its width for each unit of length; what its
 * round ends add and its joins take is measured on a figure of about that length, within 0.1 % of the area.
 *
 * @param area of the canvas' side squared, as are the others: the same unit throughout, below 1
 */
export function lengthOfArea(figure: FigureName, area: number, stroke: number): number {
  if (figure === 'spot') return 0;
  const field = { heightPx: canvasPx, widthPx: canvasPx, fovDeg: 1 };
  const lengthDeg = area / stroke;
  const { shares } = figureCoverage(field, { yDeg: 0, xDeg: 0 }, { figure, rotationDeg: 0, strokeDeg: stroke, lengthDeg });
  const measured = shares.reduce((sum, share) => sum + share, 0) / canvasPx ** 2;
  return lengthDeg + (area - measured) / stroke;
}
