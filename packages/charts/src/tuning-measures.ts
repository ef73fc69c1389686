/**
 * @file The one list of what the physiologist's battery measures, as charts need it: which axis, and which published numbers and
 * histogram stand beside. Words for each are in words.ts; how it is measured is probe/physiology.
 */
import type { Quantity } from '@ventral/cortex';

export interface TuningMeasure {
  /** As in the column `measure` of the table `tuning`. */
  readonly id: string;
  /** Of its numbers, as data/cortex writes it; undefined: none. */
  readonly unit?: 'deg' | 'c/deg' | 'cycles/px' | 'octaves' | 'percent';
  readonly scale: 'log' | 'linear';
  /** Of the axis, where data do not decide. */
  readonly domain?: readonly [number, number];
  /** The same measure of cells, with what its numbers are told apart by; undefined: none is published in data/cortex. */
  readonly quantity?: Quantity;
  /** Published under another definition: said in words, never drawn on this axis. */
  readonly aside?: Quantity;
  /** Histogram of V1's cells: a measure for cellHistogram. */
  readonly histogram?: string;
  /** Lines that the numbers are read against. */
  readonly lines?: readonly (
    | 'one-pixel'
    | 'whole-field'
    | 'pixel-limit'
    | 'simple-or-complex'
    | 'lgn-or-v1'
    | 'one-of-eight'
    | 'one-of-ten'
    | 'one-of-thirty-two'
    | 'equal-sizes'
    | 'no-preference'
    | 'straight'
  )[];
}

const inDegrees = { unit: 'deg', scale: 'log', lines: ['one-pixel', 'whole-field'] } as const;
const share = { scale: 'linear', domain: [0, 1] } as const;

/** In the order of the chooser. */
export const tuningMeasures = [
  { id: 'circular_variance', ...share, quantity: 'circular-variance', histogram: 'circular_variance_histogram_count' },
  { id: 'orthogonal_over_preferred', ...share, quantity: 'orthogonal-ratio' },
  {
    id: 'orientation_bandwidth_deg',
    unit: 'deg',
    scale: 'linear',
    domain: [0, 90],
    quantity: 'orientation-half-width',
    aside: 'orientation-full-width',
    histogram: 'orientation_half_bandwidth_histogram_count',
  },
  {
    id: 'preferred_orientation_deg',
    unit: 'deg',
    scale: 'linear',
    // The published bins, and a quarter turn for the quartiles of what lies at their ends.
    domain: [-67.5, 202.5],
    histogram: 'preferred_orientation_histogram_count',
  },
  {
    id: 'peak_sf_cpd',
    unit: 'c/deg',
    scale: 'log',
    quantity: 'peak-frequency',
    histogram: 'peak_spatial_frequency_histogram_count',
    lines: ['pixel-limit'],
  },
  { id: 'peak_sf_cycles_per_px', unit: 'cycles/px', scale: 'log' },
  { id: 'sf_bandwidth_octaves', unit: 'octaves', scale: 'linear', quantity: 'frequency-octaves' },
  {
    id: 'sf_bandwidth_percent',
    unit: 'percent',
    scale: 'linear',
    domain: [0, 100],
    quantity: 'frequency-index',
    histogram: 'sf_bandwidth_index_histogram_count',
  },
  { id: 'f1_over_f0', scale: 'linear', domain: [0, 2], quantity: 'modulation-ratio', lines: ['simple-or-complex'] },
  {
    id: 'summation_field_deg',
    ...inDegrees,
    quantity: 'summation-field',
    histogram: 'grating_summation_field_diameter_histogram_count',
  },
  {
    id: 'surround_diameter_deg',
    ...inDegrees,
    quantity: 'surround-diameter',
    histogram: 'surround_diameter_histogram_count',
  },
  {
    id: 'suppression_index',
    scale: 'linear',
    quantity: 'suppression',
    histogram: 'surround_suppression_index_histogram_count',
  },
  { id: 'c50', scale: 'log' },
  { id: 'contrast_exponent', scale: 'linear' },
  { id: 'opponency_index', scale: 'linear' },
  { id: 'mapped_sigma_deg', ...inDegrees, quantity: 'field-sigma' },
  { id: 'mapped_area_root_deg', ...inDegrees, quantity: 'field-extent' },
  { id: 'rc_sigma_deg', ...inDegrees, quantity: 'field-sigma' },
  { id: 'rc_area_root_deg', ...inDegrees, quantity: 'field-extent' },
  { id: 'rc_reliability', scale: 'linear' },
  { id: 'lgn_likeness', scale: 'linear', lines: ['lgn-or-v1'] },
  { id: 'effective_sigma_deg', ...inDegrees, quantity: 'field-sigma' },
  { id: 'effective_area_root_deg', ...inDegrees, quantity: 'field-extent' },
  { id: 'effective_share', ...share },
  // With the patch or check that they are measured by, they can exceed 1.
  { id: 'mapped_share', scale: 'linear' },
  { id: 'rc_share', scale: 'linear' },
  { id: 'category_sparseness', ...share, quantity: 'sparseness' },
  { id: 'share_above_half_peak', ...share, quantity: 'half-peak' },
  { id: 'class_selectivity', scale: 'linear' },
  { id: 'category_d_prime', scale: 'linear' },
  { id: 'position_tolerance', scale: 'linear' },
  { id: 'size_tolerance', scale: 'linear' },
  { id: 'rotation_tolerance', scale: 'linear' },
  { id: 'category_accuracy', ...share, lines: ['one-of-eight'] },
  { id: 'position_generalisation', ...share, lines: ['one-of-ten'] },
  { id: 'size_generalisation', ...share, lines: ['one-of-ten'] },
  { id: 'rotation_generalisation', ...share, lines: ['one-of-ten'] },
  { id: 'participation_ratio', scale: 'linear' },
  { id: 'two_nn_dimension', scale: 'linear' },
  { id: 'texture_modulation', scale: 'linear', quantity: 'texture-modulation' },
  { id: 'texture_variance_ratio', scale: 'log' },
  { id: 'complex_over_simple', scale: 'linear', domain: [-1, 1], lines: ['no-preference'] },
  { id: 'prefers_complex', ...share, lines: ['one-of-thirty-two'] },
  { id: 'curvature_fit_r', scale: 'linear' },
  { id: 'peak_curvature', scale: 'linear', domain: [-1, 1], lines: ['straight'] },
  { id: 'compressed_size_log_ratio', scale: 'linear', lines: ['equal-sizes'] },
  { id: 'compressed_size_over_scrambled', scale: 'linear', lines: ['equal-sizes'] },
  { id: 'linear_share', scale: 'linear' },
  { id: 'energy_share', scale: 'linear' },
] as const satisfies readonly TuningMeasure[];

export type TuningMeasureId = (typeof tuningMeasures)[number]['id'];
