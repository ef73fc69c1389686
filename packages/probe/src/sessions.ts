/** @file The one list of the sessions that probes need in a worker, by the kind that their jobs' setups say. */
import type { NetworkEnvironment } from '@ventral/core';
import { openLinearShareSession } from './complexity/linear-share-session.ts';
import { openPhysiologySession } from './physiology/session.ts';
import { openPatchesSession } from './preferred/patches-session.ts';
import { openPreferredSession } from './preferred/preferred-session.ts';
import { openEffectiveFieldSession } from './receptive-field/effective-session.ts';
import { openProbeSession } from './session.ts';
import { openVisualiseSession } from './visualise/visualise-session.ts';

/** Opens the sessions of all probes, in a worker or in this thread: for `sessionsByKind`. */
export function probeSessions<Item>(environment: NetworkEnvironment<Item>) {
  return {
    probe: openProbeSession(environment),
    physiology: openPhysiologySession(environment),
    'effective-field': openEffectiveFieldSession(environment),
    'linear-share': openLinearShareSession(environment),
    visualise: openVisualiseSession(environment),
    preferred: openPreferredSession(environment),
    patches: openPatchesSession(environment),
  };
}
