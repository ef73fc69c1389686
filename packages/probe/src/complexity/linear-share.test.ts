/** @file Linear and energy shares on real kernels: units whose shares are known, by hand, and what must not change them. */
import { readFileSync } from 'node:fs';
import {
  bindGraph,
  canonicalForm,
  createRandom,
  createTreeReducer,
  type Graph,
  type Job,
  type Pool,
  pictureInput,
} from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { type LayerSelection, layerSet } from '../layers.ts';
import type { Laboratory } from '../probe.ts';
import { centreUnitFields } from '../receptive-field/field.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { gaborBank, gaborEnergies } from './gabor-energy.ts';
import { linearShare } from './linear-share.ts';
import {
  type LayerShares,
  type LinearShareItem,
  type LinearShareSetup,
  mergeShares,
  openLinearShareSession,
} from './linear-share-session.ts';
import { createPinkNoise } from './pink-noise.ts';
import { varianceShares } from './variance-shares.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const environment = { module, loadGraph: async (graph: unknown) => graph as Graph };
const grey = { channels: 'grey', scale: 1 / 255, mean: [0.5], std: [0.25] } as const;
const colour = { channels: 'RGB', scale: 1 / 255, mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] } as const;

function laboratory(graph: Graph, which: LayerSelection, seed = 3): Laboratory {
  const bound = canonicalForm(bindGraph(graph));
  const layers = layerSet(bound, which);
  return {
    context: { model: 'net', fovDeg: 4, options: { maxUnits: 2048, seed, quantiles: false }, nImages: 0 },
    layers,
    fields: centreUnitFields(bound, layers),
    sizePx: pictureInput(bound).sizePx,
    subject: { model: graph, allNodes: false, exact: false },
    preprocess: bound.types.get('data')!.shape[1] === 1 ? grey : colour,
    runner: testRunner(environment),
  };
}

/** Rows of the units of one layer. */
async function unitsOf(graph: Graph, layer: string, seed?: number) {
  const [, table] = await linearShare.experiment.measure(laboratory(graph, [layer], seed), ['linear-share']);
  return records(table!) as Record<string, number>[];
}
const expectInside = (row: Record<string, number>, what: string, wanted: number) => {
  expect(row[`${what}_lower`]).toBeLessThanOrEqual(wanted);
  expect(row[`${what}_upper`]).toBeGreaterThanOrEqual(wanted);
};

/** A Gabor of σ = half a wavelength, even or odd. */
const gabor = (size: number, { angleDeg, sf, phase }: { angleDeg: number; sf: number; phase: number }) => {
  const angle = (angleDeg * Math.PI) / 180;
  return (i: number) => {
    const [y, x] = [Math.floor(i / size) - (size - 1) / 2, (i % size) - (size - 1) / 2];
    const envelope = Math.exp(-(y * y + x * x) * 2 * sf * sf);
    return envelope * Math.cos(2 * Math.PI * sf * (x * Math.cos(angle) + y * Math.sin(angle)) - phase);
  };
};

/** One Gabor filter and what follows it. */
function filtered(phases: readonly number[], angleDeg = 45, scale = 1) {
  const [size, sf] = [15, 1 / 8];
  const g = testGraph([24, 24], 1);
  g.weights((i) => scale * gabor(size, { angleDeg, sf, phase: phases[Math.floor(i / size ** 2)]! })(i % size ** 2));
  return { g, x: g.conv('data', { k: size, p: 7, out: phases.length }, 'filters') };
}

