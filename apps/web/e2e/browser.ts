/** @file What the browser tests share: the built page on a server with a sub-path, a Chromium, and what the page did wrong. */
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromiumFlags, findChromium } from '@ventral/tooling/browser';
import { serve } from '@ventral/tooling/serve';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';

export { chromiumFlags };
export const chromiumPath = findChromium();

const repository = fileURLToPath(new URL('../../../', import.meta.url));

/** Runs the built command line. */
export async function ventral(...args: string[]): Promise<void> {
  await promisify(execFile)(process.execPath, [`${repository}apps/cli/bin/ventral.mjs`, ...args], { cwd: repository });
}

export interface Visit {
  readonly page: Page;
  /** Errors of the console, uncaught errors, failed requests and requests to anywhere else, as they came. */
  readonly wrongs: string[];
}

/** Serves the page from a sub-path and starts Chromium for a file of tests. `files`: address below the page → file. */
export function useBrowser(files: Readonly<Record<string, string>> = {}) {
  let server: { url: string; close(): Promise<void> };
  let browser: Browser;
  beforeAll(async () => {
    const answer = (request: IncomingMessage, response: ServerResponse) => {
      const file = files[new URL(request.url ?? '', 'http://localhost').pathname.replace('/some/where/', '')];
      if (!file || !existsSync(file)) return false;
      response.writeHead(200);
      createReadStream(file).pipe(response);
      return true;
    };
    server = await serve({ base: '/some/where/', handle: answer });
    browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });
  return {
    url: () => server.url,
    async visit(path = '', options: BrowserContextOptions = {}, before?: (page: Page) => Promise<unknown>): Promise<Visit> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-US', ...options });
      const wrongs: string[] = [];
      page.on('console', (message) => message.type() === 'error' && wrongs.push(`console: ${message.text()}`));
      page.on('pageerror', (error) => wrongs.push(`uncaught: ${error.message}`));
      page.on('requestfailed', (request) => wrongs.push(`failed: ${request.url()} ${request.failure()?.errorText}`));
      page.on('request', (request) => {
        const own = request.url().startsWith(server.url) || /^(blob|data):/.test(request.url());
        if (!own) wrongs.push(`left the page: ${request.url()}`);
      });
      await before?.(page);
      await page.goto(`${server.url}${path}`);
      return { page, wrongs };
    },
  };
}

/** Waits until the network of that name is open and its picture is shown. */
export async function untilOpen(page: Page, name: string): Promise<void> {
  await page.getByRole('heading', { level: 1, name, exact: true }).waitFor();
  await page.locator('.readout .response').filter({ hasText: /\d/ }).waitFor();
}

/** Waits until a probe run is over and gives its last words. */
export async function untilProbed(page: Page): Promise<string> {
  await page.locator('.probe.is-done, .probe.is-failed').waitFor({ timeout: 120_000 });
  return page.locator('.probe > span').innerText();
}

/** Drops files on the window as a drag from the desktop does. */
export async function drop(page: Page, paths: readonly string[], read: (path: string) => Promise<Buffer>): Promise<void> {
  const files = await Promise.all(
    paths.map(async (path) => ({ name: path.split('/').at(-1)!, base64: (await read(path)).toString('base64') })),
  );
  await page.evaluate(async (dropped) => {
    const transfer = new DataTransfer();
    for (const { name, base64 } of dropped) {
      transfer.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    }
    const event = (type: string) => new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true });
    window.dispatchEvent(event('dragover'));
    if (!document.querySelector('.drop')) await new Promise((resolve) => setTimeout(resolve, 100));
    if (!document.querySelector('.drop')) throw new Error('drop: the page does not say that files can be dropped.');
    window.dispatchEvent(event('drop'));
  }, files);
}
