/**
 * @file The same steps of training by TensorFlow.js: the network layer by layer from its description, channels last, its own
 * loss and its own gradient descent.
 */

/** Axes of our weights, [out, in, h, w] or [out, in], in TensorFlow's order. */
const toTensorflow = { 4: [2, 3, 1, 0], 2: [1, 0], 1: [0] };
const fromTensorflow = { 4: [3, 2, 0, 1], 2: [1, 0], 1: [0] };

/**
 * @param backend `cpu` (JavaScript) or `wasm`
 * @param images the pictures of every step, by index
 * @returns `step` and `first` as openVentralTraining has them
 */
export function openTensorflowTraining(tf, backend, { core }, { description, pictures, options }, images) {
  const network = core.buildNetwork(description, { seed: options.seed });
  const { layers, input, classes, preprocess } = core.readNetworkDescription(description);
  const n = images.length;
  const nBytes = pictures.data.length / pictures.labels.length;
  const data = Uint8Array.from(images.flatMap((i) => [...pictures.data.subarray(i * nBytes, (i + 1) * nBytes)]));
  const pixels = core.normalize({ heightPx: n * input.height, widthPx: input.width, data }, preprocess);
  const optimizer = tf.train.sgd(options.rate);
  const variables = new Map(
    core.trainable(network).parameters.map(({ name, shape }) => {
      const { data } = network.constants.get(name);
      const start = tf.tidy(() => tf.transpose(tf.tensor(data, shape), toTensorflow[shape.length]));
      return [name, tf.variable(start)];
    }),
  );
  const target = tf.oneHot(
    tf.tensor1d(
      images.map((i) => pictures.labels[i]),
      'int32',
    ),
    classes.length,
  );

  const apply = (x, layer) => {
    const parameter = (part) => variables.get(`${layer.name}.${part}`);
    switch (layer.type) {
      case 'conv': {
        const y = tf.conv2d(x, parameter('weight'), layer.stride, layer.padding);
        return parameter('bias') ? tf.add(y, parameter('bias')) : y;
      }
      case 'norm': {
        // ε as buildNetwork has it.
        const { mean, variance } = tf.moments(x, [0, 1, 2]);
        return tf.batchNorm(x, mean, variance, parameter('shift'), parameter('scale'), 1e-5);
      }
      case 'activation':
        return tf[layer.fn](x);
      case 'maxPool':
        return tf.maxPool(x, layer.kernel, layer.stride ?? layer.kernel, layer.padding);
      case 'globalAveragePool':
        return tf.mean(x, [1, 2], true);
      case 'flatten':
        return tf.reshape(tf.transpose(x, [0, 3, 1, 2]), [n, -1]);
      case 'dense':
        return tf.add(tf.matMul(x, parameter('weight')), parameter('bias'));
      case 'softmax':
        return x;
      default:
        throw new Error(`TensorFlow.js: ${layer.type} is not translated.`);
    }
  };
  const lossOf = () => {
    const x = tf.tensor4d(pixels, [n, input.height, input.width, input.channels]);
    return tf.losses.softmaxCrossEntropy(target, layers.reduce(apply, x), undefined, options.smoothing);
  };
  const inOurOrder = (x) => tf.tidy(() => tf.transpose(x, fromTensorflow[x.shape.length]).dataSync());

  /** One step; `look` sees the gradients before they go. */
  const takeStep = async (look) => {
    await tf.setBackend(backend);
    return tf.tidy(() => {
      const { value, grads } = tf.variableGrads(lossOf);
      optimizer.applyGradients(grads);
      look?.(grads);
      return value.dataSync()[0];
    });
  };
  return {
    step: () => takeStep(),
    async first() {
      let parameters;
      const loss = await takeStep((grads) => {
        parameters = [...variables].map(([name, variable]) => {
          const before = network.constants.get(name).data;
          return {
            name,
            gradient: inOurOrder(grads[variable.name]),
            change: inOurOrder(variable).map((weight, i) => weight - before[i]),
          };
        });
      });
      return { loss, parameters };
    },
  };
}
