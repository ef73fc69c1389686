/// <reference types="vite/client" />
/** @file What comes with the command line: networks and published measurements, from data/. */
import { readFileSync } from 'node:fs';
import { buildNetwork, type Graph } from '@ventral/core';
import { type Measurement, readMeasurements } from '@ventral/cortex';
import { readCsv, readSafetensors } from '@ventral/formats';
import catalogue from '../../../data/models/built-in.json' with { type: 'json' };

/** An entry of data/models/built-in.json: a description with the weights of a file, or those of a seed. */
interface Entry {
  readonly name: string;
  readonly network: string;
  readonly weights?: string;
  readonly seed?: number;
  /** Name of the same network before training. */
  readonly untrained?: string;
  readonly notice?: string;
  readonly about: string;
}

export interface BuiltInNetwork {
  readonly name: string;
  readonly about: string;
  /** Name of the same network before training: its control. */
  readonly untrained: string | undefined;
  /** What it is made of, for hashes and manifests. */
  bytes(): Uint8Array;
  load(): Graph;
}

const descriptions: Readonly<Record<string, unknown>> = import.meta.glob('../../../data/models/*.json', {
  import: 'default',
  eager: true,
});

const descriptionIn = (file: string): unknown => descriptions[`../../../data/models/${file}`];

/** The one list of built-in networks. */
export const builtInNetworks: readonly BuiltInNetwork[] = (catalogue as readonly Entry[]).map((entry) => {
  const { name, about, untrained, notice, network, weights, seed = 0 } = entry;
  const description = descriptionIn(network);
  // Weights lie beside the built command line.
  const weightBytes = () => (weights ? readFileSync(new URL(`./models/${weights}`, import.meta.url)) : new Uint8Array(0));
  return {
    name,
    about,
    untrained,
    bytes: () => Buffer.concat([new TextEncoder().encode(JSON.stringify({ description, seed })), weightBytes()]),
    load() {
      const graph = buildNetwork(description, weights ? { weights: readSafetensors(weightBytes(), weights).tensors } : { seed });
      return { ...graph, name, metadata: { ...graph.metadata, ...(notice && { notice }) } };
    },
  };
});

/** The description of a built-in network (`ventralnet`, `catdog`), without weights; undefined if there is none of that name. */
export function builtInDescription(name: string): unknown {
  return catalogue.some(({ network }) => network === `${name}.json`) ? descriptionIn(`${name}.json`) : undefined;
}

/** A built-in network by name; undefined if there is none of that name. */
export function builtInNetwork(name: string): BuiltInNetwork | undefined {
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
