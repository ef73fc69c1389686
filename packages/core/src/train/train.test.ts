import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compiledKernels, testKernels } from '../../test/small-graph.ts';
import { createExecutor } from '../exec/executor.ts';
import { bindGraph } from '../graph/bind.ts';
import { canonicalForm } from '../graph/canonical.ts';
import { normalize } from '../image/preprocess.ts';
import { buildNetwork } from '../network/build.ts';
import { createInline } from '../parallel/inline.ts';
import { createPool, type Pool } from '../parallel/pool.ts';
import { spawnNodeWorker } from '../parallel/test-spawn.mjs';
import { createRandom } from '../rng.ts';
import { augment, noAugmentation } from './augment.ts';
import { stepGraph } from './graph.ts';
import { openTrainSession, type TrainingPictures } from './session.ts';
import { chunkImagesOf, type TrainOptions, type TrainRequest, type TrainState, trainedNetwork, trainNetwork } from './train.ts';

const size = { heightPx: 8, widthPx: 8 };
const tiny = {
  name: 'tiny',
  input: { height: 8, width: 8, channels: 3 },
  preprocess: { channels: 'RGB', scale: 1 / 255, mean: [0.5, 0.5, 0.5], std: [0.25, 0.25, 0.25] },
  classes: ['across', 'down', 'spot'],
  layers: [
    { type: 'conv', name: 'a.conv', channels: 8, kernel: 3 },
    { type: 'norm', name: 'a.norm' },
    { type: 'activation', name: 'a.relu', fn: 'relu' },
    { type: 'maxPool', name: 'a.pool', kernel: 2 },
    { type: 'conv', name: 'b.conv', channels: 16, kernel: 3 },
    { type: 'norm', name: 'b.norm' },
    { type: 'activation', name: 'b.gelu', fn: 'gelu' },
    { type: 'globalAveragePool', name: 'pool' },
    { type: 'flatten', name: 'flat' },
    { type: 'dropout', name: 'drop', rate: 0.2 },
    { type: 'dense', name: 'logits', units: 3 },
    { type: 'softmax', name: 'prob' },
  ],
};

/** Stripes across, stripes down or a spot, of any colour and contrast, in noise. */
function pictures(n: number, seed: number): TrainingPictures {
  const random = createRandom(seed);
  const labels = Uint16Array.from({ length: n }, (_, i) => i % 3);
  const data = new Uint8Array(n * 192);
  for (const [i, label] of labels.entries()) {
    const colour = [0, 1, 2].map(() => 40 + random.integer(80));
    const phase = random.integer(2);
    const [cy, cx] = [2 + random.integer(4), 2 + random.integer(4)];
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        const isLight =
          label === 0 ? (y + phase) % 2 === 0 : label === 1 ? (x + phase) % 2 === 0 : Math.hypot(y - cy, x - cx) < 2;
        for (let c = 0; c < 3; c++) data[(i * 64 + y * 8 + x) * 3 + c] = random.integer(60) + (isLight ? colour[c]! : 0) + 30;
      }
    }
  }
  return { data, ...size, labels };
}

const options: TrainOptions = {
  epochs: 10,
  batch: 24,
  rate: 0.1,
  schedule: { kind: 'cosine', warmup: 0.1 },
  optimizer: { kind: 'sgd', momentum: 0.9, nesterov: true, weightDecay: 1e-3 },
  smoothing: 0.1,
  augmentation: { flip: true, shiftPx: 1, jitter: 0.1, cutoutPx: 2 },
  seed: 5,
};
const learned = pictures(240, 1);
const inline = () => createInline(openTrainSession({ module: compiledKernels }));
const train = (request: Partial<TrainRequest> = {}) =>
  trainNetwork({ description: tiny, pictures: learned, options, runner: inline(), ...request });
const bytes = ({ weights, optimizer, statistics }: TrainState) =>
  [weights, ...Object.values(optimizer), statistics].map((list) => Buffer.from(list.buffer).toString('base64'));

