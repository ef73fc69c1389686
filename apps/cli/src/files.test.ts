/** @file What comes in and goes out of the disk: order of stimuli, zips, whole files or none. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { filesBelow, temporaryFolder } from './built-cli.test-helper.ts';
import { encodePng } from './png.ts';
import { listStimuli, stimulusBytes } from './stimuli.ts';
import { beginWriting, writeFile } from './write.ts';

const folder = temporaryFolder();
const view = { heightPx: 8, widthPx: 8, fovDeg: 8, seed: 0 };
const picture = encodePng({ heightPx: 1, widthPx: 1, data: Uint8Array.of(1, 2, 3) });

/** Decomposed é comes after z by its bytes on disk, but is é (U+00E9) in the NFC form. */
const names = [
  'b.png',
  'B.png',
  'a/2.jpeg',
  'a/10.PNG',
  'a.png',
  'e\u0301.webp',
  'z.png',
  'notes.txt',
  '.hidden.png',
  '__MACOSX/a.png',
];
const ordered = ['B.png', 'a.png', 'a/10.PNG', 'a/2.jpeg', 'b.png', 'z.png', 'é.webp'];

test('a folder is ordered by the code units of the NFC path; hidden files and other kinds are left out', () => {
  for (const name of names) {
    mkdirSync(join(folder, 'src', name, '..'), { recursive: true });
    writeFileSync(join(folder, 'src', name), picture);
  }
  expect(listStimuli(join(folder, 'src'), view).map(({ id }) => id)).toEqual(ordered);
});

test('a zip gives the same stimuli and bytes as the folder, stored or deflated', () => {
  const path = join(folder, 'src.zip');
  writeFileSync(
    path,
    zipSync(Object.fromEntries(names.toReversed().map((name, i) => [name, [picture, { level: i % 2 ? 6 : 0 }]]))),
  );
  const stimuli = listStimuli(path, view);
  expect(stimuli.map(({ id }) => id)).toEqual(ordered);
  for (const stimulus of stimuli) expect(stimulusBytes(stimulus)).toEqual(new Uint8Array(picture));
});

test('a built-in set is drawn for the network’s field of view', () => {
  const stimuli = listStimuli('noise', view);
  expect(stimuli).toHaveLength(64);
  expect(stimulusBytes(stimuli[3]!)).toHaveLength(8 * 8 * 3);
  expect(stimulusBytes(stimuli[3]!)).not.toEqual(stimulusBytes(listStimuli('noise', { ...view, seed: 1 })[3]!));
});

describe('damaged zips', () => {
  const bytes = zipSync({ 'a.png': new Uint8Array(5000).fill(7), 'b.png': picture });
  const write = (name: string, content: Uint8Array) => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  test('cut off', () => {
    const path = write('cut.zip', bytes.subarray(0, bytes.length - 30));
    expect(() => listStimuli(path, view)).toThrow(
      /^zip ".*cut\.zip": has no directory at its end; it is cut off or not a zip file\.$/,
    );
  });
  test('an entry whose bytes were changed', () => {
    const changed = bytes.slice();
    changed.fill(0xee, 36, 44);
    const path = write('changed.zip', changed);
    const [stimulus] = listStimuli(path, view);
    expect(() => stimulusBytes(stimulus!)).toThrow(/^zip ".*changed\.zip": "a\.png" is damaged\. Pack the zip again\.$/);
  });
  test('a zip that went away since', () => {
    const path = write('gone.zip', bytes);
    const [stimulus] = listStimuli(path, view);
    rmSync(path);
    expect(() => stimulusBytes(stimulus!)).toThrow(expect.objectContaining({ name: 'InputError' }));
  });
});

describe('writing', () => {
  test('files appear together at commit, none before, and no temporary name stays', () => {
    const out = join(folder, 'out/deep');
    const writing = beginWriting(out);
    writing.stage(join(out, 'a.csv'), 'a');
    writing.stage(join(out, 'figures/b.svg'), 'b');
    expect(filesBelow(out).filter((file) => !file.endsWith('.part'))).toEqual([]);
    writing.commit();
    expect(filesBelow(out)).toEqual(['a.csv', 'figures/b.svg']);
  });
  test('discard removes what was staged and the folders made for it, not what was there', () => {
    const out = join(folder, 'there');
    mkdirSync(out);
    writeFileSync(join(out, 'old.csv'), 'old');
    const writing = beginWriting(join(out, 'new'));
    writing.stage(join(out, 'new/a.csv'), 'a');
    writing.discard();
    expect(readdirSync(out)).toEqual(['old.csv']);
  });
  test('a file that cannot be renamed to its name takes the others with it', () => {
    const out = join(folder, 'blocked');
    mkdirSync(join(out, 'b.csv/inner'), { recursive: true });
    const writing = beginWriting(out);
    writing.stage(join(out, 'b.csv'), 'b');
    writing.stage(join(out, 'c.csv'), 'c');
    expect(() => writing.commit()).toThrow(/b\.csv": /);
    expect(filesBelow(out)).toEqual([]);
  });
  test('one file replaces the one before, whole', () => {
    const path = join(folder, 'one.txt');
    writeFile(path, 'first');
    writeFile(path, 'second');
    expect(readFileSync(path, 'utf8')).toBe('second');
  });
});
