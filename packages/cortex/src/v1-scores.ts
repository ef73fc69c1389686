/**
 * @file How alike a layer's units and V1's cells are: each property of the published battery (probe `v1-properties`) against the
 * published histogram of cells.
 */
import { createRandom } from '@ventral/core';
import {
  type Cell,
  type Column,
  type DistributionScore,
  distributionScorer,
  type Histogram,
  histogram,
  layerColumns,
  records,
  type Table,
} from '@ventral/probe';
import { type CellHistogram, cellHistogram, cellShares } from './histograms.ts';
import type { Measurement } from './measurements.ts';

/** Where data/cortex holds the cells of a property: a histogram, or the share of cells that have it. */
const published: Readonly<Record<string, { readonly histogram: string } | { readonly share: string }>> = {
  preferred_orientation_deg: { histogram: 'preferred_orientation_histogram_count' },
  circular_variance: { histogram: 'circular_variance_histogram_count' },
  orientation_bandwidth_deg: { histogram: 'orientation_half_bandwidth_histogram_count' },
  orientation_selective: { share: 'orientation_selective' },
  peak_sf_cpd: { histogram: 'peak_spatial_frequency_histogram_count' },
  sf_bandwidth_percent: { histogram: 'sf_bandwidth_index_histogram_count' },
  sf_selective: { share: 'sf_selective' },
  suppression_index: { histogram: 'surround_suppression_index_histogram_count' },
  surround_suppressed: { share: 'suppressed_cells_ge10pct' },
  summation_field_deg: { histogram: 'grating_summation_field_diameter_histogram_count' },
  surround_diameter_deg: { histogram: 'surround_diameter_histogram_count' },
  surround_over_summation: { histogram: 'surround_to_summation_ratio_histogram_count' },
};

const columns: readonly Column[] = [
  ...layerColumns,
  { name: 'property', type: 'string', description: 'Property, as in v1-properties.' },
  {
    name: 'score',
    type: 'number',
    description:
      '1 − KS / KSmax between the units and the published cells, mean over 1000 draws of as many units as there are cells: 1 the same distribution, 0 the worst.',
  },
  { name: 'score_sd', type: 'number', description: 'Standard deviation of the score over the draws.' },
  {
    name: 'ceiling',
    type: 'number',
    description: 'The same score of the cells against themselves: below 1 because there are so few.',
  },
  { name: 'ceiled_score', type: 'number', description: 'score over ceiling.' },
  { name: 'n_cells', type: 'integer', description: 'Cells in the published histogram.' },
  { name: 'n_units', type: 'integer', description: 'Units of the layer that have the property.' },
  { name: 'source', type: 'string', description: 'Whose cells.' },
  { name: 'note', type: 'string', description: 'Why there is no score, or how far to trust it.' },
  {
    name: 'control',
    type: 'string',
    description: 'Empty: the network itself. Else the same layers with other weights, as in v1-properties.',
  },
];

/**
 * Scores of every layer: the distribution of each property over its units against that of macaque V1 cells, wherever data/cortex has
 * it. Units that are responsive and lack the property can be drawn, and then count in no bin; properties beyond the outermost
 * edges count in the end bins. All layers and controls are drawn by the same stream, so that equal layers have equal scores.
 *
 * Costs 1000 draws of so many units as there are cells (73 to 385) for each layer and property.
 *
 * @param tables of a probe run
 * @param measurements rows of data/cortex
 * @returns `v1-scores`; none without the tables `v1-properties` and `v1-properties-units`. A layer without properties has one row,
 *   empty, with the note that it has there.
 * @see Marques, Schrimpf & DiCarlo 2021, doi:10.1101/2021.03.01.433495.
 */
export function v1ScoreTables(tables: readonly Table[], measurements: readonly Measurement[], seed: number): Table[] {
  const [summary, units] = ['v1-properties', 'v1-properties-units'].map((name) => tables.find((table) => table.name === name));
  if (!summary || !units) return [];
  const ofV1 = measurements.filter(({ area5, species }) => area5 === 'V1' && species === 'macaque');
  const scored = new Map<Cell, Scored>();
  for (const property of Object.keys(published)) {
    const cells = cellsOf(property, ofV1);
    const random = createRandom(seed).fork('v1-scores').fork(property);
    if (cells) scored.set(property, { cells, score: distributionScorer(cells.counts, random) });
  }
  const unitsOf = new Map<string, Record<string, Cell>[]>();
  for (const unit of records(units)) {
    const subject = subjectOf(unit);
    const known = unitsOf.get(subject);
    if (known) known.push(unit);
    else unitsOf.set(subject, [unit]);
  }
  const rows = records(summary).flatMap((row): Cell[][] => {
    const { property, note } = row;
    const layer = layerColumns.map(({ name }) => row[name]!);
    const control = row.control ?? null;
    if (property === null) return [[...layer, null, ...[0, 0, 0, 0].map(() => Number.NaN), null, null, null, note!, control]];
    const found = scored.get(property!);
    if (!found) return [];
    const { edges, counts, citations } = found.cells;
    const values = (unitsOf.get(subjectOf(row)) ?? []).flatMap((unit) => numberOf(unit[String(property)]!));
    const nUndefined = Number(row.n_responsive) - values.length;
    const { raw, error, ceiling, value, n, note: why } = found.score({ counts: histogram(values, edges).counts, nUndefined });
    const nCells = counts.reduce((a, b) => a + b);
    return [
      [
        ...layer,
        property!,
        raw,
        error,
        ceiling,
        value,
        nCells,
        n,
        citations.join('; '),
        n === 0 ? note! : (why ?? note!),
        control,
      ],
    ];
  });
  return [{ name: 'v1-scores', title: 'Layers against V1, property by property', columns, rows }];
}

/** A property's cells, and how a layer is compared with them. */
interface Scored {
  readonly cells: CellHistogram;
  readonly score: (layer: Histogram) => DistributionScore;
}

/** Which layer of which network, its own or a control. */
const subjectOf = ({ model, layer_index, control }: Readonly<Record<string, Cell>>) =>
  `${model}\n${layer_index}\n${control ?? ''}`;

/** A yes is 1, a no 0, an empty cell nothing. */
function numberOf(cell: Cell): number[] {
  if (cell === null || Number.isNaN(cell)) return [];
  return [Number(cell)];
}

function cellsOf(property: string, measurements: readonly Measurement[]): CellHistogram | null {
  const where = published[property]!;
  return 'share' in where ? cellShares(measurements, where.share) : cellHistogram(measurements, where.histogram);
}
