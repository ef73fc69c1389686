import { InputError } from '@ventral/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCsv, writeCsv } from './csv.ts';

const columns = (...names: string[]) => names.map((name) => ({ name }));

describe('writeCsv', () => {
  test('by hand: header, CRLF, quotes, empty cells', () => {
    const rows = [
      ['a,b', 1.5, true],
      ['say "hi"', null, false],
      ['two\nlines', Number.NaN, true],
    ];
    expect(writeCsv({ columns: columns('text', 'n_px', 'ok'), rows })).toEqual({
      text: 'text,n_px,ok\r\n"a,b",1.5,true\r\n"say ""hi""",,false\r\n"two\nlines",,true\r\n',
      nEmpty: 2,
    });
  });

  test.each([
    [0.1, '0.1'],
    [1 / 3, '0.3333333333333333'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [-1.5, '-1.5'],
    [-0, '0'],
    [123456789, '123456789'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [true, 'true'],
    [false, 'false'],
    ['', '""'],
    [null, '""'],
    ['=1+1', `"'=1+1"`],
    ['+1', `"'+1"`],
    ['-1', `"'-1"`],
    ['@a', `"'@a"`],
    ['\ta', `"'\ta"`],
    ['\ra', `"'\ra"`],
    ["'=1", `"''=1"`],
    ["'a", `"'a"`],
    ['a=1', '"a=1"'],
  ])('%j is written %s', (cell, text) => {
    // A single column is always quoted.
    expect(writeCsv({ columns: columns('a'), rows: [[cell]] }).text).toBe(
      `"a"\r\n${text.startsWith('"') ? text : `"${text}"`}\r\n`,
    );
  });

  test('a row of another length is a bug of the caller', () => {
    expect(() => writeCsv({ columns: columns('a', 'b'), rows: [[1, 2], [1]] })).toThrow(
      'writeCsv: row 1 has 1 cells but there are 2 columns.',
    );
  });
});

describe('readCsv', () => {
  test.each([['\n'], ['\r\n'], ['\r']])('line ends %j, with and without the last, after a byte order mark', (end) => {
    for (const text of [`a,b${end}1,x y${end}`, `a,b${end}1,x y`, `\uFEFFa,b${end}1,x y`])
      expect(readCsv(text)).toEqual({ columns: ['a', 'b'], rows: [['1', 'x y']] });
  });

  test.each([
    ['', 'readCsv a.csv: the file is empty; a header line was expected.'],
    ['a,b\n1,2\n3\n', 'readCsv a.csv: line 3 has 1 cells but the header has 2 columns.'],
    ['a,b\n"1\n2",2\n3,4,5\n', 'readCsv a.csv: line 4 has 3 cells but the header has 2 columns.'],
    ['a,b\n1,2\n\n', 'readCsv a.csv: line 3 has 1 cells but the header has 2 columns.'],
    ['a,b,a\n', 'readCsv a.csv: column "a" stands twice.'],
    ['a,b\n1,"2\n', 'readCsv a.csv: line 2: Quoted field unterminated.'],
  ])('%j is refused: %s', (text, message) => {
    expect(() => readCsv(text, 'a.csv')).toThrow(new InputError(message));
  });
});

const cell = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(...`'"=+-@,\t\r\n a;|`) }),
  fc.double({ noNaN: true }),
  fc.boolean(),
  fc.integer(),
);
const asText = (value: string | number | boolean) =>
  value === Number.POSITIVE_INFINITY ? 'inf' : value === Number.NEGATIVE_INFINITY ? '-inf' : String(value);

describe('readCsv(writeCsv(x)) = x', () => {
  test('tables of any text, numbers and booleans (1,000 seeded cases)', () => {
    const table = fc.integer({ min: 1, max: 4 }).chain((n) =>
      fc.record({
        names: fc.uniqueArray(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: n, maxLength: n }),
        rows: fc.array(fc.array(cell, { minLength: n, maxLength: n }), { maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(table, ({ names, rows }) => {
        const back = readCsv(writeCsv({ columns: columns(...names), rows }).text);
        expect(back).toEqual({ columns: names, rows: rows.map((row) => row.map(asText)) });
      }),
      { numRuns: 1000, seed: 7 },
    );
  });

  test('every number comes back to the bit, −0 as 0 (1,000 seeded cases)', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { rows } = readCsv(writeCsv({ columns: columns('a', 'b'), rows: [[value, value]] }).text);
        expect(Number(rows[0]![1])).toBe(value === 0 ? 0 : value);
      }),
      { numRuns: 1000, seed: 8 },
    );
  });
});
