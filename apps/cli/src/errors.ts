/** @file How a command ends: exit status and the last words on stderr. Knows no command. */
import { isInputError } from '@ventral/core';

/** 0 fine, 1 the work failed, 2 wrong use, 130 stopped by Ctrl-C (128 + SIGINT). */
export const exitCodes = { fine: 0, failed: 1, wrongUse: 2, interrupted: 130 } as const;

/** Thrown by a command that was stopped by Ctrl-C; the message says what was kept. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** Options that do not go together: what commander cannot see. */
export class WrongUse extends Error {
  override readonly name = 'WrongUse';
}

/** A system error of Node (`ENOENT`, `ENOSPC`, …). */
export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string' && 'syscall' in error;
}

const systemReasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file or folder. Check the path.',
  EACCES: 'not allowed. Check the permissions.',
  EPERM: 'not allowed. Check the permissions.',
  EISDIR: 'is a folder, but a file is needed.',
  ENOTDIR: 'a part of the path is a file, but must be a folder.',
  EEXIST: 'exists already and is not a folder.',
  ENOSPC: 'no space left on the disk. Free some, or choose another place.',
  EDQUOT: 'the disk quota is used up. Free some space, or choose another place.',
  EFBIG: 'larger than the disk allows. Choose another place.',
  EROFS: 'the disk is read-only. Choose another place.',
  EMFILE: 'too many open files. Use fewer workers.',
};

/** One line about a file that could not be read or written. */
export function systemErrorLine(error: NodeJS.ErrnoException, action: 'read' | 'write' = 'read'): string {
  return `${action}${error.path ? ` "${error.path}"` : ''}: ${systemReasons[error.code ?? ''] ?? `${error.message}.`}`;
}

/** What the user reads at the end, and the exit status. Bugs keep their stack. */
export function lastWords(error: unknown): { readonly text: string; readonly exitCode: number } {
  if (error instanceof Interrupted) return { text: error.message, exitCode: exitCodes.interrupted };
  if (error instanceof WrongUse) return { text: `error: ${error.message}`, exitCode: exitCodes.wrongUse };
  if (isInputError(error)) return { text: error.message, exitCode: exitCodes.failed };
  if (isSystemError(error)) return { text: systemErrorLine(error), exitCode: exitCodes.failed };
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    text: `${stack}\nThis is a fault of ventral, not of your files: please report it with the command and these lines.`,
    exitCode: exitCodes.failed,
  };
}
