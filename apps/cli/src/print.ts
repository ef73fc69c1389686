/** @file A command's result on stdout: aligned text on a terminal, CSV in a pipe, JSON on demand. */
import { writeCsv } from '@ventral/formats';
import { records, type Table } from '@ventral/probe';
import { textTable } from './text-table.ts';

/** Prints a table. */
export function printTable(table: Table, json: boolean): void {
  if (json) printJson({ table: table.name, rows: records(table) });
  else process.stdout.write(process.stdout.isTTY ? textTable(table, process.stdout.columns || undefined) : writeCsv(table).text);
}

/** One line of JSON. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}
