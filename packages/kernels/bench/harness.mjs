/**
 * @file What the benchmarks share: the compiled kernels, buffers of noise, and timing. Two things that are compared are timed
 * in turns, several rounds, and the best round of each counts: a busy machine only ever makes a round slower.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import v8 from 'node:v8';
import asc from 'assemblyscript/asc';

export const variant = process.argv.includes('--relaxed') ? 'relaxed' : 'simd';
if (variant === 'relaxed') v8.setFlagsFromString('--experimental-wasm-relaxed-simd');

const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536 });
const file = fileURLToPath(new URL(`../build/${variant}.wasm`, import.meta.url));
export const run = new WebAssembly.Instance(new WebAssembly.Module(readFileSync(file)), { env: { memory } }).exports;
run.f32_constants();

let top = 65536;

/** Address of `bytes` fresh bytes. */
export function allocate(bytes) {
  const ptr = Math.ceil(top / 64) * 64;
  top = ptr + bytes;
  const missing = top - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  return ptr;
}

/** Address of n floats of noise in −1 … 1, a `sparsity` share of them 0. */
export function noise(n, sparsity = 0) {
  const ptr = allocate(n * 4);
  const view = new Float32Array(memory.buffer, ptr, n);
  for (let i = 0, state = 1; i < n; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const value = state / 2 ** 31 - 1;
    view[i] = (state & 1023) / 1024 < sparsity ? 0 : value;
  }
  return ptr;
}

export const release = (mark) => {
  top = mark;
};
export const mark = () => top;

/** Milliseconds of one call of each function: the best of `rounds` turns of at least `ms` each. */
export function time(functions, { rounds = 5, ms = 40 } = {}) {
  const names = Object.keys(functions);
  const best = Object.fromEntries(names.map((name) => [name, Infinity]));
  // Long enough for the engine to replace its first, quickly made code.
  for (const name of names) for (const start = performance.now(); performance.now() - start < 150; ) functions[name]();
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      let calls = 0;
      do {
        functions[name]();
        calls++;
      } while (performance.now() - start < ms);
      best[name] = Math.min(best[name], (performance.now() - start) / calls);
    }
  }
  return best;
}

export function table(rows) {
  console.log(`kernels: ${variant}, node ${process.version}, ${process.arch}`);
  console.table(rows);
}

/** The yardsticks of assembly/bench/peak.ts, compiled. */
export async function loadPeak() {
  let bytes;
  const { error, stderr } = await asc.main(
    [
      'peak.ts',
      '--outFile',
      'peak.wasm',
      '-O3',
      '--noAssert',
      '--converge',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--initialMemory',
      '200',
    ]
      .concat(variant === 'relaxed' ? ['--enable', 'relaxed-simd'] : [])
      .concat(['--disableWarning', '112']),
    {
      readFile: (name) =>
        name === 'peak.ts' ? readFileSync(fileURLToPath(new URL(`../assembly/bench/${name}`, import.meta.url)), 'utf8') : null,
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm')) bytes = contents;
      },
      listFiles: () => [],
    },
  );
  if (error) throw new Error(`assembly/bench/peak.ts: ${stderr}`);
  return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports;
}
