/** @file The compiled module itself: its four variants, its exports, its memory; and the allocator over it. */
import { describe, expect, it } from 'vitest';
import { generator, loadKernels, uniform, wasmBytes } from '../test/harness.ts';
import { createSharedMemory, instantiate, type Kernels, unaryCodes } from './index.ts';

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

  it('instances on one shared memory never get the same address, and see what the others wrote', () => {
    const memory = createSharedMemory();
    const module = new WebAssembly.Module(wasmBytes('simd-shared'));
    const [a, b] = [0, 1].map(() => instantiate(module, { memory })) as [Kernels, Kernels];
    const taken: [begin: number, end: number][] = [];
    for (let i = 0; i < 40; i++) {
      const bytes = [10, 70_000, 3 << 20][i % 3]!;
      const kernels = i % 2 ? a : b;
      const ptr = kernels.allocate(bytes);
      expect(ptr % 64).toBe(0);
      taken.push([ptr, ptr + bytes]);
      kernels.f32(ptr, 2).fill(i);
    }
    taken.sort(([x], [y]) => x - y);
    for (const [i, [begin]] of taken.slice(1).entries()) expect(begin).toBeGreaterThanOrEqual(taken[i]![1]);
    const ptr = a.allocate(400);
    a.run.f32_fill(ptr, 100, 1);
    b.run.f32_unary(unaryCodes.exp, ptr, ptr, 50, 0, 0);
    expect([...a.f32(ptr + 49 * 4, 2)]).toEqual([Math.fround(Math.E), 1]);
  });

  it('an allocator on a shared memory gives back what was taken since a mark, across extents', () => {
    const kernels = instantiate(new WebAssembly.Module(wasmBytes('simd-shared')), { memory: createSharedMemory() });
    const mark = kernels.mark();
    const ptrs = [100, 5 << 20, 2 << 20].map((bytes) => kernels.allocate(bytes));
    kernels.release(mark);
    expect(kernels.usedBytes).toBe(0);
    expect([100, 5 << 20, 2 << 20].map((bytes) => kernels.allocate(bytes))).toEqual(ptrs);
  });

  it('must fail: more than a shared memory has', () => {
    const kernels = instantiate(new WebAssembly.Module(wasmBytes('simd-shared')), {
      memory: createSharedMemory(4 << 20),
      maxBytes: 4 << 20,
    });
    expect(() => kernels.allocate(8 << 20)).toThrow(
      'allocate: 8388608 more bytes do not fit: 1114112 of 4194304 are in use by all workers.',
    );
    kernels.allocate(1 << 20);
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
    const kernels = instantiate(module, { maxBytes: 1 << 20 });
    expect(() => kernels.allocate(2 << 20)).toThrow(
      'allocate: 2097152 more bytes do not fit: 65536 of 1048576 are in use. Use a smaller input',
    );
  });

  it('an address outside memory traps', () => {
    const kernels = instantiate(module, { maxBytes: 1 << 20 });
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
