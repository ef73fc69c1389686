/** @file data/cortex/*.csv for tests of rooms that may not import formats. The apps read them through formats' readCsv. */
import { readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../data/cortex/', import.meta.url);

/** Records of a CSV text: quoted cells may hold commas and doubled quotes, lines end in LF, no cell holds a line break. */
function csvRecords(text: string): string[][] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => [...`${line},`.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g)].map((m) => m[1]?.replaceAll('""', '"') ?? m[2]!));
}

/** Every published-measurement file, by name, as columns and rows of text. */
export function cortexFiles(): { name: string; columns: string[]; rows: string[][] }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.csv'))
    .sort()
    .map((name) => {
      const [columns, ...rows] = csvRecords(readFileSync(new URL(name, folder), 'utf8'));
      return { name, columns: columns!, rows };
    });
}
