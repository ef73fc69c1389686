/**
 * @file Makes the page's Web Workers and tells when they are gone. A worker that called close() sends no event, so each worker
 * holds a lock of its own name as long as it lives, and the page waits for that lock. Where there are no locks (a page without
 * https), the pool's heartbeat is what notices.
 */
import { createPool, type Pool, type SpawnedWorker } from '@ventral/core';
import type { LockHeld } from './life-lock.ts';

/** The pool that was used before, or a new one in its place if it has another number of workers. */
export function poolFor(nWorkers: number, before: Pool | undefined): Pool {
  if (before?.nWorkers === nWorkers) return before;
  before?.close();
  // Where there are locks a death is known at once; silence is then only the last resort, and a large network takes long.
  return createPool({ spawn: spawnWorker, nWorkers, silenceMs: 'locks' in navigator ? 300_000 : 60_000 });
}

/** A worker that probes and trains: the pool's `spawn`. */
export function spawnWorker(): SpawnedWorker {
  return watched((name) => new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name }));
}

/** The worker that runs one picture and holds its maps. */
export function spawnViewer(): SpawnedWorker {
  return watched((name) => new Worker(new URL('./viewer.ts', import.meta.url), { type: 'module', name }));
}

/** A worker whose end is noticed. @param make gives it this name, which is its lock's */
export function watched(make: (name: string) => Worker): SpawnedWorker {
  const name = `ventral-${crypto.getRandomValues(new Uint32Array(2)).join('-')}`;
  const worker = make(name);
  const callbacks: ((reason: string) => void)[] = [];
  let reason: string | undefined;
  const gone = (why: string) => {
    if (reason !== undefined) return;
    reason = why;
    for (const callback of callbacks) callback(why);
  };
  worker.addEventListener('error', (event) =>
    gone(event.message ? `it broke: ${event.message}` : 'its script could not be loaded'),
  );
  worker.addEventListener('message', ({ data }: MessageEvent<Partial<LockHeld> | undefined>) => {
    if (data?.lockHeld === name) void navigator.locks.request(name, () => gone('it was closed'));
  });
  return {
    endpoint: worker as SpawnedWorker['endpoint'],
    onExit(callback) {
      if (reason === undefined) callbacks.push(callback);
      else callback(reason);
    },
    terminate() {
      worker.terminate();
      gone('it was terminated');
    },
  };
}
