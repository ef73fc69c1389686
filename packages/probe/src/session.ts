/**
 * @file The worker's side of a probing job: the network, its kernels and the accumulators beside the activations. Pictures go
 * in one at a time; small states come out. What the states mean is known to the probes; who runs sessions is core/parallel.
 */
import {
  bindGraph,
  type Company,
  canonicalForm,
  chunkSize,
  createChunkExecutor,
  type Graph,
  type Image,
  type OpenSession,
  type PackedSplit,
  type Preprocess,
  packSplit,
  preprocess,
  type SplitGraph,
  splitAtDense,
  type Tap,
} from '@ventral/core';
import { createSharedMemory, instantiate, type Kernels } from '@ventral/kernels';
import type { LayerInfo, ProbeOptions } from './probe.ts';
import { stimulusProbes } from './probes.ts';
import { pictureInput } from './receptive-field/field.ts';
import type { PerProbeAndLayer } from './states.ts';

/** What a worker is told of a job: plain data. */
export interface ProbeSetup {
  /** What `loadGraph` understands: a path, a File, a built-in name; never the bytes of a large model. */
  readonly model: unknown;
  /** [height, width] of the network's input, where the file leaves it open or to override it. */
  readonly input: readonly [h: number, w: number] | undefined;
  /** Limit of memory for bindGraph. */
  readonly maxBytes?: number | undefined;
  /** True: the graph as it came from the file. False: its canonical form. */
  readonly allNodes: boolean;
  /** Plain sums only: no Winograd. */
  readonly exact: boolean;
  readonly layers: readonly LayerInfo[];
  /** Names of stimulus probes. */
  readonly probes: readonly string[];
  readonly options: ProbeOptions;
  readonly preprocess: Preprocess;
}

/** What an app gives its worker. */
export interface ProbeSessionEnvironment<Item> {
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
  readonly network: PackedSplit;
}

/** Opens probing sessions, in a worker or in this thread. */
export function openProbeSession<Item>(
  environment: ProbeSessionEnvironment<Item>,
): OpenSession<ProbeSetup, Item, PerProbeAndLayer, PerProbeAndLayer> {
  return async (setup, company) => {
    const { layers, options, exact } = setup;
    const { kernels, split, packed, shared } = await openNetwork(environment, setup, company);
    const picture = pictureInput(split.head);
    const [heightPx, widthPx] = picture.sizePx;
    const taps = layers.map(({ layer }) => layer);
    const executor = createChunkExecutor(kernels, split, chunkSize, { taps, exact, packed });
    const accumulators = stimulusProbes(setup.probes).map((probe) =>
      layers.map((layer) => probe.open(layer, { kernels, options })),
    );
    const each = <T>(take: (accumulator: (typeof accumulators)[number][number]) => T) =>
      accumulators.map((ofProbe) => ofProbe.map(take));
    const onTap = (tap: Tap) => {
      for (const ofProbe of accumulators) ofProbe[tap.tapIndex]!.update(tap);
    };
    const endChunk = () => {
      executor.flush(onTap);
      return each((accumulator) => accumulator.snapshot());
    };
    return {
      shared,
      beginChunk: () => void endChunk(),
      async runItem(item) {
        const values = preprocess(await environment.loadImage(item), setup.preprocess, { heightPx, widthPx });
        executor.setInput(picture.name, values, 'channelsLast');
        executor.run(onTap);
      },
      endChunk,
      total: () => each((accumulator) => accumulator.total()),
      close() {},
    };
  };
}

/** The network of a session: from the job's first session, or from its file. */
async function openNetwork<Item>(
  environment: ProbeSessionEnvironment<Item>,
  setup: ProbeSetup,
  company: Company,
): Promise<Partial<PackedSplit> & { readonly kernels: Kernels; readonly split: SplitGraph; readonly shared?: SharedNetwork }> {
  const { sharedModule } = environment;
  if (sharedModule && company.shared) {
    const { memory, network } = company.shared as SharedNetwork;
    return { kernels: instantiate(sharedModule, { memory }), ...network };
  }
  const bound = bindGraph(await environment.loadGraph(setup.model), { input: setup.input, maxBytes: setup.maxBytes });
  const split = splitAtDense(setup.allNodes ? bound : canonicalForm(bound), chunkSize);
  if (!sharedModule || company.nWorkers === 1) return { kernels: instantiate(environment.module), split };
  const memory = createSharedMemory();
  const kernels = instantiate(sharedModule, { memory });
  const network = packSplit(kernels, split, setup.exact);
  return { kernels, ...network, shared: { memory, network } };
}
