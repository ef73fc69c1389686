/**
 * @file `npm run bench`: what is promised about speed and memory, beside the engines that do the same work. What is compared runs
 * in turns (A B A B …) and median ratios are printed, because machines are noisy. Prints tables, writes results/bench.json. Not a
 * test: a missed target fails nothing, a wrong answer is shown in the place of a time.
 *
 * Options: --networks vgg16,ventralnet · --sections forward,threads,probing,electrode,training,promises · --quick · --browser (Chromium
 * instead of Node, forward only)
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
import { electrodeFile, electrodeNames } from './physiology.mjs';
import { measurePromises } from './promises.mjs';
import { summaries } from './summary.mjs';
import { promisesTable, tables } from './tables.mjs';
import { descriptionFile, taughtNames } from './training.mjs';

/** Sections that run network by network, and the networks that they are about. */
const networksOf = {
  forward: networkNames,
  threads: networkNames,
  probing: networkNames,
  electrode: electrodeNames,
  training: taughtNames,
};
/** Where a section has its networks from. */
const files = { electrode: electrodeFile, training: descriptionFile };
const allSections = [...Object.keys(networksOf), 'promises'];

const { values: options } = parseArgs({
  options: {
    networks: { type: 'string', default: [...networkNames, ...taughtNames].join(',') },
    sections: { type: 'string', default: allSections.join(',') },
    quick: { type: 'boolean', default: false },
    browser: { type: 'boolean', default: false },
  },
});
const networks = chosen(options.networks, [...networkNames, ...taughtNames], 'networks');
const sections = chosen(options.sections, allSections, 'sections');
const effort = options.quick ? 'quick' : 'full';

installPeers();
await buildLibrary();

const result = { cores: cpus().length, cpu: cpus()[0]?.model, node: process.version, effort, networks: {} };
console.log(`${result.cpu} · ${result.cores} cores · Node ${result.node}${options.quick ? ' · quick' : ''}`);
const outFile = join(root, 'results', options.browser ? 'bench-browser.json' : 'bench.json');
mkdirSync(join(root, 'results'), { recursive: true });
const save = () => writeFileSync(outFile, `${JSON.stringify(result, null, 2)}\n`);

const networksFor = (section) => networksOf[section].filter((name) => networks.includes(name));
if (options.browser) await benchInBrowser(networksFor('forward'), effort, show);
else {
  for (const section of Object.keys(networksOf).filter((name) => sections.includes(name))) {
    for (const name of networksFor(section)) {
      const file = await (files[section] ?? networkFile)(name);
      show(name, section, inProcess(file, section));
    }
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
  console.log(tables[section](name, measured));
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
