/** @file Worker entry of pool.test.ts in Node; the test bundles it. `die` ends the thread in the way the message asks. */
import { parentPort, workerData } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { serve } from './serve.ts';
import { openSums } from './test-session.ts';

const ways = {
  exit: () => process.exit(3),
  // What a browser's worker.close() looks like from outside: no event, no answer.
  close: () => parentPort.removeAllListeners('message'),
  uncaught: () =>
    setImmediate(() => {
      throw new Error('thrown outside of any call');
    }),
};
serve(nodeEndpoint(parentPort), openSums(ways[workerData.die]));
