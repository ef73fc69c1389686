/** @file The whole way: pictures, workers' sessions, tables. On real kernels, against plain loops over the float64 twins. */
import { readdirSync, readFileSync } from 'node:fs';
import {
  bindGraph,
  canonicalForm,
  createRandom,
  createTreeReducer,
  type Graph,
  type Image,
  InputError,
  opOf,
  preprocess,
  type Tensor,
} from '@ventral/core';
import { readOnnx } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { describe, expect, it } from 'vitest';
import type { Control, Probe } from './probe.ts';
import { defaultProbes, selectProbes } from './probes.ts';
import { probeNetwork } from './run.ts';
import { openProbeSession, type ProbeSetup } from './session.ts';
import { type PerProbeAndLayer, tablesOf } from './states.ts';
import { sampledChannels, statistics } from './statistics/statistics.ts';
import { records, type Table } from './table.ts';
import { testGraph } from './test-graph.ts';
import { testRunner } from './test-runner.ts';

const compiled = (variant: string) =>
  WebAssembly.compile(readFileSync(new URL(`../../kernels/build/${variant}.wasm`, import.meta.url)));
const module = await compiled('simd');
const sharedModule = await compiled('simd-shared');

const size = [12, 10] as const;
const spec = { channels: 'RGB', scale: 1 / 255, mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] } as const;

/** conv+relu → residual sum → pool → linear conv → global pool → dense, random weights. */
function network(): Graph {
  const g = testGraph(size, 3);
  const random = createRandom(7).fork('weights');
  g.weights(() => random.normal() * 0.3);
  const a = g.relu(g.conv('data', { k: 3, p: 1, out: 5 }), 'a');
  const b = g.add(g.conv(a, { k: 3, p: 1, out: 5 }, 'b'), a, 'sum');
  const d = g.conv(g.pool(b, { k: 2, s: 2 }, 'pooled'), { k: 3, out: 7 }, 'd');
  const e = g.relu(g.conv(d, { k: 1, out: 6 }), 'e');
  g.dense(g.flatten(g.globalPool(e, 'mean'), 6), 4, 'logits');
  return { ...g.graph(), metadata: { preprocess: spec, fovDeg: 4 } };
}

function image(seed: number): Image {
  const random = createRandom(seed).fork('image');
  const [heightPx, widthPx] = size;
  return { heightPx, widthPx, data: Uint8Array.from({ length: heightPx * widthPx * 3 }, () => random.integer(256)) };
}

const environment = {
  module,
  loadGraph: async (graph: unknown) => graph as Graph,
  loadImage: async (item: number) => {
    if (item < 0) throw new InputError('not a picture');
    return image(item);
  },
};
const items = [...Array.from({ length: 21 }, (_, i) => i + 1)];

async function run(
  probes: readonly Probe[],
  list: readonly number[],
  options = {},
  layers: Parameters<typeof probeNetwork>[0]['layers'] = 'canonical',
  stimuli: { readonly modelHandle?: Graph; readonly controls?: { control: Control; modelHandle: Graph }[] } = {},
) {
  const runner = testRunner(environment);
  return probeNetwork({
    model: 'net',
    graph: network(),
    layers,
    probes,
    options,
    stimuli: { items: list, runner, modelHandle: network(), ...stimuli },
  });
}

/** All values of one layer for each image, row-major, by the float64 twins of the canonical form. */
function referenceValues(list: readonly number[], layer: string): { shape: readonly number[]; images: Float64Array[] } {
  const graph = canonicalForm(bindGraph(network()));
  let shape: readonly number[] = [];
  const images = list.map((item) => {
    const data = preprocess(image(item), spec, { heightPx: size[0], widthPx: size[1] });
    const n = size[0] * size[1];
    const picture: Tensor = {
      dtype: 'float64',
      shape: [1, 3, ...size],
      data: Float64Array.from({ length: data.length }, (_, i) => data[(i % n) * 3 + Math.floor(i / n)]!),
    };
    const values = new Map<string, Tensor>([...graph.constants, ['data', picture]]);
    for (const node of graph.nodes) {
      for (const [i, output] of opOf(node)
        .reference(
          node.attributes,
          node.inputs.map((name) => values.get(name)),
        )
        .entries())
        values.set(node.outputs[i]!, output);
    }
    shape = values.get(layer)!.shape;
    return Float64Array.from(values.get(layer)!.data);
  });
  return { shape, images };
}

