/** @file The worker's side of feature visualisation: gradient ascent on one centre unit after another. */
import {
  bindGraph,
  canonicalForm,
  createRandom,
  cutPart,
  type Image,
  type NetworkEnvironment,
  type NetworkSetup,
  type OpenSession,
  type Preprocess,
  pictureInput,
  preprocess,
  type Random,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { type StimulusView, stimulusSet } from '@ventral/stimuli';
import { openUnitGradient, type UnitGradient } from '../gradient.ts';
import type { LayerInfo } from '../probe.ts';
import type { UnitField } from '../receptive-field/field.ts';
import { createFourierPicture, subtractVariation } from './fourier-picture.ts';

export interface VisualiseSetup extends NetworkSetup {
  readonly kind: 'visualise';
  readonly layers: readonly VisualisedLayer[];
  readonly view: StimulusView;
  readonly preprocess: Preprocess;
}

export interface VisualisedLayer extends Pick<LayerInfo, 'layer' | 'stage'>, Pick<UnitField, 'centerPx' | 'sizePx'> {}

/** Some steps of one ascent. Its items follow one another and make a chunk. */
export interface AscentItem {
  /** Position in the setup's list of layers. */
  readonly layer: number;
  readonly channel: number;
  /** Which of several pictures of the unit: where it begins and how it moves. */
  readonly start: number;
  /** Of {@link nSteps}. */
  readonly firstStep: number;
}

/** The picture that an ascent came to. */
export interface Visualisation {
  /** The field alone. */
  readonly image: Image;
  /** To that picture in bytes, grey around it. */
  readonly response: number;
  readonly responseToGrey: number;
  readonly largestToLeaves: number;
  /** Responses on the way, to the moving picture. */
  readonly way: Float64Array;
  /** Why there is no picture; it is then grey, and the responses NaN. */
  readonly note: string | null;
}

/** Visualisations in the order of the items: joined by appending. */
export const mergeVisualisations = {
  merge: (left: readonly Visualisation[], right: readonly Visualisation[]) => [...left, ...right],
  mergeTotals: () => null,
};

export const nSteps = 64;
export const stepsPerItem = 8;
/** Dead leaves that a unit's response is compared with. */
export const nLeaves = 16;

/** Adam (Kingma & Ba 2015, arXiv:1412.6980) with its own constants, at twice the step size of Olah et al. 2017: fewer steps. */
const adam = { stepSize: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

/**
 * Spread of the first parameters: nearly grey, as Olah et al. 2017 begin. A unit whose response is flat there (a block's end joins
 * what rectifiers have shut) begins anew at twice the spread, again and again, up to the last one.
 */
const [firstSpread, lastSpread] = [0.01, 2.56];

/** Weight of the total variation, where the response's slopes have a root mean square of 1 over the field. */
const variationWeight = 0.2;

/** The picture moves by up to a sixteenth of the field's shorter side, no more than 8 px, at each step. */
const jitterOf = ([h, w]: readonly [h: number, w: number]) => Math.min(8, Math.floor(Math.min(h, w) / 16));

const greyByte = 128;

/** Opens sessions of feature visualisation, in a worker or in this thread. Each holds the weights on its own. */
export function openVisualiseSession(
  environment: Pick<NetworkEnvironment<unknown>, 'module' | 'loadGraph'>,
): OpenSession<VisualiseSetup, AscentItem, readonly Visualisation[], null> {
  return async (setup) => {
    const { layers, view, exact, input, maxBytes } = setup;
    const bound = bindGraph(await environment.loadGraph(setup.model), { input, maxBytes });
    const graph = setup.allNodes ? bound : canonicalForm(bound);
    const picture = pictureInput(graph);
    const [heightPx, widthPx] = picture.sizePx;
    const kernels = instantiate(environment.module);
    const mark = kernels.mark();
    const { channels, scale, mean, std } = setup.preprocess;
    const nColours = channels === 'grey' ? 1 : 3;
    /** Of the network's channel c: which colour it is. */
    const colourOf = (c: number) => (channels === 'BGR' ? 2 - c : c);
    const list = stimulusSet('dead-leaves').list(view);
    /** As the network sees them: every layer sees them again. */
    let leaves: Float32Array[] | undefined;
    const shown = (image: Image) => preprocess({ ...image, isFitted: true }, setup.preprocess, { heightPx, widthPx });
    const grey = shown({ heightPx, widthPx, data: new Uint8Array(3 * heightPx * widthPx).fill(greyByte) });

    /** The layer whose gradient is ready to run, or the reason why it has none. */
    let current: { readonly layer: number; readonly run: ReturnType<typeof openLayer> } | undefined;
    let ascent: ReturnType<typeof openAscent> | undefined;

    function openLayer(layer: VisualisedLayer) {
      kernels.release(mark);
      const gradient = openUnitGradient(kernels, graph, picture, layer, { exact, withResponse: true });
      if (typeof gradient === 'string') return gradient;
      leaves ??= Array.from({ length: nLeaves }, (_, i) => shown(list.draw(i)));
      const toLeaves = leaves.map((values) => Float64Array.from(responsesTo(gradient, values)));
      return {
        ...gradient,
        toGrey: Float64Array.from(responsesTo(gradient, grey)),
        toLeaves: toLeaves[0]!.map((_, unit) => Math.max(...toLeaves.map((responses) => responses[unit]!))),
      };
    }

    /** @param whole the picture as the network sees it */
    function responsesTo(gradient: UnitGradient, whole: Float32Array): Float32Array {
      return responsesToPart(gradient, cutPart(whole, picture.sizePx, gradient.part));
    }

    function responsesToPart({ executor, response }: UnitGradient, values: Float32Array): Float32Array {
      executor.setInput(picture.name, values, 'channelsLast');
      executor.run();
      return executor.read(response).data as Float32Array;
    }

    /** Where a layer's field lies in the picture. */
    function boxOf({ centerPx, sizePx: [h, w] }: VisualisedLayer) {
      const [top, left] = [centerPx[0] - (h - 1) / 2, centerPx[1] - (w - 1) / 2];
      return { top, left, frame: { heightPx: h, widthPx: w } };
    }

    function openAscent({ layer: at, channel, start }: AscentItem, run: Exclude<ReturnType<typeof openLayer>, string>) {
      const layer = layers[at]!;
      const random = createRandom(view.seed).fork('visualise').fork(layer.layer).fork(`channel ${channel}, start ${start}`);
      const { top, left, frame } = boxOf(layer);
      const fourier = createFourierPicture(frame, nColours);
      const parameters = new Float64Array(fourier.nParameters);
      const { executor, seed, nSeeds, gradient, part } = run;
      const one = new Float32Array(nSeeds);
      one[channel] = 1;
      const values = cutPart(grey, picture.sizePx, part);
      let spread = firstSpread / 2;
      let climb: ReturnType<typeof createAdam> | undefined;
      const way = new Float64Array(nSteps);

      const n = frame.heightPx * frame.widthPx * nColours;
      /** Calls with the index of each value that the unit sees of its field, its channel, and the number of its pixel in the part. */
      const forEachValue = (visit: (i: number, c: number, pixel: number) => void) => {
        const [y0, x0] = [top - part.row, left - part.column];
        for (let y = Math.max(0, -y0); y < Math.min(frame.heightPx, part.heightUnits - y0); y++) {
          for (let x = Math.max(0, -x0); x < Math.min(frame.widthPx, part.widthUnits - x0); x++) {
            const [first, pixel] = [(y * frame.widthPx + x) * nColours, (y0 + y) * part.widthUnits + x0 + x];
            for (let colour = 0; colour < nColours; colour++) visit(first + colour, colourOf(colour), pixel);
          }
        }
      };
      const gain = std.map((channelStd) => (255 * scale) / channelStd);
      const zero = std.map((channelStd, c) => -mean[c]! / channelStd);
      const put = (made: Float64Array) =>
        forEachValue((i, c, pixel) => {
          values[pixel * nColours + c] = gain[c]! * made[i]! + zero[c]!;
        });
      const [pixelStep, channelStep] = picture.axes[0] === 2 ? [1, part.heightUnits * part.widthUnits] : [nColours, 1];

      return {
        layer: at,
        channel,
        way,
        step(at: number) {
          if (!climb) {
            spread = Math.min(2 * spread, lastSpread);
            for (let i = 0; i < parameters.length; i++) parameters[i] = spread * random.normal();
          }
          const made = fourier.picture(parameters, shiftOf(random, layer.sizePx));
          put(made);
          executor.setInput(seed, one, 'rowMajor');
          way[at] = responsesToPart(run, values)[channel]!;
          const found = executor.read(gradient).data as Float32Array;
          const slopes = new Float64Array(n);
          let squares = 0;
          forEachValue((i, c, pixel) => {
            const slope = found[pixel * pixelStep + c * channelStep]! * gain[c]!;
            slopes[i] = slope;
            squares += slope * slope;
          });
          const rms = Math.sqrt(squares / n);
          if (!(rms > 0 && rms < Infinity)) {
            climb = undefined;
            return;
          }
          climb ??= createAdam(parameters);
          for (let i = 0; i < n; i++) slopes[i]! /= rms;
          subtractVariation(slopes, made, frame, variationWeight);
          climb(fourier.parameterSlopes(slopes));
        },
        /** False: the last step found no slope. */
        isClimbing: () => climb !== undefined,
        picture(): Image {
          return bytesOf(fourier.picture(parameters, [0, 0]), frame);
        },
        /** To a picture of the field in bytes. */
        responseTo({ data }: Image): number {
          // A network of grey pictures sees one of three equal bytes.
          put(Float64Array.from({ length: n }, (_, i) => data[nColours === 1 ? 3 * i : i]! / 255));
          return responsesToPart(run, values)[channel]!;
        },
      };
    }

    return {
      beginChunk() {
        ascent = undefined;
      },
      async runItem(item) {
        if (current?.layer !== item.layer) {
          current = undefined;
          current = { layer: item.layer, run: openLayer(layers[item.layer]!) };
        }
        const { run } = current;
        if (typeof run === 'string') return;
        ascent ??= openAscent(item, run);
        for (let step = item.firstStep; step < item.firstStep + stepsPerItem; step++) ascent.step(step);
      },
      endChunk() {
        const { layer, run } = current!;
        if (typeof run === 'string') return [nothing(layers[layer]!, run)];
        const { channel, way, isClimbing, picture: made, responseTo } = ascent!;
        if (!isClimbing()) return [nothing(layers[layer]!, 'the response is flat where the ascent began')];
        const image = made();
        const response = responseTo(image);
        return [
          { image, response, responseToGrey: run.toGrey[channel]!, largestToLeaves: run.toLeaves[channel]!, way, note: null },
        ];
      },
      total: () => null,
      close() {},
    };
  };
}

function shiftOf({ integer }: Random, sizePx: readonly [h: number, w: number]): readonly [y: number, x: number] {
  const most = jitterOf(sizePx);
  const along = () => integer(2 * most + 1) - most;
  return [along(), along()];
}

/** One step of Adam upwards, in place. */
function createAdam(parameters: Float64Array): (slopes: Float64Array) => void {
  const { stepSize, beta1, beta2, epsilon } = adam;
  const mean = new Float64Array(parameters.length);
  const square = new Float64Array(parameters.length);
  let [power1, power2] = [1, 1];
  return (slopes) => {
    power1 *= beta1;
    power2 *= beta2;
    for (let i = 0; i < parameters.length; i++) {
      mean[i] = beta1 * mean[i]! + (1 - beta1) * slopes[i]!;
      square[i] = beta2 * square[i]! + (1 - beta2) * slopes[i]! * slopes[i]!;
      parameters[i]! += (stepSize * mean[i]!) / (1 - power1) / (Math.sqrt(square[i]! / (1 - power2)) + epsilon);
    }
  };
}

/** Values in 0…1, of one colour or of three, as bytes. */
function bytesOf(values: Float64Array, { heightPx, widthPx }: { heightPx: number; widthPx: number }): Image {
  const nColours = values.length / (heightPx * widthPx);
  const at = (i: number) => values[nColours === 1 ? Math.floor(i / 3) : i]!;
  const data = Uint8Array.from({ length: 3 * heightPx * widthPx }, (_, i) => Math.round(255 * at(i)));
  return { heightPx, widthPx, data };
}

function nothing({ sizePx: [heightPx, widthPx] }: VisualisedLayer, note: string): Visualisation {
  const { NaN: nan } = Number;
  const image = { heightPx, widthPx, data: new Uint8Array(3 * heightPx * widthPx).fill(greyByte) };
  return { image, response: nan, responseToGrey: nan, largestToLeaves: nan, way: new Float64Array(nSteps), note };
}
