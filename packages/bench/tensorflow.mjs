/**
 * @file A TensorFlow.js network from our canonical graph: one call of its best kernel per layer, channels last, bias and
 * activation fused where its WebAssembly backend can. What that backend cannot do is an error: the table then says n/a.
 */

/**
 * Values are held as `{ x, order }`: a tensor and which logical axis (n c h w, as in the graph) each of its axes is, so that
 * transposes cost nothing, as in our own plan.
 *
 * @returns {{ run(input: unknown): Float32Array, close(): void }} input: [n, h, w, c], disposed by run
 */
export function buildTensorflow(tf, graph) {
  const shapeOf = (name) => graph.types.get(name).shape;
  const kept = [];
  const keep = (x) => {
    kept.push(tf.keep(x));
    return x;
  };
  const constants = new Map();
  /** A constant in a physical order, made once. */
  const constant = (name, order) => {
    const key = `${name} ${order}`;
    if (!constants.has(key)) {
      const { shape, data } = graph.constants.get(name);
      const made = tf.tidy(() =>
        reordered(tf, { x: tf.tensor(Float32Array.from(data), shape), order: identity(shape.length) }, order),
      );
      constants.set(key, keep(made));
    }
    return constants.get(key);
  };
  const context = { tf, graph, shapeOf, constant, keep, isConstant: (name) => graph.constants.has(name) };
  const steps = graph.nodes.map((node) => {
    const translate = translators[node.op];
    if (!translate) throw new Error(`TensorFlow.js: ${node.op} is not translated.`);
    return { node, apply: translate(node, context) };
  });
  const lastReader = new Map();
  for (const [i, { node }] of steps.entries()) for (const name of node.inputs) lastReader.set(name, i);
  const [output] = graph.outputs;

  return {
    run(input) {
      const held = new Map([[graph.inputs[0].name, { x: input, order: nhwc }]]);
      for (const [i, { node, apply }] of steps.entries()) {
        let results;
        tf.tidy(() => {
          results = [apply(node.inputs.map((name) => held.get(name)))].flat();
          return results.map(({ x }) => x);
        });
        for (const [j, name] of node.outputs.entries()) held.set(name, results[j]);
        for (const name of new Set(node.inputs)) {
          if (lastReader.get(name) === i && name !== output && held.has(name)) {
            held.get(name).x.dispose();
            held.delete(name);
          }
        }
      }
      const result = tf.tidy(() => reordered(tf, held.get(output), identity(shapeOf(output).length)).dataSync());
      for (const { x } of held.values()) x.dispose();
      return result;
    },
    close: () => tf.dispose(kept),
  };
}

const nhwc = [0, 2, 3, 1];
const identity = (rank) => Array.from({ length: rank }, (_, axis) => axis);

/** The tensor with its axes in another order; free where only axes of size 1 move. */
function reordered(tf, { x, order }, wanted) {
  if (String(order) === String(wanted)) return x;
  const size = (axis) => x.shape[order.indexOf(axis)];
  const wide = (axes) => String(axes.filter((axis) => size(axis) > 1));
  if (wide(order) === wide(wanted)) return tf.reshape(x, wanted.map(size));
  return tf.transpose(
    x,
    wanted.map((axis) => order.indexOf(axis)),
  );
}

