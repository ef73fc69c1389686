import { bindGraph, canonicalForm, createRandom, type Graph, type Preprocess } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { layerSet } from '../layers.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { filters, strongestColour } from './filters.ts';
import { firstFilters } from './first-filters.ts';

const side = 11;
const middle = 5;
const options = { maxUnits: 2048, seed: 0, quantiles: false };

type Kernel = (y: number, x: number) => number;
/** σ in px, f in cycles/px: nx = across · f, ny = along · f; θ = 0, a vertical grating. */
const verticalGabor =
  (across: number, along: number, f: number): Kernel =>
  (y, x) =>
    Math.exp(-((x - middle) ** 2) / (2 * across ** 2) - (y - middle) ** 2 / (2 * along ** 2)) *
    Math.cos(2 * Math.PI * f * (x - middle));
const gabor = verticalGabor(1.6, 2.4, 0.2);
const centreSurround: Kernel = (y, x) => {
  const square = (y - middle) ** 2 + (x - middle) ** 2;
  return 2 * Math.exp(-square / (2 * 1.2 ** 2)) - 0.5 * Math.exp(-square / (2 * 2.4 ** 2));
};

/** Filters over red, green, blue: a kernel times a colour. */
const coloured = (kernels: readonly (readonly [Kernel, readonly number[]])[], k = side) =>
  kernels.flatMap(([kernel, colour]) =>
    colour.flatMap((part) => Array.from({ length: k * k }, (_, i) => part * kernel(Math.floor(i / k), i % k))),
  );

const grey = [1, 1, 1];
/** A network whose first convolution has these weights. */
function network(weights: readonly number[], { k = side, d = 1, s = 1, colours = 3 } = {}): Graph {
  const graph = testGraph([40, 64], colours);
  graph.weights((i) => weights[i]!);
  graph.relu(graph.conv('data', { k, d, s, p: 2, out: weights.length / (colours * k * k) }, 'conv'), 'relu');
  return graph.graph();
}

function tables(graph: Graph, fovDeg = 8) {
  const canonical = canonicalForm(bindGraph(graph));
  const context = { model: 'test', fovDeg, options, nImages: 0 };
  const [weights, shapes] = filters.measure(context, canonical, layerSet(canonical, 'canonical'));
  return { weights: records(weights!), shapes: records(shapes!) };
}

const withPreprocess = (graph: Graph, channels: Preprocess['channels']): Graph => ({
  ...graph,
  metadata: { preprocess: { channels, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } },
});

