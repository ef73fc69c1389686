/** @file Feature visualisation on real kernels: units whose best picture is known, what it may not depend on, slopes by differences. */
import { readFileSync } from 'node:fs';
import {
  bindGraph,
  canonicalForm,
  createRandom,
  createTreeReducer,
  type Graph,
  type Job,
  type Node,
  type Pool,
  pictureInput,
} from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { layerSet } from '../layers.ts';
import type { Laboratory, ProbePicture } from '../probe.ts';
import { centreUnitFields } from '../receptive-field/field.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { createFourierPicture, subtractVariation } from './fourier-picture.ts';
import { visualise } from './visualise.ts';
import {
  type AscentItem,
  mergeVisualisations,
  openVisualiseSession,
  type Visualisation,
  type VisualiseSetup,
} from './visualise-session.ts';

const module = new WebAssembly.Module(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const environment = { module, loadGraph: async (graph: unknown) => graph as Graph };
const grey = { channels: 'grey', scale: 1 / 255, mean: [0.5], std: [0.25] } as const;
const colour = { channels: 'BGR', scale: 1 / 255, mean: [0.4, 0.5, 0.6], std: [0.2, 0.25, 0.3] } as const;

function laboratory(graph: Graph): Laboratory {
  const bound = canonicalForm(bindGraph(graph));
  const layers = layerSet(bound, 'canonical');
  return {
    context: { model: 'net', fovDeg: 4, options: { maxUnits: 2048, seed: 3, quantiles: false }, nImages: 0 },
    layers,
    fields: centreUnitFields(bound, layers),
    sizePx: pictureInput(bound).sizePx,
    subject: { model: graph, allNodes: false, exact: false },
    preprocess: bound.types.get('data')!.shape[1] === 1 ? grey : colour,
    runner: { run: inTurns(1) as unknown as Pool['run'] },
  };
}

type AscentJob = Job<VisualiseSetup, AscentItem, readonly Visualisation[], null>;

/** What the sessions gave last, pictures in their own pixels included. */
let found: readonly Visualisation[] = [];

/** Runs a job in several sessions, which take the chunks in turns, the last ones first. */
function inTurns(nSessions: number) {
  return async ({ setup, items, chunkSize }: AscentJob) => {
    const open = openVisualiseSession(environment);
    const company = { nWorkers: nSessions, shared: undefined };
    const sessions = await Promise.all(Array.from({ length: nSessions }, () => open(setup, company)));
    const reducer = createTreeReducer<readonly Visualisation[]>(mergeVisualisations.merge);
    const nChunks = items.length / chunkSize!;
    for (let index = nChunks - 1; index >= 0; index--) {
      const session = sessions[index % nSessions]!;
      session.beginChunk();
      for (const item of items.slice(index * chunkSize!, (index + 1) * chunkSize!)) await session.runItem(item);
      reducer.add({ level: 0, index, state: session.endChunk() });
    }
    found = reducer.finish(nChunks)!;
    return { state: found, total: null, nDone: items.length, failures: [] };
  };
}

async function visualised(graph: Graph, changes: Partial<Laboratory> = {}) {
  const pictures: ProbePicture[] = [];
  const lab = { ...laboratory(graph), ...changes };
  const tables = await visualise.experiment.measure({ ...lab, onPicture: (picture) => pictures.push(picture) }, ['visualise']);
  return { rows: tables.flatMap(records), pictures };
}

const side = 15;
/** A Gabor of 8 px a cycle, with a mean of almost 0. */
const gabor = (i: number) => {
  const [y, x] = [Math.floor(i / side) - (side - 1) / 2, (i % side) - (side - 1) / 2];
  return Math.exp(-(y * y + x * x) / 18) * Math.sin((2 * Math.PI * (x + y)) / 8 / Math.SQRT2);
};
/** One layer of one known filter. */
const oneFilter = (scale = 1) => {
  const g = testGraph([23, 21], 1);
  g.weights((i) => scale * gabor(i));
  g.conv('data', { k: side, p: 7 }, 'filter');
  return g.graph();
};

/** Pearson's r. */
function correlation(a: readonly number[], b: readonly number[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + (value - mean(x)) * (y[i]! - mean(y)), 0);
  return product(a, b) / Math.sqrt(product(a, a) * product(b, b));
}

describe('a layer of one known filter', async () => {
  const { rows, pictures } = await visualised(oneFilter());
  const made = found;

  const kernel = Array.from({ length: side * side }, (_, i) => gabor(i));

  it('both pictures look like the filter, wherever it is a tenth of its peak', () => {
    const isStrong = kernel.map((weight) => Math.abs(weight) > 0.1 * Math.max(...kernel));
    const strong = <T>(values: readonly T[]) => values.filter((_, i) => isStrong[i]);
    for (const { image } of made) {
      const shown = Array.from(image.data).filter((_, i) => i % 3 === 0);
      expect(correlation(strong(shown), strong(kernel))).toBeGreaterThan(0.8);
      // The other way round it would be as far from it.
      expect(correlation(strong(shown), strong(kernel.toReversed()))).toBeLessThan(-0.8);
    }
  });
  it('they give most of what any picture can, which is black and white by the sign of the filter', () => {
    const most = kernel.reduce((sum, weight) => sum + (Math.abs(weight) * 0.5) / 0.25, 0);
    for (const { response } of made) expect(response / most).toBeGreaterThan(0.8);
  });
  it('the response rises all the way, averaged over eight steps, and is that of the picture in bytes', () => {
    for (const [i, { image, way, response }] of made.entries()) {
      const means = Array.from({ length: 8 }, (_, part) => way.slice(8 * part, 8 * part + 8).reduce((a, b) => a + b) / 8);
      expect(means).toEqual(means.toSorted((a, b) => a - b));
      let byHand = 0;
      for (let pixel = 0; pixel < side * side; pixel++) byHand += (gabor(pixel) * (image.data[3 * pixel]! / 255 - 0.5)) / 0.25;
      expect(response).toBeCloseTo(byHand, 3);
      expect(rows[i]).toMatchObject({ channel: 0, start: i, n_steps: 64, field_height_px: side, response, note: null });
      expect(rows[i]!.over_leaves).toBeGreaterThan(1);
    }
  });
  it('stands on one sheet, enlarged by a whole number', () => {
    expect(pictures.map(({ name }) => name)).toEqual(['visualise-0']);
    const { heightPx, widthPx, data } = pictures[0]!.image;
    expect([heightPx, widthPx]).toEqual([4 + 2 * (4 * side + 4), 4 + 4 * side + 4]);
    // White around, then the first pixel four times.
    expect([...data.subarray(0, 3)]).toEqual([255, 255, 255]);
    for (const x of [4, 7]) expect(data[3 * (4 * widthPx + x)]).toBe(made[0]!.image.data[0]);
  });
  it('a scale of the weights changes no picture', async () => {
    await visualised(oneFilter(8));
    expect(found.map(({ image }) => image)).toEqual(made.map(({ image }) => image));
  });
});

describe('a network', () => {
  const network = () => {
    const g = testGraph([18, 20], 3);
    const { normal } = createRandom(5);
    g.weights(() => 0.3 * normal());
    const a = g.relu(g.conv('data', { k: 3, p: 1, out: 12 }), 'a');
    g.conv(g.pool(a, { k: 2, s: 2 }), { k: 3, out: 2 }, 'top');
    return g.graph();
  };
  it('is the same to the last byte again and for two sessions; other seeds give other pictures', async () => {
    const first = await visualised(network());
    expect(first.rows.filter(({ layer }) => layer === 'a')).toHaveLength(16);
    expect(await visualised(network(), { runner: { run: inTurns(2) as unknown as Pool['run'] } })).toEqual(first);
    const { context } = laboratory(network());
    const other = await visualised(network(), { context: { ...context, options: { ...context.options, seed: 4 } } });
    expect(other.pictures[0]!.image).not.toEqual(first.pictures[0]!.image);
  });
  it('a control is not visualised', async () => {
    const { context } = laboratory(network());
    const lab = { ...laboratory(network()), context: { ...context, control: 'permuted' as const } };
    expect(visualise.experiment.nItems(lab, ['visualise'])).toBe(0);
    expect(await visualise.experiment.measure(lab, ['visualise'])).toEqual([]);
  });
});

it.each([
  ['first', 0, 'blue'],
  ['last', 2, 'red'],
])('colours: a filter of the %s channel alone of a BGR network (%i): %s', async (_, channel, name) => {
  const g = testGraph([9, 9], 3);
  g.weights((i) => (Math.floor(i / 9) === channel ? 1 : -0.5));
  g.conv('data', { k: 3 }, 'filter');
  await visualised(g.graph());
  const mean = (at: number) => Array.from(found[0]!.image.data).reduce((sum, byte, i) => sum + (i % 3 === at ? byte / 9 : 0), 0);
  expect((mean(2) - mean(0)) * (name === 'blue' ? 1 : -1)).toBeGreaterThan(40);
});

it('a unit that is silent on grey and hardly above it begins with more contrast', async () => {
  const g = testGraph([9, 9], 1);
  g.weights((i) => (i % 2 === 0 ? 1 : -1));
  g.add(g.relu(g.offset(g.conv('data', { k: 3 }), -2)), g.relu(g.offset(g.conv('data', { k: 3 }), -2)), 'block');
  const { rows } = await visualised(g.graph());
  for (const row of rows.filter(({ layer }) => layer === 'block')) {
    expect(row).toMatchObject({ response_to_grey: 0, note: null });
    // Nine values of ±2, less 2, twice: 32 is the most.
    expect(row.response).toBeGreaterThan(24);
  }
});

it('a concatenation has no units of its own', async () => {
  const g = testGraph([9, 9], 1);
  g.concat([g.relu(g.conv('data', { k: 3 }), 'left'), g.relu(g.conv('data', { k: 3 }), 'right')], 'both');
  const { rows } = await visualised(g.graph());
  expect(new Set(rows.map(({ layer }) => layer))).toEqual(new Set(['left', 'right']));
});

it('a layer behind steps has a note and no picture', async () => {
  const g = testGraph([9, 9], 1);
  g.conv(g.relu('data', 'step'), { k: 3 }, 'top');
  const graph = g.graph();
  const floor = { op: 'unary', attributes: { fn: 'floor', alpha: 0, beta: 0 } } as Partial<Node>;
  const stepped = { ...graph, nodes: graph.nodes.map((node) => (node.name === 'step' ? ({ ...node, ...floor } as Node) : node)) };
  const { rows, pictures } = await visualised(stepped);
  expect(rows.at(-1)).toMatchObject({ layer: 'top', response: Number.NaN, note: 'no gradient reaches the picture' });
  expect(pictures.map(({ name }) => name)).not.toContain('visualise-1');
});

describe('the picture', () => {
  const frame = { heightPx: 5, widthPx: 6 };
  const { normal } = createRandom(7);

  it.each([1, 3] as const)('slopes of its %i-colour parameters, by differences', (nColours) => {
    const fourier = createFourierPicture(frame, nColours);
    const parameters = new Float64Array(fourier.nParameters).map(() => normal());
    const weights = new Float64Array(30 * nColours).map(() => normal());
    const loss = (at: Float64Array) => fourier.picture(at, [1, -2]).reduce((sum, value, i) => sum + weights[i]! * value, 0);
    loss(parameters);
    const slopes = fourier.parameterSlopes(weights);
    for (const i of Array(fourier.nParameters).keys()) {
      const moved = (by: number) => loss(parameters.map((value, j) => (j === i ? value + by : value)));
      expect(slopes[i]).toBeCloseTo((moved(1e-5) - moved(-1e-5)) / 2e-5, 8);
    }
  });
  it('slopes of the total variation, by differences', () => {
    const values = new Float64Array(90).map(() => normal());
    const variation = (at: Float64Array) => {
      let total = 0;
      for (let y = 0; y < 5; y++)
        for (let x = 0; x < 6; x++)
          for (let c = 0; c < 3; c++) {
            const here = at[(y * 6 + x) * 3 + c]!;
            const dy = y < 4 ? at[((y + 1) * 6 + x) * 3 + c]! - here : 0;
            const dx = x < 5 ? at[(y * 6 + x + 1) * 3 + c]! - here : 0;
            total += Math.sqrt(dy * dy + dx * dx + 1 / 255 ** 2);
          }
      return total;
    };
    const slopes = new Float64Array(90);
    subtractVariation(slopes, values, frame, 0.5);
    for (const i of [0, 16, 40, 89]) {
      const moved = (by: number) => variation(values.map((value, j) => (j === i ? value + by : value)));
      expect(slopes[i]).toBeCloseTo((-0.5 * (moved(1e-5) - moved(-1e-5))) / 2e-5, 7);
    }
  });
  it('is mean grey where all parameters are 0, and moves around its torus', () => {
    const fourier = createFourierPicture({ heightPx: 8, widthPx: 8 }, 1);
    expect(new Set(fourier.picture(new Float64Array(fourier.nParameters), [0, 0]))).toEqual(new Set([0.5]));
    const parameters = new Float64Array(fourier.nParameters).map(() => normal());
    const still = fourier.picture(parameters, [0, 0]).slice();
    const moved = fourier.picture(parameters, [-3, 2]);
    for (const [y, x] of [
      [0, 0],
      [5, 7],
    ] as const)
      expect(moved[y * 8 + x]).toBe(still[((y + 5) % 8) * 8 + ((x + 2) % 8)]);
  });
});
