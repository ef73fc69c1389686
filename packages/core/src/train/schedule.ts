/** @file The learning rate over the steps of a run. */
import { math } from '@ventral/kernels';

export interface Schedule {
  /** cosine: half a cosine down to 0 (Loshchilov & Hutter 2017, arXiv:1608.03983); step: a tenth after 50 %, 75 % of the steps. */
  readonly kind: 'cosine' | 'step' | 'constant';
  /** Share of the steps in which the rate grows from 0 to its peak (Goyal et al. 2017, arXiv:1706.02677). */
  readonly warmup: number;
}

/** Rate of step 0 … nSteps − 1. */
export function learningRate({ kind, warmup }: Schedule, peak: number, step: number, nSteps: number): number {
  const nWarm = Math.round(warmup * nSteps);
  if (step < nWarm) return (peak * (step + 1)) / nWarm;
  const share = (step - nWarm) / Math.max(1, nSteps - nWarm);
  switch (kind) {
    case 'constant':
      return peak;
    case 'step':
      return peak * (share < 0.5 ? 1 : share < 0.75 ? 0.1 : 0.01);
    case 'cosine':
      return (peak * (1 + math.cos(Math.PI * share))) / 2;
  }
}
