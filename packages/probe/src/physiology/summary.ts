/** @file The table `tuning`: every measure of every layer, a row each, to which all experiments add theirs. */
import { type Column, layerColumns } from '../table.ts';

export const tuningTitle = 'Tuning of every layer';

export const tuningColumns: readonly Column[] = [
  ...layerColumns,
  { name: 'measure', type: 'string', description: 'What was measured; units are in its name.' },
  {
    name: 'median',
    type: 'number',
    description: 'Median over the units for which the measure is defined; the number itself, if a layer has one.',
  },
  { name: 'lower_quartile', type: 'number', description: 'Lower quartile over the same units.' },
  { name: 'upper_quartile', type: 'number', description: 'Upper quartile over the same units.' },
  {
    name: 'n_units',
    type: 'integer',
    description:
      'Units measured: the centre units of all channels, or of a sample of them; empty where the layer is measured as one.',
  },
  { name: 'n_defined', type: 'integer', description: 'Units for which the measure is defined.' },
  { name: 'note', type: 'string', description: 'Why it is not defined for the others: the most frequent reason.' },
];
