import { createRandom } from '@ventral/core';
import { describe, expect, it } from 'vitest';
import { mergeWinners, noWinners, nPreferred, offer, type Winners, winnersOf } from './winners.ts';

function of(...responses: readonly (readonly [picture: number, response: number])[]): Winners {
  const winners = noWinners(1);
  for (const [picture, response] of responses) offer(winners, 0, [response, picture, 10 * picture]);
  return winners;
}

describe('winners', () => {
  it('by hand: strongest first, of equals the earlier picture, silence never', () => {
    const winners = of([0, 1], [1, 3], [2, 0], [3, 3], [4, 2]);
    expect(winnersOf(winners, 0)).toEqual([
      [3, 1, 10],
      [3, 3, 30],
      [2, 4, 40],
      [1, 0, 0],
    ]);
  });

  it('no more than nine are kept; a NaN is none of them', () => {
    const winners = of(...Array.from({ length: 30 }, (_, i) => [i, (7 * i) % 30] as const), [30, Number.NaN]);
    expect(winnersOf(winners, 0).map(([response]) => response)).toEqual([29, 28, 27, 26, 25, 24, 23, 22, 21]);
    expect(winners.responses).toHaveLength(nPreferred);
  });

  it('channels do not meet', () => {
    const winners = noWinners(2);
    for (let picture = 0; picture < 20; picture++) {
      offer(winners, 0, [picture + 1, picture, 0]);
      offer(winners, 1, [100 - picture, picture, 0]);
    }
    expect(winnersOf(winners, 0).map(([, picture]) => picture)).toEqual([19, 18, 17, 16, 15, 14, 13, 12, 11]);
    expect(winnersOf(winners, 1).map(([, picture]) => picture)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('any grouping of the pictures gives the same, with many ties', () => {
    const { integer } = createRandom(3);
    const pictures = Array.from({ length: 60 }, (_, picture) => [picture, integer(6)] as const);
    const whole = of(...pictures);
    const parts = [0, 7, 23, 24, 51].map((from, i, cuts) => of(...pictures.slice(from, cuts[i + 1])));
    const [a, b, c, d, e] = parts as [Winners, Winners, Winners, Winners, Winners];
    expect(parts.reduce(mergeWinners)).toEqual(whole);
    expect(mergeWinners(a, mergeWinners(mergeWinners(b, c), mergeWinners(d, e)))).toEqual(whole);
  });
});