describe('units whose shares are known', () => {
  it('a linear network of three layers: 1, whatever its channels', async () => {
    const g = testGraph([20, 24], 3);
    const { normal } = createRandom(5);
    g.weights(() => normal());
    g.conv(g.conv(g.conv('data', { k: 5, p: 2, out: 6 }), { k: 3, s: 2, out: 7 }), { k: 3, out: 3 }, 'top');
    for (const row of await unitsOf(g.graph(), 'top')) {
      for (const end of ['', '_lower', '_upper']) expect(row[`linear_share${end}`]).toBeCloseTo(1, 4);
      expect(Math.abs(row.energy_share!)).toBeLessThan(1e-4);
    }
  });

  it('a unit that sees its own pixels and the mean of all, which is far beyond its field: 1', async () => {
    const g = testGraph([20, 24], 1);
    const { normal } = createRandom(6);
    g.weights(() => normal());
    const local = g.conv('data', { k: 3, p: 1 });
    g.weights(() => 20);
    g.add(local, g.conv(g.globalPool('data'), { k: 1 }), 'top');
    const [row] = await unitsOf(g.graph(), 'top');
    for (const end of ['', '_lower', '_upper']) expect(row![`linear_share${end}`]).toBeCloseTo(1, 4);
  });

  it('a half-wave rectified filter: E[slope]² Var / Var = (1/4) / (1/2 − 1/2π) = 0.7336', async () => {
    const { g, x } = filtered([0]);
    g.conv(g.relu(x, 'half'), { k: 1 }, 'top');
    const [row] = await unitsOf(g.graph(), 'top');
    expectInside(row!, 'linear_share', 0.25 / (0.5 - 0.5 / Math.PI));
    expect(Math.abs(row!.linear_share! - 0.7336)).toBeLessThan(0.05);
    // The rest of it is even: its quadratic part is 1/(4π) / (1/2 − 1/2π) = 0.2335 by the square of the filter alone.
    expect(row!.energy_share).toBeGreaterThan(0);
    expect(row!.energy_share).toBeLessThan(0.2335);
    // Before the rectifier it is the filter itself.
    const [before] = await unitsOf(g.graph(), 'half');
    expect(before!.linear_share).toBeCloseTo(1, 5);
  });

  it.each([
    ['of the bank', 45, 0.9],
    ['between two orientations of the bank', 33, 0.7],
  ])('an energy unit %s: no linear share, an energy share near 1', async (_, angleDeg, least) => {
    const { g, x } = filtered([0, Math.PI / 2], angleDeg);
    g.weights(() => 1);
    g.conv(g.mul(x, x), { k: 1 }, 'top');
    const [row] = await unitsOf(g.graph(), 'top');
    expectInside(row!, 'linear_share', 0);
    expect(Math.abs(row!.linear_share!)).toBeLessThan(0.05);
    expect(row!.energy_share).toBeGreaterThan(least);
    expect(row!.energy_share).toBeLessThan(1.01);
  });

  it('the maximum of an energy over places, which no single pair is: no linear share, much energy', async () => {
    const { g, x } = filtered([0, Math.PI / 2]);
    g.weights(() => 1);
    g.conv(g.pool(g.conv(g.mul(x, x), { k: 1 }), { k: 3, p: 1 }), { k: 1 }, 'top');
    const [row] = await unitsOf(g.graph(), 'top');
    expectInside(row!, 'linear_share', 0);
    expect(Math.abs(row!.linear_share!)).toBeLessThan(0.05);
    expect(row!.energy_share).toBeGreaterThan(0.6);
    expect(row!.energy_share).toBeLessThan(0.95);
  });

  it('a linear filter plus the energy of another: each explains its part, and both add up', async () => {
    const { g, x } = filtered([0, Math.PI / 2]);
    g.weights(() => 1);
    const energy = g.conv(g.mul(x, x), { k: 1 });
    g.weights((i) => 10 * gabor(15, { angleDeg: 135, sf: 1 / 8, phase: 0 })(i));
    g.add(energy, g.conv('data', { k: 15, p: 7 }), 'top');
    const [row] = await unitsOf(g.graph(), 'top');
    expect(row!.linear_share).toBeGreaterThan(0.15);
    expect(row!.energy_share).toBeGreaterThan(0.15);
    expect(Math.abs(row!.linear_share! + row!.energy_share! - 1)).toBeLessThan(0.1);
  });
});

/** Convolutions, rectifiers, a pool and dense layers with random weights. */
function network(scale = 1): Graph {
  const g = testGraph([20, 24], 3);
  const { normal } = createRandom(5);
  const weight = () => 0.3 * normal();
  g.weights(weight);
  const a = g.relu(g.conv('data', { k: 3, p: 1, out: 6 }, 'a0'), 'a');
  const b = g.relu(g.conv(g.pool(a, { k: 2, s: 2 }, 'pooled'), { k: 3, out: 12 }), 'b');
  g.weights(() => scale * weight());
  g.dense(g.flatten(g.globalPool(g.relu(g.conv(b, { k: 3, out: 7 }), 'c'), 'mean'), 7), 4, 'logits');
  return g.graph();
}

