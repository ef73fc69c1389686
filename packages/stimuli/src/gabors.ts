/** @file Gabor patches: a sine wave under a round Gaussian. */
import type { Image } from '@ventral/core';
import { math } from '@ventral/kernels';
import { offsetsDeg, type Place, type VisualField } from './field.ts';
import { sineWave, type Wave } from './gratings.ts';
import { patternOnGrey } from './grey.ts';

export type Gabor = Wave &
  Place & {
    /** Contrast of the wave at the peak of the Gaussian, 0…1. */
    readonly contrast: number;
    readonly sigmaDeg: number;
  };

/** Standard deviations beyond which the Gaussian, 3e-4 there, is no byte's difference. */
const reachSigmas = 4;

/**
 * A Gabor patch whose mean is that of the grey around it: contrast · e^(−r² / 2σ²) · (sin(2πfu + φ) − sin φ · e^(−2π²f²σ²)), u
 * along the direction of the orientation. The second term is what the first would add to the mean; it weakens patches of less
 * than half a cycle per σ with φ away from 0°, as any patch must be weakened there that is no brighter than its ground.
 *
 * @throws InputError as drawGrating, if pixels are too coarse for the wave
 * @see Daugman 1985, doi:10.1364/JOSAA.2.001160
 */
export function drawGabor(field: VisualField, gabor: Gabor): Image {
  const { contrast, sigmaDeg, spatialFrequencyCpd, phaseDeg } = gabor;
  const wave = sineWave(field, gabor, gabor);
  const radiansPerSigma = 2 * Math.PI * spatialFrequencyCpd * sigmaDeg;
  const mean = math.sin((phaseDeg * Math.PI) / 180) * math.exp((-radiansPerSigma * radiansPerSigma) / 2);
  // A round Gaussian is one of the row times one of the column.
  const [alongY, alongX] = offsetsDeg(field, gabor).map((offsets) =>
    offsets.map((offset) => math.exp((-offset * offset) / (2 * sigmaDeg * sigmaDeg))),
  );
  return patternOnGrey(field, gabor, reachSigmas * sigmaDeg, (yPx) => {
    const row = wave(yPx);
    const height = contrast * alongY![yPx]!;
    for (let xPx = 0; xPx < row.length; xPx++) row[xPx] = height * alongX![xPx]! * (row[xPx]! - mean);
    return row;
  });
}
