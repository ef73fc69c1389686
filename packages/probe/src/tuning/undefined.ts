/** @file When a measure of responses is not defined, and the words a table's `note` says so with. */

/** Why nothing can be measured on these responses: `a response is not a number`, `no response above 0`; else null. */
export function whyUndefined(responses: ArrayLike<number>): string | null {
  let largest = -Infinity;
  for (let i = 0; i < responses.length; i++) {
    const response = responses[i]!;
    if (!Number.isFinite(response)) return 'a response is not a number';
    if (response > largest) largest = response;
  }
  return largest > 0 ? null : 'no response above 0';
}

/** Place of the largest value, the first of several. */
export function indexOfLargest(values: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[best]!) best = i;
  return best;
}
