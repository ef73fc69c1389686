/**
 * @file The networks that are timed, as .onnx files in .cache/networks: unpacked from ../shared/bench-networks, or, where that is
 * absent, the same architectures with seeded random weights, written here. Batch normalisation is
 * folded away where exporters can fold it.
 */
import { createReadStream, createWriteStream, existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { cache, root } from './library.mjs';
import { writeModel } from './onnx.mjs';

const folder = join(cache, 'networks');
const packed = join(root, '../shared/bench-networks');

/** In the order of the tables. */
export const networkNames = [
  'vgg16',
  'resnet18',
  'resnet50',
  'convnext_tiny',
  'densenet121',
  'squeezenet1_1',
  'mobilenet_v2',
  'efficientnet_b0',
  'alexnet',
];

/** Path of a network's file, made if need be. */
export async function networkFile(name) {
  mkdirSync(folder, { recursive: true });
  const archive = join(packed, `${name}.onnx.gz`);
  const isPacked = existsSync(archive);
  const file = join(folder, `${name}${isPacked ? '' : '-built'}.onnx`);
  if (existsSync(file)) return file;
  const part = `${file}.part`;
  if (isPacked) await pipeline(createReadStream(archive), createGunzip(), createWriteStream(part));
  else writeFileSync(part, build(name));
  renameSync(part, file);
  return file;
}

function build(name) {
  const network = new Network();
  const output = architectures[name](network);
  return writeModel({ name, nodes: network.nodes, constants: network.constants, output, size: 224 });
}

/** A network under construction: each method adds a layer and gives the name of its output. Sizes are tracked for the weights. */
class Network {
  nodes = [];
  constants = new Map();
  channels = new Map([['data', 3]]);
  #state = 1;

  add(op, inputs, attributes, channels) {
    const output = `${op.toLowerCase()}${this.nodes.length}`;
    this.nodes.push({ op, inputs, output, attributes });
    this.channels.set(output, channels ?? this.channels.get(inputs[0]));
    return output;
  }

  /** Uniform noise with the variance 2 / fanIn of He et al. 2015 (doi:10.1109/ICCV.2015.123), times gain. */
  weight(shape, fanIn, gain = 1) {
    const name = `weight${this.constants.size}`;
    const bound = gain * Math.sqrt(6 / fanIn);
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
      this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
      return (this.#state / 2 ** 31 - 1) * bound;
    });
    this.constants.set(name, { shape, data });
    return name;
  }

  filled(shape, value) {
    const name = `filled${this.constants.size}`;
    this.constants.set(name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(value) });
    return name;
  }

  conv(x, channels, kernel, { stride = 1, padding = (kernel - 1) / 2, groups = 1, gain = 1 } = {}) {
    const c = this.channels.get(x) / groups;
    const weight = this.weight([channels, c, kernel, kernel], c * kernel * kernel, gain);
    const bias = this.weight([channels], 600);
    const window = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: Array(4).fill(padding), group: groups };
    return this.add('Conv', [x, weight, bias], window, channels);
  }

  convRelu(x, channels, kernel, options) {
    return this.add('Relu', [this.conv(x, channels, kernel, options)]);
  }

  maxPool(x, kernel, stride, padding = 0, ceil = 0) {
    const window = { kernel_shape: [kernel, kernel], strides: [stride, stride], pads: Array(4).fill(padding), ceil_mode: ceil };
    return this.add('MaxPool', [x], window);
  }

  dense(x, from, to) {
    return this.add('Gemm', [x, this.weight([to, from], from), this.weight([to], 600)], { transB: 1 }, to);
  }

  /** Global average, then the classes. */
  head(x) {
    const flat = this.add('Flatten', [this.add('GlobalAveragePool', [x])], { axis: 1 });
    return this.dense(flat, this.channels.get(x), 1000);
  }
}

function residual(network, nBlocks, block) {
  let x = network.maxPool(network.convRelu('data', 64, 7, { stride: 2 }), 3, 2, 1);
  for (const [stage, n] of nBlocks.entries())
    for (let i = 0; i < n; i++) x = block(x, 64 * 2 ** stage, i === 0 && stage > 0 ? 2 : 1);
  return network.head(x);
}

