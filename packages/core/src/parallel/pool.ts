/**
 * @file Runs jobs on workers: gives out chunks, merges their states, and ends every job, whatever becomes of a worker. Never
 * makes a worker itself: an app passes `spawn`. Same bytes for any number of workers.
 */
import { InputError } from '../errors.ts';
import { createLedger, type Ledger, type Place } from './ledger.ts';
import { hireWorker, type RemoteService, type RemoteWorker } from './remote-worker.ts';
import type { ChunkResult } from './run-chunk.ts';
import { type Chunk, type Company, type Job, JobAborted, type JobResult, type SpawnedWorker } from './task.ts';

export interface PoolOptions {
  /** Makes a worker whose entry calls `serve`. */
  readonly spawn: () => SpawnedWorker;
  /** Workers are made when a job needs them, and no more than the job has chunks. */
  readonly nWorkers: number;
  /**
   * A worker that is silent for this long, and for 20 times its longest silence before, is declared dead. Default 30,000; it
   * must be longer than the slowest first item.
   */
  readonly silenceMs?: number | undefined;
}

/** A JobRunner whose workers serve whatever their entry opens: the types of a job are the caller's promise. */
export interface Pool {
  readonly nWorkers: number;
  /**
   * Runs a job, after the one before it. A worker that failed or died is replaced for the next job.
   * @throws InputError (rejects) if the setup cannot be opened, or, if strict, at the first unusable item.
   * @throws JobAborted (rejects) if the job's signal aborts.
   * @throws Error (rejects) with what a session threw: `worker 2 of 4 failed while processing stimulus "cats/01.png" (item 3):
   *   RuntimeError: unreachable`, or how a worker ended: `worker 2 of 4 died while opening the job: it exited with code 1`.
   *   The other workers have come to rest by then.
   */
  run<Setup, Item, State, Total>(job: Job<Setup, Item, State, Total>): Promise<JobResult<State, Total>>;
  /** Terminates the workers. */
  close(): void;
}

/** @throws InputError `createPool: nWorkers must be an integer ≥ 1, got 0.` */
export function createPool({ spawn, nWorkers, silenceMs = 30_000 }: PoolOptions): Pool {
  if (!Number.isInteger(nWorkers) || nWorkers < 1) {
    throw new InputError(`createPool: nWorkers must be an integer ≥ 1, got ${nWorkers}.`);
  }
  if (!(silenceMs > 0)) throw new InputError(`createPool: silenceMs must be > 0, got ${silenceMs}.`);
  const workers: RemoteWorker[] = [];
  let lastJob: Promise<unknown> = Promise.resolve();
  let isClosed = false;

  function hire(n: number): RemoteWorker[] {
    for (let i = 0; i < n; i++) {
      if (workers[i]?.death !== undefined || workers[i] === undefined) {
        workers[i] = hireWorker(spawn(), `worker ${i + 1} of ${nWorkers}`, silenceMs);
      }
    }
    return workers.slice(0, n);
  }

  async function runJob<Setup, Item, State, Total>(job: Job<Setup, Item, State, Total>): Promise<JobResult<State, Total>> {
    if (isClosed) throw new Error('createPool: the pool was closed. Make a new one.');
    const ledger = createLedger(job);
    if (job.signal?.aborted) throw new JobAborted(ledger.progress());

    const ending = new AbortController();
    let failure: { readonly error: unknown } | undefined;
    const cancel = () => ending.abort();
    const fail = (error: unknown) => {
      if (!ending.signal.aborted) failure = { error };
      ending.abort();
    };
    job.signal?.addEventListener('abort', cancel);
    try {
      const members = hire(Math.min(nWorkers, ledger.nChunks));
      const opener = createOpener(members.length);
      const totals = await Promise.all(
        members.map((worker, i) => work(worker, opener[i]!, job, ledger, ending.signal, fail).catch(fail)),
      );
      if (isClosed) throw new Error('createPool: the pool was closed while a job ran.');
      if (failure !== undefined) throw failure.error;
      if (ending.signal.aborted) throw new JobAborted(ledger.progress());
      return ledger.result(totals as Total[]);
    } finally {
      job.signal?.removeEventListener('abort', cancel);
    }
  }

  return {
    nWorkers,
    run(job) {
      const result = lastJob.then(() => runJob(job));
      lastJob = result.catch(() => undefined);
      return result;
    },
    close() {
      isClosed = true;
      for (const worker of workers) worker.retire('the pool was closed');
    },
  };
}

/** How one member of a job opens its session; false: it did not. */
type Open = (ask: (company: Company) => Promise<unknown>) => Promise<boolean>;

