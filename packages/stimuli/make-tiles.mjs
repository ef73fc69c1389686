/**
 * @file `npm run textures`: synthesises the texture of each family, prints how near its statistics came to the exemplar's, by
 * group, and writes src/textures/tiles.json. The same bytes on every machine; some minutes. Families named after `--` alone:
 * `npm run textures -- bark mud`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { runnerImport } = await import(pathToFileURL(createRequire(at('../../apps/cli/package.json')).resolve('vite')).href);
const load = async (path) => (await runnerImport(at(path), { configFile: false, logLevel: 'error' })).module;
const { textureFamilies } = await load('src/textures/exemplars.ts');
const { makeTile } = await load('src/textures/tiles.ts');

const file = at('src/textures/tiles.json');
const named = process.argv.slice(2);
const tiles = named.length > 0 ? JSON.parse(readFileSync(file, 'utf8')) : {};
for (const family of textureFamilies) {
  if (named.length > 0 && !named.includes(family.name)) continue;
  const { synthesis, bytes } = makeTile(family);
  tiles[family.name] = Buffer.from(bytes).toString('base64');
  const reached = Object.entries(synthesis.match).map(
    ([group, { correlation, largestDeviation }]) => `${group} ${correlation.toFixed(4)} (${largestDeviation.toFixed(3)})`,
  );
  const end = synthesis.isConverged ? 'converged' : 'NOT CONVERGED';
  const known = textureFamilies.filter(({ name }) => tiles[name]).map(({ name }) => [name, tiles[name]]);
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(known), null, 2)}\n`);
  console.log(`${family.name}: ${end} in ${synthesis.nIterations} iterations; correlation (deviation): ${reached.join(', ')}`);
}
