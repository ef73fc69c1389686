/**
 * @file A network in a worker: read by the job's first session, its weights packed on a memory that the others share where
 * threads may share one.
 */
import { createSharedMemory, instantiate, type Kernels } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { type BoundGraph, bindGraph } from '../graph/bind.ts';
import { canonicalForm } from '../graph/canonical.ts';
import { cropGraph, type Part, type Place } from '../graph/crop.ts';
import type { Graph } from '../graph/graph.ts';
import type { Image } from '../image/image.ts';
import { type Company, chunkSize } from '../parallel/task.ts';
import { sizeOf } from '../tensor/tensor.ts';
import { type PackedSplit, packSplit, type SplitGraph, splitAtDense } from './chunk.ts';

/** Which network, and how it runs: plain data. */
export interface NetworkSetup {
  /** What `loadGraph` understands: a path, a File, a built-in name; never the bytes of a large model. */
  readonly model: unknown;
  /** [height, width] of the network's input, where the file leaves it open or to override it. */
  readonly input?: readonly [h: number, w: number] | undefined;
  /** Limit of memory for bindGraph. */
  readonly maxBytes?: number | undefined;
  /** True: the graph as it came from the file. False: its canonical form. */
  readonly allNodes: boolean;
  /** Plain sums only: no Winograd. */
  readonly exact: boolean;
  /** Pictures at a time, where the graph takes so many; else one. Default 1. */
  readonly batch?: number | undefined;
  /** Only what units at these places need is run (cropGraph). Absent: the whole network. */
  readonly only?: readonly Place[] | undefined;
}

/** What an app gives its worker. */
export interface NetworkEnvironment<Item> {
  /** The compiled kernels. */
  readonly module: WebAssembly.Module;
  /** The kernels for a shared memory, where threads may share one: several workers then hold the weights once. */
  readonly sharedModule?: WebAssembly.Module | undefined;
  loadGraph(model: unknown): Promise<Graph>;
  /** @throws InputError if the picture cannot be used. */
  loadImage(item: Item): Promise<Image>;
}

/** What the first session of a job gives the others. */
interface SharedNetwork {
  readonly memory: WebAssembly.Memory;
  readonly network: PackedSplit & Pick<OpenedNetwork, 'parts'>;
}

export interface OpenedNetwork extends Partial<PackedSplit> {
  readonly kernels: Kernels;
  readonly split: SplitGraph;
  /** What is run of the values that `only` names; empty where the whole network is run. */
  readonly parts: ReadonlyMap<string, Part>;
  /** For {@link Session.shared}. */
  readonly shared?: SharedNetwork;
}

/** The network of a session: from the job's first session, or from its file. */
export async function openNetwork<Item>(
  environment: NetworkEnvironment<Item>,
  setup: NetworkSetup,
  company: Company,
): Promise<OpenedNetwork> {
  const { sharedModule } = environment;
  if (sharedModule && company.shared) {
    const { memory, network } = company.shared as SharedNetwork;
    return { kernels: instantiate(sharedModule, { memory }), ...network };
  }
  const bound = bindFor(await environment.loadGraph(setup.model), setup);
  const whole = setup.allNodes ? bound : canonicalForm(bound);
  const { graph, parts } = setup.only ? cropGraph(whole, setup.only) : { graph: whole, parts: new Map() };
  const split = splitAtDense(graph, chunkSize);
  if (!sharedModule || company.nWorkers === 1) return { kernels: instantiate(environment.module), split, parts };
  const memory = createSharedMemory();
  const kernels = instantiate(sharedModule, { memory });
  const network = { ...packSplit(kernels, split, setup.exact), parts };
  return { kernels, ...network, shared: { memory, network } };
}

/** Bound for as many pictures as the setup says, if every output then has as many times its values; a file may fix one picture. */
function bindFor(graph: Graph, { input, maxBytes, batch = 1 }: NetworkSetup): BoundGraph {
  const one = bindGraph(graph, { input, maxBytes });
  if (batch === 1) return one;
  try {
    const many = bindGraph(graph, { input, maxBytes, batch });
    const shapeIn = (bound: BoundGraph, name: string) => bound.types.get(name)!.shape;
    const takesAll = graph.outputs.every(
      (name) => shapeIn(many, name)[0] === batch && sizeOf(shapeIn(many, name)) === batch * sizeOf(shapeIn(one, name)),
    );
    if (takesAll) return many;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  return one;
}
