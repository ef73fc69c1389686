/** @file Latency of the areas in milliseconds, beside the layers by rank of depth alone: a network has no time. */
import type { Measurement } from '@ventral/cortex';
import type { Table } from '@ventral/probe';
import { ladderChart } from './ladder.ts';
import { chartedLayers } from './layers.ts';
import type { ChartOptions } from './plan.ts';
import type { Chart } from './spec.ts';
import { words } from './words.ts';

/**
 * The vertical axis belongs to the areas; layers stand on one line without a height, so that no latency can be read off them.
 *
 * @param tables holds `receptive-fields` or `statistics` (probe): only the order of the layers is taken from it.
 * @throws {Error} without either table.
 */
export function latencyChart(tables: readonly Table[], measurements: readonly Measurement[], options: ChartOptions): Chart {
  const name = tables.some((table) => table.name === 'statistics') ? 'statistics' : 'receptive-fields';
  const { model, layers } = chartedLayers(tables, name);
  const say = words[options.language];
  const points = layers.map((layer) => ({
    layer,
    series: 'order' as const,
    value: null,
    reading: say.rank(layer.depthRank),
    about: [],
  }));
  const quantity = 'latency';
  return ladderChart(
    { id: quantity, words: say.charts[quantity], quantity, model, points, lines: [], scale: 'linear', format: 'd' },
    measurements,
    options,
  );
}
