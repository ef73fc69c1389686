/** @file The entry of a worker thread: sessions that probe, train or evaluate, for the pool. */
import { parentPort } from 'node:worker_threads';
import { openEvaluateSession, openTrainSession, serve, sessionsByKind } from '@ventral/core';
import { probeSessions } from '@ventral/probe';
import nodeEndpoint from 'comlink/dist/esm/node-adapter';
import { workerEnvironment } from './workers.ts';

const environment = workerEnvironment();
serve(
  nodeEndpoint(parentPort!),
  sessionsByKind({
    ...probeSessions(environment),
    train: openTrainSession(environment),
    evaluate: openEvaluateSession(environment),
  }),
);
