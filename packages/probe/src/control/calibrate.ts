/** @file The scales of the `random` control: found by running it, until each layer has the trained one's mean and spread. */
import type { LayerScale } from './weights.ts';

/** Mean and standard deviation over all pre-activations of a layer. */
export interface LayerSpread {
  readonly mean: number;
  readonly sd: number;
}

/** Layers count as matched within this share of the trained standard deviation. */
export const calibrationTolerance = 0.02;
const mostPasses = 30;

/**
 * Scales under which each layer of random weights has the trained layer's mean and standard deviation. All layers are corrected
 * at once, pass by pass: a layer is right once those before it are, so it ends, and mostly after a few passes.
 * A layer that is constant, in training or now, keeps gain 1.
 *
 * @param wanted of the trained network, in execution order
 * @param measure runs the control with these scales over the same pictures
 * @returns the scales, and how far the worst layer is from its mean or standard deviation, in trained standard deviations
 */
export async function calibrateScales(
  wanted: readonly LayerSpread[],
  measure: (scales: readonly LayerScale[]) => Promise<readonly LayerSpread[]>,
): Promise<{ readonly scales: readonly LayerScale[]; readonly worst: number; readonly nPasses: number }> {
  let scales: readonly LayerScale[] = wanted.map(() => ({ gain: 1, shift: 0 }));
  for (let nPasses = 1; ; nPasses++) {
    const found = await measure(scales);
    const worst = Math.max(0, ...wanted.map((spread, i) => distance(spread, found[i]!)));
    if (worst <= calibrationTolerance || nPasses === mostPasses) return { scales, worst, nPasses };
    scales = scales.map((scale, i) => corrected(scale, wanted[i]!, found[i]!));
  }
}

function distance(wanted: LayerSpread, found: LayerSpread): number {
  if (!(wanted.sd > 0 && found.sd > 0)) return 0;
  return Math.max(Math.abs(found.mean - wanted.mean), Math.abs(found.sd - wanted.sd)) / wanted.sd;
}

/** The scale that would have given the wanted spread, had nothing before the layer changed. */
function corrected({ gain, shift }: LayerScale, wanted: LayerSpread, found: LayerSpread): LayerScale {
  if (!(wanted.sd > 0 && found.sd > 0)) return { gain, shift };
  const factor = wanted.sd / found.sd;
  return { gain: gain * factor, shift: wanted.mean - (found.mean - shift) * factor };
}
