/**
 * @file The electrode test: networks whose units are known kernels, measured by the battery as any network is. The truth of each
 * is computed from the sampled kernel in float64, not taken from the formula that it was drawn by.
 */
import { readFileSync } from 'node:fs';
import type { Graph } from '@ventral/core';
import { stimulusSet } from '@ventral/stimuli';
import { describe, expect, it } from 'vitest';
import { selectProbes } from '../probes.ts';
import { probeNetwork } from '../run.ts';
import { records } from '../table.ts';
import { testGraph } from '../test-graph.ts';
import { testRunner } from '../test-runner.ts';
import { conditionsOf } from './battery.ts';
import { physiology } from './measure.ts';
import { parameterOf } from './responses.ts';

const module = await WebAssembly.compile(readFileSync(new URL('../../../kernels/build/simd.wasm', import.meta.url)));

/** Side of the kernels and of the picture, px; degrees are tens of pixels. */
const [side, sizePx, fovDeg] = [33, 41, 4.1];
const pixelsPerDegree = sizePx / fovDeg;
const preprocess = { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] } as const;

type Kernel = Float64Array;
const kernelOf = (at: (y: number, x: number) => number): Kernel =>
  Float64Array.from({ length: side * side }, (_, i) => at(Math.floor(i / side) - (side - 1) / 2, (i % side) - (side - 1) / 2));

const gaussian = (sigmaPx: number) => kernelOf((y, x) => Math.exp(-(y * y + x * x) / (2 * sigmaPx ** 2)) / sigmaPx ** 2);
const minus = (a: Kernel, b: Kernel, weight = 1) => a.map((value, i) => value - weight * b[i]!);
const zeroMean = (kernel: Kernel, envelope: Kernel) => {
  const share = kernel.reduce((a, b) => a + b, 0) / envelope.reduce((a, b) => a + b, 0);
  return minus(kernel, envelope, share);
};

/** A Gabor whose sum is 0; phase 0 is odd, 90 even. */
function gabor(sigmaPx: number, cyclesPerPx: number, orientationDeg: number, phaseDeg: number): Kernel {
  const [theta, phase] = [(orientationDeg * Math.PI) / 180, (phaseDeg * Math.PI) / 180];
  const envelope = gaussian(sigmaPx);
  const wave = kernelOf((y, x) => Math.sin(2 * Math.PI * cyclesPerPx * (x * Math.cos(theta) + y * Math.sin(theta)) + phase));
  return zeroMean(
    wave.map((value, i) => value * envelope[i]!),
    envelope,
  );
}

/** |Σ k e^(2πi f·r)|: how strongly a drifting grating in a disk drives a kernel. */
function amplitude(kernel: Kernel, cyclesPerPx: number, orientationDeg: number, diameterPx = Infinity): number {
  const theta = (orientationDeg * Math.PI) / 180;
  let [real, imaginary] = [0, 0];
  for (let i = 0; i < kernel.length; i++) {
    const [y, x] = [Math.floor(i / side) - (side - 1) / 2, (i % side) - (side - 1) / 2];
    if (Math.hypot(y, x) > diameterPx / 2) continue;
    const angle = 2 * Math.PI * cyclesPerPx * (x * Math.cos(theta) + y * Math.sin(theta));
    real += kernel[i]! * Math.cos(angle);
    imaginary += kernel[i]! * Math.sin(angle);
  }
  return Math.hypot(real, imaginary);
}

/** The x of the largest y. */
function peakOf(xs: readonly number[], y: (x: number) => number): number {
  return xs.reduce((best, x) => (y(x) > y(best) ? x : best));
}
const frequencies = Array.from({ length: 400 }, (_, i) => 0.01 * (0.4 / 0.01) ** (i / 399));
const orientations = Array.from({ length: 360 }, (_, i) => i / 2);

/** A convolution with these kernels, each the same for red, green and blue unless it has weights of its own. */
function units(
  g: ReturnType<typeof testGraph>,
  kernels: readonly Kernel[],
  colour = [1 / 3, 1 / 3, 1 / 3],
  name?: string,
): string {
  const perKernel = 3 * side * side;
  g.weights((i) => {
    const within = i % perKernel;
    return kernels[Math.floor(i / perKernel)]![within % (side * side)]! * colour[Math.floor(within / (side * side))]!;
  });
  return g.conv('data', { k: side, out: kernels.length }, name);
}