describe('filters', () => {
  const built = coloured([
    [gabor, grey],
    [centreSurround, grey],
    [gabor, [1, -1, 0]],
  ]);
  const { weights, shapes } = tables(network(built));

  it('a vertical Gabor: nx = 0.32, ny = 0.48, 0.2 cycles/px = 1.6 c/deg at 8° over 64 px', () => {
    const [shape] = shapes;
    expect(shape).toMatchObject({ model: 'test', layer: 'relu', channel: 0, kernel_h_px: 11, kernel_w_px: 11, note: null });
    expect(shape!.nx).toBeCloseTo(0.32, 5);
    expect(shape!.ny).toBeCloseTo(0.48, 5);
    expect(shape!.frequency_cycles_per_px).toBeCloseTo(0.2, 6);
    expect(shape!.frequency_cpd).toBeCloseTo(1.6, 5);
    expect(shape!.phase_deg).toBeCloseTo(0, 3);
    expect(shape!.gabor_r2).toBeCloseTo(1, 8);
    expect(shape!.component_share).toBeCloseTo(1, 12);
    for (const colour of ['red', 'green', 'blue']) expect(shape![`component_${colour}`]).toBeCloseTo(Math.sqrt(1 / 3), 12);
    // 0 and 180 are the same orientation.
    expect(Math.cos(((shape!.orientation_deg as number) * Math.PI) / 90)).toBeCloseTo(1, 6);
  });

  it('a centre with its surround is a difference of Gaussians, and more so than a Gabor', () => {
    expect(shapes[1]!.dog_r2).toBeCloseTo(1, 6);
    expect(shapes[1]!.gabor_r2).toBeLessThan(shapes[1]!.dog_r2 as number);
  });

  it('red against green: no grey, the same shape', () => {
    expect(shapes[2]!.nx).toBeCloseTo(0.32, 5);
    expect(shapes[2]!.component_red).toBeCloseTo(Math.SQRT1_2, 12);
    expect(shapes[2]!.component_green).toBeCloseTo(-Math.SQRT1_2, 12);
    expect(shapes[2]!.component_blue).toBeCloseTo(0, 12);
  });

  it('a row for each weight’s place', () => {
    expect(weights).toHaveLength(3 * side * side);
    const row = weights.find(({ channel, y, x }) => channel === 2 && y === 4 && x === 7)!;
    expect(row.red).toBeCloseTo(gabor(4, 7), 7);
    expect(row.green).toBeCloseTo(-gabor(4, 7), 7);
    expect(row.blue).toBeCloseTo(0, 12);
  });

  it('a factor changes nothing; the sign half a turn of phase', () => {
    const noisy = (factor: number) => {
      const random = createRandom(1);
      return network(built.map((weight) => factor * (weight + 0.05 * random.normal())));
    };
    const [base, small, turned] = [1, 1e-3, -1].map((factor) => tables(noisy(factor)).shapes);
    const shared = ['nx', 'ny', 'orientation_deg', 'frequency_cpd', 'gabor_r2', 'dog_r2', 'component_share', 'component_red'];
    for (const [i, shape] of base!.entries()) {
      if (i === 1) continue;
      for (const other of [small![i]!, turned![i]!])
        for (const name of shared) expect(other[name]).toBeCloseTo(shape[name] as number, 3);
      expect(small![i]!.phase_deg).toBeCloseTo(shape.phase_deg as number, 2);
      expect(Math.abs((turned![i]!.phase_deg as number) - (shape.phase_deg as number))).toBeCloseTo(180, 2);
    }
  });

  it('says where no shape is defined', () => {
    const random = createRandom(2);
    const noise: Kernel = () => random.normal();
    const edge: Kernel = (y, x) => (x - middle) * Math.exp(-((y - middle) ** 2 + (x - middle) ** 2) / 6);
    const nothing: Kernel = () => 0;
    const notes = tables(
      network(
        coloured([
          [noise, grey],
          [edge, grey],
          [nothing, grey],
        ]),
      ),
    ).shapes;
    expect(notes[0]).toMatchObject({
      note: 'a Gabor explains less than half of the filter',
      nx: Number.NaN,
      orientation_deg: Number.NaN,
    });
    expect(notes[0]!.gabor_r2).toBeLessThan(0.5);
    expect(notes[1]).toMatchObject({
      note: "nx and ny not resolved: the Gabor's frequency is below a quarter cycle per map",
      nx: Number.NaN,
      frequency_cpd: Number.NaN,
    });
    expect(notes[1]!.orientation_deg).not.toBeNaN();
    expect(notes[2]).toMatchObject({ note: 'same value everywhere', component_share: Number.NaN, gabor_r2: Number.NaN });
    const [small] = tables(network(Array(2 * 27).fill(1), { k: 3 })).shapes;
    expect(small).toMatchObject({ note: 'map narrower than 7 px', kernel_h_px: 3, gabor_r2: Number.NaN });
  });

  it('a dilated kernel reaches further: half the frequency, the same nx', () => {
    const [shape] = tables(network(coloured([[gabor, grey]]), { d: 2, s: 2 })).shapes;
    expect(shape).toMatchObject({ kernel_h_px: 21, kernel_w_px: 21 });
    expect(shape!.frequency_cycles_per_px).toBeCloseTo(0.1, 6);
    expect(shape!.sigma_across_px).toBeCloseTo(3.2, 5);
    expect(shape!.nx).toBeCloseTo(0.32, 5);
  });

  it('a network of grey pictures has its weight in all three colours', () => {
    const { weights: rows, shapes: found } = tables(network(coloured([[gabor, [1]]]), { colours: 1 }));
    expect(rows[60]).toMatchObject({ y: 5, x: 5, red: 1, green: 1, blue: 1 });
    expect(found[0]!.component_blue).toBeCloseTo(Math.sqrt(1 / 3), 12);
    expect(found[0]!.nx).toBeCloseTo(0.32, 5);
  });

  it('a network without a convolution on its picture has tables without rows', () => {
    const graph = testGraph([8, 8], 3);
    graph.conv(graph.pool('data', { k: 2, s: 2 }), { k: 3 });
    expect(tables(graph.graph())).toEqual({ weights: [], shapes: [] });
    const plain = testGraph([8, 8], 3);
    plain.dense(plain.flatten('data', 192), 4);
    expect(tables(plain.graph())).toEqual({ weights: [], shapes: [] });
  });
});

