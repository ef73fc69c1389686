/** @file Checks: a field full of black and white squares, binary white noise for reverse correlation. */
import type { Image, Random } from '@ventral/core';
import { drawCells } from './cells.ts';
import { levels } from './crossed.ts';
import type { Place, VisualField } from './field.ts';

export type Checks = Place & {
  /** Side of a check. The grid of nAcross × nAcross has its middle at the place. */
  readonly checkDeg: number;
  readonly nAcross: number;
  /** Position in the sequence. On the smallest grids two frames may look the same. */
  readonly frame: number;
  /** The white checks: row · nAcross + column. All others are black. */
  readonly brightChecks: readonly number[];
};

/** Black and white checks on grey 128; a pixel on an edge is shared exactly. */
export function drawChecks(field: VisualField, { checkDeg, brightChecks, ...grid }: Checks): Image {
  const contrasts = new Int8Array(grid.nAcross * grid.nAcross).fill(-1);
  for (const check of brightChecks) contrasts[check] = 1;
  return drawCells(field, { ...grid, cellDeg: checkDeg }, contrasts.entries());
}

/** The largest grid whose checks all have a sequence of their own: of 127, 121. */
export const mostChecksAcross = 11;

const nBits = 7;

/**
 * The white checks of 512 pictures in turn. Every second picture is the negative of the one before, so that an even
 * nonlinearity, as of an energy unit, adds nothing to a first-order map. Of the 256 pairs the even and the odd ones are halves of
 * their own, drawn independently; within a half the signs of any two checks are orthogonal over the pictures, so that a
 * linear unit's map is exact in each half, where independent signs would leave noise of 0.95 times its length.
 *
 * A check's signs are a row of the Hadamard matrix of order 128, negated or not: (−1)^(bits that its code and the pair's number
 * share), as in a binary m-sequence. Codes 1 … 127 are given to the checks, and signs to the codes, at random.
 *
 * @param nAcross checks along a side, 1 … {@link mostChecksAcross}
 * @see Reid, Victor & Shapley 1997, The use of m-sequences in the analysis of visual neurons, Vis. Neurosci. 14, 1015,
 *   doi:10.1017/S0952523800011743.
 */
export function checkNoise(random: Random, nAcross: number): (readonly number[])[] {
  const nChecks = nAcross * nAcross;
  const halves = ['even', 'odd'].map((name) => {
    const stream = random.fork(name);
    const codes = stream.shuffle(levels(2 ** nBits - 1, (i) => i + 1)).slice(0, nChecks);
    return codes.map((code) => ({ code, isNegated: stream.integer(2) === 1 }));
  });
  return levels(2 ** nBits, (row) => row).flatMap((row) =>
    halves.flatMap((half) => {
      const isBright = half.map(({ code, isNegated }) => isOdd(code & row) === isNegated);
      return [true, false].map((bright) => levels(nChecks, (check) => check).filter((check) => isBright[check] === bright));
    }),
  );
}

/** The number of set bits is odd. */
function isOdd(bits: number): boolean {
  let parity = 0;
  for (let rest = bits; rest > 0; rest >>= 1) parity ^= rest & 1;
  return parity === 1;
}
