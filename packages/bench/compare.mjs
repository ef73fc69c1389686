/** @file Timing things that are compared: in turns (A B A B …), medians, and only after their answers agree. Runs in Node and in pages. */

/** How far apart two engines' answers may be, in shares of the largest |y|. */
export const tolerance = 1e-3;

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Largest |a − b| as a share of the largest |b|; NaN if either has one, or if the lengths differ. */
export function worstError(a, b) {
  if (a.length !== b.length) return Number.NaN;
  let error = 0;
  let largest = 0;
  for (let i = 0; i < b.length; i++) {
    if (Number.isNaN(a[i] - b[i])) return Number.NaN;
    error = Math.max(error, Math.abs(a[i] - b[i]));
    largest = Math.max(largest, Math.abs(b[i]));
  }
  return error / largest;
}

/**
 * Runs until times settle: WebAssembly engines replace their first, quickly made code while it runs.
 * @returns {Promise<number>} milliseconds of the fastest run
 */
async function settle(run, { leastMs, mostMs }) {
  const started = performance.now();
  let best = Number.POSITIVE_INFINITY;
  for (let calm = 0; calm < 3 || performance.now() - started < leastMs; ) {
    const start = performance.now();
    await run();
    const ms = performance.now() - start;
    calm = ms < 0.97 * best ? 0 : calm + 1;
    best = Math.min(best, ms);
    if (performance.now() - started > mostMs) break;
  }
  return best;
}

/** Effort: a turn lasts at least turnMs; as many rounds as fit into budgetMs, within limits. */
export const efforts = {
  full: { leastMs: 3000, mostMs: 15_000, turnMs: 300, budgetMs: 20_000, rounds: [5, 11] },
  quick: { leastMs: 300, mostMs: 2000, turnMs: 60, budgetMs: 4000, rounds: [3, 5] },
};

/**
 * Milliseconds of one call of each function in each round: `result[name][round]`. One function after the other, round by round,
 * so that what else the machine does falls on all of them.
 */
export async function alternate(functions, effort) {
  const names = Object.keys(functions);
  const calls = {};
  let roundMs = 0;
  for (const name of names) {
    const ms = await settle(functions[name], effort);
    calls[name] = Math.max(1, Math.round(effort.turnMs / ms));
    roundMs += calls[name] * ms;
  }
  const [least, most] = effort.rounds;
  const rounds = Math.min(most, Math.max(least, Math.floor(effort.budgetMs / roundMs)));
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const start = performance.now();
      for (let i = 0; i < calls[name]; i++) await functions[name]();
      times[name].push((performance.now() - start) / calls[name]);
    }
  }
  return times;
}

/** Median over the rounds of other / own. */
export const ratioOf = (other, own) => median(other.map((ms, round) => ms / own[round]));

/**
 * Times a forward pass of each engine and checks what they answer against the first one's.
 * @returns {Promise<{ times: Record<string, number[]>, errors: Record<string, number> }>} ms per image; an engine whose answer
 *   is wrong has an error above the tolerance and no times.
 */
export async function compareEngines(engines, batch, effort) {
  const errors = {};
  let expected;
  for (const [name, engine] of Object.entries(engines)) {
    const y = await engine.run();
    expected ??= Float32Array.from(y);
    errors[name] = worstError(y, expected);
  }
  const right = Object.keys(engines).filter((name) => errors[name] <= tolerance);
  const times = await alternate(Object.fromEntries(right.map((name) => [name, engines[name].run])), effort);
  for (const name of right) times[name] = times[name].map((ms) => ms / batch);
  return { times, errors };
}

/** A synthetic picture batch, n c h w: noise in −2 … 2, the same on every machine. */
export function noiseInput(shape) {
  let state = 1;
  return Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 30 - 2;
  });
}

/** n c h w → n h w c. */
export function channelsLast(data, [n, c, h, w]) {
  const result = new Float32Array(data.length);
  for (let i = 0; i < n; i++)
    for (let channel = 0; channel < c; channel++)
      for (let at = 0; at < h * w; at++) result[(i * h * w + at) * c + channel] = data[(i * c + channel) * h * w + at];
  return result;
}
