/** @file From a network's description to a graph, with seeded weights that have learned nothing or with given ones. */
import { InputError } from '../errors.ts';
import type { Graph, Node } from '../graph/graph.ts';
import { placeWindow } from '../ops/window.ts';
import { createRandom } from '../rng.ts';
import { formatShape, sizeOf, type Tensor } from '../tensor/tensor.ts';
import { type LayerDescription, type NetworkDescription, readNetworkDescription } from './description.ts';

/** What flows from layer to layer: [channels, height, width], or [channels] once flat. */
type Shape = readonly [channels: number, ...size: [h: number, w: number] | []];

/** Where a network's weights come from. */
export type WeightSource = { readonly seed: number } | { readonly weights: ReadonlyMap<string, Tensor> };

/**
 * Builds a network from its description: one node per layer, its output named like the layer; input `data` [N, c, h, w];
 * outputs: the last layer and, before a closing softmax, its input.
 *
 * Weights are He-normal: N(0, 2 / fanIn), rounded to float32 (He et al. 2015, doi:10.1109/ICCV.2015.123); biases 0; norms
 * the identity (scale 1, shift 0, mean 0, variance 1, ε 10⁻⁵). Each tensor has its own random stream, named after it, so
 * adding a layer changes no other layer's weights. Tensors: `<layer>.weight`, `.bias`, `.scale`, `.shift`, `.mean`, `.variance`.
 *
 * @param description as read from JSON; see description.ts for the vocabulary
 * @param source a seed, and the network says that it is untrained; or all tensors by name
 * @throws InputError what {@link readNetworkDescription} throws, and `network "tiny", layer "fc": dense needs flat values but
 *   gets [8, 4, 4] from "pool". Put a flatten before it.`; of given weights: `network "tiny", layer "fc": the weights have
 *   "fc.weight" as [10, 64], the network needs [10, 32]. They belong to another network.`
 */
export function buildNetwork(description: unknown, source: WeightSource): Graph {
  const network = readNetworkDescription(description);
  const given = 'weights' in source ? source.weights : undefined;
  const random = createRandom('seed' in source ? source.seed : 0);
  const constants = new Map<string, Tensor>();
  const nodes: Node[] = [];
  const constant = (name: string, shape: readonly number[], start: () => Float32Array) => {
    constants.set(name, given ? weightOf(given, name, shape) : { dtype: 'float32', shape, data: start() });
    return name;
  };
  const filled = (name: string, n: number, value: number) => constant(name, [n], () => new Float32Array(n).fill(value));
  const heNormal = (name: string, shape: readonly [out: number, ...fanIn: number[]]) =>
    constant(name, shape, () => {
      const { normal } = random.fork(name);
      const std = Math.sqrt(2 / sizeOf(shape.slice(1)));
      return Float32Array.from({ length: sizeOf(shape) }, () => normal() * std);
    });

  /** Adds the layer's node and gives its output's shape. */
  const add = (layer: LayerDescription, from: string, shape: Shape, next: LayerDescription | undefined): Shape => {
    const { name } = layer;
    const io = (...parameters: string[]) => ({ name, inputs: [from, ...parameters], outputs: [name] });
    const [c] = shape;
    const space = (): readonly [h: number, w: number] => {
      if (shape.length === 3) return [shape[1], shape[2]];
      throw new InputError(
        `${layer.type} needs maps [channels, height, width] but gets ${c} flat values from "${from}". Put it before the flatten.`,
      );
    };
    const flat = () => {
      if (shape.length === 3)
        throw new InputError(
          `${layer.type} needs flat values but gets [${shape.join(', ')}] from "${from}". Put a flatten before it.`,
        );
      return c;
    };
    switch (layer.type) {
      case 'conv': {
        const size = space();
        const weight = heNormal(`${name}.weight`, [layer.channels, c, layer.kernel, layer.kernel]);
        const parameters = next?.type === 'norm' ? [weight] : [weight, filled(`${name}.bias`, layer.channels, 0)];
        const window = windowOf(layer, layer.stride);
        nodes.push({ op: 'conv2d', ...io(...parameters), attributes: { ...window, groups: 1 } });
        return [layer.channels, ...placeWindow(window, size).outputSize];
      }
      case 'norm': {
        const starts = { scale: 1, shift: 0, mean: 0, variance: 1 };
        const parameters = Object.entries(starts).map(([part, value]) => filled(`${name}.${part}`, c, value));
        nodes.push({ op: 'batchNorm', ...io(...parameters), attributes: { epsilon: 1e-5 } });
        return shape;
      }
      case 'activation':
        nodes.push({ op: 'unary', ...io(), attributes: { fn: layer.fn, alpha: 0, beta: 0 } });
        return shape;
      case 'maxPool':
      case 'averagePool': {
        const window = windowOf(layer, layer.stride ?? layer.kernel);
        const kind = layer.type === 'maxPool' ? 'max' : 'average';
        const size = space();
        nodes.push({ op: 'pool2d', ...io(), attributes: { ...window, kind, ceilMode: false, countPadding: false } });
        return [c, ...placeWindow(window, size).outputSize];
      }
      case 'globalAveragePool':
        space();
        nodes.push({ op: 'globalPool', ...io(), attributes: { kind: 'average' } });
        return [c, 1, 1];
      case 'flatten':
        nodes.push({ op: 'flatten', ...io(), attributes: { axis: 1 } });
        return [sizeOf(shape)];
      case 'dense': {
        const weight = heNormal(`${name}.weight`, [layer.units, flat()]);
        const attributes = { alpha: 1, beta: 1, transA: false, transB: true };
        nodes.push({ op: 'dense', ...io(weight, filled(`${name}.bias`, layer.units, 0)), attributes });
        return [layer.units];
      }
      case 'softmax':
        flat();
        nodes.push({ op: 'softmax', ...io(), attributes: { axis: 1, log: false, flattened: false } });
        return shape;
      case 'dropout':
        nodes.push({ op: 'identity', ...io(), attributes: {} });
        return shape;
    }
  };

  const { height, width, channels } = network.input;
  let shape: Shape = [channels, height, width];
  let from = 'data';
  const seen = new Set([from]);
  network.layers.forEach((layer, index) => {
    try {
      if (seen.has(layer.name)) throw new InputError(`the name is taken. Names must differ from each other and from "data".`);
      shape = add(layer, from, shape, network.layers[index + 1]);
    } catch (error) {
      throw error instanceof InputError
        ? new InputError(`network "${network.name}", layer "${layer.name}": ${error.message}`)
        : error;
    }
    from = layer.name;
    seen.add(from);
  });
  checkFacts(network, sizeOf(shape));

  const last = nodes.at(-1)!;
  const surplus = [...(given?.keys() ?? [])].find((name) => !constants.has(name));
  if (surplus !== undefined)
    throw new InputError(
      `network "${network.name}": the weights have "${surplus}", which the network has not. They belong to another network.`,
    );
  const notices = [given ? undefined : 'untrained: seeded random weights, nothing was learned', network.notice];
  return {
    name: network.name,
    inputs: [{ name: 'data', dtype: 'float32', shape: ['N', channels, height, width] }],
    outputs: last.op === 'softmax' ? [last.inputs[0]!, from] : [from],
    nodes,
    constants,
    metadata: {
      preprocess: network.preprocess,
      classes: network.classes,
      fovDeg: network.fovDeg,
      designedFor: network.designedFor,
      notice: notices.filter((notice) => notice !== undefined).join('. ') || undefined,
    },
  };
}

