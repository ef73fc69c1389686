/** @file Results: named, typed columns with units, and rows. What a CSV, a chart and the page all read. */

/** A cell. null and NaN are both written as an empty cell. */
export type Cell = string | number | boolean | null;

export interface Column {
  /** Header as written, unit included: `rf_size_deg`. Lower case with underscores. */
  readonly name: string;
  readonly type: 'string' | 'number' | 'integer' | 'boolean';
  readonly unit?: string;
  /** One sentence: what the number is, its range and its source. */
  readonly description: string;
}

export interface Table {
  /** File name without extension: `receptive-fields`. */
  readonly name: string;
  readonly title: string;
  readonly columns: readonly Column[];
  /** Cells in column order. */
  readonly rows: readonly (readonly Cell[])[];
}

/** The columns that open every table of layers, in this order: those of LayerInfo that name a layer. */
export const layerColumns: readonly Column[] = [
  { name: 'model', type: 'string', description: 'Network.' },
  { name: 'layer_index', type: 'integer', description: 'Place of the layer in the layer set, from 0 in execution order.' },
  { name: 'layer', type: 'string', description: "Name of the layer's last node's first output in the model file." },
  { name: 'op', type: 'string', description: "The layer's operations." },
  {
    name: 'stage',
    type: 'string',
    description: 'Kind of response: linear, activation, pool, merge, dense (view: only moved or relabelled).',
  },
  {
    name: 'is_block_output',
    type: 'boolean',
    description: 'A merge of whole maps that no activation follows directly: the end of a block.',
  },
];

/** Rows as records, for charts. */
export function records(table: Table): Record<string, Cell>[] {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, i) => [column.name, row[i] ?? null])));
}

/** Position of a column. @throws if the table has none of that name. */
export function columnIndex(table: Table, name: string): number {
  const index = table.columns.findIndex((column) => column.name === name);
  if (index < 0)
    throw new Error(
      `columnIndex: table "${table.name}" has no column "${name}". Columns: ${table.columns.map((c) => c.name).join(', ')}.`,
    );
  return index;
}
