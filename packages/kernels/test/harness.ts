/**
 * @file What the kernel tests share: the compiled module in a memory with guarded buffers, a seeded generator, layouts, and the
 * comparison with float64. No cases are here.
 */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { instantiate, type Kernels, reference } from '../src/index.ts';

/** Half the distance from 1 to the next float32: the largest relative error of one rounding. */
export const roundoff = 2 ** -24;

export function wasmBytes(variant: string): Uint8Array<ArrayBuffer> {
  const file = fileURLToPath(new URL(`../build/${variant}.wasm`, import.meta.url));
  if (!existsSync(file))
    throw new Error(
      `kernel tests: build/${variant}.wasm must exist, got nothing there. Run \`node packages/kernels/build.mjs\`.`,
    );
  return new Uint8Array(readFileSync(file));
}

export function loadKernels(variant = 'simd'): Kernels {
  return instantiate(new WebAssembly.Module(wasmBytes(variant)));
}

/** Uniform numbers in [0, 1) from a 32-bit seed (Tommy Ettinger's mulberry32, public domain). */
export function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** n float32 values between lo and hi, as float64. */
export function uniform(random: () => number, n: number, lo = -1, hi = 1): Float64Array {
  return Float64Array.from({ length: n }, () => Math.fround(lo + (hi - lo) * random()));
}

/** A whole number lo … hi. */
export function whole(random: () => number, lo: number, hi: number): number {
  return lo + Math.floor(random() * (hi - lo + 1));
}

const canary = 0x7fc0beef; // a NaN with a name
const guard = 16; // words before and after a buffer

/** A buffer with canaries around it and in it. */
export interface Buffer {
  readonly ptr: number;
  /** The values, after checking that nothing around them was written. */
  read(): Float32Array;
  /** The raw words. */
  words(): Uint32Array;
}

/** Buffers in a memory; `misalign` shifts every address by that many floats. */
export function buffers(kernels: Kernels, misalign = 1) {
  const make = (n: number, fill?: ArrayLike<number>): Buffer => {
    const start = kernels.allocate((n + 2 * guard + misalign) * 4);
    const words = () => kernels.u32(start, n + 2 * guard + misalign);
    words().fill(canary);
    const first = guard + misalign;
    const ptr = start + first * 4;
    if (fill) kernels.f32(ptr, n).set(fill);
    return {
      ptr,
      words: () => words().slice(first, first + n),
      read() {
        const all = words();
        for (let i = 0; i < all.length; i++) {
          if ((i < first || i >= first + n) && all[i] !== canary)
            throw new Error(`buffer of ${n}: word ${i - first} outside it was overwritten`);
        }
        return kernels.f32(ptr, n).slice();
      },
    };
  };
  return {
    put: (values: ArrayLike<number>) => make(values.length, values),
    out: (n: number) => make(n),
    i32(values: readonly number[]): number {
      const ptr = kernels.allocate(values.length * 4);
      kernels.i32(ptr, values.length).set(values);
      return ptr;
    },
  };
}

export const isCanary = (word: number | undefined): boolean => word === canary;

/** [n, c, h, w] → [n, h, w, c]. */
export function channelsLast(x: ArrayLike<number>, shape: readonly number[]): Float64Array {
  return reference.transpose(x, shape, [0, 2, 3, 1]).data;
}

/** [n, h, w, c] → [n, c, h, w], given the latter shape. */
export function channelsFirst(x: ArrayLike<number>, shape: readonly number[]): Float64Array {
  const [n, c, h, w] = shape as [number, number, number, number];
  return reference.transpose(x, [n, h, w, c], [0, 3, 1, 2]).data;
}

/**
 * Where `actual` is further from `expected` than `tolerance` (absolute, one number or one per value), or either is not
 * finite: at most three lines. NaN never passes, infinities must be equal.
 */
export function mismatches(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number | ArrayLike<number>,
): string[] {
  if (actual.length !== expected.length) return [`${actual.length} values instead of ${expected.length}`];
  const found: string[] = [];
  for (let i = 0; i < actual.length && found.length < 3; i++) {
    const a = actual[i]!;
    const e = expected[i]!;
    const allowed = typeof tolerance === 'number' ? tolerance : tolerance[i]!;
    if (a === e || Math.abs(a - e) <= allowed) continue;
    found.push(`[${i}] ${a} instead of ${e}, off by ${Math.abs(a - e)}, allowed ${allowed}`);
  }
  return found;
}

export function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number | ArrayLike<number>): void {
  expect(mismatches(actual, expected, tolerance)).toEqual([]);
}

/** Absolute tolerance `relative`·|expected| + `absolute`, per value. */
export function near(expected: ArrayLike<number>, relative: number, absolute = 0): Float64Array {
  return Float64Array.from(expected, (value) => relative * Math.abs(value) + absolute);
}

/** Equal bits, NaN equal to NaN. */
export function expectSameBits(actual: Float32Array, expected: Float32Array): void {
  const words = (x: Float32Array) => Array.from(new Uint32Array(x.buffer, x.byteOffset, x.length));
  expect(words(actual)).toEqual(words(expected));
}
