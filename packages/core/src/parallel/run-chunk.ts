/**
 * @file One chunk in one session: its items one after another, each announced before it starts. Used by a worker (serve.ts)
 * and by the runner without workers (inline.ts), so that both do the same.
 */
import { isInputError } from '../errors.ts';
import type { Chunk, ItemFailure, Session } from './task.ts';

/** Where a session stands: sent before each item of a chunk starts, and once after its last. */
export interface Announcement {
  readonly chunkIndex: number;
  /** Items of the chunk that are behind it; the next one starts now. */
  readonly nDone: number;
  readonly nFailed: number;
}

export interface ChunkResult<State> {
  readonly state: State;
  readonly failures: readonly ItemFailure[];
}

export interface ChunkControl {
  /** true: an unusable item is an error, not a failure to list. */
  readonly strict: boolean;
  announce(announcement: Announcement): void;
  isCancelled(): boolean;
}

/**
 * Runs a chunk. Gives way to the event loop before each item, so that a cancel takes at most one.
 * @returns undefined if it was cancelled.
 * @throws whatever an item throws, unless it is an InputError and `strict` is false; and Error if the state is not small:
 *   `endChunk: state.moments is a view of 40 bytes on a memory of 67108864 bytes, all of which would be posted. Return a slice() of it.`
 */
export async function runChunk<Item, State, Total>(
  session: Session<Item, State, Total>,
  chunk: Chunk<Item>,
  { strict, announce, isCancelled }: ChunkControl,
): Promise<ChunkResult<State> | undefined> {
  const failures: ItemFailure[] = [];
  session.beginChunk();
  for (const [nDone, item] of chunk.items.entries()) {
    announce({ chunkIndex: chunk.index, nDone, nFailed: failures.length });
    await nextTask();
    if (isCancelled()) return undefined;
    try {
      await session.runItem(item);
    } catch (error) {
      if (strict || !isInputError(error)) throw error;
      failures.push({ itemIndex: chunk.first + nDone, message: error.message });
    }
  }
  announce({ chunkIndex: chunk.index, nDone: chunk.items.length, nFailed: failures.length });
  const state = session.endChunk();
  checkOwnMemory(state, 'endChunk: state');
  return { state, failures };
}

/**
 * Posting a view copies (or shares) the whole memory it looks at: 71 ms for ten numbers of 64 MiB. So a view must be all of
 * its memory.
 */
export function checkOwnMemory(value: unknown, path: string): void {
  if (ArrayBuffer.isView(value)) {
    if (value.byteLength !== value.buffer.byteLength) {
      throw new Error(
        `${path} is a view of ${value.byteLength} bytes on a memory of ${value.buffer.byteLength} bytes, all of which would be posted. Return a slice() of it.`,
      );
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of value instanceof Map ? value : Object.entries(value)) checkOwnMemory(inner, `${path}.${key}`);
  }
}

/** Lets messages that have arrived be handled. setTimeout would wait 1 ms in Node and 4 ms in browsers; this takes about 10 µs. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener('message', () => {
      port1.close();
      resolve();
    });
    port1.start();
    port2.postMessage(undefined);
  });
}
