/**
 * @file The engine as plain JavaScript: vite builds the rooms it is made of into .cache/, the same files for Node and for a page.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import v8 from 'node:v8';

export const root = fileURLToPath(new URL('../../', import.meta.url));
export const cache = join(root, 'packages/bench/.cache');
export const libraryFolder = join(cache, 'library');
export const kernelsFolder = join(root, 'packages/kernels/build');

const rooms = ['kernels', 'core', 'formats', 'stimuli', 'probe'];

/** Builds the rooms, and TensorFlow.js's rules of differentiation: its file for Node is without them. */
export async function buildLibrary() {
  const { build } = await import(pathToFileURL(createRequire(join(root, 'apps/cli/package.json')).resolve('vite')).href);
  const entry = Object.fromEntries(rooms.map((room) => [room, join(root, `packages/${room}/src/index.ts`)]));
  await build({
    configFile: false,
    logLevel: 'error',
    root: join(root, 'packages'),
    build: {
      outDir: libraryFolder,
      emptyOutDir: true,
      target: 'es2022',
      lib: {
        entry: { ...entry, 'tensorflow-gradients': join(peerFolders.tensorflow, 'register_all_gradients.js') },
        formats: ['es'],
      },
      rollupOptions: { output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' } },
    },
  });
}

/** The built rooms by name. */
export async function loadLibrary() {
  const load = (room) => import(pathToFileURL(join(libraryFolder, `${room}.js`)).href);
  return Object.fromEntries(await Promise.all(rooms.map(async (room) => [room, await load(room)])));
}

/** comlink's adapter between a worker thread and a pool. */
export async function loadNodeEndpoint() {
  const comlink = createRequire(join(root, 'packages/core/package.json'));
  return (await import(pathToFileURL(comlink.resolve('comlink/dist/esm/node-adapter.mjs')).href)).default;
}

/** Compiled kernels; undefined for `relaxed` where this Node has no relaxed SIMD. */
export function compileKernels(variant) {
  if (variant === 'relaxed') v8.setFlagsFromString('--experimental-wasm-relaxed-simd');
  const bytes = readFileSync(join(kernelsFolder, `${variant}.wasm`));
  return WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : undefined;
}

const peersFolder = join(root, 'packages/bench/node_modules');

/** Folders that a page needs files of. */
export const peerFolders = {
  onnxruntime: join(peersFolder, 'onnxruntime-web/dist'),
  tensorflow: join(peersFolder, '@tensorflow/tfjs-core/dist'),
  'tensorflow-cpu': join(peersFolder, '@tensorflow/tfjs-backend-cpu/dist'),
  'tensorflow-wasm': join(peersFolder, '@tensorflow/tfjs-backend-wasm/dist'),
};

/** Whether the peers are there as this lockfile wants them; `stamp` is a copy of the lockfile they were installed from. */
export const peersInstalled = (stamp, lock) =>
  Object.values(peerFolders).every((folder) => existsSync(folder)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === lock;

const require = createRequire(import.meta.url);

/** Names are no literals here: the peers are there only after `npm run bench` has installed them. */
export async function loadPeer(name) {
  if (name === 'onnxruntime-node') return require(name);
  if (name === 'onnxruntime-web') {
    const ort = await import(pathToFileURL(join(peerFolders.onnxruntime, 'ort.node.min.mjs')).href);
    ort.env.wasm.numThreads = 1;
    return ort;
  }
  const tf = require('@tensorflow/tfjs-core');
  require('@tensorflow/tfjs-backend-cpu');
  await import(pathToFileURL(join(libraryFolder, 'tensorflow-gradients.js')).href);
  const wasm = require('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${peerFolders['tensorflow-wasm']}/`);
  await tf.setBackend('wasm');
  await tf.ready();
  return tf;
}
