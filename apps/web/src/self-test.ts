/**
 * @file The page without its views, for browsers that no test can drive: `?stimuli=a.png,b.png&post=result#self-test` fetches
 * the pictures from its own server, probes the built-in network over them in workers, and posts the tables as CSV.
 */
import { createPool } from '@ventral/core';
import { writeCsv } from '@ventral/formats';
import { wrap } from 'comlink';
import type { Viewer } from './facts.ts';
import { probeJob } from './probe-job.ts';
import { type NetworkSource, sortFiles } from './sources.ts';
import { spawnProber, spawnViewer } from './workers.ts';

/** What is posted: tables by name, or what went wrong. */
export type SelfTestResult = { readonly tables: Readonly<Record<string, string>> } | { readonly error: string };

export async function selfTest(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const result = await probe((query.get('stimuli') ?? '').split(',')).catch((error: unknown) => ({ error: String(error) }));
  const text = JSON.stringify(result satisfies SelfTestResult);
  document.body.textContent = text;
  const to = query.get('post');
  if (to) await fetch(to, { method: 'POST', body: text });
}

async function probe(urls: readonly string[]): Promise<SelfTestResult> {
  const found = await Promise.all(
    urls.map(async (url) => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`selfTest: ${url} gave ${response.status}.`);
      const path = decodeURIComponent(url.split('/').at(-1)!);
      return { path, file: new File([await response.arrayBuffer()], path) };
    }),
  );
  const { stimuli } = await sortFiles(found);
  const source: NetworkSource = { kind: 'builtin', name: 'ventralnet:untrained' };
  const viewer = wrap<Viewer>(spawnViewer().endpoint as never);
  const facts = await viewer.open(source);
  const pool = createPool({ spawn: spawnProber, nWorkers: 2 });
  const { state, total, nDone, failures } = await pool.run(probeJob(source, facts, stimuli));
  pool.close();
  if (!state || !total) throw new Error(`selfTest: none of the pictures could be used. The first: ${failures[0]?.message}`);
  await viewer.keep({ state, total, nImages: nDone - failures.length });
  const tables = await viewer.tables(facts.defaultFovDeg);
  return { tables: Object.fromEntries(tables.map((table) => [table.name, writeCsv(table).text])) };
}
