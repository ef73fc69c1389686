/** @file NumPy's .npz files both ways: a zip of .npy files, stored or deflated. */
import { InputError, type Tensor } from '@ventral/core';
import { type Zippable, zipSync } from 'fflate';
import { readNpy, writeNpy } from './npy.ts';
import { openZip } from './zip.ts';

/**
 * Reads every array, by name without `.npy`. See readNpy for the types.
 * @throws InputError of openZip or readNpy, naming `source` and the entry.
 */
export function readNpz(bytes: Uint8Array, source = 'npz'): Map<string, Tensor> {
  const archive = openZip(bytes, source);
  return new Map(archive.names.map((name) => [name.replace(/\.npy$/, ''), readNpy(archive.read(name), `${source} "${name}"`)]));
}

/**
 * Writes arrays in the given order; the same entries give the same bytes (entries carry no time stamp).
 * @param options.compress deflate the entries, as numpy.savez_compressed does; default: store them.
 * @throws InputError of writeNpy; `writeNpz: 4.1 GiB in all, more than a zip archive holds.` from 4 GiB on.
 */
export function writeNpz(
  entries: Iterable<readonly [name: string, tensor: Tensor]>,
  options: { readonly compress?: boolean } = {},
): Uint8Array {
  const files: Zippable = {};
  let nBytes = 0;
  for (const [name, tensor] of entries) {
    const file = writeNpy(tensor);
    if (Object.hasOwn(files, `${name}.npy`)) throw new InputError(`writeNpz: two arrays are named "${name}".`);
    files[`${name}.npy`] = [file, { level: options.compress ? 6 : 0 }];
    nBytes += file.length;
  }
  if (nBytes >= 2 ** 32 - 2 ** 20)
    throw new InputError(
      `writeNpz: ${(nBytes / 2 ** 30).toFixed(1)} GiB in all, more than a zip archive holds. Write fewer layers.`,
    );
  // The earliest time a zip can hold, in whatever zone this runs.
  return zipSync(files, { mtime: new Date(1980, 0, 1) });
}
