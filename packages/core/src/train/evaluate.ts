/**
 * @file How often a network is right: labelled pictures through it, in workers. What is counted is whole numbers, and the loss is
 * added up along the tree of chunks, so the result is the same for any number of workers.
 */
import { math } from '@ventral/kernels';
import { InputError } from '../errors.ts';
import { createChunkExecutor } from '../exec/chunk.ts';
import { classProbabilities, rankClasses } from '../exec/classes.ts';
import { type NetworkEnvironment, type NetworkSetup, openNetwork } from '../exec/open.ts';
import type { Tap } from '../exec/tap.ts';
import { bindGraph } from '../graph/bind.ts';
import type { Graph, Preprocess } from '../graph/graph.ts';
import { pictureInput } from '../graph/picture.ts';
import { preprocess } from '../image/preprocess.ts';
import { chunkSize, type ItemFailure, type JobRunner, type OpenSession, type Progress } from '../parallel/task.ts';
import type { Tensor } from '../tensor/tensor.ts';

/** A picture and the class that it shows. */
export interface LabelledItem<Item> {
  readonly item: Item;
  /** Index of the class in the network's output. */
  readonly label: number;
}

export interface EvaluateSetup extends NetworkSetup {
  readonly kind: 'evaluate';
  readonly preprocess: Preprocess;
  readonly nClasses: number;
  /** The graph's outputs that may be lists of classes. */
  readonly outputs: readonly string[];
}

/** Whole numbers over a session's life. */
export interface EvaluateCounts {
  /** [label, answer]: pictures. */
  readonly confusion: Int32Array;
  /** Pictures whose class is among the five most probable. */
  readonly nInFirstFive: number;
}

/** A chunk's −Σ log p of the right class. */
export type EvaluateLoss = number;

export type EvaluateRunner<Item> = JobRunner<EvaluateSetup, LabelledItem<Item>, EvaluateLoss, EvaluateCounts>;

/** A probability below the least normal float32 counts as that in the loss. */
const leastProbability = 2 ** -126;

/** Opens evaluating sessions, in a worker or in this thread. */
export function openEvaluateSession<Item>(
  environment: NetworkEnvironment<Item>,
): OpenSession<EvaluateSetup, LabelledItem<Item>, EvaluateLoss, EvaluateCounts> {
  return async (setup, company) => {
    const { nClasses, exact, outputs } = setup;
    const { kernels, split, packed, shared } = await openNetwork(environment, setup, company);
    const picture = pictureInput(split.head);
    const [heightPx, widthPx] = picture.sizePx;
    const executor = createChunkExecutor(kernels, split, chunkSize, { taps: outputs, exact, packed });
    const confusion = new Int32Array(nClasses * nClasses);
    let nInFirstFive = 0;
    /** Labels of the chunk's pictures, and their outputs as they come. */
    let labels: number[] = [];
    let seen: Tensor[][] = [];
    const keep = (index: number, { tapIndex, ptr, rows, channels }: Tap) => {
      const n = rows * channels;
      seen[index]![tapIndex] = { dtype: 'float32', shape: [1, n], data: kernels.f32(ptr, n).slice() };
    };
    return {
      shared,
      beginChunk() {
        executor.flush(() => {});
        labels = [];
        seen = [];
      },
      async runItem({ item, label }) {
        const values = preprocess(await environment.loadImage(item), setup.preprocess, { heightPx, widthPx });
        executor.setInput(picture.name, values, 'channelsLast');
        const index = labels.push(label) - 1;
        seen[index] = [];
        executor.run((tap) => keep(index, tap));
      },
      endChunk() {
        executor.flush((tap) => keep(tap.image, tap));
        let loss = 0;
        for (const [i, label] of labels.entries()) {
          const probabilities = classProbabilities(seen[i]!)!;
          const ranked = rankClasses(probabilities, undefined);
          confusion[label * nClasses + ranked[0]!.classIndex]!++;
          if (ranked.slice(0, 5).some(({ classIndex }) => classIndex === label)) nInFirstFive++;
          loss -= math.log(Math.max(probabilities[label]!, leastProbability));
        }
        return loss;
      },
      total: () => ({ confusion: confusion.slice(), nInFirstFive }),
      close() {},
    };
  };
}

