/** @file A table on a terminal: aligned columns, four digits. For machines there is CSV. */
import type { Cell, Table } from '@ventral/probe';
import { shortNumber } from './report.ts';

/** Text columns to the left, numbers to the right, `–` for an empty cell; ends with a line break. */
export function textTable({ columns, rows }: Table): string {
  const isNumber = columns.map(({ type }) => type === 'number' || type === 'integer');
  const lines = [columns.map(({ name }) => name), ...rows.map((row) => row.map(cellText))];
  const widths = columns.map((_, i) => Math.max(...lines.map((line) => line[i]!.length)));
  const align = (line: readonly string[]) =>
    line
      .map((cell, i) => (isNumber[i] ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)))
      .join('  ')
      .trimEnd();
  return `${lines.map(align).join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) return '–';
  return typeof cell === 'number' ? shortNumber(cell) : String(cell);
}
