/**
 * @file From a network to the graph of one training step on one chunk of pictures: forward pass, cross-entropy, backward pass.
 * The weights become inputs of the graph; batch normalisation (Ioffe & Szegedy 2015, arXiv:1502.03167) goes by the chunk's own mean
 * and variance («ghost» batches of a fixed size, Hoffer, Hubara & Soudry 2017, arXiv:1705.08741).
 */
import { withGradients } from '../autograd/backward.ts';
import { InputError } from '../errors.ts';
import { type BoundGraph, bindGraph } from '../graph/bind.ts';
import { fuseActivation } from '../graph/canonical.ts';
import { type Graph, type GraphInput, type Node, pictureAxes } from '../graph/graph.ts';
import { type Rewrite, rewriteGraph } from '../graph/rewrite.ts';
import { isClamp } from '../ops/unary.ts';
import { sizeOf, type Tensor } from '../tensor/tensor.ts';

/** A weight that is learned. */
export interface Parameter {
  readonly name: string;
  /** The layer (node) that it belongs to. */
  readonly layer: string;
  readonly shape: readonly number[];
  /** Where it lies in the flat list of all parameters. */
  readonly offset: number;
  readonly size: number;
  /** Weights decay; biases, scales and shifts do not. */
  readonly decays: boolean;
}

/** The running mean and variance of a batch normalisation: not learned, but followed. */
export interface RunningStatistic {
  readonly layer: string;
  /** Constants of the network that hold them. */
  readonly mean: string;
  readonly variance: string;
  readonly size: number;
  /** Positions of one picture at which each channel has a value. */
  readonly nPositions: number;
}

/** What a network has to be learned. */
export interface Trainable {
  readonly parameters: readonly Parameter[];
  readonly statistics: readonly RunningStatistic[];
  readonly nValues: number;
  readonly nClasses: number;
  /** Input of the closing softmax, or the last layer. */
  readonly logits: string;
}

/** The graph of a step. Its outputs are logits, score, the chunk's means and variances, and the gradients. */
export interface StepGraph extends Trainable {
  readonly graph: BoundGraph;
  readonly picture: GraphInput;
  /** Input [images, classes]: the distribution that is wanted. */
  readonly target: string;
  /** Σ over images and classes of target · log p: minus the loss, not divided by anything. */
  readonly score: string;
  /** Dropout: inputs that hold 0 or 1 / (1 − rate), drawn anew for each chunk. */
  readonly masks: readonly { readonly name: string; readonly rate: number; readonly size: number }[];
  /** Value names of each statistic's mean and variance, and of each parameter's gradient, in order. */
  readonly statisticValues: readonly (readonly [mean: string, variance: string])[];
  readonly gradientValues: readonly string[];
}

/**
 * What can be learned of a network: weights and biases of convolutions and dense layers, scales and shifts of batch normalisations.
 * @throws InputError `train "net": needs a network that ends in a list of classes, but its last layer gives [1, 8, 4, 4].`
 */
export function trainable(graph: Graph): Trainable {
  const last = graph.nodes.at(-1);
  if (!last) throw new InputError(`train "${graph.name}": the network has no layer.`);
  const logits = last.op === 'softmax' ? last.inputs[0]! : last.outputs[0]!;
  const bound = bindGraph(graph);
  const shape = bound.types.get(logits)!.shape;
  if (shape.length !== 2)
    throw new InputError(
      `train "${graph.name}": needs a network that ends in a list of classes, but its last layer gives [${shape.join(', ')}].`,
    );
  const parameters: Parameter[] = [];
  const statistics: RunningStatistic[] = [];
  let offset = 0;
  const learn = (layer: string, name: string | undefined, decays: boolean) => {
    const constant = name ? graph.constants.get(name) : undefined;
    if (!name || !constant || parameters.some((known) => known.name === name)) return;
    const size = sizeOf(constant.shape);
    parameters.push({ name, layer, shape: constant.shape, offset, size, decays });
    offset += size;
  };
  for (const { op, name, inputs, outputs } of graph.nodes) {
    if (op === 'conv2d' || op === 'dense' || op === 'matmul') {
      learn(name, inputs[1], true);
      learn(name, inputs[2], false);
    } else if (op === 'batchNorm') {
      learn(name, inputs[1], false);
      learn(name, inputs[2], false);
      const size = graph.constants.get(inputs[1]!)!.data.length;
      const nPositions = sizeOf(bound.types.get(outputs[0]!)!.shape) / size;
      statistics.push({ layer: name, mean: inputs[3]!, variance: inputs[4]!, size, nPositions });
    }
  }
  if (parameters.length === 0) throw new InputError(`train "${graph.name}": the network has nothing to learn.`);
  return { parameters, statistics, nValues: offset, nClasses: shape[1]!, logits };
}

