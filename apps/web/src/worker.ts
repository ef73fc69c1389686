/** @file The entry of a worker of the pool: probes, trains, evaluates, draws and answers, one session at a time. */
import { openEvaluateSession, openTrainSession, serve, sessionsByKind } from '@ventral/core';
import { probeSessions } from '@ventral/probe';
import { compileKernels, createPictureLoader, loadNetwork } from './laboratory.ts';
import { openAnswerSession, openDrawSession } from './lesson-sessions.ts';
import { holdLifeLock } from './life-lock.ts';
import type { NetworkSource, Stimulus } from './sources.ts';

async function loadSessions() {
  const module = await compileKernels();
  const environment = {
    module,
    // Only a page that no other origin can look into may share memory between threads.
    sharedModule: crossOriginIsolated ? await compileKernels('simd-shared') : undefined,
    loadGraph: (model: unknown) => loadNetwork(model as NetworkSource),
    loadImage: createPictureLoader(),
  };
  return sessionsByKind({
    ...probeSessions<Stimulus>(environment),
    train: openTrainSession(environment),
    evaluate: openEvaluateSession<Stimulus>(environment),
    draw: openDrawSession,
    answer: openAnswerSession(module),
  });
}
let sessions: ReturnType<typeof loadSessions> | undefined;

serve(self as never, async (setup: { readonly kind: string }, company) => {
  sessions ??= loadSessions();
  return (await sessions)(setup, company);
});
holdLifeLock();
