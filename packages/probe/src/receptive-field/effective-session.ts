/**
 * @file The worker's side of effective receptive fields: the gradient of one layer's centre unit after another, back to the
 * pictures, which it draws itself. Maps are reduced to numbers by effective.ts.
 */
import {
  bindGraph,
  canonicalForm,
  createRandom,
  cutPart,
  type Image,
  type NetworkEnvironment,
  type NetworkSetup,
  type OpenSession,
  type Part,
  type PictureInput,
  type Preprocess,
  pictureInput,
  preprocess,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { type StimulusView, stimulusSet } from '@ventral/stimuli';
import { type WeightControl, withControl } from '../control/weights.ts';
import { openUnitGradient, type UnitGradient } from '../gradient.ts';
import type { LayerInfo } from '../probe.ts';

export interface EffectiveFieldSetup extends NetworkSetup {
  readonly kind: 'effective-field';
  readonly layers: readonly Pick<LayerInfo, 'layer' | 'stage'>[];
  /** What the pictures are drawn for; its seed is that of the signs, too. */
  readonly view: StimulusView;
  readonly preprocess: Preprocess;
  readonly control?: WeightControl | undefined;
}

/** One layer's gradient at one picture. A layer's items follow one another. */
export interface GradientItem {
  /** Position in the setup's list of layers. */
  readonly layer: number;
  /** Number of the picture in its set. */
  readonly picture: number;
}

/** The gradients of one layer over the pictures of a chunk. */
export interface SquaredGradients {
  readonly layer: number;
  /** Σ over pictures and colour channels of (∂/∂pixel)², [h, w] of the picture, row by row. */
  readonly squares: Float64Array;
  /** Why there is no gradient; the squares are then 0. */
  readonly note: string | null;
}

/** Maps of the same layer, from neighbouring chunks, are added; others stand in the order of the layers. */
export const mergeGradients = {
  merge(left: readonly SquaredGradients[], right: readonly SquaredGradients[]): readonly SquaredGradients[] {
    const [last, first] = [left.at(-1), right[0]];
    if (!last || last.layer !== first?.layer) return [...left, ...right];
    const joined = { ...last, squares: last.squares.map((square, i) => square + first.squares[i]!) };
    return [...left.slice(0, -1), joined, ...right.slice(1)];
  },
  mergeTotals: () => null,
};

/**
 * The built-in set whose first pictures are shown. Gates (rectifiers, maxima) open by what is seen, so it should look like
 * what networks are made for.
 */
export const effectivePictures = 'dead-leaves';

/** Opens sessions of effective receptive fields, in a worker or in this thread. Each holds the weights on its own. */
export function openEffectiveFieldSession(
  environment: Pick<NetworkEnvironment<unknown>, 'module' | 'loadGraph'>,
): OpenSession<EffectiveFieldSetup, GradientItem, readonly SquaredGradients[], null> {
  return async (setup) => {
    const { layers, view, exact, input, maxBytes } = setup;
    const bound = bindGraph(withControl(await environment.loadGraph(setup.model), setup.control), { input, maxBytes });
    const graph = setup.allNodes ? bound : canonicalForm(bound);
    const picture = pictureInput(graph);
    const [heightPx, widthPx] = picture.sizePx;
    const kernels = instantiate(environment.module);
    const mark = kernels.mark();
    const list = stimulusSet(effectivePictures).list(view);
    /** As drawn: every layer sees them again. */
    const images: Image[] = [];
    const random = createRandom(view.seed).fork('effective field');

    /** The layer whose gradient is ready to run, or the reason why it has none. */
    let current: { readonly layer: number; readonly run: UnitGradient | string } | undefined;
    let measured: SquaredGradients[] = [];

    /** Where the gradient of the layer before it lay. */
    function open(layer: EffectiveFieldSetup['layers'][number]): UnitGradient | string {
      kernels.release(mark);
      return openUnitGradient(kernels, graph, picture, layer, { exact });
    }

    return {
      beginChunk() {
        measured = [];
      },
      async runItem(item) {
        const layer = layers[item.layer]!;
        if (current?.layer !== item.layer) {
          current = undefined;
          current = { layer: item.layer, run: open(layer) };
        }
        const { run } = current;
        if (measured.at(-1)?.layer !== item.layer)
          measured.push({
            layer: item.layer,
            squares: new Float64Array(heightPx * widthPx),
            note: typeof run === 'string' ? run : null,
          });
        if (typeof run === 'string') return;
        const { executor, seed, nSeeds, gradient, part } = run;
        images[item.picture] ??= list.draw(item.picture);
        const values = preprocess(images[item.picture]!, setup.preprocess, { heightPx, widthPx });
        executor.setInput(picture.name, cutPart(values, picture.sizePx, part), 'channelsLast');
        const { uint32 } = random.fork(layer.layer).fork(`picture ${item.picture}`);
        executor.setInput(
          seed,
          Float32Array.from({ length: nSeeds }, () => (uint32() < 2 ** 31 ? -1 : 1)),
          'rowMajor',
        );
        executor.run();
        addSquares(measured.at(-1)!.squares, executor.read(gradient).data, picture, part);
      },
      endChunk: () => measured,
      total: () => null,
      close() {},
    };
  };
}

/** Adds the squares of the gradient of a part, [1, c, h, w] or [1, h, w, c], over its colour channels, to a map of the picture. */
function addSquares(squares: Float64Array, gradient: ArrayLike<number>, { axes, sizePx }: PictureInput, part: Part): void {
  const { row, column, heightUnits, widthUnits } = part;
  const nPixels = heightUnits * widthUnits;
  const nChannels = gradient.length / nPixels;
  const [pixelStep, channelStep] = axes[0] === 2 ? [1, nPixels] : [nChannels, 1];
  for (let y = 0, pixel = 0; y < heightUnits; y++) {
    const start = (row + y) * sizePx[1] + column;
    for (let x = 0; x < widthUnits; x++, pixel++) {
      for (let c = 0; c < nChannels; c++) {
        const slope = gradient[pixel * pixelStep + c * channelStep]!;
        squares[start + x]! += slope * slope;
      }
    }
  }
}
