/**
 * @file The complex steerable pyramid of a square picture: its high frequencies, and at each scale four oriented sub-bands, in
 * whose complex values the modulus is local energy and the angle local phase. On a torus: left meets right, top meets bottom.
 */
import { InputError } from '@ventral/core';
import { math } from '@ventral/kernels';
import { fourier2d } from '../fourier.ts';

/** Complex values, row by row. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

export const nScales = 4;
export const nOrientations = 4;

/** Smallest side: at the coarsest scale its low-pass still has 8×8 values, enough for autocorrelations over 7×7 shifts. */
export const leastSidePx = 128;

export interface Pyramid {
  /** What no scale holds, at the picture's size. */
  readonly highPass: Float64Array;
  /**
   * The picture less its high frequencies, as each scale s = 0 … 3 finds it, of side / 2^s, and last what the coarsest leaves,
   * of side / 16. Luminance as in the picture: a coarser low-pass is the finer one smoothed and sampled.
   */
  readonly lowPasses: readonly Float64Array[];
  /** [scale][orientation], of side / 2^s. Orientation k passes waves that run along 45k°; re answers edges, im lines. */
  readonly bands: readonly (readonly Complex[])[];
}

/** Transfer functions of one scale on its side × side frequencies. */
interface Scale {
  readonly side: number;
  /** What goes on to the next scale; 0 from half of the largest frequency on. */
  readonly low: Float64Array;
  /** Of each orientation, over i: the real part of a sub-band is the picture through i · odd. */
  readonly odd: readonly Float64Array[];
}

/** The filters of pictures of one size. */
export interface PyramidFilters {
  readonly sidePx: number;
  /** Of the picture: what the scales get, and what they do not. */
  readonly low: Float64Array;
  readonly high: Float64Array;
  readonly scales: readonly Scale[];
}

/** (2^(K−1)) (K−1)! / √(K (2K−2)!) for K = 4: the squares of the four orientations' |cos³| then add to 1. */
const angularGain = (8 * 6) / Math.sqrt(4 * 720);

/**
 * The filters of the steerable pyramid, polar-separable, four orientations an octave: radially raised cosines over an octave of
 * log frequency, between π/4 and π/2 at each scale and between π/2 and π at the picture's; around, cos³.
 *
 * @throws InputError `pyramidFilters: needs a side that is a power of two and at least 128 px, got 100.`
 * @see Simoncelli & Freeman 1995, doi:10.1109/ICIP.1995.537667; Portilla & Simoncelli 2000, doi:10.1023/A:1026553619983.
 */
export function pyramidFilters(sidePx: number): PyramidFilters {
  if (!(sidePx >= leastSidePx && Number.isInteger(sidePx) && (sidePx & (sidePx - 1)) === 0))
    throw new InputError(`pyramidFilters: needs a side that is a power of two and at least ${leastSidePx} px, got ${sidePx}.`);
  return {
    sidePx,
    low: overFrequencies(sidePx, (r) => lowAt(r / 2)),
    high: overFrequencies(sidePx, (r) => highAt(r / 2)),
    scales: Array.from({ length: nScales }, (_, s) => {
      const side = sidePx >> s;
      return {
        side,
        low: overFrequencies(side, lowAt),
        odd: Array.from({ length: nOrientations }, (_, k) => {
          const [alongX, alongY] = orientations[k]!;
          return overFrequencies(side, (r, y, x) => {
            // The largest frequency is its own negative: an odd filter has nothing there.
            if (r === 0 || y === -side / 2 || x === -side / 2) return 0;
            const cos = (x * alongX + y * alongY) / Math.sqrt(x * x + y * y);
            return angularGain * cos * cos * cos * highAt(r);
          });
        }),
      };
    }),
  };
}

/** (cos, sin) of 45k°. */
const orientations = [
  [1, 0],
  [Math.SQRT1_2, Math.SQRT1_2],
  [0, 1],
  [-Math.SQRT1_2, Math.SQRT1_2],
] as const;

/** r = |ω| in units of the largest frequency, π. */
const octavesBelowHalf = (r: number) => Math.max(0, Math.min(1, math.log(0.5 / r) / Math.LN2));
const lowAt = (r: number) => (r === 0 ? 1 : r >= 0.5 ? 0 : math.cos((Math.PI / 2) * (1 - octavesBelowHalf(r))));
const highAt = (r: number) => (r === 0 ? 0 : r >= 0.5 ? 1 : math.sin((Math.PI / 2) * (1 - octavesBelowHalf(r))));

/** A number for each frequency (y, x), −side/2 … side/2 − 1, in the order of the transform. */
function overFrequencies(side: number, at: (r: number, y: number, x: number) => number): Float64Array {
  const signed = (i: number) => (i < side / 2 ? i : i - side);
  return Float64Array.from({ length: side * side }, (_, i) => {
    const [y, x] = [signed(Math.floor(i / side)), signed(i % side)];
    return at((2 * Math.sqrt(x * x + y * y)) / side, y, x);
  });
}

