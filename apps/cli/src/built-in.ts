/// <reference types="vite/client" />
/** @file What comes with the command line: networks and published measurements, bundled from data/. */
import { buildNetwork, type Graph, InputError } from '@ventral/core';
import { type Measurement, readMeasurements } from '@ventral/cortex';
import { readCsv } from '@ventral/formats';
import ventralnet from '../../../data/models/ventralnet.json' with { type: 'json' };

/** Seed of the weights of `ventralnet:untrained`, the same everywhere. */
const untrainedSeed = 1;

export interface BuiltInNetwork {
  readonly name: string;
  readonly description: string;
  /** What it is made of, for hashes and manifests. */
  readonly source: string;
  load(): Graph;
}

/** The one list of built-in networks. */
export const builtInNetworks: readonly BuiltInNetwork[] = [
  {
    name: 'ventralnet:untrained',
    description: 'four blocks and a decoder, 32×32 RGB over 2°, ten classes; seeded random weights, nothing was learned',
    source: JSON.stringify({ network: ventralnet, seed: untrainedSeed }),
    load: () => buildNetwork(ventralnet, { seed: untrainedSeed }),
  },
];

/** The description of a built-in network, without weights; undefined if there is none of that name. */
export function builtInDescription(name: string): unknown {
  return name === 'ventralnet' ? ventralnet : undefined;
}

/** A built-in network by name; undefined if there is none of that name. */
export function builtInNetwork(name: string): BuiltInNetwork | undefined {
  if (name === 'ventralnet') {
    throw new InputError(
      'model "ventralnet": is not trained yet. Use ventralnet:untrained, the same network with seeded random weights.',
    );
  }
  return builtInNetworks.find((network) => network.name === name);
}

/** Published measurements of LGN, V1, V2, V4 and IT. */
export function measurements(): Measurement[] {
  const files = import.meta.glob<string>('../../../data/cortex/*.csv', { query: '?raw', import: 'default', eager: true });
  return readMeasurements(
    Object.entries(files)
      .map(([path, text]) => ({ name: path.split('/').at(-1)!, text }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map(({ name, text }) => ({ name, ...readCsv(text) })),
  );
}