/** Padding of a window in TensorFlow's explicit form, worked out from the sizes: exactly what the last window reads. */
function explicitPadding({ padding, stride, dilation }, kernel, input, output) {
  const [top, bottom, left, right] = [0, 1].flatMap((axis) => {
    const total = Math.max(0, (output[axis + 2] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 - input[axis + 2]);
    const before =
      padding === 'sameUpper' ? Math.floor(total / 2) : padding === 'sameLower' ? Math.ceil(total / 2) : padding[axis];
    return [before, Math.max(0, total - before)];
  });
  const pads = [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
  return pads.flat().some((px) => px > 0) ? pads : 'valid';
}

/** What is fused into a linear layer, and what is done after it. */
function activationOf(tf, activation) {
  if (!activation) return { fused: 'linear', after: (x) => x };
  const { fn, alpha, beta } = activation;
  if (fn === 'relu') return { fused: 'relu', after: (x) => x };
  if (fn === 'clip' && alpha === 0 && beta === 6) return { fused: 'relu6', after: (x) => x };
  return { fused: 'linear', after: unaryFunction(tf, activation) };
}

function unaryFunction(tf, { fn, alpha, beta }) {
  const functions = {
    clip: (x) => tf.clipByValue(x, alpha, beta),
    leakyRelu: (x) => tf.leakyRelu(x, alpha),
    silu: (x) => tf.mul(x, tf.sigmoid(x)),
    hardSwish: (x) => tf.mul(tf.mul(x, 1 / 6), tf.relu6(tf.add(x, 3))),
    hardSigmoid: (x) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
    gelu: (x) => tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1)),
  };
  const plain = [
    'abs',
    'neg',
    'sqrt',
    'reciprocal',
    'exp',
    'log',
    'sin',
    'cos',
    'tanh',
    'erf',
    'floor',
    'ceil',
    'square',
    'relu',
  ];
  const same = [...plain, 'elu', 'selu', 'sigmoid', 'softplus'];
  if (same.includes(fn)) return (x) => tf[fn](x);
  if (!functions[fn]) throw new Error(`TensorFlow.js: ${fn} is not translated.`);
  return functions[fn];
}

/** Ops that only give another shape: row-major in, row-major out. */
const reshaping = (node, { tf, shapeOf }) => {
  const from = shapeOf(node.inputs[0]);
  const to = shapeOf(node.outputs[0]);
  return ([held]) => ({ x: tf.reshape(reordered(tf, held, identity(from.length)), to), order: identity(to.length) });
};

