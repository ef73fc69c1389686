/** @file The compiled module itself: its four variants, its exports, its memory; and the allocator over it. */
import { describe, expect, it } from 'vitest';
import { generator, loadKernels, uniform, wasmBytes } from '../test/harness.ts';
import { instantiate } from './index.ts';

const variants = ['simd', 'simd-shared', 'relaxed', 'relaxed-shared'];

describe('variants', () => {
  it.each(variants)('%s: validates and exports the same functions', (variant) => {
    const bytes = wasmBytes(variant);
    const valid = WebAssembly.validate(bytes);
    // Relaxed SIMD is behind a flag in older engines; the default build must run everywhere.
    if (!valid && variant.startsWith('relaxed')) return;
    expect(valid).toBe(true);
    const shared = variant.endsWith('shared');
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared });
    const exports = Object.keys(new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports);
    expect(exports.sort()).toEqual(Object.keys(loadKernels().run).sort());
  });

  it('two instances on one shared memory, each filling its part, do not disturb each other', () => {
    const memory = new WebAssembly.Memory({ initial: 2, maximum: 65536, shared: true });
    const module = new WebAssembly.Module(wasmBytes('simd-shared'));
    const [a, b] = [0, 1].map(
      () => new WebAssembly.Instance(module, { env: { memory } }).exports as Record<string, (...args: number[]) => void>,
    );
    a!.f32_fill!(65536, 100, 1);
    b!.f32_fill!(65936, 100, 2);
    const view = new Float32Array(memory.buffer, 65536, 200);
    expect([view[0], view[99], view[100], view[199]]).toEqual([1, 1, 2, 2]);
  });
});

describe('memory', () => {
  const module = new WebAssembly.Module(wasmBytes('simd'));

  it('allocates aligned and zeroed, grows, and gives back what was taken since a mark', () => {
    const kernels = instantiate(module);
    const before = kernels.mark();
    const first = kernels.allocate(10);
    const second = kernels.allocate(3 << 20);
    expect([first % 64, second % 64, second - first]).toEqual([0, 0, 64]);
    kernels.f32(second, 5).fill(7);
    kernels.release(before);
    expect(kernels.usedBytes).toBe(0);
    expect(kernels.allocate(10)).toBe(first);
    expect([...kernels.f32(kernels.allocate(1 << 20), 5)]).toEqual([0, 0, 0, 0, 0]);
  });

  it('must fail: more than its limit', () => {
    const kernels = instantiate(module, 1 << 20);
    expect(() => kernels.allocate(2 << 20)).toThrow(
      'allocate: 2097152 more bytes do not fit: 65536 of 1048576 are in use. Use a smaller input',
    );
  });

  it('an address outside memory traps', () => {
    const kernels = instantiate(module, 1 << 20);
    expect(() => kernels.run.f32_fill(1 << 20, 4, 1)).toThrow(WebAssembly.RuntimeError);
  });

  it('works above 2 GiB of addresses', () => {
    const kernels = instantiate(module);
    let high: number;
    try {
      kernels.memory.grow(33_000);
      high = 2 ** 31 + 1024;
    } catch {
      return; // the machine has no room to try
    }
    const x = uniform(generator(1), 50);
    kernels.f32(high, 50).set(x);
    kernels.run.f32_unary(0, high, high + 400, 50, 0, 0);
    expect([...kernels.f32(high + 400, 50)]).toEqual([...x].map(Math.abs));
    expect(kernels.run.f32_dot(high, high, 50)).toBeCloseTo(
      x.reduce((sum, v) => sum + v * v, 0),
      12,
    );
  });
});
