/**
 * @file SRC on the command line: a folder, a zip, or a built-in set, as a list of handles in a fixed order. Handles go to the
 * workers; bytes are read there, one stimulus at a time.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '@ventral/core';
import { readZipDirectory, readZipEntry, type ZipEntry } from './zip.ts';

/** One stimulus: what it is called in tables, and where it comes from. Structured-cloneable. */
export type Stimulus =
  | { readonly kind: 'file'; readonly id: string; readonly path: string }
  | { readonly kind: 'zip'; readonly id: string; readonly path: string; readonly entry: ZipEntry };

/** Pictures by the end of their name. All are listed, also those whose format nobody here decodes: those fail by name. */
const pictureName = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|heic)$/i;

/** Files that systems leave behind are no stimuli. */
const isHidden = (id: string) => id.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/**
 * The pictures of a folder (with its sub-folders) or a zip, ordered by the code units of the NFC form of their path, which is
 * also their id (forward slashes), so that no file system or locale changes a table.
 *
 * @throws InputError `stimuli "photos": no picture in it. Known: .png .jpg .jpeg .webp.`
 */
export function listStimuli(source: string): Stimulus[] {
  const info = statSync(source, { throwIfNoEntry: false });
  if (!info) throw new InputError(`stimuli "${source}": no such folder, zip or picture. Check the path.`);
  const found = info.isDirectory() ? folderStimuli(source) : fileStimuli(source);
  const stimuli = found.filter(({ id }) => pictureName.test(id) && !isHidden(id)).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  if (stimuli.length === 0) throw new InputError(`stimuli "${source}": no picture in it. Known: .png .jpg .jpeg .webp.`);
  return stimuli;
}

function fileStimuli(path: string): Stimulus[] {
  if (pictureName.test(path)) return [{ kind: 'file', id: path.split(/[\\/]/).at(-1)!.normalize('NFC'), path }];
  return readZipDirectory(path).map((entry) => ({ kind: 'zip', id: entry.name.replaceAll('\\', '/').normalize('NFC'), path, entry }));
}

function folderStimuli(folder: string): Stimulus[] {
  const stimuli: Stimulus[] = [];
  const seen = new Set<string>();
  const walk = (path: string, prefix: string) => {
    const real = realpathSync(path);
    if (seen.has(real)) return;
    seen.add(real);
    for (const name of readdirSync(path)) {
      const inner = join(path, name);
      const id = prefix + name.normalize('NFC');
      const info = statSync(inner, { throwIfNoEntry: false });
      if (info?.isDirectory()) walk(inner, `${id}/`);
      else stimuli.push({ kind: 'file', id, path: inner });
    }
  };
  walk(folder, '');
  return stimuli;
}

/** A picture file's bytes. @throws InputError if the zip is damaged; system errors as they are */
export function stimulusBytes(stimulus: Stimulus): Uint8Array {
  return stimulus.kind === 'file' ? readFileSync(stimulus.path) : readZipEntry(stimulus.path, stimulus.entry);
}

/** SHA-256 of a picture file, hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
