/**
 * @file The worker's side of linear shares: Gaussian pictures, the response of a layer's sampled centre units to each, and the
 * gradient of one of them in turn. What becomes of these numbers is in variance-shares.ts.
 */
import {
  bindGraph,
  canonicalForm,
  createRandom,
  cutPart,
  type NetworkEnvironment,
  type NetworkSetup,
  type OpenSession,
  type Part,
  type Preprocess,
  pictureInput,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { type WeightControl, withControl } from '../control/weights.ts';
import { openUnitGradient, type UnitGradient } from '../gradient.ts';
import type { LayerInfo } from '../probe.ts';
import type { UnitField } from '../receptive-field/field.ts';
import { gaborBank, gaborEnergies } from './gabor-energy.ts';
import { createPinkNoise } from './pink-noise.ts';
import { type VarianceShares, varianceShares } from './variance-shares.ts';

export interface LinearShareSetup extends NetworkSetup {
  readonly kind: 'linear-share';
  readonly layers: readonly SampledLayer[];
  readonly seed: number;
  readonly preprocess: Preprocess;
  readonly control?: WeightControl | undefined;
}

export interface SampledLayer extends Pick<LayerInfo, 'layer' | 'stage'>, Pick<UnitField, 'centerPx' | 'sizePx'> {
  /** Whose centre units are measured. */
  readonly channels: readonly number[];
}

/** One layer's responses to one picture. A layer's items follow one another and make a chunk. */
export interface LinearShareItem {
  /** Position in the setup's list of layers. */
  readonly layer: number;
  readonly picture: number;
}

/** One layer's units, in the order of its channels. */
export interface LayerShares {
  readonly units: readonly VarianceShares[];
  /** Why there are none. */
  readonly note: string | null;
}

/** Layers in their order: joined by appending. */
export const mergeShares = {
  merge: (left: readonly LayerShares[], right: readonly LayerShares[]) => [...left, ...right],
  mergeTotals: () => null,
};

export const nBlocks = 16;
/** Pictures of a layer. The gradient at each is that of one unit alone, all units in turn. */
export const nPictures = 16 * nBlocks;

/** Standard deviation over mean grey, as the noise of stimuli has it: 0.3 % of the pixels lie beyond black or white. */
const rmsContrast = 1 / 3;

/** Opens sessions of linear shares, in a worker or in this thread. Each holds the weights on its own. */
export function openLinearShareSession(
  environment: Pick<NetworkEnvironment<unknown>, 'module' | 'loadGraph'>,
): OpenSession<LinearShareSetup, LinearShareItem, readonly LayerShares[], null> {
  return async (setup) => {
    const { layers, exact, input, maxBytes } = setup;
    const bound = bindGraph(withControl(await environment.loadGraph(setup.model), setup.control), { input, maxBytes });
    const graph = setup.allNodes ? bound : canonicalForm(bound);
    const picture = pictureInput(graph);
    const noise = createPinkNoise(picture.sizePx);
    const random = createRandom(setup.seed).fork('linear share');
    const kernels = instantiate(environment.module);
    const mark = kernels.mark();
    const { scale, mean, std } = setup.preprocess;
    /** Of each colour channel: the network's input at mean grey, and for a pixel one standard deviation above it. */
    const grey = mean.map((channelMean, c) => (127.5 * scale - channelMean) / std[c]!);
    const gain = std.map((channelStd) => (127.5 * rmsContrast * scale) / channelStd);

    /** As drawn, of mean 0 and variance 1: every layer sees them again. */
    const pictures: Float32Array[] = [];
    function deviations(i: number): Float32Array {
      if (!pictures[i]) {
        const pair = noise.draw(random.fork(`pictures from ${i - (i % 2)}`));
        for (const [part, map] of pair.entries()) pictures[i - (i % 2) + part] = Float32Array.from(map);
      }
      return pictures[i]!;
    }
    /** Of all pictures, for the field of the layer before: neighbours often see the whole picture. */
    let known: { readonly field: string; readonly energies: readonly Float64Array[] } | undefined;
    function energiesFor({ centerPx, sizePx }: SampledLayer): readonly Float64Array[] {
      const field = [...centerPx, ...sizePx].join(' ');
      if (known?.field !== field)
        known = { field, energies: gaborEnergies(gaborBank({ centerPx, sizePx }), pictures, picture.sizePx) };
      return known.energies;
    }

    /** The layer whose gradient is ready to run, or the reason why it has none. */
    let current: { readonly layer: number; readonly run: UnitGradient | string } | undefined;
    let measured: ReturnType<typeof emptyLayer> | undefined;
    const emptyLayer = (layer: SampledLayer, part: Part) => ({
      layer,
      part,
      units: layer.channels.map(() => ({
        responses: new Float64Array(nPictures),
        slopes: Array.from({ length: nBlocks }, () => new Float64Array(part.heightUnits * part.widthUnits)),
        nSlopes: new Float64Array(nBlocks),
      })),
    });

    return {
      beginChunk() {
        measured = undefined;
      },
      async runItem(item) {
        const layer = layers[item.layer]!;
        if (current?.layer !== item.layer) {
          current = undefined;
          kernels.release(mark);
          const run = openUnitGradient(kernels, graph, picture, layer, { exact, withResponse: true });
          current = { layer: item.layer, run };
        }
        const { run } = current;
        if (typeof run === 'string') return;
        measured ??= emptyLayer(layer, run.part);
        const { executor, seed, nSeeds, gradient, response, part } = run;
        const shown = cutPart(deviations(item.picture), picture.sizePx, part);
        const values = new Float32Array(shown.length * grey.length);
        for (let i = 0; i < shown.length; i++)
          for (let c = 0; c < grey.length; c++) values[i * grey.length + c] = grey[c]! + gain[c]! * shown[i]!;
        executor.setInput(picture.name, values, 'channelsLast');
        const turn = item.picture % layer.channels.length;
        executor.setInput(
          seed,
          new Float32Array(nSeeds).map((_, c) => (c === layer.channels[turn] ? 1 : 0)),
          'rowMajor',
        );
        executor.run();
        const responses = executor.read(response).data;
        for (const [u, unit] of measured.units.entries()) unit.responses[item.picture] = responses[layer.channels[u]!] as number;
        const unit = measured.units[turn]!;
        const block = Math.floor((item.picture * nBlocks) / nPictures);
        unit.nSlopes[block]!++;
        addSlopes(unit.slopes[block]!, executor.read(gradient).data as Float32Array, picture.axes[0] === 2, gain);
      },
      endChunk() {
        const run = current?.run;
        if (typeof run === 'string') return [{ units: [], note: run }];
        if (!measured) throw new Error('openLinearShareSession: a chunk has no items.');
        const { layer, part, units } = measured;
        const energies = energiesFor(layer);
        const seen = pictures.map((map) => cutPart(map, picture.sizePx, part));
        const shares = units.map(({ responses, slopes, nSlopes }, u) => {
          for (const [block, map] of slopes.entries()) for (let i = 0; i < map.length; i++) map[i]! /= nSlopes[block]!;
          const samples = {
            responses,
            projections: products(seen, slopes),
            gram: products(slopes, spread(slopes, part)),
          };
          return varianceShares(samples, energies, random.fork(layer.layer).fork(`channel ${layer.channels[u]}`));
        });
        return [{ units: shares, note: null }];
      },
      total: () => null,
      close() {},
    };

    /** Σ · map of each map of a part, two at a time, inside the part; outside the maps are 0. */
    function spread(maps: readonly Float64Array[], part: Part): Float64Array[] {
      const [heightPx, widthPx] = picture.sizePx;
      const { row, column, heightUnits, widthUnits } = part;
      const wholes = maps.map((map) => {
        const whole = new Float64Array(heightPx * widthPx);
        for (let y = 0; y < heightUnits; y++)
          whole.set(map.subarray(y * widthUnits, (y + 1) * widthUnits), (row + y) * widthPx + column);
        return whole;
      });
      const all = wholes.flatMap((map, i) => (i % 2 === 0 ? noise.covarianceTimes(map, wholes[i + 1]!) : []));
      return all.map((whole) => cutPart(whole, picture.sizePx, part));
    }
  };
}

/** Adds ∂/∂(a pixel's deviation): a gradient [1, c, h, w], or [1, h, w, c], over its channels, each by its gain. */
function addSlopes(slopes: Float64Array, gradient: Float32Array, isChannelsFirst: boolean, gain: readonly number[]): void {
  const [pixelStep, channelStep] = isChannelsFirst ? [1, slopes.length] : [gain.length, 1];
  for (let pixel = 0; pixel < slopes.length; pixel++)
    for (let c = 0; c < gain.length; c++) slopes[pixel]! += gain[c]! * gradient[pixel * pixelStep + c * channelStep]!;
}

/** All products of a map of one list with one of another, [first, second]. */
function products(first: readonly ArrayLike<number>[], second: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(first.length * second.length);
  for (const [a, one] of first.entries()) {
    for (const [b, other] of second.entries()) {
      let sum = 0;
      for (let i = 0; i < other.length; i++) sum += one[i]! * other[i]!;
      result[a * second.length + b] = sum;
    }
  }
  return result;
}
