import type { Image } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import type { LayerInfo } from '../probe.ts';
import { sheetName, sheetOf, shownChannels, shownLayers } from './shown-patches.ts';
import { nPreferred, type Winner } from './winners.ts';

const layers = (n: number, stage: LayerInfo['stage'] = 'activation') =>
  Array.from({ length: n }, (_, layerIndex) => ({ layerIndex, stage, isBlockOutput: false }));
const winners = (...counts: readonly number[]) =>
  counts.map((n) => Array.from({ length: n }, (_, picture): Winner => [1, picture, 0]));

describe('who is shown', () => {
  it('seven layers from the first to the last activation, evenly spread; all where there are fewer', () => {
    expect(shownLayers(layers(13)).map(({ layerIndex }) => layerIndex)).toEqual([0, 2, 4, 6, 8, 10, 12]);
    expect(shownLayers(layers(3)).map(({ layerIndex }) => layerIndex)).toEqual([0, 1, 2]);
    expect(shownLayers(layers(1)).map(({ layerIndex }) => layerIndex)).toEqual([0]);
    const mixed = [...layers(2), ...layers(2, 'dense')];
    expect(shownLayers(mixed)).toEqual(layers(2));
    expect(shownLayers(layers(2, 'dense'))).toHaveLength(2);
  });

  it('three channels of those that nine pictures drive, one of the permuted control, none of the others', () => {
    const nine = winners(...Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? nPreferred : 3)));
    expect(shownChannels(nine, undefined)).toEqual([2, 6, 10]);
    expect(shownChannels(nine, 'permuted')).toEqual([6]);
    expect(shownChannels(nine, 'random')).toEqual([]);
    expect(shownChannels(winners(0, 2, 5), undefined)).toEqual([1, 2]);
    expect(shownChannels(winners(0, 0), undefined)).toEqual([]);
  });
});

describe('sheetOf', () => {
  /** One grey, h × w px. */
  const patch = (grey: number, h: number, w: number): Image => ({
    heightPx: h,
    widthPx: w,
    data: new Uint8ClampedArray(3 * h * w).fill(grey),
  });
  const at = ({ widthPx, data }: Image, y: number, x: number) => data[3 * (y * widthPx + x)];

  it('by hand: 3 × 3 patches a channel, row by row, 2 px apart, channels 10 px apart; small ones enlarged by 48 / 20 → 2', () => {
    const sheet = sheetOf([
      Array.from({ length: 9 }, (_, i) => patch(10 * i, 20, 10)),
      Array.from({ length: 4 }, (_, i) => patch(200 + i, 20, 10)),
    ]);
    expect([sheet.heightPx, sheet.widthPx]).toEqual([3 * 40 + 4, 2 * (3 * 20 + 4) + 10]);
    expect([at(sheet, 0, 0), at(sheet, 0, 19), at(sheet, 0, 22), at(sheet, 42, 0), at(sheet, 123, 63)]).toEqual([
      0, 0, 10, 30, 80,
    ]);
    expect([at(sheet, 0, 74), at(sheet, 42, 74)]).toEqual([200, 203]);
    // Between patches, between channels, and where a channel has no more: grey.
    expect([at(sheet, 0, 20), at(sheet, 0, 64), at(sheet, 123, 137)]).toEqual([128, 128, 128]);
  });
});

it('names of a network and its control differ', () => {
  expect([sheetName(3), sheetName(3, 'permuted')]).toEqual(['preferred-3', 'preferred-3-permuted']);
});
