/**
 * @file The page without its views, for browsers that no test can drive: `?task=task.json&post=result#self-test` reads a task
 * from its own server, resizes and probes the pictures it names, and posts what came out.
 */
import { createPool, preprocess } from '@ventral/core';
import { writeCsv } from '@ventral/formats';
import { wrap } from 'comlink';
import type { Viewer } from './facts.ts';
import { createPictureLoader } from './laboratory.ts';
import { probeJob } from './probe-job.ts';
import { type NetworkSource, type Stimulus, sortFiles } from './sources.ts';
import { spawnViewer, spawnWorker } from './workers.ts';

/** Addresses are relative to the page. */
export interface SelfTestTask {
  /** Pictures that the built-in network is probed with. */
  readonly stimuli: readonly string[];
  /** Pictures to resize, short side and square crop in px. */
  readonly resize: readonly { readonly picture: string; readonly short: number; readonly crop: number }[];
}

export interface SelfTestResult {
  /** Whether the page may share memory between workers. */
  readonly isIsolated: boolean;
  /** CSV text of every table, by name. */
  readonly tables: Readonly<Record<string, string>>;
  /** SHA-256 of the RGB bytes of each resized picture, hexadecimal. */
  readonly resized: readonly string[];
}

export async function selfTest(): Promise<void> {
  const query = new URLSearchParams(location.search);
  const result = await run(query.get('task') ?? '').catch((error: unknown) => ({ error: String(error) }));
  const text = JSON.stringify(result);
  document.body.textContent = text;
  await fetch(query.get('post') ?? '', { method: 'POST', body: text });
}

async function run(taskUrl: string): Promise<SelfTestResult> {
  const task: SelfTestTask = await (await fetched(taskUrl)).json();
  const resized: string[] = [];
  const load = createPictureLoader();
  for (const { picture, short, crop } of task.resize) {
    const recipe = {
      channels: 'RGB',
      scale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
      resize: { short, filter: 'bilinear' },
      crop,
    } as const;
    const values = preprocess(await load(await stimulusAt(picture)), recipe, { heightPx: crop, widthPx: crop });
    const digest = await crypto.subtle.digest('SHA-256', Uint8Array.from(values));
    resized.push(Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join(''));
  }
  return { isIsolated: crossOriginIsolated, tables: await probe(await Promise.all(task.stimuli.map(stimulusAt))), resized };
}

async function probe(pictures: readonly (Stimulus & { kind: 'file' })[]): Promise<Record<string, string>> {
  const { stimuli } = await sortFiles(pictures.map(({ id, file }) => ({ path: id, file })));
  const source: NetworkSource = { kind: 'builtin', name: 'ventralnet:untrained' };
  const viewer = wrap<Viewer>(spawnViewer().endpoint as never);
  const facts = await viewer.open(source);
  const pool = createPool({ spawn: spawnWorker, nWorkers: 2 });
  const { state, total, nDone, failures } = await pool.run(probeJob(source, facts, stimuli));
  pool.close();
  if (!state || !total) throw new Error(`selfTest: none of the pictures could be used. The first: ${failures[0]?.message}`);
  const fovDeg = facts.defaultFovDeg;
  const tables = [
    ...(await viewer.graphTables(fovDeg)),
    ...(await viewer.stimulusTables({ state, total, nImages: nDone - failures.length, fovDeg })),
  ];
  return Object.fromEntries(tables.map((table) => [table.name, writeCsv(table).text]));
}

async function stimulusAt(url: string): Promise<Stimulus & { kind: 'file' }> {
  const id = decodeURIComponent(url.split('/').at(-1)!);
  return { kind: 'file', id, file: new File([await (await fetched(url)).arrayBuffer()], id) };
}

async function fetched(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`selfTest: ${url} gave ${response.status}.`);
  return response;
}
