/** @file The page as it opens: alone, at once, from a sub-path, under its security policy; and what its address keeps. */
import { describe, expect, test } from 'vitest';
import { chromiumPath, untilOpen, untilProbed, useBrowser } from './browser.ts';

describe.skipIf(!chromiumPath)('the page opens', () => {
  const { visit, url } = useBrowser();

  test('with the built-in network and picture, nothing from elsewhere, no error, and probes by itself', async () => {
    const { page, wrongs } = await visit();
    await untilOpen(page, 'ventralnet');
    expect(await page.getByRole('option', { name: /block1\.relu1/ }).count()).toBe(1);
    expect(await page.locator('.layers .card').count()).toBe(14);
    // 7×7 kernel on 32 px over 2°: 7 · 2 / 32 = 0.4375°.
    expect(await page.locator('.layers .card').first().innerText()).toContain('7 px · 0.438°');
    expect(await page.locator('.predictions li').count()).toBe(5);
    expect(await untilProbed(page)).toMatch(/^Probed 64 pictures/);
    await page.locator('.chart svg .mark-symbol path').first().waitFor();
    expect(wrongs).toEqual([]);
    await page.close();
  });

  test('opens every built-in network by name, and says of a control that it is one', async () => {
    const { page, wrongs } = await visit();
    await untilOpen(page, 'ventralnet');
    expect(await page.locator('.notice').count()).toBe(0);
    const choice = page.getByLabel('Built-in network');
    for (const [name, notice] of [
      ['ventralnet:untrained', 'nothing was learned'],
      ['ventralnet:shuffled', 'trained on shuffled labels'],
      ['digits', undefined],
    ] as const) {
      await choice.selectOption(name);
      await untilOpen(page, name);
      if (notice) expect(await page.locator('.notice').innerText()).toContain(notice);
    }
    expect(wrongs).toEqual([]);
    await page.close();
  });

  test('under a policy that lets nothing in: script, style, image and connection only from here', async () => {
    const { page } = await visit();
    const policy = await page.locator('meta[http-equiv=Content-Security-Policy]').getAttribute('content');
    expect(policy).toBe(
      "script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'",
    );
    const refused = await page.evaluate(async () => {
      const directives: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => directives.push(effectiveDirective));
      const script = document.createElement('script');
      script.textContent = 'document.title = "evil"';
      document.head.append(script);
      new Image().src = 'http://127.0.0.1:9/elsewhere.png';
      await fetch('http://127.0.0.1:9/elsewhere').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 100));
      return directives.sort();
    });
    expect(refused).toEqual(['connect-src', 'img-src', 'script-src-elem']);
    expect(await page.title()).toBe('Ventral');
    await page.close();
  });

  test('every layer is reached by keyboard, and Back returns to the one before', async () => {
    const { page } = await visit();
    await untilOpen(page, 'ventralnet');
    const selected = () => page.locator('.card[aria-selected=true] b').innerText();
    await page.locator('.card[tabindex="0"]').focus();
    expect(await page.locator('.card[tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    expect(await selected()).toBe('block1.relu2');
    await page.keyboard.press('End');
    expect(await selected()).toBe('prob');
    await page.keyboard.press('Home');
    expect(await selected()).toBe('block1.relu1');
    await page.keyboard.press(']');
    expect(await selected()).toBe('block1.relu2');
    expect(page.url()).toContain('layer=block1.relu2');
    await page.goBack();
    await expect.poll(selected).toBe('block1.relu1');
    await page.close();
  });

  test('a link brings layer, unit, measure, language, theme and field of view back; what it does not know is ignored', async () => {
    const { page, wrongs } = await visit(
      '#layer=block2.relu1&unit=5,3,4&measure=latency&lang=ko&theme=dark&fov=4&surprise=1&species=dragon',
    );
    await untilOpen(page, 'ventralnet');
    expect(await page.locator('html').getAttribute('lang')).toBe('ko');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    expect(await page.locator('.card[aria-selected=true] b').innerText()).toBe('block2.relu1');
    const unit = await page
      .locator('.coordinates input')
      .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value));
    expect(unit).toEqual(['5', '3', '4']);
    expect(await page.getByRole('radio', { name: '잠복기' }).isChecked()).toBe(true);
    // 14 px of 32 over 4° instead of 2°.
    expect(await page.locator('.card[aria-selected=true] .rf').innerText()).toBe('14 px · 1.75°');
    expect(page.url()).toContain('unit=5,3,4');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.url()).not.toContain('unit=');
    expect(wrongs).toEqual([]);
    await page.close();
  });

  test('the field of view changes degrees in the cards, the table and the chart at once', async () => {
    const { page } = await visit();
    await untilOpen(page, 'ventralnet');
    await page.getByRole('spinbutton', { name: 'Field of view' }).fill('8');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.card .rf').first().innerText()).toBe('7 px · 1.75°');
    await page.locator('summary', { hasText: 'Theoretical receptive fields' }).click();
    const header = await page.locator('.folded th').allInnerTexts();
    const cell = page.locator('.folded tbody tr').first().locator('td').nth(header.indexOf('rf_size_deg'));
    await expect.poll(() => cell.innerText()).toBe('1.75');
    await expect.poll(() => page.locator('.chart svg').innerHTML()).toContain('whole field of view, 8°');
    await page.close();
  });

  test('pointing at a map shows the unit, a click pins it, and a layer, its mark and its row light up together', async () => {
    const { page } = await visit();
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    const plate = page.locator('.plate').nth(1);
    const box = (await plate.boundingBox())!;
    await plate.hover({ position: { x: (box.width * 10.5) / 16, y: (box.height * 12.5) / 16 } });
    const unit = () =>
      page
        .locator('.coordinates input')
        .evaluateAll((inputs) => inputs.map((input) => (input as HTMLInputElement).value).slice(1));
    expect(await unit()).toEqual(['12', '10']);
    await plate.click({ position: { x: (box.width * 3.5) / 16, y: (box.height * 4.5) / 16 } });
    await page.mouse.move(5, 5);
    expect(await unit()).toEqual(['4', '3']);
    await page.locator('summary', { hasText: 'Activation statistics of each layer' }).click();
    await page.locator('.card', { hasText: 'block3.relu1' }).hover();
    await page.locator('.chart path.linked').waitFor();
    expect(
      await page
        .locator('.chart path.linked')
        .evaluate((mark) => (mark as unknown as { __data__: { datum: { name: string } } }).__data__.datum.name),
    ).toBe('block3.relu1');
    expect(await page.locator('tr.linked td').nth(2).innerText()).toBe('block3.relu1');
    await page.locator('.chart .mark-symbol path').nth(1).hover();
    expect(await page.locator('.card.linked b').innerText()).toBe('block1.relu2');
    await page.close();
  });

  test('it fits a telephone: no sideways scrolling at 390 px', async () => {
    const { page } = await visit('', { viewport: { width: 390, height: 844 } });
    await untilOpen(page, 'ventralnet');
    await untilProbed(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    expect(url()).toContain('/some/where/');
    await page.close();
  });
});
