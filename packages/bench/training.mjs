/**
 * @file What learning costs: whole steps, from pictures to changed weights, beside our own forward pass, beside TensorFlow.js
 * (tensorflow-training.mjs), and by two workers beside one. Answers are compared before anything is timed. Node only.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { alternate, tolerance, worstError } from './compare.mjs';
import { bindBatch, openVentral } from './engines.mjs';
import { loadNodeEndpoint, root } from './library.mjs';
import { openTensorflowTraining } from './tensorflow-training.mjs';

/**
 * Built-in networks that are taught, and how many pictures a step beside TensorFlow.js has: its JavaScript takes half a minute
 * for two of ventralnet's.
 */
const peerBatch = { ventralnet: 2, digits: 32 };

export const taughtNames = Object.keys(peerBatch);
export const descriptionFile = (name) => join(root, `data/models/${name}.json`);

/** Pictures of a step beside the forward pass: one chunk. */
const chunkBatch = 32;
/** Pictures of a step by workers: four chunks, as `ventral train` has them unless told otherwise. */
const poolBatch = 128;

/**
 * Milliseconds of a step, by name and round, of the three comparisons; `errors` are those of the first step. A wrong step has no
 * times.
 */
export async function measureTraining(library, module, tf, description, effort) {
  const peers = await besideTensorflow(library, module, tf, description, effort);
  if (!(peers.errors.ventral <= tolerance)) return { peers };
  return {
    peers,
    cost: await besideForward(library, module, description, effort),
    workers: await twoWorkers(library, module, description, effort),
  };
}

/** Our step and TensorFlow.js's. The answers of its JavaScript are what the others' are checked against. */
async function besideTensorflow(library, module, tf, description, effort) {
  const task = trainingTask(library, description, peerBatch[description.name]);
  const own = openVentralTraining(library, task, inline(library, module));
  const batch = await own.firstBatch;
  const open = {
    'tensorflow.js cpu': () => openTensorflowTraining(tf, 'cpu', library, task, batch),
    'tensorflow.js wasm': () => openTensorflowTraining(tf, 'wasm', library, task, batch),
    ventral: () => own,
  };
  const steps = {};
  const errors = {};
  const refused = {};
  let expected;
  for (const [name, start] of Object.entries(open)) {
    try {
      const { first, step } = start();
      const answer = await first();
      expected ??= answer;
      errors[name] = stepError(answer, expected);
      if (errors[name] <= tolerance) steps[name] = step;
    } catch (error) {
      refused[name] = String(error.message ?? error).split('\n')[0];
    }
  }
  // Minutes for what differs by orders of magnitude: three rounds are enough.
  const times = errors.ventral <= tolerance ? await alternate(steps, { ...effort, rounds: [3, effort.rounds[1]] }) : {};
  return { batch: task.options.batch, times, errors, refused };
}

/** Our step and our forward pass of as many pictures, in canonical form, as a job runs it. */
async function besideForward(library, module, description, effort) {
  const network = library.core.buildNetwork(description, { seed: 1 });
  const forward = openVentral(library, module, bindBatch(library, network, chunkBatch));
  const training = openVentralTraining(library, trainingTask(library, description, chunkBatch), inline(library, module));
  await training.first();
  return { batch: chunkBatch, times: await alternate({ forward: forward.run, step: training.step }, effort) };
}

/** Steps by one and by two worker threads; the weights must be the same to the last bit. */
async function twoWorkers(library, module, description, effort) {
  const task = trainingTask(library, description, poolBatch);
  const pools = await Promise.all([1, 2].map((nWorkers) => openPool(library, module, nWorkers)));
  const [one, two] = pools.map((pool) => openVentralTraining(library, task, pool));
  const error = stepError(await two.first(), await one.first());
  const times = error === 0 ? await alternate({ one: one.step, two: two.step }, effort) : {};
  for (const pool of pools) pool.close();
  return { batch: poolBatch, times, error };
}

