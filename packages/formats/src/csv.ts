/// <reference path="./papaparse.d.ts" />
/**
 * @file CSV both ways (RFC 4180: comma, CRLF, double quotes), through papaparse. Knows no table's meaning: cells in, text out.
 */
import { InputError } from '@ventral/core';
import Papa from 'papaparse/papaparse.js';

/** What can be written: any table with named columns. */
export interface CsvTable {
  readonly columns: readonly { readonly name: string }[];
  readonly rows: readonly (readonly (string | number | boolean | null)[])[];
}

/** A text cell that a spreadsheet would run as a formula, or one that already carries the mark against it. */
const formula = /^'*[=+\-@\t\r]/;

/**
 * A table as CSV with a header line, every line ended by CRLF.
 *
 * Numbers: the shortest decimal that reads back as the same float64; ∞ as `inf` and `-inf` (which Python, R and pandas read);
 * −0 as 0. null and NaN: an empty cell, counted. Booleans: `true`, `false`. Text that starts with = + - @ tab or CR gets a
 * leading ' so that no spreadsheet runs it; numbers never do. readCsv takes the mark off again.
 *
 * @returns the text, and how many cells are null or NaN.
 * @throws Error if a row has not one cell per column: `writeCsv: row 3 has 4 cells but there are 5 columns.`
 */
export function writeCsv(table: CsvTable): { readonly text: string; readonly nEmpty: number } {
  let nEmpty = 0;
  const nColumns = table.columns.length;
  const data = table.rows.map((row, index) => {
    if (row.length !== nColumns)
      throw new Error(`writeCsv: row ${index} has ${row.length} cells but there are ${nColumns} columns.`);
    return row.map((cell) => {
      if (cell === null || Number.isNaN(cell)) nEmpty++;
      return cellText(cell);
    });
  });
  const fields = table.columns.map(({ name }) => cellText(name));
  // A lone empty cell would be an empty line, which readers skip: a single column is quoted.
  const text = Papa.unparse([fields, ...data], { newline: '\r\n', quotes: nColumns === 1 });
  return { text: `${text}\r\n`, nEmpty };
}

function cellText(cell: string | number | boolean | null): string {
  if (typeof cell === 'string') return formula.test(cell) ? `'${cell}` : cell;
  if (cell === null || Number.isNaN(cell)) return '';
  if (cell === Number.POSITIVE_INFINITY) return 'inf';
  if (cell === Number.NEGATIVE_INFINITY) return '-inf';
  return String(cell);
}

/**
 * Reads CSV with a header line. Cells are the text as written (the mark against formulas taken off); what is a number is the
 * caller's to say. Strict: every row has one cell per column, quotes are closed, column names differ.
 *
 * @param source file name for errors.
 * @throws InputError `readCsv areas.csv: line 7 has 4 cells but the header has 5 columns.`
 */
export function readCsv(
  text: string,
  source = 'CSV',
): { readonly columns: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  const who = `readCsv ${source}:`;
  const { data, errors } = Papa.parse<string[]>(text.replace(/\r?\n$|\r$/, ''), { delimiter: ',' });
  // A quoted cell may hold line breaks, so that row and line numbers differ.
  const lineOf = (row: number) =>
    data.slice(0, row).reduce((line, cells) => line + 1 + cells.join('').split(/\r\n|\r|\n/).length - 1, 1);
  const [error] = errors;
  if (error) throw new InputError(`${who} line ${lineOf(error.row ?? 0)}: ${error.message}.`);
  const [columns, ...rows] = data.map((row) => row.map((cell) => (/^'+[=+\-@\t\r]/.test(cell) ? cell.slice(1) : cell)));
  if (columns === undefined || (columns.length === 1 && columns[0] === ''))
    throw new InputError(`${who} the file is empty; a header line was expected.`);
  const twice = columns.find((name, index) => columns.indexOf(name) !== index);
  if (twice !== undefined) throw new InputError(`${who} column "${twice}" stands twice.`);
  const ragged = rows.findIndex((row) => row.length !== columns.length);
  if (ragged >= 0) {
    throw new InputError(
      `${who} line ${lineOf(ragged + 1)} has ${rows[ragged]!.length} cells but the header has ${columns.length} columns.`,
    );
  }
  return { columns, rows };
}
