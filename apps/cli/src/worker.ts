/** @file The entry of a worker thread: probing sessions, for the pool. */
import { parentPort } from 'node:worker_threads';
import { serve } from '@ventral/core';
import { openProbeSession } from '@ventral/probe';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { workerEnvironment } from './workers.ts';

serve(nodeEndpoint(parentPort!), openProbeSession(workerEnvironment()));