describe('a network with rectifiers', async () => {
  const tables = await linearShare.experiment.measure(laboratory(network(), 'canonical'), ['linear-share']);
  const [summary, units] = tables.map(records);

  it('eight units of each layer at most, their median in the table of all measures', () => {
    const counts = ['a', 'pooled', 'b', 'c', 'mean', 'logits'].map((layer) => units!.filter((row) => row.layer === layer).length);
    expect(counts).toEqual([6, 6, 8, 7, 7, 4]);
    const row = summary!.find(({ layer, measure }) => layer === 'b' && measure === 'linear_share')!;
    const values = units!.filter(({ layer }) => layer === 'b').map((unit) => unit.linear_share as number);
    const sorted = values.toSorted((a, b) => a - b);
    expect(row).toMatchObject({ median: (sorted[3]! + sorted[4]!) / 2, n_units: 8, n_defined: 8, note: null });
  });

  it('is less linear the deeper', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((layer) => summary!.find((row) => row.layer === layer)!.median as number);
    expect(a).toBeCloseTo(1, 4);
    expect(b).toBeLessThan(1);
    expect(c).toBeLessThan(b!);
  });

  it('a scale of the response changes nothing but rounding', async () => {
    const scaled = await unitsOf(network(4), 'logits');
    for (const [i, row] of units!.filter(({ layer }) => layer === 'logits').entries())
      for (const what of ['linear_share', 'energy_share', 'linear_share_upper'])
        expect(scaled[i]![what]).toBeCloseTo(row[what] as number, 4);
  });

  it('other pictures give the same shares within their intervals', async () => {
    const other = await unitsOf(network(), 'c', 4);
    for (const [i, row] of units!.filter(({ layer }) => layer === 'c').entries()) {
      const halfWidth = (of: typeof row) => ((of.linear_share_upper as number) - (of.linear_share_lower as number)) / 2;
      const bound = 1.5 * (halfWidth(row) + halfWidth(other[i]!));
      expect(Math.abs(other[i]!.linear_share! - (row.linear_share as number))).toBeLessThan(bound);
    }
  });

  it('is the same to the last bit for two sessions that take the layers in turns', async () => {
    const lab = { ...laboratory(network(), 'canonical'), runner: { run: inTurns as unknown as Pool['run'] } };
    expect(await linearShare.experiment.measure(lab, ['linear-share'])).toEqual(tables);
  });
});

/** Runs a job in two sessions, which take the chunks in turns, the last ones first. */
async function inTurns({ setup, items, chunkSize }: Job<LinearShareSetup, LinearShareItem, readonly LayerShares[], null>) {
  const open = openLinearShareSession(environment);
  const sessions = await Promise.all([0, 1].map(() => open(setup, { nWorkers: 2, shared: undefined })));
  const reducer = createTreeReducer<readonly LayerShares[]>(mergeShares.merge);
  const nChunks = items.length / chunkSize!;
  for (let index = nChunks - 1; index >= 0; index--) {
    const session = sessions[index % 2]!;
    session.beginChunk();
    for (const item of items.slice(index * chunkSize!, (index + 1) * chunkSize!)) await session.runItem(item);
    reducer.add({ level: 0, index, state: session.endChunk() });
  }
  return { state: reducer.finish(nChunks), total: null, nDone: items.length, failures: [] };
}

describe('what has no shares', () => {
  it('a unit that is shut, a gradient that overflows, a layer behind steps', async () => {
    const shut = testGraph([9, 9], 1);
    shut.conv(shut.relu(shut.offset(shut.conv('data', { k: 3 }), -1e3)), { k: 3 }, 'top');
    expect((await unitsOf(shut.graph(), 'top'))[0]).toMatchObject({
      linear_share: Number.NaN,
      energy_share: Number.NaN,
      note: 'the response does not vary from picture to picture',
    });
    const huge = testGraph([9, 9], 1);
    huge.weights(() => 3e38);
    huge.conv(huge.conv('data', { k: 3 }), { k: 3 }, 'top');
    expect((await unitsOf(huge.graph(), 'top'))[0]).toMatchObject({
      linear_share: Number.NaN,
      note: 'a gradient is not a number',
    });
  });
});

