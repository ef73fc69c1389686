/** @file Type-checks every room and, with Node's types, all tests; two compilers at a time. Exit 1 if any has errors. */
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The projects that are checked: every room with a tsconfig.json, and the tests. */
function projects() {
  const rooms = ['packages', 'apps'].flatMap((folder) =>
    readdirSync(join(root, folder)).map((name) => `${folder}/${name}/tsconfig.json`),
  );
  return [...rooms.filter((file) => existsSync(join(root, file))), 'packages/tooling/tsconfig.test.json'];
}

function check(project) {
  return new Promise((resolve) => {
    const tsc = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '-p', project], { cwd: root });
    let output = '';
    tsc.stdout.on('data', (text) => (output += text));
    tsc.stderr.on('data', (text) => (output += text));
    tsc.on('close', (code) => resolve({ project, output, ok: code === 0 }));
  });
}

/** Checks all projects. @returns {Promise<{ project: string, output: string, ok: boolean }[]>} */
export async function typecheck() {
  const waiting = projects();
  const results = [];
  const work = async () => {
    for (let project = waiting.shift(); project; project = waiting.shift()) results.push(await check(project));
  };
  await Promise.all([work(), work()]);
  return results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const failed = (await typecheck()).filter((result) => !result.ok);
  for (const { project, output } of failed) console.error(`${project}\n${output}`);
  process.exitCode = failed.length ? 1 : 0;
}
