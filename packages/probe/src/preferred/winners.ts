/** @file The pictures that drive a layer's channels most: a bounded state that joins to the same bytes in any grouping. */

/** Pictures kept for each channel. */
export const nPreferred = 9;

/** The strongest responses of a layer's channels, [channels × 9], strongest first and at most one of each picture. */
export interface Winners {
  /** Rectified: above 0, or 0 where there are fewer. */
  readonly responses: Float32Array;
  /** Index of the picture; −1 where there are fewer. */
  readonly pictures: Int32Array;
  /** Of the unit in the map: row · width + column. */
  readonly positions: Int32Array;
}

/** Nobody has won yet. */
export function noWinners(nChannels: number): Winners {
  const n = nChannels * nPreferred;
  return { responses: new Float32Array(n), pictures: new Int32Array(n).fill(-1), positions: new Int32Array(n) };
}

/** Takes in a channel's strongest response to one picture. Pictures come in ascending order: of equal responses the first stays. */
export function offer({ responses, pictures, positions }: Winners, channel: number, [response, picture, position]: Winner): void {
  const first = channel * nPreferred;
  let at = first + nPreferred;
  while (at > first && responses[at - 1]! < response) at--;
  if (at === first + nPreferred) return;
  for (const values of [responses, pictures, positions]) values.copyWithin(at + 1, at, first + nPreferred - 1);
  responses[at] = response;
  pictures[at] = picture;
  positions[at] = position;
}

export type Winner = readonly [response: number, picture: number, position: number];

/** The winners of one channel, strongest first. */
export function winnersOf({ responses, pictures, positions }: Winners, channel: number): Winner[] {
  const first = channel * nPreferred;
  const found: Winner[] = [];
  for (let at = first; at < first + nPreferred && pictures[at]! >= 0; at++)
    found.push([responses[at]!, pictures[at]!, positions[at]!]);
  return found;
}

/** The strongest of both, of which `left` saw the earlier pictures; ties go to it. Associative. */
export function mergeWinners(left: Winners, right: Winners): Winners {
  const merged: Winners = {
    responses: left.responses.slice(),
    pictures: left.pictures.slice(),
    positions: left.positions.slice(),
  };
  const nChannels = left.responses.length / nPreferred;
  for (let channel = 0; channel < nChannels; channel++)
    for (const winner of winnersOf(right, channel)) offer(merged, channel, winner);
  return merged;
}
