/** @file The printed table «layer × area»: the charted layers in order, then the five areas in order. */
import { type Area5, areas5, type ChartSpecies, cortexSeries, type Measurement, type Quantity } from '@ventral/cortex';
import type { Cell, Column, Table } from '@ventral/probe';
import { chartedLayers, numberIn } from './layers.ts';

const columns: readonly Column[] = [
  { name: 'rung', type: 'string', description: 'network or cortex.' },
  { name: 'name', type: 'string', description: 'Layer as in the model file, or area.' },
  { name: 'stage_or_species', type: 'string', description: 'Stage of the layer; species of the area.' },
  { name: 'depth_rank', type: 'integer', description: 'Rank of the layer among the charted layers, from 1. Areas have none.' },
  {
    name: 'rf_size_deg',
    type: 'number',
    unit: 'deg',
    description: 'Receptive-field size under rf_definition; the smallest where several numbers are published.',
  },
  { name: 'rf_size_deg_high', type: 'number', unit: 'deg', description: 'The largest where several numbers are published.' },
  { name: 'rf_definition', type: 'string', description: 'What rf_size_deg is. Compare only rows that say the same.' },
  {
    name: 'latency_ms',
    type: 'number',
    unit: 'ms',
    description: 'Onset latency; the smallest where several are published. A layer has none.',
  },
  { name: 'latency_ms_high', type: 'number', unit: 'ms', description: 'The largest where several numbers are published.' },
  {
    name: 'lifetime_sparseness',
    type: 'number',
    description: 'S over images, 0 = dense; of areas derived from the shape of the distribution of rates.',
  },
  {
    name: 'fraction_above_half_peak',
    type: 'number',
    description: 'Share of images above half of the largest response; the smallest published.',
  },
  { name: 'fraction_above_half_peak_high', type: 'number', description: 'The largest where several numbers are published.' },
];

/**
 * What the four charts draw, one row per layer and one per area. Empty = no published number for this area, or not a thing
 * that this rung has. Of several definitions an area shows the first listed in cortex's series that has a number there, and
 * of several numbers under it the range.
 *
 * @param tables holds `receptive-fields` and `statistics` (probe) of one model.
 * @throws {Error} without those tables.
 */
export function layerAreaTable(
  tables: readonly Table[],
  measurements: readonly Measurement[],
  options: { readonly species: ChartSpecies },
): Table {
  const { species } = options;
  const statistics = new Map(chartedLayers(tables, 'statistics').layers.map(({ layer, row }) => [layer, row]));
  const layers = chartedLayers(tables, 'receptive-fields').layers.map(({ row, layer, depthRank }): Record<string, Cell> => {
    const stats = statistics.get(layer) ?? {};
    return {
      rung: 'network',
      name: layer,
      stage_or_species: row.stage ?? null,
      depth_rank: depthRank,
      rf_size_deg: numberIn(row, 'rf_size_deg'),
      rf_definition: 'theoretical field: at most this',
      lifetime_sparseness: numberIn(stats, 'lifetime_sparseness'),
      fraction_above_half_peak: numberIn(stats, 'fraction_above_half_peak'),
    };
  });
  const published = (quantity: Quantity, area: Area5) => {
    const series = cortexSeries(measurements, quantity, species).find(({ areas }) => areas[area] !== null);
    const values = (series?.areas[area] ?? []).flatMap(({ value, low, high }) =>
      value === null ? [low ?? [], high ?? []].flat() : value,
    );
    const several = values.length > 1;
    return {
      label: series?.label ?? null,
      low: values.length > 0 ? Math.min(...values) : null,
      high: several ? Math.max(...values) : null,
    };
  };
  const areas = areas5.map((area): Record<string, Cell> => {
    const [field, latency, sparseness, halfPeak] = [
      published('receptive-field', area),
      published('latency', area),
      published('sparseness', area),
      published('half-peak', area),
    ];
    return {
      rung: 'cortex',
      name: area,
      stage_or_species: species,
      rf_size_deg: field.low,
      rf_size_deg_high: field.high,
      rf_definition: field.label,
      latency_ms: latency.low,
      latency_ms_high: latency.high,
      lifetime_sparseness: sparseness.low,
      fraction_above_half_peak: halfPeak.low,
      fraction_above_half_peak_high: halfPeak.high,
    };
  });
  return {
    name: 'layer-area',
    title: 'Layer × area',
    columns,
    rows: [...layers, ...areas].map((row) => columns.map(({ name }) => row[name] ?? null)),
  };
}
