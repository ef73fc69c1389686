/**
 * @file All checks and tests: format and lint, layer rules, types, unit tests, browser tests. The last line is
 * `N passed, M failed`, with `, K skipped` where some were.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium, findFirefox } from './browser.mjs';
import { typecheck } from './typecheck.mjs';

const root = fileURLToPath(new URL('../../', import.meta.url));
const total = { passed: 0, failed: 0, skipped: 0 };

function count(name, ok) {
  total[ok ? 'passed' : 'failed']++;
  console.log(`${ok ? '✓' : '✗'} ${name}`);
}

function runTool(file, args, environment = {}) {
  return (
    spawnSync(process.execPath, [file, ...args], { cwd: root, stdio: 'inherit', env: { ...process.env, ...environment } })
      .status === 0
  );
}

count('format and lint', runTool('node_modules/@biomejs/biome/bin/biome', ['check', '.']));
count(
  'layers',
  runTool('node_modules/dependency-cruiser/bin/dependency-cruise.mjs', [
    '--config',
    '.dependency-cruiser.cjs',
    'packages',
    'apps',
  ]),
);
for (const { project, output, ok } of await typecheck()) {
  if (!ok) console.log(output);
  count(`types: ${project}`, ok);
}

const reports = mkdtempSync(join(tmpdir(), 'ventral-test-'));
try {
  tests('unit');
  const browsers = existsSync(join(root, 'apps/web/e2e')) && findBrowsers();
  if (browsers) tests('browser', browsers);
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exitCode = total.failed ? 1 : 0;

/** Looks for the browsers once, here, and names them to the tests through the environment. */
function findBrowsers() {
  try {
    const found = { CHROME_PATH: findChromium(), FIREFOX_PATH: findFirefox() };
    return Object.fromEntries(Object.entries(found).filter(([, path]) => path));
  } catch (error) {
    console.log(error.message);
    count('browsers', false);
    return null;
  }
}

function tests(project, environment = {}) {
  const report = join(reports, `${project}.json`);
  const ok = runTool(
    'node_modules/vitest/vitest.mjs',
    [
      'run',
      '--config',
      'packages/tooling/vitest.config.ts',
      '--project',
      project,
      '--reporter',
      'default',
      '--reporter',
      'json',
      '--outputFile.json',
      report,
    ],
    environment,
  );
  const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
  total.passed += result?.numPassedTests ?? 0;
  total.failed += result?.numFailedTests ?? 0;
  total.skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  // A file that does not load, or an error outside any test, fails the run without a failed test.
  if (!ok && !result?.numFailedTests) count(`${project} tests`, false);
}
