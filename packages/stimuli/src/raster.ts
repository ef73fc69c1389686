/**
 * @file Where shapes become pixels: paths, filled or stroked with soft edges, painted onto a canvas. Pixel (0, 0) is centred on
 * the point [0, 0], so a canvas spans −0.5 … size − 0.5. Only + − × ÷ and √ are used besides the house's own exp, sin and cos:
 * the same bytes everywhere. No state: a canvas is a value.
 */
import { type Image, InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { flatten, type Path, type Point } from './path.ts';
import { type StrokeWidth, strokeRings } from './stroke.ts';

export interface SizePx {
  readonly heightPx: number;
  readonly widthPx: number;
}

/** Bytes 0…255, not necessarily whole. */
export type Rgb = readonly [r: number, g: number, b: number];

/** Which points a path holds: those it winds around at all, or an odd number of times. */
export type FillRule = 'nonzero' | 'evenodd';

/** A picture being painted, h w 3, values 0…255 before rounding. */
export interface Canvas extends SizePx {
  readonly rgb: Float64Array;
}

/** The share 0…1 of each pixel that a shape covers, h w, for the box of pixels that it touches; 0 elsewhere. */
export interface Coverage extends SizePx {
  readonly topPx: number;
  readonly leftPx: number;
  readonly shares: Float64Array;
}

export interface Paint {
  readonly rgb: Rgb;
  /** 0…1, default 1; as a function of a pixel's centre it draws gradients, light and textures. */
  readonly opacity?: number | ((yPx: number, xPx: number) => number) | undefined;
  /** Paints only inside of this. */
  readonly within?: Coverage | undefined;
}

/** Lines on which a pixel row is sampled. */
const nLines = 16;

/**
 * A canvas of one colour.
 *
 * @throws InputError `canvas: needs a height and width of whole pixels from 1, got 0×28.`
 */
export function createCanvas({ heightPx, widthPx }: SizePx, [r, g, b]: Rgb): Canvas {
  if (!(Number.isInteger(heightPx) && Number.isInteger(widthPx) && heightPx > 0 && widthPx > 0)) {
    throw new InputError(`canvas: needs a height and width of whole pixels from 1, got ${heightPx}×${widthPx}.`);
  }
  const rgb = new Float64Array(heightPx * widthPx * 3);
  for (let i = 0; i < rgb.length; i += 3) {
    rgb[i] = r;
    rgb[i + 1] = g;
    rgb[i + 2] = b;
  }
  return { heightPx, widthPx, rgb };
}

/** The canvas in bytes: floor(value + 0.5), clipped to 0…255. */
export function canvasImage({ heightPx, widthPx, rgb }: Canvas): Image {
  const data = new Uint8Array(rgb.length);
  for (let i = 0; i < rgb.length; i++) data[i] = Math.max(0, Math.min(255, Math.floor(rgb[i]! + 0.5)));
  return { heightPx, widthPx, data };
}

/**
 * What a filled path covers of a canvas. Every pixel row is sampled on 16 lines; along a line the coverage is exact. So an
 * upright edge is exact, a level one is rounded to 1/16, and others lie between. Contours may come in any order, with the
 * same bits. Costs as many steps as edges cross lines.
 *
 * @throws InputError `path: needs points of finite numbers, got [NaN, 3].`
 */
export function fillCoverage(path: Path, size: SizePx, rule: FillRule = 'nonzero'): Coverage {
  return coverRings(path.map(flatten), size, rule);
}

/**
 * What a path's stroke covers of a canvas: all points within half the width of the path, so joins and ends are round.
 *
 * @throws InputError `stroke: needs a width from 0 px, got -1.`
 */
export function strokeCoverage(path: Path, widthPx: StrokeWidth, size: SizePx): Coverage {
  return coverRings(
    path.flatMap((contour) => strokeRings(contour, widthPx)),
    size,
    'nonzero',
  );
}

/** Paints what is covered: value ← value + share · opacity · (colour − value). */
export function paint(canvas: Canvas, coverage: Coverage, { rgb, opacity = 1, within }: Paint): void {
  const { topPx, leftPx, heightPx, widthPx, shares } = coverage;
  for (let row = 0; row < heightPx; row++) {
    for (let column = 0; column < widthPx; column++) {
      let share = shares[row * widthPx + column]!;
      if (share === 0) continue;
      const y = topPx + row;
      const x = leftPx + column;
      if (within !== undefined) share *= shareAt(within, y, x);
      share *= typeof opacity === 'number' ? opacity : opacity(y, x);
      const at = 3 * (y * canvas.widthPx + x);
      for (let c = 0; c < 3; c++) canvas.rgb[at + c]! += share * (rgb[c]! - canvas.rgb[at + c]!);
    }
  }
}

/** Share 0…1 of a pixel that a shape covers. */
export function shareAt({ topPx, leftPx, heightPx, widthPx, shares }: Coverage, yPx: number, xPx: number): number {
  const [row, column] = [yPx - topPx, xPx - leftPx];
  return row >= 0 && row < heightPx && column >= 0 && column < widthPx ? shares[row * widthPx + column]! : 0;
}

/** The whole canvas, to be painted over. */
export function everywhere({ heightPx, widthPx }: SizePx): Coverage {
  return { topPx: 0, leftPx: 0, heightPx, widthPx, shares: new Float64Array(heightPx * widthPx).fill(1) };
}

/** Fills a path by the nonzero rule. */
export function fillPath(canvas: Canvas, path: Path, how: Paint): void {
  paint(canvas, fillCoverage(path, canvas), how);
}

/** Strokes a path with round joins and ends. A stroke that crosses itself is no darker there. */
export function strokePath(canvas: Canvas, path: Path, widthPx: StrokeWidth, how: Paint): void {
  paint(canvas, strokeCoverage(path, widthPx, canvas), how);
}

/** Gaussian blur in place, by rows and by columns; beyond the border lies what is on it. A σ of 0 changes nothing. */
export function blurCanvas({ heightPx, widthPx, rgb }: Canvas, sigmaPx: number): void {
  if (!(sigmaPx > 0)) return;
  const reach = Math.ceil(3 * sigmaPx);
  const weights = Float64Array.from({ length: reach + 1 }, (_, i) => math.exp((-i * i) / (2 * sigmaPx * sigmaPx)));
  const total = weights.reduce((sum, weight) => sum + weight, 0) * 2 - 1;
  const line = new Float64Array(Math.max(heightPx, widthPx) + 2 * reach);
  const blurLine = (start: number, step: number, n: number) => {
    for (let i = -reach; i < n + reach; i++) line[i + reach] = rgb[start + Math.max(0, Math.min(n - 1, i)) * step]!;
    for (let i = 0; i < n; i++) {
      let sum = line[i + reach]!;
      for (let k = 1; k <= reach; k++) sum += weights[k]! * (line[i + reach - k]! + line[i + reach + k]!);
      rgb[start + i * step] = sum / total;
    }
  };
  for (let y = 0; y < heightPx; y++) for (let c = 0; c < 3; c++) blurLine(3 * y * widthPx + c, 3, widthPx);
  for (let i = 0; i < 3 * widthPx; i++) blurLine(i, 3 * widthPx, heightPx);
}

/** Coverage by closed polylines. */
function coverRings(rings: readonly (readonly Point[])[], size: SizePx, rule: FillRule): Coverage {
  const box = boxOf(rings, size);
  // Lines are counted from the top of the box.
  const nAll = box.heightPx * nLines;
  const edges = edgesOf(rings, box.topPx, nAll);
  // The crossings of line i are numbers starts[i] to starts[i + 1], from left to right.
  const starts = new Int32Array(nAll + 1);
  for (const { from, to } of edges) for (let line = from; line < to; line++) starts[line + 1]!++;
  for (let line = 0; line < nAll; line++) starts[line + 1]! += starts[line]!;
  const ends = starts.slice();
  const xs = new Float64Array(starts[nAll]!);
  const turns = new Int8Array(xs.length);
  for (const { from, to, x, slope, turn } of edges) {
    for (let line = from; line < to; line++) {
      const crossing = x + (line - from) * slope;
      let at = ends[line]!++;
      for (; at > starts[line]! && xs[at - 1]! > crossing; at--) {
        xs[at] = xs[at - 1]!;
        turns[at] = turns[at - 1]!;
      }
      xs[at] = crossing;
      turns[at] = turn;
    }
  }
  // How many lines of a row cover pixel x wholly: those that begin to at or before x, less those that have ended.
  const whole = new Int32Array(box.widthPx + 1);
  for (let row = 0; row < box.heightPx; row++) {
    whole.fill(0);
    for (let line = row * nLines; line < (row + 1) * nLines; line++) {
      let winding = 0;
      for (let at = starts[line]!; at < starts[line + 1]! - 1; at++) {
        winding += turns[at]!;
        if (rule === 'nonzero' ? winding !== 0 : winding % 2 !== 0) addSpan(box, row, xs[at]!, xs[at + 1]!, whole);
      }
    }
    let nWhole = 0;
    for (let x = 0, at = row * box.widthPx; x < box.widthPx; x++, at++) {
      nWhole += whole[x]!;
      box.shares[at] = Math.min(1, (box.shares[at]! + nWhole) / nLines);
    }
  }
  return box;
}

/** A side of a ring: the lines `from` … `to` − 1 that it crosses, where it crosses the first, and how far on the next. */
interface Edge {
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly slope: number;
  /** 1 if it runs down, −1 if up. */
  readonly turn: 1 | -1;
}

/** The sides that cross any of the `nAll` lines; line i lies at topPx − 0.5 + (i + 0.5) / 16. */
function edgesOf(rings: readonly (readonly Point[])[], topPx: number, nAll: number): Edge[] {
  const edges: Edge[] = [];
  const lineAfter = (y: number) => Math.max(0, Math.min(nAll, Math.ceil((y - topPx + 0.5) * nLines - 0.5)));
  for (const ring of rings) {
    for (let i = 0; i < ring.length; i++) {
      const point = ring[i]!;
      const next = ring[i + 1 < ring.length ? i + 1 : 0]!;
      const isDown = point[0] < next[0];
      const top = isDown ? point : next;
      const bottom = isDown ? next : point;
      const from = lineAfter(top[0]);
      const to = lineAfter(bottom[0]);
      if (from === to) continue;
      const slope = (bottom[1] - top[1]) / (bottom[0] - top[0]);
      const x = top[1] + (topPx - 0.5 + (from + 0.5) / nLines - top[0]) * slope;
      edges.push({ from, to, x, slope: slope / nLines, turn: isDown ? 1 : -1 });
    }
  }
  return edges;
}

/** The pixels of the canvas that rings may touch, uncovered. */
function boxOf(rings: readonly (readonly Point[])[], size: SizePx): Coverage {
  let [top, left, bottom, right] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const ring of rings) {
    for (const point of ring) {
      top = Math.min(top, point[0]);
      bottom = Math.max(bottom, point[0]);
      left = Math.min(left, point[1]);
      right = Math.max(right, point[1]);
    }
  }
  const topPx = Math.max(0, Math.floor(top + 0.5));
  const leftPx = Math.max(0, Math.floor(left + 0.5));
  const heightPx = Math.max(0, Math.min(size.heightPx, Math.floor(bottom + 0.5) + 1) - topPx);
  const widthPx = Math.max(0, Math.min(size.widthPx, Math.floor(right + 0.5) + 1) - leftPx);
  if (heightPx === 0 || widthPx === 0) return { topPx: 0, leftPx: 0, heightPx: 0, widthPx: 0, shares: new Float64Array(0) };
  return { topPx, leftPx, heightPx, widthPx, shares: new Float64Array(heightPx * widthPx) };
}

/** Adds the piece of a line from x0 to x1 to a row: its ends to the pixels, in pixels, and what lies between them to `whole`. */
function addSpan({ leftPx, widthPx, shares }: Coverage, row: number, x0: number, x1: number, whole: Int32Array): void {
  const from = Math.max(0, x0 - leftPx + 0.5);
  const to = Math.min(widthPx, x1 - leftPx + 0.5);
  if (!(from < to)) return;
  const first = Math.floor(from);
  const last = Math.min(widthPx - 1, Math.floor(to));
  const start = row * widthPx;
  if (first === last) {
    shares[start + first]! += to - from;
    return;
  }
  shares[start + first]! += first + 1 - from;
  whole[first + 1]!++;
  whole[last]!--;
  shares[start + last]! += to - last;
}
