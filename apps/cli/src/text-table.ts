/** @file A table on a terminal: aligned columns, four digits, headers in several lines. For machines there is CSV. */
import type { Cell, Table } from '@ventral/probe';
import { shortNumber } from './report.ts';

/** Text is not shortened below this. */
const leastTextWidth = 16;

/**
 * Text columns to the left, numbers to the right, `–` for an empty cell; ends with a line break. Where the table is wider than
 * the terminal its widest text column is shortened, with an ellipsis.
 */
export function textTable({ columns, rows }: Table, terminalWidth = Number.POSITIVE_INFINITY): string {
  const isNumber = columns.map(({ type }) => type === 'number' || type === 'integer');
  const heads = columns.map(({ name }) => name.split(/(?<=_)/));
  const nHeadLines = Math.max(...heads.map((lines) => lines.length));
  const cells = rows.map((row) => row.map(cellText));
  const widths = columns.map((_, i) => Math.max(...[...heads[i]!, ...cells.map((row) => row[i]!)].map((text) => text.length)));
  const excess = widths.reduce((sum, width) => sum + width + 2, -2) - terminalWidth;
  const widest = widths.reduce((best, width, i) => (!isNumber[i] && (best < 0 || width > widths[best]!) ? i : best), -1);
  if (excess > 0 && widest >= 0) widths[widest] = Math.max(Math.min(leastTextWidth, widths[widest]!), widths[widest]! - excess);
  const line = (texts: readonly string[]) =>
    texts
      .map((text, i) => {
        const shown = text.length > widths[i]! ? `${text.slice(0, widths[i]! - 1)}…` : text;
        return isNumber[i] ? shown.padStart(widths[i]!) : shown.padEnd(widths[i]!);
      })
      .join('  ')
      .trimEnd();
  const headLines = Array.from({ length: nHeadLines }, (_, k) =>
    line(heads.map((lines) => lines[k - nHeadLines + lines.length] ?? '')),
  );
  return `${[...headLines, ...cells.map(line)].join('\n')}\n`;
}

function cellText(cell: Cell): string {
  if (cell === null || (typeof cell === 'number' && Number.isNaN(cell))) return '–';
  return typeof cell === 'number' ? shortNumber(cell) : String(cell);
}