/** A batch normalisation and the rectifier that alone reads it are one node: its gradient takes no pass of its own. */
const fuseClamp: Rewrite = {
  name: 'fuseClamp',
  match: (node, view) =>
    node.op === 'unary' && isClamp(node.attributes) && view.producer(node.inputs[0]!)?.op === 'batchNorm'
      ? fuseActivation.match(node, view)
      : undefined,
};

/**
 * The graph of a step on `nImages` pictures.
 * @param dropout rate by the name of an identity node
 * @throws InputError as {@link trainable}, and where an op on the way has no rule of differentiation
 */
export function stepGraph(network: Graph, nImages: number, dropout: ReadonlyMap<string, number>): StepGraph {
  const learned = trainable(network);
  const picture = network.inputs.find(({ shape }) => pictureAxes(shape));
  if (!picture) throw new InputError(`train "${network.name}": the network takes no picture.`);
  const sizes = bindGraph(network, { batch: nImages }).types;
  const statisticValues: (readonly [string, string])[] = [];
  const masks: { name: string; rate: number; size: number }[] = [];
  const maskInputs: GraphInput[] = [];
  const nodes = rewriteGraph(bindGraph(network), [fuseClamp])
    .nodes.filter(({ outputs, op }) => op !== 'softmax' || outputs[0] === learned.logits)
    .map((node): Node => {
      const { name, outputs, inputs } = node;
      if (node.op === 'batchNorm') {
        const values = [`${name} batch mean`, `${name} batch variance`] as const;
        statisticValues.push(values);
        return {
          ...node,
          op: 'batchNormTraining',
          inputs: inputs.slice(0, 3),
          outputs: [outputs[0]!, ...values],
        };
      }
      const rate = dropout.get(name);
      if (node.op !== 'identity' || !rate) return node;
      const mask = `${name} mask`;
      const { shape } = sizes.get(outputs[0]!)!;
      masks.push({ name: mask, rate, size: sizeOf(shape) });
      maskInputs.push({ name: mask, dtype: 'float32', shape });
      return { ...node, op: 'binary', attributes: { fn: 'mul' }, inputs: [inputs[0]!, mask] };
    });
  const [target, logP, product, score, seed] = ['target', 'log p', 'target · log p', 'score', 'd loss / d score'] as const;
  nodes.push(
    {
      op: 'softmax',
      name: logP,
      attributes: { axis: 1, log: true, flattened: false },
      inputs: [learned.logits],
      outputs: [logP],
    },
    { op: 'binary', name: product, attributes: { fn: 'mul' }, inputs: [target, logP], outputs: [product] },
    {
      op: 'reduce',
      name: score,
      attributes: { fn: 'sum', keepDims: false, noopWithoutAxes: false },
      inputs: [product],
      outputs: [score],
    },
  );
  const isLearned = new Set(learned.parameters.map(({ name }) => name));
  const minusOne: Tensor = { dtype: 'float32', shape: [], data: Float32Array.of(-1) };
  const wide = (input: GraphInput) => [nImages, ...sizes.get(input.name)!.shape.slice(1)];
  const inputs: GraphInput[] = [
    { ...picture, shape: wide(picture) },
    { name: target, dtype: 'float32', shape: [nImages, learned.nClasses] },
    ...maskInputs,
    ...learned.parameters.map(({ name, shape }) => ({ name, shape, dtype: 'float32', isParameter: true }) as const),
  ];
  const bound = bindGraph(
    {
      ...network,
      inputs,
      nodes,
      outputs: [score],
      constants: new Map([...[...network.constants].filter(([name]) => !isLearned.has(name)), [seed, minusOne]]),
    },
    { shapes: new Map(inputs.map(({ name, shape }) => [name, shape as number[]])) },
  );
  const outputs = [learned.logits, score, ...statisticValues.flat()];
  const names = learned.parameters.map(({ name }) => name);
  const { graph, gradients } = withGradients(bound, new Map([[score, seed]]), names, outputs);
  const gradientValues = learned.parameters.map(({ name, layer }) => {
    const found = gradients.get(name);
    if (!found) throw new InputError(`train "${network.name}": the loss does not depend on "${name}" of layer "${layer}".`);
    return found;
  });
  return { ...learned, graph, picture: inputs[0]!, target, score, masks, statisticValues, gradientValues };
}
