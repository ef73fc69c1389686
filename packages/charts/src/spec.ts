/**
 * @file A chart as plain data: a vega-lite specification with its own table inside. Draws nothing, and imports no drawing
 * library: the page gives `spec` to vega-embed, the command line to vega's SVG renderer.
 */
import { records, type Table } from '@ventral/probe';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
/** Vega-lite 6, as JSON. */
export type VegaLiteSpec = { readonly [key: string]: Json };

export interface Chart {
  /** File name without extension: `receptive-field-ladder`. */
  readonly id: string;
  readonly title: string;
  /** Self-contained: the rows of `table` are its data, and it asks for nothing from elsewhere. */
  readonly spec: VegaLiteSpec;
  /** What is drawn, to be shown as a table and written as CSV. Every field of the spec is a column of it. */
  readonly table: Table;
  /** What a reader must know to read the chart; shown beneath it. */
  readonly note: string;
}

/** Names of all fields that a spec asks its data for, each once. */
export function specFields(spec: Json): string[] {
  if (spec === null || typeof spec !== 'object') return [];
  const own = 'field' in spec && typeof spec.field === 'string' ? [spec.field] : [];
  // The rows themselves are data: a column called "field" there asks for nothing.
  const parts = Object.entries(spec).filter(([key]) => key !== 'values');
  return [...new Set([...own, ...parts.flatMap(([, part]) => specFields(part))])];
}

/**
 * A spec with the rows of its table inside.
 * @throws if a field is no column of the table: vega-lite would draw an empty chart without a word.
 */
export function withData(spec: VegaLiteSpec, table: Table): VegaLiteSpec {
  const columns = table.columns.map(({ name }) => name);
  const unknown = specFields(spec).filter((field) => !columns.includes(field));
  if (unknown.length > 0) {
    throw new Error(
      `withData "${table.name}": fields ${unknown.join(', ')} are no columns of the table. Columns: ${columns.join(', ')}.`,
    );
  }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    ...spec,
    data: { name: table.name, values: records(table) },
  };
}
