/** @file Where the real models, photographs and brain data for tests lie: the folder `shared` beside the repository, if it is there. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../shared/', import.meta.url));

/** Tests that need real data are skipped without it, by name; under CI its absence is a failure. */
export const hasShared = existsSync(root);

if (!hasShared) {
  const line = `No folder "shared" beside the repository: tests on real networks, photographs and brain data`;
  if (process.env.CI) throw new Error(`${line} cannot run, and CI needs them.`);
  console.warn(`${line} are skipped.`);
}

/** Absolute path of a file in the shared folder, e.g. shared('photos/cat.png'). */
export function shared(path: string): string {
  return root + path;
}
