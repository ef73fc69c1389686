/** @file Share of images that drive a unit above half of its largest response, beside the published shares of V4 and IT. */
import type { Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { ladderChart } from './ladder.ts';
import { type ChartedLayer, chartedLayers, digits, numberIn } from './layers.ts';
import type { ChartOptions } from './plan.ts';
import type { Chart } from './spec.ts';
import { type NetworkSeries, words } from './words.ts';

/**
 * @param tables holds `statistics` (probe), of which `fraction_above_half_peak` is drawn.
 * @throws {Error} without that table.
 */
export function halfPeakChart(tables: readonly Table[], measurements: readonly Measurement[], options: ChartOptions): Chart {
  const { model, layers, controls } = chartedLayers(tables, 'statistics');
  const pointsOf = (series: NetworkSeries, of: readonly ChartedLayer[]) =>
    of.map((layer) => {
      const value = numberIn(layer.row, 'fraction_above_half_peak');
      return { layer, series, value, reading: value === null ? '–' : digits(value), about: [] };
    });
  const points = [...controls.flatMap(({ control, layers }) => pointsOf(control, layers)), ...pointsOf('half-peak', layers)];
  const quantity = 'half-peak';
  const about = words[options.language].charts[quantity];
  return ladderChart(
    { id: quantity, words: about, quantity, model, points, lines: [], scale: 'linear', format: '.0%' },
    measurements,
    options,
  );
}
