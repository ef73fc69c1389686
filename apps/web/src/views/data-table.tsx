/** @file A table as it is: sortable by column, linked to the layers, long ones cut with a word about it. */
import { useComputed, useSignal } from '@preact/signals';
import type { Cell, Column, Table } from '@ventral/probe';
import { selectLayer } from '../actions.ts';
import { count, number, t } from '../i18n/index.ts';
import { hoveredLayer, layers, layer as selectedLayer } from '../state.ts';

const rowsShown = 200;

export function DataTable({ table, layerColumn }: { table: Table; layerColumn?: string }) {
  const sorted = useSignal<{ column: number; descending: boolean } | undefined>(undefined);
  const by = sorted.value;
  const rows = by ? [...table.rows].sort((a, b) => compare(a[by.column], b[by.column]) * (by.descending ? -1 : 1)) : table.rows;
  const layerAt = table.columns.findIndex(({ name }) => name === (layerColumn ?? 'layer'));
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={table.title}>
        <table>
          <thead>
            <tr>
              {table.columns.map((column, i) => (
                <th
                  key={column.name}
                  scope="col"
                  class={isNumber(column) ? 'number' : ''}
                  aria-sort={by?.column === i ? (by.descending ? 'descending' : 'ascending') : undefined}
                >
                  <button
                    type="button"
                    title={column.description}
                    aria-label={t.value.sortColumn(column.name)}
                    onClick={() => {
                      sorted.value = by?.column === i && by.descending ? undefined : { column: i, descending: by?.column === i };
                    }}
                  >
                    {column.name}
                    <span aria-hidden="true">{by?.column === i ? (by.descending ? ' ↓' : ' ↑') : ''}</span>
                  </button>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, rowsShown).map((row, i) => (
              <Row key={i} row={row} columns={table.columns} layer={layerAt >= 0 ? String(row[layerAt]) : undefined} />
            ))}
          </tbody>
        </table>
      </section>
      <p class="note">
        {rows.length > rowsShown ? t.value.firstRows(count(rowsShown), count(rows.length)) : t.value.nRows(count(rows.length))}
      </p>
    </>
  );
}

function Row({ row, columns, layer }: { row: readonly Cell[]; columns: readonly Column[]; layer: string | undefined }) {
  const className = useComputed(() => {
    if (layer === undefined) return '';
    return `${hoveredLayer.value === layer ? 'linked ' : ''}${selectedLayer.value?.layer === layer ? 'selected' : ''}`;
  });
  return (
    <tr
      class={className}
      onPointerEnter={() => {
        if (layer !== undefined) hoveredLayer.value = layer;
      }}
      onPointerLeave={() => {
        hoveredLayer.value = undefined;
      }}
      onPointerUp={() => {
        const found = layers.value.find((other) => other.layer === layer);
        if (found) selectLayer(found.layerIndex);
      }}
    >
      {columns.map((column, i) => (
        <td key={column.name} class={isNumber(column) ? 'number' : ''}>
          {shown(row[i])}
        </td>
      ))}
    </tr>
  );
}

function isNumber({ type }: Column): boolean {
  return type === 'number' || type === 'integer';
}

function shown(cell: Cell | undefined): string {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return '–';
  if (typeof cell === 'number') return Number.isInteger(cell) ? count(cell) : number(cell);
  return String(cell);
}

/** Empty cells last, whatever the direction is at the start. */
function compare(a: Cell | undefined, b: Cell | undefined): number {
  const [left, right] = [a ?? Number.NaN, b ?? Number.NaN];
  if (typeof left === 'string' || typeof right === 'string') return String(left) < String(right) ? -1 : 1;
  return Number.isNaN(Number(left)) ? 1 : Number.isNaN(Number(right)) ? -1 : Number(left) - Number(right);
}
