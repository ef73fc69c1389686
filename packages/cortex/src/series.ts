/**
 * @file Which published measurements are drawn as one series. One series = one definition, one preparation; definitions are
 * never joined, and an area without a row has no number. Says nothing about colours or words in other languages: see charts.
 */
import { type Area5, areas5, type Measurement } from './measurements.ts';

/** What a chart asks for. */
export const quantities = ['receptive-field', 'latency', 'half-peak', 'sparseness', 'density'] as const;
export type Quantity = (typeof quantities)[number];

/** Species a page can be switched to; every legend names the one shown. */
export const chartSpecies = ['macaque', 'human'] as const;
export type ChartSpecies = (typeof chartSpecies)[number];

interface SeriesRule {
  readonly quantity: Quantity;
  readonly species: ChartSpecies;
  /** Short name for a legend. */
  readonly label: string;
  readonly unit: string;
  readonly takes: (row: Measurement) => boolean;
}

const rules = {
  'hand-mapped-diameter': {
    quantity: 'receptive-field',
    species: 'macaque',
    label: 'hand-mapped diameter at 5° (TE: 0–10°), anaesthetised',
    unit: 'deg',
    takes: (row) => row.measure === 'rf_diameter',
  },
  'gaussian-fit-awake': {
    quantity: 'receptive-field',
    species: 'macaque',
    label: 'field size by Gaussian fits, awake: range over cells',
    unit: 'deg',
    takes: (row) => row.measure === 'rf_size' && row.preparation === 'awake',
  },
  'dog-centre-radius': {
    quantity: 'receptive-field',
    species: 'macaque',
    label: 'radius of the difference-of-Gaussians centre at 2–5°',
    unit: 'deg',
    takes: (row) => row.measure === 'rf_center_radius' && row.eccentricity === '2-5',
  },
  'grating-summation-field': {
    quantity: 'receptive-field',
    species: 'macaque',
    label: 'diameter of the grating summation field, foveal',
    unit: 'deg',
    takes: (row) => row.measure === 'grating_summation_field_diameter',
  },
  'prf-sigma': {
    quantity: 'receptive-field',
    species: 'human',
    label: 'population receptive field σ at 5°',
    unit: 'deg',
    takes: (row) => row.measure === 'prf_sigma',
  },
  'onset-latency-anaesthetised': {
    quantity: 'latency',
    species: 'macaque',
    label: 'onset latency of single cells, mean ± SD, anaesthetised',
    unit: 'ms',
    takes: (row) =>
      row.measure === 'response_latency_onset' && row.preparation === 'anaesthetised' && row.statistic.startsWith('mean'),
  },
  'population-latency': {
    quantity: 'latency',
    species: 'macaque',
    label: 'time of a third of the population peak, by cortical layer',
    unit: 'ms',
    takes: (row) => row.measure === 'population_response_latency',
  },
  'images-above-half-peak': {
    quantity: 'half-peak',
    species: 'macaque',
    label: 'share of images above half of the peak, single cells',
    unit: 'fraction',
    takes: (row) => row.measure === 'fraction_images_above_half_peak',
  },
  'lifetime-sparseness-from-shape': {
    quantity: 'sparseness',
    species: 'macaque',
    label: 'lifetime S, derived from the exponential shape of the rates',
    unit: 'index',
    takes: (row) => row.measure === 'lifetime_sparseness_S' && row.statistic === 'derived_from_shape',
  },
  // Runs against S (1 = dense), so it is a quantity of its own and never on the axis of S.
  'treves-rolls-a': {
    quantity: 'density',
    species: 'macaque',
    label: 'a of Rolls and Tovee over stimuli, single cells: 1 = dense',
    unit: 'index',
    takes: (row) => row.measure === 'treves_rolls_sparseness_a_lifetime',
  },
} as const satisfies Record<string, SeriesRule>;

export type SeriesId = keyof typeof rules;
export const seriesIds = Object.keys(rules) as readonly SeriesId[];

export interface CortexSeries {
  readonly id: SeriesId;
  readonly quantity: Quantity;
  readonly species: ChartSpecies;
  readonly label: string;
  /** The sentence its rows share. */
  readonly definition: string;
  readonly unit: string;
  /** Each source once, in the order of the rows. */
  readonly citations: readonly string[];
  /** Rows of each area; null = no published number for this area under this definition. */
  readonly areas: Readonly<Record<Area5, readonly Measurement[] | null>>;
}

/**
 * The series of one quantity and one species, in the order they are listed above. Empty where nothing was published.
 *
 * @throws if rows of one series differ in definition or unit: a rule above is then too wide.
 */
export function cortexSeries(measurements: readonly Measurement[], quantity: Quantity, species: ChartSpecies): CortexSeries[] {
  return seriesIds.flatMap((id) => {
    const rule: SeriesRule = rules[id];
    if (rule.quantity !== quantity || rule.species !== species) return [];
    const rows = measurements.filter((row) => row.area5 !== null && row.species === species && rule.takes(row));
    const [first] = rows;
    if (!first) return [];
    const stray = rows.find((row) => row.definition !== first.definition || row.unit !== rule.unit);
    if (stray) {
      throw new Error(
        `cortexSeries "${id}": one definition in ${rule.unit} needed, got "${stray.definition}" in ${stray.unit} ` +
          `(${stray.area}, ${stray.citation}) beside "${first.definition}". Give it its own series.`,
      );
    }
    const inArea = (area: Area5) => rows.filter((row) => row.area5 === area);
    return [
      {
        id,
        quantity,
        species,
        label: rule.label,
        definition: first.definition,
        unit: rule.unit,
        citations: [...new Set(rows.map((row) => row.citation))],
        areas: Object.fromEntries(
          areas5.map((area) => [area, inArea(area).length > 0 ? inArea(area) : null]),
        ) as CortexSeries['areas'],
      },
    ];
  });
}

/** Areas for which none of the series has a number. */
export function emptyAreas(series: readonly CortexSeries[]): Area5[] {
  return areas5.filter((area) => series.every(({ areas }) => areas[area] === null));
}
