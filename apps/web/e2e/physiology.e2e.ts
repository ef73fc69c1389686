/** @file The battery of gratings in the page: cancelled, run, its measures beside the cortex, its stimuli to look at. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, untilOpen, untilProbed, useBrowser } from './browser.ts';

describe.skipIf(!chromiumPath)('the battery of gratings on ventralnet', () => {
  const { visit } = useBrowser();
  let page: Page;
  let wrongs: string[];

  beforeAll(async () => {
    ({ page, wrongs } = await visit());
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
  });
  afterAll(() => page?.close());

  const start = (name: string) => page.locator('.battery').getByRole('button', { name, exact: true }).click();
  const chooser = () => page.getByLabel('More measures', { exact: true });
  const marks = () => page.locator('.chart [aria-roledescription="point"]').count();

  test('is cancelled within moments, and leaves nothing', async () => {
    expect(await chooser().count()).toBe(0);
    await start('Measure');
    await page
      .locator('.battery')
      .getByText(/^\d[\d,]* of [\d,]+ steps/)
      .waitFor({ timeout: 60_000 });
    const started = performance.now();
    await start('Cancel');
    expect(await page.locator('.battery.is-cancelled').innerText()).toMatch(/^Cancelled after [\d,]+ of [\d,]+ steps\./);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await page.getByRole('status').innerText()).toBe('Cancelled');
    expect(await chooser().count()).toBe(0);
  });

  test('without controls it runs to its end while the page stays free, and offers its measures', async () => {
    await page.getByLabel('with controls').uncheck();
    const longest = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let longestMs = 0;
          const observer = new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) longestMs = Math.max(longestMs, duration);
          });
          observer.observe({ type: 'longtask' });
          const box = document.querySelector('.battery')!;
          const end = new MutationObserver(() => {
            if (box.classList.contains('is-done') || box.classList.contains('is-failed')) resolve(longestMs);
          });
          end.observe(box, { attributes: true });
        }),
    );
    await start('Retry');
    await page.locator('.battery.is-done, .battery.is-failed').waitFor({ timeout: 400_000 });
    expect(await page.locator('.battery > span').first().innerText()).toMatch(/^Tuning measured in \d+ s\.$/);
    expect(await longest, 'longest task of the page meanwhile, ms').toBeLessThan(200);
    const names = await chooser().locator('option').allInnerTexts();
    expect(names).toEqual(expect.arrayContaining(['Circular variance', 'Peak spatial frequency', 'Surround suppression']));
  }, 420_000);

  test('a measure is drawn with a mark for each layer that has it, or a gap, beside the cells of V1', async () => {
    await chooser().selectOption({ label: 'Peak spatial frequency' });
    await page.getByRole('heading', { name: /^Peak spatial frequency along the network/ }).waitFor();
    await page.locator('.chart [aria-roledescription="point"]').first().waitFor();
    // Two medians of V1's cells stand beside the layers: activations and block ends.
    const layers = page.locator('.card .stage').filter({ hasText: /activation|block end/ });
    const gaps = page.locator('.chart [aria-roledescription="bar"][aria-label*="units"]');
    expect((await marks()) + (await gaps.count())).toBe((await layers.count()) + 2);
    expect(await page.locator('.area', { hasText: 'V1' }).innerText()).toMatch(/363 cells, grey in the chart/);
    expect(new URL(page.url()).hash).toContain('measure=peak_sf_cpd');
  });

  test('its table is among the others, and the ladder goes back to the charts there were', async () => {
    expect(await page.locator('.folded summary', { hasText: 'Tuning of every layer' }).count()).toBe(1);
    await page.getByRole('radio', { name: 'Sparseness' }).check();
    await page.getByRole('heading', { name: /^Sparseness along the network/ }).waitFor();
    expect(await chooser().inputValue()).toBe('');
  });

  test('another group adds its measures to those there are', async () => {
    await page.getByLabel('Probes', { exact: true }).selectOption({ label: 'Selectivity' });
    await start('Measure');
    await page.locator('.battery.is-done, .battery.is-failed').waitFor({ timeout: 120_000 });
    expect(await page.locator('.battery > span').first().innerText()).toMatch(/^Selectivity measured in \d+ s\.$/);
    const names = await chooser().locator('option').allInnerTexts();
    expect(names).toEqual(expect.arrayContaining(['Decoding of categories', 'Circular variance']));
    await chooser().selectOption({ label: 'Decoding of categories' });
    await page.getByRole('heading', { name: /^Decoding of categories along the network/ }).waitFor();
    // A row for each measure of both groups.
    expect(await page.locator('.folded summary', { hasText: 'What rises or falls with depth' }).count()).toBe(1);
    await page.getByLabel('Probes', { exact: true }).selectOption({ label: 'Tuning' });
    expect(await page.locator('.battery').getByRole('button', { name: 'Measure again', exact: true }).count()).toBe(1);
  }, 150_000);

  test('its stimuli are shown for the layer that is looked at, by keyboard', async () => {
    await page.getByText('Look at the stimuli').focus();
    await page.keyboard.press('Enter');
    await page.locator('.stimuli canvas').first().waitFor();
    expect(await page.locator('.stimuli canvas').count()).toBe(36);
    expect(await page.locator('.stimuli canvas').first().getAttribute('aria-label')).toMatch(
      /^orientation\/0+: diameter .*phase 0°/,
    );
    await page.getByLabel('Set', { exact: true }).selectOption('blank');
    await expect.poll(() => page.locator('.stimuli canvas').count()).toBe(1);
  });

  test('another network begins anew', async () => {
    await page.getByLabel('Built-in network').selectOption('digits');
    await untilOpen(page, 'digits');
    await expect.poll(() => page.locator('.battery.is-idle').count()).toBe(1);
    expect(await chooser().count()).toBe(0);
  });

  test('gradient ascent: a sheet of pictures for each layer, on a network of five', async () => {
    await page.getByLabel('Probes', { exact: true }).selectOption({ label: 'Visualisation' });
    await start('Measure');
    await page.locator('.battery.is-done, .battery.is-failed').waitFor({ timeout: 120_000 });
    expect(await page.locator('.battery > span').first().innerText()).toMatch(/^Visualisation measured in \d+ s\.$/);
    const sheets = page.locator('.visualisations figure');
    const captions = await sheets.locator('figcaption').allInnerTexts();
    expect(captions.at(-1)).toMatch(/^relu1 channels 0, 1, 2, 3, 4, 5$/);
    expect(await sheets.locator('img').last().getAttribute('alt')).toMatch(/^Gradient ascent for relu1, channels 0, 1/);
    // Two rows of six pictures of 5×5 px, enlarged 12 times, with gaps of 4.
    expect(
      await sheets
        .locator('img')
        .last()
        .evaluate((image: HTMLImageElement) => [image.naturalWidth, image.naturalHeight]),
    ).toEqual([6 * 64 + 4, 2 * 64 + 4]);
    expect(wrongs).toEqual([]);
  }, 150_000);
});
