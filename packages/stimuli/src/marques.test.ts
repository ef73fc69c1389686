import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { Image } from '@ventral/core';
import { describe, expect, test } from 'vitest';
import { drawGrating, type GratingPatch } from './gratings.ts';
import { drawPublishedPatch } from './marques.ts';
import { blank, orientationGratings, receptiveFieldPatches, sizeGratings, spatialFrequencyGratings } from './physiology.ts';

/** What data/reference/marques.py made with NumPy. */
const reference: Record<string, { n: number; pictures: { index: number; parameters: number[]; crc32: number }[] }> = JSON.parse(
  readFileSync(new URL('../../../data/reference/marques.json', import.meta.url), 'utf8'),
);
const published = [receptiveFieldPatches, orientationGratings, spatialFrequencyGratings, sizeGratings];
const view = { heightPx: 672, widthPx: 672, fovDeg: 12, seed: 0, mode: 'marques' } as const;

const greyBytes = ({ data }: Image) => data.filter((_, i) => i % 3 === 0);
const numbers = (p: GratingPatch) => [
  p.yDeg,
  p.xDeg,
  p.contrast,
  p.diameterDeg / 2,
  p.spatialFrequencyCpd,
  p.orientationDeg,
  p.phaseDeg,
];

describe('672 px over 12°, as published', () => {
  test('1, 3528, 1152, 2112 and 2304 pictures; nothing is left out', () => {
    const lists = [blank, ...published].map((set) => set.list(view));
    expect(lists.map(({ nStimuli }) => nStimuli)).toEqual([1, 3528, 1152, 2112, 2304]);
    expect(lists.flatMap(({ droppedCpd, notes }) => [...droppedCpd, ...notes])).toEqual([]);
  });
  test.each(published)('$name: the first, a middle and the last picture are the reference to the byte', ({ name, list }) => {
    const { nStimuli, parameters } = list(view);
    const { n, pictures } = reference[name]!;
    expect(nStimuli).toBe(n);
    for (const picture of pictures) {
      const patch = parameters(picture.index);
      expect(numbers(patch)).toEqual(picture.parameters);
      expect(crc32(greyBytes(drawPublishedPatch(view, patch)))).toBe(picture.crc32);
    }
  });
  test('the battery’s own drawing is the published one within half a pixel and a byte, but for the edge', () => {
    const { parameters } = sizeGratings.list(view);
    const patch = parameters(1441);
    // The published grid has its middle half a pixel below and right of ours.
    const shift = 0.5 / 56;
    const own = drawGrating(view, { ...patch, yDeg: patch.yDeg + shift, xDeg: patch.xDeg + shift });
    const theirs = drawPublishedPatch(view, patch).data;
    const nUnlike = own.data.filter((byte, i) => Math.abs(byte - theirs[i]!) > 1).length / 3;
    // A ring about a pixel wide: 2π · 66.6 px.
    expect(nUnlike).toBeLessThan(2 * 2 * Math.PI * 66.6);
  });
});

describe('other fields', () => {
  test('28 px/deg carry 14 cycles/deg: 14.67 is left out, and said', () => {
    const { nStimuli, droppedCpd, notes } = spatialFrequencyGratings.list({ ...view, heightPx: 224, widthPx: 224, fovDeg: 8 });
    expect(nStimuli).toBe(2112 - 2 * 6 * 8);
    expect(droppedCpd.map((frequency) => frequency.toFixed(4))).toEqual(['14.6721']);
    expect(notes).toEqual([]);
  });
  test('16 px/deg are allowed with a note, fewer are refused', () => {
    const of = (widthPx: number) => orientationGratings.list({ ...view, widthPx, fovDeg: 8 });
    expect(of(128).notes).toEqual(['16 px per degree: the published degrees are meant for 28 and more.']);
    expect(() => of(120)).toThrow(
      'stimuli: the published degrees need at least 16 px per degree (28 are advised), got 15. Use a narrower field of view, a larger input, or the mode "relative".',
    );
  });
});
