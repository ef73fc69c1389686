/** @file Colours: how light they are, mixtures, and colours drawn at random. Bytes as networks see them, no gamma. */
import type { Choices } from './choices.ts';
import type { Rgb } from './raster.ts';

/** Luma 0…255 (Rec. 601 weights). */
export function lightness([r, g, b]: Rgb): number {
  return 0.299 * r + 0.587 * g + 0.114 * b;
}

/** The colour at a share of the way from a to b. */
export function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + share * (b[0] - a[0]), a[1] + share * (b[1] - a[1]), a[2] + share * (b[2] - a[2])];
}

/** A colour a little lighter or darker, and a little warmer or colder, than the one given. */
export function varied([r, g, b]: Rgb, { around }: Choices, amount = 1): Rgb {
  const factor = 1 + around(0, 0.09 * amount);
  const warmth = 1 + around(0, 0.04 * amount);
  return [clipped(r * factor * warmth), clipped(g * factor), clipped((b * factor) / warmth)];
}

/** Any colour, more often dull than bright. */
export function anyColour({ between }: Choices): Rgb {
  const grey = between(35, 235);
  const strength = between(0.1, 0.9);
  const channel = () => clipped(grey + strength * (between(20, 245) - grey));
  return [channel(), channel(), channel()];
}

/** One of the colours, but one that stands out from the ground by `least` of lightness if there is any. */
export function standingOut(colours: readonly Rgb[], ground: Rgb, { oneOf }: Choices, least = 45): Rgb {
  const fitting = colours.filter((colour) => Math.abs(lightness(colour) - lightness(ground)) >= least);
  return oneOf(fitting.length > 0 ? fitting : colours);
}

function clipped(value: number): number {
  return Math.max(0, Math.min(255, value));
}
