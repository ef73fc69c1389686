/**
 * @file The books of one job: which chunks are given out, what is done, what failed, and how an error names where it
 * happened. Kept by whoever runs the job (pool.ts, inline.ts); knows nothing of workers.
 */
import { InputError, isInputError } from '../errors.ts';
import { createTreeReducer } from './reducer.ts';
import type { Announcement, ChunkResult } from './run-chunk.ts';
import { type Chunk, type ItemFailure, type Job, type JobResult, type Progress, chunkSize as standardChunkSize } from './task.ts';

/** What a session is busy with: its last announcement, or the ends of its life. */
export type Place = 'opening the job' | 'closing the job' | Announcement;

export interface Ledger<Item, State, Total> {
  readonly nChunks: number;
  /** The next chunk in ascending order; undefined when all are given out. */
  takeChunk(): Chunk<Item> | undefined;
  /** Counts the items behind an announcement and tells onProgress, once per item. */
  announced(announcement: Announcement): void;
  add(chunk: Chunk<Item>, result: ChunkResult<State>): void;
  progress(): Progress;
  /** For people: `processing stimulus "cats/01.png" (item 3)`. */
  describePlace(place: Place): string;
  /**
   * What the caller of the job is told of an error: `worker 2 of 4 failed while processing stimulus "cats/01.png" (item 3):
   * RuntimeError: unreachable`. An InputError stays one: `stimulus "cats/01.png" (item 3): not a PNG file`.
   */
  explain(error: unknown, who: string, place: Place): Error;
  result(totals: readonly Total[]): JobResult<State, Total>;
}

export function createLedger<Setup, Item, State, Total>(job: Job<Setup, Item, State, Total>): Ledger<Item, State, Total> {
  const { items, merging, chunkSize = standardChunkSize } = job;
  const nChunks = Math.ceil(items.length / chunkSize);
  const reducer = createTreeReducer<State>((left, right) => merging.merge(left, right));
  const failures: ItemFailure[] = [];
  const nDoneOf = new Uint8Array(nChunks);
  const nFailedOf = new Uint8Array(nChunks);
  let nGiven = 0;
  let nDone = 0;
  let nFailed = 0;

  const progress = () => ({ nDone, nItems: items.length, nFailed });

  /** The item being processed, in words; undefined between items. */
  function describeItem(place: Place): string | undefined {
    if (typeof place === 'string' || place.nDone === chunkSize) return undefined;
    const itemIndex = place.chunkIndex * chunkSize + place.nDone;
    const item = items[itemIndex];
    if (item === undefined) return undefined;
    return job.describe === undefined ? `item ${itemIndex}` : `${job.describe(item)} (item ${itemIndex})`;
  }

  function describePlace(place: Place): string {
    if (typeof place === 'string') return place;
    const item = describeItem(place);
    return item === undefined ? `ending chunk ${place.chunkIndex}` : `processing ${item}`;
  }

  return {
    nChunks,

    takeChunk() {
      if (nGiven >= nChunks) return undefined;
      const index = nGiven++;
      const first = index * chunkSize;
      return { index, first, items: items.slice(first, first + chunkSize) };
    },

    announced(announcement) {
      const { chunkIndex } = announcement;
      const nNew = announcement.nDone - nDoneOf[chunkIndex]!;
      nDone += nNew;
      nFailed += announcement.nFailed - nFailedOf[chunkIndex]!;
      nDoneOf[chunkIndex] = announcement.nDone;
      nFailedOf[chunkIndex] = announcement.nFailed;
      if (nNew > 0) job.onProgress?.(progress());
    },

    add(chunk, result) {
      failures.push(...result.failures);
      reducer.add({ level: 0, index: chunk.index, state: result.state });
    },

    progress,
    describePlace,

    explain(error, who, place) {
      const item = describeItem(place);
      if (isInputError(error)) return new InputError(item === undefined ? error.message : `${item}: ${error.message}`);
      const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      return new Error(`${who} failed while ${describePlace(place)}: ${what}`, { cause: error });
    },

    result(totals) {
      const isUsable = nDone > nFailed;
      return {
        state: isUsable ? reducer.finish(nChunks) : undefined,
        total: isUsable ? totals.reduce((a, b) => merging.mergeTotals(a, b)) : undefined,
        nDone,
        failures: failures.sort((a, b) => a.itemIndex - b.itemIndex),
      };
    },
  };
}