const inline = ({ core }, module) => core.createInline(core.openTrainSession({ module }));

/**
 * A network to be taught, and pictures of noise, [n, h, w, 3] bytes, their classes in turn. Plain gradient descent. An epoch has
 * some steps, so that what is done once an epoch weighs little.
 */
function trainingTask({ core }, description, batch) {
  const { height: heightPx, width: widthPx } = description.input;
  const nPictures = 20 * batch;
  const { integer } = core.createRandom(1);
  return {
    description,
    pictures: {
      heightPx,
      widthPx,
      data: Uint8Array.from({ length: nPictures * heightPx * widthPx * 3 }, () => integer(256)),
      labels: Uint16Array.from({ length: nPictures }, (_, i) => i % description.classes.length),
    },
    options: {
      epochs: 2 ** 30,
      batch,
      rate: 0.05,
      schedule: { kind: 'constant', warmup: 0 },
      optimizer: { kind: 'sgd', momentum: 0, nesterov: false, weightDecay: 0 },
      smoothing: 0.1,
      augmentation: core.noAugmentation,
      seed: 1,
    },
  };
}

/**
 * Our own training, stopped before each step: trainNetwork's runner waits until it is asked for. A step ends when the next one
 * begins, so that all of it counts.
 *
 * `first` is the first step, with what it did to each parameter; `firstBatch` are its pictures, by index.
 * @returns {{ step(): Promise<unknown>, firstBatch: Promise<number[]>, first(): Promise<{ loss: number,
 *   parameters: { name: string, gradient: Float32Array, change: Float32Array }[] }> }}
 */
function openVentralTraining({ core }, task, runner) {
  const { description, options } = task;
  let begun;
  let goOn;
  let sum;
  const nextStep = () =>
    new Promise((resolve, reject) => {
      begun = { resolve, reject };
    });
  const start = nextStep();
  const patient = {
    ...runner,
    async run(job) {
      await new Promise((resolve) => {
        goOn = resolve;
        begun.resolve(job);
      });
      const result = await runner.run(job);
      sum = result.state;
      return result;
    },
  };
  core.trainNetwork({ ...task, runner: patient }).catch((error) => begun.reject(error));
  const step = () => {
    const next = nextStep();
    goOn();
    return next;
  };
  return {
    step,
    firstBatch: start.then(({ items }) => items.flatMap(({ images }) => [...images])),
    async first() {
      await start;
      const { weights } = (await step()).update;
      const network = core.buildNetwork(description, { seed: options.seed });
      const parameters = core.trainable(network).parameters.map(({ name, offset, size }) => {
        const before = network.constants.get(name).data;
        return {
          name,
          gradient: sum.gradient.slice(offset, offset + size).map((value) => value / options.batch),
          change: weights.slice(offset, offset + size).map((weight, i) => weight - before[i]),
        };
      });
      return { loss: sum.loss / options.batch, parameters };
    },
  };
}

/** How far apart two first steps are: loss, gradients, changes, each in shares of its largest value. */
function stepError(a, b) {
  const errors = a.parameters.flatMap(({ gradient, change }, i) => [
    worstError(gradient, b.parameters[i].gradient),
    worstError(change, b.parameters[i].change),
  ]);
  return Math.max(worstError([a.loss], [b.loss]), ...errors);
}

/** A pool of `nWorkers` threads that train. */
async function openPool({ core }, module, nWorkers) {
  const nodeEndpoint = await loadNodeEndpoint();
  return core.createPool({
    nWorkers,
    silenceMs: 300_000,
    spawn() {
      const worker = new Worker(new URL('./training-worker.mjs', import.meta.url), { workerData: module });
      return {
        endpoint: nodeEndpoint(worker),
        onExit: (callback) => worker.once('exit', (code) => callback(`it exited with code ${code}`)),
        terminate: () => void worker.terminate(),
      };
    },
  });
}
