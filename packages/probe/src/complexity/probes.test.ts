/** @file The probes of complexity on networks whose units are known kernels, measured by the battery as any network is. */
import { readFileSync } from 'node:fs';
import type { Graph } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { expect, it } from 'vitest';
import { selectProbes } from '../probes.ts';
import { probeNetwork } from '../run.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';

const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));
const preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;
/** Side of the kernels and of the picture. */
const [side, sizePx] = [33, 41];

async function measure(kernels: readonly Float64Array[], probes: string) {
  const g = testGraph([sizePx, sizePx], 3);
  g.weights((i) => kernels[Math.floor(i / (3 * side * side))]![i % (side * side)]! / 3);
  g.relu(g.conv('data', { k: side, out: kernels.length }), 'units');
  const graph = g.graph();
  const runner = testRunner({ module, loadGraph: async (model) => model as Graph });
  const { tables } = await probeNetwork({
    model: 'forms',
    graph: { ...graph, metadata: { preprocess, fovDeg: 4.1 } },
    layers: 'canonical',
    probes: selectProbes(probes),
    stimuli: { items: [], runner, modelHandle: graph },
  });
  const of = (name: string) => records(tables.find((table) => table.name === name)!).filter(({ layer }) => layer === 'units');
  return { of, summary: (name: string) => of('tuning').find((row) => row.measure === name)! };
}

/** A picture of a set as the units' layer sees it, cut to the kernel. */
function template(set: string, isWanted: (parameters: Readonly<Record<string, unknown>>) => boolean): Float64Array {
  const middle = (sizePx - 1) / 2;
  const target = { centerPx: [middle, middle], fieldPx: side } as const;
  const list = stimulusSet(set).list({ heightPx: sizePx, widthPx: sizePx, fovDeg: 4.1, seed: 0, target });
  const found = Array.from({ length: list.nStimuli }, (_, i) => i).find((i) => isWanted(list.parameters(i)))!;
  const { data } = list.draw(found);
  const first = (sizePx - side) / 2;
  return Float64Array.from({ length: side * side }, (_, k) => {
    const [y, x] = [first + Math.floor(k / side), first + (k % side)];
    return (data[3 * (y * sizePx + x)]! - 128) / 1000;
  });
}

it('a ring prefers complex patterns with p < 0.05, stripes do not, silence has no number; the layer’s number is the share', async () => {
  const rings = template('complex', ({ radialFrequency, phaseDeg, concentricFrequencyCpd }) => {
    return radialFrequency === 0 && phaseDeg === 90 && Number(concentricFrequencyCpd) > 0.7;
  });
  const stripes = template('simple', ({ kind, orientationDeg }) => kind === 'grating' && orientationDeg === 45);
  const kernels = [rings, stripes, new Float64Array(side * side)];
  const { of, summary } = await measure(kernels, 'complex-preference');
  const [ring, stripe, silent] = of('tuning-complex-preference');
  expect(Number(ring!.complex_over_simple)).toBeGreaterThan(0.3);
  expect([Number(ring!.complex_preference_p) < 0.05, ring!.prefers_complex]).toEqual([true, 1]);
  expect(Number(stripe!.complex_over_simple)).toBeLessThan(0);
  expect(stripe!.prefers_complex).toBe(0);
  expect(silent).toMatchObject({ complex_over_simple: Number.NaN, prefers_complex: Number.NaN, note: 'no response above blank' });
  expect(summary('prefers_complex')).toMatchObject({
    median: 0.5,
    lower_quartile: Number.NaN,
    upper_quartile: Number.NaN,
    n_units: 3,
    n_defined: 2,
  });
});

it('a light end at the top is a convex peak up there; one left of it lies there; past 32 units nothing is fitted', async () => {
  const blob = (y0: number, x0: number) =>
    Float64Array.from({ length: side * side }, (_, i) => {
      const [y, x] = [Math.floor(i / side) - 16 - y0, (i % side) - 16 - x0];
      return Math.exp(-(y * y + x * x) / 8) / 25;
    });
  const top = [blob(-11, 0), blob(0, -11), ...Array.from({ length: 31 }, () => blob(0, 0))];
  const { of, summary } = await measure(top, 'curvature');
  const rows = of('tuning-curvature');
  for (const [row, positionDeg] of [
    [rows[0], 90],
    [rows[1], 180],
  ] as const) {
    expect(Number(row!.curvature_fit_r)).toBeGreaterThan(0.6);
    expect(Number(row!.peak_curvature)).toBeGreaterThan(0);
    expect(Math.abs(Number(row!.peak_position_deg) - positionDeg)).toBeLessThan(10);
  }
  expect(rows[32]).toMatchObject({ curvature_fit_r: Number.NaN, note: 'only 32 units of a layer are fitted' });
  expect(summary('curvature_fit_r').n_units).toBe(33);
  expect(Number(summary('curvature_fit_r').n_defined)).toBeLessThanOrEqual(32);
});
