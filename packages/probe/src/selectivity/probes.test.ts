/** @file The probes of selectivity: on responses that are known, and as part of the battery. */
import { readFileSync } from 'node:fs';
import { createRandom, type Graph } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { describe, expect, test } from 'vitest';
import { conditionsOf } from '../physiology/battery.ts';
import type { LayerProbe, TuningProbe } from '../physiology/probes.ts';
import { selectProbes } from '../probes.ts';
import { probeNetwork } from '../run.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { selectivityProbes } from './probes.ts';

const view = { heightPx: 48, widthPx: 48, fovDeg: 4, seed: 0 };
const shown = (set: string) => conditionsOf(set, stimulusSet(set).list(view));
const probe = (name: string) => selectivityProbes.find((one) => one.name === name)!;

/** A unit that answers a condition so, and grey with 1. */
function unitMeasures(name: string, set: string, respond: (parameters: Record<string, unknown>) => number) {
  const conditions = shown(set);
  const responses = Float64Array.from(conditions, ({ parameters }) => respond(parameters));
  const unit = { blank: 1, of: () => ({ conditions, responses, f0: responses, f1: responses }) };
  const of = probe(name) as TuningProbe;
  const { values } = of.measure(unit, { pixelsPerDegree: 12, fieldPx: 32 }, () => true);
  return Object.fromEntries(of.measures.map((measure, m) => [measure.name, values[m]!]));
}

describe('of a unit', () => {
  test('that answers one picture of 128: sparseness 1, and one picture above half of the peak', () => {
    const measures = unitMeasures('categories', 'categories', ({ label, example }) => Number(label === 'fish' && example === 3));
    expect(measures.category_sparseness).toBeCloseTo(1, 12);
    expect(measures.share_above_half_peak).toBe(1 / 128);
  });
  test('that answers fish: 1 of 8 categories above half of the peak, class selectivity 1', () => {
    const measures = unitMeasures('categories', 'categories', ({ label, example }) =>
      label === 'fish' ? 8 + Number(example) / 16 : 0,
    );
    expect(measures.share_above_half_peak).toBe(1 / 8);
    expect(measures.class_selectivity).toBe(1);
    expect(measures.category_d_prime!).toBeGreaterThan(10);
  });
  test('that prefers objects alike wherever they are, but not however they are turned', () => {
    const measures = unitMeasures('tolerance', 'objects', ({ object, sizeDeg, rotationDeg, yDeg }) => {
      const name = String(object);
      const preference = name.length + name.charCodeAt(0) / 100;
      return 1 + (Number(rotationDeg) === 0 ? preference : 10 - preference) * Number(sizeDeg) * (1 + Number(yDeg) / 10);
    });
    expect(measures.position_separability).toBeCloseTo(1, 10);
    expect(measures.position_tolerance).toBeCloseTo(1, 10);
    expect(measures.size_separability).toBeCloseTo(1, 10);
    expect(measures.size_tolerance).toBeCloseTo(1, 10);
    expect(measures.rotation_separability!).toBeLessThan(0.97);
    // Of the six pairs of four rotations, upright against three others is the opposite, the rest agree.
    expect(measures.rotation_tolerance).toBeCloseTo(0, 10);
  });
});

/** A layer whose units answer a condition so. */
function layerMeasures(
  name: string,
  set: string,
  nUnits: number,
  respond: (parameters: Record<string, unknown>, unit: number) => number,
) {
  const conditions = shown(set);
  const responses = Float64Array.from(
    conditions.flatMap(({ parameters }) => Array.from({ length: nUnits }, (_, unit) => respond(parameters, unit))),
  );
  const { measures, measure } = probe(name) as LayerProbe;
  const { values, note, rows } = measure({ of: () => ({ conditions, responses, nUnits }) }, createRandom(0));
  return { ...Object.fromEntries(measures.map((of, m) => [of.name, values[m]!])), note, rows } as Record<string, number> & {
    note: string | null;
    rows: unknown[][];
  };
}