/** Measures of one unit by name, from all tables of the battery. */
async function measure(graph: Graph, layer: string, probes = physiology.map(({ name }) => name)) {
  const runner = testRunner({ module, loadGraph: async (model) => model as Graph });
  const { tables } = await probeNetwork({
    model: 'electrode',
    graph: { ...graph, metadata: { preprocess, fovDeg } },
    layers: 'canonical',
    probes: physiology.filter(({ name }) => probes.includes(name)),
    stimuli: { items: [], runner, modelHandle: graph },
  });
  const rows = tables
    .filter(({ name }) => name !== 'tuning')
    .flatMap(records)
    .filter((row) => row.layer === layer);
  const channels = [...new Set(rows.map(({ channel }) => channel))];
  return {
    tables,
    unit: (channel: number): Record<string, number> =>
      Object.assign({}, ...rows.filter((row) => row.channel === channels[channel])) as Record<string, number>,
  };
}

const [odd, even] = [gabor(5, 0.12, 30, 0), gabor(5, 0.12, 30, 90)];
const onCentre = minus(gaussian(2.5), gaussian(5), 1);

describe('the battery finds what is known of linear units with a rectifier', async () => {
  const g = testGraph([sizePx, sizePx], 3);
  const kernels = [odd, even, gaussian(4), onCentre, onCentre.map((value) => -value), gaussian(4).fill(0)];
  g.relu(units(g, kernels), 'simple');
  const { unit, tables } = await measure(g.graph(), 'simple');

  it.each([
    ['odd Gabor', 0],
    ['even Gabor', 1],
  ])('%s: frequency within 0.1 octave, orientation within 3°', (_, channel) => {
    const truth = peakOf(frequencies, (f) => amplitude(kernels[channel]!, f, 30));
    expect(Math.abs(Math.log2(unit(channel).peak_sf_cycles_per_px! / truth))).toBeLessThan(0.1);
    const orientation = peakOf(orientations, (o) => amplitude(kernels[channel]!, truth, o));
    expect(Math.abs(unit(channel).preferred_orientation_deg! - orientation)).toBeLessThan(3);
    expect(unit(channel).circular_variance!).toBeLessThan(0.5);
  });
  it('a half-wave rectified filter: F1/F0 is π/2, with 8 phases 1.53 to 1.66', () => {
    for (const channel of [0, 1]) {
      expect(unit(channel).f1_over_f0!).toBeGreaterThan(1.53);
      expect(unit(channel).f1_over_f0!).toBeLessThan(1.66);
    }
  });
  it('an isotropic Gaussian: no orientation, low-pass, summation field 4.90 σ within a step', () => {
    const { summation_field_deg, orientation_selectivity, suppression_index } = unit(2);
    expect(orientation_selectivity!).toBeLessThan(0.05);
    expect(suppression_index!).toBeLessThan(0.05);
    // Ten diameters from 2 px to the field of 33 px.
    const step = (side / 2) ** (1 / 9);
    const ratio = (summation_field_deg! * pixelsPerDegree) / (4.9 * 4);
    expect(ratio).toBeGreaterThan(1 / step);
    expect(ratio).toBeLessThan(step);
  });
  it('a Gaussian of σ 4 px is mapped as one of σ 4 px within 10 %, in the middle of its field', () => {
    const { mapped_sigma_deg, mapped_center_x_deg, mapped_center_y_deg } = unit(2);
    expect(mapped_sigma_deg! * pixelsPerDegree).toBeGreaterThan(3.6);
    expect(mapped_sigma_deg! * pixelsPerDegree).toBeLessThan(4.4);
    expect(unit(2).mapped_sigma_px).toBeCloseTo(mapped_sigma_deg! * pixelsPerDegree, 12);
    expect(unit(2).mapped_share! * side).toBeCloseTo(unit(2).mapped_area_root_px!, 12);
    for (const center of [mapped_center_x_deg, mapped_center_y_deg])
      expect(Math.abs(center! * pixelsPerDegree)).toBeLessThan(0.3);
  });
  it('the same by reverse correlation with checks: σ 4 px within 10 %', () => {
    const { rc_sigma_deg, rc_reliability } = unit(2);
    expect(Math.abs((rc_sigma_deg! * pixelsPerDegree) / 4 - 1)).toBeLessThan(0.1);
    expect(rc_reliability!).toBeGreaterThan(0.99);
  });
  it('on- and off-centre units look like LGN, Gabors like V1, whose nx and ny are σ times frequency', () => {
    for (const channel of [3, 4]) expect(unit(channel).lgn_likeness!).toBeGreaterThan(0.02);
    for (const channel of [0, 1]) {
      const { lgn_likeness, gabor_nx, gabor_ny } = unit(channel);
      expect(lgn_likeness!).toBeLessThan(-0.3);
      for (const cycles of [gabor_nx!, gabor_ny!]) expect(Math.abs(cycles / (5 * 0.12) - 1)).toBeLessThan(0.1);
    }
  });
  it('an off-centre unit is tuned as the on-centre unit is', () => {
    const [on, off] = [unit(3), unit(4)];
    expect(Math.abs(Math.log2(off.peak_sf_cpd! / on.peak_sf_cpd!))).toBeLessThan(0.1);
    expect(off.orientation_selectivity!).toBeLessThan(0.05);
  });
  it('a dead unit has empty cells and a note, not zeros', () => {
    const measures = physiology.length;
    expect(measures).toBeGreaterThan(5);
    const dead = tables
      .filter(({ name }) => name.startsWith('tuning-'))
      .map((table) => ({ table, row: records(table).find(({ channel }) => channel === 5)! }));
    for (const { table, row } of dead) {
      for (const { name } of table.columns.slice(7, -2))
        expect([table.name, name, row[name]]).toEqual([table.name, name, Number.NaN]);
      expect(row.note).toBe('no response above 0');
    }
  });
  it('the layer table counts five of six units for what only the dead one lacks', () => {
    const row = records(tables[0]!).find(({ measure: name, layer }) => name === 'f1_over_f0' && layer === 'simple')!;
    expect([row.n_units, row.n_defined, row.note, row.control]).toEqual([6, 5, 'no response above 0', null]);
  });
});

