/** @file Element-wise functions of one value: activations and arithmetic. */
import { type Kernels, reference, type UnaryFn, unaryCodes } from '@ventral/kernels';
import { rowMajor } from '../tensor/layout.ts';
import { sizeOf, type Tensor, toFloat64 } from '../tensor/tensor.ts';
import { dOutput, type Gradients, identityReach, needed, type Op, tensorLike } from './op.ts';

/** Inputs: x. clip: alpha = lower, beta = upper bound. Functions that use no parameter have alpha = beta = 0. */
export interface UnaryAttributes {
  readonly fn: UnaryFn;
  readonly alpha: number;
  readonly beta: number;
}

/** Functions that follow a linear layer as its activation; the rest is arithmetic. */
export const activationFns: ReadonlySet<UnaryFn> = new Set<UnaryFn>([
  'relu',
  'leakyRelu',
  'elu',
  'selu',
  'celu',
  'sigmoid',
  'hardSigmoid',
  'hardSwish',
  'silu',
  'softplus',
  'softsign',
  'thresholdedRelu',
  'mish',
  'gelu',
  'geluTanh',
  'clip',
  'tanh',
]);

export const unary: Op<UnaryAttributes> = {
  stage: ({ fn }) => (activationFns.has(fn) ? 'activation' : 'linear'),
  infer: (_, inputs) => {
    const { dtype, shape } = needed(inputs, 0, 'x');
    return [{ dtype, shape }];
  },
  reach: (_, inputs) => [identityReach(needed(inputs, 0, 'x').shape.length)],
  crop: (attributes) => attributes,
  reference(attributes, inputs) {
    const x = inputs[0] as Tensor;
    return [tensorLike(x, x.shape, applyActivation(attributes, toFloat64(x)))];
  },
  lower({ fn, alpha, beta }, inputs) {
    const { order, shape } = needed(inputs, 0, 'x');
    const size = sizeOf(shape);
    return {
      inputOrders: [order],
      outputOrders: [order],
      inPlace: 0,
      bind: (kernels, at) => () => kernels.run.f32_unary(unaryCodes[fn], at.inputs[0]!, at.outputs[0]!, size, alpha, beta),
    };
  },
  cost: () => ({ nMacs: 0, nParams: 0 }),
  gradient: (attributes, rule) => [
    reference.hasDerivative(attributes.fn) ? rule.add(unaryGradient, attributes, [rule.inputs[0], dOutput(rule)]) : undefined,
  ],
};

/** dx = dy · fn′(x). Inputs: x, dy. */
export const unaryGradient: Op<UnaryAttributes> = {
  stage: () => 'linear',
  infer: (_, inputs) => {
    const { dtype, shape } = needed(inputs, 0, 'x');
    return [{ dtype, shape }];
  },
  reach: (_, inputs) => inputs.map((input) => (input && !input.constant ? identityReach(input.shape.length) : null)),
  reference({ fn, alpha, beta }, inputs) {
    const [x, dy] = inputs as [Tensor, Tensor];
    return [tensorLike(x, x.shape, reference.unaryGradient(fn, toFloat64(x), toFloat64(dy), alpha, beta))];
  },
  lower({ fn, alpha, beta }, inputs) {
    const [x, dy] = [needed(inputs, 0, 'x'), needed(inputs, 1, 'dy')];
    const { order } = x.constant ? dy : x;
    const size = sizeOf(x.shape);
    return {
      inputOrders: x.constant || dy.constant ? [rowMajor(x.shape.length), rowMajor(x.shape.length)] : [order, order],
      outputOrders: [x.constant || dy.constant ? rowMajor(x.shape.length) : order],
      inPlace: 1,
      bind:
        ({ run }, at) =>
        () =>
          run.f32_unary_gradient(unaryCodes[fn], at.inputs[0]!, at.inputs[1]!, at.outputs[0]!, size, alpha, beta),
    };
  },
  cost: (_, inputs) => ({ nMacs: sizeOf(needed(inputs, 0, 'x').shape), nParams: 0 }),
};

/** Whether the function only cuts off at bounds ({@link clampOf}): its slope can be read from its result. */
export function isClamp({ fn }: UnaryAttributes): boolean {
  return fn === 'relu' || fn === 'clip';
}

/**
 * ∂loss/∂z of a layer y = activation(z): from y where that tells the slope, else z is computed again.
 */
export function beforeActivation(attributes: { readonly activation?: UnaryAttributes | undefined }, rule: Gradients): string {
  const { activation } = attributes;
  if (!activation) return dOutput(rule);
  const at = isClamp(activation) ? rule.outputs[0]! : rule.again({ ...attributes, activation: undefined });
  return rule.add(unaryGradient, activation, [at, dOutput(rule)]);
}

/** The float64 twin of an optional activation. */
export function applyActivation(activation: UnaryAttributes | undefined, data: Float64Array): Float64Array {
  return activation ? reference.unary(activation.fn, data, activation.alpha, activation.beta) : data;
}

/** Bounds that a kernel applies while it writes its result; no bounds where the activation is none or not a clamp. */
export function clampOf(activation: UnaryAttributes | undefined): readonly [lo: number, hi: number] {
  if (activation?.fn === 'relu') return [0, Infinity];
  if (activation?.fn === 'clip') return [activation.alpha, activation.beta];
  return [-Infinity, Infinity];
}

/** What remains to be done after a kernel that clamped: the activation itself, in place, where it is no clamp. */
export function finishActivation(
  activation: UnaryAttributes | undefined,
  size: number,
): ((kernels: Kernels, ptr: number) => void) | undefined {
  if (!activation || isClamp(activation)) return undefined;
  const { fn, alpha, beta } = activation;
  return (kernels, ptr) => kernels.run.f32_unary(unaryCodes[fn], ptr, ptr, size, alpha, beta);
}
