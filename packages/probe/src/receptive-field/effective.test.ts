/** @file Effective fields on real kernels: against linear networks whose field is known, by hand, and what must not change them. */
import { readFileSync } from 'node:fs';
import {
  bindGraph,
  canonicalForm,
  createRandom,
  createTreeReducer,
  type Graph,
  type Job,
  type Node,
  opOf,
  type Pool,
  pictureInput,
  preprocess,
  type Tensor,
} from '@ventral/core';
import { readOnnx } from '@ventral/formats';
import { stimulusSet } from '@ventral/stimuli';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, it } from 'vitest';
import { type LayerSelection, layerSet } from '../layers.ts';
import type { Laboratory } from '../probe.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { type EffectiveFieldMap, effectiveField, effectiveFieldMaps } from './effective.ts';
import {
  type EffectiveFieldSetup,
  effectivePictures,
  type GradientItem,
  mergeGradients,
  openEffectiveFieldSession,
  type SquaredGradients,
} from './effective-session.ts';
import { centreUnitFields } from './field.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const environment = { module, loadGraph: async (graph: unknown) => graph as Graph };
const grey = { channels: 'grey', scale: 1 / 255, mean: [0.5], std: [0.25] } as const;
const colour = { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] } as const;

function laboratory(graph: Graph, which: LayerSelection = 'canonical'): Laboratory {
  const bound = canonicalForm(bindGraph(graph));
  const layers = layerSet(bound, which);
  const { shape } = bound.types.get('data')!;
  return {
    context: { model: 'net', fovDeg: 4, options: { maxUnits: 2048, seed: 3, quantiles: false }, nImages: 0 },
    layers,
    fields: centreUnitFields(bound, layers),
    sizePx: pictureInput(bound).sizePx,
    subject: { model: graph, allNodes: false, exact: false },
    preprocess: shape[1] === 1 ? grey : colour,
    runner: testRunner(environment),
  };
}

async function measured(graph: Graph, which?: LayerSelection) {
  const [table] = await effectiveField.experiment.measure(laboratory(graph, which), ['effective']);
  return records(table!);
}
const rowOf = async (graph: Graph, layer: string) => (await measured(graph, [layer]))[0]!;

const gaussianKernel = (size: number, sigma: number) => (i: number) => {
  const [y, x] = [Math.floor(i / size) - (size - 1) / 2, (i % size) - (size - 1) / 2];
  return Math.exp(-(y * y + x * x) / (2 * sigma * sigma));
};

/** Convolutions that keep the size, on top of one another. */
function stack(size: number, kernels: readonly { size: number; weight: (i: number) => number; out?: number }[], channels = 1) {
  const g = testGraph([size, size], channels);
  let x = 'data';
  for (const [i, { size: k, weight, out = 1 }] of kernels.entries()) {
    g.weights(weight);
    x = g.conv(x, { k, p: (k - 1) / 2, out }, `conv${i + 1}`);
  }
  return g.graph();
}
const uniform = { size: 3, weight: () => 1 / 9 };