/** name → (network) → name of the output. */
const architectures = {
  /** Simonyan & Zisserman 2015, arXiv:1409.1556, configuration D. */
  vgg16(network) {
    let x = 'data';
    for (const [channels, n] of [
      [64, 2],
      [128, 2],
      [256, 3],
      [512, 3],
      [512, 3],
    ]) {
      for (let i = 0; i < n; i++) x = network.convRelu(x, channels, 3);
      x = network.maxPool(x, 2, 2);
    }
    x = network.add('Flatten', [x], { axis: 1 });
    x = network.add('Relu', [network.dense(x, 25088, 4096)]);
    x = network.add('Relu', [network.dense(x, 4096, 4096)]);
    return network.dense(x, 4096, 1000);
  },

  /** He et al. 2016, doi:10.1109/CVPR.2016.90: basic blocks. */
  resnet18: (network) =>
    residual(network, [2, 2, 2, 2], (x, channels, stride) => {
      const inner = network.conv(network.convRelu(x, channels, 3, { stride }), channels, 3, { gain: 0.5 });
      const same = stride === 1 && network.channels.get(x) === channels;
      const shortcut = same ? x : network.conv(x, channels, 1, { stride, padding: 0 });
      return network.add('Relu', [network.add('Add', [inner, shortcut])]);
    }),

  /** He et al. 2016: bottlenecks, with the stride in the 3×3 convolution as torchvision has it. */
  resnet50: (network) =>
    residual(network, [3, 4, 6, 3], (x, channels, stride) => {
      const inner = network.convRelu(network.convRelu(x, channels, 1), channels, 3, { stride });
      const wide = network.conv(inner, 4 * channels, 1, { gain: 0.5 });
      const same = stride === 1 && network.channels.get(x) === 4 * channels;
      const shortcut = same ? x : network.conv(x, 4 * channels, 1, { stride, padding: 0 });
      return network.add('Relu', [network.add('Add', [wide, shortcut])]);
    }),

  /** Iandola et al. 2016, arXiv:1602.07360, version 1.1. */
  squeezenet1_1(network) {
    const fire = (x, squeeze, expand) => {
      const small = network.convRelu(x, squeeze, 1);
      return network.add(
        'Concat',
        [network.convRelu(small, expand, 1), network.convRelu(small, expand, 3)],
        { axis: 1 },
        2 * expand,
      );
    };
    let x = network.maxPool(network.convRelu('data', 64, 3, { stride: 2, padding: 0 }), 3, 2, 0, 1);
    for (const squeeze of [16, 16]) x = fire(x, squeeze, 64);
    x = network.maxPool(x, 3, 2, 0, 1);
    for (const squeeze of [32, 32]) x = fire(x, squeeze, 128);
    x = network.maxPool(x, 3, 2, 0, 1);
    for (const squeeze of [48, 48, 64, 64]) x = fire(x, squeeze, 4 * squeeze);
    x = network.add('GlobalAveragePool', [network.convRelu(x, 1000, 1)]);
    return network.add('Flatten', [x], { axis: 1 });
  },

  /** Sandler et al. 2018, doi:10.1109/CVPR.2018.00474. */
  mobilenet_v2(network) {
    const limits = [0, 6].map((value) => network.filled([], value));
    const convRelu6 = (x, channels, kernel, options) =>
      network.add('Clip', [network.conv(x, channels, kernel, options), ...limits]);
    let x = convRelu6('data', 32, 3, { stride: 2 });
    for (const [expansion, channels, n, first] of [
      [1, 16, 1, 1],
      [6, 24, 2, 2],
      [6, 32, 3, 2],
      [6, 64, 4, 2],
      [6, 96, 3, 1],
      [6, 160, 3, 2],
      [6, 320, 1, 1],
    ]) {
      for (let i = 0; i < n; i++) {
        const stride = i === 0 ? first : 1;
        const wide = network.channels.get(x) * expansion;
        const expanded = expansion === 1 ? x : convRelu6(x, wide, 1);
        const filtered = convRelu6(expanded, wide, 3, { stride, groups: wide });
        const y = network.conv(filtered, channels, 1);
        x = i === 0 ? y : network.add('Add', [x, y]);
      }
    }
    return network.head(convRelu6(x, 1280, 1));
  },

  /** Huang et al. 2017, doi:10.1109/CVPR.2017.243: normalisation comes before the convolution and stays a layer of its own. */
  densenet121(network) {
    const normRelu = (x) => {
      const c = network.channels.get(x);
      const parameters = ['scale', 'shift', 'mean', 'variance'].map((_, i) => network.filled([c], i === 0 || i === 3 ? 1 : 0));
      return network.add('Relu', [network.add('BatchNormalization', [x, ...parameters])]);
    };
    let x = network.maxPool(network.convRelu('data', 64, 7, { stride: 2 }), 3, 2, 1);
    for (const [stage, n] of [6, 12, 24, 16].entries()) {
      for (let i = 0; i < n; i++) {
        const grown = network.conv(network.convRelu(normRelu(x), 128, 1), 32, 3);
        x = network.add('Concat', [x, grown], { axis: 1 }, network.channels.get(x) + 32);
      }
      if (stage === 3) continue;
      x = network.conv(normRelu(x), network.channels.get(x) / 2, 1);
      x = network.add('AveragePool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
    }
    return network.head(normRelu(x));
  },

  /** Tan & Le 2019, arXiv:1905.11946: inverted residuals with squeeze and excitation. */
  efficientnet_b0(network) {
    const silu = (x) => network.add('Mul', [x, network.add('Sigmoid', [x])]);
    const excited = (x, squeezed) => {
      const wide = network.channels.get(x);
      const small = silu(network.conv(network.add('GlobalAveragePool', [x]), squeezed, 1));
      return network.add('Mul', [x, network.add('Sigmoid', [network.conv(small, wide, 1)])]);
    };
    let x = silu(network.conv('data', 32, 3, { stride: 2 }));
    for (const [expansion, kernel, channels, n, first] of [
      [1, 3, 16, 1, 1],
      [6, 3, 24, 2, 2],
      [6, 5, 40, 2, 2],
      [6, 3, 80, 3, 2],
      [6, 5, 112, 3, 1],
      [6, 5, 192, 4, 2],
      [6, 3, 320, 1, 1],
    ]) {
      for (let i = 0; i < n; i++) {
        const from = network.channels.get(x);
        const expanded = expansion === 1 ? x : silu(network.conv(x, from * expansion, 1));
        const filtered = silu(
          network.conv(expanded, from * expansion, kernel, { stride: i === 0 ? first : 1, groups: from * expansion }),
        );
        const y = network.conv(excited(filtered, from / 4), channels, 1);
        x = i === 0 ? y : network.add('Add', [x, y]);
      }
    }
    return network.head(silu(network.conv(x, 1280, 1)));
  },

  /** Liu et al. 2022, doi:10.1109/CVPR52688.2022.01167; layer normalisation and GELU spelled out, as exporters of opset 13 do. */
  convnext_tiny(network) {
    const [one, half, root, two, epsilon] = [1, 0.5, Math.SQRT2, 2, 1e-6].map((value) => network.filled([], value));
    const norm = (x) => {
      const c = network.channels.get(x);
      const mean = (of) => network.add('ReduceMean', [of], { axes: [-1], keepdims: 1 });
      const centred = network.add('Sub', [x, mean(x)]);
      const variance = network.add('Add', [mean(network.add('Pow', [centred, two])), epsilon]);
      const normal = network.add('Div', [centred, network.add('Sqrt', [variance])]);
      return network.add('Add', [network.add('Mul', [normal, network.filled([c], 1)]), network.filled([c], 0)]);
    };
    const gelu = (x) => {
      const sum = network.add('Add', [network.add('Erf', [network.add('Div', [x, root])]), one]);
      return network.add('Mul', [network.add('Mul', [x, sum]), half]);
    };
    const last = (x) => network.add('Transpose', [x], { perm: [0, 2, 3, 1] });
    const second = (x) => network.add('Transpose', [x], { perm: [0, 3, 1, 2] });
    const linear = (x, to) => {
      const from = network.channels.get(x);
      return network.add('Add', [network.add('MatMul', [x, network.weight([from, to], from)], {}, to), network.filled([to], 0)]);
    };
    let x = second(norm(last(network.conv('data', 96, 4, { stride: 4, padding: 0 }))));
    for (const [stage, n] of [3, 3, 9, 3].entries()) {
      const c = 96 * 2 ** stage;
      if (stage > 0) x = network.conv(second(norm(last(x))), c, 2, { stride: 2, padding: 0 });
      for (let i = 0; i < n; i++) {
        const inner = linear(gelu(linear(norm(last(network.conv(x, c, 7, { groups: c }))), 4 * c)), c);
        x = network.add('Add', [x, second(network.add('Mul', [inner, network.filled([c], 0.1)]))]);
      }
    }
    const pooled = last(network.add('GlobalAveragePool', [x]));
    return network.dense(network.add('Flatten', [norm(pooled)], { axis: 1 }), 768, 1000);
  },

  /** Krizhevsky 2014, arXiv:1404.5997, as torchvision has it at 224 px. */
  alexnet(network) {
    let x = network.maxPool(network.convRelu('data', 64, 11, { stride: 4, padding: 2 }), 3, 2);
    x = network.maxPool(network.convRelu(x, 192, 5), 3, 2);
    for (const channels of [384, 256, 256]) x = network.convRelu(x, channels, 3);
    x = network.add('Flatten', [network.maxPool(x, 3, 2)], { axis: 1 });
    x = network.add('Relu', [network.dense(x, 9216, 4096)]);
    x = network.add('Relu', [network.dense(x, 4096, 4096)]);
    return network.dense(x, 4096, 1000);
  },
};