function accuracy(state: TrainState, test: TrainingPictures): number {
  const graph = canonicalForm(bindGraph(trainedNetwork(tiny, state)));
  const executor = createExecutor(testKernels(), graph);
  let nRight = 0;
  for (const [i, label] of test.labels.entries()) {
    const values = normalize({ ...size, data: test.data.subarray(i * 192, (i + 1) * 192) }, graph.metadata.preprocess!);
    executor.setInput('data', values, 'channelsLast');
    executor.run();
    const p = [...executor.read('prob').data];
    if (p.indexOf(Math.max(...p)) === label) nRight++;
  }
  return nRight / test.labels.length;
}

let folder: string;
let worker: URL;
const pools: Pool[] = [];
const pool = (nWorkers: number) => {
  const made = createPool({ nWorkers, spawn: () => spawnNodeWorker(worker, compiledKernels) });
  pools.push(made);
  return made;
};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ventral-train-'));
  await build({
    configFile: false,
    logLevel: 'error',
    build: {
      ssr: fileURLToPath(new URL('test-worker.mjs', import.meta.url)),
      outDir: folder,
      rollupOptions: { output: { entryFileNames: 'worker.mjs' } },
    },
    ssr: { noExternal: true },
  });
  worker = pathToFileURL(join(folder, 'worker.mjs'));
});
afterAll(async () => {
  for (const made of pools) made.close();
  await rm(folder, { recursive: true });
});

it('in a step, a rectifier after batch normalisation is part of it, another activation a node of its own', () => {
  const { graph } = stepGraph(buildNetwork(tiny, { seed: 1 }), 4, new Map());
  const fnsOf = (op: 'unary' | 'unaryGradient') => graph.nodes.flatMap((node) => (node.op === op ? node.attributes.fn : []));
  expect(fnsOf('unary')).not.toContain('relu');
  expect(fnsOf('unaryGradient')).toEqual(['gelu']);
  const norms = graph.nodes.flatMap((node) =>
    node.op === 'batchNormGradient' ? [[node.attributes.lo, node.attributes.hi]] : [],
  );
  expect(norms).toEqual([
    [-Infinity, Infinity],
    [0, Infinity],
  ]);
});

describe('learning', () => {
  it('stripes and spots: from a third to nearly all of new pictures; not with shuffled labels', async () => {
    const test = pictures(120, 2);
    const untrained = await train({ options: { ...options, rate: 1e-9, epochs: 1 } });
    const { state, isComplete } = await train();
    const labels = createRandom(3).shuffle(learned.labels.slice());
    const control = await train({ pictures: { ...learned, labels } });
    expect(isComplete).toBe(true);
    expect(accuracy(untrained.state, test)).toBeLessThan(0.7);
    expect(accuracy(state, test)).toBeGreaterThan(0.95);
    expect(accuracy(control.state, test)).toBeLessThan(0.7);
  });
  it('with AdamW as well', async () => {
    const { state } = await train({ options: { ...options, rate: 0.01, optimizer: { kind: 'adamw', weightDecay: 0.01 } } });
    expect(accuracy(state, pictures(120, 2))).toBeGreaterThan(0.95);
  });
});

describe('the same bits after 100 steps', () => {
  it('for 1, 2 and 3 workers, and for a run stopped after 37 steps and resumed', async () => {
    const whole = await train();
    expect(whole.state.step).toBe(100);
    for (const n of [1, 2, 3]) expect(bytes((await train({ runner: pool(n) })).state)).toEqual(bytes(whole.state));

    const stop = new AbortController();
    const part = await train({
      signal: stop.signal,
      onStep: ({ step }) => {
        if (step === 37) stop.abort();
      },
    });
    expect(part).toMatchObject({ isComplete: false, state: { step: 37 } });
    const rest = await train({ resume: part.state, runner: pool(2) });
    expect(bytes(rest.state)).toEqual(bytes(whole.state));
    // The control: another seed, other bits.
    expect(bytes((await train({ options: { ...options, seed: 6 } })).state)).not.toEqual(bytes(whole.state));
  });
  it('a state that was given is left as it was', async () => {
    const { state } = await train({ options: { ...options, epochs: 1 } });
    const before = bytes(state);
    await train({ resume: state });
    expect(bytes(state)).toEqual(before);
  });
});

