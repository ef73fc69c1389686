/** @file The battery where there is little or nothing to measure: every layer has its rows, and every empty cell a reason. */
import { readFileSync } from 'node:fs';
import type { Graph } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { probeNetwork } from '../run.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { layerGroups } from './battery.ts';
import { physiology } from './measure.ts';
import { tuningProbes } from './probes.ts';
import { unrolled } from './summary.ts';

const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

async function measure(graph: Graph, options = {}) {
  const runner = testRunner({ module, loadGraph: async (model) => model as Graph });
  const progress: [number, number][] = [];
  const { tables } = await probeNetwork({
    model: 'net',
    graph: { ...graph, metadata: { preprocess, fovDeg: 2 } },
    layers: 'canonical',
    probes: physiology,
    options,
    stimuli: {
      items: [],
      runner,
      modelHandle: graph,
      controls: [{ control: 'permuted' }],
      onProgress: ({ nDone, nItems }) => progress.push([nDone, nItems]),
    },
  });
  return { tables, rows: records(tables.find(({ name }) => name === 'tuning')!), progress };
}

const nMeasures = tuningProbes.reduce((sum, { measures }) => sum + measures.length, 0);

describe('the battery', () => {
  it('a 1×1 convolution on the picture has a row for each measure, empty, that says why', async () => {
    const g = testGraph([16, 16], 3);
    g.relu(g.conv('data', { k: 1, out: 2 }), 'points');
    const { rows } = await measure(g.graph());
    expect(rows.length).toBe(2 * nMeasures);
    for (const row of rows)
      expect(row).toMatchObject({ n_defined: 0, median: Number.NaN, note: 'a field of 1×1 px is too small for gratings' });
  });

  it('a layer without space, and units that give the same or no number: notes, no crash, no zero', async () => {
    const g = testGraph([16, 16], 3);
    // Sums beyond float32 in the first kernel.
    g.weights((i) => (i < 27 ? 3e38 : i < 54 ? 0 : Math.sin(7 * i)));
    const c = g.relu(g.conv('data', { k: 3, p: 1, out: 3 }), 'c');
    g.weights((i) => Math.sin(i));
    g.dense(g.flatten(g.pool(c, { k: 4, s: 4 }), 48), 4, 'logits');
    const { rows, tables } = await measure(g.graph());
    expect([...new Set(rows.map(({ layer }) => layer))]).toEqual(['c', 'logits']);
    const own = (layer: string) => rows.filter((row) => row.layer === layer && row.control === null);
    const phase = own('c').find((row) => row.measure === 'f1_over_f0')!;
    // One unit overflows, one is dead; the third is a filter.
    expect([phase.n_units, phase.n_defined]).toEqual([3, 1]);
    expect(Number(phase.median)).toBeGreaterThan(1);
    const notes = records(tables.find(({ name }) => name === 'tuning-phase')!)
      .filter(({ layer, control }) => layer === 'c' && control === null)
      .map(({ note }) => note);
    expect(notes).toEqual(['a response is not a number', 'no response above 0', null]);
    // All of the dense layer hangs on what overflowed.
    for (const row of own('logits')) expect(row).toMatchObject({ n_defined: 0, note: 'a response is not a number' });
  });

  it('the control follows in rows of its own; progress goes from the first item to the last', async () => {
    const g = testGraph([16, 16], 3);
    g.weights((i) => Math.sin(3 * i));
    g.relu(g.conv('data', { k: 5, p: 2, out: 8 }), 'c');
    const { rows, progress } = await measure(g.graph(), { maxUnits: 4 });
    expect(rows.map(({ control }) => control)).toEqual([null, 'permuted'].flatMap((control) => Array(nMeasures).fill(control)));
    const variance = (control: string | null) =>
      rows.find((row) => row.control === control && row.measure === 'circular_variance')!.median;
    expect(variance('permuted')).not.toBe(variance(null));
    expect(rows.every(({ n_units }) => n_units === 4)).toBe(true);
    const [nDone, nItems] = progress.at(-1)!;
    expect(nDone).toBe(nItems);
    expect(progress.every(([done], i) => i === 0 || done >= progress[i - 1]![0])).toBe(true);
  });

  it('shows pictures in batches where the graph takes them: the same rows as one by one, where a shape is fixed', async () => {
    const network = (isFixed: boolean) => {
      const g = testGraph([16, 16], 3);
      g.weights((i) => Math.sin(3 * i));
      const c = g.relu(g.conv('data', { k: 5, p: 2, out: 4 }), 'c');
      const pooled = g.pool(c, { k: 4, s: 4 });
      // A reshape to one row leaves no room for eight pictures.
      g.dense(isFixed ? g.reshape(pooled, [1, 64]) : g.flatten(pooled, 64), 5, 'logits');
      return g.graph();
    };
    const [batched, single] = [await measure(network(false)), await measure(network(true))];
    const own = ({ rows }: typeof batched) => rows.filter(({ control }) => control === null);
    expect(own(batched).length).toBe(2 * nMeasures);
    expect(own(single)).toEqual(own(batched));
  });

  it('groups layers whose fields differ by less than √2, for the largest of them', () => {
    const field = (sizePx: number, centerPx: number) => ({ sizePx: [sizePx, sizePx], centerPx: [centerPx, centerPx] }) as const;
    expect(layerGroups([field(7, 16), field(9, 16), field(14, 16), field(1, 16), field(10, 12)])).toEqual([
      { target: { centerPx: [16, 16], fieldPx: 9 }, layers: [0, 1] },
      { target: { centerPx: [12, 12], fieldPx: 10 }, layers: [4] },
      { target: { centerPx: [16, 16], fieldPx: 14 }, layers: [2] },
    ]);
  });
});

describe('angles of a circle', () => {
  const median = (anglesDeg: number[]) => unrolled(Float64Array.from(anglesDeg), 180).sort()[(anglesDeg.length - 1) / 2];

  it('orientations on both sides of vertical have the vertical as their median, not the horizontal', () => {
    expect(median([170, 175, 0, 5, 10])).toBe(0);
    // Of plain numbers it would be 10.
    expect([170, 175, 0, 5, 10].sort((a, b) => a - b)[2]).toBe(10);
  });

  it('far from the ends of the circle they are what they are', () => {
    expect([...unrolled(Float64Array.of(60, 40, 50), 180)]).toEqual([60, 40, 50]);
  });

  it('turning all of them turns the median', () => {
    const angles = [3, 20, 31, 44, 90];
    for (const turn of [0, 30, 100, 120]) {
      const turned = median(angles.map((angle) => (angle + turn) % 180))!;
      expect((turned - 31 - turn + 720) % 180).toBe(0);
    }
  });

  it('none stay none', () => {
    expect(unrolled(new Float64Array(0), 180)).toHaveLength(0);
  });
});