/** The gratings of a set as these networks' layer sees them: cycles/px, orientation in degrees, diameter in px. */
function shown(set: string) {
  const middle = (sizePx - 1) / 2;
  const target = { centerPx: [middle, middle], fieldPx: side } as const;
  const view = { heightPx: sizePx, widthPx: sizePx, fovDeg, seed: 0, target };
  return conditionsOf(set, stimulusSet(set).list(view)).map((condition) => ({
    f: parameterOf(condition, 'spatialFrequencyCpd') / pixelsPerDegree,
    o: parameterOf(condition, 'orientationDeg'),
    d: parameterOf(condition, 'diameterDeg') * pixelsPerDegree,
  }));
}

/** odd² + even², scaled so that this grating at full contrast gives about 1. */
function energy(g: ReturnType<typeof testGraph>, pair: readonly [Kernel, Kernel], f = 0.12, o = 30): string {
  const strength = amplitude(pair[0], f, o);
  const [a, b] = pair.map((kernel) => {
    const x = units(g, [kernel.map((value) => value / strength)]);
    return g.mul(x, x);
  });
  return g.add(a!, b!);
}

describe('and of units that are not linear', () => {
  it('an energy unit: F1/F0 below 0.05; with a half-squared odd part in place of the even one it is not', async () => {
    const g = testGraph([sizePx, sizePx], 3);
    g.relu(energy(g, [odd, even]), 'energy');
    const { unit } = await measure(g.graph(), 'energy', ['phase', 'spatial-frequency', 'reverse-correlation']);
    expect(unit(0).f1_over_f0!).toBeLessThan(0.05);
    // And it has no first-order map.
    for (const name of ['rc_reliability', 'rc_sigma_deg', 'lgn_likeness']) expect(unit(0)[name]).toBeNaN();

    const wrong = testGraph([sizePx, sizePx], 3);
    const halves = [odd, even, odd].map((kernel) => {
      const half = wrong.relu(units(wrong, [kernel]));
      return wrong.mul(half, half);
    });
    wrong.relu(wrong.add(wrong.add(halves[0]!, halves[1]!), halves[2]!), 'wrong');
    const swapped = await measure(wrong.graph(), 'wrong', ['phase']);
    expect(swapped.unit(0).f1_over_f0!).toBeGreaterThan(0.5);
  });

  it('a Naka–Rushton unit e / (0.09 + e) has exponent 2, and c50 where e is 0.09', async () => {
    const g = testGraph([sizePx, sizePx], 3);
    const e = energy(g, [odd, even]);
    g.relu(g.div(e, g.offset(e, 0.09)), 'normalised');
    const { unit } = await measure(g.graph(), 'normalised', ['contrast']);
    // No grating shown is exactly the preferred one: the best of them has an e below 1.
    const strongest = Math.max(...shown('contrast').map(({ f, o }) => amplitude(odd, f, o, side) / amplitude(odd, 0.12, 30)));
    const { c50, contrast_exponent } = unit(0);
    expect(contrast_exponent! / 2).toBeCloseTo(1, 1);
    expect(c50! / (0.3 / strongest)).toBeCloseTo(1, 1);
  });

  it('a unit divided by its surround has the suppression that its kernels say', async () => {
    const g = testGraph([sizePx, sizePx], 3);
    const gratings = shown('size');
    const { f, o } = gratings.reduce((a, b) => (Math.abs(b.f - 0.12) < Math.abs(a.f - 0.12) ? b : a));
    const [centre, surround] = [2.5, 7].map((sigma) => [gabor(sigma, f, o, 0), gabor(sigma, f, o, 90)] as const);
    g.relu(g.div(energy(g, centre!, f, o), g.offset(energy(g, surround!, f, o), 0.5)), 'suppressed');
    const { unit } = await measure(g.graph(), 'suppressed', ['size']);
    const part = (pair: readonly [Kernel, Kernel], grating: { f: number; o: number }, diameterPx: number) =>
      pair.reduce((sum, kernel) => sum + amplitude(kernel, grating.f, grating.o, diameterPx) ** 2, 0) /
      (2 * amplitude(pair[0], f, o) ** 2);
    const response = (diameterPx: number, grating: { f: number; o: number }) =>
      part(centre!, grating, diameterPx) / (0.5 + part(surround!, grating, diameterPx));
    const best = gratings.reduce((a, b) => (response(b.d, b) > response(a.d, a) ? b : a));
    const peak = response(best.d, best);
    const truth = (peak - response(side, best)) / peak;
    expect(truth).toBeGreaterThan(0.2);
    expect(Math.abs(unit(0).suppression_index! - truth)).toBeLessThan(0.05);
    expect(unit(0).surround_diameter_deg!).toBeGreaterThan(unit(0).summation_field_deg!);
  });

  it('an L−M unit prefers colour, a luminance unit does not', async () => {
    const g = testGraph([sizePx, sizePx], 3);
    g.relu(units(g, [gaussian(4)], [1, -0.9, 0]), 'opponent');
    const opponent = await measure(g.graph(), 'opponent', ['colour']);
    expect(opponent.unit(0).opponency_index!).toBeGreaterThan(2);
    const grey = testGraph([sizePx, sizePx], 3);
    grey.relu(units(grey, [gaussian(4)], [0.2126, 0.7152, 0.0722]), 'luminance');
    const luminance = await measure(grey.graph(), 'luminance', ['colour']);
    expect(luminance.unit(0).opponency_index!).toBeLessThan(0.5);
  });

  it('the maximum over places: as tuned as its parts, less modulated, mapped larger', async () => {
    const g = testGraph([sizePx, sizePx], 3);
    const simple = g.relu(units(g, [even]), 'part');
    g.relu(g.pool(simple, { k: 9, p: 4 }), 'pooled');
    const graph = g.graph();
    const [part, pooled] = [await measure(graph, 'part'), await measure(graph, 'pooled')];
    expect(pooled.unit(0).f1_over_f0!).toBeLessThan(0.5 * part.unit(0).f1_over_f0!);
    expect(pooled.unit(0).mapped_sigma_deg!).toBeGreaterThan(1.2 * part.unit(0).mapped_sigma_deg!);
    expect(Math.abs(Math.log2(pooled.unit(0).peak_sf_cpd! / part.unit(0).peak_sf_cpd!))).toBeLessThan(0.25);
  });
});