describe('linear networks whose field is known', () => {
  it('by hand: one 3×3 kernel of ones is a flat map of 3 × 3', async () => {
    const graph = stack(11, [{ size: 3, weight: () => 1 }]);
    const [{ map }] = (await effectiveFieldMaps(laboratory(graph))) as [EffectiveFieldMap];
    // √16 pictures, each with a gradient of ±1.
    expect([...map]).toEqual(
      Array.from({ length: 121 }, (_, i) => (Math.abs(Math.floor(i / 11) - 5) <= 1 && Math.abs((i % 11) - 5) <= 1 ? 4 : 0)),
    );
    expect(await rowOf(graph, 'conv1')).toMatchObject({
      effective_area_root_px: 3,
      effective_area_root_deg: (3 * 4) / 11,
      theoretical_clipped_px: 3,
      effective_share: 1,
      center_y_px: 5,
      center_x_px: 5,
      note: null,
    });
  });

  const gaussians = [
    { size: 13, weight: gaussianKernel(13, 1.5) },
    { size: 17, weight: gaussianKernel(17, 2) },
    { size: 9, weight: gaussianKernel(9, 1) },
  ];
  it('a stack of Gaussian kernels has the variance of all of them together', async () => {
    const rows = await measured(stack(41, gaussians));
    const sigmas = rows.map((row) => row.effective_sigma_px as number);
    for (const [i, wanted] of [1.5, 2.5, Math.sqrt(1.5 ** 2 + 2 ** 2 + 1)].entries())
      expect(Math.abs(sigmas[i]! / wanted - 1)).toBeLessThan(0.02);
    // √(2π ln(1/0.0455)) σ, and whole pixels.
    expect(Math.abs((rows[2]!.effective_area_root_px as number) / sigmas[2]! / 4.406 - 1)).toBeLessThan(0.02);
    expect(rows[2]!.effective_sigma_deg).toBeCloseTo((sigmas[2]! * 4) / 41, 12);
    // The control: one layer's σ is not that of two.
    expect(Math.abs(sigmas[1]! / sigmas[0]! - 1)).toBeGreaterThan(0.5);
  });

  it.each([12, 24, 48])('%i uniform 3×3 kernels: σ = √(2n/3), growing as √n (Luo et al. 2016)', async (n) => {
    const graph = stack(2 * n + 13, Array(n).fill(uniform));
    const { effective_sigma_px: sigma, effective_share: share } = await rowOf(graph, `conv${n}`);
    // n boxes are a Gaussian but for 1/n.
    expect(Math.abs((sigma as number) / Math.sqrt((2 * n) / 3) - 1)).toBeLessThan(0.25 / n);
    // √area grows as √n, the theoretical field as n.
    expect(Math.abs((share as number) / ((4.406 * Math.sqrt((2 * n) / 3)) / (2 * n + 1)) - 1)).toBeLessThan(0.02);
  });

  it('random kernels of many channels: the squared gradient has the variance of uniform kernels, its root twice that', async () => {
    const n = 8;
    const { normal } = createRandom(11);
    const kernel = { size: 3, weight: () => normal() / 12, out: 16 };
    const { effective_sigma_px: sigma } = await rowOf(stack(41, Array(n).fill(kernel), 3), `conv${n}`);
    expect(Math.abs((sigma as number) / Math.sqrt((4 * n) / 3) - 1)).toBeLessThan(0.05);
  });

  it('stride and place: the field of unit (⌊h/2⌋, ⌊w/2⌋) lies where the geometry says', async () => {
    const g = testGraph([30, 40], 3);
    g.conv(g.conv('data', { k: 5, s: 2, out: 4 }), { k: 3, s: 2, p: 1 }, 'top');
    const lab = laboratory(g.graph());
    const row = await rowOf(g.graph(), 'top');
    expect(lab.fields[1]).toMatchObject({ centerPx: [14, 18], sizePx: [9, 9] });
    expect([row.center_y_px, row.center_x_px]).toEqual([expect.closeTo(14, 6), expect.closeTo(18, 6)]);
    expect(row.effective_sigma_deg).toBeCloseTo(((row.effective_sigma_px as number) * 4) / 40, 12);
  });
});

/**
 * Convolutions, rectifiers, a block, a pool and dense layers with random weights; all but those inside the block, where two
 * paths meet, are scaled.
 */
function network(scale = 1): Graph {
  const g = testGraph([20, 24], 3);
  const { normal } = createRandom(5);
  const weight = () => 0.3 * normal();
  const scaled = () => scale * weight();
  g.weights(scaled);
  const a = g.relu(g.conv('data', { k: 3, p: 1, out: 6 }, 'a0'), 'a');
  g.weights(weight);
  const b = g.relu(g.add(g.conv(a, { k: 3, p: 1, out: 6 }, 'b'), a, 'sum'), 'block');
  g.weights(scaled);
  const d = g.conv(g.pool(b, { k: 2, s: 2 }, 'pooled'), { k: 3, out: 7 }, 'd');
  g.dense(g.flatten(g.globalPool(g.relu(d, 'e'), 'mean'), 7), 4, 'logits');
  return g.graph();
}

