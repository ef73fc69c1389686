/** @file Preferred patches of networks whose preferences are known. */
import { readFileSync } from 'node:fs';
import { createRandom, type Graph, type Image, InputError } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { selectProbes } from '../probes.ts';
import { receptiveFields } from '../receptive-field/field.ts';
import { probeNetwork } from '../run.ts';
import { records, type Table } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { patchBox } from './preferred.ts';
import { nPreferred } from './winners.ts';

const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const preprocess = { channels: 'RGB', scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;

/** null: a file that does not decode. */
type Item = Image | null;

async function measure(graph: Graph, items: readonly Item[], control?: 'permuted') {
  const environment = {
    module,
    loadGraph: async (model: unknown) => model as Graph,
    loadImage: async (item: Item) => {
      if (!item) throw new InputError('no picture');
      return item;
    },
  };
  const runner = testRunner(environment);
  const { tables, pictures } = await probeNetwork<Item>({
    model: 'net',
    graph: { ...graph, metadata: { preprocess, fovDeg: 2 } },
    layers: 'canonical',
    probes: selectProbes('preferred'),
    stimuli: { items, runner, modelHandle: graph, ...(control && { controls: [{ control }] }) },
  });
  const table = (name: string) => tables.find((other) => other.name === name)!;
  return { tables, table, pictures, rows: (name: string) => records(table(name)) };
}

function draw(sidePx: number, at: (y: number, x: number) => readonly [r: number, g: number, b: number]): Image {
  const data = new Uint8ClampedArray(3 * sidePx * sidePx);
  for (let y = 0; y < sidePx; y++) for (let x = 0; x < sidePx; x++) data.set(at(y, x), 3 * (y * sidePx + x));
  return { heightPx: sidePx, widthPx: sidePx, data, isFitted: true };
}

/** A light dot on black. */
const dot = (value: number, [row, column]: readonly [number, number]) =>
  draw(12, (y, x) => (y === row && x === column ? [value, value, value] : [0, 0, 0]));

/** Two channels of 3×3: the sum of the pixels, and its negative, which black pictures silence. */
function dots() {
  const g = testGraph([12, 12], 3);
  g.weights((i) => (i < 27 ? 1 : -1));
  g.relu(g.conv('data', { k: 3, p: 1, out: 2 }), 'sum');
  return g.graph();
}

describe('who wins', () => {
  it('by hand: the brightest dots, each at its first place, in the order of brightness; what nothing drives has a note', async () => {
    const { rows } = await measure(dots(), [dot(10, [5, 7]), dot(30, [0, 0]), dot(0, [0, 0]), dot(20, [11, 3])]);
    expect(
      rows('preferred-patches').map(({ channel, rank, picture, row, column, response }) => [
        channel,
        rank,
        picture,
        row,
        column,
        response,
      ]),
    ).toEqual([
      [0, 1, '1', 0, 0, 90],
      [0, 2, '3', 10, 2, 60],
      [0, 3, '0', 4, 6, 30],
    ]);
    // Where the field hangs over the border its patch is moved inwards.
    expect(rows('preferred-patches').map((row) => [row.box_top_px, row.box_left_px, row.box_height_px])).toEqual([
      [0, 0, 3],
      [9, 1, 3],
      [3, 5, 3],
    ]);
    const [sum, negative] = rows('preferred-complexity');
    expect(sum).toMatchObject({ channel: 0, n_patches: 3, note: null });
    expect(negative).toMatchObject({
      channel: 1,
      n_patches: 0,
      compressed_size_log_ratio: Number.NaN,
      note: 'no picture drives it',
    });
  });

  it('a picture that cannot be used is in nothing; without any there are notes', async () => {
    const { rows } = await measure(dots(), [null, dot(30, [4, 4])]);
    expect(rows('preferred-patches').map(({ picture }) => picture)).toEqual(['1']);
    for (const [items, note] of [
      [[], 'no pictures were shown: name a folder, a zip or a built-in set'],
      [[null, null], 'none of the 2 pictures could be used'],
    ] as const) {
      const nothing = await measure(dots(), items);
      expect(nothing.rows('tuning').map((row) => [row.measure, row.n_defined, row.note])).toEqual([
        ['compressed_size_log_ratio', 0, note],
        ['compressed_size_over_scrambled', 0, note],
      ]);
      expect(nothing.rows('preferred-patches')).toEqual([]);
    }
  });

  it('dense layers, which run for many pictures at once, see all of their own picture that there is to see', async () => {
    const g = testGraph([12, 12], 3);
    g.weights((i) => (i % 1024 === 0 ? 1 : 0));
    const flat = g.flatten(g.conv('data', { k: 3, p: 1, out: 16 }), 16 * 144);
    // 2,304 × 120 weights: run as a matrix of all pictures of a chunk.
    g.weights(() => 1 / 1024);
    g.dense(flat, 120, 'all');
    const pictures = [5, 3, 9, 1, 7, 2, 8, 4, 6, 10, 11].map((value) => dot(20 * value, [6, 6]));
    const { rows } = await measure(g.graph(), pictures);
    const own = rows('preferred-patches')
      .filter(({ layer }) => layer === 'all')
      .slice(0, nPreferred);
    expect(own.map(({ picture }) => Number(picture))).toEqual([10, 9, 2, 6, 4, 8, 0, 7, 1]);
    // The one tap of the convolution, at the upper left, never reads the last row and column.
    for (const row of own) expect(row).toMatchObject({ box_top_px: 0, box_left_px: 0, box_height_px: 11, box_width_px: 11 });
  });
});

describe('pictures', () => {
  it('a sheet for the layer and one for its permuted control; the strongest patch first', async () => {
    const { pictures, rows } = await measure(dots(), [dot(40, [5, 5]), dot(200, [6, 6])], 'permuted');
    expect(pictures.map(({ name, about }) => [name, about])).toEqual([
      ['preferred-0', 'Preferred patches of channel 0 of "sum", strongest first.'],
      ['preferred-0-permuted', expect.stringMatching(/permuted control/)],
    ]);
    // 3 px enlarged 16 times: the dot stands in the last row and column of the first patch, which comes first in the map.
    const { data, widthPx } = pictures[0]!.image;
    expect(data[3 * (40 * widthPx + 40)]).toBe(200);
    expect(data[3 * (40 * widthPx + 50 + 40)]).toBe(40);
    expect(new Set(rows('preferred-patches').map(({ control }) => control))).toEqual(new Set([null, 'permuted']));
  });
});

describe('patchBox', () => {
  const g = testGraph([20, 14]);
  const value = g.conv(g.conv('data', { k: 5, s: 2, p: 2 }), { k: 5, s: 1, p: 2 });
  // 5 + 4·2 = 13 px, from −6 in steps of 2; the centre unit of 10×7 looks from (4, 0), about (10, 6).
  const field = { ...receptiveFields(g.bound()).get(value)!, center: [5, 3] } as const;
  const theoretical = { ...field, effective: { areaRootPx: Number.NaN, centerPx: [Number.NaN, Number.NaN] } } as const;

  it('all boxes of a layer have one size; without a gradient they hold what their unit sees of the picture', () => {
    for (let row = 0; row < 10; row++) {
      const box = patchBox(theoretical, [row, 0], [20, 14]);
      expect([box.heightPx, box.widthPx]).toEqual([13, 13]);
      expect(box.topPx).toBeLessThanOrEqual(Math.max(0, 2 * row - 6));
      expect(box.topPx + 13).toBeGreaterThanOrEqual(Math.min(20, 2 * row + 7));
      expect(box.topPx).toBeGreaterThanOrEqual(0);
      expect(box.topPx + 13).toBeLessThanOrEqual(20);
    }
    expect(patchBox(theoretical, [5, 4], [20, 14])).toMatchObject({ topPx: 4, leftPx: 1 });
    // In a picture smaller than the field: all of it.
    expect(patchBox(theoretical, [5, 4], [12, 9])).toEqual({ topPx: 0, leftPx: 0, heightPx: 12, widthPx: 9 });
  });
  it('an effective field of 4.3 px about (9.6, 6.1): 5×5 px there, and as far from there as units are apart', () => {
    const effective = { areaRootPx: 4.3, centerPx: [9.6, 6.1] } as const;
    expect(patchBox({ ...field, effective }, [5, 3], [20, 14])).toEqual({ topPx: 7, leftPx: 4, heightPx: 5, widthPx: 5 });
    expect(patchBox({ ...field, effective }, [6, 1], [20, 14])).toEqual({ topPx: 9, leftPx: 0, heightPx: 5, widthPx: 5 });
    expect(patchBox({ ...field, effective }, [9, 6], [20, 14])).toEqual({ topPx: 15, leftPx: 9, heightPx: 5, widthPx: 5 });
  });
  it('no larger than the theoretical field', () => {
    const effective = { areaRootPx: 40, centerPx: [10, 6] } as const;
    expect(patchBox({ ...field, effective }, [5, 3], [20, 14])).toEqual({ topPx: 4, leftPx: 0, heightPx: 13, widthPx: 13 });
  });
});

describe('complexity', () => {
  const view = { heightPx: 48, widthPx: 48, fovDeg: 2, seed: 0 };
  const leaves = stimulusSet('dead-leaves').list(view);
  const photographs = Array.from({ length: 40 }, (_, i) => leaves.draw(i));

  /** Of a convolution of 16 px with weights by channel and place of each. */
  async function medians(
    pictures: readonly Image[],
    out: number,
    at: (channel: number, colour: number, pixel: number) => number,
  ) {
    const g = testGraph([48, 48], 3);
    g.weights((i) => at(Math.floor(i / 768), Math.floor(i / 256) % 3, i % 256));
    g.relu(g.conv('data', { k: 16, out }), 'units');
    const { rows, table } = await measure(g.graph(), pictures);
    const median = (measure: string) => Number(rows('tuning').find((row) => row.measure === measure)!.median);
    return { ratio: median('compressed_size_log_ratio'), overScrambled: median('compressed_size_over_scrambled'), table };
  }

  it('a choice that does not depend on what is seen scores 0 against random patches: within 0.1', async () => {
    const { integer, normal } = createRandom(1);
    // Blue is chance below the quantisation: units that look at it alone choose at random.
    const coded = photographs.map((image) => ({
      ...image,
      data: image.data.map((value, i) => (i % 3 === 2 ? integer(8) : value)),
    }));
    const { ratio } = await medians(coded, 24, (_, colour) => (colour === 2 ? normal() : 0));
    expect(Math.abs(ratio)).toBeLessThan(0.1);
  });

  it('a unit that likes plain light patches is far below 0', async () => {
    const halfPlain = photographs.map((image) => ({
      ...image,
      data: image.data.map((value, i) => (Math.floor(i / 3) % 48 < 24 ? 220 : value / 2)),
    }));
    const { ratio, overScrambled } = await medians(halfPlain, 1, () => 1 / 768);
    expect(ratio).toBeLessThan(-1.5);
    // A plain patch is its own scrambled version.
    expect(overScrambled).toBe(0);
  });

  it('responses of another contrast have the same preferences', async () => {
    const withoutResponses = ({ columns, rows }: Table) => {
      const at = columns.findIndex(({ name }) => name === 'response');
      return rows.map((row) => row.filter((_, i) => i !== at));
    };
    const random = createRandom(2);
    const weights = Float64Array.from({ length: 3 * 768 }, random.normal);
    const at = (scale: number) => (channel: number, colour: number, pixel: number) =>
      scale * weights[768 * channel + 256 * colour + pixel]!;
    const [one, four] = [await medians(photographs, 3, at(1 / 256)), await medians(photographs, 3, at(1 / 64))];
    for (const name of ['preferred-patches', 'preferred-complexity', 'tuning'])
      expect(withoutResponses(four.table(name))).toEqual(withoutResponses(one.table(name)));
  });
});
