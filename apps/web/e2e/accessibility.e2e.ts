/** @file axe-core on the page in both languages and both themes, with results, tables and errors on it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath, untilOpen, untilProbed, useBrowser } from './browser.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** Runs axe on what is shown. */
async function expectNothingSerious(page: Page): Promise<void> {
  await page.evaluate(axe);
  const { violations, passes } = await page.evaluate(() =>
    (window as unknown as { axe: { run(options: RunOptions): Promise<AxeResults> } }).axe.run({
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    }),
  );
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
  expect(serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`)).toEqual([]);
  expect(passes.map(({ id }) => id)).toContain('color-contrast');
}

describe.skipIf(!chromiumPath)('axe finds nothing serious', () => {
  const { visit } = useBrowser();
  const looks = [
    ['en', 'light'],
    ['en', 'dark'],
    ['ko', 'light'],
    ['ko', 'dark'],
  ] as const;

  test.each(looks)('lang=%s theme=%s', async (lang, theme) => {
    const { page } = await visit(`#lang=${lang}&theme=${theme}`);
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    await page.locator('.chart svg .mark-symbol path').first().waitFor();
    await page.locator('.folded summary').first().click();
    await page
      .locator('input[type=file]')
      .nth(0)
      .setInputFiles({ name: 'notes.md', mimeType: '', buffer: Buffer.from('hello') });
    await page.locator('.failure').waitFor();
    await expectNothingSerious(page);
    await page.close();
  });

  test.each(looks)('the lesson when it is over, lang=%s theme=%s', async (lang, theme) => {
    const { page } = await visit(`#lang=${lang}&theme=${theme}&view=learn&pictures=128&epochs=1`);
    await page.locator('.sheet canvas').first().waitFor();
    await page.locator('.run button.main').click();
    await page.locator('.run .probe.is-done').waitFor({ timeout: 120_000 });
    await page.locator('.chart svg').waitFor();
    await expectNothingSerious(page);
    await page.close();
  });
});
