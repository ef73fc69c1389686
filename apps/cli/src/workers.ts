/** @file Worker threads for the pool, and what a session in one of them needs from Node. */
import { availableParallelism, freemem, totalmem } from 'node:os';
import { Worker, workerData } from 'node:worker_threads';
import { createPool, defaultWorkerCount, type NetworkEnvironment, type Pool, type SpawnedWorker } from '@ventral/core';
import { createImageDecoder } from '@ventral/formats';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { loadGraph, type ModelHandle } from './model.ts';
import type { Runtime } from './runtime.ts';
import { type Stimulus, stimulusReader } from './stimuli.ts';

/** A pool of worker threads; `runtime` is compiled once and shared with them. */
export function createThreadPool(nWorkers: number, runtime: Runtime): Pool {
  // Node tells of every end of a thread; silence is only the last resort, and opening a large model takes long.
  return createPool({ nWorkers, spawn: () => spawn(runtime), silenceMs: 300_000 });
}

function spawn(runtime: Runtime): SpawnedWorker {
  const worker = new Worker(new URL('./worker.js', import.meta.url), {
    workerData: runtime,
    // A picture's bytes live for one image. With room for the young V8 would let them pile up: 40 % more memory in a long run.
    resourceLimits: { maxYoungGenerationSizeMb: 12 },
  });
  return {
    endpoint: nodeEndpoint(worker),
    onExit(callback) {
      let told = false;
      const tell = (reason: string) => {
        if (!told) callback(reason);
        told = true;
      };
      worker.once('error', (error) => tell(`it broke: ${error.message}`));
      worker.once('exit', (code) => tell(`it exited with code ${code}`));
    },
    terminate: () => void worker.terminate(),
  };
}

/** In a worker thread: how a session loads networks and pictures. */
export function workerEnvironment(): NetworkEnvironment<Stimulus> {
  return sessionEnvironment(workerData as Runtime);
}

export function sessionEnvironment({ kernels, sharedKernels, codecs }: Runtime): NetworkEnvironment<Stimulus> {
  return {
    module: kernels,
    sharedModule: sharedKernels,
    loadGraph: async (handle) => loadGraph(handle as ModelHandle),
    loadImage: stimulusReader(createImageDecoder(codecs)),
  };
}

/**
 * As many as there are cores and memory for: half of what the machine has, or what is free if that is more.
 * @param sharedBytes what all workers hold together, once
 */
export function workersFor(bytesPerWorker: number, sharedBytes: number): number {
  const budgetBytes = Math.max(totalmem() / 2, freemem());
  return defaultWorkerCount({
    cores: availableParallelism(),
    memoryBudgetBytes: Math.max(1, budgetBytes - sharedBytes),
    bytesPerWorker,
  });
}
