/** @file The page's side of the benchmark: opens the engines that run in a browser and times them, as run-network.mjs does in Node. */
import { compareEngines, efforts } from './compare.mjs';
import { bindNetwork, openOnnxruntime, openTensorflow, openVentral } from './engines.mjs';

const load = (path) => import(path);
const rooms = ['kernels', 'core', 'formats', 'probe'];
const bytesOf = async (path) => new Uint8Array(await (await fetch(path)).arrayBuffer());

globalThis.benchForward = async (effort) => {
  const library = Object.fromEntries(await Promise.all(rooms.map(async (room) => [room, await load(`/library/${room}.js`)])));
  const ort = await load('/onnxruntime/ort.wasm.min.mjs');
  ort.env.wasm.wasmPaths = '/onnxruntime/';
  ort.env.wasm.numThreads = 1;
  const { tf } = globalThis;
  tf.wasm.setWasmPaths('/tensorflow-wasm/');
  await tf.setBackend('wasm');

  const bytes = await bytesOf('/network.onnx');
  const result = {};
  for (const batch of [1, 8]) {
    const network = bindNetwork(library, bytes, batch);
    const open = {
      'onnxruntime-web': () => openOnnxruntime(ort, 'wasm', bytes, network),
      'tensorflow.js': () => openTensorflow(tf, network),
      ventral: async () => openVentral(library, await WebAssembly.compile(await bytesOf('/kernels/simd.wasm')), network),
      'ventral relaxed': async () =>
        openVentral(library, await WebAssembly.compile(await bytesOf('/kernels/relaxed.wasm')), network),
    };
    const engines = {};
    const refused = { 'onnxruntime-node': 'runs in Node only.' };
    for (const [name, start] of Object.entries(open)) {
      try {
        engines[name] = await start();
        await engines[name].run();
      } catch (error) {
        delete engines[name];
        refused[name] = String(error.message ?? error).split('\n')[0];
      }
    }
    result[batch] = { ...(await compareEngines(engines, batch, efforts[effort])), refused };
    for (const engine of Object.values(engines)) await engine.close();
  }
  return result;
};
