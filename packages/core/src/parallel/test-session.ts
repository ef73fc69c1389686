/** @file A session for the tests of this folder: sums numbers, and misbehaves where an item says so. Not exported by core. */
import { InputError } from '../errors.ts';
import type { Merging, OpenSession } from './task.ts';

export interface SumSetup {
  readonly scale: number;
  /** Milliseconds of computing per item, during which the worker is deaf. */
  readonly busyMs?: number;
  /** `view`: endChunk returns a view of the session's memory; `reuse`: the very memory. */
  readonly fault?: 'open' | 'openUnusable' | 'openNever' | 'view' | 'reuse' | 'endChunk';
}

export interface SumItem {
  readonly value: number;
  readonly busyMs?: number;
  /** `die` is what the worker's entry makes of it. */
  readonly fault?: 'unusable' | 'throw' | 'trap' | 'spin' | 'die' | 'never';
}

export interface SumTotal {
  readonly nSummed: number;
  readonly nOpened: number;
  /** What sessions were told at their opening, sorted: the number of workers, and what the first one shares. */
  readonly told: readonly string[];
}

/** (module (func (export "f") unreachable)) */
const trap = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 5, 1, 1, 102, 0, 0, 10, 5, 1, 3, 0, 0, 11,
]);

function spin(ms: number) {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}

/** `die` ends the thread in the way under test. */
export function openSums(die: () => void): OpenSession<SumSetup, SumItem, Float64Array, SumTotal> {
  return async ({ scale, busyMs = 0, fault }, { nWorkers, shared }) => {
    if (fault === 'open') throw new TypeError('no such kernel');
    if (fault === 'openUnusable') throw new InputError('openSums: not a network.');
    if (fault === 'openNever') await new Promise(() => undefined);
    const memory = new Float64Array(fault === 'view' ? 1000 : 2); // [sum, n] first
    let nSummed = 0;
    let factor = scale;
    return {
      update(message) {
        if (message !== undefined) factor = message as number;
      },
      beginChunk() {
        memory.fill(0);
      },
      async runItem(item) {
        spin(item.busyMs ?? busyMs);
        if (item.fault === 'unusable') throw new InputError(`${item.value} is not a picture`);
        if (item.fault === 'throw') throw new RangeError('index 7 is out of bounds');
        if (item.fault === 'trap') (new WebAssembly.Instance(new WebAssembly.Module(trap)).exports.f as () => void)();
        if (item.fault === 'spin') spin(1e9);
        if (item.fault === 'never') await new Promise(() => undefined);
        if (item.fault === 'die') {
          die();
          await new Promise(() => undefined);
        }
        memory[0] = memory[0]! + item.value * factor;
        memory[1] = memory[1]! + 1;
        nSummed += 1;
      },
      endChunk() {
        if (fault === 'endChunk') throw new RangeError('no snapshot');
        if (fault === 'reuse') return memory;
        return fault === 'view' ? memory.subarray(0, 2) : memory.slice(0, 2);
      },
      total: () => ({ nSummed, nOpened: 1, told: [`${nWorkers} ${shared}`] }),
      close() {},
      shared: shared === undefined ? 'from the first' : 'from another',
    };
  };
}

export const mergeSums: Merging<Float64Array, SumTotal> = {
  merge: (left, right) => left.map((value, i) => value + right[i]!),
  mergeTotals: (a, b) => ({
    nSummed: a.nSummed + b.nSummed,
    nOpened: a.nOpened + b.nOpened,
    told: [...a.told, ...b.told].sort(),
  }),
};

/** Numbers of very different size, so that the order of their sum shows in its last bits. Lehmer's generator, seeded. */
export function roughNumbers(n: number, seed: number): number[] {
  let x = seed;
  return Array.from({ length: n }, () => {
    x = (x * 48271) % 2147483647;
    return (x / 2147483647 - 0.5) * 10 ** (x % 9);
  });
}
