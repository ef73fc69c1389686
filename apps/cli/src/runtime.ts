/** @file The WebAssembly that lies beside the built command line: the kernels and the picture decoders, compiled. */
import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { InputError } from '@ventral/core';
import type { ImageCodecs } from '@ventral/formats';

export interface Runtime {
  readonly kernels: WebAssembly.Module;
  /** The same for a memory that threads share. */
  readonly sharedKernels: WebAssembly.Module;
  readonly codecs: ImageCodecs;
}

/**
 * Loads and compiles.
 * @param folder where the .wasm files lie; the default is right in the built command line, where all files are neighbours
 * @throws InputError if this Node has no (relaxed) SIMD
 */
export function loadRuntime(relaxed: boolean, folder: URL = new URL('./', import.meta.url)): Runtime {
  // Node 20 has relaxed SIMD behind a flag, which later versions know no more or need no more.
  if (relaxed) setFlagsFromString('--experimental-wasm-relaxed-simd');
  const compile = (name: string) => new WebAssembly.Module(readFileSync(new URL(name, folder)));
  const kernels = relaxed ? 'relaxed.wasm' : 'simd.wasm';
  if (!WebAssembly.validate(readFileSync(new URL(kernels, folder)))) {
    throw new InputError(
      relaxed
        ? `kernels: Node ${process.versions.node} has no relaxed SIMD. Use --relaxed off.`
        : `kernels: this machine has no WebAssembly SIMD, which ventral needs. A processor with SSE 4.1 or NEON is needed.`,
    );
  }
  return {
    kernels: compile(kernels),
    sharedKernels: compile(kernels.replace('.wasm', '-shared.wasm')),
    codecs: { jpeg: compile('jpeg.wasm'), webp: compile('webp.wasm') },
  };
}
