/**
 * @file What this room uses of papaparse. Its published types (of the bare name) pull in Node's, which the pure packages must not see.
 */
declare module 'papaparse/papaparse.js' {
  interface ParseError {
    readonly message: string;
    /** Index of the row, the header included. */
    readonly row?: number;
  }
  const Papa: {
    parse<Row>(
      text: string,
      options: { readonly delimiter: string },
    ): { readonly data: Row[]; readonly errors: readonly ParseError[] };
    unparse(rows: readonly (readonly string[])[], options: { readonly newline: string; readonly quotes: boolean }): string;
  };
  export default Papa;
}
