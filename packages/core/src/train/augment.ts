/** @file Pictures changed at random while a network learns, so that it meets none twice alike. */
import type { Random } from '../rng.ts';

export interface Augmentation {
  /** Mirrored left to right, every other picture. */
  readonly flip: boolean;
  /** Moved by up to so many px each way; what comes in at the edge is mirrored. 0: not moved. */
  readonly shiftPx: number;
  /** Brightness, contrast and saturation each by a factor within 1 ± jitter. 0: as they are. */
  readonly jitter: number;
  /** A square of this side, px, anywhere, is made grey (DeVries & Taylor 2017, arXiv:1708.04552). 0: none. */
  readonly cutoutPx: number;
}

export const noAugmentation: Augmentation = { flip: false, shiftPx: 0, jitter: 0, cutoutPx: 0 };

/**
 * Writes a changed copy of a picture [h, w, 3] to `target`. The draws depend on `random` alone, and their number on the options.
 */
export function augment(
  source: Uint8Array,
  target: Uint8Array,
  heightPx: number,
  widthPx: number,
  { flip, shiftPx, jitter, cutoutPx }: Augmentation,
  random: Random,
): void {
  const isFlipped = flip && random.uniform() < 0.5;
  const [down, right] =
    shiftPx > 0 ? [random.integer(2 * shiftPx + 1) - shiftPx, random.integer(2 * shiftPx + 1) - shiftPx] : [0, 0];
  for (let y = 0; y < heightPx; y++) {
    const row = mirrored(y + down, heightPx) * widthPx;
    for (let x = 0; x < widthPx; x++) {
      const from = 3 * (row + mirrored((isFlipped ? widthPx - 1 - x : x) + right, widthPx));
      const to = 3 * (y * widthPx + x);
      target[to] = source[from]!;
      target[to + 1] = source[from + 1]!;
      target[to + 2] = source[from + 2]!;
    }
  }
  if (jitter > 0) jitterColours(target, jitter, random);
  if (cutoutPx > 0) {
    const [top, left] = [random.integer(heightPx), random.integer(widthPx)].map(
      (centre) => centre - Math.floor(cutoutPx / 2),
    ) as [number, number];
    for (let y = Math.max(0, top); y < Math.min(heightPx, top + cutoutPx); y++) {
      const [first, end] = [Math.max(0, left), Math.min(widthPx, left + cutoutPx)];
      target.fill(128, 3 * (y * widthPx + first), 3 * (y * widthPx + end));
    }
  }
}

/** Position −n … 2n − 1 mirrored into 0 … n − 1, the edge itself not repeated. */
function mirrored(position: number, n: number): number {
  const inside = position < 0 ? -position : position;
  return Math.max(0, inside < n ? inside : 2 * n - 2 - inside);
}

function jitterColours(data: Uint8Array, jitter: number, random: Random): void {
  const [brightness, contrast, saturation] = [0, 1, 2].map(() => 1 + jitter * (2 * random.uniform() - 1)) as [
    number,
    number,
    number,
  ];
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) sum += luma(data, i);
  const mean = sum / (data.length / 3);
  for (let i = 0; i < data.length; i += 3) {
    const grey = luma(data, i);
    for (let c = 0; c < 3; c++) {
      const coloured = grey + saturation * (data[i + c]! - grey);
      const value = brightness * (mean + contrast * (coloured - mean));
      data[i + c] = Math.min(255, Math.max(0, Math.round(value)));
    }
  }
}

/** Rec. 601 luma. */
const luma = (data: Uint8Array, i: number) => 0.299 * data[i]! + 0.587 * data[i + 1]! + 0.114 * data[i + 2]!;
