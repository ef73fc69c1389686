/**
 * @file The worker's side of training: holds the pictures and the graph of a step, and gives the gradient of one chunk of
 * pictures at a time. Weights come with each step; nothing is learned here.
 */
import { instantiate } from '@ventral/kernels';
import { createExecutor, type Executor } from '../exec/executor.ts';
import type { Graph } from '../graph/graph.ts';
import { normalize } from '../image/preprocess.ts';
import type { OpenSession } from '../parallel/task.ts';
import { createRandom } from '../rng.ts';
import { type Augmentation, augment } from './augment.ts';
import { stepGraph } from './graph.ts';

/** Pictures of the network's input size with their classes. On shared memory, workers hold them once. */
export interface TrainingPictures {
  /** [n, h, w, 3], 0…255. */
  readonly data: Uint8Array;
  readonly heightPx: number;
  readonly widthPx: number;
  /** Index of each picture's class. */
  readonly labels: Uint16Array;
}

export interface TrainSetup {
  readonly kind: 'train';
  readonly network: Graph;
  readonly dropout: ReadonlyMap<string, number>;
  readonly pictures: TrainingPictures;
  readonly chunkImages: number;
  readonly augmentation: Augmentation;
  /** Share of the wanted distribution that is spread over all classes (Szegedy et al. 2016, doi:10.1109/CVPR.2016.308). */
  readonly smoothing: number;
  readonly seed: number;
}

/** The weights that a step begins with. */
export interface TrainUpdate {
  readonly weights: Float32Array;
}

/** The pictures of one chunk, by index. Epoch and step name the random streams. */
export interface PictureChunk {
  readonly epoch: number;
  readonly step: number;
  readonly chunk: number;
  readonly images: Uint32Array;
}

/** What a chunk gives. */
export interface ChunkGradient {
  /** ∂/∂weights of the summed loss. */
  readonly gradient: Float32Array;
  /** −Σ log p by the wanted distribution. */
  readonly loss: number;
  readonly nRight: number;
  /** Means and variances of each batch normalisation, one list per chunk, in the order of the chunks. */
  readonly statistics: readonly Float32Array[];
  /** `layer "block1.conv1"`: the first thing whose result is not finite; undefined: all is. */
  readonly broken: string | undefined;
}

/** Adds up along the tree; the left gradient is reused. */
export function mergeChunks(left: ChunkGradient, right: ChunkGradient): ChunkGradient {
  const [a, b] = [left.gradient, right.gradient];
  for (let i = 0; i < a.length; i++) a[i]! += b[i]!;
  return {
    gradient: a,
    loss: left.loss + right.loss,
    nRight: left.nRight + right.nRight,
    statistics: [...left.statistics, ...right.statistics],
    broken: left.broken ?? right.broken,
  };
}

