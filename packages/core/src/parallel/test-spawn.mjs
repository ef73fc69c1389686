/** @file A worker of node:worker_threads as a pool wants it, and `terminate` in the hands of a test. */
import { Worker } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';

export function spawnNodeWorker(url, workerData) {
  const worker = new Worker(url, { workerData });
  return {
    worker,
    endpoint: nodeEndpoint(worker),
    onExit(callback) {
      let reason;
      worker.once('error', (error) => {
        reason = `${error.name}: ${error.message}`; // may overtake messages; exit does not
      });
      worker.once('exit', (code) => callback(reason ?? `it exited with code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}