function weightOf(weights: ReadonlyMap<string, Tensor>, name: string, shape: readonly number[]): Tensor {
  const found = weights.get(name);
  if (found && formatShape(found.shape) === formatShape(shape)) return found;
  const has = found ? `have "${name}" as ${formatShape(found.shape)}` : `have no "${name}"`;
  throw new InputError(`the weights ${has}, the network needs ${formatShape(shape)}. They belong to another network.`);
}

/** Share of values that each dropout layer of a network silences while it learns, by layer. */
export function dropoutRates(description: unknown): ReadonlyMap<string, number> {
  const { layers } = readNetworkDescription(description);
  return new Map(layers.flatMap((layer) => (layer.type === 'dropout' ? [[layer.name, layer.rate]] : [])));
}

/** Attributes of a square window. `same` is (kernel − 1) / 2 on every side, which gives ceil(size / stride) for odd kernels. */
function windowOf({ kernel, padding }: { readonly kernel: number; readonly padding: 'same' | 'valid' | number }, stride: number) {
  if (padding === 'same' && kernel % 2 === 0) {
    throw new InputError(`padding "same" needs an odd kernel, got ${kernel}. Give the padding in pixels.`);
  }
  const px = padding === 'same' ? (kernel - 1) / 2 : padding === 'valid' ? 0 : padding;
  return { kernel: [kernel, kernel], stride: [stride, stride], dilation: [1, 1], padding: [px, px, px, px] } as const;
}

/** Facts about the network must fit its layers. */
function checkFacts({ name, classes, preprocess, input, designedFor = {}, layers }: NetworkDescription, nValues: number): void {
  if (classes && classes.length !== nValues) {
    throw new InputError(
      `network "${name}": classes has ${classes.length} names but the last layer "${layers.at(-1)!.name}" gives ${nValues} values.`,
    );
  }
  if (preprocess && preprocess.mean.length !== input.channels) {
    throw new InputError(`network "${name}": preprocess gives ${preprocess.channels} but input.channels is ${input.channels}.`);
  }
  for (const block of Object.keys(designedFor)) {
    if (!layers.some((layer) => layer.name.startsWith(`${block}.`))) {
      throw new InputError(`network "${name}": designedFor names "${block}", but no layer's name begins with "${block}.".`);
    }
  }
}
