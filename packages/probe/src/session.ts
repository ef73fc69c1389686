/**
 * @file The worker's side of a probing job: the network, its kernels and the accumulators beside the activations. Pictures go
 * in one at a time; small states come out. What the states mean is known to the probes; who runs sessions is core/parallel.
 */
import {
  bindGraph,
  canonicalForm,
  createExecutor,
  type Graph,
  type Image,
  type OpenSession,
  type Preprocess,
  preprocess,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
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
  loadGraph(model: unknown): Promise<Graph>;
  /** @throws InputError if the picture cannot be used. */
  loadImage(item: Item): Promise<Image>;
}

/** Opens probing sessions, in a worker or in this thread. */
export function openProbeSession<Item>(
  environment: ProbeSessionEnvironment<Item>,
): OpenSession<ProbeSetup, Item, PerProbeAndLayer, PerProbeAndLayer> {
  return async (setup) => {
    const { layers, options } = setup;
    const bound = bindGraph(await environment.loadGraph(setup.model), { input: setup.input, maxBytes: setup.maxBytes });
    const graph = setup.allNodes ? bound : canonicalForm(bound);
    const picture = pictureInput(graph);
    const [heightPx, widthPx] = picture.sizePx;
    const kernels = instantiate(environment.module);
    const executor = createExecutor(kernels, graph, { taps: layers.map(({ layer }) => layer), exact: setup.exact });
    const accumulators = stimulusProbes(setup.probes).map((probe) =>
      layers.map((layer) => probe.open(layer, { kernels, options })),
    );
    const each = <T>(take: (accumulator: (typeof accumulators)[number][number]) => T) =>
      accumulators.map((ofProbe) => ofProbe.map(take));
    return {
      beginChunk() {
        each((accumulator) => accumulator.snapshot());
      },
      async runItem(item) {
        const values = preprocess(await environment.loadImage(item), setup.preprocess, { heightPx, widthPx });
        executor.setInput(picture.name, values, 'channelsLast');
        executor.run((tap) => {
          for (const ofProbe of accumulators) ofProbe[tap.tapIndex]!.update(tap);
        });
      },
      endChunk: () => each((accumulator) => accumulator.snapshot()),
      total: () => each((accumulator) => accumulator.total()),
      close() {},
    };
  };
}
