/**
 * @file Brings a fresh clone to where everything runs: packages, kernels, command line, web app. Needs node and npm alone.
 * A step whose inputs have the content they had last time is left out.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const stampFile = join(root, 'node_modules/.cache/ventral-setup.json');
const pnpmVersion = '10.34.9';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(`Ventral needs Node.js 20.19 or newer; this is ${process.versions.node}. Get one from https://nodejs.org.`);
  process.exit(1);
}

const manifests = [
  'package.json',
  'pnpm-lock.yaml',
  'pnpm-workspace.yaml',
  ...['packages', 'apps'].flatMap((folder) => rooms(folder, 'package.json')),
];
const sources = [...rooms('packages', 'src'), 'tsconfig.base.json', 'pnpm-lock.yaml', 'data', 'packages/kernels/build'];
const node = process.execPath;
const vite = [node, 'node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn'];

const steps = [
  {
    name: 'packages',
    inputs: manifests,
    outputs: ['node_modules/.modules.yaml', 'node_modules/.bin'],
    command: [process.platform === 'win32' ? 'npx.cmd' : 'npx', '--yes', `pnpm@${pnpmVersion}`, 'install', '--frozen-lockfile'],
  },
  {
    name: 'kernels',
    inputs: ['packages/kernels/assembly', 'packages/kernels/build.mjs', 'packages/kernels/src/abi.ts', 'pnpm-lock.yaml'],
    outputs: ['simd', 'relaxed', 'simd-shared', 'relaxed-shared'].map((name) => `packages/kernels/build/${name}.wasm`),
    command: [node, 'packages/kernels/build.mjs'],
  },
  {
    name: 'command line',
    inputs: [...sources, 'apps/cli/src', 'apps/cli/vite.config.ts'],
    outputs: ['apps/cli/dist/main.js', 'apps/cli/dist/worker.js'],
    command: vite,
    folder: 'apps/cli',
  },
  {
    name: 'web app',
    inputs: [...sources, 'apps/web/src', 'apps/web/public', 'apps/web/index.html', 'apps/web/vite.config.ts'],
    outputs: ['apps/web/dist/index.html'],
    command: vite,
    folder: 'apps/web',
  },
];

const stamps = existsSync(stampFile) ? JSON.parse(readFileSync(stampFile, 'utf8')) : {};
for (const { name, inputs, outputs, command, folder = '.' } of steps) {
  const hash = contentHash(inputs);
  if (stamps[name] === hash && outputs.every((file) => existsSync(join(root, file)))) continue;
  const started = performance.now();
  const [program, ...args] = command;
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: join(root, folder),
    encoding: 'utf8',
    shell: program.endsWith('.cmd'),
    maxBuffer: 2 ** 28,
  });
  if (status !== 0) {
    console.error(
      `${stdout ?? ''}${stderr ?? ''}${error ? `${error.message}\n` : ''}Set-up stopped at «${name}»: ${command.join(' ')}`,
    );
    process.exit(1);
  }
  stamps[name] = hash;
  mkdirSync(dirname(stampFile), { recursive: true });
  writeFileSync(stampFile, JSON.stringify(stamps));
  console.error(`set up: ${name} (${((performance.now() - started) / 1000).toFixed(0)} s)`);
}

/** `folder/NAME/part` for every room of a folder that has it. */
function rooms(folder, part) {
  return readdirSync(join(root, folder))
    .map((name) => `${folder}/${name}/${part}`)
    .filter((path) => existsSync(join(root, path)));
}

/** Hash over the names and contents of files and folders; what does not exist counts as empty. Tests do not count. */
function contentHash(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const info = statSync(join(root, path), { throwIfNoEntry: false });
    if (info?.isDirectory()) for (const name of readdirSync(join(root, path)).sort()) add(`${path}/${name}`);
    else if (info && !/\.test\.\w+$/.test(path)) hash.update(`${path}\n`).update(readFileSync(join(root, path)));
  };
  for (const path of paths) add(path);
  return hash.digest('hex');
}