/** op → (node, context) → held inputs (undefined: constants) → held outputs. */
const translators = {
  conv2d(node, { tf, graph, shapeOf, keep, constant }) {
    const { attributes, inputs, outputs } = node;
    const input = shapeOf(inputs[0]);
    const [o, c, kh, kw] = shapeOf(inputs[1]);
    const output = shapeOf(outputs[0]);
    const depthwise = attributes.groups > 1 && c === 1;
    if (attributes.groups > 1 && !depthwise) throw new Error('TensorFlow.js: convolution in groups is not translated.');
    const filter = depthwise
      ? keep(
          tf.tidy(() =>
            tf.transpose(
              tf.reshape(constant(inputs[1], [0, 1, 2, 3]), [attributes.groups, o / attributes.groups, kh, kw]),
              [2, 3, 0, 1],
            ),
          ),
        )
      : constant(inputs[1], [2, 3, 1, 0]);
    const bias = inputs[2] ? keep(tf.tensor1d(Float32Array.from(graph.constants.get(inputs[2]).data))) : undefined;
    const { fused, after } = activationOf(tf, attributes.activation);
    const convolve = depthwise ? tf.fused.depthwiseConv2d : tf.fused.conv2d;
    const pad = explicitPadding(attributes, [kh, kw], input, output);
    const { stride: strides, dilation: dilations } = attributes;
    return ([held]) => ({
      x: after(
        convolve({ x: reordered(tf, held, nhwc), filter, strides, pad, dataFormat: 'NHWC', dilations, bias, activation: fused }),
      ),
      order: nhwc,
    });
  },

  pool2d({ attributes, inputs, outputs }, { tf, shapeOf }) {
    const { kind, kernel, stride, dilation, countPadding } = attributes;
    const pad = explicitPadding(attributes, kernel, shapeOf(inputs[0]), shapeOf(outputs[0]));
    if (dilation.some((d) => d > 1) || (kind === 'average' && countPadding && pad !== 'valid'))
      throw new Error(`TensorFlow.js: ${kind} pooling with dilation or counted padding is not translated.`);
    const pool = kind === 'max' ? tf.maxPool : tf.avgPool;
    return ([held]) => ({ x: pool(reordered(tf, held, nhwc), kernel, stride, pad), order: nhwc });
  },

  globalPool({ attributes }, { tf }) {
    const pool = attributes.kind === 'max' ? tf.max : tf.mean;
    return ([held]) => ({ x: pool(reordered(tf, held, nhwc), [1, 2], true), order: nhwc });
  },

  dense({ attributes, inputs }, { tf, graph, keep, constant }) {
    const { alpha, beta, transA, transB, activation } = attributes;
    if (transA || alpha !== 1 || beta !== 1)
      throw new Error('TensorFlow.js: a scaled or transposed dense layer is not translated.');
    const b = constant(inputs[1], transB ? [1, 0] : [0, 1]);
    const bias = inputs[2] ? keep(tf.tensor1d(Float32Array.from(graph.constants.get(inputs[2]).data))) : undefined;
    const { fused, after } = activationOf(tf, activation);
    return ([held]) => ({
      x: after(tf.fused.matMul({ a: reordered(tf, held, [0, 1]), b, bias, activation: fused })),
      order: [0, 1],
    });
  },

  matmul({ attributes, inputs, outputs }, { tf, graph, shapeOf, keep, constant, isConstant }) {
    const order = identity(shapeOf(outputs[0]).length);
    const { fused, after } = activationOf(tf, attributes.activation);
    const rowMajor = (held) => reordered(tf, held, identity(held.order.length));
    if (!isConstant(inputs[1]) || shapeOf(inputs[1]).length !== 2) {
      if (inputs[2] || isConstant(inputs[0]) || isConstant(inputs[1]))
        throw new Error('TensorFlow.js: this matmul is not translated.');
      return ([a, b]) => ({ x: after(tf.matMul(rowMajor(a), rowMajor(b))), order });
    }
    const b = constant(inputs[1], [0, 1]);
    const bias = inputs[2] ? keep(tf.tensor1d(Float32Array.from(graph.constants.get(inputs[2]).data))) : undefined;
    const [k] = shapeOf(inputs[1]);
    return ([held]) => {
      const y = after(tf.fused.matMul({ a: tf.reshape(rowMajor(held), [-1, k]), b, bias, activation: fused }));
      return { x: tf.reshape(y, shapeOf(outputs[0])), order };
    };
  },

  batchNorm({ attributes, inputs }, { tf, constant }) {
    const [scale, shift, mean, variance] = inputs.slice(1).map((name) => constant(name, [0]));
    const after = attributes.activation ? unaryFunction(tf, attributes.activation) : (x) => x;
    return ([held]) => ({
      x: after(tf.batchNorm(reordered(tf, held, nhwc), mean, variance, shift, scale, attributes.epsilon)),
      order: nhwc,
    });
  },

  layerNorm({ attributes, inputs }, { tf, shapeOf, constant }) {
    const order = identity(shapeOf(inputs[0]).length);
    if (attributes.axis !== -1 && attributes.axis !== order.length - 1)
      throw new Error('TensorFlow.js: layer normalisation over several axes is not translated.');
    const [scale, shift] = inputs.slice(1).map((name) => name && constant(name, [0]));
    return ([held]) => {
      const x = reordered(tf, held, order);
      const centred = tf.sub(x, tf.mean(x, -1, true));
      const y = tf.mul(centred, tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), attributes.epsilon)));
      const scaled = scale ? tf.mul(y, scale) : y;
      return { x: shift ? tf.add(scaled, shift) : scaled, order };
    };
  },

  lrn({ attributes }, { tf }) {
    const { size, alpha, beta, bias } = attributes;
    if (size % 2 === 0)
      throw new Error('TensorFlow.js: response normalisation over an even number of channels is not translated.');
    return ([held]) => ({
      x: tf.localResponseNormalization(reordered(tf, held, nhwc), (size - 1) / 2, bias, alpha / size, beta),
      order: nhwc,
    });
  },

  unary({ attributes }, { tf }) {
    const apply = unaryFunction(tf, attributes);
    return ([{ x, order }]) => ({ x: apply(x), order });
  },

  binary({ attributes, inputs, outputs }, { tf, shapeOf, isConstant, constant }) {
    const apply = { add: tf.add, sub: tf.sub, mul: tf.mul, div: tf.div, pow: tf.pow, min: tf.minimum, max: tf.maximum }[
      attributes.fn
    ];
    if (!apply) throw new Error(`TensorFlow.js: ${attributes.fn} is not translated.`);
    const rank = shapeOf(outputs[0]).length;
    const computed = inputs
      .map((name, i) => ({ name, i }))
      .filter(({ name }) => !isConstant(name) && shapeOf(name).length === rank);
    const leading = (computed.find(({ name }) => String(shapeOf(name)) === String(shapeOf(outputs[0]))) ?? computed[0]).i;
    const operand = (name, held, order) => {
      const missing = rank - shapeOf(name).length;
      // Axes that the operand lacks stand in front; it takes part by broadcasting.
      const wanted = order.filter((axis) => axis >= missing).map((axis) => axis - missing);
      const x = isConstant(name) ? constant(name, wanted) : reordered(tf, held, wanted);
      return missing === 0
        ? x
        : tf.reshape(
            x,
            order.map((axis) => (axis < missing ? 1 : shapeOf(name)[axis - missing])),
          );
    };
    return (held) => {
      const { order } = held[leading];
      return { x: apply(operand(inputs[0], held[0], order), operand(inputs[1], held[1], order)), order };
    };
  },

  concat({ attributes, inputs, outputs }, { tf, shapeOf, isConstant, constant }) {
    const rank = shapeOf(outputs[0]).length;
    const axis = (attributes.axis + rank) % rank;
    const first = inputs.findIndex((name) => !isConstant(name));
    return (held) => {
      const { order } = held[first];
      const parts = inputs.map((name, i) => (isConstant(name) ? constant(name, order) : reordered(tf, held[i], order)));
      return { x: tf.concat(parts, order.indexOf(axis)), order };
    };
  },

  split({ attributes, inputs, outputs }, { tf, shapeOf }) {
    const rank = shapeOf(inputs[0]).length;
    const axis = (attributes.axis + rank) % rank;
    const sizes = outputs.map((name) => shapeOf(name)[axis]);
    return ([{ x, order }]) => tf.split(x, sizes, order.indexOf(axis)).map((part) => ({ x: part, order }));
  },

  pad({ attributes, inputs }, { tf, graph }) {
    const pads = Array.from(graph.constants.get(inputs[1]).data, Number);
    if (attributes.mode !== 'constant' || inputs[2] || inputs[3] || pads.some((n) => n < 0))
      throw new Error('TensorFlow.js: only padding with zeros on all axes is translated.');
    const pairs = (order) => order.map((axis) => [pads[axis], pads[axis + order.length]]);
    return ([{ x, order }]) => ({ x: pads.some((n) => n > 0) ? tf.pad(x, pairs(order)) : tf.clone(x), order });
  },

  reduce({ attributes, inputs }, { tf, graph, shapeOf }) {
    const apply = { sum: tf.sum, mean: tf.mean, max: tf.max, min: tf.min, prod: tf.prod }[attributes.fn];
    if (!apply) throw new Error(`TensorFlow.js: reduce ${attributes.fn} is not translated.`);
    const rank = shapeOf(inputs[0]).length;
    const given = inputs[1]
      ? Array.from(graph.constants.get(inputs[1]).data, (axis) => (Number(axis) + rank) % rank)
      : identity(rank);
    return ([{ x, order }]) => {
      const y = apply(
        x,
        given.map((axis) => order.indexOf(axis)),
        attributes.keepDims,
      );
      if (attributes.keepDims) return { x: y, order };
      const left = order.filter((axis) => !given.includes(axis));
      return { x: y, order: left.map((axis) => axis - given.filter((other) => other < axis).length) };
    };
  },

  softmax({ attributes, inputs }, { tf, shapeOf }) {
    const rank = shapeOf(inputs[0]).length;
    const axis = (attributes.axis + rank) % rank;
    if (attributes.flattened && axis !== rank - 1) throw new Error('TensorFlow.js: softmax over several axes is not translated.');
    const order = [...identity(rank).filter((other) => other !== axis), axis];
    return ([held]) => {
      const x = tf.softmax(reordered(tf, held, order));
      return { x: attributes.log ? tf.log(x) : x, order };
    };
  },

  transpose({ attributes, inputs }, { tf, shapeOf }) {
    const perm = attributes.perm ?? identity(shapeOf(inputs[0]).length).toReversed();
    return ([{ x, order }]) => ({ x: tf.clone(x), order: order.map((axis) => perm.indexOf(axis)) });
  },

  reshape: reshaping,
  flatten: reshaping,
  squeeze: reshaping,
  unsqueeze: reshaping,
  identity:
    (_, { tf }) =>
    ([{ x, order }]) => ({ x: tf.clone(x), order }),
};
