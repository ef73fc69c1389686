/**
 * @file Brings one kind of statistic of given values to a target and moves the values as little as it can: the projections that
 * texture synthesis repeats in turn (appendix A of Portilla & Simoncelli 2000, doi:10.1023/A:1026553619983).
 */

import { difference, type Matrix, product, solve, symmetricFunction, transposed } from './matrices.ts';
import { type Complex, inverse, spectrumOf } from './pyramid.ts';

export function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function centred(values: Float64Array): Float64Array {
  const centre = mean(values);
  return values.map((value) => value - centre);
}

/** Mean product of values, both of mean 0. */
export function covariance(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum / a.length;
}

export function covariances(a: readonly Float64Array[], b: readonly Float64Array[]): number[][] {
  return a.map((x) => b.map((y) => covariance(x, y)));
}

/** Standardised moment, mean x³ / σ³ or mean x⁴ / σ⁴, of values of mean 0. A Gaussian has 0 and 3. */
export function standardMoment(values: Float64Array, order: 3 | 4): number {
  const variance = covariance(values, values);
  const sum = values.reduce((total, x) => total + (order === 3 ? x * x * x : x * x * x * x), 0);
  return sum / values.length / variance ** (order / 2);
}

/**
 * Values whose skewness (order 3) or kurtosis (order 4) is the target, of the same mean 0 and variance: x + λd, d the gradient of
 * the moment, x² − m₃x − 1 or x³ − m₄x − m₃ of standardised values, and λ the smallest that reaches it. Where none does, the one
 * that comes nearest on the way.
 */
export function withMoment(values: Float64Array, order: 3 | 4, target: number): Float64Array {
  const sigma = Math.sqrt(covariance(values, values));
  const x = values.map((value) => value / sigma);
  const skewness = mean(x.map((v) => v * v * v));
  const kurtosis = mean(x.map((v) => v * v * v * v));
  const d = order === 3 ? x.map((v) => v * v - skewness * v - 1) : x.map((v) => v * v * v - kurtosis * v - skewness);
  const now = order === 3 ? skewness : kurtosis;
  const spread = Math.sqrt(covariance(d, d));
  if (!(spread > 0)) return values;
  // Moments of x + λd from mixed ones; x and d are uncorrelated.
  const binomials = order === 3 ? [1, 3, 3, 1] : [1, 4, 6, 4, 1];
  const mixed = binomials.map((count, b) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      let term = count;
      for (let k = 0; k < order; k++) term *= k < b ? d[i]! / spread : x[i]!;
      sum += term;
    }
    return sum / x.length;
  });
  const momentAt = (lambda: number) => {
    const sum = mixed.reduceRight((rest, coefficient) => rest * lambda + coefficient, 0);
    const variance = 1 + lambda * lambda;
    return order === 3 ? sum / (variance * Math.sqrt(variance)) : sum / (variance * variance);
  };
  const towards = Math.sign(target - now);
  const isShort = (lambda: number) => towards * (target - momentAt(lambda)) > 0;
  let [from, to] = [0, towards * 1e-3];
  while (isShort(to) && towards * (momentAt(to) - momentAt(from)) > 0) [from, to] = [to, 1.1 * to];
  if (!isShort(to)) {
    for (let step = 0; step < 50; step++) {
      const middle = (from + to) / 2;
      if (isShort(middle)) from = middle;
      else to = middle;
    }
  }
  const scale = sigma / Math.sqrt(1 + from * from);
  return x.map((value, i) => scale * (value + (from / spread) * d[i]!));
}

/** Shifts of autocorrelations: −3 … 3 in either direction (Na = 7). */
const reach = 3;
/** One of each pair of opposite shifts, no shift first. */
export const shifts: readonly (readonly [y: number, x: number])[] = Array.from({ length: 25 }, (_, i) => {
  const at = i + reach * (2 * reach + 1) + reach;
  return [Math.floor(at / (2 * reach + 1)) - reach, (at % (2 * reach + 1)) - reach];
});

const at = ([y, x]: readonly [y: number, x: number], side: number) => ((y + side) % side) * side + ((x + side) % side);

