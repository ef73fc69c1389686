/**
 * @file SRC on the command line: a folder, a zip, or a built-in set, as a list of handles in a fixed order. Handles go to the
 * workers; bytes are read, or pictures drawn, there, one stimulus at a time.
 */
import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, readSync, realpathSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type Image, InputError } from '@ventral/core';
import { type ImageDecoder, readZipDirectory, readZipEntry, type ZipEntry, type ZipSource } from '@ventral/formats';
import { labelledSet, type StimulusView, stimulusSet } from '@ventral/stimuli';
import { isSystemError, systemErrorLine } from './errors.ts';

/** One stimulus: what it is called in tables, and where it comes from. Structured-cloneable. */
export type Stimulus =
  | { readonly kind: 'file'; readonly id: string; readonly path: string }
  | { readonly kind: 'zip'; readonly id: string; readonly path: string; readonly entry: ZipEntry }
  | { readonly kind: 'drawn'; readonly id: string; readonly set: string; readonly index: number; readonly view: StimulusView }
  /** One of a drawn set without end. */
  | {
      readonly kind: 'labelled';
      readonly id: string;
      readonly set: string;
      readonly index: number;
      readonly seed: number;
      readonly heightPx: number;
      readonly widthPx: number;
    };

/** Pictures by the end of their name. All are listed, also those whose format nobody here decodes: those fail by name. */
const pictureName = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|heic)$/i;

/** Files that systems leave behind are no stimuli. */
const isHidden = (id: string) => id.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

/**
 * The stimuli of SRC. A path comes before a built-in set of the same name. Pictures are ordered by the code units of the NFC
 * form of their path, which is also their id (forward slashes), so that no file system or locale changes a table.
 *
 * @param view what built-in sets are drawn for
 * @throws InputError `stimuli "photos": no picture in it. Readable: PNG, JPEG and WebP.`
 */
export function listStimuli(source: string, view: StimulusView): Stimulus[] {
  const info = statSync(source, { throwIfNoEntry: false });
  if (!info) {
    if (/[\\/.]/.test(source)) throw new InputError(`stimuli "${source}": no such folder, zip or picture. Check the path.`);
    return drawnStimuli(source, view);
  }
  const found = info.isDirectory() ? folderStimuli(source) : fileStimuli(source);
  const stimuli = found
    .filter(({ id }) => pictureName.test(id) && !isHidden(id))
    .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  if (stimuli.length === 0) throw new InputError(`stimuli "${source}": no picture in it. Readable: PNG, JPEG and WebP.`);
  return stimuli;
}

function drawnStimuli(name: string, view: StimulusView): Stimulus[] {
  const { nStimuli, id } = stimulusSet(name).list(view);
  return Array.from({ length: nStimuli }, (_, index) => ({ kind: 'drawn', id: id(index), set: name, index, view }));
}

function fileStimuli(path: string): Stimulus[] {
  if (pictureName.test(path)) return [{ kind: 'file', id: path.split(/[\\/]/).at(-1)!.normalize('NFC'), path }];
  return withZip(path, (zip) => readZipDirectory(zip)).map((entry) => ({
    kind: 'zip',
    id: entry.name.replaceAll('\\', '/'),
    path,
    entry,
  }));
}

/** Uses a zip on disk: workers share it, and memory does not grow with it. */
function withZip<T>(path: string, use: (zip: ZipSource) => T): T {
  const file = openSync(path, 'r');
  try {
    const read = (offset: number, length: number) => {
      const bytes = new Uint8Array(length);
      return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
    };
    return use({ name: path, bytes: fstatSync(file).size, read });
  } finally {
    closeSync(file);
  }
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

/** How a session gets its pictures: files are read and decoded, sets are drawn. */
export function stimulusReader(decode: ImageDecoder): (stimulus: Stimulus) => Promise<Image> {
  return async (stimulus) => drawnPicture(stimulus) ?? decode(pictureBytes(stimulus as StoredStimulus), stimulus.id);
}

type StoredStimulus = Extract<Stimulus, { kind: 'file' | 'zip' }>;

/** What is drawn; undefined for what lies in a file. */
function drawnPicture(stimulus: Stimulus): Image | undefined {
  if (stimulus.kind === 'drawn') return stimulusSet(stimulus.set).list(stimulus.view).draw(stimulus.index);
  if (stimulus.kind === 'labelled') return labelledSet(stimulus.set).draw(stimulus.index, stimulus.seed, stimulus).image;
  return undefined;
}

/** What a manifest's hash of a stimulus is taken over: the file's bytes, or the drawn pixels (h w 3). */
export function stimulusBytes(stimulus: Stimulus): Uint8Array {
  const drawn = drawnPicture(stimulus)?.data;
  if (!drawn) return pictureBytes(stimulus as StoredStimulus);
  return new Uint8Array(drawn.buffer, drawn.byteOffset, drawn.byteLength);
}

/** @throws InputError if the file cannot be read or its zip is damaged */
function pictureBytes(stimulus: StoredStimulus): Uint8Array {
  try {
    if (stimulus.kind === 'file') return readFileSync(stimulus.path);
    return withZip(stimulus.path, (zip) => readZipEntry(zip, stimulus.entry));
  } catch (error) {
    throw isSystemError(error) ? new InputError(systemErrorLine(error)) : error;
  }
}

/** SHA-256, hexadecimal. */
export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