const close = (got: unknown, wanted: number, tolerance = 2e-5) => {
  expect(typeof got).toBe('number');
  expect(Math.abs((got as number) - wanted)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(wanted)));
};
const tableOf = (tables: readonly Table[], name: string) => records(tables.find((table) => table.name === name)!);
const sparse = (r: readonly number[]) => {
  const mean = r.reduce((a, b) => a + b, 0) / r.length;
  const square = r.reduce((a, b) => a + b * b, 0) / r.length;
  return (1 - mean ** 2 / square) / (1 - 1 / r.length);
};
const meanOf = (v: readonly number[]) => v.reduce((a, b) => a + b, 0) / v.length;

describe('probing a small network of conv, sum, pool, dense', async () => {
  const result = await run(selectProbes(defaultProbes), items);
  const layers = tableOf(result.tables, 'statistics');
  const channels = tableOf(result.tables, 'statistics-channels');

  it('has the layers of the canonical form', () => {
    expect(layers.map((row) => [row.layer_index, row.layer, row.op, row.stage, row.is_block_output])).toEqual([
      [0, 'a', 'conv2d+relu', 'activation', false],
      [1, 'b', 'conv2d', 'linear', false],
      [2, 'sum', 'add', 'merge', true],
      [3, 'pooled', 'maxPool', 'pool', false],
      [4, 'd', 'conv2d', 'linear', false],
      [5, 'e', 'conv2d+relu', 'activation', false],
      [6, 'mean', 'globalAveragePool', 'pool', false],
      [7, 'logits', 'dense', 'dense', false],
    ]);
    expect(result.tables.map((table) => table.name)).toEqual(['receptive-fields', 'cost', 'statistics', 'statistics-channels']);
    expect(result.nImages).toBe(21);
  });

  it('the columns are these', () => {
    const names = (name: string) =>
      result.tables
        .find((table) => table.name === name)!
        .columns.map((column) => column.name)
        .join(',');
    expect(names('statistics')).toBe(
      'model,layer_index,layer,op,stage,is_block_output,n_images,n_channels,n_units,n_values,mean,sd,min,max,skewness,kurtosis,q01,q05,q25,median,q75,q95,q99,fraction_active,rectified_fraction,n_units_sampled,n_never_active,lifetime_sparseness,population_sparseness,fraction_above_half_peak,n_nan,note,control',
    );
    expect(names('statistics-channels')).toBe(
      'model,layer_index,layer,channel,n_values,mean,sd,min,max,skewness,kurtosis,median,fraction_active,never_active,lifetime_sparseness,fraction_above_half_peak,control',
    );
    expect(names('cost')).toBe('model,layer_index,layer,op,stage,output_shape,n_params,n_macs,n_bytes');
  });

  it.each(['a', 'sum', 'd', 'e', 'logits'])('layer %s: as plain loops over the float64 twins say', (layer) => {
    const row = layers.find((one) => one.layer === layer)!;
    const { shape, images } = referenceValues(items, layer);
    const [, c = 1, h = 1, w = 1] = shape;
    const all = images.flatMap((values) => [...values]);
    const mean = meanOf(all);
    const moment = (k: number) => meanOf(all.map((v) => (v - mean) ** k));
    expect([row.n_channels, row.n_units, row.n_values, row.n_nan]).toEqual([c, c * h * w, all.length, 0]);
    close(row.mean, mean);
    close(row.sd, Math.sqrt(moment(2)));
    close(row.min, Math.min(...all));
    close(row.max, Math.max(...all));
    close(row.skewness, moment(3) / moment(2) ** 1.5, 1e-4);
    close(row.kurtosis, moment(4) / moment(2) ** 2 - 3, 1e-4);
    close(row.fraction_active, all.filter((v) => v > 0).length / all.length, 1e-4);
    close(row.rectified_fraction, all.filter((v) => v < 0).length / all.length, 1e-4);
    const sorted = all.sort((x, y) => x - y);
    for (const [name, q] of [
      ['q01', 0.01],
      ['q25', 0.25],
      ['median', 0.5],
      ['q99', 0.99],
    ] as const) {
      const wanted = sorted[Math.ceil(q * sorted.length) - 1]!;
      expect(Math.abs((row[name] as number) - wanted)).toBeLessThanOrEqual(0.01 * Math.abs(wanted) + 1e-6);
    }
    close(
      row.population_sparseness,
      meanOf(images.map((values) => sparse([...values].map((v) => Math.max(v, 0)))).filter((s) => !Number.isNaN(s))),
      1e-4,
    );

    const units = Array.from({ length: c }, (_, channel) =>
      images.map((values) => Math.max(values[(channel * h + Math.floor(h / 2)) * w + Math.floor(w / 2)]!, 0)),
    );
    const active = units.filter((unit) => unit.some((r) => r > 0));
    expect([row.n_units_sampled, row.n_never_active]).toEqual([c, c - active.length]);
    close(row.lifetime_sparseness, meanOf(active.map(sparse)), 1e-4);
    const aboveHalf = active.map((unit) => unit.filter((r) => r >= Math.max(...unit) / 2).length / unit.length);
    // At most the responses in the 1/32 octave around half the peak are uncertain.
    close(row.fraction_above_half_peak, meanOf(aboveHalf), 0.03);
    const ofLayer = channels.filter((one) => one.layer === layer);
    expect(ofLayer.map((one) => one.never_active)).toEqual(units.map((unit) => !unit.some((r) => r > 0)));
    const first = images.flatMap((values) => [...values.slice(0, h * w)]);
    close(ofLayer[0]!.mean, meanOf(first));
    close(ofLayer[0]!.max, Math.max(...first));
  });

  it('cost of layer d: 3×3 kernels from 5 to 7 maps on 4×3 positions', () => {
    expect(tableOf(result.tables, 'cost').find((row) => row.layer === 'd')).toMatchObject({
      output_shape: '7x4x3',
      n_params: 7 * 5 * 9,
      n_macs: 7 * 5 * 9 * 12,
      n_bytes: 4 * 7 * 12,
    });
  });

  const setup = (): ProbeSetup => ({
    kind: 'probe',
    model: network(),
    input: undefined,
    allNodes: false,
    exact: false,
    layers: result.layers,
    probes: ['stats'],
    options: { maxUnits: 2048, seed: 0, quantiles: true },
    preprocess: spec,
  });

  it('the plan’s bytes are those of a state and a total', async () => {
    const session = await openProbeSession<number>(environment)(setup(), { nWorkers: 1, shared: undefined });
    session.beginChunk();
    await session.runItem(1);
    const bytes = (value: unknown): number =>
      ArrayBuffer.isView(value)
        ? value.byteLength
        : value && typeof value === 'object'
          ? Object.values(value).reduce<number>((sum, v) => sum + bytes(v), 0)
          : 0;
    expect(bytes(session.endChunk()) + bytes(session.total())).toBe(result.stateBytes);
  });

  it.each([
    ['each with its weights', undefined],
    ['one with the weights of the other', sharedModule],
  ])('two sessions that share the chunks, in any order, %s, give the same bytes', async (_, shareable) => {
    let nLoaded = 0;
    const loadGraph = async (graph: unknown) => {
      nLoaded++;
      return graph as Graph;
    };
    const open = openProbeSession<number>({ ...environment, sharedModule: shareable, loadGraph });
    const first = await open(setup(), { nWorkers: 2, shared: undefined });
    const sessions = [first, await open(setup(), { nWorkers: 2, shared: first.shared })];
    expect([nLoaded, first.shared !== undefined]).toEqual(shareable ? [1, true] : [2, false]);
    const join = (how: 'merge' | 'mergeTotals') => (a: PerProbeAndLayer, b: PerProbeAndLayer) =>
      [result.layers.map((_, l) => statistics[how](a[0]![l] as never, b[0]![l] as never))] as PerProbeAndLayer;
    const reducer = createTreeReducer<PerProbeAndLayer>(join('merge'));
    for (const [chunk, session] of [
      [2, 0],
      [0, 1],
      [1, 0],
    ] as const) {
      sessions[session]!.beginChunk();
      for (const item of items.slice(chunk * 8, chunk * 8 + 8)) await sessions[session]!.runItem(item);
      reducer.add({ level: 0, index: chunk, state: sessions[session]!.endChunk() });
    }
    const state = reducer.finish(3)!;
    const total = join('mergeTotals')(sessions[1]!.total(), sessions[0]!.total());
    const context = { model: 'net', fovDeg: 4, options: setup().options, nImages: 21 };
    const graph = canonicalForm(bindGraph(network()));
    const tables = tablesOf(context, graph, result.layers, [statistics], { state, total });
    expect(JSON.stringify(tables)).toBe(JSON.stringify(result.tables.filter((table) => table.name.startsWith('statistics'))));
  });

  it('a layer’s numbers do not depend on what else is probed', async () => {
    const alone = await run([statistics], items, {}, ['{d,e}']);
    expect(tableOf(alone.tables, 'statistics')).toEqual(layers.filter((row) => row.layer === 'd' || row.layer === 'e'));
  });

  it('the rows of a control are those of its network, marked and last; the network’s own do not change', async () => {
    const doubled = (tensor: Tensor) =>
      tensor.dtype === 'float32' ? { ...tensor, data: tensor.data.map((value) => 2 * value) } : tensor;
    const other = { ...network(), constants: new Map([...network().constants].map(([name, t]) => [name, doubled(t)])) };
    const both = await run([statistics], items, {}, 'canonical', {
      controls: [{ control: 'untrained', modelHandle: other }],
    });
    const alone = await run([statistics], items, {}, 'canonical', { modelHandle: other });
    for (const name of ['statistics', 'statistics-channels']) {
      const [own, control] = [tableOf(result.tables, name), tableOf(alone.tables, name)];
      expect(control).not.toEqual(own);
      expect(tableOf(both.tables, name)).toEqual([...own, ...control.map((row) => ({ ...row, control: 'untrained' }))]);
    }
  });

  it('an unusable picture is listed and leaves no trace', async () => {
    const { failures, nImages, tables } = await run([statistics], [-1, 5]);
    expect([failures, nImages]).toEqual([[{ itemIndex: 0, message: 'not a picture' }], 1]);
    expect(tableOf(tables, 'statistics')).toEqual(tableOf((await run([statistics], [5])).tables, 'statistics'));
  });

  it('maxUnits 3 measures three centre units of each layer, the same ones whatever else is there', async () => {
    const { tables } = await run([statistics], items, { maxUnits: 3, seed: 5 });
    for (const row of tableOf(tables, 'statistics')) expect(row.n_units_sampled).toBe(3);
    const few = tableOf(tables, 'statistics-channels');
    for (const row of few) {
      const wanted = channels.find((one) => one.layer === row.layer && one.channel === row.channel)!;
      if (row.never_active === null) expect([row.lifetime_sparseness, row.fraction_above_half_peak]).toEqual([null, null]);
      else expect(row).toEqual(wanted);
    }
    const layer = { ...result.layers[0]!, nChannels: 1000 };
    const options = { maxUnits: 10, seed: 5, quantiles: true };
    expect(sampledChannels(layer, options)).toEqual(sampledChannels({ ...layer, layerIndex: 9 }, options));
    expect(sampledChannels(layer, options)).not.toEqual(sampledChannels({ ...layer, layer: 'other' }, options));
  });

  it('without quantiles their columns are empty and the rest is the same', async () => {
    const { tables } = await run([statistics], items, { quantiles: false });
    for (const [i, row] of tableOf(tables, 'statistics').entries()) {
      const empty = { q01: null, q05: null, q25: null, median: null, q75: null, q95: null, q99: null };
      expect(row).toEqual({
        ...layers[i],
        ...empty,
        rectified_fraction: layers[i]!.rectified_fraction === 0 ? 0 : Number.NaN,
      });
    }
  });

  it('all-nodes shows every node of the file', async () => {
    const { tables } = await run(selectProbes('rf'), [], {}, 'all-nodes');
    expect(tableOf(tables, 'receptive-fields').map((row) => row.op)).toEqual([
      'conv2d',
      'relu',
      'conv2d',
      'add',
      'maxPool',
      'conv2d',
      'conv2d',
      'relu',
      'globalAveragePool',
      'flatten',
      'dense',
    ]);
  });
});

