/** @file What the command line promises of a probing job: two workers are faster than one, and memory does not grow with images. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { median } from './compare.mjs';
import { root } from './library.mjs';

const shared = join(root, '../shared');
const cli = join(root, 'apps/cli/bin/ventral.mjs');

/** Runs `ventral probe` over many pictures. quick: a tenth of them. */
export async function measurePromises(quick) {
  const hasShared = existsSync(shared);
  const model = hasShared ? join(shared, 'models/squeezenet1_1/squeezenet1_1.onnx') : 'ventralnet:untrained';
  const work = mkdtempSync(join(tmpdir(), 'ventral-bench-'));
  const share = quick ? 0.1 : 1;
  try {
    const nImages = 400 * share;
    const speeds = { 1: [], 2: [] };
    for (let round = 0; round < (quick ? 1 : 3); round++)
      for (const workers of [1, 2]) speeds[workers].push((await probe(nImages, workers)).imagesPerS);
    const memory = [];
    for (const n of [200 * share, 2000 * share]) memory.push({ images: n, peak_mb: (await probe(n, 2)).peakMb });
    return {
      model: hasShared ? 'squeezenet1_1' : model,
      workers: {
        images: nImages,
        images_per_s: { 1: median(speeds[1]), 2: median(speeds[2]) },
        ratio: median(speeds[1].map((one, i) => speeds[2][i] / one)),
        target: 1.8,
      },
      memory: { runs: memory, growth: memory[1].peak_mb / memory[0].peak_mb, target: 1.1 },
    };
  } finally {
    rmSync(work, { recursive: true, force: true });
  }

  /** One `ventral probe --json`: images per second between its first word of progress (workers are ready) and its last. */
  async function probe(nImages, workers) {
    const stimuli = pictures(nImages);
    const peakFile = join(work, 'peak');
    const child = spawn(
      process.execPath,
      [
        ...['--import', new URL('./peak-memory.mjs', import.meta.url).href, cli],
        ...['probe', model, '--stimuli', stimuli, '--workers', String(workers), '--out', join(work, 'out'), '--json'],
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, VENTRAL_PEAK_FILE: peakFile } },
    );
    const ended = once(child, 'close');
    const progress = [];
    let said = '';
    for await (const line of createInterface({ input: child.stderr })) {
      said += `${line}\n`;
      if (line.startsWith('{"event":"progress"')) progress.push({ at: performance.now(), nDone: JSON.parse(line).n_done });
    }
    const [status] = await ended;
    if (status !== 0 || progress.length < 2) throw new Error(`ventral probe ended with ${status}: ${said.slice(-2000)}`);
    const [first, last] = [progress[0], progress.at(-1)];
    return {
      imagesPerS: (1000 * (last.nDone - first.nDone)) / (last.at - first.at),
      peakMb: Number(readFileSync(peakFile, 'utf8')) / 1000,
    };
  }

  /** A folder of n pictures: the shared photographs, or drawn ones, again and again under new names. */
  function pictures(n) {
    const folder = join(work, `images-${n}`);
    if (existsSync(folder)) return folder;
    mkdirSync(folder);
    let source = join(shared, 'photos');
    if (!hasShared) {
      source = join(work, 'drawn');
      if (!existsSync(source)) spawnSync(process.execPath, [cli, 'stimuli', 'dead-leaves', '--out', source]);
    }
    const files = readdirSync(source)
      .filter((file) => extname(file) === '.png')
      .sort();
    for (let i = 0; i < n; i++)
      copyFileSync(join(source, files[i % files.length]), join(folder, `${String(i).padStart(5, '0')}.png`));
    return folder;
  }
}
