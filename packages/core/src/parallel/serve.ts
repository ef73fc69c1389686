/**
 * @file The worker's side of a pool: offers one session over comlink. An app's worker entry is one call of `serve`, with
 * `self` in a browser and comlink's node adapter around `parentPort` in Node.
 */
import { expose } from 'comlink';
import { type Announcement, type ChunkResult, checkOwnMemory, runChunk } from './run-chunk.ts';
import type { Chunk, Company, Endpoint, OpenSession, Session } from './task.ts';

/** What a worker answers to. Errors cross with name, message and stack; their class is lost. */
export interface Service<Setup, Item, State, Total> {
  /** Opens a session in place of the one before, and gives what it shares. */
  open(setup: Setup, company: Company): Promise<unknown>;
  /** Runs a chunk after those already sent, and not at all if one of them failed. undefined: it was cancelled. */
  runChunk(chunk: Chunk<Item>, strict: boolean): Promise<ChunkResult<State> | undefined>;
  total(): Total;
  /** Begins another job in the same session. */
  update(message: unknown): void;
  /** Ends the chunks under way, before their next item; holds until the next open() or update(). */
  cancel(): void;
  close(): void;
  /** Answers when the worker is not computing: a sign of life. */
  ping(): void;
}

/** A message that is not comlink's (it has no `id`, which comlink ignores): one way, nobody waits for it. */
export interface AnnouncementMessage {
  readonly announcement: Announcement;
}

/**
 * A session of several kinds: the setup's `kind` says which.
 * @throws Error `sessionsByKind: no session of the kind "paint".`
 */
export function sessionsByKind(
  sessions: Readonly<Record<string, OpenSession<never, never, unknown, unknown>>>,
): OpenSession<{ readonly kind: string }, never, unknown, unknown> {
  return (setup, company) => {
    const open = sessions[setup.kind];
    if (!open) throw new Error(`sessionsByKind: no session of the kind "${setup.kind}".`);
    return open(setup as never, company);
  };
}

/** Serves sessions to the pool at the other end of `endpoint`, one at a time. */
export function serve<Setup, Item, State, Total>(endpoint: Endpoint, open: OpenSession<Setup, Item, State, Total>): void {
  let session: Session<Item, State, Total> | undefined;
  let cancelled = false;
  let lastChunk: Promise<unknown> = Promise.resolve();

  const opened = () => {
    if (session === undefined) throw new Error('serve: no session is open. Call open() first.');
    return session;
  };
  const control = (strict: boolean) => ({
    strict,
    announce: (announcement: Announcement) => endpoint.postMessage({ announcement } satisfies AnnouncementMessage),
    isCancelled: () => cancelled,
  });

  const service: Service<Setup, Item, State, Total> = {
    async open(setup, company) {
      service.close();
      cancelled = false;
      lastChunk = Promise.resolve();
      session = await open(setup, company);
      return session.shared;
    },
    runChunk(chunk, strict) {
      const result = lastChunk.then(() => runChunk(opened(), chunk, control(strict)));
      lastChunk = result;
      return result;
    },
    total() {
      const total = opened().total();
      checkOwnMemory(total, 'total: total');
      return total;
    },
    update(message) {
      cancelled = false;
      lastChunk = Promise.resolve();
      opened().update?.(message);
    },
    cancel() {
      cancelled = true;
    },
    close() {
      session?.close();
      session = undefined;
    },
    ping() {},
  };
  expose(service, endpoint);
}
