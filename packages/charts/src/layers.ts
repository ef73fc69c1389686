/** @file Which layers of a probe's table are charted, in which order, and what they are called on an axis. */
import { type Cell, type Control, records, type Table } from '@ventral/probe';

export type Row = Readonly<Record<string, Cell>>;

export interface ChartedLayer {
  readonly row: Row;
  /** Name in the model file. */
  readonly layer: string;
  /** Position among the charted layers in order of execution, from 1. Not a time. */
  readonly depthRank: number;
}

export interface ChartedLayers {
  readonly model: string;
  /** In order of depth; empty where none of the probed layers is an activation or a block output. */
  readonly layers: readonly ChartedLayer[];
  /** The same layers with weights that were never learned. */
  readonly controls: readonly { readonly control: Control; readonly layers: readonly ChartedLayer[] }[];
}

/**
 * Rows of activations and of block outputs, in order of depth: over all rows a curve would zigzag between convolution,
 * activation, pool and concatenation.
 *
 * @throws {Error} `chartedLayers: needs the table "statistics", got receptive-fields. Run the probe that writes it.`
 */
export function chartedLayers(tables: readonly Table[], name: string): ChartedLayers {
  const table = tables.find((t) => t.name === name);
  if (!table) {
    throw new Error(
      `chartedLayers: needs the table "${name}", got ${tables.map((t) => t.name).join(', ') || 'none'}. Run the probe that writes it.`,
    );
  }
  const all = records(table);
  const layersOf = (control: Cell) =>
    all
      .filter((row) => (row.control ?? null) === control)
      .filter((row) => row.stage === 'activation' || row.is_block_output === true)
      .sort((a, b) => Number(a.layer_index) - Number(b.layer_index))
      .map((row, i) => ({ row, layer: String(row.layer), depthRank: i + 1 }));
  const controls = [...new Set(all.flatMap(({ control }) => (control ? [control as Control] : [])))];
  return {
    model: String(all[0]?.model ?? ''),
    layers: layersOf(null),
    controls: controls.map((control) => ({ control, layers: layersOf(control) })),
  };
}

/** A number of a row; null where the cell is empty or NaN. */
export function numberIn(row: Row, column: string): number | null {
  const cell = row[column];
  return typeof cell === 'number' && Number.isFinite(cell) ? cell : null;
}

/** Longest name on an axis, characters. */
const LONGEST = 20;

/**
 * A layer's name as short as it stays telling: `/features/features.3/expand3x3/Conv_output_0` is `features.3/expand3x3`, cut
 * on the left. May be the same for two layers: axes put the rank before it.
 */
export function shortName(layer: string): string {
  const parts = layer
    .replace(/_output_\d+$/, '')
    .replace(/_activation\b/, '')
    .split('/')
    .filter((part) => part !== '');
  // Exporters end a path with the op ("Relu") and repeat a container ("features/features.3").
  const told = parts.filter(
    (part, i) =>
      !(i === parts.length - 1 && i > 0 && /^[A-Z][A-Za-z]*(_\d+)?$/.test(part)) && !parts[i + 1]?.startsWith(`${part}.`),
  );
  const name = told.join('/');
  return name.length <= LONGEST ? name : `…${name.slice(1 - LONGEST)}`;
}

/** Three significant digits, without trailing zeros and without any locale. */
export function digits(value: number): string {
  return String(Number(value.toPrecision(3)));
}
