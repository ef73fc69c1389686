/** @file Errors that say where: inner steps know what is wrong, outer ones in which file and at which node. */
import { InputError } from '@ventral/core';

/**
 * Runs a step; an InputError of it gets a head. What names in a damaged file hold beside text (line breaks) becomes �: an
 * error is one line.
 */
export function headed<T>(head: string, step: () => T): T {
  try {
    return step();
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${head}${error.message}`.replace(/\p{Cc}/gu, '\uFFFD')) : error;
  }
}
