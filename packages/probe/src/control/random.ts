/**
 * @file The `random` control made ready for a network: its scales are found by running it over the first pictures, layer by
 * layer of weights, until each has the trained one's mean and spread.
 */
import { type BoundGraph, type Graph, InputError, type Pool, type Preprocess } from '@ventral/core';
import { layerSet } from '../layers.ts';
import type { LayerInfo, ProbeOptions } from '../probe.ts';
import type { ProbeSetup } from '../session.ts';
import { mergingOf, type PerProbeAndLayer } from '../states.ts';
import { pooledMoments, summarizeMoments } from '../statistics/moments.ts';
import { type StatisticsState, statistics } from '../statistics/statistics.ts';
import { calibrateScales } from './calibrate.ts';
import { type WeightControl, weightedLayers } from './weights.ts';

/** Pictures by which the layers are brought to the trained ones' mean and spread: the first so many. */
export const nCalibrationImages = 64;

/** The layers that are brought to scale, as a job measures them: the results of the weights, before any activation. */
export function calibratedLayers(graph: Graph, bound: BoundGraph): LayerInfo[] {
  const all = new Map(layerSet(bound, 'all-nodes').map((info) => [info.layer, info]));
  return weightedLayers(graph).map(({ preActivation }) => all.get(preActivation)!);
}

/** What calibration works with. */
export interface Calibration<Item> {
  /** What a job's setup says about the network. */
  readonly network: Pick<ProbeSetup, 'model' | 'input' | 'maxBytes' | 'exact'>;
  /** As {@link calibratedLayers} gives them. */
  readonly layers: readonly LayerInfo[];
  readonly options: ProbeOptions;
  readonly preprocess: Preprocess;
  /** Of these the first {@link nCalibrationImages}; at least one. */
  readonly items: readonly Item[];
  readonly runner: Pick<Pool, 'run'>;
  readonly describe?: ((item: Item) => string) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The random control of a network, calibrated on some pictures. Costs a pass over them for the network and a few for the control.
 * Pictures that cannot be used are left out.
 *
 * @throws InputError `randomControl: none of the 64 pictures could be used. The first: …`
 * @throws JobAborted after a cancel
 */
export async function randomControl<Item>(calibration: Calibration<Item>): Promise<WeightControl> {
  const { network, layers, options, preprocess, items, runner, describe, signal } = calibration;
  const { seed } = options;
  const spreads = async (control?: WeightControl) => {
    const shown = items.slice(0, nCalibrationImages);
    const { state, failures } = await runner.run<ProbeSetup, Item, PerProbeAndLayer, PerProbeAndLayer>({
      setup: {
        kind: 'probe',
        ...network,
        control,
        allNodes: true,
        layers,
        probes: [statistics.name],
        options: { ...options, quantiles: false, maxUnits: 1 },
        preprocess,
      },
      items: shown,
      merging: mergingOf([statistics.name], layers),
      describe,
      signal,
    });
    if (!state)
      throw new InputError(
        `randomControl: none of the ${shown.length} pictures could be used. The first: ${failures[0]?.message ?? 'there is none'}`,
      );
    return (state[0] as StatisticsState[]).map(({ moments }) => summarizeMoments(pooledMoments(moments)));
  };
  const { scales } = await calibrateScales(await spreads(), (found) => spreads({ kind: 'random', seed, scales: found }));
  return { kind: 'random', seed, scales };
}