describe('firstFilters', () => {
  /** One weight a colour: what meets which. */
  const onePixel = (build: (graph: ReturnType<typeof testGraph>) => void, colours = 3) => {
    const graph = testGraph([4, 5], colours);
    graph.weights((i) => i + 1);
    build(graph);
    return graph.graph();
  };
  const weightsOf = (graph: Graph) => firstFilters(canonicalForm(bindGraph(graph)))?.weights;

  it('takes the colours in the order of the preprocessing', () => {
    const plain = onePixel((graph) => graph.conv('data', { k: 1, out: 2 }));
    expect(weightsOf(plain)).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(weightsOf(withPreprocess(plain, 'RGB'))).toEqual(Float64Array.of(1, 2, 3, 4, 5, 6));
    expect(weightsOf(withPreprocess(plain, 'BGR'))).toEqual(Float64Array.of(3, 2, 1, 6, 5, 4));
  });

  it('sees through arithmetic, padding and a swap of colours, not through another picture', () => {
    const staged = onePixel((graph) => {
      const scaled = graph.offset(graph.pad('data', [1, 1, 1, 1]), -0.5);
      graph.conv(graph.concat([graph.channel(scaled, 2), graph.channel(scaled, 1), graph.channel(scaled, 0)]), { k: 1 }, 'conv');
    });
    expect(firstFilters(canonicalForm(bindGraph(staged)))).toMatchObject({ layer: 'conv', nFilters: 1, kernel: [1, 1] });
    expect(weightsOf(staged)).toEqual(Float64Array.of(3, 2, 1));
    expect(weightsOf(onePixel((graph) => graph.conv(graph.mul('data', 'data'), { k: 1 })))).toBeUndefined();
    expect(weightsOf(onePixel((graph) => graph.conv(graph.pool('data', { k: 2 }), { k: 1 })))).toBeUndefined();
  });

  it('a grey picture that is read three times meets the sum of its weights', () => {
    const thrice = onePixel((graph) => graph.conv(graph.concat(['data', 'data', 'data']), { k: 1, out: 2 }), 1);
    expect(weightsOf(thrice)).toEqual(Float64Array.of(6, 15));
  });

  it('a grouped convolution weighs its group’s colours alone', () => {
    const grouped = onePixel((graph) => graph.conv('data', { k: 1, depthwise: true }));
    expect(weightsOf(grouped)).toEqual(Float64Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3));
  });

  it('a picture whose colours come last', () => {
    const graph = testGraph([6, 5], 3);
    graph.weights((i) => i + 1);
    graph.conv(graph.transpose('data', [0, 3, 1, 2]), { k: 1 });
    const last = { ...graph.graph(), inputs: [{ name: 'data', dtype: 'float32' as const, shape: [1, 6, 5, 3] }] };
    expect(weightsOf(last)).toEqual(Float64Array.of(1, 2, 3));
  });
});

describe('strongestColour', () => {
  it('two colours of unlike maps: the singular vectors of [[3, 0], [0, 4], [0, 0]]', () => {
    const { colour, map, share } = strongestColour(Float64Array.of(3, 0, 0, 4, 0, 0), 3);
    expect(colour).toEqual([0, 1, 0]);
    expect([...map]).toEqual([0, 4]);
    expect(share).toBeCloseTo(16 / 25, 14);
  });

  it('agrees with numpy.linalg.svd (numpy 2.4.6)', () => {
    const weights = Float64Array.from({ length: 27 }, (_, i) => Math.sin(1 + 7.3 * i + 0.013 * i * i));
    const { colour, share } = strongestColour(weights, 3);
    const expected = [0.255651542017, 0.62991055263, 0.733385972562];
    for (const [c, part] of colour.entries()) expect(part).toBeCloseTo(expected[c]!, 10);
    expect(share).toBeCloseTo(0.582440820928, 10);
  });
});