describe('a network with rectifiers', async () => {
  const rows = await measured(network());
  const rowAt = (layer: string) => rows.find((row) => row.layer === layer)!;

  it('has a row for every layer, dense ones included', () => {
    expect(rows.map((row) => row.layer)).toEqual(['a', 'b', 'sum', 'block', 'pooled', 'e', 'mean', 'logits']);
    for (const row of rows) {
      expect(row.effective_area_root_px).toBeGreaterThan(0);
      expect(row.effective_share).toBeLessThanOrEqual(1);
    }
    expect(rowAt('logits')).toMatchObject({
      theoretical_clipped_px: Math.sqrt(20 * 24),
      note: expect.stringMatching('the map is cut at the picture’s border'),
    });
  });

  it('is measured before the activation', async () => {
    // The activation alone differs: shut for almost every input, so that after it hardly any gradient would be left.
    const shut = (isShut: boolean) => {
      const g = testGraph([9, 9], 1);
      g.weights(() => -1);
      const x = g.conv(g.mul('data', 'data'), { k: 3 }, 'x');
      if (isShut) g.relu(x, 'top');
      return g.graph();
    };
    const [open, closed] = await Promise.all([rowOf(shut(false), 'x'), rowOf(shut(true), 'top')]);
    for (const column of ['effective_sigma_px', 'effective_area_root_px', 'center_y_px'])
      expect(closed[column]).toBe(open[column]);
    // A block's own activation is a node: its input is what is measured, up to the signs, which go by the layer's name.
    expect(
      Math.abs((rowAt('block').effective_sigma_px as number) / (rowAt('sum').effective_sigma_px as number) - 1),
    ).toBeLessThan(0.1);
  });

  it('a scale of the weights changes nothing', async () => {
    const scaled = await measured(network(4));
    expect(scaled).toEqual(rows);
  });

  it('another seed gives other pictures and signs, and nearly the same field', async () => {
    const lab = laboratory(network());
    const context = { ...lab.context, options: { ...lab.context.options, seed: 4 } };
    const [table] = await effectiveField.experiment.measure({ ...lab, context }, ['effective']);
    const other = records(table!).find(({ layer }) => layer === 'd' || layer === 'e')!;
    const own = rowAt('e').effective_sigma_px as number;
    expect(other.effective_sigma_px).not.toBe(own);
    expect(Math.abs((other.effective_sigma_px as number) / own - 1)).toBeLessThan(0.15);
  });

  it('is the same to the last bit inline and for two sessions that share the chunks, whole layers or halves', async () => {
    const lab = laboratory(network());
    const mapsBy = (nSessions: number, chunkImages: number) =>
      effectiveFieldMaps({ ...lab, runner: { run: inTurns(nSessions, chunkImages) as Pool['run'] } });
    expect(await mapsBy(2, 16)).toEqual(await effectiveFieldMaps(lab));
    const halves = await mapsBy(2, 8);
    expect(halves).toEqual(await mapsBy(1, 8));
    const [whole] = await effectiveFieldMaps(lab);
    for (const [i, value] of halves[0]!.map.entries()) expect(value).toBeCloseTo(whole!.map[i]!, 10);
  });
});

/** Runs a job in several sessions, which take the chunks in turns, the last ones first. */
function inTurns(nSessions: number, chunkImages: number) {
  return async ({ setup, items }: Job<EffectiveFieldSetup, GradientItem, readonly SquaredGradients[], null>) => {
    const open = openEffectiveFieldSession(environment);
    const company = { nWorkers: nSessions, shared: undefined };
    const sessions = await Promise.all(Array.from({ length: nSessions }, () => open(setup, company)));
    const reducer = createTreeReducer(mergeGradients.merge);
    const nChunks = items.length / chunkImages;
    for (let index = nChunks - 1; index >= 0; index--) {
      const session = sessions[index % nSessions]!;
      session.beginChunk();
      for (const item of items.slice(index * chunkImages, (index + 1) * chunkImages)) await session.runItem(item);
      reducer.add({ level: 0, index, state: session.endChunk() });
    }
    return { state: reducer.finish(nChunks), total: null, nDone: items.length, failures: [] };
  };
}

