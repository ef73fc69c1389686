/**
 * @file Finds the browsers that tests drive: one named by the environment, one that is installed, one that can be fetched.
 * Starts no browser and knows no test.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';

/** Chromium's flags for tests: nothing leaves the machine, and root may start it. */
export const chromiumFlags = [
  '--headless',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--no-first-run',
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
];

const programFiles = [process.env.ProgramFiles, process.env['ProgramFiles(x86)'], process.env.LOCALAPPDATA].filter(Boolean);

const browsers = {
  chromium: {
    variable: 'CHROME_PATH',
    commands: [
      'chromium',
      'chromium-browser',
      'google-chrome',
      'google-chrome-stable',
      'microsoft-edge',
      'microsoft-edge-stable',
    ],
    places: [
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      '/Applications/Chromium.app/Contents/MacOS/Chromium',
      '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
      ...programFiles.flatMap((folder) => [
        join(folder, 'Google/Chrome/Application/chrome.exe'),
        join(folder, 'Chromium/Application/chrome.exe'),
        join(folder, 'Microsoft/Edge/Application/msedge.exe'),
      ]),
    ],
    package: 'chromium',
    download: playwrightShell,
  },
  firefox: {
    variable: 'FIREFOX_PATH',
    commands: ['firefox-esr', 'firefox'],
    places: [
      '/Applications/Firefox.app/Contents/MacOS/firefox',
      ...programFiles.map((folder) => join(folder, 'Mozilla Firefox/firefox.exe')),
    ],
    package: 'firefox-esr',
    download: () => null,
  },
};

/**
 * Path of an executable Chromium, Chrome or Edge: CHROME_PATH, then the usual places, then what Playwright can download, then
 * Debian's package (as root or with sudo that asks nothing). Fetching may take minutes the first time.
 *
 * @returns {string | null} null, with a line on stderr, if there is none.
 * @throws {Error} if CHROME_PATH names no file, or if there is none and CI is set.
 */
export function findChromium() {
  return find('chromium');
}

/** The same for Firefox: FIREFOX_PATH, the usual places, Debian's firefox-esr. @returns {string | null} */
export function findFirefox() {
  return find('firefox');
}

function find(name) {
  const browser = browsers[name];
  const named = process.env[browser.variable];
  if (named) {
    if (existsSync(named)) return named;
    throw new Error(`${browser.variable} must name a browser's executable, got "${named}", which does not exist.`);
  }
  const found = installed(browser) ?? browser.download() ?? aptGet(browser);
  if (found) return found;
  const line = `No ${name} found, and none could be fetched: tests that need it`;
  if (process.env.CI) throw new Error(`${line} cannot run, and CI needs them. Set ${browser.variable}.`);
  console.error(`${line} are skipped. Set ${browser.variable} to run them.`);
  return null;
}

function installed(browser) {
  const onPath = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((folder) => browser.commands.map((command) => join(folder, command)));
  return [...onPath, ...browser.places].find((path) => existsSync(path)) ?? null;
}

/** Playwright's headless shell: one that lies in its cache, else a download. */
function playwrightShell() {
  const cache =
    process.env.PLAYWRIGHT_BROWSERS_PATH ??
    {
      darwin: join(homedir(), 'Library/Caches/ms-playwright'),
      win32: join(process.env.LOCALAPPDATA ?? '', 'ms-playwright'),
    }[process.platform] ??
    join(homedir(), '.cache/ms-playwright');
  const cached = () => {
    if (!existsSync(cache)) return null;
    const files = readdirSync(cache, { recursive: true }).map(String);
    const shell = files.find((file) => /(^|[\\/])(chrome-)?headless[-_]shell(\.exe)?$/.test(file));
    return shell ? join(cache, shell) : null;
  };
  const before = cached();
  if (before) return before;
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  if (!attempt(process.execPath, [cli, 'install', 'chromium-headless-shell'], 120)) return null;
  return cached();
}

function aptGet(browser) {
  if (process.platform !== 'linux' || !existsSync('/usr/bin/apt-get')) return null;
  const sudo = process.getuid() === 0 ? [] : ['sudo', '-n'];
  if (sudo.length && !attempt('sudo', ['-n', 'true'], 5)) return null;
  const apt = (...args) => {
    const [command, ...rest] = [...sudo, 'apt-get', '-qq', ...args];
    return attempt(command, rest, 240);
  };
  if (!apt('update') || !apt('install', '--yes', '--no-install-recommends', browser.package)) return null;
  return installed(browser);
}

/** Whether a command ends well within a time. */
function attempt(command, args, seconds) {
  console.error(`Fetching a browser for tests: ${[command, ...args].join(' ')}`);
  try {
    execFileSync(command, args, {
      stdio: 'ignore',
      timeout: seconds * 1000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    return true;
  } catch {
    return false;
  }
}
