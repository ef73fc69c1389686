/** @file The pool over real worker threads. Node 20 cannot run .ts, so the entries are bundled first. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Worker } from 'node:worker_threads';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isInputError } from '../errors.ts';
import { createInline } from './inline.ts';
import { createPool, defaultWorkerCount, type Pool } from './pool.ts';
import type { Job, Progress } from './task.ts';
import { mergeSums, openSums, roughNumbers, type SumItem, type SumSetup, type SumTotal } from './test-session.ts';
import { spawnNodeWorker } from './test-spawn.mjs';

type SumJob = Job<SumSetup, SumItem, Float64Array, SumTotal>;

let folder: string;
const pools: Pool[] = [];
const workers: Worker[] = [];
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown) => unhandled.push(reason);

/** Bundles an entry of this folder into one module. */
async function bundle(entry: string, name: string) {
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL(entry, import.meta.url)),
      outDir: folder,
      emptyOutDir: false,
      rollupOptions: { output: { entryFileNames: name } },
    },
    ssr: { noExternal: true },
  });
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ventral-pool-'));
  await bundle('test-worker.mjs', 'worker.mjs');
  await bundle('test-main.mjs', 'main.mjs');
  process.on('unhandledRejection', onUnhandled);
});

afterEach(async () => {
  for (const pool of pools.splice(0)) pool.close();
  await Promise.all(workers.splice(0).map((worker) => worker.terminate()));
  expect(unhandled.splice(0)).toEqual([]);
});

afterAll(async () => {
  process.off('unhandledRejection', onUnhandled);
  await rm(folder, { recursive: true });
});

function open(nWorkers: number, options: { silenceMs?: number; die?: 'exit' | 'close' | 'uncaught' } = {}): Pool {
  const spawn = () => {
    const spawned = spawnNodeWorker(pathToFileURL(join(folder, 'worker.mjs')), { die: options.die ?? 'exit' });
    workers.push(spawned.worker);
    return spawned;
  };
  const pool = createPool({ spawn, nWorkers, silenceMs: options.silenceMs });
  pools.push(pool);
  return pool;
}

function sums(n: number, changes: Partial<SumJob> = {}, faults: Record<number, SumItem['fault']> = {}): SumJob {
  const items = roughNumbers(n, 7).map((value, i) => ({
    value: i in faults ? i : value,
    ...(faults[i] && { fault: faults[i] }),
  }));
  return { setup: { scale: 0.1 }, items, merging: mergeSums, describe: ({ value }) => `number ${value}`, ...changes };
}

/** Blocks this thread. */
const sleep = (ms: number) => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const bytes = (state: Float64Array | undefined) => Buffer.from(state!.buffer).toString('hex');
const rejection = (run: Promise<unknown>) =>
  run.then(
    () => expect.unreachable('the job did not reject'),
    (error: Error & { progress?: Progress }) => error,
  );
/** A later job on the same pool is right, so its workers are whole. */
async function expectWhole(pool: Pool) {
  const again = await pool.run(sums(40));
  expect([again.nDone, again.total?.nSummed]).toEqual([40, 40]);
}

