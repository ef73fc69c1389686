/**
 * @file One network through all engines, in a process of its own (a network with its peers is gigabytes; they go with the
 * process). `node run-network.mjs FILE SECTION EFFORT` prints one line of JSON. SECTION: forward, threads, probing (of an .onnx),
 * electrode (of either), training (of a description).
 */
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { freemem } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { alternate, compareEngines, efforts, tolerance, worstError } from './compare.mjs';
import { bindNetwork, openOnnxruntime, openTensorflow, openVentral, peers } from './engines.mjs';
import { compileKernels, loadLibrary, loadPeer } from './library.mjs';
import { measureElectrode } from './physiology.mjs';
import { openProbing } from './probing.mjs';
import { measureTraining } from './training.mjs';

const variants = { ventral: 'simd', 'ventral relaxed': 'relaxed' };

if (!isMainThread) await serveThread(workerData);
else {
  const [file, section, effort] = process.argv.slice(2);
  const sections = { forward, threads, probing, electrode, training };
  const result = await sections[section](file, efforts[effort]);
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(0);
}

/** Opens one engine; throws with a reason where it cannot run this network. */
async function open(name, library, bytes, network) {
  if (name in variants) {
    const module = compileKernels(variants[name]);
    if (!module) throw new Error(`Node ${process.version} has no relaxed SIMD.`);
    return openVentral(library, module, network);
  }
  const peer = await loadPeer(name);
  if (name === 'tensorflow.js') return openTensorflow(peer, network);
  return openOnnxruntime(peer, name === 'onnxruntime-web' ? 'wasm' : 'cpu', bytes, network);
}

/** The engines that can run this network, and why the others cannot. The first peer comes first: it is the reference. */
async function openAll(library, bytes, network) {
  const engines = {};
  const refused = {};
  for (const name of [...peers, ...Object.keys(variants)]) {
    try {
      const engine = await open(name, library, bytes, network);
      // Twice: what is made in the first run must still be there in the next.
      for (let i = 0; i < 2; i++) await engine.run();
      engines[name] = engine;
    } catch (error) {
      refused[name] = String(error.message ?? error).split('\n')[0];
    }
  }
  return { engines, refused };
}

/** Milliseconds per image on one thread at batch 1 and 8. */
async function forward(file, effort) {
  const library = await loadLibrary();
  const bytes = readFileSync(file);
  const result = {};
  for (const batch of [1, 8]) {
    const network = bindNetwork(library, bytes, batch);
    const { engines, refused } = await openAll(library, bytes, network);
    result[batch] = { ...(await compareEngines(engines, batch, effort)), refused };
    for (const engine of Object.values(engines)) await engine.close();
  }
  return result;
}

/** Images per second of two threads, each with an engine of its own and every other image: all engines alike. */
async function threads(file, effort) {
  const names = [...peers, ...Object.keys(variants)];
  // The file and one or two packed copies of its weights for each.
  const neededBytes = names.length * 2 * 2.5 * statSync(file).size;
  if (neededBytes > freemem()) {
    const reason = `needs ${Math.ceil(neededBytes / 1e9)} GB of free memory`;
    return { times: {}, errors: {}, refused: Object.fromEntries(names.map((name) => [name, reason])) };
  }
  const teams = {};
  const images = {};
  const refused = {};
  const errors = {};
  let expected;
  for (const name of names) {
    const team = [0, 1].map(() => new Worker(new URL(import.meta.url), { workerData: { name, file } }));
    const run = async (n) => {
      for (const worker of team) worker.postMessage(n);
      const answers = (await Promise.all(team.map((worker) => once(worker, 'message')))).flat();
      for (const { error } of answers) if (error) throw new Error(error);
      return answers;
    };
    try {
      for (const { y } of await run(1)) {
        expected ??= y;
        errors[name] = Math.max(errors[name] ?? 0, worstError(y, expected));
      }
      if (!(errors[name] <= tolerance)) continue;
      const start = performance.now();
      await run(1);
      // Long enough that waiting for the slower of the two does not count.
      images[name] = Math.max(1, Math.min(16, Math.round(500 / (performance.now() - start))));
      teams[name] = () => run(images[name]);
    } catch (error) {
      refused[name] = error.message;
    }
  }
  const times = await alternate(teams, effort);
  return {
    times: Object.fromEntries(Object.entries(times).map(([name, ms]) => [name, ms.map((t) => t / (2 * images[name]))])),
    errors,
    refused,
  };
}

/** In a thread: so many images at a time. */
async function serveThread({ name, file }) {
  const library = await loadLibrary();
  const bytes = readFileSync(file);
  let engine;
  parentPort.on('message', async (n) => {
    try {
      engine ??= await open(name, library, bytes, bindNetwork(library, bytes, 1));
      let y;
      for (let i = 0; i < n; i++) y = await engine.run();
      parentPort.postMessage({ y: Float32Array.from(y) });
    } catch (error) {
      parentPort.postMessage({ error: String(error.message ?? error).split('\n')[0] });
    }
  });
}

/** Statistics of the default layer set against a plain forward pass, and against onnxruntime-web with the same in JavaScript. */
async function probing(file, effort) {
  const library = await loadLibrary();
  const bytes = readFileSync(file);
  const { functions, nImages, error, nLayers } = await openProbing(
    library,
    compileKernels('simd'),
    await loadPeer('onnxruntime-web'),
    bytes,
  );
  const times = error <= tolerance ? await alternate(functions, effort) : {};
  for (const name of Object.keys(times)) times[name] = times[name].map((ms) => ms / nImages);
  return { times, error, nLayers };
}

/** The battery of gratings against its forward passes. */
async function electrode(file, effort) {
  return measureElectrode(await loadLibrary(), compileKernels('simd'), file, effort);
}

/** Steps of training. */
async function training(file, effort) {
  const library = await loadLibrary();
  const description = JSON.parse(readFileSync(file, 'utf8'));
  return measureTraining(library, compileKernels('simd'), await loadPeer('tensorflow.js'), description, effort);
}