describe('two ways to one field', () => {
  it('effective and mapped σ of a linear Gaussian network agree within 10 %, and with √Σσ²', async () => {
    const g = testGraph([sizePx, sizePx], 3);
    const sigmasPx = [2, 2.5];
    let value = 'data';
    for (const sigmaPx of sigmasPx) {
      const k = 15;
      g.weights((i) => {
        const [y, x] = [(Math.floor(i / k) % k) - 7, (i % k) - 7];
        return Math.exp(-(y * y + x * x) / (2 * sigmaPx ** 2));
      });
      value = g.conv(value, { k, p: 7 }, `gaussian${sigmaPx}`);
    }
    const graph = g.graph();
    const { tables } = await probeNetwork({
      model: 'gaussian',
      graph: { ...graph, metadata: { preprocess, fovDeg } },
      layers: 'canonical',
      probes: selectProbes('mapping,effective'),
      stimuli: { items: [], runner: testRunner({ module, loadGraph: async (model) => model as Graph }), modelHandle: graph },
    });
    const sigmaPx = (name: string) => {
      const row = records(tables.find((table) => table.name === 'tuning')!).find(
        ({ measure: which, layer }) => which === name && layer === value,
      )!;
      return Number(row.median) * pixelsPerDegree;
    };
    const truth = Math.hypot(...sigmasPx);
    const [effective, mapped] = [sigmaPx('effective_sigma_deg'), sigmaPx('mapped_sigma_deg')];
    expect(Math.abs(effective / truth - 1)).toBeLessThan(0.05);
    expect(Math.abs(mapped / effective - 1)).toBeLessThan(0.1);
    // A layer alone would be told from both.
    expect(Math.abs(sigmasPx[1]! / effective - 1)).toBeGreaterThan(0.1);
  });
});
