/**
 * @file The worker's side of effective receptive fields: the gradient of one layer's centre unit after another, back to the
 * pictures, which it draws itself. Maps are reduced to numbers by effective.ts.
 */
import {
  axisRoles,
  type BoundGraph,
  bindGraph,
  canonicalForm,
  createExecutor,
  createRandom,
  type Executor,
  type Image,
  InputError,
  integers,
  isInputError,
  type NetworkEnvironment,
  type NetworkSetup,
  type Node,
  type OpenSession,
  type PictureInput,
  type Preprocess,
  pictureInput,
  planGraph,
  preprocess,
  prune,
  sizeOf,
  withGradients,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { type StimulusView, stimulusSet } from '@ventral/stimuli';
import { type WeightControl, withControl } from '../control/weights.ts';
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

/** What a worker may hold: the weights as they were read, those that the gradient of one layer packs, and its activations. */
const mostBytes = 1.5e9;

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
    const heldBytes = [...graph.constants.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    const list = stimulusSet(effectivePictures).list(view);
    /** As drawn: every layer sees them again. */
    const images: Image[] = [];
    const random = createRandom(view.seed).fork('effective field');

    /** The layer whose gradient is ready to run, or the reason why it has none. */
    let current: { readonly layer: number; readonly run: Differentiated | string } | undefined;
    let measured: SquaredGradients[] = [];

    interface Differentiated extends GradientGraph {
      readonly executor: Executor;
    }

    /** Plans and packs a layer's gradient where the one before it lay. */
    function open({ layer, stage }: EffectiveFieldSetup['layers'][number]): Differentiated | string {
      kernels.release(mark);
      try {
        const found = gradientGraph(graph, picture, layer, stage);
        if (!found) return 'no gradient reaches the picture';
        const { weightBytes, activationBytes } = planGraph(found.graph, { exact });
        // While a weight is packed it lies there twice.
        const stagedBytes = Math.max(0, ...[...found.graph.constants.values()].map(({ data }) => data.byteLength));
        const bytes = heldBytes + weightBytes + activationBytes + stagedBytes;
        if (bytes > mostBytes)
          return `the gradient takes ${Math.ceil(bytes / 1e6)} MB of memory, the limit is ${mostBytes / 1e6} MB`;
        return { ...found, executor: createExecutor(kernels, found.graph, { exact }) };
      } catch (error) {
        if (isInputError(error)) return error.message;
        throw error;
      }
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
        const { executor, seed, nSeeds, gradient } = run;
        images[item.picture] ??= list.draw(item.picture);
        executor.setInput(
          picture.name,
          preprocess(images[item.picture]!, setup.preprocess, { heightPx, widthPx }),
          'channelsLast',
        );
        const { uint32 } = random.fork(layer.layer).fork(`picture ${item.picture}`);
        executor.setInput(
          seed,
          Float32Array.from({ length: nSeeds }, () => (uint32() < 2 ** 31 ? -1 : 1)),
          'rowMajor',
        );
        executor.run();
        addSquares(measured.at(-1)!.squares, executor.read(gradient).data, picture.axes);
      },
      endChunk: () => measured,
      total: () => null,
      close() {},
    };
  };
}

/** Adds the squares of a gradient [1, c, h, w], or [1, h, w, c], over its colour channels. */
function addSquares(squares: Float64Array, gradient: ArrayLike<number>, [yAxis]: PictureInput['axes']): void {
  const nChannels = gradient.length / squares.length;
  const [pixelStep, channelStep] = yAxis === 2 ? [1, squares.length] : [nChannels, 1];
  for (let pixel = 0; pixel < squares.length; pixel++) {
    for (let c = 0; c < nChannels; c++) {
      const slope = gradient[pixel * pixelStep + c * channelStep]!;
      squares[pixel]! += slope * slope;
    }
  }
}

/** From a picture and signs to a layer's gradient. */
interface GradientGraph {
  readonly graph: BoundGraph;
  /** Input: the factor of each channel's centre unit, in the order of the value's axes. */
  readonly seed: string;
  readonly nSeeds: number;
  /** Output: ∂ Σ factor · response / ∂ picture, in the picture's shape. */
  readonly gradient: string;
}

/**
 * The graph that differentiates a layer's centre unit, at row ⌊h/2⌋ and column ⌊w/2⌋, before its activation: no deeper than the
 * layer, and without the forward nodes that no slope depends on.
 *
 * @param graph the whole network, in the form whose layers are measured
 * @returns undefined where no gradient reaches the picture
 * @throws InputError `gradient: einsum "mix" cannot be differentiated, and the loss depends on "x" through it.`
 */
function gradientGraph(
  graph: BoundGraph,
  picture: PictureInput,
  layer: string,
  stage: LayerInfo['stage'],
): GradientGraph | undefined {
  const { node, value } = preActivation(graph, layer, stage);
  const { dtype, shape } = graph.types.get(value)!;
  const roles = axisRoles(graph).get(value)!;
  const isSpace = (axis: number) => roles[axis] === 'y' || roles[axis] === 'x';
  const starts = shape.map((n, axis) => (isSpace(axis) ? Math.floor(n / 2) : 0));
  const ends = shape.map((n, axis) => (isSpace(axis) ? starts[axis]! + 1 : n));
  const [center, from, to, seed] = ['', ' from', ' to', ' seed'].map((what) => `${layer} center${what}`) as [
    string,
    string,
    string,
    string,
  ];
  const seedShape = shape.map((_, axis) => ends[axis]! - starts[axis]!);
  const cut = prune(
    {
      ...graph,
      inputs: [...graph.inputs, { name: seed, dtype, shape: seedShape, isParameter: true }],
      constants: new Map([...graph.constants, [from, integers(starts)], [to, integers(ends)]]),
      nodes: [
        ...graph.nodes.map((other) => (other.outputs[0] === layer ? node : other)),
        { op: 'slice', name: center, attributes: {}, inputs: [value, from, to], outputs: [center] },
      ],
    },
    [center],
  );
  const shapes = new Map([...graph.inputs.map(({ name }) => [name, graph.types.get(name)!.shape] as const), [seed, seedShape]]);
  const bound = bindGraph(cut, { shapes, maxBytes: graph.maxBytes });
  const backward = withGradients(bound, new Map([[center, seed]]), [picture.name], []);
  const gradient = backward.gradients.get(picture.name);
  return gradient === undefined ? undefined : { graph: backward.graph, seed, nSeeds: sizeOf(seedShape), gradient };
}

/** The layer's node without its activation, and the value that is measured: of a node that is nothing but an activation, its input. */
function preActivation(graph: BoundGraph, layer: string, stage: LayerInfo['stage']): { node: Node; value: string } {
  const node = graph.nodes.find(({ outputs }) => outputs[0] === layer);
  if (!node) throw new InputError(`effectiveField: no layer is called "${layer}".`);
  if ((node.op === 'unary' || node.op === 'binary') && stage === 'activation')
    return { node, value: node.inputs.find((name) => !graph.types.get(name)!.constant)! };
  if (!('activation' in node.attributes)) return { node, value: layer };
  return { node: { ...node, attributes: { ...node.attributes, activation: undefined } } as Node, value: layer };
}
