/** @file The main job in the page: a real network, real photographs, run, cancel, retry, export; the same bytes as `ventral`. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { records } from '@ventral/probe';
import { hasShared, shared } from '@ventral/testkit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumPath, drop, untilOpen, untilProbed, useBrowser, ventral } from './browser.ts';

const network = ['squeezenet1_1/squeezenet1_1.onnx', 'squeezenet1_1/squeezenet1_1.json', 'imagenet_synset_words.txt'].map(
  (name) => `models/${name}`,
);

describe.skipIf(!chromiumPath || !hasShared)('squeezenet1_1 on photographs', () => {
  const { visit } = useBrowser();
  const photos = hasShared
    ? readdirSync(shared('photos'))
        .filter((name) => name.endsWith('.png'))
        .map((name) => `photos/${name}`)
    : [];
  const folder = mkdtempSync(join(tmpdir(), 'ventral-page-'));
  let page: Page;
  let wrongs: string[];

  beforeAll(async () => {
    const [visited] = await Promise.all([
      visit(),
      ventral('probe', shared(network[0]!), '--stimuli', shared('photos'), '--workers', '1', '--out', folder),
    ]);
    ({ page, wrongs } = visited);
    await untilOpen(page, 'ventralnet');
    await drop(page, [...network, ...photos].map(shared), readFile);
    await untilOpen(page, 'squeezenet1_1');
  });
  afterAll(async () => {
    await page?.close();
    rmSync(folder, { recursive: true });
  });

  const exported = async (menu: ReturnType<Page['locator']>, label: string) => {
    await menu.locator('summary').click();
    const [download] = await Promise.all([page.waitForEvent('download'), menu.getByRole('button', { name: label }).click()]);
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  };
  const tableMenu = (title: string) =>
    page.locator('.folded', { has: page.locator('summary', { hasText: title }) }).locator('.export');

  test('the photographs are listed in the order of the command line, and what is on them is named', async () => {
    const ids = await page.getByLabel('Choose a picture').locator('option').allInnerTexts();
    expect(ids).toEqual(photos.map((path) => path.slice('photos/'.length)).sort());
    interface Top {
      readonly name: string;
      readonly probability: number;
    }
    const reference: { photos: Record<string, { squeezenet1_1: Top[] }> } = JSON.parse(
      readFileSync(shared('reference/photo-predictions.json'), 'utf8'),
    );
    for (const photo of ids) {
      await page.getByLabel('Choose a picture').selectOption({ label: photo });
      await page.locator(`.plate[aria-label^="${photo} "]`).first().waitFor();
      const first = page.locator('.predictions li').first();
      const [top] = reference.photos[photo]!.squeezenet1_1;
      expect(await first.locator('.class').textContent(), photo).toBe(top!.name);
      // Shown in per cent with one digit: half of it more than the 0.002 that is allowed.
      const shown = Number.parseFloat((await first.locator('.number').textContent())!) / 100;
      expect(Math.abs(shown - top!.probability), photo).toBeLessThan(0.0025);
    }
  });

  test('runs, and its tables are the bytes of the command line', async () => {
    await page.getByRole('button', { name: /^Probe 20 pictures/ }).click();
    expect(await untilProbed(page)).toMatch(/^Probed 20 pictures/);
    for (const [title, name] of [
      ['Theoretical receptive fields', 'receptive-fields'],
      ['Parameters and arithmetic', 'cost'],
      ['Activation statistics of each layer', 'statistics'],
      ['Activation statistics of each channel', 'statistics-channels'],
      ['Layers and areas', 'layer-area'],
    ] as const) {
      const { name: fileName, bytes } = await exported(tableMenu(title), 'CSV');
      expect(fileName).toBe(`squeezenet1_1_${name}.csv`);
      expect(bytes.length, name).toBeGreaterThan(1000);
      expect(bytes.equals(readFileSync(join(folder, `${name}.csv`))), name).toBe(true);
    }
  });

  test('exports a chart as CSV, SVG, PNG and Vega-Lite spec, in this order, light also from a dark page', async () => {
    await page.getByLabel('Theme').selectOption('dark');
    await page.getByRole('radio', { name: 'Sparseness' }).check();
    await page.locator('.chart svg .mark-symbol path').first().waitFor();
    const menu = page.locator('.ladder .export');
    await menu.locator('summary').click();
    expect(await menu.locator('button').allInnerTexts()).toEqual(
      ['CSV table .csv', 'SVG picture .svg', 'PNG picture .png', 'Vega-Lite spec .vl.json'].map((text) =>
        expect.stringContaining(text.split(' ')[0]!),
      ),
    );
    await menu.locator('summary').click();
    const csv = await exported(menu, 'CSV');
    const svg = await exported(menu, 'SVG');
    const png = await exported(menu, 'PNG');
    const spec = await exported(menu, 'Vega-Lite');
    expect([csv, svg, png, spec].map(({ name }) => name)).toEqual(
      ['csv', 'svg', 'png', 'vl.json'].map((end) => `squeezenet1_1_sparseness-ladder.${end}`),
    );
    expect(svg.bytes.toString()).toMatch(/^<svg[^>]*xmlns/);
    expect(svg.bytes.toString()).toContain('fill="#ffffff"');
    expect(png.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(png.bytes.readUInt32BE(16)).toBeGreaterThan(1000);
    const { data, config } = JSON.parse(spec.bytes.toString());
    expect(config.background).toBe('#ffffff');
    // The chart's CSV holds what is drawn: as many rows, the same values.
    const { readCsv } = await import('@ventral/formats');
    const { columns, rows } = readCsv(csv.bytes.toString());
    const value = columns.indexOf('value');
    expect(rows.map((row) => (row[value] === '' ? null : Number(row[value])))).toEqual(
      data.values.map((row: ReturnType<typeof records>[number]) => row['value']),
    );
    await page.getByLabel('Theme').selectOption('light');
  });

  test('behind every chart stands its table', async () => {
    for (const measure of ['Receptive field', 'Latency', 'Half peak', 'Sparseness']) {
      await page.getByRole('radio', { name: measure }).check();
      await page.getByRole('button', { name: 'Show as table' }).click();
      expect(await page.locator('.ladder tbody tr').count(), measure).toBeGreaterThan(30);
      await page.getByRole('button', { name: 'Show as chart' }).click();
    }
  });

  test('an area without a published number says so', async () => {
    await page.getByRole('radio', { name: 'Latency' }).check();
    await page.getByRole('radio', { name: 'human' }).check();
    expect(await page.locator('.area.none p').allInnerTexts()).toEqual(Array(5).fill('no published number for this area'));
    await page.getByRole('radio', { name: 'macaque' }).check();
    expect(await page.locator('.area.none h5').allInnerTexts()).toEqual(['IT']);
    await page.locator('.area', { hasText: 'V1' }).getByRole('button').first().hover();
    expect(await page.locator('.source').innerText()).toMatch(/^66 ms Time from the flash.*n = 74.*Schmolesky et al\. 1998/s);
  });

  test('nothing went wrong meanwhile, and nothing left the page', () => {
    expect(wrongs).toEqual([]);
  });
});

describe.skipIf(!chromiumPath || !hasShared)('ten thousand pictures from a zip', () => {
  const { visit } = useBrowser();

  test('are cancelled within moments, retried, and the page stays free meanwhile', { retry: 2 }, async () => {
    const { page, wrongs } = await visit();
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    await page.locator('input[type=file]').nth(1).setInputFiles(shared('datasets/cifar10/test.zip'));
    await page.getByRole('button', { name: /^Probe 10,000 pictures/ }).click();
    const progress = page.locator('progress');
    await expect.poll(async () => Number(await progress.getAttribute('value')), { timeout: 30_000 }).toBeGreaterThan(8);
    expect(await page.locator('.progress').innerText()).toMatch(/of 10,000 pictures/);
    const longest = await page.evaluate(async () => {
      let longestMs = 0;
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longestMs = Math.max(longestMs, duration);
      });
      observer.observe({ type: 'longtask' });
      await new Promise((resolve) => setTimeout(resolve, 4000));
      observer.disconnect();
      return longestMs;
    });
    expect(longest, 'longest task of the page while probing, ms').toBeLessThan(200);
    const started = performance.now();
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await page.locator('.probe.is-cancelled').innerText()).toMatch(/^Cancelled after [\d,]+ of 10,000 pictures/);
    expect(performance.now() - started).toBeLessThan(2000);
    await page.getByRole('button', { name: 'Retry' }).click();
    await expect.poll(async () => Number(await progress.getAttribute('value')), { timeout: 30_000 }).toBeGreaterThan(8);
    expect(await page.getByRole('status').innerText()).toBe('Probing 10000 pictures.');
    expect(wrongs).toEqual([]);
    await page.close();
  });
});

describe.skipIf(!chromiumPath || !hasShared)('what cannot be used', () => {
  const { visit } = useBrowser();
  const bytesOf = (name: string, mimeType: string, buffer: Buffer) => ({ name, mimeType, buffer });

  test('a truncated network, a file of no use, a damaged picture: one line each, and the page goes on', async () => {
    const { page } = await visit();
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    const whole = readFileSync(shared('models/tiny_vgg/tiny_vgg.onnx'));
    const failure = page.locator('.failure p');
    const input = page.locator('input[type=file]');
    await input.nth(0).setInputFiles(bytesOf('cut.onnx', '', whole.subarray(0, whole.length / 2)));
    await expect.poll(() => failure.innerText()).toMatch(/could not be opened\. .*cut\.onnx/);
    await page.getByRole('button', { name: 'Dismiss' }).click();
    await input.nth(0).setInputFiles(bytesOf('notes.md', '', Buffer.from('hello')));
    await expect.poll(() => failure.innerText()).toMatch(/Nothing here can be read\. Got: notes\.md/);
    await input
      .nth(1)
      .setInputFiles([
        bytesOf('broken.png', 'image/png', readFileSync(shared('photos/cat.png')).subarray(0, 999)),
        bytesOf('good.png', 'image/png', readFileSync(shared('photos/cat.png'))),
      ]);
    await expect.poll(() => failure.innerText()).toMatch(/broken\.png/);
    await page.getByRole('button', { name: /^Probe 2 pictures/ }).click();
    expect(await untilProbed(page)).toMatch(/^Probed 1 picture in .*1 could not be used and is not counted/s);
    await page.getByText('could not be used').click();
    expect(await page.locator('.probe li').innerText()).toMatch(/^broken\.png: /);
    await page.close();
  });
});
