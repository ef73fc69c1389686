/** @file Where a run's files lie, and which names and folders are refused. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { filesBelow, temporaryFolder } from './built-cli.test-helper.ts';
import { runPaths } from './training-files.ts';

const folder = temporaryFolder();

test('a new folder is not made before there is something to write', () => {
  expect(runPaths(join(folder, 'new'), 'net', false).weights).toBe(join(folder, 'new', 'net.safetensors'));
  expect(filesBelow(folder)).toEqual([]);
});

describe('refused', () => {
  test.each(['../up', 'a\\b', 'recipe', 'checkpoint'])('a network called %s', (name) => {
    expect(() => runPaths(join(folder, 'new'), name, false)).toThrow(
      `network "${name}": files are named after it, so its name has no / or \\ and is not recipe or checkpoint.`,
    );
  });
  test.each(['checkpoint.safetensors', 'net.json', 'net.safetensors', 'recipe.json', 'log.csv'])('a folder with %s', (file) => {
    const out = join(folder, `with ${file}`);
    mkdirSync(out);
    writeFileSync(join(out, file), '');
    expect(() => runPaths(out, 'net', false)).toThrow(
      `--out "${out}" holds ${file} already. Add --resume to go on with a run, or name another folder.`,
    );
  });
});