export function spectrumOf(picture: Float64Array, side: number): Complex {
  const spectrum = { re: picture.slice(), im: new Float64Array(picture.length) };
  fourier2d(spectrum.re, spectrum.im, side);
  return spectrum;
}

/** The inverse of {@link spectrumOf}, in place. */
export function inverse(spectrum: Complex, side: number): Complex {
  fourier2d(spectrum.im, spectrum.re, side);
  for (let i = 0; i < side * side; i++) {
    spectrum.re[i]! /= side * side;
    spectrum.im[i]! /= side * side;
  }
  return spectrum;
}

export function times({ re, im }: Complex, gain: Float64Array): Complex {
  return { re: re.map((value, i) => value * gain[i]!), im: im.map((value, i) => value * gain[i]!) };
}

/**
 * Takes a picture apart.
 * @param picture [side, side]
 */
export function pyramid(picture: Float64Array, { sidePx, low, high, scales }: PyramidFilters): Pyramid {
  const spectrum = spectrumOf(picture, sidePx);
  const highPass = inverse(times(spectrum, high), sidePx).re;
  let lowSpectrum = times(spectrum, low);
  const lowPasses: Float64Array[] = [];
  const bands = scales.map((scale) => {
    const { side } = scale;
    lowPasses.push(inverse(copyOf(lowSpectrum), side).re);
    const ofScale = scale.odd.map((odd) => inverse(timesOdd(lowSpectrum, odd, onlyAhead), side));
    lowSpectrum = resized(times(lowSpectrum, scale.low), side, side / 2);
    return ofScale;
  });
  lowPasses.push(inverse(lowSpectrum, sidePx >> nScales).re);
  return { highPass, lowPasses, bands };
}

/**
 * The low-pass of a scale from the next coarser low-pass and the real parts of the scale's sub-bands: what `pyramid` took apart
 * there, to the last bits.
 */
export function joinScale(coarser: Float64Array, bands: readonly Float64Array[], { side, low, odd }: Scale): Float64Array {
  const sum = times(resized(spectrumOf(coarser, side / 2), side / 2, side), low);
  for (const [k, band] of bands.entries()) {
    // The conjugate of i · odd is −i · odd.
    const { re, im } = timesOdd(spectrumOf(band, side), odd[k]!, () => -1);
    for (let i = 0; i < re.length; i++) {
      sum.re[i]! += re[i]!;
      sum.im[i]! += im[i]!;
    }
  }
  return inverse(sum, side).re;
}

/** The picture from its finest low-pass and its high frequencies. */
export function joinPicture(lowPass: Float64Array, highPass: Float64Array, { sidePx, low, high }: PyramidFilters): Float64Array {
  const sum = times(spectrumOf(lowPass, sidePx), low);
  const highs = times(spectrumOf(highPass, sidePx), high);
  for (let i = 0; i < sum.re.length; i++) {
    sum.re[i]! += highs.re[i]!;
    sum.im[i]! += highs.im[i]!;
  }
  return inverse(sum, sidePx).re;
}

/** A sub-band of which the real part is given: its frequencies ahead along the orientation twice, those behind not at all. */
export function analytic(real: Float64Array, odd: Float64Array, side: number): Complex {
  const spectrum = spectrumOf(real, side);
  return inverse(
    times(
      spectrum,
      odd.map((value) => (value === 0 ? 1 : onlyAhead(value))),
    ),
    side,
  );
}

/** Complex values at twice the side, between the given ones by their own frequencies. */
export function enlarged({ re, im }: Complex, side: number): Complex {
  const spectrum = { re: re.slice(), im: im.slice() };
  fourier2d(spectrum.re, spectrum.im, side);
  return inverse(resized(spectrum, side, 2 * side), 2 * side);
}

const onlyAhead = (odd: number) => (odd > 0 ? 2 : 0);
const copyOf = ({ re, im }: Complex): Complex => ({ re: re.slice(), im: im.slice() });

/** A spectrum times i · odd · gain(odd). */
function timesOdd({ re, im }: Complex, odd: Float64Array, gain: (odd: number) => number): Complex {
  const product = { re: new Float64Array(re.length), im: new Float64Array(re.length) };
  for (let i = 0; i < re.length; i++) {
    const factor = odd[i]! * gain(odd[i]!);
    product.re[i] = -im[i]! * factor;
    product.im[i] = re[i]! * factor;
  }
  return product;
}

/** The lowest frequencies of a spectrum, or the spectrum among zeros: of a picture of as much light at another size. */
function resized({ re, im }: Complex, from: number, to: number): Complex {
  const side = Math.min(from, to);
  const gain = (to / from) ** 2;
  const made = { re: new Float64Array(to * to), im: new Float64Array(to * to) };
  const place = (i: number, of: number) => (i < side / 2 ? i : i + of - side);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const [source, target] = [place(y, from) * from + place(x, from), place(y, to) * to + place(x, to)];
      made.re[target] = re[source]! * gain;
      made.im[target] = im[source]! * gain;
    }
  }
  return made;
}