it('one picture has no lifetime: empty cells and a note', async () => {
  const [one] = tableOf((await run([statistics], [1])).tables, 'statistics');
  expect(one).toMatchObject({
    n_images: 1,
    mean: expect.any(Number),
    lifetime_sparseness: Number.NaN,
    fraction_above_half_peak: Number.NaN,
    note: 'lifetime measures need two images',
  });
  const [two] = tableOf((await run([statistics], [1, 2])).tables, 'statistics');
  expect(two).toMatchObject({ lifetime_sparseness: expect.any(Number), note: null });
  expect(two!.lifetime_sparseness).not.toBeNaN();
});

describe('a unit that is not a number', async () => {
  const g = testGraph(size, 3);
  // Sums of infinities of both signs.
  g.weights((i) => (i < 27 ? (-1) ** i * 3e38 : -1));
  g.conv('data', { k: 3, out: 2 }, 'broken');
  const graph = { ...g.graph(), metadata: { preprocess: { ...spec, scale: 1, mean: [-1, -1, -1] } } };
  const runner = testRunner(environment);
  const { tables } = await probeNetwork({
    model: 'net',
    graph,
    layers: 'canonical',
    probes: [statistics],
    stimuli: { items: [1, 2], runner, modelHandle: graph },
  });
  it('is counted, and its channel and layer have no moments', () => {
    const [layer] = tableOf(tables, 'statistics');
    expect(layer).toMatchObject({
      n_nan: 160,
      n_values: 320,
      mean: Number.NaN,
      sd: Number.NaN,
      q99: expect.any(Number),
      n_never_active: 1,
      lifetime_sparseness: Number.NaN,
      note: 'a response is not a number',
    });
    const [broken, negative] = tableOf(tables, 'statistics-channels');
    expect(broken).toMatchObject({
      mean: Number.NaN,
      max: Number.NaN,
      skewness: Number.NaN,
      fraction_active: Number.NaN,
      never_active: false,
      lifetime_sparseness: Number.NaN,
    });
    expect(negative).toMatchObject({
      fraction_active: 0,
      never_active: true,
      lifetime_sparseness: Number.NaN,
      fraction_above_half_peak: Number.NaN,
    });
    expect(negative!.max).toBeLessThan(0);
  });
});

