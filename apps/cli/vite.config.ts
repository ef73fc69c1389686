/** @file Builds the command line and its worker entry to plain JavaScript, with the WebAssembly and the weights they load beside them. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const require = createRequire(import.meta.url);

const kernels = ['simd.wasm', 'relaxed.wasm', 'simd-shared.wasm', 'relaxed-shared.wasm'].map((name) => [
  name,
  fileURLToPath(new URL(`../../packages/kernels/build/${name}`, import.meta.url)),
]);

const data = fileURLToPath(new URL('../../data/models/', import.meta.url));
const weights = readdirSync(data)
  .filter((name) => name.endsWith('.safetensors'))
  .map((name) => [`models/${name}`, data + name]);

/** Name in dist → file. */
const assets: Record<string, string> = {
  ...Object.fromEntries([...kernels, ...weights]),
  'jpeg.wasm': require.resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
  'webp.wasm': require.resolve('@jsquash/webp/codec/dec/webp_dec.wasm'),
};

function copyAssets(): Plugin {
  return {
    name: 'copy-assets',
    generateBundle() {
      for (const [fileName, path] of Object.entries(assets))
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
    },
  };
}

export default defineConfig({
  plugins: [copyAssets()],
  // The rooms are TypeScript and their dependencies lie in their own folders: everything but Node itself goes into the build.
  ssr: { noExternal: true, external: ['canvas'] },
  build: {
    ssr: true,
    target: 'node20',
    rollupOptions: {
      input: { main: 'src/main.ts', worker: 'src/worker.ts' },
      output: { entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
    },
  },
});