describe('reports', () => {
  it('a step tells its loss; the first is about log 3 for three classes', async () => {
    const losses: number[] = [];
    const steps: number[] = [];
    const epochs: number[] = [];
    await train({
      options: { ...options, epochs: 2 },
      onStep: ({ loss, step }) => {
        losses.push(loss);
        steps.push(step);
      },
      onEpoch: (epoch, { step }) => void epochs.push(epoch, step),
    });
    expect(steps).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(epochs).toEqual([1, 10, 2, 20]);
    expect(Math.abs(losses[0]! - Math.log(3))).toBeLessThan(0.8);
    expect(losses.at(-1)!).toBeLessThan(losses[0]!);
  });
});

const first = (n: number): TrainingPictures => ({
  ...learned,
  data: learned.data.slice(0, n * 192),
  labels: learned.labels.slice(0, n),
});

describe('refusals', () => {
  it.each([
    ['train: 20 pictures are fewer than a batch of 24. Give a smaller batch, or more pictures.', { pictures: first(20) }],
    [
      'train: all 240 pictures are of one class, "across". Give pictures of at least two.',
      { pictures: { ...learned, labels: new Uint16Array(240) } },
    ],
    [
      'train "tiny": the pictures are of 6 classes, but the network tells 3 apart. Give its last layer 6 units.',
      { pictures: { ...learned, labels: learned.labels.map((label) => label + 3) } },
    ],
    ['train: batch must be a whole number of at least 1, got 0.', { options: { ...options, batch: 0 } }],
    [
      'train "tiny": the description has no "preprocess": how pictures become the input is not known.',
      { description: { ...tiny, preprocess: undefined } },
    ],
    [
      'train "tiny": needs a network that ends in a list of classes, but its last layer gives [1, 16, 4, 4].',
      { description: { ...tiny, classes: undefined, layers: tiny.layers.slice(0, 7) } },
    ],
  ])('%s', async (message, request) => {
    await expect(train(request as Partial<TrainRequest>)).rejects.toThrow(message);
  });
  it('a loss that is not a number names step and layer', async () => {
    const reported: number[] = [];
    const broken = train({
      options: { ...options, rate: 1e30, schedule: { kind: 'constant', warmup: 0 } },
      onStep: ({ step }) => reported.push(step),
    });
    await expect(broken).rejects.toThrow(
      /^train: the loss is not a number at step \d+ \(epoch 1 of 10\): (layer|the gradient of) "[a-z.]+" gives values that are not finite\. Lower the learning rate \(1e\+30\)\.$/,
    );
    await expect(broken).rejects.toThrow(`at step ${reported.length + 1} `);
  });
});

describe('a last step that went too far', () => {
  const tooFar: TrainOptions = { ...options, rate: 1e308, schedule: { kind: 'constant', warmup: 0 }, epochs: 1, batch: 120 };
  const message = (step: number) =>
    `train: after step ${step} (epoch 1 of 1) "a.conv.weight" has values that are not finite. Lower the learning rate (1e+308).`;
  it('gives no state: an epoch of one step', async () => {
    const epochs: number[] = [];
    const work = train({ pictures: first(120), options: tooFar, onEpoch: (epoch) => void epochs.push(epoch) });
    await expect(work).rejects.toThrow(message(1));
    expect(epochs).toEqual([]);
  });
  it('gives no state to a run that is stopped there either', async () => {
    const stop = new AbortController();
    await expect(train({ options: tooFar, signal: stop.signal, onStep: () => stop.abort() })).rejects.toThrow(message(1));
  });
});

describe('chunks of a batch', () => {
  it.each([
    [128, 32],
    [100, 25],
    [24, 24],
    [7, 7],
    [48, 24],
    [37, 1],
  ])('a batch of %d has chunks of %d', (batch, n) => expect(chunkImagesOf(batch)).toBe(n));
});

it('without augmentation the picture is itself', () => {
  const target = new Uint8Array(192);
  augment(learned.data.subarray(0, 192), target, 8, 8, noAugmentation, createRandom(1));
  expect([...target]).toEqual([...learned.data.subarray(0, 192)]);
});
