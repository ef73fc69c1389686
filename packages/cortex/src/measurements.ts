/**
 * @file Published measurements of LGN, V1, V2, V4 and IT as typed rows: checks what data/cortex/*.csv say, row by row.
 * Not a CSV reader (see @ventral/formats) and not the choice of what is drawn together (see series.ts).
 */
import { InputError } from '@ventral/core';
import * as v from 'valibot';

/** The five stations of the ventral stream that networks are shown beside, in the order light reaches them. */
export const areas5 = ['LGN', 'V1', 'V2', 'V4', 'IT'] as const;
export type Area5 = (typeof areas5)[number];

export const species = [
  'macaque',
  'human',
  'marmoset',
  'primate',
  'cat',
  'macaque and cat',
  'human and macaque',
  'none',
] as const;
export type Species = (typeof species)[number];

/** What low and high are: see data/cortex/README.md. */
export const rangeKinds = ['sd', 'quartiles', 'p10-p90', 'ci95', 'range', 'bin-edges', 'lower-bound', 'as-printed'] as const;
export type RangeKind = (typeof rangeKinds)[number];

/** One published number with its origin. null = the source does not say. */
export interface Measurement {
  /** Station of the stream; null where the number belongs to none or to several of them. */
  readonly area5: Area5 | null;
  /** Area as the study names it, e.g. `TE/CIT`. */
  readonly area: string;
  readonly species: Species;
  readonly preparation: 'awake' | 'anaesthetised' | null;
  readonly measure: string;
  /** One sentence; rows of different definitions are never one series. */
  readonly definition: string;
  readonly statistic: string;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly rangeKind: RangeKind | null;
  /** Of value, low and high. */
  readonly unit: string;
  readonly eccentricityDegLow: number | null;
  readonly eccentricityDegHigh: number | null;
  /** Eccentricity as the study says it: `foveal`, `2-5`. */
  readonly eccentricity: string | null;
  readonly n: number | null;
  readonly method: string | null;
  /** Rows that share it disagree about the same thing. */
  readonly conflict: string | null;
  readonly citation: string;
  readonly doi: string | null;
}

/** A CSV file as parsed: `name` is for error messages. */
export interface MeasurementFile {
  readonly name: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const text = v.pipe(v.string(), v.nonEmpty('must not be empty'));
const optionalText = v.pipe(
  v.string(),
  v.transform((cell) => cell || null),
);
/** Decimal notation only: Number() alone would read '0x10', ' 5' and '1e400' as well. */
const number = v.pipe(
  v.string(),
  v.regex(/^(-?\d+(\.\d+)?)?$/, 'must be a decimal number or empty'),
  v.transform((cell) => (cell === '' ? null : Number(cell))),
);
const oneOf = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, `must be one of ${options.join(', ')}`);
const optionalOneOf = <const Options extends readonly string[]>(options: Options) =>
  v.pipe(
    v.string(),
    v.transform((cell) => cell || null),
    v.nullable(v.picklist(options, `must be one of ${options.join(', ')} or empty`)),
  );

const schema = v.object({
  area5: optionalOneOf(areas5),
  area: text,
  species: oneOf(species),
  preparation: optionalOneOf(['awake', 'anaesthetised']),
  measure: text,
  definition: text,
  statistic: text,
  value: number,
  low: number,
  high: number,
  range_kind: optionalOneOf(rangeKinds),
  unit: text,
  eccentricity_deg_low: number,
  eccentricity_deg_high: number,
  eccentricity: optionalText,
  n: v.pipe(
    v.string(),
    v.regex(/^([1-9]\d*)?$/, 'must be a count or empty'),
    v.transform((cell) => (cell === '' ? null : Number(cell))),
  ),
  method: optionalText,
  conflict: optionalText,
  citation: text,
  doi: v.pipe(
    v.string(),
    v.regex(/^(10\.\d{4,9}\/\S+)?$/, 'must be a DOI like 10.1152/jn.1995.73.2.713 or empty'),
    v.transform((cell) => cell || null),
  ),
});
type Row = v.InferOutput<typeof schema>;
export const measurementColumns = Object.keys(schema.entries) as readonly (keyof Row)[];

/** What one column alone cannot tell: [column, what is wrong], or null. */
function contradiction(row: Row): [column: keyof Row, message: string] | null {
  const { value, low, high, range_kind: kind } = row;
  if (value === null && low === null && high === null && row.statistic !== 'statement') {
    return ['value', 'must be a number where low and high are empty'];
  }
  if ((low === null && high === null) !== (kind === null)) return ['range_kind', 'must say what low and high are, and only then'];
  if (low !== null && high !== null && low > high) return ['low', `must not exceed high (${high})`];
  // The value of a histogram row is a count, not a point between the edges of its bin.
  if (value !== null && kind !== 'bin-edges' && ((low !== null && value < low) || (high !== null && value > high))) {
    return ['value', `must lie between low (${low}) and high (${high})`];
  }
  return null;
}

/**
 * Rows of data/cortex/*.csv as measurements, in the order of the files.
 *
 * @param files parsed CSV files; columns in any order, all of {@link measurementColumns} and no others.
 * @throws {InputError} `readMeasurements "latency.csv" line 4, column "species": must be one of macaque, human, …, got "mouse".`
 *   Line 1 is the header.
 */
export function readMeasurements(files: readonly MeasurementFile[]): Measurement[] {
  return files.flatMap(({ name, columns, rows }) => {
    const missing = measurementColumns.filter((column) => !columns.includes(column));
    const extra = columns.filter((column, i) => !(column in schema.entries) || columns.indexOf(column) !== i);
    if (missing.length + extra.length > 0) {
      throw new InputError(
        `readMeasurements "${name}" line 1: columns must be ${measurementColumns.join(', ')}; ` +
          `missing: ${missing.join(', ') || 'none'}, unknown or repeated: ${extra.join(', ') || 'none'}.`,
      );
    }
    return rows.map((cells, i) => {
      const fail = (column: string, message: string): never => {
        const got = cells[columns.indexOf(column)];
        throw new InputError(`readMeasurements "${name}" line ${i + 2}, column "${column}": ${message}, got "${got}".`);
      };
      if (cells.length !== columns.length) {
        throw new InputError(
          `readMeasurements "${name}" line ${i + 2}: needs ${columns.length} cells, got ${cells.length}. Quote cells with commas.`,
        );
      }
      const parsed = v.safeParse(schema, Object.fromEntries(columns.map((column, j) => [column, cells[j]])));
      if (!parsed.success) return fail(v.getDotPath(parsed.issues[0]) ?? '', parsed.issues[0].message);
      const wrong = contradiction(parsed.output);
      if (wrong) return fail(...wrong);
      const { range_kind, eccentricity_deg_low, eccentricity_deg_high, ...rest } = parsed.output;
      return {
        ...rest,
        rangeKind: range_kind,
        eccentricityDegLow: eccentricity_deg_low,
        eccentricityDegHigh: eccentricity_deg_high,
      };
    });
  });
}
