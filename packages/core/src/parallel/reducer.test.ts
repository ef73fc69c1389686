import { describe, expect, it } from 'vitest';
import { type Block, createTreeReducer } from './reducer.ts';
import { roughNumbers } from './test-session.ts';

const sum = (left: number, right: number) => left + right;
const pair = (left: string, right: string) => `(${left}${right})`;

/** The definition, top down: the left half, and the right half if it has chunks. */
function tree<State>(states: readonly State[], merge: (left: State, right: State) => State): State {
  if (states.length === 1) return states[0]!;
  let half = 1;
  while (half * 2 < states.length) half *= 2;
  return merge(tree(states.slice(0, half), merge), tree(states.slice(half), merge));
}

function reduce<State>(states: readonly State[], merge: (left: State, right: State) => State, order = states.map((_, i) => i)) {
  const reducer = createTreeReducer(merge);
  for (const index of order) reducer.add({ level: 0, index, state: states[index]! });
  return reducer.finish(states.length);
}

/** Orders the indices by seeded rough numbers. */
function shuffled(n: number, seed: number): number[] {
  const keys = roughNumbers(n, seed);
  return keys.map((_, i) => i).sort((a, b) => keys[a]! - keys[b]!);
}

const letters = (n: number) => Array.from({ length: n }, (_, i) => String.fromCharCode(97 + i));

describe('createTreeReducer', () => {
  it.each([
    [1, 'a'],
    [2, '(ab)'],
    [3, '((ab)c)'],
    [5, '(((ab)(cd))e)'],
    [7, '(((ab)(cd))((ef)g))'],
    [11, '((((ab)(cd))((ef)(gh)))((ij)k))'],
  ])('n=%i has the tree %s by hand', (n, expected) => {
    expect(reduce(letters(n), pair)).toBe(expected);
  });

  it('n=0 has no state', () => {
    expect(createTreeReducer(sum).finish(0)).toBeUndefined();
  });

  it.each([2, 3, 8, 13, 100, 255])('n=%i any order of arrival gives the tree of the definition', (n) => {
    const states = Array.from({ length: n }, (_, i) => `${i} `);
    const expected = tree(states, pair);
    for (let seed = 1; seed <= 20; seed++) expect(reduce(states, pair, shuffled(n, seed))).toBe(expected);
    expect(
      reduce(
        states,
        pair,
        states.map((_, i) => n - 1 - i),
      ),
    ).toBe(expected);
  });

  it('float sums of 200 trials are the same for shards of 4 and the whole; a left fold over the shards differs', () => {
    let nTreeDiffers = 0;
    let nFoldDiffers = 0;
    for (let seed = 1; seed <= 200; seed++) {
      const states = roughNumbers(19, seed);
      const shards = [0, 1, 2, 3, 4].map((index) => states.slice(index * 4, index * 4 + 4));
      const whole = createTreeReducer(sum);
      for (const [index, shard] of shards.entries()) whole.add({ level: 2, index, state: reduce(shard, sum)! });
      const folded = shards.map((shard) => shard.reduce(sum)).reduce(sum);
      if (!Object.is(whole.finish(19), reduce(states, sum))) nTreeDiffers++;
      if (!Object.is(folded, states.reduce(sum))) nFoldDiffers++;
    }
    expect(nTreeDiffers).toBe(0);
    expect(nFoldDiffers).toBeGreaterThan(50);
  });

  it.each([1, 2, 4, 8, 16])('shards of %i chunks, the last one short, in any order, are the whole', (size) => {
    for (let n = 1; n <= 40; n++) {
      const states = Array.from({ length: n }, (_, i) => `${i} `);
      const whole = createTreeReducer(pair);
      for (const index of shuffled(Math.ceil(n / size), n + 1)) {
        whole.add({ level: Math.log2(size), index, state: reduce(states.slice(index * size, (index + 1) * size), pair)! });
      }
      expect(whole.finish(n)).toBe(tree(states, pair));
    }
  });

  it('n=1..300 in order holds at most floor(log2 n) + 1 states', () => {
    const reducer = createTreeReducer(sum);
    for (let n = 1; n <= 300; n++) {
      reducer.add({ level: 0, index: n - 1, state: 1 });
      expect(reducer.blocks().length).toBeLessThanOrEqual(Math.floor(Math.log2(n)) + 1);
    }
    expect(reducer.finish(300)).toBe(300);
  });

  it.each([0, 1, 5, 12, 23])('a run interrupted after %i of 23 chunks, out of order, continues from its blocks', (nBefore) => {
    const states = roughNumbers(23, 5);
    const order = shuffled(23, 3);
    const first = createTreeReducer(sum);
    for (const index of order.slice(0, nBefore)) first.add({ level: 0, index, state: states[index]! });
    const second = createTreeReducer(sum);
    for (const block of structuredClone(first.blocks())) second.add(block);
    for (const index of order.slice(nBefore)) second.add({ level: 0, index, state: states[index]! });
    expect(second.finish(23)).toBe(reduce(states, sum));
  });

  it('finish leaves the reducer as it was', () => {
    const reducer = createTreeReducer(pair);
    for (const [index, state] of letters(3).entries()) reducer.add({ level: 0, index, state });
    expect([reducer.finish(3), reducer.finish(3)]).toEqual(['((ab)c)', '((ab)c)']);
    reducer.add({ level: 0, index: 3, state: 'd' });
    expect(reducer.finish(4)).toBe('((ab)(cd))');
  });

  it.each<[string, Block<number>, string]>([
    ['twice', { level: 0, index: 2, state: 1 }, 'block 2 of level 0 overlaps block 2 of level 0.'],
    ['inside a merged block', { level: 0, index: 1, state: 1 }, 'block 1 of level 0 overlaps block 0 of level 1.'],
    ['around a chunk', { level: 2, index: 0, state: 1 }, 'block 0 of level 2 overlaps block 0 of level 1.'],
  ])('refuses a block %s', (_, block, message) => {
    const reducer = createTreeReducer(sum);
    for (const index of [0, 1, 2]) reducer.add({ level: 0, index, state: 1 });
    expect(() => reducer.add(block)).toThrow(message);
  });

  it.each([
    [[0, 1, 3], 4, 'chunk 2 of 4 is missing.'],
    [[0, 1], 3, 'chunk 2 of 3 is missing.'],
    [[], 1, 'chunk 0 of 1 is missing.'],
    [[0, 1, 2], 2, 'chunk 2 is there, but the job has 2 chunks.'],
  ])('refuses to finish chunks %j as %i', (indices, nChunks, message) => {
    const reducer = createTreeReducer(sum);
    for (const index of indices) reducer.add({ level: 0, index, state: 1 });
    expect(() => reducer.finish(nChunks)).toThrow(message);
  });
});