/** The first member opens at once; the others wait for it, and are told what it shares. Where it fails they open nothing. */
function createOpener(nWorkers: number): Open[] {
  let tell: (shared: { readonly value: unknown } | undefined) => void;
  const first = new Promise<{ readonly value: unknown } | undefined>((resolve) => {
    tell = resolve;
  });
  return Array.from({ length: nWorkers }, (_, i) => async (ask) => {
    if (i > 0) {
      const shared = await first;
      if (shared) await ask({ nWorkers, shared: shared.value });
      return shared !== undefined;
    }
    try {
      tell({ value: await ask({ nWorkers, shared: undefined }) });
      return true;
    } finally {
      tell(undefined);
    }
  });
}

/**
 * One worker's part in a job: opens, runs chunks until none is left, gives its total, closes. When the last item of a chunk
 * starts, the next chunk is sent, so that the worker never waits for this thread.
 * @param ending aborts when the job ends early: the worker stops before its next item.
 * @param fail ends the job with an error that is not this worker's (a caller's onProgress).
 * @returns the worker's total, unless the job ended early.
 */
async function work<Setup, Item, State, Total>(
  worker: RemoteWorker,
  open: Open,
  job: Job<Setup, Item, State, Total>,
  ledger: Ledger<Item, State, Total>,
  ending: AbortSignal,
  fail: (error: unknown) => void,
): Promise<Total | undefined> {
  let place: Place = 'opening the job';
  const sent: { readonly chunk: Chunk<Item>; readonly result: Promise<ChunkResult<State> | undefined> }[] = [];

  async function ask<T>(question: (service: RemoteService) => Promise<T>): Promise<T> {
    try {
      return await worker.call(question);
    } catch (error) {
      if (worker.death === undefined) throw ledger.explain(error, worker.name, place);
      throw new Error(`${worker.name} died while ${ledger.describePlace(place)}: ${worker.death}`);
    }
  }

  function send() {
    const chunk = ending.aborted ? undefined : ledger.takeChunk();
    if (chunk === undefined) return;
    const result = ask((service) => service.runChunk(chunk, job.strict ?? false)) as Promise<ChunkResult<State> | undefined>;
    result.catch(() => undefined); // looked at in its turn, or not at all if an earlier one failed
    sent.push({ chunk, result });
  }

  function interrupt() {
    if (place === 'opening the job') worker.retire('the job ended before it was open');
    else worker.call((service) => service.cancel()).catch(() => undefined);
  }

  worker.onAnnouncement = (announcement) => {
    place = announcement;
    try {
      ledger.announced(announcement);
    } catch (error) {
      fail(error);
    }
    const running = sent.find(({ chunk }) => chunk.index === announcement.chunkIndex)?.chunk;
    if (announcement.nDone + 1 === running?.items.length) send();
  };
  ending.addEventListener('abort', interrupt);
  try {
    const kept = job.session !== undefined && worker.session?.key === job.session ? worker.session : undefined;
    worker.session = undefined;
    let shared: unknown;
    const isOpen = await open(async (company) => {
      shared = kept ? kept.shared : await ask((service) => service.open(job.setup, company));
      return shared;
    });
    if (!isOpen) return undefined;
    // The first chunk follows the update at once: a worker takes its messages in order.
    const updated = job.session === undefined ? undefined : ask((service) => service.update(job.update));
    updated?.catch(() => undefined);
    send();
    await updated;
    for (let head = sent[0]; head !== undefined; head = sent[0]) {
      const result = await head.result;
      if (result !== undefined) ledger.add(head.chunk, result);
      sent.shift();
      if (sent.length === 0) send();
    }
    place = 'closing the job';
    const total = ending.aborted ? undefined : await ask((service) => service.total());
    if (job.session === undefined) await ask((service) => service.close());
    else worker.session = { key: job.session, shared };
    return total as Total | undefined;
  } catch (error) {
    worker.retire('its job failed');
    throw error;
  } finally {
    ending.removeEventListener('abort', interrupt);
    worker.onAnnouncement = undefined;
  }
}

/**
 * How many workers fit: min(cores, floor(memoryBudgetBytes / bytesPerWorker)), and at least one.
 * @throws InputError if a number is not positive: `defaultWorkerCount: cores must be > 0, got NaN.`
 */
export function defaultWorkerCount(resources: {
  readonly cores: number;
  readonly memoryBudgetBytes: number;
  readonly bytesPerWorker: number;
}): number {
  for (const [name, value] of Object.entries(resources)) {
    if (!(value > 0)) throw new InputError(`defaultWorkerCount: ${name} must be > 0, got ${value}.`);
  }
  const { cores, memoryBudgetBytes, bytesPerWorker } = resources;
  return Math.max(1, Math.min(Math.floor(cores), Math.floor(memoryBudgetBytes / bytesPerWorker)));
}
