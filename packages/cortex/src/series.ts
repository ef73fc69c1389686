/**
 * @file Which published measurements are drawn as one series. One series = one definition, one preparation; definitions are
 * never joined, and an area without a row has no number. Says nothing about colours or words in other languages: see charts.
 */
import { type Area5, areas5, type Measurement } from './measurements.ts';

/** What a chart asks for. */
export const quantities = [
  'receptive-field',
  'latency',
  'half-peak',
  'sparseness',
  'density',
  'circular-variance',
  'orthogonal-ratio',
  'orientation-half-width',
  'orientation-full-width',
  'peak-frequency',
  'frequency-octaves',
  'frequency-index',
  'modulation-ratio',
  'summation-field',
  'surround-diameter',
  'suppression',
  'field-sigma',
  'field-extent',
  'texture-modulation',
] as const;
export type Quantity = (typeof quantities)[number];

/** Species a page can be switched to; every legend names the one shown. */
export const chartSpecies = ['macaque', 'human'] as const;
export type ChartSpecies = (typeof chartSpecies)[number];

interface SeriesRule {
  /** The charts it stands on. */
  readonly quantities: readonly Quantity[];
  readonly species: ChartSpecies;
  /** Short name for a legend. */
  readonly label: string;
  readonly unit: string;
  readonly takes: (row: Measurement) => boolean;
}