export interface EvaluateRequest<Item> extends Omit<NetworkSetup, 'allNodes' | 'exact'> {
  /** The network; `model` is what the workers' loadGraph is given. */
  readonly graph: Graph;
  readonly items: readonly LabelledItem<Item>[];
  readonly preprocess: Preprocess;
  readonly runner: EvaluateRunner<Item>;
  readonly exact?: boolean | undefined;
  readonly describe?: ((item: Item) => string) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** The first unusable picture ends the job. Default: it is listed. */
  readonly strict?: boolean | undefined;
}

export interface Evaluation extends EvaluateCounts {
  readonly nClasses: number;
  readonly nImages: number;
  readonly nRight: number;
  /** Mean of −log p of the right class, nats. */
  readonly loss: number;
  readonly failures: readonly ItemFailure[];
}

/** Values in the network's list of classes. @throws InputError `evaluate "net": none of the outputs y is a list of classes.` */
export function classCount(graph: Graph, input?: readonly [h: number, w: number]): number {
  const { types, outputs } = bindGraph(graph, { input });
  const list = classOutputs(graph, input)[0];
  if (list === undefined)
    throw new InputError(`evaluate "${graph.name}": none of the outputs ${outputs.join(', ')} is a list of classes.`);
  return Math.max(...types.get(list)!.shape);
}

function classOutputs(graph: Graph, input: readonly [h: number, w: number] | undefined): string[] {
  const { types, outputs, nodes } = bindGraph(graph, { input });
  const made = new Set(nodes.flatMap((node) => node.outputs));
  return outputs.filter((name) => {
    const { shape } = types.get(name)!;
    return made.has(name) && shape[0] === 1 && shape.filter((n) => n > 1).length === 1;
  });
}

/**
 * Shows every picture to the network and counts. Costs a forward pass each.
 * @throws InputError if no picture could be used; if a label is none of the network's; if probabilities are NaN
 * @throws JobAborted after a cancel
 */
export async function evaluateNetwork<Item>(request: EvaluateRequest<Item>): Promise<Evaluation> {
  const { graph, model, input, maxBytes, items, runner, describe, signal, onProgress, strict } = request;
  const nClasses = classCount(graph, input);
  const unknown = items.find(({ label }) => label >= nClasses);
  if (unknown)
    throw new InputError(
      `evaluate "${graph.name}": a picture is of class ${unknown.label}, the network has 0 … ${nClasses - 1}.`,
    );
  const { state, total, nDone, failures } = await runner.run({
    setup: {
      kind: 'evaluate',
      model,
      input,
      maxBytes,
      allNodes: false,
      exact: request.exact ?? false,
      preprocess: request.preprocess,
      nClasses,
      outputs: classOutputs(graph, input),
    },
    items,
    merging: {
      merge: (left, right) => left + right,
      mergeTotals: (a, b) => ({
        confusion: a.confusion.map((n, i) => n + b.confusion[i]!),
        nInFirstFive: a.nInFirstFive + b.nInFirstFive,
      }),
    },
    describe: describe && (({ item }) => describe(item)),
    signal,
    onProgress,
    strict,
  });
  const nImages = nDone - failures.length;
  if (state === undefined || total === undefined || nImages === 0)
    throw new InputError(
      `evaluate "${graph.name}": none of the ${items.length} pictures could be used. The first: ${failures[0]?.message}`,
    );
  if (!Number.isFinite(state))
    throw new InputError(
      `evaluate "${graph.name}": the network gives probabilities that are not numbers. Its weights are not usable.`,
    );
  const nRight = Array.from({ length: nClasses }, (_, c) => total.confusion[c * nClasses + c]!).reduce((a, b) => a + b, 0);
  return { ...total, nClasses, nImages, nRight, loss: state / nImages, failures };
}
