/** @file The published measurements that come with the page, read once from data/cortex. */
import { type Measurement, readMeasurements } from '@ventral/cortex';
import { readCsv } from '@ventral/formats';

const files = import.meta.glob<string>('../../../data/cortex/*.csv', { query: '?raw', import: 'default', eager: true });
let read: readonly Measurement[] | undefined;

/** All rows, in the order of the files' names. */
export function measurements(): readonly Measurement[] {
  read ??= readMeasurements(
    Object.entries(files)
      .map(([path, text]) => ({ name: path.split('/').at(-1)!, text }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, text }) => ({ name, ...readCsv(text, name) })),
  );
  return read;
}
