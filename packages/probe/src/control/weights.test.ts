/** @file Control weights: what changes, what does not, and that the scales of random weights are found. On real kernels. */
import { readFileSync } from 'node:fs';
import { buildNetwork, createRandom, type Graph, type Image, type Tensor } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { probeNetwork } from '../run.ts';
import { statistics } from '../statistics/statistics.ts';
import { type Cell, records } from '../table.ts';
import { testRunner } from '../test-runner.ts';
import { calibrateScales, calibrationTolerance, type LayerSpread } from './calibrate.ts';
import { type LayerScale, permutedWeights, randomWeights, weightedLayers } from './weights.ts';

const description = {
  name: 'small',
  input: { height: 12, width: 12, channels: 3 },
  preprocess: { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  layers: [
    { type: 'conv', name: 'conv1', channels: 8, kernel: 3 },
    { type: 'norm', name: 'norm1' },
    { type: 'activation', name: 'relu1', fn: 'relu' },
    { type: 'conv', name: 'conv2', channels: 6, kernel: 3, padding: 'valid' },
    { type: 'activation', name: 'relu2', fn: 'relu' },
    { type: 'maxPool', name: 'pool', kernel: 2 },
    { type: 'flatten', name: 'flat' },
    { type: 'dense', name: 'logits', units: 5 },
  ],
};

/** As if trained: every constant away from where it began. */
function trained(): Graph {
  const graph = buildNetwork(description, { seed: 3 });
  const random = createRandom(5);
  const moved = (name: string, tensor: Tensor): Tensor => ({
    ...tensor,
    dtype: 'float32',
    data: Float32Array.from(tensor.data as Float32Array, (v) =>
      name.endsWith('.variance') ? 0.5 + random.uniform() : 0.7 * v + 0.3 * random.normal(),
    ),
  });
  return { ...graph, constants: new Map([...graph.constants].map(([name, t]) => [name, moved(name, t)])) };
}

const weightNames = ['conv1.weight', 'conv2.weight', 'logits.weight'];

describe('weightedLayers', () => {
  it('finds weights, inputs of one output, and where the activation begins', () => {
    expect(weightedLayers(trained())).toEqual([
      { output: 'conv1', weight: 'conv1.weight', fanIn: 27, preActivation: 'norm1', norm: 'norm1' },
      { output: 'conv2', weight: 'conv2.weight', fanIn: 72, preActivation: 'conv2', norm: undefined },
      { output: 'logits', weight: 'logits.weight', fanIn: 150, preActivation: 'logits', norm: undefined },
    ]);
  });
});

describe('permutedWeights', () => {
  it('keeps the values of each layer and loses their order; all else stays', () => {
    const before = trained();
    const after = permutedWeights(before, 0);
    for (const [name, { data }] of before.constants) {
      const shuffled = after.constants.get(name)!.data as Float32Array;
      if (weightNames.includes(name)) {
        expect(shuffled).not.toEqual(data);
        expect(shuffled.slice().sort()).toEqual((data as Float32Array).slice().sort());
      } else expect(shuffled).toEqual(data);
    }
    expect(after.nodes).toBe(before.nodes);
  });

  it('is another order for another seed, and the same for the same', () => {
    const first = (seed: number) => permutedWeights(trained(), seed).constants.get('conv1.weight')!.data;
    expect(first(1)).toEqual(first(1));
    expect(first(1)).not.toEqual(first(2));
  });
});

describe('randomWeights', () => {
  it('has He’s spread times the gain, by the normalisation where there is one', () => {
    const scales = [
      { gain: 3, shift: 1 },
      { gain: 2, shift: -1 },
      { gain: 1, shift: 0 },
    ];
    const graph = randomWeights(trained(), 0, scales);
    const sd = (name: string) => {
      const data = graph.constants.get(name)!.data as Float32Array;
      return Math.sqrt(data.reduce((sum, v) => sum + v * v, 0) / data.length);
    };
    // n draws: the standard deviation is right within 3/√(2n).
    expect(sd('conv1.weight') / Math.sqrt(2 / 27)).toBeCloseTo(1, 0);
    expect(sd('conv2.weight') / Math.sqrt(2 / 72) / 2).toBeGreaterThan(1 - 3 / Math.sqrt(2 * 432));
    expect(sd('conv2.weight') / Math.sqrt(2 / 72) / 2).toBeLessThan(1 + 3 / Math.sqrt(2 * 432));
    const [, norm] = graph.nodes;
    expect(norm!.inputs.slice(1).map((name) => graph.constants.get(name)!.data[0])).toEqual([3, 1, 0, 1]);
    expect(new Set(graph.constants.get('conv2.bias')!.data as Float32Array)).toEqual(new Set([-1]));
  });
});

describe('calibrateScales', () => {
  /** Two layers in a row: the second's spread follows the first's. */
  const chain = (scales: readonly LayerScale[]): LayerSpread[] => {
    const [a, b] = scales as [LayerScale, LayerScale];
    const first = { mean: 0.5 * a.gain + a.shift, sd: 4 * a.gain };
    return [first, { mean: (first.mean + 1) * b.gain + b.shift, sd: 10 * first.sd * b.gain }];
  };
  const wanted = [
    { mean: 2, sd: 1 },
    { mean: -3, sd: 0.5 },
  ];

  it('finds the scales of a chain: the first layer after one pass, the second after two', async () => {
    const { scales, worst, nPasses } = await calibrateScales(wanted, async (scales) => chain(scales));
    expect(nPasses).toBe(3);
    expect(worst).toBeCloseTo(0, 14);
    expect(scales[0]).toEqual({ gain: 0.25, shift: 1.875 });
    for (const [i, { mean, sd }] of chain(scales).entries()) {
      expect(mean).toBeCloseTo(wanted[i]!.mean, 14);
      expect(sd).toBeCloseTo(wanted[i]!.sd, 14);
    }
  });

  it('leaves a constant layer alone, and says how far the worst is where it does not end', async () => {
    const constant = await calibrateScales([{ mean: 1, sd: 0 }], async () => [{ mean: 0, sd: 0 }]);
    expect(constant).toEqual({ scales: [{ gain: 1, shift: 0 }], worst: 0, nPasses: 1 });
    const restless = await calibrateScales([{ mean: 0, sd: 1 }], async () => [{ mean: 0, sd: 3 }]);
    expect([restless.worst, restless.nPasses]).toEqual([2, 30]);
  });
});

describe('the controls of a probed network', async () => {
  const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
  const picture = (item: number): Image => {
    const random = createRandom(item).fork('picture');
    return { heightPx: 12, widthPx: 12, data: Uint8Array.from({ length: 432 }, () => random.integer(256)) };
  };
  const environment = {
    module,
    loadGraph: async (graph: unknown) => graph as Graph,
    loadImage: async (item: number) => picture(item),
  };
  const probed = async (seed: number) => {
    const { tables } = await probeNetwork({
      model: 'small',
      graph: trained(),
      layers: 'all-nodes',
      probes: [statistics],
      options: { seed },
      stimuli: {
        items: Array.from({ length: 30 }, (_, i) => i),
        runner: testRunner(environment),
        modelHandle: trained(),
        controls: [{ control: 'permuted' }, { control: 'random' }],
      },
    });
    return records(tables[0]!).filter(({ layer }) => ['norm1', 'conv2', 'logits'].includes(String(layer)));
  };
  const rows = await probed(0);
  const of = (control: Cell) => rows.filter((row) => row.control === control);

  it('are of the same layers, and not the same numbers', () => {
    expect(rows.map(({ layer, control }) => [layer, control])).toEqual(
      [null, 'permuted', 'random'].flatMap((control) => ['norm1', 'conv2', 'logits'].map((layer) => [layer, control])),
    );
    for (const [i, own] of of(null).entries()) {
      expect(of('permuted')[i]!.mean).not.toBe(own.mean);
      expect(of('random')[i]!.mean).not.toBe(own.mean);
    }
  });

  it('random weights have the trained layers’ mean and standard deviation; permuted ones do not', () => {
    const distance = (control: string) =>
      Math.max(
        ...of(null).map((own, i) => {
          const other = of(control)[i]!;
          const [mean, sd, trainedSd] = [
            Number(other.mean) - Number(own.mean),
            Number(other.sd) - Number(own.sd),
            Number(own.sd),
          ];
          return Math.max(Math.abs(mean), Math.abs(sd)) / trainedSd;
        }),
      );
    expect(distance('random')).toBeLessThanOrEqual(calibrationTolerance);
    expect(distance('permuted')).toBeGreaterThan(5 * calibrationTolerance);
  });

  it('are others for another seed; the network’s own rows are not', async () => {
    const others = await probed(1);
    expect(others.slice(0, 3)).toEqual(of(null));
    expect(others[3]!.mean).not.toBe(rows[3]!.mean);
    expect(others[6]!.mean).not.toBe(rows[6]!.mean);
  });
});
