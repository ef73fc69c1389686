/** @file The entry of a thread that trains (training.mjs). */
import { parentPort, workerData } from 'node:worker_threads';
import { loadLibrary, loadNodeEndpoint } from './library.mjs';

const [{ core }, nodeEndpoint] = [await loadLibrary(), await loadNodeEndpoint()];
core.serve(nodeEndpoint(parentPort), core.openTrainSession({ module: workerData }));
