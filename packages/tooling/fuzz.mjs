/**
 * @file `npm run fuzz [-- FILES [SEED]]`: 20,000 damaged models through reading, binding and planning, where the tests take a
 * share. The first that crashes, hangs or asks for too much memory is shrunk and printed.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const [files = '20000', seed = '1'] = process.argv.slice(2);
if (![files, seed].every((text) => /^\d+$/.test(text))) {
  console.error(`fuzz: the number of files and the seed must be whole numbers, got "${files}" and "${seed}".`);
  process.exit(2);
}
const { status } = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--config=packages/tooling/vitest.config.ts',
    'packages/formats/src/onnx/fuzz.test.ts',
    '--project=unit',
    '--disableConsoleIntercept',
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FUZZ_RUNS: files, FUZZ_SEED: seed } },
);
process.exitCode = status ?? 1;
