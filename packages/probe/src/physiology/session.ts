/**
 * @file The worker's side of the battery: draws the stimuli of one condition after another, runs the network as far as the
 * deepest layer of the group, and keeps the sampled units' responses.
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
  prune,
  type Tap,
} from '@ventral/core';
import type { StimulusList, StimulusView } from '@ventral/stimuli';
import { type WeightControl, withControl } from '../control/weights.ts';
import type { LayerInfo, ProbeOptions } from '../probe.ts';
import { sampledChannels } from '../statistics/statistics.ts';
import { type Condition, physiologySet } from './battery.ts';

export interface PhysiologySetup extends NetworkSetup {
  readonly kind: 'physiology';
  /** The group's layers. */
  readonly layers: readonly LayerInfo[];
  readonly options: ProbeOptions;
  readonly view: StimulusView;
  readonly preprocess: Preprocess;
  readonly control?: WeightControl | undefined;
}

/** A condition by its place in the list of all: what is sent to a worker. */
export interface ConditionItem extends Pick<Condition, 'set' | 'stimuli'> {
  readonly index: number;
}

/** What the units of all layers gave in one condition. */
export interface Recording {
  readonly index: number;
  /** [stimuli × units], rectified: max(y, 0). */
  readonly responses: Float32Array;
}

/** Recordings in the order of the conditions: joined by appending. */
export const mergeRecordings = {
  merge: (left: readonly Recording[], right: readonly Recording[]) => [...left, ...right],
  mergeTotals: () => null,
};

/** Opens sessions of the battery, in a worker or in this thread. */
export function openPhysiologySession(
  environment: Pick<NetworkEnvironment<never>, 'module' | 'sharedModule' | 'loadGraph'>,
): OpenSession<PhysiologySetup, ConditionItem, readonly Recording[], null> {
  return async (setup, company) => {
    const { layers, options, view, exact } = setup;
    const taps = layers.map(({ layer }) => layer);
    const loadGraph = async (model: unknown) => prune(withControl(await environment.loadGraph(model), setup.control), taps);
    const loadImage = () => Promise.reject(new Error('openPhysiologySession: draws its own pictures.'));
    const { kernels, split, packed, shared } = await openNetwork({ ...environment, loadGraph, loadImage }, setup, company);
    const picture = pictureInput(split.head);
    const [heightPx, widthPx] = picture.sizePx;
    const executor = createChunkExecutor(kernels, split, chunkSize, { taps, exact, packed });
    const lists = new Map<string, StimulusList>();
    const listOf = (set: string) => {
      const list = lists.get(set) ?? physiologySet(set).list(view);
      lists.set(set, list);
      return list;
    };

    let nUnits = 0;
    const units = layers.map((layer) => {
      const { nChannels, heightUnits, widthUnits } = layer;
      const centerRow = Math.floor(heightUnits / 2) * widthUnits + Math.floor(widthUnits / 2);
      const first = nUnits;
      const channels = sampledChannels(layer, options);
      nUnits += channels.length;
      return { first, channels, offset: centerRow * nChannels };
    });
    /** Stimuli of the condition that each layer has shown: dense layers come late, all stimuli at once. */
    const shown = new Uint32Array(layers.length);
    let responses = new Float32Array(0);
    let recordings: Recording[] = [];

    function onTap({ tapIndex, ptr, rows, channels: nChannels }: Tap) {
      const values = kernels.f32(ptr, rows * nChannels);
      const { first, channels, offset } = units[tapIndex]!;
      const at = shown[tapIndex]!++ * nUnits + first;
      for (let i = 0; i < channels.length; i++) responses[at + i] = Math.max(values[offset + channels[i]!]!, 0);
    }

    return {
      shared,
      beginChunk() {
        recordings = [];
      },
      async runItem({ index, set, stimuli }) {
        const list = listOf(set);
        responses = new Float32Array(stimuli.length * nUnits);
        shown.fill(0);
        for (const [i, stimulus] of stimuli.entries()) {
          const values = preprocess(list.draw(stimulus), setup.preprocess, { heightPx, widthPx });
          executor.setInput(picture.name, values, 'channelsLast');
          executor.run(onTap);
          if (i % chunkSize === chunkSize - 1) executor.flush(onTap);
        }
        executor.flush(onTap);
        recordings.push({ index, responses });
      },
      endChunk: () => recordings,
      total: () => null,
      close() {},
    };
  };
}
