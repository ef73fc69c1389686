/**
 * @file Convex shapes, and how much of each pixel lies inside of one. For few simple shapes with edges that are the same from
 * all four sides: a picture turned by 90° has the same bytes turned. Paths of any shape: raster.ts.
 */
import { direction, offsetsDeg, type Pattern, type Place, pixelsPerDegree, type VisualField } from './field.ts';

/**
 * A convex shape by its chords: from where to where the horizontal line at y lies inside, edges included. Degrees from the
 * shape's centre, y downward. A line that misses the shape has NaN, or ends before it begins.
 */
export type Shape = (yDeg: number) => readonly [leftDeg: number, rightDeg: number];

export function disk(diameterDeg: number): Shape {
  const radius = diameterDeg / 2;
  return (y) => {
    const half = Math.sqrt(radius * radius - y * y);
    return [-half, half];
  };
}

/** A rectangle, upright at 0° and turned as gratings are: its width is measured along the direction of the orientation. */
export function rectangle(lengthDeg: number, widthDeg: number, orientationDeg: number): Shape {
  const [cos, sin] = direction(orientationDeg);
  return (y) => {
    const [left, right] = strip(cos, sin * y, widthDeg / 2);
    const [otherLeft, otherRight] = strip(-sin, cos * y, lengthDeg / 2);
    return [Math.max(left, otherLeft), Math.min(right, otherRight)];
  };
}

/** Where |slope · x + offset| is at most `half`. */
function strip(slope: number, offset: number, half: number): readonly [left: number, right: number] {
  if (slope === 0) return Math.abs(offset) <= half ? [-Infinity, Infinity] : [NaN, NaN];
  const [one, other] = [(-half - offset) / slope, (half - offset) / slope];
  return slope > 0 ? [one, other] : [other, one];
}

/** Points along a side of a pixel at which a pixel on an edge is looked at. */
const nPoints = 16;

/**
 * The share 0…1 of each square pixel that lies inside a shape: the share of its 16 × 16 points.
 *
 * Costs 16 chords for each row of pixels, and 16 sums for each pixel that is not wholly inside.
 *
 * @param place of the shape's centre
 */
export function shareInside(field: VisualField, place: Place, shape: Shape): Pattern {
  const { widthPx } = field;
  const perDegree = pixelsPerDegree(field);
  const [rowsDeg, columnsDeg] = offsetsDeg(field, place);
  const nAcross = widthPx * nPoints;
  /** Where on its line of points a place lies: 0 is the leftmost of the picture. */
  const pointAt = (xDeg: number) => ((xDeg - columnsDeg[0]!) * perDegree + 0.5) * nPoints - 0.5;
  const withinPicture = (point: number) => Math.max(0, Math.min(nAcross, point));
  // Of each line the points from `first` to before `end` are inside.
  const [first, end] = [new Int32Array(nPoints), new Int32Array(nPoints)];
  const row = new Float64Array(widthPx);
  return (yPx) => {
    let [leastFirst, mostFirst, leastEnd, mostEnd] = [nAcross, 0, nAcross, 0];
    for (let line = 0; line < nPoints; line++) {
      const [left, right] = shape(rowsDeg[yPx]! + ((line + 0.5) / nPoints - 0.5) / perDegree);
      const isHit = left <= right;
      first[line] = isHit ? withinPicture(Math.ceil(pointAt(left))) : nAcross;
      end[line] = isHit ? withinPicture(Math.floor(pointAt(right)) + 1) : 0;
      leastFirst = Math.min(leastFirst, first[line]!);
      mostFirst = Math.max(mostFirst, first[line]!);
      leastEnd = Math.min(leastEnd, end[line]!);
      mostEnd = Math.max(mostEnd, end[line]!);
    }
    // All lines cross the pixels between the last to begin and the first to end; elsewhere each line covers a part.
    const [wholeFrom, wholeTo] = [Math.ceil(mostFirst / nPoints), Math.floor(leastEnd / nPoints)];
    row.fill(0).fill(1, wholeFrom, wholeTo);
    for (let xPx = Math.floor(leastFirst / nPoints); xPx * nPoints < mostEnd; xPx++) {
      if (xPx >= wholeFrom && xPx < wholeTo) {
        xPx = wholeTo - 1;
        continue;
      }
      let nInside = 0;
      for (let line = 0; line < nPoints; line++) {
        nInside += Math.max(0, Math.min((xPx + 1) * nPoints, end[line]!) - Math.max(xPx * nPoints, first[line]!));
      }
      row[xPx] = nInside / nPoints ** 2;
    }
    return row;
  };
}
