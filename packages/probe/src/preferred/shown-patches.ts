/** @file Preferred patches to look at: of which layers and channels, and as one picture for each layer. */
import type { Image } from '@ventral/core';
import type { Control, LayerInfo, ProbePicture } from '../probe.ts';
import { shownPx } from './patches-session.ts';
import { nPreferred, type Winner } from './winners.ts';

/** Layers that are shown, at most. */
const mostLayers = 7;

/** Patches of a channel stand in a square. */
const nAcross = Math.sqrt(nPreferred);

const [patchGapPx, channelGapPx] = [2, 10];

/** Evenly spread over activations and ends of blocks, the first and the last among them; over all layers where there are none. */
export function shownLayers<L extends Pick<LayerInfo, 'stage' | 'isBlockOutput'>>(layers: readonly L[]): L[] {
  const activations = layers.filter(({ stage, isBlockOutput }) => stage === 'activation' || isBlockOutput);
  const from = activations.length > 0 ? activations : layers;
  const n = Math.min(mostLayers, from.length);
  return Array.from({ length: n }, (_, i) => from[n === 1 ? 0 : Math.round((i * (from.length - 1)) / (n - 1))]!);
}

/**
 * Channels whose patches are shown: three, evenly spread over those that nine pictures drive (over all that any does, where none
 * has nine), and one of the permuted control. Chosen by their place alone.
 * @returns positions in the list of winners
 */
export function shownChannels(winners: readonly (readonly Winner[])[], control: Control | undefined): number[] {
  if (control !== undefined && control !== 'permuted') return [];
  const driven = (least: number) => winners.flatMap(({ length }, channel) => (length >= least ? [channel] : []));
  const full = driven(nPreferred);
  const from = full.length > 0 ? full : driven(1);
  const n = Math.min(from.length, control === undefined ? 3 : 1);
  return Array.from({ length: n }, (_, i) => from[Math.floor(((i + 0.5) * from.length) / n)]!);
}

/** A picture of some channels' patches, side by side: strongest first, row by row, small ones enlarged by a whole number. */
export function sheetOf(channels: readonly (readonly Image[])[]): Image {
  const { heightPx: h, widthPx: w } = channels[0]![0]!;
  const scale = Math.max(1, Math.floor(shownPx / Math.max(h, w)));
  const [cellHeight, cellWidth] = [scale * h + patchGapPx, scale * w + patchGapPx];
  const blockWidth = nAcross * cellWidth - patchGapPx;
  const heightPx = nAcross * cellHeight - patchGapPx;
  const widthPx = channels.length * (blockWidth + channelGapPx) - channelGapPx;
  const data = new Uint8ClampedArray(3 * heightPx * widthPx).fill(128);
  for (const [c, patches] of channels.entries()) {
    for (const [p, patch] of patches.entries()) {
      const top = Math.floor(p / nAcross) * cellHeight;
      const left = c * (blockWidth + channelGapPx) + (p % nAcross) * cellWidth;
      for (let y = 0; y < scale * h; y++) {
        for (let x = 0; x < scale * w; x++) {
          const from = 3 * (Math.floor(y / scale) * w + Math.floor(x / scale));
          data.set(patch.data.subarray(from, from + 3), 3 * ((top + y) * widthPx + left + x));
        }
      }
    }
  }
  return { heightPx, widthPx, data };
}

/** What the picture of a layer's patches is called: `preferred-3`, of a control `preferred-3-permuted`. */
export function sheetName(layerIndex: number, control?: Control): string {
  return ['preferred', layerIndex, ...(control === undefined ? [] : [control])].join('-');
}

/** Some channels' patches of a layer as a picture that a run gives. */
export function sheetPicture(
  { layer, layerIndex }: LayerInfo,
  control: Control | undefined,
  channels: readonly { readonly channel: number; readonly patches: readonly Image[] }[],
): ProbePicture {
  const numbers = channels.map(({ channel }) => channel);
  const which = `${numbers.length === 1 ? 'channel' : 'channels'} ${numbers.join(', ')} of "${layer}"`;
  return {
    probe: 'preferred',
    layerIndex,
    name: sheetName(layerIndex, control),
    about: `Preferred patches of ${which}${control === undefined ? '' : `, ${control} control`}, strongest first.`,
    image: sheetOf(channels.map(({ patches }) => patches)),
  };
}
