/**
 * @file From compiled module to callable kernels over one linear memory, with the bump allocator everything in it is placed by.
 * Nothing is global: a Kernels is a value that is passed down; two of them share nothing but code.
 */
import type { KernelExports } from './abi.ts';

const pageBytes = 65_536;

/** Kernels bound to one linear memory. Take views right before use: growing the memory empties older ones. */
export interface Kernels {
  readonly run: KernelExports;
  readonly memory: WebAssembly.Memory;
  /** Bytes handed out so far. */
  readonly usedBytes: number;
  /**
   * Reserves `bytes` of memory, zeroed, aligned to 64 bytes, and grows the memory where needed.
   * @throws {RangeError} `allocate: 5368709120 bytes are more than WebAssembly memory can hold (4294967296)…`
   */
  allocate(bytes: number): number;
  /** The allocator's position, for {@link Kernels.release}. */
  mark(): number;
  /** Frees everything allocated since `mark`. */
  release(mark: number): void;
  f32(ptr: number, length: number): Float32Array<ArrayBuffer>;
  f64(ptr: number, length: number): Float64Array<ArrayBuffer>;
  i32(ptr: number, length: number): Int32Array<ArrayBuffer>;
  u32(ptr: number, length: number): Uint32Array<ArrayBuffer>;
  u64(ptr: number, length: number): BigUint64Array<ArrayBuffer>;
}

/**
 * Instantiates a compiled kernel module over a memory of its own.
 *
 * @param module compiled from build/simd.wasm (or relaxed.wasm where relaxed SIMD was asked for)
 * @param maxBytes upper limit of the memory, at most 4 GiB
 */
export function instantiate(module: WebAssembly.Module, maxBytes = 2 ** 32): Kernels {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: Math.ceil(maxBytes / pageBytes) });
  const run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
  run.f32_constants();
  // The first 64 KiB hold the kernels' own small tables and spill space; address 0 stays «none».
  const first = pageBytes;
  let top = first;
  return {
    run,
    memory,
    get usedBytes() {
      return top - first;
    },
    allocate(bytes) {
      const ptr = Math.ceil(top / 64) * 64;
      const end = ptr + bytes;
      if (!(bytes >= 0) || end > maxBytes) {
        throw new RangeError(
          `allocate: ${bytes} more bytes do not fit: ${top} of ${maxBytes} are in use. Use a smaller input, fewer layers or fewer probes.`,
        );
      }
      const missing = end - memory.buffer.byteLength;
      if (missing > 0) {
        try {
          memory.grow(Math.ceil(missing / pageBytes));
        } catch {
          throw new RangeError(
            `allocate: the machine refused ${missing} more bytes (${top} are in use). Use fewer workers or a smaller input.`,
          );
        }
      }
      top = end;
      new Uint8Array(memory.buffer, ptr, bytes).fill(0);
      return ptr;
    },
    mark: () => top,
    release(mark) {
      top = mark;
    },
    f32: (ptr, length) => new Float32Array(memory.buffer, ptr, length),
    f64: (ptr, length) => new Float64Array(memory.buffer, ptr, length),
    i32: (ptr, length) => new Int32Array(memory.buffer, ptr, length),
    u32: (ptr, length) => new Uint32Array(memory.buffer, ptr, length),
    u64: (ptr, length) => new BigUint64Array(memory.buffer, ptr, length),
  };
}
