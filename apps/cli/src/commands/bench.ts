/**
 * @file `ventral bench`: milliseconds per image of the forward pass, and of the forward pass with statistics of the default
 * layer set, on a synthetic picture. Nothing is decoded and nothing written. Each worker is a thread that runs this same
 * command: it holds a network of its own, and waits for turns.
 */
import { once } from 'node:events';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import {
  bindGraph,
  canonicalForm,
  chunkSize,
  createChunkExecutor,
  createExecutor,
  createRandom,
  type Graph,
  InputError,
  isInputError,
  pictureInput,
  sizeOf,
  splitAtDense,
  type Tap,
} from '@ventral/core';
import { instantiate } from '@ventral/kernels';
import { defaultProbeOptions, layerSet, statistics } from '@ventral/probe';
import { inModel, openModel } from '../model.ts';
import { printJson } from '../print.ts';
import { createVoice, formatBytes } from '../progress.ts';
import { loadRuntime } from '../runtime.ts';

export interface BenchOptions {
  readonly images: number;
  readonly batch: number;
  readonly workers: number;
  readonly relaxed: 'on' | 'off';
  readonly input?: readonly [h: number, w: number] | undefined;
  readonly json: boolean;
}

const kinds = ['forward', 'statistics'] as const;

/** What a worker is asked: to open the network, or to run so many batches. */
type Request = 'open' | { readonly kind: (typeof kinds)[number]; readonly nBatches: number };
/** The network's name, or milliseconds; or what went wrong. Errors lose their class on the way between threads. */
type Answer = { readonly done: string | number } | { readonly failure: string; readonly isInput: boolean };

interface ThreadData {
  readonly module: WebAssembly.Module;
  readonly name: string;
  readonly options: BenchOptions;
}

/** Turns of each kind; the median counts. */
const nTurns = 7;

