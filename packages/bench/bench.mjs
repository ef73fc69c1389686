/**
 * @file `npm run bench`: what is promised about speed and memory, beside the engines that do the same work. What is compared runs
 * in turns (A B A B …) and median ratios are printed, because machines are noisy. Prints tables, writes results/bench.json. Not a
 * test: a missed target fails nothing, a wrong answer is shown in the place of a time.
 *
 * Options: --networks vgg16,resnet18 · --sections forward,threads,probing,promises · --quick · --browser (Chromium instead of Node)
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchInBrowser } from './browser.mjs';
import { buildLibrary, peersInstalled, root } from './library.mjs';
import { networkFile, networkNames } from './networks.mjs';
import { measurePromises } from './promises.mjs';
import { summaries } from './summary.mjs';
import { forwardTable, probingTable, promisesTable, threadsTable } from './tables.mjs';

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: networkNames.join(',') },
    sections: { type: 'string', default: 'forward,threads,probing,promises' },
    quick: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
  },
});
const networks = chosen(options.networks, networkNames, 'networks');
const sections = chosen(options.sections, ['forward', 'threads', 'probing', 'promises'], 'sections');
const effort = options.quick ? 'quick' : 'full';

installPeers();
await buildLibrary();

const result = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version, effort, networks: {} };
console.log(`${result.cpu} · ${result.cores} cores · Node ${result.node}${options.quick ? ' · quick' : ''}`);
const outFile = join(root, 'results', options.browser ? 'bench-browser.json' : 'bench.json');
mkdirSync(join(root, 'results'), { recursive: true });
const save = () => writeFileSync(outFile, `${JSON.stringify(result, null, 2)}\n`);

if (options.browser) await benchInBrowser(networks, effort, show);
else {
  for (const section of ['forward', 'threads', 'probing'].filter((name) => sections.includes(name))) {
    for (const name of networks) show(name, section, inProcess(await networkFile(name), section));
  }
  if (sections.includes('promises')) {
    result.promises = await measurePromises(options.quick);
    console.log(promisesTable(result.promises));
  }
}
save();
console.log(`\nAll figures: ${outFile}`);

/** Keeps one section of one network and prints it. */
function show(name, section, measured) {
  result.networks[name] = { ...result.networks[name], [section]: summaries[section](name, measured) };
  save();
  console.log({ forward: forwardTable, threads: threadsTable, probing: probingTable }[section](name, measured));
}

/** One section of one network in a process of its own. */
function inProcess(file, section) {
  const script = fileURLToPath(new URL('./run-network.mjs', import.meta.url));
  const run = spawnSync(process.execPath, [script, file, section, effort], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.status !== 0)
    throw new Error(`${file}, ${section}: ended with ${run.status ?? run.signal}: ${run.stderr.slice(-2000)}`);
  return JSON.parse(run.stdout.trim().split('\n').at(-1));
}

/** The engines we are compared with: half a gigabyte, hence only here, and without install scripts. */
function installPeers() {
  const stamp = fileURLToPath(new URL('./node_modules/.installed', import.meta.url));
  const lock = readFileSync(new URL('./package-lock.json', import.meta.url), 'utf8');
  if (peersInstalled(stamp, lock)) return;
  console.error('Installing the engines to compare with, once (500 MB) …');
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const { status } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: fileURLToPath(new URL('./', import.meta.url)),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error('npm ci in packages/bench failed; the benchmark needs its peers.');
  writeFileSync(stamp, lock);
}

function chosen(list, known, what) {
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    console.error(`--${what}: unknown "${unknown}". Known: ${known.join(', ')}.`);
    process.exit(2);
  }
  return names;
}
