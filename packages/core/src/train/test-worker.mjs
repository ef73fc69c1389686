/** @file Worker entry of train.test.ts in Node; the test bundles it. */
import { parentPort, workerData } from 'node:worker_threads';
import nodeEndpoint from 'comlink/dist/esm/node-adapter.mjs';
import { serve } from '../parallel/serve.ts';
import { openTrainSession } from './session.ts';

serve(nodeEndpoint(parentPort), openTrainSession({ module: workerData }));
