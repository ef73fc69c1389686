/**
 * @file The visual field: how pixels of a network's input and degrees of visual angle belong together. The input's width
 * spans `fovDeg`; pixels are square; small-angle geometry (a degree is everywhere as many pixels).
 */
import { type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';

/** A network's input as a piece of the visual field, fixation at its middle. */
export interface VisualField {
  readonly heightPx: number;
  readonly widthPx: number;
  /** Visual angle that the width spans, degrees. */
  readonly fovDeg: number;
}

/** A point of the visual field: degrees from fixation, y downward. A type, so that stimuli's parameters may hold it. */
export type Place = { readonly yDeg: number; readonly xDeg: number };

/** Pixels of one degree: 224 px over 8° are 28. */
export function pixelsPerDegree(field: Pick<VisualField, 'widthPx' | 'fovDeg'>): number {
  return field.widthPx / field.fovDeg;
}

/** Where a pixel lies, degrees from fixation, y downward. Pixel (0, 0) is centred on 0, the middle is at (size − 1) / 2. */
export function positionDeg(field: VisualField, yPx: number, xPx: number): readonly [yDeg: number, xDeg: number] {
  const perDegree = pixelsPerDegree(field);
  return [(yPx - (field.heightPx - 1) / 2) / perDegree, (xPx - (field.widthPx - 1) / 2) / perDegree];
}

/** The inverse of {@link positionDeg}. */
export function positionPx(field: VisualField, yDeg: number, xDeg: number): readonly [yPx: number, xPx: number] {
  const perDegree = pixelsPerDegree(field);
  return [yDeg * perDegree + (field.heightPx - 1) / 2, xDeg * perDegree + (field.widthPx - 1) / 2];
}

/** A value for each pixel of a field: those of one row, a value per column. The next row may overwrite them. */
export type Pattern = (yPx: number) => Float64Array;

/** How far each row and each column of pixels lies from a place, degrees, by the pixels' centres. */
export function offsetsDeg(field: VisualField, place: Place): readonly [rows: Float64Array, columns: Float64Array] {
  return [
    new Float64Array(field.heightPx).map((_, yPx) => positionDeg(field, yPx, 0)[0] - place.yDeg),
    new Float64Array(field.widthPx).map((_, xPx) => positionDeg(field, 0, xPx)[1] - place.xDeg),
  ];
}

/** (cos, sin) of an angle in degrees, exact at multiples of 90°. */
export function direction(angleDeg: number): readonly [cos: number, sin: number] {
  const quarter = (((angleDeg / 90) % 4) + 4) % 4;
  if (Number.isInteger(quarter))
    return (
      [
        [1, 0],
        [0, 1],
        [-1, 0],
        [0, -1],
      ] as const
    )[quarter as 0 | 1 | 2 | 3];
  const radians = (quarter * Math.PI) / 2;
  return [math.cos(radians), math.sin(radians)];
}

/**
 * A picture that spans `imageDeg` as a network sees it whose input spans `fovDeg`: in the middle of grey 128 where it is the
 * smaller, its middle alone where it is the larger. Pixels are copied, never resized; that is left to the preprocessing.
 *
 * New size = round(old · fovDeg / imageDeg), offset = round(|new − old| / 2), halves to the even number, height and width each
 * by itself: `apply_ratio` of Brain-Score's screen.py (Schrimpf et al. 2018, doi:10.1101/407007).
 *
 * @throws InputError `placeOnField: needs visual angles above 0°, got a picture of 0° and a field of 8°.`
 * @throws InputError `placeOnField: of a picture of 2×2 px that spans 8°, 1° are less than a pixel. Use a larger picture.`
 */
export function placeOnField(image: Image, imageDeg: number, fovDeg: number): Image {
  if (!(imageDeg > 0 && fovDeg > 0 && imageDeg < Infinity && fovDeg < Infinity)) {
    throw new InputError(`placeOnField: needs visual angles above 0°, got a picture of ${imageDeg}° and a field of ${fovDeg}°.`);
  }
  const placed = (size: number) => {
    const newSize = roundHalfEven((fovDeg / imageDeg) * size);
    // Where the picture begins on the field; negative where it is cut.
    return [newSize, Math.sign(newSize - size) * roundHalfEven(Math.abs(newSize - size) / 2)] as const;
  };
  const [[heightPx, topPx], [widthPx, leftPx]] = [placed(image.heightPx), placed(image.widthPx)];
  if (heightPx === 0 || widthPx === 0) {
    throw new InputError(
      `placeOnField: of a picture of ${image.heightPx}×${image.widthPx} px that spans ${imageDeg}°, ${fovDeg}° are less than a pixel. Use a larger picture.`,
    );
  }
  const data = new Uint8Array(heightPx * widthPx * 3).fill(128);
  const [from, to] = [Math.max(0, leftPx), Math.min(widthPx, leftPx + image.widthPx)];
  for (let y = Math.max(0, topPx); y < Math.min(heightPx, topPx + image.heightPx); y++) {
    const row = 3 * ((y - topPx) * image.widthPx - leftPx);
    data.set(image.data.subarray(row + 3 * from, row + 3 * to), 3 * (y * widthPx + from));
  }
  return { heightPx, widthPx, data };
}

function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  if (x - floor !== 0.5) return Math.floor(x + 0.5);
  return floor % 2 === 0 ? floor : floor + 1;
}