describe('the noise', () => {
  const size = [6, 10] as const;
  const noise = createPinkNoise(size);
  const random = createRandom(2);
  const pictures = Array.from({ length: 3000 }, () => noise.draw(random)).flat();

  it('has mean 0, variance 1 and the covariance that it says, pixel by pixel', () => {
    const at = (pixel: number) => Float64Array.from({ length: 60 }, (_, i) => (i === pixel ? 1 : 0));
    const [first, second] = noise.covarianceTimes(at(0), at(33));
    expect(first[0]).toBeCloseTo(1, 12);
    // A torus of 16 × 16, and Σ is symmetric.
    expect(first[33]).toBeCloseTo(second[0]!, 12);
    for (const [pixel, row] of [[0, first] as const, [33, second] as const])
      for (const [other, wanted] of row.entries()) {
        const found = pictures.reduce((sum, map) => sum + map[pixel]! * map[other]!, 0) / pictures.length;
        // Five standard errors of a product of standard normal values.
        expect(Math.abs(found - wanted)).toBeLessThan(5 * Math.sqrt((1 + wanted ** 2) / pictures.length));
      }
  });
  it('two maps of one draw are independent', () => {
    let sum = 0;
    for (let i = 0; i < pictures.length; i += 2) for (let p = 0; p < 60; p++) sum += pictures[i]![p]! * pictures[i + 1]![p]!;
    expect(Math.abs(sum / 60 / 3000)).toBeLessThan(5 / Math.sqrt(3000));
  });
});

describe('the bank', () => {
  it('by hand: one pair, one pixel', () => {
    const column = { orientationDeg: 90, sfCyclesPerPx: 0.25, sigmaPx: 2, xPx: 2, ysPx: [2, 3] };
    const picture = new Float32Array(25);
    picture[1 * 5 + 3] = 2;
    const [near, far] = gaborEnergies([column], [picture], [5, 5]);
    // A phase does not count: (2 e^(−r²/8))², r² = 1 + 1 and 1 + 4.
    expect(near![0]).toBeCloseTo(4 * Math.exp(-2 / 4), 10);
    expect(far![0]).toBeCloseTo(4 * Math.exp(-5 / 4), 10);
  });
  it('has no pair outside the field, and none of less than a cycle across it', () => {
    const bank = gaborBank({ centerPx: [10, 12], sizePx: [9, 17] });
    expect([...new Set(bank.map(({ sfCyclesPerPx }) => sfCyclesPerPx))]).toEqual([1 / 4, 1 / 8, 1 / 16]);
    for (const { xPx, ysPx } of bank) {
      expect(Math.abs(xPx - 12)).toBeLessThanOrEqual(8.5);
      for (const y of ysPx) expect(Math.abs(y - 10)).toBeLessThanOrEqual(4.5);
    }
    expect(gaborBank({ centerPx: [0, 0], sizePx: [1, 1] })).toHaveLength(8);
  });
});

describe('the estimate', () => {
  it('by hand: two blocks of two pictures in one dimension', () => {
    // Gradients 1 and 3 of variance-1 pictures; the other block's slope predicts: e = y − 3 s, y − 1 s.
    const samples = {
      responses: Float64Array.of(1, 2, 0, 5),
      projections: Float64Array.of(1, 3, -1, -3, 0, 0, 2, 6),
      gram: Float64Array.of(1, 3, 3, 9),
    };
    // e = −2, 5, 0, 3: variance 29/3; L = 3; vᵀΣv = (9 + 1)/2.
    const { linear, note } = varianceShares(samples, [Float64Array.of(1, 1, 1, 1)], createRandom(1));
    expect(linear.value).toBeCloseTo(3 / (29 / 3 + 6 - 5), 12);
    expect(note).toBeNull();
  });
});
