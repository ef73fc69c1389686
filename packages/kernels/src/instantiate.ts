/**
 * @file From compiled module to callable kernels over one linear memory, with the bump allocator everything in it is placed by.
 * Nothing is global: a Kernels is a value that is passed down; two of them share nothing but code, or one memory where they
 * are given it.
 */
import type { KernelExports } from './abi.ts';

const pageBytes = 65_536;
const wasmBytes = 2 ** 32;
const alignment = 64;
/** The first page holds the kernels' constants; address 0 stays «none». */
const firstAddress = pageBytes;

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

export interface InstantiateOptions {
  /** Upper limit of the memory, at most 4 GiB. Of a shared memory: the limit it was made with. */
  readonly maxBytes?: number | undefined;
  /** A memory of {@link createSharedMemory}; the module must be built for shared memory. Default: one of its own. */
  readonly memory?: WebAssembly.Memory | undefined;
}

/** A stretch of memory that an allocator has to itself. */
interface Extent {
  readonly begin: number;
  readonly end: number;
}

/** An i32 in the first page: how many units of 64 bytes of a shared memory have been given to allocators. */
const claimedIndex = 16;
/** Bytes that an allocator takes of a shared memory at least. */
const extentBytes = 1 << 20;

/**
 * A memory for several instances, in workers of their own: each allocates from extents that no other has. Everything one of
 * them writes is there for all; what is written and read at the same time is their users' care.
 */
export function createSharedMemory(maxBytes = wasmBytes): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: 2, maximum: Math.floor(maxBytes / pageBytes), shared: true });
  new Int32Array(memory.buffer)[claimedIndex] = firstAddress / alignment;
  return memory;
}

function claimExtent(memory: WebAssembly.Memory, bytes: number, maxBytes: number): Extent {
  const units = Math.ceil(Math.max(bytes, extentBytes) / alignment);
  const counter = new Int32Array(memory.buffer, 0, claimedIndex + 1);
  const begin = Atomics.add(counter, claimedIndex, units) * alignment;
  const end = begin + units * alignment;
  if (end > maxBytes) {
    Atomics.sub(counter, claimedIndex, units);
    throw new RangeError(
      `allocate: ${bytes} more bytes do not fit: ${begin} of ${maxBytes} are in use by all workers. Use fewer workers or a smaller input.`,
    );
  }
  return { begin, end };
}

/**
 * Instantiates a compiled kernel module.
 *
 * @param module compiled from build/simd.wasm (relaxed.wasm where relaxed SIMD was asked for; simd-shared.wasm or
 *   relaxed-shared.wasm for a shared memory)
 */
export function instantiate(module: WebAssembly.Module, options: InstantiateOptions = {}): Kernels {
  const { maxBytes = wasmBytes, memory: shared } = options;
  const memory = shared ?? new WebAssembly.Memory({ initial: 2, maximum: Math.ceil(maxBytes / pageBytes) });
  const run = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelExports;
  run.f32_constants();
  const extents: Extent[] = shared ? [claimExtent(shared, 0, maxBytes)] : [{ begin: firstAddress, end: maxBytes }];
  /** Index of the extent that `top` lies in. */
  let current = 0;
  let top = extents[0]!.begin;

  /** Moves to an extent with room for so many bytes. */
  function makeRoom(bytes: number): void {
    const fits = () => Math.ceil(top / alignment) * alignment + bytes <= extents[current]!.end;
    while (!fits()) {
      if (!shared) {
        throw new RangeError(
          `allocate: ${bytes} more bytes do not fit: ${top} of ${maxBytes} are in use. Use a smaller input, fewer layers or fewer probes.`,
        );
      }
      if (current + 1 === extents.length) extents.push(claimExtent(shared, bytes, maxBytes));
      current++;
      top = extents[current]!.begin;
    }
  }

  function growTo(end: number): void {
    // Of a shared memory others may have grown it meanwhile, or grow it as well: then it is larger than need be.
    const missing = end - memory.buffer.byteLength;
    if (missing <= 0) return;
    try {
      memory.grow(Math.ceil(missing / pageBytes));
    } catch {
      throw new RangeError(
        `allocate: the machine refused ${missing} more bytes (${top} are in use). Use fewer workers or a smaller input.`,
      );
    }
  }

  return {
    run,
    memory,
    get usedBytes() {
      const before = extents.slice(0, current).reduce((sum, { begin, end }) => sum + end - begin, 0);
      return before + top - extents[current]!.begin;
    },
    allocate(bytes) {
      if (!(bytes >= 0)) throw new RangeError(`allocate: needs a number of bytes, got ${bytes}.`);
      makeRoom(bytes);
      const ptr = Math.ceil(top / alignment) * alignment;
      growTo(ptr + bytes);
      top = ptr + bytes;
      new Uint8Array(memory.buffer, ptr, bytes).fill(0);
      return ptr;
    },
    mark: () => top,
    release(mark) {
      current = extents.findIndex(({ begin, end }) => begin <= mark && mark <= end);
      top = mark;
    },
    f32: (ptr, length) => new Float32Array(memory.buffer, ptr, length),
    f64: (ptr, length) => new Float64Array(memory.buffer, ptr, length),
    i32: (ptr, length) => new Int32Array(memory.buffer, ptr, length),
    u32: (ptr, length) => new Uint32Array(memory.buffer, ptr, length),
    u64: (ptr, length) => new BigUint64Array(memory.buffer, ptr, length),
  };
}
