/** @file The layer rules of the house: imports point from a later room to an earlier one, by name, without circles. */

/** What each room may import, in the order the data passes through them. The apps may import all. */
const layers = {
  kernels: [],
  core: ['kernels'],
  formats: ['kernels', 'core'],
  stimuli: ['kernels', 'core'],
  probe: ['kernels', 'core', 'stimuli'],
  cortex: ['kernels', 'core', 'probe'],
  charts: ['kernels', 'core', 'probe', 'cortex'],
};

const tests = '(\\.test\\.ts$|/e2e/|/bench/|/test/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...Object.entries(layers).map(([room, allowed]) => ({
      name: `layer-${room}`,
      comment: `packages/${room} may import ${allowed.join(', ') || 'no other room'}; its tests testkit as well.`,
      severity: 'error',
      from: { path: `^packages/${room}/`, pathNot: tests },
      to: { path: '^(packages|apps)/', pathNot: `^packages/(${[room, ...allowed].join('|')})/` },
    })),
    ...Object.entries(layers).map(([room, allowed]) => ({
      name: `layer-${room}-tests`,
      severity: 'error',
      from: { path: `^packages/${room}/.*${tests}` },
      to: { path: '^(packages|apps)/', pathNot: `^packages/(${[room, ...allowed, 'formats', 'testkit'].join('|')})/` },
    })),
    {
      name: 'apps-apart',
      comment: 'An app never imports another app.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'by-name',
      comment: 'Across rooms: import @ventral/NAME, never a relative path.',
      severity: 'error',
      from: { path: '^(packages|apps)/([^/]+)/' },
      to: { path: '^(packages|apps)/', pathNot: '^$1/$2/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-circles',
      comment: 'A circle means that something lies in the wrong layer: move it down. Types count.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'comlink-behind-the-pool',
      severity: 'error',
      from: { path: '^packages/', pathNot: ['^packages/core/src/parallel/', '/test-[^/]*\\.mjs$'] },
      to: { path: 'node_modules/comlink/' },
    },
    {
      name: 'node-at-the-edge',
      comment: 'The rooms run in browsers too: only the command line, tools and tests see Node.',
      severity: 'error',
      from: {
        path: '^(packages|apps)/',
        pathNot: ['^apps/cli/', '^packages/(tooling|testkit|bench)/', '\\.mjs$', 'vite\\.config\\.ts$', tests],
      },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'resolvable',
      comment: 'The peers of the benchmark are installed only when it runs.',
      severity: 'error',
      from: { path: '^(packages|apps)/', pathNot: '^packages/bench/' },
      // WebAssembly is built at set-up, and named with a bundler's suffix.
      to: { couldNotResolve: true, pathNot: '\\.wasm(\\?|$)' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|apps)/[^/]+/(dist|build|assembly)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'types', 'node', 'default'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