describe('of a layer', () => {
  const { normal } = createRandom(1);
  test('units that each answer one category: decoded without error; noise at chance', () => {
    const categories = [...new Set(shown('categories').map(({ parameters }) => parameters.label))];
    const told = layerMeasures(
      'decoding',
      'categories',
      8,
      ({ label }, unit) => Number(categories[unit] === label) + 0.1 * normal(),
    );
    expect(told.category_accuracy).toBe(1);
    expect(told.rows).toEqual([['category of other pictures', 8, 8, 128, 1 / 8, 1, expect.closeTo(0.971, 3), 1, null]]);
    const noise = layerMeasures('decoding', 'categories', 40, () => normal());
    const [low, high] = noise.rows[0]!.slice(6, 8) as [number, number];
    expect(low).toBeLessThan(1 / 8);
    expect(high).toBeGreaterThan(1 / 8);
  });
  test('units of the objects alone are told at another place; units of an object at one place are not', () => {
    const objects = [...new Set(shown('objects').map(({ parameters }) => parameters.object))];
    const tolerant = layerMeasures('generalisation', 'objects', 10, ({ object }, unit) => Number(objects[unit] === object));
    expect([tolerant.position_generalisation, tolerant.size_generalisation, tolerant.rotation_generalisation]).toEqual([1, 1, 1]);
    expect(tolerant.rows.map(([task, , nClasses, nTested]) => [task, nClasses, nTested])).toEqual([
      ['object in another position', 10, 50],
      ['object in another size', 10, 40],
      ['object in another rotation', 10, 40],
    ]);
    const places = [...new Set(shown('objects').map(({ parameters }) => `${parameters.yDeg} ${parameters.xDeg}`))];
    const local = layerMeasures('generalisation', 'objects', 50, ({ object, yDeg, xDeg }, unit) =>
      Number(objects[unit % 10] === object && places[Math.floor(unit / 10)] === `${yDeg} ${xDeg}`),
    );
    // No unit of the place held out was ever active: the scores are equal, and the first object is right once of ten.
    expect(local.position_generalisation).toBe(0.1);
    expect(local.size_generalisation).toBe(1);
  });
  test('normal units: dimensionality grows with the pictures as 1 / (1/32 + 1/(n − 1)); fewer than 32 units have a note', () => {
    const { rows, participation_ratio } = layerMeasures('dimensionality', 'categories', 200, () => normal());
    for (const [n, nUnits, ratio] of rows as [number, number, number][]) {
      expect(nUnits).toBe(32);
      expect(Math.abs(ratio / (1 / (1 / 32 + 1 / (n - 1))) - 1)).toBeLessThan(0.05);
    }
    expect(participation_ratio).toBe(rows.at(-1)![2]);
    const few = layerMeasures('dimensionality', 'categories', 31, () => normal());
    expect(few.participation_ratio).toBeNaN();
    expect(few.note).toBe('31 units: layers are compared at 32');
  });
});

const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

async function probed(graph: Graph, seed: number) {
  const runner = testRunner({ module, loadGraph: async (model) => model as Graph });
  const { tables } = await probeNetwork({
    model: 'net',
    graph: { ...graph, metadata: { preprocess, fovDeg: 2 } },
    layers: 'canonical',
    probes: selectProbes('selectivity'),
    options: { seed },
    stimuli: { items: [], runner, modelHandle: graph, controls: [{ control: 'permuted' }] },
  });
  return (name: string) => records(tables.find((table) => table.name === name)!);
}

/** A network of two convolutions with weights that say nothing. */
function network() {
  const { normal } = createRandom(2);
  const g = testGraph([24, 24], 3);
  g.weights(() => normal());
  g.relu(g.conv('data', { k: 1, out: 4 }), 'points');
  const pooled = g.pool(g.relu(g.conv('data', { k: 5, p: 2, out: 40 }), 'edges'), { k: 2, s: 2 });
  g.relu(g.conv(pooled, { k: 3, p: 1, out: 40 }), 'corners');
  return g.graph();
}

describe('as part of the battery', async () => {
  const tables = await Promise.all([0, 1].map((seed) => probed(network(), seed)));
  const [first, second] = tables as [(typeof tables)[0], (typeof tables)[0]];
  const of = (rows: ReturnType<typeof first>, layer: string, measure: string, control: string | null) =>
    rows.find((row) => row.layer === layer && row.measure === measure && row.control === control)!;

  test('a layer whose field is too small for objects has them empty, and all that is drawn for the picture', () => {
    const rows = first('tuning');
    const note = 'a field of 1×1 px is too small for gratings';
    expect(of(rows, 'points', 'position_tolerance', null)).toMatchObject({ median: Number.NaN, n_units: 4, n_defined: 0, note });
    expect(of(rows, 'points', 'size_generalisation', null)).toMatchObject({
      median: Number.NaN,
      n_units: null,
      n_defined: 0,
      note,
    });
    expect(of(rows, 'points', 'category_sparseness', null).n_defined).toBeGreaterThan(0);
    expect(of(rows, 'points', 'category_accuracy', null)).toMatchObject({
      n_units: null,
      n_defined: 1,
      lower_quartile: Number.NaN,
    });
    expect(of(rows, 'points', 'participation_ratio', null).note).toBe('4 units: layers are compared at 32');
  });
  test('tables: a row per unit, per readout and per number of pictures', () => {
    const nOf = (table: string, layer: string) =>
      first(table).filter((row) => row.layer === layer && row.control === null).length;
    expect([nOf('tuning-categories', 'edges'), nOf('tuning-tolerance', 'edges')]).toEqual([40, 40]);
    expect([nOf('decoding', 'edges'), nOf('decoding', 'points'), nOf('dimensionality', 'corners')]).toEqual([4, 1, 4]);
  });
  test('two networks of permuted weights do not differ: accuracies within each other’s intervals, medians close', () => {
    for (const task of new Set(first('decoding').map((row) => row.task))) {
      const [a, b] = [first, second].map((table) =>
        table('decoding').find((row) => row.task === task && row.layer === 'corners' && row.control === 'permuted'),
      ) as [Record<string, number>, Record<string, number>];
      expect(a.accuracy_low).toBeLessThan(b.accuracy_high!);
      expect(b.accuracy_low).toBeLessThan(a.accuracy_high!);
    }
    for (const measure of ['class_selectivity', 'category_d_prime', 'position_tolerance', 'rotation_tolerance']) {
      const [a, b] = [first, second].map((table) => Number(of(table('tuning'), 'corners', measure, 'permuted').median));
      expect([measure, Math.abs(a! - b!) < 0.2]).toEqual([measure, true]);
    }
  });
});
