/**
 * @file Runs a job in this thread, without workers and without comlink: for tests, for small work and where workers cannot
 * be had. Gives way to the event loop between items. Same bytes as a pool.
 */
import { createLedger, type Place } from './ledger.ts';
import { checkOwnMemory, runChunk } from './run-chunk.ts';
import { JobAborted, type JobRunner, type OpenSession, type Session } from './task.ts';

/**
 * A runner that opens a session in this thread for each job; jobs do not wait for one another. States are cloned, as on
 * their way out of a worker. Errors read as createPool's, with `this thread` for the worker. A WebAssembly trap rejects the
 * job; an item that never ends, or ends the process, is not survived here.
 */
export function createInline<Setup, Item, State, Total>(
  open: OpenSession<Setup, Item, State, Total>,
): JobRunner<Setup, Item, State, Total> {
  let isClosed = false;
  let kept: { readonly key: string; readonly session: Session<Item, State, Total> } | undefined;
  return {
    nWorkers: 1,

    async run(job) {
      const ledger = createLedger(job);
      const isCancelled = () => isClosed || (job.signal?.aborted ?? false);
      const totals: Total[] = [];
      let place: Place = 'opening the job';
      const control = {
        strict: job.strict ?? false,
        isCancelled,
        announce(announcement: Exclude<Place, string>) {
          place = announcement;
          ledger.announced(announcement);
        },
      };
      try {
        if (ledger.nChunks > 0 && !isCancelled()) {
          const isOpen = job.session !== undefined && kept?.key === job.session;
          if (!isOpen) kept?.session.close();
          const session = isOpen ? kept!.session : await open(job.setup, { nWorkers: 1, shared: undefined });
          kept = job.session === undefined ? undefined : { key: job.session, session };
          if (job.session !== undefined) session.update?.(job.update);
          try {
            for (let chunk = ledger.takeChunk(); chunk !== undefined; chunk = ledger.takeChunk()) {
              const result = await runChunk(session, chunk, control);
              if (result === undefined) break;
              ledger.add(chunk, structuredClone(result));
            }
            const total = session.total();
            checkOwnMemory(total, 'total: total');
            totals.push(structuredClone(total));
          } finally {
            if (!kept) session.close();
          }
        }
      } catch (error) {
        kept?.session.close();
        kept = undefined;
        throw ledger.explain(error, 'this thread', place);
      }
      if (isClosed) throw new Error('createInline: the runner was closed. Make a new one.');
      if (isCancelled()) throw new JobAborted(ledger.progress());
      return ledger.result(totals);
    },

    close() {
      isClosed = true;
      kept?.session.close();
      kept = undefined;
    },
  };
}
