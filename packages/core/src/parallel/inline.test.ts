import { describe, expect, it } from 'vitest';
import { isInputError } from '../errors.ts';
import { createInline } from './inline.ts';
import { createTreeReducer } from './reducer.ts';
import type { Progress } from './task.ts';
import { mergeSums, openSums, roughNumbers, type SumItem } from './test-session.ts';

const never = () => {
  throw new Error('must not end this thread');
};
const items = (n: number): SumItem[] => roughNumbers(n, 7).map((value) => ({ value }));
const describeItem = ({ value }: SumItem) => `number ${Math.round(value)}`;
const withFault = (n: number, at: number, fault: NonNullable<SumItem['fault']>) =>
  items(n).map((item, i) => (i === at ? { value: 42, fault } : item));

describe('createInline', () => {
  it('n=21 gives the tree sum of the chunks, the count and the progress', async () => {
    const progress: Progress[] = [];
    const result = await createInline(openSums(never)).run({
      setup: { scale: 3 },
      items: items(21),
      merging: mergeSums,
      onProgress: (p) => progress.push(p),
    });
    const sums = [0, 8, 16].map((begin) =>
      items(21)
        .slice(begin, begin + 8)
        .reduce((sum, { value }) => sum + value * 3, 0),
    );
    expect(result).toEqual({
      state: new Float64Array([sums[0]! + sums[1]! + sums[2]!, 21]),
      total: { nSummed: 21, nOpened: 1, told: ['1 undefined'] },
      nDone: 21,
      failures: [],
    });
    expect(progress).toEqual(Array.from({ length: 21 }, (_, i) => ({ nDone: i + 1, nItems: 21, nFailed: 0 })));
  });

  it('n=40 merges along the tree of the reducer, whose left fold differs', async () => {
    const scale = 0.1;
    const reducer = createTreeReducer<Float64Array>(mergeSums.merge);
    const chunks: Float64Array[] = [];
    for (let index = 0; index < 40; index++) {
      const chunk = items(320).slice(index * 8, index * 8 + 8);
      chunks.push(new Float64Array([chunk.reduce((sum, { value }) => sum + value * scale, 0), 8]));
      reducer.add({ level: 0, index, state: chunks[index]! });
    }
    const { state } = await createInline(openSums(never)).run({ setup: { scale }, items: items(320), merging: mergeSums });
    expect(state).toEqual(reducer.finish(40));
    expect(state).not.toEqual(chunks.reduce(mergeSums.merge));
  });

  it('a session that goes on using a state it gave away does no harm, as behind a worker border', async () => {
    const run = (fault?: 'reuse') =>
      createInline(openSums(never)).run({ setup: { scale: 1, ...(fault && { fault }) }, items: items(40), merging: mergeSums });
    expect(await run('reuse')).toEqual(await run());
  });

  it('lists unusable items in order and counts the others', async () => {
    const some = items(20).map((item, i) => (i % 9 === 1 ? { value: i, fault: 'unusable' as const } : item));
    const progress: Progress[] = [];
    const result = await createInline(openSums(never)).run({
      setup: { scale: 1 },
      items: some,
      merging: mergeSums,
      onProgress: (p) => progress.push(p),
    });
    expect(result.failures).toEqual([
      { itemIndex: 1, message: '1 is not a picture' },
      { itemIndex: 10, message: '10 is not a picture' },
      { itemIndex: 19, message: '19 is not a picture' },
    ]);
    expect([result.nDone, result.state![1], result.total!.nSummed]).toEqual([20, 17, 17]);
    expect(progress.at(-1)).toEqual({ nDone: 20, nItems: 20, nFailed: 3 });
  });

  it.each([0, 3])('%i unusable items alone have no state and no total', async (n) => {
    const some = items(n).map(({ value }) => ({ value, fault: 'unusable' as const }));
    const result = await createInline(openSums(never)).run({ setup: { scale: 1 }, items: some, merging: mergeSums });
    expect([result.state, result.total, result.nDone, result.failures.length]).toEqual([undefined, undefined, n, n]);
  });

  it('strict ends at the first unusable item with an InputError', async () => {
    const run = createInline(openSums(never)).run({
      setup: { scale: 1 },
      items: withFault(20, 10, 'unusable'),
      merging: mergeSums,
      describe: describeItem,
      strict: true,
    });
    const error = await run.catch((e: unknown) => e);
    expect(isInputError(error)).toBe(true);
    expect(error).toMatchObject({ message: 'number 42 (item 10): 42 is not a picture' });
  });

  it.each([
    ['throw', 'this thread failed while processing number 42 (item 10): RangeError: index 7 is out of bounds'],
    ['trap', 'this thread failed while processing number 42 (item 10): RuntimeError: unreachable'],
  ] as const)('%s rejects and names the item', async (fault, message) => {
    const run = createInline(openSums(never)).run({
      setup: { scale: 1 },
      items: withFault(20, 10, fault),
      merging: mergeSums,
      describe: describeItem,
    });
    await expect(run).rejects.toMatchObject({ name: 'Error', message });
  });

  it.each([
    ['open', 'this thread failed while opening the job: TypeError: no such kernel'],
    ['openUnusable', 'openSums: not a network.'],
    ['endChunk', 'this thread failed while ending chunk 0: RangeError: no snapshot'],
    [
      'view',
      'this thread failed while ending chunk 0: Error: endChunk: state is a view of 16 bytes on a memory of 8000 bytes, all of which would be posted. Return a slice() of it.',
    ],
  ] as const)('setup %s rejects and says where', async (fault, message) => {
    const run = createInline(openSums(never)).run({ setup: { scale: 1, fault }, items: items(9), merging: mergeSums });
    await expect(run).rejects.toMatchObject({ message });
  });

  it('an abort takes effect before the next item and carries the progress', async () => {
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 25);
    const run = createInline(openSums(never)).run({
      setup: { scale: 1, busyMs: 10 },
      items: items(50),
      merging: mergeSums,
      signal: controller.signal,
    });
    const error = await run.catch((e: unknown) => e as { name: string; progress: Progress; message: string });
    if (!('progress' in error)) throw new Error('the job was not cancelled');
    expect(error.name).toBe('AbortError');
    expect(error.progress.nDone).toBeGreaterThanOrEqual(1);
    expect(error.progress.nDone).toBeLessThan(10);
    expect(error.message).toBe(`The job was cancelled after ${error.progress.nDone} of 50 items.`);
  });

  it('close ends a running job and refuses the next', async () => {
    const runner = createInline(openSums(never));
    const job = { setup: { scale: 1, busyMs: 5 }, items: items(50), merging: mergeSums };
    const running = runner.run(job);
    setTimeout(() => runner.close(), 10);
    await expect(running).rejects.toThrow('createInline: the runner was closed. Make a new one.');
    await expect(runner.run(job)).rejects.toThrow('createInline: the runner was closed. Make a new one.');
  });
});
