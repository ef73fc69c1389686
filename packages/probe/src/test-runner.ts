/** @file For tests: the jobs of all probes in this thread, on the real sessions and kernels. */
import { createInline, type NetworkEnvironment, type Pool, sessionsByKind } from '@ventral/core';
import { probeSessions } from './sessions.ts';

type TestEnvironment<Item> = Omit<NetworkEnvironment<Item>, 'loadImage'> & Partial<Pick<NetworkEnvironment<Item>, 'loadImage'>>;

/** A runner for probeNetwork and for experiments. Without loadImage only what draws its own stimuli runs. */
export function testRunner<Item>(environment: TestEnvironment<Item>): Pick<Pool, 'run'> {
  const loadImage = () => Promise.reject(new Error('testRunner: no pictures were given.'));
  return createInline(sessionsByKind(probeSessions({ loadImage, ...environment }))) as unknown as Pick<Pool, 'run'>;
}