/** Mean product of values, of mean 0 on [side, side], with themselves shifted, over all shifts. */
function allAutocovariances({ re, im }: Complex, side: number): Float64Array {
  const n = side * side;
  const power = { re: re.map((value, i) => (value * value + im[i]! * im[i]!) / n), im: new Float64Array(n) };
  return inverse(power, side).re;
}

/** The autocovariance of values of mean 0, on [side, side] of a torus, at `shifts`. */
export function autocovariance(values: Float64Array, side: number): Float64Array {
  const all = allAutocovariances(spectrumOf(values, side), side);
  return Float64Array.from(shifts, (shift) => all[at(shift, side)]!);
}

/**
 * Values whose autocovariance at `shifts` is the target: through the filter whose squared gain, a sum of cosines over the same
 * shifts, turns the present one into it. Where that gain would be negative it is 0, and the target is not quite reached.
 */
export function withAutocovariance(values: Float64Array, side: number, target: Float64Array): Float64Array {
  const spectrum = spectrumOf(values, side);
  const present = allAutocovariances(spectrum, side);
  const rows = shifts.map((wanted) =>
    shifts.map(([y, x], k) => {
      const near = present[at([wanted[0] - y, wanted[1] - x], side)]!;
      return k === 0 ? near : near + present[at([wanted[0] + y, wanted[1] + x], side)]!;
    }),
  );
  // Frequencies that are not there leave the filter undetermined; a trace of white noise does not.
  const trace = 1e-8 * present[0]!;
  const taps = solve(
    rows.map((row, i) => row.map((value, k) => (i === k ? value + trace : value))),
    Array.from(target),
  );
  if (!taps.every(Number.isFinite)) return values;
  const kernel = new Float64Array(side * side);
  for (const [k, [y, x]] of shifts.entries()) {
    kernel[at([y, x], side)] = taps[k]!;
    kernel[at([-y, -x], side)] = taps[k]!;
  }
  const squaredGain = spectrumOf(kernel, side).re;
  const gain = squaredGain.map((value) => Math.sqrt(Math.max(0, value)));
  return inverse({ re: spectrum.re.map((v, i) => v * gain[i]!), im: spectrum.im.map((v, i) => v * gain[i]!) }, side).re;
}

/**
 * Several values each whose covariances are the target, and those with given others, too: x' = M x + K y, with the M that moves
 * least, D^(−½) (D^½ D* D^½)^½ D^(−½), D and D* what the others do not explain, now and as wanted.
 *
 * @param x all of mean 0
 * @param among wanted covariances of x
 * @param others y, of mean 0, as long as x
 * @param across wanted covariances [x, y]
 */
export function withCovariances(
  x: readonly Float64Array[],
  among: Matrix,
  others: readonly Float64Array[] = [],
  across: Matrix = [],
): Float64Array[] {
  const now = covariances(x, x);
  if (others.length === 0) return mixed(x, transport(now, among), [], []);
  const inverseOfOthers = symmetricFunction(covariances(others, others), (value) => 1 / value);
  const acrossNow = covariances(x, others);
  const unexplained = (all: Matrix, part: Matrix) => difference(all, product(product(part, inverseOfOthers), transposed(part)));
  const m = transport(unexplained(now, acrossNow), unexplained(among, across));
  return mixed(x, m, others, product(difference(across, product(m, acrossNow)), inverseOfOthers));
}

/** The symmetric M with M D Mᵀ = D* that moves values least (Olkin & Pukelsheim 1982, Linear Algebra Appl 48:257). */
function transport(from: Matrix, to: Matrix): number[][] {
  const root = symmetricFunction(from, Math.sqrt);
  const inverseRoot = symmetricFunction(from, (value) => 1 / Math.sqrt(value));
  const psd = symmetricFunction(to, (value) => value);
  const middle = symmetricFunction(product(product(root, psd), root), Math.sqrt);
  return product(product(inverseRoot, middle), inverseRoot);
}

function mixed(x: readonly Float64Array[], m: Matrix, others: readonly Float64Array[], k: Matrix): Float64Array[] {
  const sources = [...x, ...others];
  return m.map((row, i) => {
    const weights = [...row, ...(k[i] ?? [])];
    const sum = new Float64Array(x[0]!.length);
    for (const [j, source] of sources.entries()) for (let p = 0; p < sum.length; p++) sum[p]! += weights[j]! * source[p]!;
    return sum;
  });
}
