/** @file The entry of a worker that probes: one session at a time, for the pool. */
import { type OpenSession, serve } from '@ventral/core';
import { openProbeSession, type PerProbeAndLayer, type ProbeSetup } from '@ventral/probe';
import { compileKernels, createPictureLoader, loadNetwork } from './laboratory.ts';
import { holdLifeLock } from './life-lock.ts';
import type { NetworkSource, Stimulus } from './sources.ts';

const open: OpenSession<ProbeSetup, Stimulus, PerProbeAndLayer, PerProbeAndLayer> = async (setup, company) =>
  openProbeSession<Stimulus>({
    module: await compileKernels(),
    // Only a page that no other origin can look into may share memory between threads.
    sharedModule: crossOriginIsolated ? await compileKernels('simd-shared') : undefined,
    loadGraph: (model) => loadNetwork(model as NetworkSource),
    loadImage: createPictureLoader(),
  })(setup, company);

serve(self as never, open);
holdLifeLock();
