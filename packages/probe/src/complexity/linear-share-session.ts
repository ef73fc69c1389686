/**
 * @file The worker's side of linear shares: Gaussian pictures, the response of a layer's sampled centre units to each, and the
 * gradient of one of them in turn. What becomes of these numbers is in variance-shares.ts.
 */
import {
  bindGraph,
  canonicalForm,
  createRandom,
  type NetworkEnvironment,
  type NetworkSetup,
  type OpenSession,
  type PictureInput,
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
  /** The units see more of the picture than their field: a gate, say, that sees all. */
  readonly seesWhole: boolean;
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
    const nPixels = picture.sizePx[0] * picture.sizePx[1];
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
    const emptyLayer = (layer: SampledLayer) => {
      const box = boxOf(layer, picture.sizePx);
      return {
        layer,
        box,
        units: layer.channels.map(() => ({
          responses: new Float64Array(nPictures),
          slopes: Array.from({ length: nBlocks }, () => new Float64Array(box.heightPx * box.widthPx)),
          nSlopes: new Float64Array(nBlocks),
        })),
      };
    };

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
        measured ??= emptyLayer(layer);
        const { executor, seed, nSeeds, gradient, response } = run;
        const shown = deviations(item.picture);
        const values = new Float32Array(nPixels * grey.length);
        for (let i = 0; i < values.length; i++) {
          const c = i % grey.length;
          values[i] = grey[c]! + gain[c]! * shown[(i - c) / grey.length]!;
        }
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
        const found = executor.read(gradient).data as Float32Array;
        addSlopes(unit.slopes[block]!, found, { ...picture, box: measured.box, gain });
      },
      endChunk() {
        const run = current?.run;
        if (typeof run === 'string') return [{ units: [], note: run }];
        if (!measured) throw new Error('openLinearShareSession: a chunk has no items.');
        const { layer, box, units } = measured;
        const energies = energiesFor(layer);
        const inBox = pictures.map((map) => cutOut(map, box, picture.sizePx));
        const shares = units.map(({ responses, slopes, nSlopes }, u) => {
          for (const [block, map] of slopes.entries()) for (let i = 0; i < map.length; i++) map[i]! /= nSlopes[block]!;
          const samples = {
            responses,
            projections: products(inBox, slopes),
            gram: products(slopes, spread(slopes, box)),
          };
          return varianceShares(samples, energies, random.fork(layer.layer).fork(`channel ${layer.channels[u]}`));
        });
        return [{ units: shares, note: null }];
      },
      total: () => null,
      close() {},
    };

    /** Σ · map of each map of a box, two at a time, inside the box. */
    function spread(maps: readonly Float64Array[], box: PixelBox): Float64Array[] {
      const whole = maps.map((map) => putBack(map, box, picture.sizePx));
      const all = whole.flatMap((map, i) => (i % 2 === 0 ? noise.covarianceTimes(map, whole[i + 1]!) : []));
      return all.map((map) => cutOut(map, box, picture.sizePx));
    }
  };
}

/** A part of the picture. */
interface PixelBox {
  readonly topPx: number;
  readonly leftPx: number;
  readonly heightPx: number;
  readonly widthPx: number;
}

/** All that a layer's units see: outside their gradients are 0. */
function boxOf({ seesWhole, centerPx, sizePx }: SampledLayer, [height, width]: readonly [h: number, w: number]): PixelBox {
  if (seesWhole) return { topPx: 0, leftPx: 0, heightPx: height, widthPx: width };
  const [heightPx, widthPx] = sizePx;
  return { topPx: centerPx[0] - (heightPx - 1) / 2, leftPx: centerPx[1] - (widthPx - 1) / 2, heightPx, widthPx };
}

/** Where a row of a box begins in a map of the picture. */
const rowStart = ({ topPx, leftPx }: PixelBox, y: number, widthPx: number) => (topPx + y) * widthPx + leftPx;

function cutOut(map: Float32Array | Float64Array, box: PixelBox, [, widthPx]: readonly [h: number, w: number]): Float64Array {
  const part = new Float64Array(box.heightPx * box.widthPx);
  for (let y = 0; y < box.heightPx; y++) {
    const start = rowStart(box, y, widthPx);
    part.set(map.subarray(start, start + box.widthPx), y * box.widthPx);
  }
  return part;
}

/** A map of the picture that is 0 outside the box. */
function putBack(part: Float64Array, box: PixelBox, [heightPx, widthPx]: readonly [h: number, w: number]): Float64Array {
  const map = new Float64Array(heightPx * widthPx);
  for (let y = 0; y < box.heightPx; y++)
    map.set(part.subarray(y * box.widthPx, (y + 1) * box.widthPx), rowStart(box, y, widthPx));
  return map;
}

/** Adds ∂/∂(a pixel's deviation) inside a box: a gradient [1, c, h, w], or [1, h, w, c], over its channels, each by its gain. */
function addSlopes(
  slopes: Float64Array,
  gradient: Float32Array,
  { axes, sizePx, box, gain }: PictureInput & { readonly box: PixelBox; readonly gain: readonly number[] },
): void {
  const [pixelStep, channelStep] = axes[0] === 2 ? [1, sizePx[0] * sizePx[1]] : [gain.length, 1];
  for (let y = 0, i = 0; y < box.heightPx; y++) {
    const start = rowStart(box, y, sizePx[1]);
    for (let x = 0; x < box.widthPx; x++, i++)
      for (let c = 0; c < gain.length; c++) slopes[i]! += gain[c]! * gradient[(start + x) * pixelStep + c * channelStep]!;
  }
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
