/** @file A small table, drawn by hand. */
import type { Table } from '@ventral/probe';
import { expect, test } from 'vitest';
import { textTable } from './text-table.ts';

const table: Table = {
  name: 't',
  title: 'T',
  columns: [
    { name: 'layer', type: 'string', description: '' },
    { name: 'rf_size_deg', type: 'number', description: '' },
    { name: 'rf_definition', type: 'string', description: '' },
  ],
  rows: [
    ['conv1', 1 / 3, 'a definition in many words'],
    ['V1', null, 'short'],
  ],
};

test('numbers right with four digits, headers broken at underscores, – for an empty cell', () => {
  expect(textTable(table).split('\n')).toEqual([
    '          rf_',
    '        size_  rf_',
    'layer     deg  definition',
    'conv1  0.3333  a definition in many words',
    'V1          –  short',
    '',
  ]);
});
test('a narrow terminal shortens the widest text', () => {
  expect(textTable(table, 32).split('\n')[3]).toBe('conv1  0.3333  a definition in …');
});
