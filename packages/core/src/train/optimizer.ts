/**
 * @file Gradient descent on the flat list of parameters: SGD with (Nesterov) momentum, and Adam with decoupled weight decay.
 * Every value is rounded to float32 where it is stored, so a run that is stopped and resumed goes on with the same bits.
 */
import type { Parameter } from './graph.ts';

export type OptimizerOptions =
  /** v ← μ v + g + λ w; w ← w − η v, with nesterov w ← w − η (g + λ w + μ v). Sutskever et al. 2013. */
  | { readonly kind: 'sgd'; readonly momentum: number; readonly nesterov: boolean; readonly weightDecay: number }
  /** Adam (Kingma & Ba 2015, arXiv:1412.6980), β 0.9 and 0.999, ε 1e-8, with decoupled decay (Loshchilov & Hutter 2019, arXiv:1711.05101). */
  | { readonly kind: 'adamw'; readonly weightDecay: number };

/** What an optimiser remembers: lists as long as the parameters, by name. Changed in place. */
export type OptimizerState = Readonly<Record<string, Float32Array>>;

/** Names of the lists that an optimiser keeps. */
export function optimizerLists({ kind }: OptimizerOptions): readonly string[] {
  return kind === 'sgd' ? ['velocity'] : ['mean', 'square'];
}

export function startOptimizer(options: OptimizerOptions, nValues: number): OptimizerState {
  return Object.fromEntries(optimizerLists(options).map((list) => [list, new Float32Array(nValues)]));
}

const [beta1, beta2, epsilon] = [0.9, 0.999, 1e-8];

/** βⁿ by squaring: the same bits wherever a run was resumed. */
function power(base: number, n: number): number {
  let [result, square] = [1, base];
  for (let rest = n; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result *= square;
    square *= square;
  }
  return result;
}

/**
 * One step, in place.
 * @param gradient sum over the images; divided by `nImages` here
 * @param step steps taken before this one
 */
export function takeStep(
  options: OptimizerOptions,
  state: OptimizerState,
  parameters: readonly Parameter[],
  weights: Float32Array,
  gradient: Float32Array,
  nImages: number,
  rate: number,
  step: number,
): void {
  const share = 1 / nImages;
  for (const { offset, size, decays } of parameters) {
    const decay = decays ? options.weightDecay : 0;
    const end = offset + size;
    if (options.kind === 'sgd') {
      const { momentum, nesterov } = options;
      const velocity = state.velocity!;
      for (let i = offset; i < end; i++) {
        const g = gradient[i]! * share + decay * weights[i]!;
        const v = momentum * velocity[i]! + g;
        velocity[i] = v;
        weights[i]! -= rate * (nesterov ? g + momentum * v : v);
      }
    } else {
      const { mean, square } = state as { mean: Float32Array; square: Float32Array };
      const [correction1, correction2] = [1 - power(beta1, step + 1), 1 - power(beta2, step + 1)];
      for (let i = offset; i < end; i++) {
        const g = gradient[i]! * share;
        const m = beta1 * mean[i]! + (1 - beta1) * g;
        const s = beta2 * square[i]! + (1 - beta2) * g * g;
        mean[i] = m;
        square[i] = s;
        weights[i]! -= rate * (m / correction1 / (Math.sqrt(s / correction2) + epsilon) + decay * weights[i]!);
      }
    }
  }
}
