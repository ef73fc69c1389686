/** @file A program that runs a job, closes its pool and should then end by itself; pool.test.ts bundles and starts it. */
import { createPool } from './pool.ts';
import { mergeSums, roughNumbers } from './test-session.ts';
import { spawnNodeWorker } from './test-spawn.mjs';

const pool = createPool({ spawn: () => spawnNodeWorker(new URL('worker.mjs', import.meta.url), { die: 'exit' }), nWorkers: 2 });
const items = roughNumbers(40, 7).map((value) => ({ value }));
const { total } = await pool.run({ setup: { scale: 1 }, items, merging: mergeSums });
const faulty = items.map((item, i) => (i === 20 ? { value: 0, fault: 'die' } : item));
const error = await pool.run({ setup: { scale: 1 }, items: faulty, merging: mergeSums }).catch((e) => e);
pool.close();
console.log(JSON.stringify({ nSummed: total.nSummed, error: error.message }));
