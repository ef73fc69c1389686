/**
 * @file Networks to compare with: the same layers with weights that say nothing. `permuted` keeps the trained values and loses
 * their order; `random` was never trained, and its layers have the trained ones' mean and spread.
 */
import { createRandom, type Graph, InputError, type Node, sizeOf, type Tensor } from '@ventral/core';

/** A layer with weights. */
export interface WeightedLayer {
  /** Its node's output. */
  readonly output: string;
  /** The constant that is shuffled or drawn anew. */
  readonly weight: string;
  /** Inputs of one output: what He's variance is divided by. */
  readonly fanIn: number;
  /** The value before the activation: of the normalisation, where one follows directly. */
  readonly preActivation: string;
  /** The output of the batch normalisation between, then the same. */
  readonly norm: string | undefined;
}

/** How a worker changes the weights of the network that it has read: plain data. */
export type WeightControl =
  | { readonly kind: 'permuted'; readonly seed: number }
  | { readonly kind: 'random'; readonly seed: number; readonly scales: readonly LayerScale[] };

/** The network with the weights of a control; without one, as it is. */
export function withControl(graph: Graph, control: WeightControl | undefined): Graph {
  if (control?.kind === 'permuted') return permutedWeights(graph, control.seed);
  if (control?.kind === 'random') return randomWeights(graph, control.seed, control.scales);
  return graph;
}

/** Brings a layer of random weights to a mean and a standard deviation: pre-activation · gain + shift. */
export interface LayerScale {
  readonly gain: number;
  readonly shift: number;
}

const shapeOnly = new Set(['identity', 'reshape', 'flatten', 'transpose', 'squeeze', 'unsqueeze', 'cast', 'dequantize']);

/**
 * Layers with weights, in execution order; one whose weights an earlier one has, too, is left out.
 * @throws InputError `control "net": the weights of layer "fc" depend on the picture, so there is nothing to shuffle. Use --no-controls.`
 */
export function weightedLayers(graph: Graph): WeightedLayer[] {
  const producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const readers = new Map<string, Node[]>();
  for (const node of graph.nodes) for (const input of node.inputs) readers.set(input, [...(readers.get(input) ?? []), node]);
  const constantBehind = (value: string): string | undefined => {
    if (graph.constants.has(value)) return value;
    const producer = producers.get(value);
    return producer && shapeOnly.has(producer.op) ? constantBehind(producer.inputs[0]!) : undefined;
  };
  const found = new Map<string, WeightedLayer>();
  for (const node of graph.nodes) {
    if (!isWeighted(node)) continue;
    // A product of two maps (attention) has no weights; either factor of a matrix product may hold them.
    const candidates = node.op === 'matmul' ? [node.inputs[1]!, node.inputs[0]!] : [node.inputs[1]!];
    const weight = candidates.map(constantBehind).find((name) => name !== undefined);
    if (weight === undefined) {
      if (node.op === 'matmul') continue;
      throw new InputError(
        `control "${graph.name}": the weights of layer "${node.name}" depend on the picture, so there is nothing to shuffle. Use --no-controls.`,
      );
    }
    if (found.has(weight)) continue;
    const [output] = node.outputs as [string];
    const [next, ...others] = readers.get(output) ?? [];
    const norm = next?.op === 'batchNorm' && others.length === 0 ? next : undefined;
    found.set(weight, {
      output,
      weight,
      fanIn: fanInOf(node, graph.constants.get(weight)!.shape),
      preActivation: (norm ?? node).outputs[0]!,
      norm: norm?.outputs[0],
    });
  }
  return [...found.values()];
}

type Weighted = Extract<Node, { op: 'conv2d' | 'convNd' | 'convTranspose' | 'dense' | 'matmul' }>;
const weightedOps: ReadonlySet<string> = new Set(['conv2d', 'convNd', 'convTranspose', 'dense', 'matmul']);
const isWeighted = (node: Node): node is Weighted => weightedOps.has(node.op);