describe.skipIf(!hasShared)('networks read from files', () => {
  const names = hasShared ? readdirSync(shared('networks')) : [];
  it.each(names)(
    '%s: every layer of the canonical form and of the file is measured',
    async (name) => {
      const graph = readOnnx(readFileSync(shared(`networks/${name}/${name}.onnx`)), name);
      const runner = testRunner<number>({
        module,
        loadGraph: async () => graph,
        loadImage: async (seed) => ({
          heightPx: 64,
          widthPx: 64,
          data: createRandom(seed).shuffle(Uint8Array.from({ length: 12288 }, (_, i) => i)),
        }),
      });
      for (const layers of ['canonical', 'all-nodes'] as const) {
        const result = await probeNetwork({
          model: name,
          graph,
          layers,
          probes: selectProbes(defaultProbes),
          stimuli: { items: [1, 2], runner, modelHandle: 0, preprocess: spec },
        });
        expect(result.failures).toEqual([]);
        for (const row of tableOf(result.tables, 'statistics')) {
          expect([row.layer, row.n_nan, row.n_values]).toEqual([row.layer, 0, 2 * (row.n_units as number)]);
          expect(row.max).toBeGreaterThanOrEqual(row.q99 as number);
          expect(row.sd).not.toBeNaN();
        }
      }
    },
    60_000,
  );
});

describe('what goes wrong', () => {
  it('names a probe that there is not', () => {
    expect(() => selectProbes('rf,sparse')).toThrow('probes: unknown probe "sparse". Known: rf, cost, stats, ');
  });
  it('names layers near a glob that matches nothing', async () => {
    await expect(run(selectProbes('rf'), [], {}, ['pool*'])).resolves.toBeDefined();
    await expect(run(selectProbes('rf'), [], {}, ['poolde'])).rejects.toThrow(
      'layers: "poolde" matches no layer. Near names: pooled, ',
    );
    await expect(run(selectProbes('rf'), [], {}, ['{a,b'])).rejects.toThrow('layers: "{a,b" opens a { that it does not close.');
  });
  it('needs stimuli for what reads responses', async () => {
    await expect(run([statistics], [])).rejects.toThrow('probe: stats needs stimuli, got none.');
    await expect(run([statistics], [-1, -2])).rejects.toThrow(
      'probe: none of the 2 stimuli could be used. The first: not a picture',
    );
  });
});