const rules = {
  'hand-mapped-diameter': {
    quantities: ['receptive-field', 'field-extent'],
    species: 'macaque',
    label: 'hand-mapped diameter at 5° (TE: 0–10°), anaesthetised',
    unit: 'deg',
    takes: (row) => row.measure === 'rf_diameter',
  },
  'gaussian-fit-awake': {
    quantities: ['receptive-field', 'field-extent'],
    species: 'macaque',
    label: 'field size by Gaussian fits, awake: range over cells',
    unit: 'deg',
    takes: (row) => row.measure === 'rf_size' && row.preparation === 'awake',
  },
  'dog-centre-radius': {
    quantities: ['receptive-field'],
    species: 'macaque',
    label: 'radius of the difference-of-Gaussians centre at 2–5°',
    unit: 'deg',
    takes: (row) => row.measure === 'rf_center_radius' && row.eccentricity === '2-5',
  },
  'grating-summation-field': {
    quantities: ['receptive-field', 'summation-field'],
    species: 'macaque',
    label: 'diameter of the grating summation field, foveal',
    unit: 'deg',
    takes: (row) => row.measure === 'grating_summation_field_diameter',
  },
  'prf-sigma': {
    quantities: ['receptive-field', 'field-sigma'],
    species: 'human',
    label: 'population receptive field σ at 5°',
    unit: 'deg',
    takes: (row) => row.measure === 'prf_sigma',
  },
  'onset-latency-anaesthetised': {
    quantities: ['latency'],
    species: 'macaque',
    label: 'onset latency of single cells, mean ± SD, anaesthetised',
    unit: 'ms',
    takes: (row) =>
      row.measure === 'response_latency_onset' && row.preparation === 'anaesthetised' && row.statistic.startsWith('mean'),
  },
  'population-latency': {
    quantities: ['latency'],
    species: 'macaque',
    label: 'time of a third of the population peak, by cortical layer',
    unit: 'ms',
    takes: (row) => row.measure === 'population_response_latency',
  },
  'images-above-half-peak': {
    quantities: ['half-peak'],
    species: 'macaque',
    label: 'share of images above half of the peak, single cells',
    unit: 'fraction',
    takes: (row) => row.measure === 'fraction_images_above_half_peak',
  },
  'lifetime-sparseness-from-shape': {
    quantities: ['sparseness'],
    species: 'macaque',
    label: 'lifetime S, derived from the exponential shape of the rates',
    unit: 'index',
    takes: (row) => row.measure === 'lifetime_sparseness_S' && row.statistic === 'derived_from_shape',
  },
  // Runs against S (1 = dense), so it is a quantity of its own and never on the axis of S.
  'treves-rolls-a': {
    quantities: ['density'],
    species: 'macaque',
    label: 'a of Rolls and Tovee over stimuli, single cells: 1 = dense',
    unit: 'index',
    takes: (row) => row.measure === 'treves_rolls_sparseness_a_lifetime',
  },
  'circular-variance': {
    quantities: ['circular-variance'],
    species: 'macaque',
    label: 'circular variance of single cells, median and quartiles',
    unit: 'index',
    takes: (row) => row.measure === 'circular_variance' && row.statistic === 'median',
  },
  'orthogonal-to-preferred': {
    quantities: ['orthogonal-ratio'],
    species: 'macaque',
    label: 'orthogonal over preferred orientation, single cells, median and quartiles',
    unit: 'ratio',
    takes: (row) => row.measure === 'orthogonal_to_preferred_ratio',
  },
  'half-width-of-cells': {
    quantities: ['orientation-half-width'],
    species: 'macaque',
    label: 'half width at 0.707 of the peak, single cells, median and quartiles',
    unit: 'deg',
    takes: (row) => row.measure === 'orientation_half_bandwidth',
  },
  // Not the half of any other width: a quantity of its own.
  'full-width-of-cells': {
    quantities: ['orientation-full-width'],
    species: 'macaque',
    label: 'full width of orientation-selective cells, median',
    unit: 'deg',
    takes: (row) => row.measure === 'orientation_bandwidth_fullwidth',
  },
  // The row of all cells holds those of the fovea and of the parafovea once more.
  'peak-frequency-of-cells': {
    quantities: ['peak-frequency'],
    species: 'macaque',
    label: 'preferred frequency of single cells, fovea and parafovea, median and quartiles',
    unit: 'c/deg',
    takes: (row) => row.measure === 'peak_spatial_frequency' && row.eccentricity !== 'all',
  },
  'frequency-range-of-cells': {
    quantities: ['peak-frequency'],
    species: 'macaque',
    label: 'preferred frequencies at 2–5°, range over single cells',
    unit: 'c/deg',
    takes: (row) => row.measure === 'preferred_sf',
  },
  'frequency-octaves-of-cells': {
    quantities: ['frequency-octaves'],
    species: 'macaque',
    label: 'full bandwidth in octaves, single cells, fovea and 2–5°, mean',
    unit: 'octaves',
    takes: (row) => row.measure === 'sf_bandwidth',
  },
  // Its two other rows are the simple and the complex ones of the same cells.
  'frequency-index-of-cells': {
    quantities: ['frequency-index'],
    species: 'macaque',
    label: 'lower over upper frequency at 0.707, single cells, median and quartiles',
    unit: 'percent',
    takes: (row) => row.measure === 'sf_bandwidth_index' && row.rangeKind === 'quartiles',
  },
  'modulation-ratio-of-cells': {
    quantities: ['modulation-ratio'],
    species: 'macaque',
    label: 'F1/F0 of single cells, median and quartiles',
    unit: 'ratio',
    takes: (row) => row.measure === 'f1_f0_modulation_ratio',
  },
  'surround-of-cells': {
    quantities: ['surround-diameter'],
    species: 'macaque',
    label: 'surround diameter of single cells, foveal, median and quartiles',
    unit: 'deg',
    takes: (row) => row.measure === 'surround_diameter',
  },
  'suppression-of-cells': {
    quantities: ['suppression'],
    species: 'macaque',
    label: 'suppression index of single cells, foveal, median and quartiles',
    unit: 'index',
    takes: (row) => row.measure === 'surround_suppression_index',
  },
  // Its other rows are single families, and V1's cells counted from a histogram.
  'texture-modulation-of-cells': {
    quantities: ['texture-modulation'],
    species: 'macaque',
    label: 'texture modulation of single cells, mean over 15 families and their range',
    unit: 'index',
    takes: (row) => row.measure === 'texture_modulation_index' && row.statistic === 'mean_over_15_families',
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
    if (!rule.quantities.includes(quantity) || rule.species !== species) return [];
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