function fanInOf(node: Weighted, shape: readonly number[]): number {
  if (node.op === 'dense') return node.attributes.transB ? shape[1]! : shape[0]!;
  if (node.op === 'matmul') return shape.at(-2) ?? 1;
  const nOutputs = node.op === 'convTranspose' ? shape[1]! * node.attributes.groups : shape[0]!;
  return sizeOf(shape) / nOutputs;
}

/**
 * The trained weights of each layer in a random order; biases, normalisations and everything else stay.
 * The order of a layer depends on the seed and the constant's name alone.
 */
export function permutedWeights(graph: Graph, seed: number): Graph {
  const random = createRandom(seed).fork('permuted');
  const constants = new Map(graph.constants);
  for (const { weight } of weightedLayers(graph)) {
    const tensor = constants.get(weight)!;
    const data = tensor.data.slice() as Float32Array<ArrayBuffer>;
    random.fork(weight).shuffle(data);
    constants.set(weight, { ...tensor, data } as Tensor);
  }
  return { ...graph, constants };
}

/**
 * He-normal weights, N(0, 2 / fanIn) (He et al. 2015, doi:10.1109/ICCV.2015.123), each layer brought to a scale: by its batch
 * normalisation, which has no statistics of its own any more, else by its weights and bias.
 * A matrix product takes no bias: there the gain alone is applied.
 *
 * @param scales one per layer of {@link weightedLayers}
 */
export function randomWeights(graph: Graph, seed: number, scales: readonly LayerScale[]): Graph {
  const random = createRandom(seed).fork('random');
  const constants = new Map(graph.constants);
  const layers = new Map(weightedLayers(graph).map((layer, i) => [layer.output, { layer, scale: scales[i]! }]));
  const norms = new Map([...layers.values()].flatMap((entry) => (entry.layer.norm ? [[entry.layer.norm, entry]] : [])));
  const constant = (name: string, shape: readonly number[], values: (i: number) => number) => {
    constants.set(name, { dtype: 'float32', shape, data: Float32Array.from({ length: sizeOf(shape) }, (_, i) => values(i)) });
    return name;
  };
  const nodes = graph.nodes.map((node): Node => {
    if (node.op === 'batchNorm' && norms.has(node.outputs[0]!)) {
      const { gain, shift } = norms.get(node.outputs[0]!)!.scale;
      const n = sizeOf(graph.constants.get(node.inputs[1]!)!.shape);
      const all = (what: string, value: number) => constant(`${node.outputs[0]} random ${what}`, [n], () => value);
      const statistics = [all('scale', gain), all('shift', shift), all('mean', 0), all('variance', 1)];
      return { ...node, inputs: [node.inputs[0]!, ...statistics] };
    }
    if (!isWeighted(node)) return node;
    const entry = layers.get(node.outputs[0]!);
    if (!entry) return node;
    const { weight, fanIn, norm } = entry.layer;
    const { gain, shift } = norm ? { gain: 1, shift: 0 } : entry.scale;
    const { normal } = random.fork(weight);
    const { shape } = graph.constants.get(weight)!;
    const sd = gain * Math.sqrt(2 / fanIn);
    constant(weight, shape, () => normal() * sd);
    if (node.op === 'matmul') return node;
    const bias = node.inputs[2] || (shift === 0 ? '' : `${node.outputs[0]} random bias`);
    if (bias === '') return node;
    const biasShape = graph.constants.get(bias)?.shape ?? [outputsOf(node, shape)];
    return { ...node, inputs: [node.inputs[0]!, node.inputs[1]!, constant(bias, biasShape, () => shift)] };
  });
  return { ...graph, nodes, constants };
}

function outputsOf(node: Weighted, shape: readonly number[]): number {
  if (node.op === 'dense') return node.attributes.transB ? shape[0]! : shape[1]!;
  return node.op === 'convTranspose' ? shape[1]! * node.attributes.groups : shape[0]!;
}
