/**
 * @file The one error class of the house. Classes and extra fields are lost when an error crosses a worker border (comlink
 * rebuilds a plain Error), so every fact a reader needs stands in the message, and `name` tells an input error from a bug.
 */

/**
 * Something given to us cannot be used: a file, an option, a network, a picture. The command line prints its message alone,
 * without a stack. Pattern: `<function> "<layer>": <what was needed>, got <what came>. <What to do.>`
 */
export class InputError extends Error {
  override readonly name = 'InputError';
}

/** True for an InputError, also one that crossed a worker border and came back as a plain Error. */
export function isInputError(error: unknown): error is Error {
  return error instanceof Error && error.name === 'InputError';
}
