/**
 * @file What runs in parallel: a map over chunks of items and a merge of their states along a fixed binary tree. Knows
 * nothing of networks or probes, and nothing of how workers are made.
 */

/** Items per chunk. A chunk is the smallest unit whose state is merged; its items run in order in one worker. */
export const chunkSize = 8;

/** One chunk of a job. */
export interface Chunk<Item> {
  readonly index: number;
  /** Index of its first item in the whole list. */
  readonly first: number;
  readonly items: readonly Item[];
}

/** An item that could not be used (a picture that does not decode). The job goes on; the caller lists it. */
export interface ItemFailure {
  /** Index in the whole list of items. */
  readonly itemIndex: number;
  readonly message: string;
}

/** One worker's open job. Items are processed one at a time, so that a cancel takes at most one. */
export interface Session<Item, State, Total> {
  /** Forgets what was accumulated and begins a chunk. */
  beginChunk(): void;
  /** Processes one item. @throws InputError if only this item is unusable (it leaves no trace); any other error ends the job. */
  runItem(item: Item): Promise<void>;
  /** State of the items since beginChunk: small, structured-cloneable, its own memory. */
  endChunk(): State;
  /** What was counted exactly over the whole life of the session (integers: any merge order gives the same). */
  total(): Total;
  close(): void;
  /** Takes a job's `update`, before its first chunk. */
  update?(message: unknown): void;
  /** What the job's other workers may use of this one (a shared memory and what lies in it): cloned to each of them. */
  readonly shared?: unknown;
}

/** What a session that is being opened knows of the job's other sessions. */
export interface Company {
  readonly nWorkers: number;
  /** `shared` of the first session, which the others wait for; undefined for that first one. */
  readonly shared: unknown;
}

/** Opens a session in the worker: loads the model, allocates, compiles. */
export type OpenSession<Setup, Item, State, Total> = (setup: Setup, company: Company) => Promise<Session<Item, State, Total>>;

/** How states are joined. `merge` is deterministic but need not be associative; `mergeTotals` must be both and commutative. */
export interface Merging<State, Total> {
  merge(left: State, right: State): State;
  mergeTotals(a: Total, b: Total): Total;
}

/** Progress of a job, after each item. */
export interface Progress {
  /** Items behind us, unusable ones included. */
  readonly nDone: number;
  readonly nItems: number;
  readonly nFailed: number;
}

export interface JobResult<State, Total> {
  /** undefined if there was no usable item. */
  readonly state: State | undefined;
  readonly total: Total | undefined;
  /** Items processed, unusable ones included: all of the job's. */
  readonly nDone: number;
  /** In the order of the items. */
  readonly failures: readonly ItemFailure[];
}

/** Every item once. The result depends on the items alone: any number of workers, or none, gives the same bytes. */
export interface Job<Setup, Item, State, Total> {
  /** Posted to every worker (structured clone): handles, never the bytes of a model. */
  readonly setup: Setup;
  readonly items: readonly Item[];
  readonly merging: Merging<State, Total>;
  /** How messages call an item, e.g. `stimulus "cats/01.png"`; its index is added. Default: the index alone. */
  readonly describe?: ((item: Item) => string) | undefined;
  /** Takes effect within one item per worker (a worker that is still opening is dropped); `run` then rejects with JobAborted. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Items per chunk. Default {@link chunkSize}. */
  readonly chunkSize?: number | undefined;
  /**
   * Sessions stay open after the job, and a later job with the same key on the same runner goes on with them: its setup is not
   * looked at. Default: a job's sessions end with it.
   */
  readonly session?: string | undefined;
  /** Given to every session (a structured clone) before its first chunk: what changed since the job before. */
  readonly update?: unknown;
  /** true: the first unusable item seen ends the job with an InputError. Default: it is listed in `failures`. */
  readonly strict?: boolean | undefined;
}

/** Runs jobs: a pool of workers (pool.ts), or this thread (inline.ts). */
export interface JobRunner<Setup, Item, State, Total> {
  readonly nWorkers: number;
  run(job: Job<Setup, Item, State, Total>): Promise<JobResult<State, Total>>;
  /** Lets go of everything; a running job rejects, a later one is refused. */
  close(): void;
}

/** What `run` rejects with when its signal aborts, as fetch does: test `error.name === 'AbortError'`. */
export class JobAborted extends Error {
  override readonly name = 'AbortError';

  constructor(readonly progress: Progress) {
    super(`The job was cancelled after ${progress.nDone} of ${progress.nItems} items.`);
  }
}

/** A worker as an app makes it: something to post messages to, and news of its end. */
export interface SpawnedWorker {
  /** comlink endpoint (in Node: comlink's node adapter around the worker). */
  readonly endpoint: Endpoint;
  /**
   * Calls back once when the worker is gone for whatever reason the platform can tell; `reason` is for people. It should come
   * after the worker's last messages, or a wrong item is named: in Node call back on `exit`, not on `error`, which precedes it.
   */
  onExit(callback: (reason: string) => void): void;
  terminate(): void;
}

/** The part of MessagePort and Worker that comlink uses. */
export interface Endpoint {
  postMessage(message: unknown, transfer?: readonly unknown[]): void;
  addEventListener(type: string, listener: unknown, options?: unknown): void;
  removeEventListener(type: string, listener: unknown, options?: unknown): void;
  start?: () => void;
}
