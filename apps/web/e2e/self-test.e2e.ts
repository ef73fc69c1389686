/** @file The same pictures give the same bytes in Chromium, Firefox and the command line: tables, and resizing against Pillow. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createImageDecoder } from '@ventral/formats';
import { hasShared, shared } from '@ventral/testkit';
import { findFirefox } from '@ventral/tooling/browser';
import { serve } from '@ventral/tooling/serve';
import { chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SelfTestResult, SelfTestTask } from '../src/self-test.ts';
import { chromiumFlags, chromiumPath, ventral } from './browser.ts';

const firefoxPath = findFirefox();
const photos = [
  'bird.png',
  'cat.png',
  'parrot.png',
  'skimage_camera.png',
  'sunflower.png',
  'hot_dog.png',
  'pets.png',
  'grace_hopper.png',
  'skimage_rocket.png',
];

describe.skipIf(!hasShared)('nine photographs through ventralnet:untrained, and eight resized', () => {
  const cases: { photo: string; short: number; crop: number; file: string }[] = hasShared
    ? JSON.parse(readFileSync(shared('reference/resize/cases.json'), 'utf8')).cases
    : [];
  const task: SelfTestTask = {
    stimuli: photos.map((name) => `photos/${name}`),
    resize: cases.map(({ photo, short, crop }) => ({ picture: `photos/${photo}`, short, crop })),
  };
  const folder = mkdtempSync(join(tmpdir(), 'ventral-self-test-'));
  /** Plain, and with the headers that let workers share memory. */
  const servers: { url: string; close(): Promise<void> }[] = [];
  let posted: (result: SelfTestResult) => void = () => {};

  beforeAll(async () => {
    await mkdir(join(folder, 'photos'));
    for (const name of photos) await cp(shared(`photos/${name}`), join(folder, 'photos', name));
    await ventral(
      'probe',
      'ventralnet:untrained',
      '--stimuli',
      join(folder, 'photos'),
      '--workers',
      '1',
      '--out',
      join(folder, 'out'),
    );
    const handle = (request: IncomingMessage, response: ServerResponse) => {
      const path = decodeURIComponent(new URL(request.url ?? '', 'http://localhost').pathname.replace('/some/where/', ''));
      if (path === 'task.json') response.end(JSON.stringify(task));
      else if (path.startsWith('photos/')) void readFile(shared(path)).then((bytes) => response.end(bytes));
      else if (path === 'result') {
        void bodyOf(request).then((text) => {
          response.end();
          posted(JSON.parse(text));
        });
      } else return false;
      return true;
    };
    for (const isolated of [false, true]) servers.push(await serve({ base: '/some/where/', isolated, handle }));
  });
  afterAll(async () => {
    for (const server of servers) await server.close();
    rmSync(folder, { recursive: true });
  });

  const address = (isolated: boolean) => `${servers[isolated ? 1 : 0]!.url}?task=task.json&post=result#self-test`;
  const result = () =>
    new Promise<SelfTestResult>((resolve) => {
      posted = resolve;
    });

  async function check(got: SelfTestResult, isolated: boolean) {
    expect(got).not.toHaveProperty('error');
    expect(got.isIsolated).toBe(isolated);
    expect(Object.keys(got.tables)).toEqual(['receptive-fields', 'cost', 'statistics', 'statistics-channels']);
    for (const [name, csv] of Object.entries(got.tables)) {
      expect(csv === readFileSync(join(folder, 'out', `${name}.csv`), 'utf8'), `${name}: the bytes of the command line`).toBe(
        true,
      );
    }
    const unused = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
    const decode = createImageDecoder({ jpeg: unused, webp: unused });
    for (const [i, { file }] of cases.entries()) {
      const { data } = await decode(readFileSync(shared(`reference/resize/${file}`)), file);
      expect(got.resized[i], file).toBe(createHash('sha256').update(data).digest('hex'));
    }
    expect(cases.length).toBeGreaterThan(0);
  }

  describe.skipIf(!chromiumPath).each([
    ['each worker with its weights', false],
    ['workers on one shared memory', true],
  ])('%s', (_, isolated) => {
    test('in Chromium', async () => {
      const browser = await chromium.launch({ executablePath: chromiumPath!, args: chromiumFlags });
      const coming = result();
      await (await browser.newPage()).goto(address(isolated));
      await check(await coming, isolated);
      await browser.close();
    });
  });

  test.skipIf(!firefoxPath)('in Firefox, which nobody can drive: it is sent to the page and posts its result', async () => {
    const profile = mkdtempSync(join(tmpdir(), 'ventral-firefox-'));
    const coming = result();
    const firefox: ChildProcess = spawn(firefoxPath!, ['--headless', '--no-remote', '--profile', profile, address(true)], {
      stdio: 'ignore',
    });
    try {
      await check(await coming, true);
    } finally {
      const gone = new Promise((resolve) => firefox.once('exit', resolve));
      firefox.kill();
      await gone;
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}