/** Opens training sessions, in a worker or in this thread. */
export function openTrainSession(environment: {
  readonly module: WebAssembly.Module;
}): OpenSession<TrainSetup, PictureChunk, ChunkGradient, null> {
  return async ({ network, dropout, pictures, chunkImages, augmentation, smoothing, seed }) => {
    const kernels = instantiate(environment.module);
    const step = stepGraph(network, chunkImages, dropout);
    const executor = createExecutor(kernels, step.graph);
    const { heightPx, widthPx, data, labels } = pictures;
    const { nClasses } = step;
    const pixels = heightPx * widthPx * 3;
    const batch = new Uint8Array(chunkImages * pixels);
    const target = new Float32Array(chunkImages * nClasses);
    const statisticSizes = step.statistics.reduce((sum, { size }) => sum + 2 * size, 0);
    const random = createRandom(seed);
    let weights = new Float32Array(0);
    let state: ChunkGradient | undefined;

    function setWeights({ setInput }: Executor) {
      for (const { name, offset, size } of step.parameters) setInput(name, weights.subarray(offset, offset + size), 'rowMajor');
    }

    function setPictures({ setInput }: Executor, { epoch, step: stepIndex, chunk, images }: PictureChunk) {
      const ofEpoch = random.fork(`epoch ${epoch}`);
      target.fill(smoothing / nClasses);
      for (const [i, image] of images.entries()) {
        const source = data.subarray(image * pixels, (image + 1) * pixels);
        const copy = batch.subarray(i * pixels, (i + 1) * pixels);
        augment(source, copy, heightPx, widthPx, augmentation, ofEpoch.fork(`picture ${image}`));
        target[i * nClasses + labels[image]!]! += 1 - smoothing;
      }
      const values = normalize({ heightPx: chunkImages * heightPx, widthPx, data: batch }, network.metadata.preprocess!);
      setInput(step.picture.name, values, 'channelsLast');
      setInput(step.target, target, 'rowMajor');
      const ofChunk = random.fork(`step ${stepIndex}`).fork(`chunk ${chunk}`);
      for (const { name, rate, size } of step.masks) {
        const { uniform } = ofChunk.fork(name);
        const kept = 1 / (1 - rate);
        setInput(
          name,
          Float32Array.from({ length: size }, () => (uniform() < rate ? 0 : kept)),
          'rowMajor',
        );
      }
    }

    /** Runs the chunk again and looks at every layer's result, then at every gradient. Slow and large, but once. */
    function findBroken(item: PictureChunk): string {
      const names = network.nodes.map(({ outputs }) => outputs[0]!).filter((name) => step.graph.types.has(name));
      const watching = createExecutor(kernels, step.graph, { taps: names });
      setWeights(watching);
      setPictures(watching, item);
      let found: string | undefined;
      watching.run(({ tapIndex, ptr, rows, channels }) => {
        if (!allFinite(kernels.f32(ptr, rows * channels))) found ??= `layer "${names[tapIndex]}"`;
      });
      if (found) return found;
      if (!Number.isFinite(watching.read(step.score).data[0])) return `the cross-entropy of "${step.logits}"`;
      const broken = step.gradientValues.findLastIndex((name) => !allFinite(watching.read(name).data as Float32Array));
      return `the gradient of "${step.parameters[broken]!.name}"`;
    }

    return {
      update(message) {
        weights = (message as TrainUpdate).weights as Float32Array<ArrayBuffer>;
        setWeights(executor);
      },
      beginChunk() {
        state = undefined;
      },
      async runItem(item) {
        setPictures(executor, item);
        executor.run();
        const loss = -executor.read(step.score).data[0]!;
        const gradient = new Float32Array(step.nValues);
        for (const [i, { offset, size }] of step.parameters.entries())
          executor.readInto(step.gradientValues[i]!, gradient.subarray(offset, offset + size));
        const statistics = new Float32Array(statisticSizes);
        let at = 0;
        for (const name of step.statisticValues.flat()) {
          const { data: values } = executor.read(name);
          statistics.set(values, at);
          at += values.length;
        }
        const logits = executor.read(step.logits).data;
        let nRight = 0;
        for (const [i, image] of item.images.entries()) if (largest(logits, i, nClasses) === labels[image]) nRight++;
        const isBroken = !Number.isFinite(loss) || !allFinite(gradient);
        state = { gradient, loss, nRight, statistics: [statistics], broken: isBroken ? findBroken(item) : undefined };
      },
      endChunk() {
        if (!state) throw new Error('openTrainSession: the chunk has no picture.');
        return state;
      },
      total: () => null,
      close() {},
    };
  };
}

/** Whether no value is NaN or infinite: 0 · v is 0 for all others, and costs no call for each value. */
function allFinite(values: Float32Array): boolean {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += 0 * values[i]!;
  return sum === 0;
}

/** Index of the largest of the n values of row i. */
function largest(values: Float32Array | Float64Array, i: number, n: number): number {
  let best = 0;
  for (let c = 1; c < n; c++) if (values[i * n + c]! > values[i * n + best]!) best = c;
  return best;
}