describe('createPool', () => {
  it.each([1, 8, 9, 100, 333])('n=%i has the same bytes with 1, 2, 3, 8 workers and inline', async (n) => {
    const inline = await createInline(openSums(() => undefined)).run(sums(n));
    for (const nWorkers of [1, 2, 3, 8]) {
      const result = await open(nWorkers).run(sums(n));
      expect(bytes(result.state)).toBe(bytes(inline.state));
      // The first session opens alone; the others are told what it shares.
      const nOpened = Math.min(nWorkers, Math.ceil(n / 8));
      const told = Array.from({ length: nOpened }, (_, i) => `${nOpened} ${i < nOpened - 1 ? 'from the first' : undefined}`);
      expect(result.total).toEqual({ nSummed: n, nOpened, told });
      expect([result.nDone, result.failures]).toEqual([n, []]);
    }
    if (n === 333) {
      const items = roughNumbers(n, 7).map((value) => value * 0.1);
      expect(inline.state![0]).not.toBe(items.reduce((a, b) => a + b)); // a left fold does not have them
    }
  });

  it('chunks of another size, and sessions that stay open between jobs and are told what changed', async () => {
    const jobOf = (n: number, scale: number) => sums(n, { chunkSize: 3, session: 'kept', setup: { scale: 1 }, update: scale });
    const inline = createInline(openSums(() => undefined));
    const expected = [await inline.run(jobOf(4, 2)), await inline.run(jobOf(50, -3))];
    for (const nWorkers of [1, 2, 3]) {
      const pool = open(nWorkers);
      // The second job has work for more workers than the first, which opened only some.
      const results = [await pool.run(jobOf(4, 2)), await pool.run(jobOf(50, -3))];
      expect(results.map(({ state }) => bytes(state))).toEqual(expected.map(({ state }) => bytes(state)));
      expect(results[1]!.total!.nSummed).toBe(54);
      const other = await pool.run(sums(5, { session: 'other' }));
      expect(other.total!.nSummed).toBe(5);
    }
  });

  it('no items need no worker', async () => {
    expect(await open(2).run(sums(0))).toEqual({ state: undefined, total: undefined, nDone: 0, failures: [] });
    expect(workers).toEqual([]);
  });

  it.each([1, 2, 3])('%i workers: progress goes up by one item at a time', async (nWorkers) => {
    const progress: Progress[] = [];
    await open(nWorkers).run(sums(50, { onProgress: (p) => progress.push(p) }, { 3: 'unusable', 49: 'unusable' }));
    expect(progress.map(({ nDone }) => nDone)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(progress.at(-1)).toEqual({ nDone: 50, nItems: 50, nFailed: 2 });
  });

  it('two jobs at once on one pool run one after the other, each with its setup', async () => {
    const pool = open(2);
    const [one, two] = await Promise.all([
      pool.run(sums(40, { setup: { scale: 1 } })),
      pool.run(sums(40, { setup: { scale: -2 } })),
    ]);
    expect(two.state![0]).toBe(-2 * one.state![0]!);
    expect(workers.length).toBe(2);
  });

  it('does not wait for the host between chunks', async () => {
    // The host is deaf for 300 ms once the last item of the first chunk starts; the worker has the next chunk by then.
    const doneMs: number[] = [];
    const job = sums(16, {
      setup: { scale: 1, busyMs: 5 },
      onProgress({ nDone }) {
        doneMs.push(performance.now());
        if (nDone === 7) setImmediate(() => sleep(300));
      },
    });
    await open(1).run(job);
    expect(doneMs[14]! - doneMs[7]!).toBeLessThan(20); // they were waiting, all done
  });

  it('lists unusable items in order, with the others right', async () => {
    const faults = { 2: 'unusable', 31: 'unusable', 32: 'unusable', 90: 'unusable' } as const;
    const job = sums(100, {}, faults);
    const slow = { ...job, items: job.items.map((item, i) => (i === 2 ? { ...item, busyMs: 200 } : item)) }; // its chunk ends late
    const inline = await createInline(openSums(() => undefined)).run(job);
    const result = await open(3).run(slow);
    expect(result.failures).toEqual(
      [2, 31, 32, 90].map((itemIndex) => ({ itemIndex, message: `${itemIndex} is not a picture` })),
    );
    expect(result).toEqual({
      ...inline,
      total: { nSummed: 96, nOpened: 3, told: ['3 from the first', '3 from the first', '3 undefined'] },
    });
    expect(bytes(result.state)).toBe(bytes(inline.state));
  });

  it('only unusable items have no state', async () => {
    const result = await open(2).run(sums(3, {}, { 0: 'unusable', 1: 'unusable', 2: 'unusable' }));
    expect([result.state, result.total, result.failures.length]).toEqual([undefined, undefined, 3]);
  });

  it('strict ends at the first unusable item with an InputError', async () => {
    const pool = open(2);
    const error = await rejection(pool.run(sums(400, { strict: true, setup: { scale: 1, busyMs: 1 } }, { 11: 'unusable' })));
    expect(isInputError(error)).toBe(true);
    expect(error.message).toBe('number 11 (item 11): 11 is not a picture');
    await expectWhole(pool);
  });

  it.each([1, 2])('%i workers: an abort settles within one item and the pool runs again', async (nWorkers) => {
    const pool = open(nWorkers);
    const controller = new AbortController();
    let nAtAbort = 0;
    const busyMs = 30;
    const job = sums(100, {
      setup: { scale: 1, busyMs },
      signal: controller.signal,
      onProgress({ nDone }) {
        if (nDone !== 5) return;
        nAtAbort = nDone;
        controller.abort();
      },
    });
    const error = await rejection(pool.run(job));
    expect(error.name).toBe('AbortError');
    expect(error.progress).toMatchObject({ nItems: 100, nFailed: 0 });
    expect(error.progress!.nDone - nAtAbort).toBeLessThanOrEqual(2 * nWorkers); // one running, one whose news is under way
    expect(error.message).toBe(`The job was cancelled after ${error.progress!.nDone} of 100 items.`);
    await expectWhole(pool);
    expect(workers.length).toBe(nWorkers); // the same ones
  });

  it('an abort before the job begins, and while a worker opens, does not wait', async () => {
    const pool = open(2);
    expect((await rejection(pool.run(sums(9, { signal: AbortSignal.abort() })))).name).toBe('AbortError');
    const error = await rejection(
      pool.run(sums(40, { setup: { scale: 1, fault: 'openNever' }, signal: AbortSignal.timeout(100) })),
    );
    expect(error).toMatchObject({ name: 'AbortError', progress: { nDone: 0, nItems: 40, nFailed: 0 } });
    await expectWhole(pool);
  });

  it.each([
    ['throw', 'RangeError: index 7 is out of bounds'],
    ['trap', 'RuntimeError: unreachable'],
  ] as const)('%s rejects and names worker and item; the worker is replaced', async (fault, what) => {
    const pool = open(2);
    const error = await rejection(pool.run(sums(100, {}, { 20: fault })));
    expect(error.message).toMatch(/^worker [12] of 2 failed while processing number 20 \(item 20\): /);
    expect(error.message.endsWith(`: ${what}`)).toBe(true);
    await expectWhole(pool);
    expect(workers.length).toBeGreaterThan(2);
  });

  it.each([
    ['open', 'worker 1 of 1 failed while opening the job: TypeError: no such kernel'],
    ['openUnusable', 'openSums: not a network.'],
    ['endChunk', 'worker 1 of 1 failed while ending chunk 0: RangeError: no snapshot'],
    [
      'view',
      'worker 1 of 1 failed while ending chunk 0: Error: endChunk: state is a view of 16 bytes on a memory of 8000 bytes, all of which would be posted. Return a slice() of it.',
    ],
  ] as const)('setup %s rejects and says where', async (fault, message) => {
    const pool = open(1);
    const error = await rejection(pool.run(sums(9, { setup: { scale: 1, fault } })));
    expect(error.message).toBe(message);
    expect(isInputError(error)).toBe(fault === 'openUnusable');
    await expectWhole(pool);
  });

  it('an error of onProgress or merge is the job’s', async () => {
    const pool = open(2);
    const bug = () => {
      throw new TypeError('a bug of the host');
    };
    expect((await rejection(pool.run(sums(40, { onProgress: bug })))).message).toBe('a bug of the host');
    expect((await rejection(pool.run(sums(40, { merging: { ...mergeSums, merge: bug } })))).message).toBe('a bug of the host');
    await expectWhole(pool);
  });

  it('a setup that cannot be posted rejects', async () => {
    const pool = open(1);
    const setup = { scale: 1, callback: () => undefined };
    expect((await rejection(pool.run(sums(9, { setup })))).message).toContain('could not be cloned');
    await expectWhole(pool);
  });

  it.each([
    ['exit', {}, 'it exited with code 3'],
    ['uncaught', {}, 'Error: thrown outside of any call'],
    ['close', { silenceMs: 3000 }, /it gave no sign of life for 3(\.\d)? s/],
  ] as const)('a worker that ends by %s rejects the job and is replaced', async (die, options, reason) => {
    const pool = open(2, { die, ...options });
    const error = await rejection(pool.run(sums(100, {}, { 20: 'die' })));
    expect(error.message).toMatch(/^worker [12] of 2 died while processing number 20 \(item 20\): /);
    expect(error.message).toMatch(reason);
    await expectWhole(pool);
  });

  it('an endless item is noticed by its silence', async () => {
    const pool = open(2, { silenceMs: 1000 });
    const beginMs = performance.now();
    const error = await rejection(pool.run(sums(100, {}, { 20: 'spin' })));
    expect(error.message).toMatch(/^worker [12] of 2 died while processing number 20 \(item 20\): it gave no sign of life/);
    expect(performance.now() - beginMs).toBeLessThan(5000);
    await expectWhole(pool);
  });

  it('an item that waits, with its worker answering, is not dead', async () => {
    const controller = new AbortController();
    const pool = open(1, { silenceMs: 700 });
    let settled = false;
    const run = rejection(pool.run(sums(9, { signal: controller.signal }, { 4: 'never' }))).then((error) => {
      settled = true;
      return error;
    });
    await new Promise((resolve) => setTimeout(resolve, 1700));
    expect(settled).toBe(false);
    await workers[0]!.terminate();
    expect((await run).message).toBe('worker 1 of 1 died while processing number 4 (item 4): it exited with code 1');
  });

  it('an item of 2 s is not dead at silenceMs=700 after one of 0.3 s', async () => {
    const job = sums(3);
    const items = job.items.map((item, i) => ({ ...item, busyMs: [300, 2000, 0][i]! }));
    expect((await open(1, { silenceMs: 700 }).run({ ...job, items })).nDone).toBe(3);
  });

  it('a host that is busy for longer than silenceMs does not take its workers for dead', async () => {
    const onProgress = ({ nDone }: Progress) => void (nDone === 5 && setImmediate(() => sleep(1500)));
    expect((await open(2, { silenceMs: 700 }).run(sums(24, { onProgress }))).nDone).toBe(24);
  });

  it('terminate() from outside, in the middle of an item, rejects the job', async () => {
    const pool = open(2);
    const job = sums(400, {
      setup: { scale: 1, busyMs: 10 },
      onProgress({ nDone }) {
        if (nDone === 10) void workers[1]!.terminate();
      },
    });
    const error = await rejection(pool.run(job));
    expect(error.message).toMatch(/^worker 2 of 2 died while processing number .* \(item \d+\): it exited with code 1$/);
    await expectWhole(pool);
  });

  it('a worker that died between two jobs is replaced', async () => {
    const pool = open(2);
    await pool.run(sums(40));
    await workers[0]!.terminate();
    await expectWhole(pool);
    expect(workers.length).toBe(3);
  });

  it('close ends a running job and refuses the next', async () => {
    const pool = open(2);
    const run = rejection(pool.run(sums(400, { setup: { scale: 1, busyMs: 5 }, onProgress: () => pool.close() })));
    expect((await run).message).toBe('createPool: the pool was closed while a job ran.');
    expect((await rejection(pool.run(sums(9)))).message).toBe('createPool: the pool was closed. Make a new one.');
  });

  it('a program ends by itself after close', async () => {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [join(folder, 'main.mjs')], { timeout: 20_000 });
    const { nSummed, error } = JSON.parse(stdout);
    expect(nSummed).toBe(40);
    expect(error).toMatch(/^worker [12] of 2 died while processing item 20: it exited with code 3$/);
    expect(stderr).toBe('');
  });

  it.each([0, 1.5, Number.NaN])('refuses nWorkers=%d', (nWorkers) => {
    expect(() => open(nWorkers)).toThrow(`createPool: nWorkers must be an integer ≥ 1, got ${nWorkers}.`);
  });
});

describe('defaultWorkerCount', () => {
  it.each([
    [8, 1000, 300, 3],
    [2, 1000, 300, 2],
    [8, 100, 300, 1],
    [8, 900, 300, 3],
  ])('cores=%d budget=%d each=%d: %d', (cores, memoryBudgetBytes, bytesPerWorker, n) => {
    expect(defaultWorkerCount({ cores, memoryBudgetBytes, bytesPerWorker })).toBe(n);
  });

  it('refuses cores=NaN', () => {
    expect(() => defaultWorkerCount({ cores: Number.NaN, memoryBudgetBytes: 1, bytesPerWorker: 1 })).toThrow(
      'defaultWorkerCount: cores must be > 0, got NaN.',
    );
  });
});
