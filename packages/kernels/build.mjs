/**
 * @file Compiles assembly/ to build/{simd,relaxed,simd-shared,relaxed-shared}.wasm and refuses a module that holds data
 * segments or mutable globals (two instances on one shared memory would overwrite each other), that imports anything but
 * its memory, or whose exports are not exactly the methods of KernelExports in src/abi.ts. A variant newer than every
 * source is left alone; `--force` builds all.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const assembly = join(here, 'assembly');
const out = join(here, 'build');

const common = [
  '-O3',
  '--noAssert',
  '--converge',
  '--runtime',
  'stub',
  '--importMemory',
  '--noExportMemory',
  '--initialMemory',
  '2',
  '--maximumMemory',
  '65536',
  '--use',
  'abort=',
  '--enable',
  'simd',
  '--disableWarning',
  '112', // v128 between functions of the module is fine
];
const variants = {
  simd: [],
  relaxed: ['--enable', 'relaxed-simd'],
  'simd-shared': ['--sharedMemory', '--enable', 'threads'],
  'relaxed-shared': ['--enable', 'relaxed-simd', '--sharedMemory', '--enable', 'threads'],
};

/** Names of the methods of KernelExports, in order. */
function contract() {
  const text = readFileSync(join(here, 'src/abi.ts'), 'utf8');
  const body = text.slice(text.indexOf('export interface KernelExports {'));
  return [...body.matchAll(/^ {2}(f32_\w+)\(/gm)].map((match) => match[1]);
}

/** The parts of a WebAssembly binary that the rules are about: imports, mutable globals, data segments, exports. */
function inspect(bytes) {
  let at = 8;
  const leb = () => {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = bytes[at++];
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  };
  const name = () => {
    const length = leb();
    at += length;
    return new TextDecoder().decode(bytes.subarray(at - length, at));
  };
  const found = { imports: [], mutableGlobals: 0, dataSegments: 0, exports: [] };
  while (at < bytes.length) {
    const id = bytes[at++];
    const size = leb();
    const end = at + size;
    if (id === 2) {
      for (let count = leb(); count > 0; count--) {
        found.imports.push(`${name()}.${name()}`);
        const kind = bytes[at++];
        if (kind !== 2) break; // anything but memory is refused by its name already
        const flags = bytes[at++];
        leb();
        if (flags & 1) leb();
      }
    } else if (id === 6) {
      for (let count = leb(); count > 0; count--) {
        at++;
        if (bytes[at++] === 1) found.mutableGlobals++;
        while (bytes[at++] !== 0x0b); // constant expressions of numbers below 2 ** 31 hold no 0x0b but the end
      }
    } else if (id === 7) {
      for (let count = leb(); count > 0; count--) {
        found.exports.push(name());
        at++;
        leb();
      }
    } else if (id === 11) {
      found.dataSegments = leb();
    }
    at = end;
  }
  return found;
}

function problems(bytes) {
  const found = inspect(bytes);
  const wanted = contract();
  const list = [];
  if (found.imports.join() !== 'env.memory')
    list.push(`imports must be env.memory alone, got ${found.imports.join(', ') || 'none'}`);
  if (found.mutableGlobals) list.push(`mutable globals must be 0, got ${found.mutableGlobals}. Pass state as pointers`);
  if (found.dataSegments) list.push(`data segments must be 0, got ${found.dataSegments}. Use no strings, arrays or new`);
  const missing = wanted.filter((name) => !found.exports.includes(name));
  const extra = found.exports.filter((name) => !wanted.includes(name));
  if (missing.length) list.push(`exports lack ${missing.join(', ')} of KernelExports`);
  if (extra.length) list.push(`exports ${extra.join(', ')} are not in KernelExports`);
  return list;
}

const sources = [
  ...readdirSync(assembly)
    .filter((file) => file.endsWith('.ts'))
    .map((file) => join(assembly, file)),
  join(here, 'src/abi.ts'),
  fileURLToPath(import.meta.url),
];
const newest = Math.max(...sources.map((file) => statSync(file).mtimeMs));
const age = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;

mkdirSync(out, { recursive: true });
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
let asc;
for (const [variant, flags] of Object.entries(variants)) {
  if (only.length && !only.includes(variant)) continue;
  const target = join(out, `${variant}.wasm`);
  if (!process.argv.includes('--force') && age(target) > newest) continue;
  asc ??= (await import('assemblyscript/asc')).default;
  const started = performance.now();
  let bytes;
  const { error, stderr } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...common, ...flags], {
    readFile: (file, base) => {
      try {
        return readFileSync(join(base === '.' ? assembly : base, file), 'utf8');
      } catch {
        return null;
      }
    },
    writeFile: (file, contents) => {
      if (file.endsWith('.wasm')) bytes = contents;
    },
    listFiles: () => [],
  });
  const text = stderr.toString().trim();
  if (/ERROR|WARNING/.test(text)) console.error(text); // and not the optimiser's remark about its own last round
  if (error || !bytes) {
    console.error(`build ${variant}: AssemblyScript must compile assembly/index.ts, got ${error?.message ?? 'no output'}.`);
    process.exit(1);
  }
  const list = problems(bytes);
  if (list.length) {
    console.error(list.map((line) => `build ${variant}: ${line}.`).join('\n'));
    process.exit(1);
  }
  // Written beside, then renamed: a reader never sees half a module.
  writeFileSync(`${target}.${process.pid}`, bytes);
  renameSync(`${target}.${process.pid}`, target);
  console.error(`build/${variant}.wasm ${bytes.length} bytes in ${((performance.now() - started) / 1000).toFixed(1)} s`);
}
