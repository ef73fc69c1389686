/** @file What is said on stderr, by a clock of the test's own. */
import { describe, expect, test } from 'vitest';
import { createVoice, formatBytes, formatDuration } from './progress.ts';

function speak(json: boolean, isTTY: boolean): string {
  let text = '';
  let now = 0;
  const voice = createVoice(json, { isTTY, columns: 60, write: (part) => (text += part) }, () => now);
  for (const nDone of [0, 1, 50, 100]) {
    voice.progress({ nDone, nItems: 100, nFailed: nDone > 1 ? 2 : 0 });
    now += 20_000;
  }
  voice.endProgress();
  voice.warn('careful');
  return text;
}

test('a terminal: one line that is rewritten, with the time left from what was done since the start', () => {
  // 50 images in 40 s: 40 s for the other 50.
  expect(speak(false, true).split('\r\x1b[2K')).toEqual([
    '',
    '0/100 images',
    '1/100 images, 33 min 00 s left',
    '50/100 images, 2 failed, 40 s left',
    '100/100 images, 2 failed\nWarning: careful\n',
  ]);
});

test('no terminal: plain lines', () => {
  for (const control of ['\r', '\x1b']) expect(speak(false, false)).not.toContain(control);
  expect(speak(false, false).split('\n')).toContain('50/100 images, 2 failed, 40 s left');
});

test('machines: JSON lines', () => {
  const events = speak(true, true)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events[2]).toEqual({ event: 'progress', n_done: 50, n_images: 100, n_failed: 2, seconds_left: 40 });
  expect(events.at(-1)).toEqual({ event: 'warning', message: 'careful' });
});

describe('numbers in words', () => {
  test.each([
    [0, '0 s'],
    [59.4, '59 s'],
    [60, '1 min 00 s'],
    [3725, '1 h 02 min'],
  ])('%d s: %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text));
  test.each([
    [812, '812 bytes'],
    [999_949, '999.9 kB'],
    [1_234_567, '1.2 MB'],
    [5e12, '5000.0 GB'],
  ])('%d bytes: %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});
