/**
 * @file The canonical form: what the numbers of a layer are measured on, always, whatever is tapped. Convolution, batch
 * normalisation and activation are one layer; so are a layer normalisation and a GELU that a file spells out. Each layer keeps
 * the name of its last node's first output.
 */
import { affineOf } from '../ops/batch-norm.ts';
import { activationFns } from '../ops/unary.ts';
import { isFloat, sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import type { BoundGraph } from './bind.ts';
import { type Node, type NodeOf, opLabel } from './graph.ts';
import { type GraphView, type Replacement, type Rewrite, rewriteGraph } from './rewrite.ts';

/** The graph in canonical form; the same for every user of it. */
export function canonicalForm(graph: BoundGraph): BoundGraph {
  return rewriteGraph(withoutIdentities(graph), canonicalRewrites);
}

/** Identity, Dropout, padding by nothing and casts between float types vanish; who read them reads their input. Outputs of the graph keep their node. */
function withoutIdentities(graph: BoundGraph): BoundGraph {
  const source = new Map<string, string>();
  const resolve = (name: string) => source.get(name) ?? name;
  const nodes = graph.nodes.flatMap((node): Node[] => {
    const inputs = node.inputs.map(resolve);
    const isNothing =
      node.op === 'identity' ||
      (node.op === 'pad' && graph.constants.get(node.inputs[1]!)?.data.every((n) => n === 0)) ||
      (node.op === 'cast' && isFloat(node.attributes.to) && isFloat(graph.types.get(node.inputs[0]!)!.dtype));
    if (isNothing && !graph.outputs.includes(node.outputs[0]!)) {
      source.set(node.outputs[0]!, inputs[0]!);
      return [];
    }
    return [{ ...node, inputs }];
  });
  return { ...graph, nodes };
}

/** `last` takes the place of all of `parts`. */
function merged(
  parts: readonly Node[],
  last: Node,
  label: string | undefined,
  add: Omit<Node, 'name' | 'outputs' | 'label'>,
): Replacement {
  return { remove: parts, add: { ...add, name: last.name, outputs: last.outputs, label } as Node };
}

/** The value of a constant of one element. */
function scalar(view: GraphView, value: string | undefined): number | undefined {
  const constant = view.constant(value);
  return constant?.data.length === 1 ? constant.data[0] : undefined;
}

/** For a binary node: the operand that is this constant number, if any; gives the other operand. */
function besideScalar(node: Node | undefined, fn: string, view: GraphView, wanted: number): string | undefined {
  if (node?.op !== 'binary' || node.attributes.fn !== fn) return undefined;
  const [a, b] = node.inputs as [string, string];
  const close = (v: number | undefined) => v !== undefined && Math.abs(v - wanted) <= 1e-4 * Math.abs(wanted);
  if (close(scalar(view, b))) return a;
  return fn !== 'sub' && fn !== 'div' && close(scalar(view, a)) ? b : undefined;
}

/** The other operand of a commutative binary node. */
function beside(node: Node | undefined, fn: string, value: string): string | undefined {
  if (node?.op !== 'binary' || node.attributes.fn !== fn) return undefined;
  const [a, b] = node.inputs as [string, string];
  return a === value ? b : b === value ? a : undefined;
}

/** x · sigmoid(x) */
const silu: Rewrite = {
  name: 'silu',
  match(node, view) {
    if (node.op !== 'binary' || node.attributes.fn !== 'mul') return undefined;
    for (const [gateName, x] of [node.inputs, node.inputs.toReversed()] as [string, string][]) {
      const gate = view.producer(gateName!);
      if (gate?.op === 'unary' && gate.attributes.fn === 'sigmoid' && gate.inputs[0] === x) {
        return merged([gate, node], node, undefined, {
          op: 'unary',
          attributes: { fn: 'silu', alpha: 0, beta: 0 },
          inputs: [x!],
        });
      }
    }
    return undefined;
  },
};

/** x · clip(x + 3, 0, 6) / 6 (Howard et al. 2019) */
const hardSwish: Rewrite = {
  name: 'hardSwish',
  match(node, view) {
    const product = view.producer(besideScalar(node, 'div', view, 6) ?? besideScalar(node, 'mul', view, 1 / 6) ?? '');
    if (product?.op !== 'binary' || product.attributes.fn !== 'mul') return undefined;
    for (const [gateName, x] of [product.inputs, product.inputs.toReversed()] as [string, string][]) {
      const gate = view.producer(gateName!);
      const shifted =
        gate?.op === 'unary' && gate.attributes.fn === 'clip' && gate.attributes.alpha === 0 && gate.attributes.beta === 6
          ? view.producer(gate.inputs[0]!)
          : undefined;
      if (!gate || !shifted || besideScalar(shifted, 'add', view, 3) !== x) continue;
      return merged([shifted, gate, product, node], node, undefined, {
        op: 'unary',
        attributes: { fn: 'hardSwish', alpha: 0, beta: 0 },
        inputs: [x!],
      });
    }
    return undefined;
  },
};

/** 0.5 · x · (1 + erf(x / √2)), in the two orders of multiplication that exporters write (Hendrycks & Gimpel 2016) */
const gelu: Rewrite = {
  name: 'gelu',
  match(node, view) {
    if (node.op !== 'binary' || node.attributes.fn !== 'mul') return undefined;
    const halved = besideScalar(node, 'mul', view, 0.5);
    const outer = halved === undefined ? undefined : view.producer(halved);
    const product = outer ?? node;
    if (product.op !== 'binary' || product.attributes.fn !== 'mul') return undefined;
    for (const [sumName, other] of [product.inputs, product.inputs.toReversed()] as [string, string][]) {
      const sum = view.producer(sumName!);
      const erf = view.producer(besideScalar(sum, 'add', view, 1) ?? '');
      if (!sum || erf?.op !== 'unary' || erf.attributes.fn !== 'erf') continue;
      const scaled = view.producer(erf.inputs[0]!);
      const x = besideScalar(scaled, 'div', view, Math.SQRT2) ?? besideScalar(scaled, 'mul', view, Math.SQRT1_2);
      if (!scaled || x === undefined) continue;
      const half = outer ? undefined : view.producer(other!);
      if (outer ? other !== x : besideScalar(half, 'mul', view, 0.5) !== x) continue;
      return merged([scaled, erf, sum, outer ?? half!, node], node, undefined, {
        op: 'unary',
        attributes: { fn: 'gelu', alpha: 0, beta: 0 },
        inputs: [x],
      });
    }
    return undefined;
  },
};

/** (x − mean) / √(mean((x − mean)²) + ε) over the last axis */
const layerNorm: Rewrite = {
  name: 'layerNorm',
  match(node, view) {
    if (node.op !== 'binary' || node.attributes.fn !== 'div') return undefined;
    const centred = view.producer(node.inputs[0]!);
    const root = view.producer(node.inputs[1]!);
    if (centred?.op !== 'binary' || centred.attributes.fn !== 'sub' || root?.op !== 'unary' || root.attributes.fn !== 'sqrt')
      return undefined;
    const sum = view.producer(root.inputs[0]!);
    const epsilon =
      sum?.op === 'binary' && sum.attributes.fn === 'add'
        ? (scalar(view, sum.inputs[1]) ?? scalar(view, sum.inputs[0]))
        : undefined;
    if (!sum || epsilon === undefined) return undefined;
    const variance = view.producer(sum.inputs.find((name) => view.constant(name) === undefined) ?? '');
    const square = view.producer(variance?.inputs[0] ?? '');
    const mean = view.producer(centred.inputs[1]!);
    const x = centred.inputs[0]!;
    const isSquare =
      square?.op === 'binary' &&
      square.inputs[0] === centred.outputs[0] &&
      ((square.attributes.fn === 'pow' && scalar(view, square.inputs[1]) === 2) ||
        (square.attributes.fn === 'mul' && square.inputs[1] === square.inputs[0]));
    if (!isSquare || !isMeanOfLastAxis(variance, view) || !isMeanOfLastAxis(mean, view) || mean.inputs[0] !== x) return undefined;
    return merged([mean, centred, square, variance, sum, root, node], node, 'layerNorm', {
      op: 'layerNorm',
      attributes: { axis: -1, epsilon },
      inputs: [x],
    });
  },
};

function isMeanOfLastAxis(node: Node | undefined, view: GraphView): node is NodeOf<'reduce'> {
  if (node?.op !== 'reduce' || node.attributes.fn !== 'mean' || !node.attributes.keepDims) return false;
  const axes = view.constant(node.inputs[1]);
  const rank = view.type(node.inputs[0]!).shape.length;
  return axes?.data.length === 1 && (axes.data[0] === -1 || axes.data[0] === rank - 1);
}

/** layerNorm · scale, then + shift: the two factors that a layer normalisation learns. */
const layerNormFactors: Rewrite = {
  name: 'layerNormFactors',
  match(node, view) {
    if (node.op !== 'binary') return undefined;
    const index = node.inputs.findIndex((name) => view.producer(name)?.op === 'layerNorm');
    const norm = view.producer(node.inputs[index] ?? '');
    if (norm?.op !== 'layerNorm') return undefined;
    const factor = node.inputs[1 - index]!;
    const size = view.type(norm.inputs[0]!).shape.at(-1);
    if (view.constant(factor)?.data.length !== size) return undefined;
    const [x, scale, shift] = norm.inputs;
    if (node.attributes.fn === 'mul' && !scale && !shift)
      return merged([norm, node], node, 'layerNorm', { ...norm, inputs: [x!, factor] });
    if (node.attributes.fn === 'add' && !shift)
      return merged([norm, node], node, 'layerNorm', { ...norm, inputs: [x!, scale ?? '', factor] });
    return undefined;
  },
};

/** Batch normalisation folds into the convolution before it: weight · factor per output channel, bias · factor + offset. */
const foldBatchNorm: Rewrite = {
  name: 'foldBatchNorm',
  match(node, view) {
    if (node.op !== 'batchNorm') return undefined;
    const conv = view.producer(node.inputs[0]!);
    if (conv?.op !== 'conv2d' || conv.attributes.activation) return undefined;
    const weight = view.constant(conv.inputs[1]);
    const bias = view.constant(conv.inputs[2]);
    if (!weight || (conv.inputs[2] && !bias)) return undefined;
    const { factor, offset } = affineOf(
      node.attributes,
      node.inputs.map((name) => ({ constant: view.constant(name) })),
    );
    const perOutput = sizeOf(weight.shape) / weight.shape[0]!;
    const constants: [string, Tensor][] = [
      [
        view.unused(`${node.name}/weight`),
        { ...weight, dtype: 'float32', data: Float32Array.from(weight.data, (v, i) => v * factor[Math.floor(i / perOutput)]!) },
      ],
      [
        view.unused(`${node.name}/bias`),
        {
          dtype: 'float32',
          shape: [offset.length],
          data: Float32Array.from(offset, (v, o) => (bias?.data[o] ?? 0) * factor[o]! + v),
        },
      ],
    ];
    const replacement = merged([conv, node], node, `${opLabel(conv)}+batchNorm`, {
      ...conv,
      inputs: [conv.inputs[0]!, constants[0]![0], constants[1]![0]],
    });
    return { ...replacement, constants };
  },
};

/** A constant added per output channel is the bias of the convolution or matrix product before it (TensorFlow exports). */
const addedBias: Rewrite = {
  name: 'addedBias',
  match(node, view) {
    if (node.op !== 'binary' || node.attributes.fn !== 'add') return undefined;
    const constant = node.inputs.find((name) => view.constant(name));
    const value = constant && beside(node, 'add', constant);
    const linear = value ? view.producer(value) : undefined;
    if (
      !linear ||
      !constant ||
      (linear.op !== 'conv2d' && linear.op !== 'matmul') ||
      linear.inputs[2] ||
      linear.attributes.activation
    )
      return undefined;
    const tensor = view.constant(constant)!;
    const { shape } = view.type(value!);
    const channelAxis = linear.op === 'conv2d' ? 1 : shape.length - 1;
    const fits = tensor.shape.every((n, axis) => n === 1 || axis - tensor.shape.length + shape.length === channelAxis);
    if (!fits || sizeOf(tensor.shape) !== shape[channelAxis]) return undefined;
    const name = view.unused(`${node.name}/bias`);
    const bias: Tensor = { dtype: 'float32', shape: [tensor.data.length], data: Float32Array.from(toFloat64(tensor)) };
    const replacement = merged([linear, node], node, opLabel(linear), {
      ...linear,
      inputs: [linear.inputs[0]!, linear.inputs[1]!, name],
    });
    return { ...replacement, constants: [[name, bias]] };
  },
};

/** A linear layer and the activation that alone reads it are one layer. */
export const fuseActivation: Rewrite = {
  name: 'fuseActivation',
  match(node, view) {
    if (node.op !== 'unary' || !activationFns.has(node.attributes.fn)) return undefined;
    const linear = view.producer(node.inputs[0]!);
    if (!linear) return undefined;
    if (linear.op !== 'conv2d' && linear.op !== 'dense' && linear.op !== 'matmul' && linear.op !== 'batchNorm') return undefined;
    if (linear.attributes.activation) return undefined;
    const attributes = { ...linear.attributes, activation: node.attributes };
    return merged([linear, node], node, `${opLabel(linear)}+${opLabel(node)}`, { ...linear, attributes } as Node);
  },
};

/** Every rule of the canonical form. Spelled-out functions come first, so that they can then be fused as one activation. */
export const canonicalRewrites: readonly Rewrite[] = [
  silu,
  hardSwish,
  gelu,
  layerNorm,
  layerNormFactors,
  foldBatchNorm,
  addedBias,
  fuseActivation,
];
