/**
 * @file One worker seen from the host: calls that settle even when the worker dies, which comlink's own do not, and a
 * heartbeat that notices a death no event tells of (Chromium sends none for a worker that called close()).
 */
import { type Remote, releaseProxy, wrap } from 'comlink';
import type { Announcement } from './run-chunk.ts';
import type { AnnouncementMessage, Service } from './serve.ts';
import type { SpawnedWorker } from './task.ts';

/** A service of unknown types: what the worker serves is the app's promise, which no type crosses a thread to keep. */
export type RemoteService = Remote<Service<unknown, unknown, unknown, unknown>>;

export interface RemoteWorker {
  /** For people: `worker 2 of 4`. */
  readonly name: string;
  /** Why it is gone; undefined while it lives. */
  readonly death: string | undefined;
  /** The session that a job left open, and what it shares; set by the jobs. */
  session: { readonly key: string; readonly shared: unknown } | undefined;
  /** Set by the job that uses the worker; called for each announcement. */
  onAnnouncement: ((announcement: Announcement) => void) | undefined;
  /** Rejects with what the worker threw, or with its death. Beats the heart while the answer is awaited. */
  call<T>(ask: (service: RemoteService) => Promise<T>): Promise<T>;
  /** Ends the worker, rejects its calls and lets go of everything. Does nothing for a dead one. */
  retire(reason: string): void;
}

/** A worker is dead if it is silent for this many times its longest silence so far (an item that computes cannot answer). */
const silenceFactor = 20;

/**
 * Takes a spawned worker into service.
 * @param silenceMs a worker that was asked something and has sent nothing, neither announcement nor result nor answer to a
 *   ping, for this long is dead, unless it was silent before for a twentieth of it or more.
 */
export function hireWorker(spawned: SpawnedWorker, name: string, silenceMs: number): RemoteWorker {
  const { endpoint } = spawned;
  const service: RemoteService = wrap(endpoint);
  const pending = new Set<(death: Error) => void>();
  const beatMs = silenceMs / silenceFactor;
  let death: string | undefined;
  let heart: ReturnType<typeof setInterval> | undefined;
  let lastBeatMs = 0;
  let silentMs = 0;
  let longestSilenceMs = 0;
  let awaitsPong = false;

  function startHeart() {
    lastBeatMs = performance.now();
    silentMs = 0;
    heart = setInterval(beat, beatMs);
  }

  function beat() {
    const nowMs = performance.now();
    // A late beat means that this thread was busy or the machine asleep: only what could be heard counts as silence.
    silentMs += Math.min(nowMs - lastBeatMs, 2 * beatMs);
    lastBeatMs = nowMs;
    if (silentMs >= Math.max(silenceMs, silenceFactor * longestSilenceMs)) {
      worker.retire(`it gave no sign of life for ${Math.round(silentMs / 100) / 10} s`);
    } else if (!awaitsPong) {
      awaitsPong = true;
      service.ping().then(() => {
        awaitsPong = false;
      });
    }
  }

  function hear({ data }: { readonly data: Partial<AnnouncementMessage> | undefined }) {
    longestSilenceMs = Math.max(longestSilenceMs, silentMs);
    silentMs = 0;
    if (data?.announcement !== undefined) worker.onAnnouncement?.(data.announcement);
  }

  const worker = {
    name,
    session: undefined as RemoteWorker['session'],
    onAnnouncement: undefined as RemoteWorker['onAnnouncement'],

    get death() {
      return death;
    },

    call<T>(ask: (service: RemoteService) => Promise<T>): Promise<T> {
      if (death !== undefined) return Promise.reject(new Error(death));
      return new Promise<T>((resolve, reject) => {
        if (pending.size === 0) startHeart();
        pending.add(reject);
        const settled = () => {
          pending.delete(reject);
          if (pending.size === 0) clearInterval(heart);
        };
        ask(service).then(resolve, reject).finally(settled);
      });
    },

    retire(reason: string) {
      if (death !== undefined) return;
      death = reason;
      clearInterval(heart);
      endpoint.removeEventListener('message', hear);
      service[releaseProxy]();
      spawned.terminate();
      for (const reject of pending) reject(new Error(reason));
      pending.clear();
    },
  };
  endpoint.addEventListener('message', hear);
  spawned.onExit((reason) => worker.retire(reason));
  return worker;
}
