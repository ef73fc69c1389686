/**
 * @file Writing results so that a reader never meets half a file: everything is staged under temporary names in its own
 * folder and renamed at the end, all or nothing.
 */
import { existsSync, mkdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '@ventral/core';
import { isSystemError, systemErrorLine } from './errors.ts';

/** A set of files that appear together or not at all. */
export interface Writing {
  /** Writes a file under a temporary name beside its own; folders are made as needed. @throws InputError in one line */
  stage(path: string, content: string | Uint8Array): void;
  /** Gives all staged files their names, in the order they were staged. @throws InputError; what was not renamed is removed. */
  commit(): void;
  /** Removes what is staged and the folders that were made for it, if empty. */
  discard(): void;
}

/** Begins a set of files below a folder, which is made at once, so that a bad place shows before hours of work. */
export function beginWriting(folder: string): Writing {
  const staged = new Map<string, string>();
  const madeFolders: string[] = [];

  // Step by step: Node's recursive mkdir never ends where a folder refuses every name, as /proc does.
  const makeFolder = (path: string) => {
    if (existsSync(path)) return;
    makeFolder(dirname(path));
    mkdirSync(path);
    madeFolders.push(path);
  };

  const discard = () => {
    for (const temporary of staged.values()) rmSync(temporary, { force: true });
    staged.clear();
    for (const path of madeFolders.toReversed()) {
      try {
        rmdirSync(path);
      } catch {
        // Not empty: someone else's files lie there.
      }
    }
    madeFolders.length = 0;
  };

  const orDiscard = (path: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      discard();
      throw isSystemError(error) ? new InputError(systemErrorLine(Object.assign(error, { path }), 'write')) : error;
    }
  };

  const write = (path: string, content: string | Uint8Array) => {
    const target = resolve(path);
    makeFolder(dirname(target));
    const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
    staged.set(target, temporary);
    writeFileSync(temporary, content);
  };

  orDiscard(folder, () => {
    makeFolder(resolve(folder));
    const trial = join(resolve(folder), `.ventral.${process.pid}.part`);
    writeFileSync(trial, '');
    rmSync(trial);
  });

  return {
    stage: (path, content) => orDiscard(path, () => write(path, content)),
    commit() {
      for (const [target, temporary] of [...staged]) {
        orDiscard(target, () => renameSync(temporary, target));
        staged.delete(target);
      }
      madeFolders.length = 0;
    },
    discard,
  };
}

/** Writes one file, whole or not at all. @throws InputError in one line */
export function writeFile(path: string, content: string | Uint8Array): void {
  const writing = beginWriting(dirname(resolve(path)));
  writing.stage(path, content);
  writing.commit();
}
