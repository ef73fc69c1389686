/**
 * @file Colour scales of maps: numbers to colours. Viridis where no value is negative, blue–white–orange with zero in the
 * middle where some are. Draws nothing.
 */

/** Red, green, blue of 256 steps from the lowest to the highest value. */
export type Palette = Uint8Array;

/** Viridis (van der Walt & Smith 2015, matplotlib) at eleven equal steps. */
const viridisSteps = [
  '440154',
  '482475',
  '414487',
  '355f8d',
  '2a788e',
  '21918c',
  '22a884',
  '44bf70',
  '7ad151',
  'bddf26',
  'fde725',
];
/** Blues and Oranges of ColorBrewer (Brewer 2002), joined at a light grey. */
const divergingSteps = ['08306b', '2171b5', '6baed6', 'c6dbef', 'f4f4f4', 'fdd0a2', 'fd8d3c', 'd94801', '7f2704'];

export const viridis = palette(viridisSteps);
export const diverging = palette(divergingSteps);

/** Marks of values that have no place on a scale: NaN and infinities, and exact zero on the viridis scale. */
export const notFiniteColour = [236, 0, 140] as const;
export const zeroColour = [0, 0, 0] as const;

function palette(steps: readonly string[]): Palette {
  const channel = (step: number, c: number) => Number.parseInt(steps[step]!.slice(2 * c, 2 * c + 2), 16);
  const colours = new Uint8Array(256 * 3);
  for (let i = 0; i < 256; i++) {
    const at = (i / 255) * (steps.length - 1);
    const step = Math.min(Math.floor(at), steps.length - 2);
    for (let c = 0; c < 3; c++)
      colours[3 * i + c] = Math.round(channel(step, c) + (at - step) * (channel(step + 1, c) - channel(step, c)));
  }
  return colours;
}

/** What value has which colour: viridis from 0 (or the lowest) to high, or diverging from −high to high. */
export interface ColourScale {
  readonly signed: boolean;
  readonly low: number;
  readonly high: number;
}

/** The scale for values between min and max: signed as soon as one of them is negative. */
export function colourScale(min: number, max: number): ColourScale {
  if (!(min <= max)) return { signed: false, low: 0, high: 1 };
  if (min < 0) {
    const reach = Math.max(-min, max);
    return { signed: true, low: -reach, high: reach };
  }
  return { signed: false, low: 0, high: max > 0 ? max : 1 };
}

/** Writes the colours of values as opaque RGBA. */
export function colourise(values: Float32Array, scale: ColourScale, rgba: Uint8ClampedArray): void {
  const colours = scale.signed ? diverging : viridis;
  const factor = 255 / (scale.high - scale.low);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    const o = 4 * i;
    rgba[o + 3] = 255;
    if (!Number.isFinite(value) || (value === 0 && !scale.signed)) {
      const mark = value === 0 ? zeroColour : notFiniteColour;
      rgba[o] = mark[0];
      rgba[o + 1] = mark[1];
      rgba[o + 2] = mark[2];
      continue;
    }
    const step = 3 * Math.min(255, Math.max(0, Math.round((value - scale.low) * factor)));
    rgba[o] = colours[step]!;
    rgba[o + 1] = colours[step + 1]!;
    rgba[o + 2] = colours[step + 2]!;
  }
}

/** The scale as a CSS gradient, lowest at the left. */
export function gradient(scale: ColourScale): string {
  const steps = scale.signed ? divergingSteps : viridisSteps;
  return `linear-gradient(to right, ${steps.map((step) => `#${step}`).join(', ')})`;
}
