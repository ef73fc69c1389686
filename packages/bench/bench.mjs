/**
 * @file `npm run bench`: what is promised about speed and memory, measured on the built command line. Each comparison runs
 * alternately (A B A B …) and its median ratio is printed, because machines are noisy; absolute figures stand beside it.
 * Prints a table and writes results/bench.json. Not a test: nothing here fails.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const shared = join(root, '../shared');
const hasShared = existsSync(shared);
const model = hasShared ? join(shared, 'models/squeezenet1_1/squeezenet1_1.onnx') : 'ventralnet:untrained';
const work = mkdtempSync(join(tmpdir(), 'ventral-bench-'));
const ventral = (...args) =>
  spawnSync(process.execPath, [join(root, 'apps/cli/bin/ventral.mjs'), ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });

try {
  const rounds = 3;
  const few = pictures(400);
  const speeds = { 1: [], 2: [] };
  for (let round = 0; round < rounds; round++)
    for (const workers of [1, 2]) speeds[workers].push(probe(few, workers).images_per_s);
  const ratios = speeds[1].map((one, i) => speeds[2][i] / one);

  const memory = [200, 2000].map((n) => ({ images: n, peak_mb: probe(pictures(n), 2).peak_mb }));

  const result = {
    model: hasShared ? 'squeezenet1_1' : model,
    cores: cpus().length,
    node: process.version,
    workers: { images: 400, images_per_s: { 1: median(speeds[1]), 2: median(speeds[2]) }, ratio: median(ratios), target: 1.8 },
    memory: { runs: memory, growth: memory[1].peak_mb / memory[0].peak_mb, target: 1.1 },
  };
  const line = (what, measured, target) => console.log(`${what.padEnd(44)} ${measured.padEnd(34)} ${target}`);
  console.log(`${result.model} · ${result.cores} cores · Node ${result.node}\n`);
  line('measure', 'measured', 'target');
  line(
    'probing 400 images, --workers 2 over 1',
    `${result.workers.ratio.toFixed(2)}× (${result.workers.images_per_s[1].toFixed(1)} → ${result.workers.images_per_s[2].toFixed(1)} images/s)`,
    '≥ 1.80×',
  );
  line(
    'peak memory of 2,000 images over 200',
    `${result.memory.growth.toFixed(3)}× (${memory[0].peak_mb.toFixed(0)} → ${memory[1].peak_mb.toFixed(0)} MB)`,
    '≤ 1.100×',
  );
  mkdirSync(join(root, 'results'), { recursive: true });
  writeFileSync(join(root, 'results/bench.json'), `${JSON.stringify(result, null, 2)}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** A folder of n pictures: the shared photographs, or drawn ones, again and again under new names. */
function pictures(n) {
  const folder = join(work, `images-${n}`);
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  let source = join(shared, 'photos');
  if (!hasShared) {
    source = join(work, 'drawn');
    if (!existsSync(source)) ventral('stimuli', 'dead-leaves', '--out', source);
  }
  const files = readdirSync(source)
    .filter((file) => extname(file) === '.png')
    .sort();
  for (let i = 0; i < n; i++)
    copyFileSync(join(source, files[i % files.length]), join(folder, `${String(i).padStart(5, '0')}.png`));
  return folder;
}

/** One run of `ventral probe`; its last line of JSON says how fast and how large it was. */
function probe(stimuli, workers) {
  const run = ventral('probe', model, '--stimuli', stimuli, '--workers', String(workers), '--out', join(work, 'out'), '--json');
  if (run.status !== 0) throw new Error(`ventral probe ended with ${run.status}: ${run.stderr.slice(-2000)}`);
  return JSON.parse(run.stdout);
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}
