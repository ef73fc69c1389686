import { readFileSync } from 'node:fs';
import { createRandom, type Graph } from '@ventral/core';
import { textures } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { conditionsOf } from '../physiology/battery.ts';
import type { SetResponses, UnitResponses } from '../physiology/responses.ts';
import { selectProbes } from '../probes.ts';
import { probeNetwork } from '../run.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { textureProbe } from './texture-probe.ts';

const conditions = conditionsOf('textures', textures.list({ heightPx: 64, widthPx: 64, fovDeg: 2, seed: 0 }));

/** A unit that answers a texture so, its best grating 10 and grey 1. */
function unitOf(response: (kind: string, family: number, sample: number) => number, best = 10): UnitResponses {
  const responses = Float64Array.from(
    conditions.flatMap(({ parameters, stimuli }, i) =>
      stimuli.map((_, sample) => response(parameters.kind as string, i >> 1, sample)),
    ),
  );
  const nothing = new Float64Array(0);
  const sets: Record<string, SetResponses> = {
    textures: { conditions, responses, f0: nothing, f1: nothing },
    orientation: { conditions: [], responses: Float64Array.of(1, best, 0), f0: nothing, f1: nothing },
  };
  return { blank: 1, of: (set) => sets[set]! };
}
const measured = (unit: UnitResponses) => textureProbe.measure(unit, { pixelsPerDegree: 32, fieldPx: 32 }, () => true);

describe('the texture probe', () => {
  it('reads 30 conditions of three samples', () => {
    expect(conditions.length).toBe(30);
    expect(conditions.every(({ stimuli }) => stimuli.length === 3)).toBe(true);
  });
  it('by hand: 3, 4 and 5 to textures and 2 to noise, grey 1: (3 − 1) / (3 + 1)', () => {
    const { values, note } = measured(unitOf((kind, _, sample) => (kind === 'naturalistic' ? 3 + sample : 2)));
    expect(values[0]).toBe(0.5);
    // Families do not differ: a share of −1/2 between them, of 3/2 within.
    expect(values[1]).toBeCloseTo((-0.5 + 0.02) / (1.5 + 0.02), 12);
    expect(note).toBeNull();
  });
  it('of a texture and itself it is 0; with kinds exchanged the sign changes', () => {
    const { normal } = createRandom(1);
    const drive = Array.from({ length: 90 }, () => 3 + Math.abs(normal()));
    expect(measured(unitOf((_, family, sample) => drive[3 * family + sample]!)).values[0]).toBe(0);
    const at = (isFirst: boolean, family: number, sample: number) => drive[45 * Number(isFirst) + 3 * family + sample]!;
    const one = measured(unitOf((kind, family, sample) => at(kind === 'naturalistic', family, sample))).values[0]!;
    const other = measured(unitOf((kind, family, sample) => at(kind !== 'naturalistic', family, sample))).values[0]!;
    expect(one).not.toBe(0);
    expect(other).toBeCloseTo(-one, 14);
  });
  it('families that drive it less than a tenth of its best grating are left out, and said', () => {
    const half = measured(unitOf((kind, family) => (family < 7 ? 1.2 : kind === 'naturalistic' ? 4 : 2)));
    expect(half.values[0]).toBe(0.5);
    expect(half.note).toBe('8 of 15 families drive it enough');
    const none = measured(unitOf(() => 1.2));
    expect(none).toEqual({ values: [Number.NaN, Number.NaN], note: 'texture and noise drive it too little' });
    expect(measured(unitOf(() => 3, 1)).note).toBe('no grating drives it');
    expect(measured(unitOf(() => Number.NaN)).note).toBe('a response is not a number');
  });
  it('a unit that answers each family in its own way tells families apart, whatever its scale', () => {
    const { values } = measured(unitOf((_, family, sample) => 2 + family + 0.1 * sample, 40));
    expect(values[1]).toBeGreaterThan(10);
    const scaled = measured(unitOf((_, family, sample) => 1 + 5 * (1 + family + 0.1 * sample), 1 + 5 * 39));
    expect(scaled.values[1]).toBeCloseTo(values[1]!, 10);
  });
});

const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));

describe('in a network', () => {
  it('a unit that sums energy is blind to texture; one that sums its square is not', async () => {
    const [side, k] = [64, 11];
    const g = testGraph([side, side], 3);
    // A grating at full contrast through the pair has an energy of about 1.
    const strength = 3 * 6 * Math.PI;
    const gabor = (phase: number) => (i: number) => {
      const [y, x] = [(Math.floor(i / k) % k) - (k - 1) / 2, (i % k) - (k - 1) / 2];
      return (Math.exp(-(y * y + x * x) / 12) * Math.cos(2 * Math.PI * 0.22 * x + phase)) / strength;
    };
    const squares = [0, Math.PI / 2].map((phase) => {
      g.weights(gabor(phase));
      const part = g.conv('data', { k });
      return g.mul(part, part);
    });
    const energy = g.add(squares[0]!, squares[1]!);
    // Divided by themselves and a constant, as cells are: textures of low contrast then count beside gratings.
    const saturating = (x: string, half: number, name: string) => g.relu(g.div(x, g.offset(x, half)), name);
    saturating(g.globalPool(energy), 0.01, 'energy');
    saturating(g.globalPool(g.mul(energy, energy)), 0.0003, 'energy-squared');
    const graph: Graph = { ...g.graph(), outputs: ['energy', 'energy-squared'] };
    const preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
    const { tables } = await probeNetwork({
      model: 'textures',
      graph: { ...graph, metadata: { preprocess, fovDeg: 4 } },
      layers: 'canonical',
      probes: selectProbes('texture'),
      stimuli: {
        items: [],
        runner: testRunner({ module, loadGraph: async (model) => model as Graph }),
        modelHandle: { ...graph, outputs: ['energy', 'energy-squared'] },
      },
    });
    const modulation = (layer: string) =>
      Number(
        records(tables.find(({ name }) => name === 'tuning-texture')!).find((row) => row.layer === layer)!.texture_modulation,
      );
    expect(Math.abs(modulation('energy'))).toBeLessThan(0.04);
    expect(modulation('energy-squared')).toBeGreaterThan(0.1);
  });
});
