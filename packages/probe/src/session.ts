/**
 * @file The worker's side of a probing job: the network, its kernels and the accumulators beside the activations. Pictures go
 * in one at a time; small states come out. What the states mean is known to the probes; who runs sessions is core/parallel.
 */
import {
  chunkSize,
  createChunkExecutor,
  type NetworkEnvironment,
  type NetworkSetup,
  type OpenSession,
  openNetwork,
  type Preprocess,
  pictureInput,
  preprocess,
  type Tap,
} from '@ventral/core';
import { type WeightControl, withControl } from './control/weights.ts';
import type { LayerInfo, ProbeOptions } from './probe.ts';
import { stimulusProbes } from './probes.ts';
import type { PerProbeAndLayer } from './states.ts';

/** What a worker is told of a job: plain data. */
export interface ProbeSetup extends NetworkSetup {
  readonly kind: 'probe';
  readonly layers: readonly LayerInfo[];
  /** Names of stimulus probes. */
  readonly probes: readonly string[];
  readonly options: ProbeOptions;
  readonly preprocess: Preprocess;
  /** Other weights than the model's own. */
  readonly control?: WeightControl | undefined;
}

/** Opens probing sessions, in a worker or in this thread. */
export function openProbeSession<Item>(
  environment: NetworkEnvironment<Item>,
): OpenSession<ProbeSetup, Item, PerProbeAndLayer, PerProbeAndLayer> {
  return async (setup, company) => {
    const { layers, options, exact } = setup;
    const loadGraph = async (model: unknown) => withControl(await environment.loadGraph(model), setup.control);
    const { kernels, split, packed, shared } = await openNetwork({ ...environment, loadGraph }, setup, company);
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
