/**
 * @file Merges the states of chunks along a fixed binary tree over the chunk index, in whatever order they arrive. Knows
 * nothing of workers or of what a state is.
 *
 * Block (level, index) stands for the chunks [index·2^level, (index + 1)·2^level). Its state is
 * merge(block(level − 1, 2·index), block(level − 1, 2·index + 1)), or the left one alone if the right one has no chunk.
 * So the shape of the tree follows from the number of chunks, and floating-point sums are the same to the last bit for any
 * number of workers, shards and interruptions. An aligned block is a shard: a run over its chunks alone gives its state.
 */

/** The merged state of the chunks [index·2^level, (index + 1)·2^level); the last block of a job may reach past its end. */
export interface Block<State> {
  readonly level: number;
  readonly index: number;
  readonly state: State;
}

/** A binary counter of states. Arrivals in order hold at most floor(log2 n) + 1 of them; others wait for their siblings. */
export interface TreeReducer<State> {
  /**
   * Takes a chunk (level 0), a shard, or a block held by an earlier run, in any order.
   * @throws Error if some of its chunks are there already: `createTreeReducer: block 3 of level 0 overlaps block 1 of level 1.`
   */
  add(block: Block<State>): void;
  /** What is held, by first chunk: enough to continue in another reducer. */
  blocks(): Block<State>[];
  /**
   * Joins what is held into one state, from the last block to the first: merge(b0, merge(b1, … merge(bk−1, bk))), which is
   * the tree above where right siblings have no chunk. The reducer itself is left as it was.
   * @param nChunks of the whole job; 0 gives undefined.
   * @throws Error if a chunk is missing or too many: `createTreeReducer: chunk 5 of 11 is missing.`
   */
  finish(nChunks: number): State | undefined;
}

/**
 * An empty reducer. Costs one merge per chunk, O(held) per arrival.
 * @param merge may change and return its left argument; it need not be associative.
 */
export function createTreeReducer<State>(merge: (left: State, right: State) => State): TreeReducer<State> {
  const held = new Map<number, Block<State>>(); // by first chunk
  const begin = ({ level, index }: Block<State>) => index * 2 ** level;
  const end = ({ level, index }: Block<State>) => (index + 1) * 2 ** level;
  const blocks = () => [...held.values()].sort((a, b) => begin(a) - begin(b));

  return {
    add(block) {
      for (const other of held.values()) {
        if (begin(block) < end(other) && begin(other) < end(block)) {
          throw new Error(
            `createTreeReducer: block ${block.index} of level ${block.level} overlaps block ${other.index} of level ${other.level}.`,
          );
        }
      }
      let { level, index, state } = block;
      for (;;) {
        const siblingBegin = (index % 2 === 0 ? index + 1 : index - 1) * 2 ** level;
        const sibling = held.get(siblingBegin);
        if (sibling?.level !== level) break;
        held.delete(siblingBegin);
        state = index % 2 === 0 ? merge(state, sibling.state) : merge(sibling.state, state);
        level += 1;
        index = Math.floor(index / 2);
      }
      held.set(index * 2 ** level, { level, index, state });
    },

    blocks,

    finish(nChunks) {
      const sorted = blocks();
      let nCovered = 0;
      for (const block of sorted) {
        if (begin(block) !== nCovered) break;
        nCovered = end(block);
      }
      const last = sorted.at(-1);
      if (nCovered < nChunks) throw new Error(`createTreeReducer: chunk ${nCovered} of ${nChunks} is missing.`);
      if (last !== undefined && begin(last) >= nChunks) {
        throw new Error(`createTreeReducer: chunk ${begin(last)} is there, but the job has ${nChunks} chunks.`);
      }
      return sorted.length === 0
        ? undefined
        : sorted.map((block) => block.state).reduceRight((right, left) => merge(left, right));
    },
  };
}
