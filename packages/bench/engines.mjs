/**
 * @file The engines that are compared, all alike: `run()` gives a picture batch in, computes, and gives the first output back.
 * Runs in Node and in pages: what it needs (libraries, compiled kernels) comes in.
 */
import { channelsLast, noiseInput } from './compare.mjs';
import { buildTensorflow } from './tensorflow.mjs';

/** Our own, with the default kernels and with relaxed SIMD. */
export const ventral = ['ventral', 'ventral relaxed'];

/** Who we are compared with. The first that runs is what the others' answers are checked against. */
export const peers = ['onnxruntime-node', 'onnxruntime-web', 'tensorflow.js'];

/** The canonical graph of a network's file for `batch` pictures, and a batch of noise for it. */
export function bindNetwork(library, bytes, batch) {
  return bindBatch(library, library.formats.readOnnx(bytes, 'network.onnx'), batch);
}

/** The same of a graph. */
export function bindBatch({ core }, network, batch) {
  const graph = core.canonicalForm(core.bindGraph(network, { batch }));
  const { name } = graph.inputs[0];
  const { shape } = graph.types.get(name);
  return { graph, name, shape, data: noiseInput(shape) };
}

/** Our own. */
export function openVentral({ core, kernels }, module, { graph, name, shape, data }) {
  const memory = kernels.instantiate(module);
  const executor = core.createExecutor(memory, graph);
  const input = channelsLast(data, shape);
  return {
    run() {
      executor.setInput(name, input, 'channelsLast');
      executor.run();
      return executor.read(graph.outputs[0]).data;
    },
    close() {},
  };
}

/** Our own as a probing job runs it: a chunk of pictures one by one, dense layers once for all; `runChunk(onTap)` shows layers. */
export function openProber({ core, kernels }, module, { graph, name, shape, data }, taps) {
  const memory = kernels.instantiate(module);
  const executor = core.createChunkExecutor(memory, core.splitAtDense(graph, core.chunkSize), core.chunkSize, { taps });
  const input = channelsLast(data, shape);
  return {
    memory,
    runChunk(onTap) {
      for (let image = 0; image < core.chunkSize; image++) {
        executor.setInput(name, input, 'channelsLast');
        executor.run(onTap);
      }
      executor.flush(onTap);
    },
  };
}

/** onnxruntime-web or onnxruntime-node: their interfaces are the same. */
export async function openOnnxruntime(ort, provider, bytes, { graph, name, shape, data }) {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
  });
  const feeds = { [name]: new ort.Tensor('float32', data, shape) };
  return {
    run: async () => (await session.run(feeds))[graph.outputs[0]].data,
    runAll: () => session.run(feeds),
    close: () => session.release(),
  };
}

/** TensorFlow.js on its WebAssembly backend; the graph is built from ours. */
export function openTensorflow(tf, { graph, shape, data }) {
  const network = buildTensorflow(tf, graph);
  const [n, c, h, w] = shape;
  const input = channelsLast(data, shape);
  return {
    run: () => network.run(tf.tensor4d(input, [n, h, w, c])),
    close: () => network.close(),
  };
}
