/**
 * @file The worker's side of patches: cuts them out of the pictures as the network sees these, and measures how far each can be
 * compressed. Needs no network.
 */
import {
  createRandom,
  cropImage,
  fit,
  type Image,
  type NetworkEnvironment,
  type OpenSession,
  type PixelBox,
  type Preprocess,
  resizeBilinear,
} from '@ventral/core';
import { comparable, compressedBytes, phaseScrambled } from './compressed-size.ts';
import type { PictureItem } from './preferred-session.ts';

export interface PatchesSetup {
  readonly kind: 'patches';
  /** [height, width] of the network's input. */
  readonly sizePx: readonly [h: number, w: number];
  readonly preprocess: Preprocess;
  readonly seed: number;
}

export interface PatchRequest {
  readonly box: PixelBox;
  /** Its size without order, too. */
  readonly isScrambled: boolean;
  /** The patch itself, too. */
  readonly isShown: boolean;
}

/** A picture and what is wanted of it; of most pictures it may be nothing. */
export interface PatchesItem<Item> extends PictureItem<Item> {
  readonly patches: readonly PatchRequest[];
}

export interface Patch {
  /** Compressed; of its scrambled version NaN where that was not asked for. */
  readonly bytes: number;
  readonly scrambledBytes: number;
  /** At its own size, or smaller: the longer side no more than {@link shownPx}. */
  readonly shown: Image | undefined;
}

/** Longest side of a patch that is shown. */
export const shownPx = 48;

/** In the order in which they were asked for. */
export const mergePatches = {
  merge: (left: readonly Patch[], right: readonly Patch[]) => [...left, ...right],
  mergeTotals: () => null,
};

/** Opens sessions that cut patches, in a worker or in this thread. */
export function openPatchesSession<Item>({
  loadImage,
}: Pick<NetworkEnvironment<Item>, 'loadImage'>): OpenSession<PatchesSetup, PatchesItem<Item>, readonly Patch[], null> {
  return async ({ sizePx: [heightPx, widthPx], preprocess, seed }) => {
    const random = createRandom(seed).fork('scrambled patches');
    let measured: Patch[] = [];
    return {
      beginChunk() {
        measured = [];
      },
      async runItem({ picture, item, patches }) {
        if (patches.length === 0) return;
        const image = fit(await loadImage(item), preprocess, { heightPx, widthPx });
        for (const { box, isScrambled, isShown } of patches) {
          const patch = cropImage(image, box);
          const small = comparable(patch);
          const own = random.fork(`${picture}: ${boxName(box)}`);
          measured.push({
            bytes: compressedBytes(small),
            scrambledBytes: isScrambled ? compressedBytes(phaseScrambled(small, own)) : Number.NaN,
            shown: isShown ? shownAt(patch) : undefined,
          });
        }
      },
      endChunk: () => measured,
      total: () => null,
      close() {},
    };
  };
}

/** Tells boxes of one picture apart. */
export function boxName({ topPx, leftPx, heightPx, widthPx }: PixelBox): string {
  return `${heightPx}×${widthPx} at ${topPx}, ${leftPx}`;
}

function shownAt(patch: Image): Image {
  const scale = shownPx / Math.max(patch.heightPx, patch.widthPx);
  if (scale >= 1) return patch;
  const side = (px: number) => Math.max(1, Math.round(scale * px));
  return resizeBilinear(patch, side(patch.heightPx), side(patch.widthPx));
}