export async function bench(name: string, options: BenchOptions): Promise<void> {
  if (!isMainThread) return serveTurns(workerData as ThreadData);
  const voice = createVoice(options.json);
  const { kernels: module } = loadRuntime(options.relaxed === 'on');
  const data: ThreadData = { module, name, options };
  const { batch, workers: nWorkers } = options;
  const threads = Array.from(
    { length: nWorkers },
    () => new Worker(new URL('./main.js', import.meta.url), { argv: ['bench', name], workerData: data }),
  );
  /** All workers at the same time. */
  const ask = (request: Request) => Promise.all(threads.map((thread) => askThread(thread, request)));
  try {
    const [model] = await ask('open');
    const turn = async (kind: (typeof kinds)[number], nBatches: number) => (await ask({ kind, nBatches })).map(Number);
    const nBatches = Math.ceil(options.images / (nTurns * batch * nWorkers));
    const nImages = nBatches * batch;
    voice.say(`${model}: ${nTurns} × ${nImages * nWorkers} images each way, after warming up`, { n_workers: nWorkers });
    for (const kind of kinds) await settle(() => turn(kind, 1));
    const msOf = { forward: [] as number[], statistics: [] as number[] };
    const imagesPerS: number[] = [];
    for (let i = 0; i < nTurns; i++) {
      for (const kind of kinds) {
        const each = await turn(kind, nBatches);
        msOf[kind].push(each.reduce((a, b) => a + b, 0) / nWorkers / nImages);
        if (kind === 'forward') imagesPerS.push((1000 * nImages * nWorkers) / Math.max(...each));
      }
    }
    const result = {
      model,
      workers: nWorkers,
      batch,
      kernels: options.relaxed === 'on' ? 'relaxed' : 'simd',
      ms_per_image: median(msOf.forward),
      ms_per_image_with_stats: median(msOf.statistics),
      images_per_s: median(imagesPerS),
      // Node counts in kilobytes of 1024.
      peak_mb: (process.resourceUsage().maxRSS * 1024) / 1e6,
    };
    if (options.json) printJson(result);
    else process.stdout.write(resultLines(result));
  } finally {
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

async function askThread(thread: Worker, request: Request): Promise<string | number> {
  const answered = once(thread, 'message');
  thread.postMessage(request);
  const [answer] = (await answered) as [Answer];
  if ('done' in answer) return answer.done;
  throw answer.isInput ? new InputError(answer.failure) : new Error(answer.failure);
}

function resultLines(result: {
  readonly ms_per_image: number;
  readonly ms_per_image_with_stats: number;
  readonly images_per_s: number;
  readonly peak_mb: number;
}): string {
  const { ms_per_image: forward, ms_per_image_with_stats: withStatistics } = result;
  return [
    `forward pass            ${forward.toFixed(2)} ms per image`,
    `  with statistics       ${withStatistics.toFixed(2)} ms per image (${(withStatistics / forward).toFixed(2)}×)`,
    `forward, all workers    ${result.images_per_s.toFixed(1)} images/s`,
    `peak memory             ${formatBytes(result.peak_mb * 1e6)}`,
    '',
  ].join('\n');
}

/** Repeats a turn until its time no longer falls: V8 replaces its first, quickly made code of a WebAssembly function as it runs. */
async function settle(turn: () => Promise<readonly number[]>): Promise<void> {
  const start = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let calm = 0; calm < 3 || performance.now() - start < 1000; ) {
    const ms = Math.max(...(await turn()));
    calm = ms < 0.97 * best ? 0 : calm + 1;
    best = Math.min(best, ms);
    if (performance.now() - start > 20_000) return;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** In a thread: opens the network, then takes turns. */
function serveTurns({ module, name, options }: ThreadData): void {
  let run: ((kind: (typeof kinds)[number], nBatches: number) => void) | undefined;
  const answer = async (request: Request): Promise<Answer> => {
    try {
      if (request === 'open') {
        const model = await openModel(name);
        run = await inModel(name, () => openNetwork(model.graph, module, options));
        return { done: model.name };
      }
      const start = performance.now();
      run!(request.kind, request.nBatches);
      return { done: performance.now() - start };
    } catch (error) {
      if (isInputError(error)) return { failure: error.message, isInput: true };
      return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error), isInput: false };
    }
  };
  parentPort!.on('message', async (request: Request) => parentPort!.postMessage(await answer(request)));
}

/**
 * So many batches of the forward pass, or of it with statistics, which go as in a probing job: one picture after another, dense
 * layers once for a chunk.
 */
function openNetwork(model: Graph, module: WebAssembly.Module, { batch, input }: BenchOptions) {
  const graph = canonicalForm(bindGraph(model, { batch, input }));
  const picture = pictureInput(graph);
  const kernels = instantiate(module);
  const executor = createExecutor(kernels, graph);
  const alone = canonicalForm(bindGraph(model, { input }));
  const layers = layerSet(alone, 'canonical');
  const taps = layers.map(({ layer }) => layer);
  const prober = createChunkExecutor(kernels, splitAtDense(alone, chunkSize), chunkSize, { taps });
  const accumulators = layers.map((layer) => statistics.open(layer, { kernels, options: defaultProbeOptions }));
  const { normal } = createRandom(0);
  const values = Float32Array.from({ length: sizeOf(graph.types.get(picture.name)!.shape) }, normal);
  const onTap = (tap: Tap) => accumulators[tap.tapIndex]!.update(tap);
  return (kind: (typeof kinds)[number], nBatches: number) => {
    if (kind === 'forward') {
      for (let i = 0; i < nBatches; i++) {
        executor.setInput(picture.name, values, 'channelsLast');
        executor.run();
      }
      return;
    }
    const nImages = nBatches * batch;
    for (let i = 1; i <= nImages; i++) {
      prober.setInput(picture.name, values.subarray(0, values.length / batch), 'channelsLast');
      prober.run(onTap);
      if (i % chunkSize !== 0 && i < nImages) continue;
      prober.flush(onTap);
      for (const accumulator of accumulators) accumulator.snapshot();
    }
  };
}