describe('against differences of the float64 twins', () => {
  it('a rectified, pooled network of one channel at the top, pixel by pixel', async () => {
    const g = testGraph([9, 9], 1);
    const { normal } = createRandom(8);
    g.weights(() => normal());
    const pooled = g.pool(g.relu(g.conv('data', { k: 3, out: 4 })), { k: 2, s: 1 });
    const z = g.conv(pooled, { k: 3, p: 1 }, 'z');
    g.relu(z, 'top');
    const lab = laboratory(g.graph(), ['top']);
    const [{ map }] = (await effectiveFieldMaps(lab)) as [EffectiveFieldMap];

    const bound = bindGraph(g.graph());
    const centreUnit = (data: Float64Array) => {
      const values = new Map<string, Tensor>([...bound.constants, ['data', { dtype: 'float64', shape: [1, 1, 9, 9], data }]]);
      for (const node of bound.nodes) {
        const [value] = opOf(node).reference(
          node.attributes,
          node.inputs.map((name) => values.get(name)),
        );
        values.set(node.outputs[0]!, value!);
      }
      const { shape, data: units } = values.get('z')!;
      return units[Math.floor(shape[2]! / 2) * shape[3]! + Math.floor(shape[3]! / 2)]!;
    };
    const list = stimulusSet(effectivePictures).list({ heightPx: 9, widthPx: 9, fovDeg: 4, seed: 3 });
    const squares = new Float64Array(81);
    for (let picture = 0; picture < 16; picture++) {
      const data = Float64Array.from(preprocess(list.draw(picture), grey, { heightPx: 9, widthPx: 9 }));
      const moved = (pixel: number, by: number) => centreUnit(data.map((value, i) => (i === pixel ? value + by : value)));
      for (let pixel = 0; pixel < 81; pixel++) squares[pixel]! += ((moved(pixel, 1e-6) - moved(pixel, -1e-6)) / 2e-6) ** 2;
    }
    const peak = Math.max(...map);
    expect(peak).toBeGreaterThan(1);
    for (const [pixel, square] of squares.entries()) expect(Math.abs(map[pixel]! - Math.sqrt(square)) / peak).toBeLessThan(1e-5);
  });
});

describe('what has no effective field', () => {
  const empty = { effective_sigma_px: Number.NaN, effective_area_root_px: Number.NaN, effective_share: Number.NaN };
  const replaced = (node: Partial<Node>) => {
    const g = testGraph([9, 9], 1);
    g.conv(g.relu('data', 'step'), { k: 3 }, 'top');
    const graph = g.graph();
    return { ...graph, nodes: graph.nodes.map((own) => (own.name === 'step' ? ({ ...own, ...node } as Node) : own)) };
  };
  it('a layer behind steps, or behind units that are shut on every picture', async () => {
    const steps = replaced({ op: 'unary', attributes: { fn: 'floor', alpha: 0, beta: 0 } });
    expect(await rowOf(steps, 'top')).toMatchObject({ ...empty, note: 'no gradient reaches the picture' });
    const g = testGraph([9, 9], 1);
    g.weights(() => -1);
    g.conv(g.relu(g.conv(g.mul('data', 'data'), { k: 3 })), { k: 3 }, 'top');
    const row = await rowOf(g.graph(), 'top');
    expect(row).toMatchObject({ ...empty, theoretical_clipped_px: 5, note: 'no gradient reaches the picture' });
  });
  it('a gradient that overflows', async () => {
    const g = testGraph([9, 9], 1);
    g.weights(() => 3e38);
    g.conv(g.conv('data', { k: 3 }), { k: 3 }, 'top');
    expect(await rowOf(g.graph(), 'top')).toMatchObject({ ...empty, note: 'a gradient is not a number' });
  });
  it('an op without a rule of differentiation is named', async () => {
    const graph = replaced({ op: 'unaryGradient', inputs: ['data', 'data'], attributes: { fn: 'relu', alpha: 0, beta: 0 } });
    expect((await rowOf(graph, 'top')).note).toBe(
      'gradient: unaryGradient "step" cannot be differentiated, and the loss depends on "data" through it.',
    );
  });
});

describe.skipIf(!hasShared)('a trained network', () => {
  it('looks at all it can near the picture, and at less the deeper', async () => {
    const path = shared('models/tiny_vgg/tiny_vgg.onnx');
    const rows = (await measured(readOnnx(readFileSync(path), path))).filter(({ op }) => `${op}`.startsWith('conv2d'));
    const of = (column: string) => rows.map((row) => row[column] as number);
    const [shares, sigmas] = [of('effective_share'), of('effective_sigma_px')];
    expect(shares[0]).toBe(1);
    expect(shares.at(-1)).toBeLessThan(1);
    expect(sigmas).toEqual(sigmas.toSorted((a, b) => a - b));
  });
});
