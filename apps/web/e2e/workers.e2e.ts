/** @file Workers that die: whatever way they end, the page names the stimulus they were at and can go on. */
import { hasShared, shared } from '@ventral/testkit';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath, untilOpen, untilProbed, useBrowser } from './browser.ts';

/** Remembers the page's workers, so that a test can end them from outside. */
const rememberWorkers = (page: Page) =>
  page.addInitScript(() => {
    const made: Worker[] = [];
    const Original = Worker;
    Object.assign(globalThis, {
      made,
      Worker: class extends Original {
        constructor(...parameters: ConstructorParameters<typeof Worker>) {
          super(...parameters);
          made.push(this);
        }
      },
    });
  });

/** The worker that probes, not the one that shows. */
const prober = (page: Page) => page.workers().find((worker) => /\/worker-[^/]*\.js$/.test(worker.url()))!;

describe.skipIf(!chromiumPath || !hasShared)('a worker that probes ends in the middle of a run', () => {
  const { visit } = useBrowser();

  test.each([
    ['by close(), of which Chromium tells nobody', async (page: Page) => prober(page).evaluate(() => close())],
    [
      'by terminate()',
      async (page: Page) => page.evaluate(() => (globalThis as unknown as { made: Worker[] }).made.at(-1)!.terminate()),
    ],
    [
      'by an error that nobody caught',
      async (page: Page) =>
        prober(page).evaluate(
          () =>
            void setTimeout(() => {
              throw new Error('sabotage');
            }),
        ),
    ],
  ])('%s: the page names the stimulus at once and offers to retry', async (_, end) => {
    const { page } = await visit('', {}, rememberWorkers);
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    await page.locator('input[type=file]').nth(1).setInputFiles(shared('datasets/cifar10/test.zip'));
    await page.getByRole('button', { name: /^Probe 10,000 pictures/ }).click();
    // Long enough that the second worker, which opens after the first, is at work too.
    await expect
      .poll(async () => Number(await page.locator('progress').getAttribute('value')), { timeout: 30_000 })
      .toBeGreaterThan(300);
    const started = performance.now();
    await end(page);
    await page.locator('.probe.is-failed').waitFor({ timeout: 20_000 });
    // The heartbeat would take 30 s.
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await page.locator('.probe.is-failed').innerText()).toMatch(
      /The probe stopped\. worker [12] of \d+ died while processing stimulus ".+\.jpe?g"/,
    );
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect
      .poll(async () => Number(await page.locator('progress').getAttribute('value')), { timeout: 30_000 })
      .toBeGreaterThan(8);
    await page.close();
  });
});

describe.skipIf(!chromiumPath)('the worker that shows ends', () => {
  const { visit } = useBrowser();

  test('the page says so, and Retry opens the network again', async () => {
    const { page } = await visit('', {}, rememberWorkers);
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    const viewer = page.workers().find((worker) => /\/viewer-[^/]*\.js$/.test(worker.url()))!;
    await viewer.evaluate(() => close());
    await expect.poll(() => page.locator('.failure p').innerText()).toMatch(/The worker that shows this network stopped/);
    await page.locator('.failure').getByRole('button', { name: 'Retry' }).click();
    await page.locator('.failure').waitFor({ state: 'detached' });
    await page.locator('.card', { hasText: 'block2.relu1' }).click();
    await expect.poll(() => page.locator('.grid').getAttribute('aria-label')).toContain('64 feature maps of block2.relu1');
    await page.close();
  });
});
