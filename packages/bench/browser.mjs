/** @file The forward comparison in Chromium: a page served from this machine runs the same engines as the Node benchmark. */
import { createReadStream } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { kernelsFolder, libraryFolder, peerFolders, root } from './library.mjs';
import { networkFile } from './networks.mjs';

/**
 * Times networks in a page, each in a fresh one.
 * @param {(name: string, section: 'forward', measured: unknown) => void} show called with each result
 */
export async function benchInBrowser(networks, effort, show) {
  const load = (file) => import(pathToFileURL(file).href);
  const { chromiumFlags, findChromium } = await load(join(root, 'packages/tooling/browser.mjs'));
  const { serve } = await load(join(root, 'packages/tooling/serve.mjs'));
  const { chromium } = createRequire(join(root, 'packages/tooling/package.json'))('playwright-core');
  const executablePath = findChromium();
  if (!executablePath) throw new Error('--browser needs Chromium. Set CHROME_PATH.');

  const folders = { library: libraryFolder, kernels: kernelsFolder, ...peerFolders };
  const here = fileURLToPath(new URL('./', import.meta.url));
  let file = '';
  const server = await serve({
    folder: here,
    handle(request, response) {
      const [, head, ...rest] = new URL(request.url, 'http://localhost').pathname.split('/');
      const inFolder = folders[head] ? join(folders[head], ...rest) : join(here, head);
      const path = head === 'network.onnx' ? file : inFolder;
      if (!/\.(onnx|m?js|wasm)$/.test(path)) return false;
      const type = path.endsWith('js')
        ? 'text/javascript'
        : path.endsWith('.wasm')
          ? 'application/wasm'
          : 'application/octet-stream';
      createReadStream(path)
        .on('error', () => response.writeHead(404).end())
        .on('open', () => response.writeHead(200, { 'content-type': type }))
        .pipe(response);
      return true;
    },
  });
  try {
    for (const name of networks) {
      file = await networkFile(name);
      const browser = await chromium.launch({ executablePath, args: chromiumFlags });
      try {
        const page = await browser.newPage();
        page.on('pageerror', (error) => console.error(`page: ${error.message}`));
        await page.goto(`${server.url}page.html`);
        await page.waitForFunction(() => 'benchForward' in globalThis);
        show(name, 'forward', await page.evaluate((chosen) => globalThis.benchForward(chosen), effort));
      } finally {
        await browser.close();
      }
    }
  } finally {
    await server.close();
  }
}
