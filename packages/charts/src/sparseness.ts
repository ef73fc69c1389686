/** @file Sparseness S along the network and the areas. The index a of IT runs the other way and stays off this axis. */
import { areas5, cortexSeries, type Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { ladderChart } from './ladder.ts';
import { type ChartedLayer, chartedLayers, digits, numberIn } from './layers.ts';
import type { ChartOptions } from './plan.ts';
import type { Chart } from './spec.ts';
import { type NetworkSeries, words } from './words.ts';

/** S of a half-rectified zero-mean Gaussian, 1 − 1/π: what a ReLU gives to any bell-shaped input. */
const HALF_RECTIFIED_GAUSSIAN = 1 - 1 / Math.PI;

/**
 * Lifetime S (headline) and population S of each layer, the line of the half-rectified Gaussian, the published S of the areas.
 *
 * @param tables holds `statistics` (probe).
 * @throws {Error} without that table.
 */
export function sparsenessChart(tables: readonly Table[], measurements: readonly Measurement[], options: ChartOptions): Chart {
  const say = words[options.language];
  const { model, layers, controls } = chartedLayers(tables, 'statistics');
  const pointsOf = (series: NetworkSeries, measure: 'lifetime' | 'population', of: readonly ChartedLayer[]) =>
    of.map((layer) => {
      const value = numberIn(layer.row, `${measure}_sparseness`);
      const [nNeverActive, nSampled] = [numberIn(layer.row, 'n_never_active'), numberIn(layer.row, 'n_units_sampled')];
      const about =
        measure === 'lifetime' && nNeverActive ? [say.neverActive(String(nNeverActive), String(nSampled ?? '–'))] : [];
      return { layer, series, value, reading: value === null ? '–' : digits(value), about };
    });
  const points = [
    ...controls.flatMap(({ control, layers }) => pointsOf(control, 'lifetime', layers)),
    ...(['lifetime', 'population'] as const).flatMap((measure) => pointsOf(measure, measure, layers)),
  ];
  // Published, but on the axis that runs the other way: said in words.
  const said = cortexSeries(measurements, 'density', options.species).flatMap(({ areas }) =>
    areas5.flatMap((area) =>
      (areas[area] ?? []).flatMap(({ value, citation }) => (value === null ? [] : `a = ${digits(value)} (${citation})`)),
    ),
  );
  return ladderChart(
    {
      id: 'sparseness',
      words: say.charts.sparseness,
      quantity: 'sparseness',
      model,
      points,
      lines: [{ id: 'half-rectified-gaussian', value: HALF_RECTIFIED_GAUSSIAN, label: say.gaussian }],
      scale: 'linear',
      format: '~g',
      domain: [0, 1],
      addendum: [
        ...(cortexSeries(measurements, 'sparseness', options.species).length > 0 ? [say.fromShape] : []),
        ...(said.length > 0 ? [say.otherWay(said.join('; '))] : []),
      ],
    },
    measurements,
    options,
  );
}
