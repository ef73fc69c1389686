/**
 * @file The worker's side of preferred pictures: each picture through the network, and of each sampled channel its strongest
 * response with its place in the map.
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
import { type WeightControl, withControl } from '../control/weights.ts';
import type { LayerInfo } from '../probe.ts';
import { checkTap } from '../statistics/statistics.ts';
import { mergeWinners, noWinners, offer, type Winners } from './winners.ts';

export interface PreferredSetup extends NetworkSetup {
  readonly kind: 'preferred';
  readonly layers: readonly LayerInfo[];
  /** Of each layer: whose strongest responses are kept. */
  readonly channels: readonly (readonly number[])[];
  readonly preprocess: Preprocess;
  readonly control?: WeightControl | undefined;
}

/** A picture and its index among all of them. */
export interface PictureItem<Item> {
  readonly picture: number;
  readonly item: Item;
}

/** Winners of each layer. */
export const mergeLayers = {
  merge: (left: readonly Winners[], right: readonly Winners[]) => left.map((winners, i) => mergeWinners(winners, right[i]!)),
  mergeTotals: () => null,
};

/** Opens sessions of preferred pictures, in a worker or in this thread. */
export function openPreferredSession<Item>(
  environment: NetworkEnvironment<Item>,
): OpenSession<PreferredSetup, PictureItem<Item>, readonly Winners[], null> {
  return async (setup, company) => {
    const { layers, channels, exact } = setup;
    const taps = layers.map(({ layer }) => layer);
    const loadGraph = async (model: unknown) => prune(withControl(await environment.loadGraph(model), setup.control), taps);
    const { kernels, split, packed, shared } = await openNetwork({ ...environment, loadGraph }, setup, company);
    const picture = pictureInput(split.head);
    const [heightPx, widthPx] = picture.sizePx;
    const executor = createChunkExecutor(kernels, split, chunkSize, { taps, exact, packed });
    const peaks = channels.map(({ length }) => ({ responses: new Float32Array(length), positions: new Int32Array(length) }));
    /** Pictures of the chunk, and how many of them each layer has shown: dense layers come late, all at once. */
    const pictures: number[] = [];
    const nShown = new Uint32Array(layers.length);
    let winners: Winners[] = [];

    function onTap(tap: Tap) {
      const { tapIndex, ptr, rows, channels: nChannels } = tap;
      const layer = layers[tapIndex]!;
      checkTap(layer, tap);
      const shown = pictures[nShown[tapIndex]!++]!;
      const sampled = channels[tapIndex]!;
      const { responses, positions } = peaks[tapIndex]!;
      responses.fill(0);
      const values = kernels.f32(ptr, rows * nChannels);
      for (let row = 0; row < rows; row++) {
        const first = row * nChannels;
        for (let i = 0; i < sampled.length; i++) {
          const value = values[first + sampled[i]!]!;
          if (value > responses[i]!) {
            responses[i] = value;
            positions[i] = row;
          }
        }
      }
      for (let i = 0; i < sampled.length; i++) offer(winners[tapIndex]!, i, [responses[i]!, shown, positions[i]!]);
    }

    return {
      shared,
      beginChunk() {
        pictures.length = 0;
        nShown.fill(0);
        winners = channels.map(({ length }) => noWinners(length));
      },
      async runItem({ picture: index, item }) {
        const values = preprocess(await environment.loadImage(item), setup.preprocess, { heightPx, widthPx });
        pictures.push(index);
        executor.setInput(picture.name, values, 'channelsLast');
        executor.run(onTap);
      },
      endChunk() {
        executor.flush(onTap);
        return winners;
      },
      total: () => null,
      close() {},
    };
  };
}
