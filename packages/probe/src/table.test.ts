import { describe, expect, it } from 'vitest';
import { columnIndex, records, type Table } from './table.ts';

const table: Table = {
  name: 'brightness',
  title: 'Mean response of each layer',
  columns: [
    { name: 'layer', type: 'string', description: 'Name of the layer in the model file.' },
    { name: 'mean', type: 'number', description: 'Arithmetic mean of all values.' },
  ],
  rows: [['conv1', 0.25]],
};

describe('table', () => {
  it('gives rows as records', () => {
    expect(records(table)).toEqual([{ layer: 'conv1', mean: 0.25 }]);
  });

  it('finds a column or names those there are', () => {
    expect(columnIndex(table, 'mean')).toBe(1);
    expect(() => columnIndex(table, 'sd')).toThrow('table "brightness" has no column "sd". Columns: layer, mean.');
  });
});
