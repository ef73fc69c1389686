/**
 * @file What people bring: files dropped or chosen, sorted into one network and its companions, and stimuli in a fixed order.
 * Handles only; bytes are read in the workers.
 */
import { type Graph, type Image, InputError } from '@ventral/core';
import { readZipDirectory, type ZipEntry, type ZipSource } from '@ventral/formats';
import type { StimulusView } from '@ventral/stimuli';

/** Where a network comes from. `beside`: files that came with it (sidecar, class names). */
export type NetworkSource =
  | { readonly kind: 'builtin'; readonly name: string }
  | { readonly kind: 'files'; readonly model: File; readonly beside: readonly File[] }
  /** The network itself: one that was trained here. */
  | { readonly kind: 'graph'; readonly graph: Graph };

/** One stimulus: what it is called, and where it comes from. Structured-cloneable. */
export type Stimulus =
  | { readonly kind: 'scene'; readonly id: string }
  | { readonly kind: 'builtin'; readonly id: string; readonly set: string; readonly index: number; readonly view: StimulusView }
  /** One that was drawn already, for one network's input. */
  | { readonly kind: 'drawing'; readonly id: string; readonly set: string; readonly image: Image }
  | { readonly kind: 'file'; readonly id: string; readonly file: File }
  | { readonly kind: 'zip'; readonly id: string; readonly zip: File; readonly entry: ZipEntry };

/** What a network is called while it is being read. */
export function sourceName(source: NetworkSource): string {
  if (source.kind === 'graph') return source.graph.name;
  return source.kind === 'builtin' ? source.name : source.model.name;
}

/** A file and its path below what was dropped or chosen: the file's name for a single file. */
export interface FoundFile {
  readonly path: string;
  readonly file: File;
}

/** Pictures by the end of their name. Formats that nobody here decodes are listed too: they fail by name. */
const pictureName = /\.(png|jpe?g|webp|gif|bmp|tiff?|avif|heic)$/i;

/** Files that systems leave behind are no stimuli. */
const isHidden = (id: string) => id.split('/').some((part) => part.startsWith('.') || part === '__MACOSX');

export interface SortedFiles {
  readonly network: NetworkSource | undefined;
  /** Ordered by the code units of the NFC form of their path, which is also their id, as on the command line. */
  readonly stimuli: readonly Stimulus[];
  /** Companions that came without a network: for the one that is open. */
  readonly beside: readonly File[];
}

/**
 * Sorts found files.
 * @throws InputError if a zip is broken, or several networks came at once (`cause`: their names).
 */
export async function sortFiles(found: readonly FoundFile[]): Promise<SortedFiles> {
  const named = (pattern: RegExp) => found.filter(({ path }) => pattern.test(path) && !isHidden(path)).map(({ file }) => file);
  const models = named(/\.onnx$/i);
  const beside = named(/\.(json|txt)$/i);
  if (models.length > 1)
    throw new InputError('sortFiles: several networks came at once.', { cause: models.map(({ name }) => name).join(', ') });
  const stimuli: Stimulus[] = found.map(({ path, file }) => ({ kind: 'file', id: path.normalize('NFC'), file }));
  for (const zip of named(/\.zip$/i)) {
    for (const entry of await readZipDirectory(zipSource(zip))) {
      stimuli.push({ kind: 'zip', id: entry.name.replaceAll('\\', '/'), zip, entry });
    }
  }
  return {
    network: models[0] && { kind: 'files', model: models[0], beside },
    stimuli: stimuli
      .filter(({ id }) => pictureName.test(id) && !isHidden(id))
      .sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)),
    beside,
  };
}

/** A zip of this computer at random access. */
export function zipSource(file: File): ZipSource<Promise<Uint8Array>> {
  const read = async (offset: number, length: number) => new Uint8Array(await file.slice(offset, offset + length).arrayBuffer());
  return { name: file.name, bytes: file.size, read };
}

/** Files of an `<input>`; the folder that was chosen is left out of their paths. */
export function chosenFiles(files: FileList): FoundFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file }));
}

/** Files of a drop, folders walked. One folder's own name is left out of the paths; of several, the names stay. */
export async function droppedFiles(transfer: DataTransfer): Promise<FoundFile[]> {
  // Entries must be taken before the first await: the browser empties the list after the event.
  const entries = [...transfer.items]
    .map((item) => item.webkitGetAsEntry?.())
    .filter((entry) => entry !== null && entry !== undefined);
  if (entries.length === 0) return [...transfer.files].map((file) => ({ path: file.name, file }));
  const found: FoundFile[] = [];
  const walk = async (entry: FileSystemEntry, path: string): Promise<void> => {
    if (entry.isFile) {
      found.push({
        path,
        file: await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
      });
      return;
    }
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    // A reader gives entries in portions until it gives none.
    for (;;) {
      const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
      if (portion.length === 0) return;
      for (const inner of portion) await walk(inner, path === '' ? inner.name : `${path}/${inner.name}`);
    }
  };
  for (const entry of entries) await walk(entry, entry.isDirectory && entries.length === 1 ? '' : entry.name);
  return found;
}
