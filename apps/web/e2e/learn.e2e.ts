/** @file The lesson in a real browser: a network learns, is stopped, starts again, is looked into; in both languages. */
import { readFile } from 'node:fs/promises';
import { readCsv } from '@ventral/formats';
import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { chromiumPath, untilOpen, useBrowser } from './browser.ts';

/** A short run: fewer drawings and epochs than the page proposes. */
const short = '#view=learn&pictures=1280&epochs=12';

/** Held-out drawings that are right, per cent: before the first step, and at the end of the last epoch. */
async function heldOut(page: Page): Promise<[before: number, now: number]> {
  const shares = await page.locator('.standing dd').allInnerTexts();
  return [Number.parseFloat(shares[1]!), Number.parseFloat(shares[2]!)];
}

/** The pixels of a sheet of kernels, as text. */
const sheet = (page: Page, index: number) =>
  page
    .locator('.kernels canvas')
    .nth(index)
    .evaluate((canvas) => (canvas as HTMLCanvasElement).toDataURL());

describe.skipIf(!chromiumPath)('a network learns in the page', () => {
  const { visit } = useBrowser();

  test('from chance to far above it, its curve and kernels change, and it opens in the rest of the page', async () => {
    const { page, wrongs } = await visit(short);
    await page.locator('.sheet canvas').first().waitFor();
    expect(await page.locator('.sheet li').count()).toBe(24);
    expect(await page.getByText('Drawings are drawings').innerText()).toMatch(/chance, 50 %/);
    const before = await sheet(page, 0);
    expect(await sheet(page, 1)).toBe(before);

    await page.getByRole('button', { name: 'Start', exact: true }).click();
    await page.locator('.probe.is-learning').waitFor({ timeout: 120_000 });
    const longestMs = await page.evaluate(async () => {
      let longest = 0;
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
      });
      observer.observe({ type: 'longtask' });
      await new Promise((resolve) => setTimeout(resolve, 2000));
      observer.disconnect();
      return longest;
    });
    expect(longestMs, 'longest task of the page while it learns, ms').toBeLessThan(200);
    await page.locator('.run .probe.is-done').waitFor({ timeout: 120_000 });
    const [chance, learned] = await heldOut(page);
    // 400 drawings: guessing lies within 50 ± 10 % in all but one of ten thousand runs.
    expect(Math.abs(chance - 50)).toBeLessThan(10);
    expect(learned).toBeGreaterThan(70);

    // The kernels are others than they were, and those of the start stand beside them.
    expect(await sheet(page, 0)).toBe(before);
    expect(await sheet(page, 1)).not.toBe(before);
    expect(Number.parseInt((await page.locator('.moved').innerText()).replace(/\D+/, ''), 10)).toBeGreaterThan(5);

    // 20 steps an epoch, a judgement before and after each epoch, two ends of the line of chance.
    await page.locator('.chart svg').waitFor();
    const menu = page.locator('.curve .export');
    await menu.locator('summary').click();
    const [download] = await Promise.all([page.waitForEvent('download'), menu.getByRole('button', { name: 'CSV' }).click()]);
    expect(download.suggestedFilename()).toBe('catdog_learning-curve.csv');
    const { columns, rows } = readCsv((await readFile(await download.path())).toString());
    const kinds = rows.map((row) => row[columns.indexOf('pictures')]);
    expect(['batch', 'held-out', 'chance'].map((kind) => kinds.filter((other) => other === kind).length)).toEqual([240, 13, 2]);
    // What is drawn last is what the table holds: each judgement in both panels.
    const drawn = page.locator('.chart svg [aria-roledescription=point]');
    await expect.poll(() => drawn.count()).toBe(26);

    expect(await page.locator('section', { hasText: 'has not seen' }).locator('.sheet li').count()).toBe(24);
    expect(await page.locator('.wrong').count()).toBe(12);
    await page.getByRole('button', { name: 'Look inside' }).click();
    await untilOpen(page, 'catdog');
    expect(await page.locator('.notice').innerText()).toContain('says nothing about photographs');
    expect(await page.locator('.predictions .class').allInnerTexts()).toEqual(expect.arrayContaining(['cat', 'dog']));
    expect(await page.getByLabel('Choose a picture').locator('option').count()).toBe(64);
    await page.goBack();
    await page.locator('.run .probe.is-done').waitFor();
    expect(wrongs).toEqual([]);
    await page.close();
  });

  test('stops within moments, keeps what it learned, and starts again from the beginning; in Korean', async () => {
    const { page, wrongs } = await visit('#view=learn&pictures=320&epochs=50&lang=ko');
    await page.getByRole('button', { name: '시작', exact: true }).click();
    await page.locator('.probe.is-learning').waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: '멈추기' }).click();
    expect(await page.locator('.probe.is-stopped').innerText()).toMatch(/250스텝 중 \d+스텝 뒤에 멈췄습니다/);
    await page.getByRole('button', { name: '안을 들여다보기' }).waitFor();
    const stopped = await sheet(page, 1);
    await page.getByRole('button', { name: '다시 시작' }).click();
    await page.locator('.probe.is-learning').waitFor({ timeout: 120_000 });
    expect(await page.getByRole('status').innerText()).toBe('신경망이 배우기 시작합니다.');
    await expect.poll(() => sheet(page, 1), { timeout: 60_000 }).not.toBe(stopped);
    await page.getByRole('button', { name: '멈추기' }).click();
    await page.locator('.probe.is-stopped').waitFor();
    expect(wrongs).toEqual([]);
    await page.close();
  });

  test('a setting is part of the address and kept within its limits', async () => {
    const { page } = await visit('#view=learn&epochs=0&seed=7');
    const setting = (name: string) => page.getByLabel(name, { exact: true });
    await setting('Epochs').waitFor();
    expect(await setting('Epochs').inputValue()).toBe('1');
    expect(await setting('Seed').inputValue()).toBe('7');
    await setting('Drawings').fill('640');
    await page.keyboard.press('Enter');
    // The address is written once a network is open.
    await expect.poll(() => page.url(), { timeout: 30_000 }).toMatch(/view=learn&pictures=640&epochs=1&seed=7/);
    await page.getByRole('button', { name: 'Explore' }).click();
    await untilOpen(page, 'ventralnet');
    await page.goBack();
    await setting('Epochs').waitFor();
    await page.close();
  });

  test('it fits a telephone: no sideways scrolling at 390 px', async () => {
    const { page } = await visit('#view=learn', { viewport: { width: 390, height: 844 } });
    await page.locator('.sheet canvas').first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.close();
  });
});
