/** @file The entry of a worker that probes: one session at a time, for the pool. */
import { serve } from '@ventral/core';
import { holdLifeLock } from './life-lock.ts';
import { openProbeSession } from './session.ts';

serve(self as never, openProbeSession);
holdLifeLock();
