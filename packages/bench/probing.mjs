/** @file What probing costs: statistics of the default layer set by us, and by onnxruntime-web with JavaScript. Node and pages. */
import { bindNetwork, openOnnxruntime, openProber, openVentral } from './engines.mjs';
import { withOutputs } from './onnx.mjs';

/**
 * The functions to be timed, a chunk of pictures each: `forward`, `statistics`, `noQuantiles`, `onnxruntime`; and the largest
 * difference between the layers' means as we and onnxruntime-web have them, in shares of the layer's largest |y|.
 */
export async function openProbing(library, module, ort, bytes) {
  const { core, probe } = library;
  const nImages = core.chunkSize;
  const network = bindNetwork(library, bytes, 1);
  const layers = probe.layerSet(network.graph, 'canonical');
  const names = layers.map(({ layer }) => layer);
  const plain = openVentral(library, module, network);
  const prober = openProber(library, module, network, names);
  const withStatistics = (quantiles) => {
    const environment = { kernels: prober.memory, options: { ...probe.defaultProbeOptions, quantiles } };
    const accumulators = layers.map((layer) => probe.statistics.open(layer, environment));
    return () => {
      prober.runChunk((tap) => accumulators[tap.tapIndex].update(tap));
      return accumulators.map((accumulator) => accumulator.snapshot());
    };
  };
  const statistics = withStatistics(true);
  const states = statistics();

  const others = names.filter((name) => !network.graph.outputs.includes(name));
  const session = await openOnnxruntime(ort, 'wasm', withOutputs(bytes, others), network);
  const scripts = layers.map(({ nChannels }) => scriptStatistics(nChannels));
  const onnxruntime = async () => {
    for (let image = 0; image < nImages; image++) {
      const results = await session.runAll();
      for (const [i, name] of names.entries()) scripts[i].update(results[name]);
      for (const tensor of Object.values(results)) tensor.dispose();
    }
  };
  await onnxruntime();
  const differences = layers.map((_, i) => {
    const { mean, min, max } = probe.summarizeMoments(probe.pooledMoments(states[i].moments));
    return Math.abs(mean - scripts[i].mean()) / Math.max(Math.abs(min), Math.abs(max));
  });
  const forward = () => {
    for (let image = 0; image < nImages; image++) plain.run();
  };
  return {
    nImages,
    functions: { forward, statistics, noQuantiles: withStatistics(false), onnxruntime },
    error: Math.max(...differences),
    nLayers: layers.length,
  };
}

/** Moments per channel and a log histogram of the layer as one would write them in JavaScript, over an array n c h w or n c. */
function scriptStatistics(nChannels) {
  const sums = new Float64Array(nChannels * 6);
  const histogram = new Uint32Array(2 ** 15);
  let nValues = 0;
  return {
    update({ data, dims }) {
      const bits = new Uint32Array(data.buffer, data.byteOffset, data.length);
      // [1, c, h, w] and [1, c] as they lie; after a Transpose channels come last.
      const isLast = dims.length !== 4 || dims[1] !== nChannels;
      const rows = data.length / nChannels;
      for (let c = 0; c < nChannels; c++) {
        let [first, second, third, fourth, min, max] = [0, 0, 0, 0, Infinity, -Infinity];
        for (let row = 0; row < rows; row++) {
          const at = isLast ? row * nChannels + c : c * rows + row;
          const value = data[at];
          const square = value * value;
          first += value;
          second += square;
          third += square * value;
          fourth += square * square;
          if (value < min) min = value;
          if (value > max) max = value;
          histogram[bits[at] >>> 17]++;
        }
        const at = c * 6;
        sums[at] += first;
        sums[at + 1] += second;
        sums[at + 2] += third;
        sums[at + 3] += fourth;
        sums[at + 4] = Math.min(sums[at + 4], min);
        sums[at + 5] = Math.max(sums[at + 5], max);
      }
      nValues += data.length;
    },
    mean: () => sums.reduce((sum, value, i) => (i % 6 === 0 ? sum + value : sum), 0) / nValues,
  };
}
